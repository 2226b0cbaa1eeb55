"""What the model is told beside what the user sees: calls of the page, hidden items, what a retry and a stop left."""

from collections.abc import Iterator

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter import model_calls as m
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Stream, asked, script_of
from chatkit_conformance.linter.visits import Visit, named, pending_calls
from chatkit_conformance.rules.hidden import hidden_words
from chatkit_conformance.rules.model import SAYING, model_asked
from chatkit_conformance.rules.retry import RETRY
from chatkit_conformance.rules.tools import OUTPUT
from chatkit_conformance.transcript import JSON, Exchange

HELLO = m.user("hello")
NEW = e.message("Hi", item_id="msg_12")
CALL = e.item("client_tool_call", "tc_1", status="pending", call_id="call_1", name="look", arguments={})
HIDE = e.script(["hidden", "$CANARY:X"], ["agent"])
SECRET = m.user("For you only: X-CANARY")
HALF = [e.added(e.message()), e.part_added(), e.delta("Half")]


def _model(told: list[JSON]) -> tuple[JSON]:
    return (m.entry(told, m.message("Hi", item_id="msg_12")),)


def _resumed(told: list[JSON]) -> list[Exchange]:
    """Give a result to a call, with a model that is told this."""
    return [e.listing(CALL), e.go_on(OUTPUT, {"result": {"at": 1}}, e.done(NEW), model=_model(told))]


def _waits(told: list[JSON]) -> list[Exchange]:
    """Say something while a call waits, with a model that is told this."""
    return [e.listing(CALL), e.say(e.done(NEW), model=_model([*told, HELLO]))]


def _hidden(told: list[JSON]) -> list[Exchange]:
    """Say something after an item was hidden, with a model that is told this."""
    return [e.create(said=HIDE), e.say(e.done(NEW), model=_model([*told, HELLO]))]


def _again(told: list[JSON], *answers: JSON) -> list[Exchange]:
    """Answer the first message again after another one hid an item, with a model that is told this."""
    before = e.listing(e.user_message(), e.user_message(HIDE, "msg_11"), *answers)
    retry = e.go_on(RETRY, {"item_id": "msg_1"}, e.done(NEW), model=_model([HELLO, *told]))
    return [e.create(), e.say(*map(e.done, answers), said=HIDE), before, retry]


def _stopped(told: list[JSON]) -> list[Exchange]:
    """Say something after a stop, with a model that is told this."""
    left = e.create(*HALF, left=True)
    kept = e.listing(e.user_message(), e.message("Half"))
    return [left, kept, e.say(e.done(NEW), said=e.text_input("And now?"), model=_model([*told, m.user("And now?")]))]


@rule(
    "context.tool-results",
    "MUST",
    "L2",
    catalogue="CTL-011",
    source="openai-chatkit 1.6.5, chatkit/agents.py:1173-1192",
    why="Models refuse a call without its output, or an output without its call: the thread is dead.",
    mend="Tell the call and then its output, both with the call id of the item.",
    good=_resumed(m.called("call_1", {"at": 1})),
    bad=_resumed(m.called("call_2", {"at": 1})),
)
def tool_results(told: Conversation) -> Looks:
    """After a result the model is told the call and then its output, with the call id of the item."""
    for visit, call in model_asked(told, OUTPUT):
        for waiting in pending_calls(visit.before)[-1:]:
            pair = [said.role for said in call.told if said.call_id == waiting.get("call_id")]
            yield visit.look(pair == ["call", "output"], f"call and output {waiting.get('call_id')}", pair)


@rule(
    "context.no-pending-calls",
    "MUST",
    "L2",
    catalogue="CTL-012",
    source="openai-chatkit 1.6.5, chatkit/agents.py:1176-1178",
    why="Models refuse a call without its output: the thread is dead until the page answers.",
    mend="Leave calls that wait for the page out of what the model is told.",
    good=_waits([]),
    bad=_waits(m.called("call_1")[:1]),
)
def no_pending_calls(told: Conversation) -> Looks:
    """The model is not told of calls that wait for the page."""
    for visit, call in model_asked(told, *SAYING):
        for waiting in pending_calls(visit.before):
            told_of = [said.role for said in call.told if said.call_id == waiting.get("call_id")]
            yield visit.look(not told_of, f"nothing of {waiting.get('call_id')}", told_of)


def _earlier(told: Conversation, visit: Visit) -> Iterator[Stream]:
    """Give the streams of the same thread before a request."""
    thread = visit.params.get("thread_id")
    for stream in told.streams:
        if stream.thread_id == thread and stream.exchange.number < visit.exchange.number:
            yield stream


def _secrets(stream: Stream) -> list[str]:
    return list(hidden_words(script_of(stream.exchange)))


