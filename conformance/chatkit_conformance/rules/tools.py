"""Client tools: calls that the page answers."""

from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Stream
from chatkit_conformance.linter.visits import Visit, named, pending_calls, visits
from chatkit_conformance.transcript import JSON, Exchange

OUTPUT = "threads.add_client_tool_output"
CALL = e.item(
    "client_tool_call", "tc_1", status="pending", call_id="call_1", name="look", arguments={"near": None, "km": 2}
)
OLD_CALL = CALL | {"id": "tc_0", "call_id": "call_0"}
ANSWERED = CALL | {"status": "completed", "output": {"at": 1}}
USER = e.user_message()


def _output(*events: JSON, result: Any = None, before: Any = (CALL,), after: Any = (ANSWERED,)) -> list[Exchange]:
    """Give a result to a thread that holds these items, and list what it holds then."""
    given = {"result": {"at": 1} if result is None else result}
    answer = e.go_on(OUTPUT, given, *(events or [e.notice("resumed")]))
    return [e.listing(USER, *before), answer, e.listing(USER, *after)]


def _refused(*after: JSON, before: Any = (ANSWERED,)) -> list[Exchange]:
    """Refuse a result, and list what the thread holds then."""
    params = {"thread_id": e.THREAD_ID, "result": {"at": 1}}
    return [e.listing(USER, *before), e.refused(OUTPUT, params), e.listing(USER, *after)]


@rule(
    "tools.call.arrives-pending",
    "MUST",
    "L0",
    catalogue="CTL-001",
    source="openai-chatkit 1.6.5, chatkit/agents.py:817-833",
    why="The page runs the tool when a pending call is done; it never sees one that comes in another way.",
    mend="Send the call as one `thread.item.done` with status `pending`, its call id and the name of the tool.",
    good=e.create(e.done(CALL)),
    bad=e.create(e.added(CALL), e.done(CALL)),
)
def arrives_pending(stream: Stream) -> Looks:
    """A client tool call arrives as one `thread.item.done`: pending, with a call id and the name of a tool."""
    for event in stream.of("thread.item.added", "thread.item.done"):
        if event.item_type == "client_tool_call" and event.item_id not in stream.before:
            told = {name: event.item.get(name) for name in ("status", "call_id", "name")}
            holds = event.type == "thread.item.done" and told["status"] == "pending"
            yield event.look(holds and told["call_id"] != "" != told["name"], "one `done` of a pending call", told)


@rule(
    "tools.call.ends-the-turn",
    "MUST",
    "L0",
    catalogue="CTL-002",
    source="openai-chatkit 1.6.5, chatkit/agents.py:810-833",
    why="The page answers the newest item: after another one the reference refuses the result.",
    mend="Stop the run at the call, and send nothing about items after it.",
    good=e.create(*e.STREAMED, e.done(CALL)),
    bad=e.create(e.done(CALL), e.done(e.message("Done."))),
)
def ends_the_turn(stream: Stream) -> Looks:
    """No event about an item follows a client tool call in its stream."""
    items = [event for event in stream.events if event.type.startswith("thread.item.")]
    calls = [place for place, event in enumerate(items) if _asks(event.type, event.item)]
    if calls:
        later = [event for event in items[calls[0] + 1 :] if event.item_type != "client_tool_call"]
        where = later[0] if later else items[calls[0]]
        yield where.look(not later, "no event about an item after the call", where.type)


@rule(
    "tools.call.one-a-turn",
    "MUST",
    "L0",
    catalogue="CTL-003",
    source="openai-chatkit docs, guides/update-client-during-response.md:116",
    why="A result goes to one call; the others are deleted without an answer.",
    mend="Let the model make one client tool call, and end the turn with it.",
    good=e.create(e.done(CALL)),
    bad=e.create(e.done(OLD_CALL), e.done(CALL)),
)
def one_a_turn(stream: Stream) -> Looks:
    """A turn makes one client tool call at most."""
    calls = [event for event in stream.of("thread.item.done") if _asks(event.type, event.item)]
    for place, event in enumerate(calls):
        yield event.look(place == 0, "one client tool call", f"call {place + 1}")


def _asks(kind: str, item: JSON) -> bool:
    call = item.get("type") == "client_tool_call" and item.get("status") == "pending"
    return kind == "thread.item.done" and call


def _answered(told: Conversation) -> list[tuple[Visit, JSON, JSON]]:
    """Give the results that were taken, each with the newest call that waited and with what became of it."""
    taken = [one for one in visits(told, OUTPUT) if not one.failed and one.after is not None]
    waiting = [(one, pending_calls(one.before)) for one in taken]
    return [(one, calls[-1], named(one.after, calls[-1]["id"])) for one, calls in waiting if calls]


@rule(
    "tools.output.completes-the-call",
    "MUST",
    "L3",
    catalogue="CTL-004 CTL-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:589-609",
    why="The tool runs again when the thread is opened again, or the model is asked the same question for ever.",
    mend="Find the newest pending call of the thread, and store it with status `completed`.",
    good=_output(),
    bad=_output(after=[CALL]),
)
def completes_the_call(told: Conversation) -> Looks:
    """A result completes the newest pending call: its status is `completed`, and all else of it stays."""
    for visit, call, now in _answered(told):
        if now:
            wanted = call | {"status": "completed"}
            kept = {name: value for name, value in now.items() if name != "output"}
            yield visit.look(kept == wanted, "the same call, completed", kept)


