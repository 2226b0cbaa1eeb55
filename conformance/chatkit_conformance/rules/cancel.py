"""Stops: what a user leaves behind who goes away in the middle of an answer."""

from collections.abc import Iterator
from typing import NamedTuple

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import listed, mapped
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.scripted import foretold, steps
from chatkit_conformance.linter.subjects import Conversation, Stream, asked
from chatkit_conformance.linter.visits import named, visits
from chatkit_conformance.transcript import JSON, OK, STREAMING, Exchange

USER = e.user_message()
HALF = (e.added(e.message()), e.part_added(), e.delta("Half an"))
PARTIAL = e.message("Half an")
CARD = e.item("widget", "msg_5", widget={"type": "Card", "children": []})


def _stopped(*rows: JSON, events: tuple[JSON, ...] = HALF) -> list[Exchange]:
    """Leave in the middle of an answer, and list what the thread holds then."""
    return [e.create(*events, left=True), e.listing(USER, *rows)]


class Stop(NamedTuple):
    """A stream that its reader left, and the items that a listing shows afterwards."""

    stream: Stream
    after: list[JSON]
    open: dict[str, JSON]
    """The items that were still open when the reader left, as the reader knew them."""


def _stops(told: Conversation) -> Iterator[Stop]:
    for visit in visits(told, *STREAMING, left=True):
        if visit.stream and visit.after is not None:
            yield Stop(visit.stream, visit.after, _open(visit.stream))


def _open(stream: Stream) -> dict[str, JSON]:
    """Give the items that were added and not settled, assistant messages with the texts that came."""
    found: dict[str, JSON] = {}
    for event in stream.events:
        if event.type == "thread.item.added" and event.item_id:
            found[event.item_id] = {"type": event.item_type, "texts": {}}
        elif event.type in {"thread.item.done", "thread.item.removed", "thread.item.replaced"}:
            found.pop(event.item_id, None)
        elif event.item_id in found:
            _grow(found[event.item_id]["texts"], event.update)
    return found


def _grow(texts: dict[int, list[str]], update: JSON) -> None:
    kind = str(update.get("type", "")).rpartition(".")[2]
    index = update.get("content_index")
    if isinstance(index, int) and kind in {"added", "done"} and isinstance(update.get("content"), dict):
        texts[index] = [str(update["content"].get("text", ""))]
    elif isinstance(index, int) and kind == "text_delta":
        texts.setdefault(index, []).append(str(update.get("delta", "")))


def _texts(item: JSON) -> list[str]:
    """Give the texts that came for an open item, part by part."""
    return ["".join(item["texts"][index]) for index in sorted(item["texts"])]


def _partial(stop: Stop) -> Iterator[tuple[str, list[str]]]:
    """Give the assistant messages that were open and not blank."""
    for name, item in stop.open.items():
        texts = _texts(item)
        if item["type"] == "assistant_message" and any(text.strip() for text in texts):
            yield name, texts


@rule(
    "cancel.partial-is-kept",
    "MUST",
    "L3",
    catalogue="CAN-001",
    source="openai-chatkit 1.6.5, chatkit/server.py:404-412,908-912; D13",
    why="The words that the user saw and stopped are gone when the thread is opened again.",
    mend="Save assistant messages that are open, in a scope that the disconnect does not cancel.",
    since="1.4",
    good=_stopped(PARTIAL),
    bad=_stopped(),
)
def partial_is_kept(told: Conversation) -> Looks:
    """An assistant message with text that was open when the client left is stored."""
    for stop in _stops(told):
        for name, texts in _partial(stop):
            kept = named(stop.after, name)
            yield stop.stream.look(kept, f"{name} in the thread: {texts}", kept or None)