@rule(
    "context.hidden-items",
    "MUST",
    "L2",
    catalogue="HID-007",
    source="openai-chatkit 1.6.5, chatkit/agents.py:910-959",
    why="What the app tells the model in confidence never reaches it.",
    mend="Tell the model the content of hidden items, in their place.",
    good=_hidden([SECRET]),
    bad=_hidden([]),
)
def hidden_items(told: Conversation) -> Looks:
    """The model is told the content of hidden items."""
    for visit, call in model_asked(told, "threads.add_user_message"):
        retried = any(stream.kind == RETRY for stream in _earlier(told, visit))
        for word in {word for stream in _earlier(told, visit) if not retried for word in _secrets(stream)}:
            yield visit.look(word in call.text, word, call.text)


@rule(
    "context.retry-forgets",
    "MUST",
    "L2",
    catalogue="MOD-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:681-692",
    why="The second answer leans on the first one, which the user did not want.",
    mend="Read the thread for the model after the items are deleted.",
    good=_again([], e.message("Forty-two")),
    bad=_again([{"role": "assistant", "content": "Forty-two"}], e.message("Forty-two")),
)
def retry_forgets(told: Conversation) -> Looks:
    """After a retry the model is told nothing of the answers that were deleted."""
    for visit, call in model_asked(told, RETRY):
        rows = visit.before or []
        place = rows.index(visit.item) if visit.item else len(rows)
        kept = "\n".join(text for row in rows[: place + 1] for text in _texts(row))
        for text in (text for row in rows[place + 1 :] for text in _texts(row)):
            if _telling(text, kept):
                yield visit.look(text not in call.text, f"nothing of {text!r}", call.text)


def _telling(text: str, kept: str) -> bool:
    """Whether a text can have come from nowhere but the items that are deleted."""
    return bool(text.strip()) and text not in kept


def _texts(row: JSON) -> list[str]:
    content = row.get("content")
    parts = content if isinstance(content, list) else []
    return [str(part.get("text", "")) for part in parts if isinstance(part, dict)]


@rule(
    "context.retry-forgets-hidden-items",
    "SHOULD",
    "L2",
    catalogue="RTY-009",
    source="openai-chatkit 1.6.5, chatkit/server.py:678,681-684",
    why="The model knows what happened in an answer that is gone for the user.",
    mend="Delete hidden items after the message too.",
    good=_again([]),
    bad=_again([SECRET]),
)
def retry_forgets_hidden_items(told: Conversation) -> Looks:
    """After a retry the model is told nothing of hidden items that came after the message."""
    for visit, call in model_asked(told, RETRY):
        rows = visit.before or []
        gone = {row["id"] for row in rows[rows.index(visit.item) + 1 :]} if visit.item else set()
        for stream in _earlier(told, visit):
            if any(event.item_type == "user_message" and event.item_id in gone for event in stream.events):
                for word in _secrets(stream):
                    yield visit.look(word not in call.text, f"nothing of {word}", call.text)


@rule(
    "context.stops",
    "SHOULD",
    "L2",
    catalogue="CAN-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:414-426",
    why="The model goes on with the answer that the user stopped.",
    mend="Keep a hidden item that says that the user stopped, and tell the model.",
    since="1.4",
    good=_stopped([HELLO, {"role": "assistant", "content": "Half"}, m.user("(The user stopped this.)")]),
    bad=_stopped([HELLO, {"role": "assistant", "content": "Half"}]),
)
def stops(told: Conversation) -> Looks:
    """Between an answer that the user stopped and the next message, the model is told of the stop."""
    stopped = [stream for stream in told.streams if stream.exchange.left]
    for visit, call in model_asked(told, "threads.add_user_message"):
        last = list(_earlier(told, visit))[-1:]
        ids = [stream.events[-1].item_id for stream in last if stream in stopped and stream.events]
        for text in (text for name in ids for text in _texts(named(visit.before, name)) if text):
            spoken = [place for place, said in enumerate(call.told) if said.role == "assistant" and text in said.text]
            between = call.told[spoken[-1] + 1 : -1] if spoken else ()
            yield visit.look(between, "a note of the stop after the answer", [said.role for said in call.told])


@rule(
    "context.stop-reaches-the-model",
    "SHOULD",
    "L2",
    catalogue="CAN-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:394,908-912",
    why="The model goes on speaking, at the app's cost, to nobody.",
    mend="Close the model's stream when the client goes away.",
    since="1.4",
    good=e.create(*HALF, left=True, model=(m.entry([HELLO], m.message("Half an answer"), end="left"),)),
    bad=e.create(*HALF, left=True, model=(m.entry([HELLO], m.message("Half an answer"), end="whole"),)),
)
def stop_reaches_the_model(told: Conversation) -> Looks:
    """When the client goes away before the answer is whole, the server leaves the model, too."""
    for stream in told.streams:
        for call in m.calls(stream.exchange) if stream.exchange.left else ():
            shown = "".join(str(event.update.get("delta", "")) for event in stream.events)
            if call.messages and not shown.endswith(call.messages[-1].texts[-1:]):
                yield asked(stream.exchange, call.end != "whole", "an answer that nobody waited for", call.end)
