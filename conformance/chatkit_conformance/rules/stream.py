"""Streams: what comes where in an answer."""

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import SAYING, Event, Stream
from chatkit_conformance.transcript import JSON, Exchange
from chatkit_protocol.events import StreamOptions, StreamOptionsEvent

SDK = "openai-chatkit 1.6.5, chatkit/server.py"
SINCE = "1.4"
HELLO = e.create(*e.STREAMED)
SAID = e.done(e.user_message())
OUTPUT = "threads.add_client_tool_output"
RETURNS = (OUTPUT, "threads.add_structured_input")


def began(*events: JSON) -> Exchange:
    """Answer the first message of a thread with exactly these events."""
    return e.stream("threads.create", {"input": e.text_input()}, *events)


def _said(event: Event) -> bool:
    return event.type == "thread.item.done" and event.item_type == "user_message"


def _optioned(stream: Stream) -> bool:
    """Tell whether options can be asked for: no, where an answer was cut short before them."""
    early = next((event for event in stream.events if not (_said(event) or event.type == "thread.created")), None)
    unanswered = early is None or early.type == "error"
    return not stream.refusal and not (unanswered and (stream.failed or not stream.whole or not stream.events))


@rule(
    "stream.options.once",
    "MUST",
    "L0",
    catalogue="STR-001",
    source=f"{SDK}:845; docs/concepts/thread-stream-events.md:42",
    since=SINCE,
    why="Without options the page does not know whether it may show a stop button.",
    mend="Send `stream_options` in every stream, once.",
    good=HELLO,
    bad=began(e.CREATED, SAID, e.notice()),
)
def options_come_once(stream: Stream) -> Looks:
    """A stream carries `stream_options` exactly once."""
    if _optioned(stream):
        count = stream.kinds.count("stream_options")
        yield stream.look(count == 1, "one `stream_options`", count)


@rule(
    "stream.options.place",
    "MUST",
    "L0",
    catalogue="STR-002",
    source=f"{SDK}:560,617,652,685,716,827",
    since=SINCE,
    why="The stop button appears late, or for a message that is not there yet.",
    mend="Send `stream_options` after the user's message and before the answer; first where there is no message.",
    good=HELLO,
    bad=began(e.CREATED, SAID, e.notice(), e.OPTIONS),
)
def options_have_their_place(stream: Stream) -> Looks:
    """`stream_options` follow the user's message and precede the answer; without a message they come first."""
    options = stream.of("stream_options")
    if options and not stream.refusal and stream.kind:
        said = [event.place for event in stream.events if _said(event) or event.type == "thread.created"]
        opening = [place for place in said if stream.kind in SAYING]
        place = max(opening[:2], default=-1) + 1
        yield options[0].look(options[0].place == place, f"event {place + 1}", f"event {options[0].place + 1}")


@rule(
    "stream.options.shape",
    "MUST",
    "L0",
    catalogue="STR-005",
    source="openai-chatkit 1.6.5, chatkit/types.py:408",
    since=SINCE,
    why="The page cannot tell whether the answer can be stopped.",
    mend="Write `allow_cancel` as true or false.",
    good=HELLO,
    bad=began(e.CREATED, SAID, {"type": "stream_options", "stream_options": {"allow_cancel": "yes"}}),
)
def options_are_booleans(node: Node) -> Looks:
    """`stream_options` say with true or false whether the answer may be stopped."""
    if node.is_a(StreamOptions):
        yield from node.shaped()
    elif node.is_a(StreamOptionsEvent):
        yield from node.shaped("stream_options")


@rule(
    "stream.message.once",
    "MUST",
    "L0",
    catalogue="STR-003 STR-008",
    source=f"{SDK}:827",
    why="The page waits for the message with its lasting id: without it the bubble hangs, with two it doubles.",
    mend="Send the user's message back as one `thread.item.done`, before the answer.",
    good=HELLO,
    bad=began(e.CREATED, e.OPTIONS, *e.STREAMED),
)
def the_message_comes_once(stream: Stream) -> Looks:
    """The answer to a message carries that message as one `thread.item.done`."""
    announced = any(event.item_type == "user_message" for event in stream.of("thread.item.added"))
    silent = stream.kinds in ([], ["error"], ["stream_options"])
    if stream.kind in SAYING and stream.whole and not announced and not silent:
        count = sum(map(_said, stream.events))
        yield stream.look(count == 1, "one `thread.item.done` of the user's message", count)


@rule(
    "stream.message.first",
    "MUST",
    "L0",
    catalogue="STR-003",
    source=f"{SDK}:560,827",
    why="The answer appears above the question, and on some pages stays there.",
    mend="Send the user's message before anything that answers it.",
    good=HELLO,
    bad=began(e.CREATED, e.notice(), SAID, e.OPTIONS),
)
def the_message_comes_first(stream: Stream) -> Looks:
    """The user's message comes before whatever answers it."""
    said = next((event for event in stream.events if _said(event)), None)
    if stream.kind in SAYING and said:
        opening = {"thread.created", "stream_options"}
        before = [one for one in stream.events[: said.place] if one.type not in opening and one.item_id != said.item_id]
        yield said.look(not before, "nothing of the answer before it", [event.type for event in before])


@rule(
    "stream.message.whole",
    "MUST",
    "L0",
    catalogue="STR-008",
    source=f"{SDK}:828",
    why="What the user said is there already: a page that waits for the rest of it shows it as unfinished.",
    mend="Send the user's message as `thread.item.done` alone.",
    good=HELLO,
    bad=began(e.CREATED, e.added(e.user_message()), SAID, e.OPTIONS),
)
def the_message_is_whole(stream: Stream) -> Looks:
    """The user's message is never announced first: it comes whole."""
    for event in stream.of("thread.item.added", "thread.item.done"):
        if event.item_type == "user_message":
            yield event.look(event.type == "thread.item.done", "`thread.item.done` alone", event.type)


@rule(
    "stream.message.none-said",
    "MUST",
    "L0",
    catalogue="STR-004",
    source=f"{SDK}:585-726",
    why="The user sees words that nobody said.",
    mend="Send no user message where the request brought none; a hidden item can tell the model what happened.",
    good=e.go_on(OUTPUT, {"result": 1}, e.notice("resumed")),
    bad=e.go_on(OUTPUT, {"result": 1}, e.done(e.user_message(item_id="msg_7"))),
)
def nothing_is_said_for_the_user(stream: Stream) -> Looks:
    """An answer to a result, to a form, or to a message that is answered again, carries no user message."""
    if stream.kind in {*RETURNS, "threads.retry_after_item"}:
        said = [event for event in stream.events if event.item_type == "user_message"]
        place = said[0] if said else stream
        yield place.look(not said, "no user message", [event.item_id for event in said])