@rule(
    "tools.output.keeps-the-call",
    "MUST",
    "L3",
    catalogue="CTL-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:606-615",
    why="The model is told of neither the question nor the answer, and asks again.",
    mend="Save the completed call before pending ones are cleared away.",
    good=_output(),
    bad=_output(after=[]),
)
def keeps_the_call(told: Conversation) -> Looks:
    """The call that got the result is still in the thread."""
    for visit, call, now in _answered(told):
        yield visit.look(now, f"{call['id']} in the thread", now or None)


@rule(
    "tools.output.any-json",
    "MUST",
    "L3",
    catalogue="CTL-008",
    source="openai-chatkit 1.6.5, chatkit/types.py:108,673",
    why="The model answers on the strength of something that the page never said.",
    mend="Keep `result` as it came, whatever JSON it is: 0, false, an empty text, a list.",
    good=_output(),
    bad=_output(after=[ANSWERED | {"output": '{"at":1}'}]),
)
def any_json(told: Conversation) -> Looks:
    """The call keeps the result as `output`, whatever JSON it is; null may be left out."""
    for visit, _, now in _answered(told):
        if now.get("status") == "completed":
            wanted, kept = visit.params.get("result"), now.get("output")
            yield visit.look(kept == wanted and type(kept) is type(wanted), repr(wanted), kept)


@rule(
    "tools.output.needs-a-pending-call",
    "MUST",
    "L3",
    catalogue="CTL-005 CTL-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:592-604",
    why="A page that sends a result twice has the model answer twice.",
    mend="Refuse a result when no call of the thread is pending.",
    good=_refused(ANSWERED),
    bad=_output(before=[ANSWERED]),
)
def needs_a_pending_call(told: Conversation) -> Looks:
    """A result is refused when no call waits for one, also when it has just got one."""
    for visit in visits(told, OUTPUT):
        if visit.before is not None and not pending_calls(visit.before):
            kinds = [event.type for event in visit.told]
            yield visit.look(visit.failed, "a refusal", kinds)


@rule(
    "tools.output.refused-changes-nothing",
    "MUST",
    "L3",
    catalogue="CTL-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:601-604",
    why="A stray result damages a conversation that was in order.",
    mend="Look for the call before anything is saved or deleted.",
    good=_refused(ANSWERED),
    bad=_refused(),
)
def refused_changes_nothing(told: Conversation) -> Looks:
    """A refused result leaves the items of the thread as they were."""
    for visit in visits(told, OUTPUT):
        if visit.failed and visit.before is not None and visit.after is not None:
            yield visit.look(visit.before == visit.after, "the same items", [row["id"] for row in visit.after])


@rule(
    "tools.output.goes-on-without-a-message",
    "MUST",
    "L3",
    catalogue="CTL-009",
    source="openai-chatkit 1.6.5, chatkit/server.py:617-622",
    why="The user's last message is answered a second time.",
    mend="Call the responder without a message after a result; the thread has all that it needs.",
    good=_output(e.notice("input=null")),
    bad=_output(e.notice("ack")),
)
def goes_on_without_a_message(told: Conversation) -> Looks:
    """After a result the responder runs without a message of the user: a test bed says so."""
    for visit in visits(told, OUTPUT):
        for text in visit.notices:
            if text in {"ack", "resumed"} or text.startswith("input="):
                yield visit.look(text in {"resumed", "input=null"}, "no message", text)


@rule(
    "tools.output.drops-other-calls",
    "SHOULD",
    "L3",
    catalogue="CTL-010",
    source="openai-chatkit 1.6.5, chatkit/server.py:611-615,800-815",
    why="Most models refuse a call without a result, so no answer ever comes again in this thread.",
    mend="Delete the calls that still wait, once the newest has got the result.",
    good=_output(before=[OLD_CALL, CALL]),
    bad=_output(before=[OLD_CALL, CALL], after=[OLD_CALL, ANSWERED]),
)
def drops_other_calls(told: Conversation) -> Looks:
    """Calls that were left without a result are deleted when the newest one gets its own."""
    for visit, call, now in _answered(told):
        if now.get("status") == "completed":
            for other in pending_calls(visit.before):
                if other["id"] != call["id"]:
                    left = named(visit.after, other["id"])
                    yield visit.look(not left, f"{other['id']} deleted", left)


@rule(
    "tools.output.is-not-announced",
    "INFO",
    "L3",
    catalogue="CTL-013",
    source="openai-chatkit 1.6.5, chatkit/server.py:606-622",
    why="The page knows what it sent; some servers send `replaced` all the same, which does no harm.",
    mend="Send nothing about the call that got the result.",
    good=_output(),
    bad=_output(e.replaced(ANSWERED)),
)
def is_not_announced(told: Conversation) -> Looks:
    """The stream after a result has no event about the call that got it."""
    for visit, call, _ in _answered(told):
        about = [event.type for event in visit.told if event.item_id == call["id"]]
        yield visit.look(not about, "no event about the call", about)