@rule(
    "cancel.text-is-whole",
    "SHOULD",
    "L3",
    catalogue="CAN-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:880-884",
    why="The answer is shorter when the thread is opened again than it was on the screen.",
    mend="Save the text as far as it was sent.",
    since="1.4",
    good=_stopped(PARTIAL),
    bad=_stopped(e.message("Half")),
)
def text_is_whole(told: Conversation) -> Looks:
    """The stored message begins with everything that the client received of it."""
    for stop in _stops(told):
        for name, texts in _partial(stop):
            if kept := named(stop.after, name):
                stored = [str(part.get("text", "")) for part in map(mapped, listed(kept.get("content")))]
                parts = zip(stored, texts, strict=False)
                holds = len(stored) >= len(texts) and all(text.startswith(shown) for text, shown in parts)
                yield stop.stream.look(holds, f"texts that begin with {texts}", stored)


@rule(
    "cancel.blank-is-dropped",
    "MUST",
    "L3",
    catalogue="CAN-002",
    source="openai-chatkit 1.6.5, chatkit/server.py:408-412",
    why="An empty answer stands in the thread, and models refuse empty messages.",
    mend="Do not save an open message without text.",
    since="1.4",
    good=_stopped(events=HALF[:2]),
    bad=_stopped(e.message(""), events=HALF[:2]),
)
def blank_is_dropped(told: Conversation) -> Looks:
    """An assistant message that was open and has no text is not stored."""
    for stop in _stops(told):
        for name, item in stop.open.items():
            if item["type"] == "assistant_message":
                stored = [mapped(part) for part in listed(named(stop.after, name).get("content"))]
                blank = bool(named(stop.after, name)) and not any(str(part.get("text", "")).strip() for part in stored)
                yield stop.stream.look(not blank, f"{name} with text, or not at all", stored)


@rule(
    "cancel.other-items-are-dropped",
    "SHOULD",
    "L3",
    catalogue="CAN-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:396-397",
    why="Half a form, or a workflow that loads for ever, stands in the thread.",
    mend="Do not save widgets and workflows that were open.",
    since="1.4",
    good=_stopped(events=(e.added(CARD),)),
    bad=_stopped(CARD, events=(e.added(CARD),)),
)
def other_items_are_dropped(told: Conversation) -> Looks:
    """Widgets and workflows that were open are not stored."""
    for stop in _stops(told):
        for name, item in stop.open.items():
            if item["type"] in {"widget", "workflow"}:
                yield stop.stream.look(not named(stop.after, name), f"no {name}", named(stop.after, name))


SCRIPT = e.script(["emit", HALF[0]], ["emit", HALF[1]], ["emit", HALF[2]], ["sleep", 9000])
SAID = e.user_message(SCRIPT)
NOTE = e.message("The user stopped.", item_id="msg_6")


def _left(*rows: JSON) -> list[Exchange]:
    """Leave in the middle of a script, and list what the thread holds then."""
    return [e.create(*HALF, said=SCRIPT, left=True), e.listing(SAID, *rows)]


@rule(
    "cancel.adds-nothing",
    "MUST",
    "L3",
    catalogue="CAN-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:414-426",
    why="A note for the model, or a failure that is none, stands in the thread as if somebody had said it.",
    mend="Keep what notes the stop as a hidden item, and send and list none of it.",
    since="1.4",
    good=_left(PARTIAL),
    bad=_left(PARTIAL, NOTE),
)
def a_stop_adds_nothing(told: Conversation) -> Looks:
    """A stop adds no item to the thread that the answer did not make."""
    for stop in _stops(told):
        if stop.stream.script is not None and stop.stream.known:
            known = stop.stream.before.keys() | {event.item_id for event in stop.stream.events}
            new = [row for row in stop.after if row["id"] not in known]
            yield stop.stream.look(len(new) <= _unseen(stop.stream), "items of the answer only", new)


def _unseen(stream: Stream) -> int:
    """Count the items that a script makes and that the reader did not see, since it left."""
    making = [step for step in steps(stream.script) if step[0] in {"emit", "widget", "agent"}]
    sent = [mapped(step[1]) for step in making if step[0] == "emit" and step[1:]]
    names = {str(mapped(event.get("item")).get("id")) for event in sent if event.get("item")}
    if len(sent) < len(making):
        return len(making)
    return max(0, len(names) - len({event.item_id for event in stream.events if event.item} - {_own(stream)}))


def _own(stream: Stream) -> str:
    return next((event.item_id for event in stream.events if event.item_type == "user_message"), "")


@rule(
    "cancel.text-is-the-answers",
    "SHOULD",
    "L3",
    catalogue="CAN-001",
    source="openai-chatkit 1.6.5, chatkit/server.py:404-412",
    why="The model reads, and repeats, words that it never said.",
    mend="Save the text of the answer and nothing else; that it was stopped belongs into a hidden item.",
    since="1.4",
    good=_left(PARTIAL),
    bad=_left(e.message("Half an [stopped]")),
)
def text_is_the_answers(told: Conversation) -> Looks:
    """The stored message has no text that the answer did not bring."""
    for stop in _stops(told):
        said = _whole_texts(stop.stream)
        for name, _ in _partial(stop):
            kept = named(stop.after, name)
            if kept and len(said) == 1:
                stored = [str(part.get("text", "")) for part in map(mapped, listed(kept.get("content")))]
                holds = all(any(text.startswith(shown) for text in said[0]) for shown in stored)
                yield stop.stream.look(holds, f"no more than {said[0]}", stored)


def _whole_texts(stream: Stream) -> list[list[str]]:
    """Give the texts of each message that a script streams, part by part, as if nobody had left."""
    found: dict[str, JSON] = {}
    for event in foretold(stream)[0]:
        item, name = mapped(event.get("item")), event.get("item_id")
        if event.get("type") == "thread.item.added" and item.get("type") == "assistant_message":
            found[str(item.get("id"))] = {"texts": {}}
        elif event.get("type") == "thread.item.updated" and name in found:
            _grow(found[name]["texts"], mapped(event.get("update")))
    return [_texts(item) for item in found.values()]


@rule(
    "cancel.button-is-offered",
    "SHOULD",
    "L3",
    catalogue="STR-005",
    source="openai-chatkit 1.6.5, chatkit/types.py:448; chatkit/server.py:357",
    why="The user cannot stop an answer, though the server keeps what a stop leaves.",
    mend="Send `allow_cancel: true` in `stream_options` where answers can be stopped.",
    since="1.4",
    good=_stopped(PARTIAL),
    bad=[
        e.stream(
            "threads.create",
            {"input": e.text_input()},
            e.CREATED,
            e.done(USER),
            {"type": "stream_options", "stream_options": {"allow_cancel": False}},
            *HALF,
            left=True,
        ),
        e.listing(USER, PARTIAL),
    ],
)
def a_button_is_offered(told: Conversation) -> Looks:
    """An answer that can be stopped says so: its options allow it."""
    for stop in _stops(told):
        kept = [name for name, _ in _partial(stop) if named(stop.after, name)]
        for event in stop.stream.of("stream_options") if kept else ():
            allowed = mapped(event.value.get("stream_options")).get("allow_cancel")
            yield event.look(allowed is not False, "allow_cancel: true", allowed)


@rule(
    "cancel.thread-goes-on",
    "MUST",
    "L3",
    catalogue="CAN-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:908-912",
    why="After a stop the user has to begin again elsewhere.",
    mend="Leave nothing locked when a client goes away.",
    good=[*_stopped(PARTIAL), e.say(e.notice())],
    bad=[*_stopped(PARTIAL), e.refused("threads.add_user_message", {"thread_id": e.THREAD_ID, "input": {}}, 409)],
)
def thread_goes_on(told: Conversation) -> Looks:
    """The user can say something in the thread after a stop."""
    for stream in told.streams:
        following = told.after(stream.exchange, "threads.add_user_message") if stream.exchange.left else []
        same = [one for one in following if one.params.get("thread_id") == stream.thread_id]
        for one in same[:1]:
            yield asked(one, one.status == OK and not one.cut, "an answer", one.status)
