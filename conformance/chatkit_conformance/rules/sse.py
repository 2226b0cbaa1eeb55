"""SSE: the frames of a stream."""

import re
from dataclasses import replace

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.frames import instead
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Frame, Stream, asked
from chatkit_conformance.transcript import Exchange

HELLO = e.create(e.notice("hello"), *e.STREAMED)
PLAIN = e.create(*e.STREAMED)
NOTICE = e.body([e.notice("hello")])
SDK = "openai-chatkit 1.6.5, chatkit/server.py:538"
LOST = "A reader of the grammar finds no data in it: the event never happens."


def spoiled(*lines: bytes) -> Exchange:
    """Put these lines where the example has its notice."""
    return e.with_body(HELLO, NOTICE, b"\n".join((*lines, b"", b"")))


@rule(
    "sse.frame.one-data-line",
    "MUST",
    "L0",
    catalogue="SSE-001 SSE-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:537",
    why="Clients of the widget's family read one line a frame; what stands on further lines is lost.",
    mend="Write each event as `data: ` and its JSON on one line, and then a blank line.",
    good=HELLO,
    bad=e.with_body(HELLO, b'data: {"type":"stream_options",', b'data: {"type":"stream_options",\ndata: '),
)
def one_data_line(frame: Frame) -> Looks:
    """A frame is one line of data: `data: `, the JSON of the event, no line end within it."""
    yield frame.look(frame.form != "several", "one line that starts with `data: `", frame.raw)


@rule(
    "sse.frame.not-pretty-printed",
    "MUST",
    "L0",
    catalogue="SSE-001",
    source=SDK,
    why="Only the first line counts as data, and `{` is no event: nothing of the answer appears.",
    mend="Write the JSON compactly, on one line: no indentation.",
    good=HELLO,
    bad=spoiled(b"data: {", b'  "type": "notice", "level": "info",', b'  "message": "hello"', b"}"),
)
def not_pretty_printed(frame: Frame) -> Looks:
    """The JSON of an event is not spread over several lines for people to read."""
    yield frame.look(frame.form != "pretty", "compact JSON on the line of `data: `", frame.raw)


@rule(
    "sse.frame.data-prefix",
    "MUST",
    "L0",
    catalogue="SSE-001",
    source=SDK,
    why=LOST,
    mend="Write `data: ` before the JSON and a blank line after it; JSON lines alone (NDJSON) are no event stream.",
    good=HELLO,
    bad=spoiled(NOTICE.removeprefix(b"data: ").strip()),
)
def data_prefix(frame: Frame) -> Looks:
    """Every line of an event begins with `data:`; JSON lines without it are another format."""
    yield frame.look(frame.form != "bare", "a line that starts with `data: `", frame.raw)


@rule(
    "sse.frame.no-raw-line-end",
    "MUST",
    "L0",
    catalogue="SSE-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:1042; RFC 8259 section 7",
    why="The line ends in the middle of the text: the event is cut there and cannot be read.",
    mend="Escape line ends inside texts as `\\n` and `\\r`; a JSON encoder does so.",
    good=HELLO,
    bad=spoiled(b'data: {"type":"notice","level":"info","message":"hel\rlo"}'),
)
def no_raw_line_end(frame: Frame) -> Looks:
    """No text inside the JSON of an event has a line end or another control character as it is."""
    yield frame.look(frame.form != "raw", "control characters escaped", frame.raw)


@rule(
    "sse.frame.blank-line-between",
    "MUST",
    "L0",
    catalogue="SSE-001",
    source=SDK,
    why="A reader of the grammar joins both to one message that is no JSON: two events are lost.",
    mend="Write two line ends after each event.",
    good=HELLO,
    bad=e.with_body(HELLO, NOTICE, NOTICE[:-1]),
)
def blank_line_between(frame: Frame) -> Looks:
    """A blank line stands between two events."""
    # Lines without `data:` are another format altogether.
    if frame.form != "bare":
        yield frame.look(not frame.glued, "a blank line before the event", frame.raw)


@rule(
    "sse.frame.ended",
    "MUST",
    "L0",
    catalogue="SSE-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:538; WHATWG HTML 9.2.6",
    why="A reader of the grammar throws away a frame that no blank line ended: the last event never happens.",
    mend="Write the blank line after the last frame too.",
    good=PLAIN,
    bad=replace(PLAIN, received=PLAIN.received[:-1]),
)
def frame_is_ended(stream: Stream) -> Looks:
    """A blank line ends every frame, the last one of a stream as well."""
    last = stream.frames[-1] if stream.whole else None
    # Where no blank line stands between events either, one fault is enough.
    if last and last.form != "bare" and not last.glued:
        yield last.look(last.ended, "a blank line after the frame", last.raw[-80:])


@rule(
    "sse.frame.space",
    "SHOULD",
    "L0",
    catalogue="SSE-001",
    source=SDK,
    why="The grammar makes the space optional, but clients that split at `data: ` read nothing.",
    mend="Write `data: ` with the space.",
    good=HELLO,
    bad=e.with_body(HELLO, b"data: ", b"data:"),
)
def a_space_after_data(frame: Frame) -> Looks:
    """A space follows `data:`."""
    if frame.lines[0].startswith(b"data:"):
        yield frame.look(frame.lines[0].startswith(b"data: "), "`data: ` with a space", frame.raw[:80])


@rule(
    "sse.frame.no-sentinel",
    "MUST",
    "L0",
    catalogue="SSE-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:535",
    why="Clients parse every message as JSON: the end of every answer becomes an error.",
    mend="Write nothing after the last event; the end of the body ends the stream.",
    good=HELLO,
    bad=replace(HELLO, received=HELLO.received + b"data: [DONE]\n\n"),
)
def no_sentinel(frame: Frame) -> Looks:
    """No `[DONE]` or other mark ends the stream."""
    yield frame.look(frame.form != "sentinel", "an event, or the end of the body", frame.raw)


@rule(
    "sse.data.json",
    "MUST",
    "L0",
    catalogue="SSE-002",
    source="openai-chatkit 1.6.5, chatkit/types.py:459",
    why="What is no JSON cannot be shown; some clients give up the whole answer.",
    mend="Write the JSON of one event as the data of each frame, and nothing else.",
    good=HELLO,
    bad=spoiled(b'data: {"type":"notice","level":"info"'),
)
def data_is_json(frame: Frame) -> Looks:
    """The data of a frame is a JSON object."""
    yield frame.look(isinstance(frame.value, dict) or frame.form == "sentinel", "a JSON object", frame.raw[:200])


@rule(
    "sse.data.encoded-once",
    "MUST",
    "L0",
    catalogue="SSE-002",
    source="openai-chatkit 1.6.5, chatkit/server.py:537",
    why="A client reads a text where it expects an event, and nothing happens.",
    mend="Encode the event once: what is JSON already must not go through the encoder again.",
    good=HELLO,
    bad=spoiled(b'data: "{\\"type\\":\\"notice\\",\\"level\\":\\"info\\",\\"message\\":\\"hello\\"}"'),
)
def encoded_once(frame: Frame) -> Looks:
    """The data of a frame is the event itself, not a text that holds its JSON."""
    yield frame.look(frame.form != "twice", "a JSON object", frame.raw[:200])


@rule(
    "sse.data.type",
    "MUST",
    "L0",
    catalogue="SSE-002 STR-000",
    source="openai-chatkit 1.6.5, chatkit/types.py:354",
    why="A client tells events apart by `type`; one without it is dropped, or ends the answer.",
    mend="Give every event its `type`.",
    good=HELLO,
    bad=spoiled(b'data: {"level":"info","message":"hello"}'),
)
def events_have_a_type(frame: Frame) -> Looks:
    """Every event has a `type`, a text."""
    if isinstance(frame.value, dict):
        yield frame.look(frame.legible, "a type", frame.value.get("type"), path="$.type")


def _fields(frame: Frame, name: bytes) -> Looks:
    found = [line for line in frame.lines if line.partition(b":")[0] == name]
    yield frame.look(not found, "no other field than `data`", found[:1])


@rule(
    "sse.frame.no-id-field",
    "SHOULD",
    "L0",
    catalogue="SSE-003",
    source=SDK,
    why="One open client drops events that repeat an id.",
    mend="Leave out `id:`; a stream is never resumed.",
    good=HELLO,
    bad=spoiled(b"id: 1", NOTICE.strip()),
)
def no_id_field(frame: Frame) -> Looks:
    """A frame has no `id:`."""
    yield from _fields(frame, b"id")


@rule(
    "sse.frame.no-event-field",
    "SHOULD",
    "L0",
    catalogue="SSE-003",
    source=SDK,
    why="A browser's EventSource hands named events to listeners of that name only: an `onmessage` sees nothing.",
    mend="Leave out `event:`; the type of an event is in its JSON.",
    good=HELLO,
    bad=spoiled(b"event: notice", NOTICE.strip()),
)
def no_event_field(frame: Frame) -> Looks:
    """A frame has no `event:`."""
    yield from _fields(frame, b"event")


@rule(
    "sse.frame.no-retry-field",
    "SHOULD",
    "L0",
    catalogue="SSE-003",
    source=SDK,
    why="It asks for a reconnection, and a POST must not be sent again by itself: the user would say it twice.",
    mend="Leave out `retry:`.",
    good=HELLO,
    bad=spoiled(b"retry: 1000", NOTICE.strip()),
)
def no_retry_field(frame: Frame) -> Looks:
    """A frame has no `retry:`."""
    yield from _fields(frame, b"retry")


@rule(
    "sse.comment.alone",
    "SHOULD",
    "L0",
    catalogue="SSE-008",
    source="protocol.md section 1; WHATWG HTML 9.2.7",
    why="Parsers of the widget's family make an empty message of a comment and a blank line, and fail to read it.",
    mend="Send a keep-alive as `: ping` and one line end; none of its own blank line.",
    good=spoiled(b": ping", NOTICE.strip()),
    bad=spoiled(b": ping", b"", NOTICE.strip()),
)
def a_comment_stands_alone(exchange: Exchange) -> Looks:
    """A comment is a line that the next frame follows at once, not a frame of its own."""
    if not exchange.streams or instead(exchange):
        return
    lines = [line.strip() for line in exchange.received.split(b"\n")]
    around = zip([b"", *lines], lines[:-1], lines[1:-1], strict=False)
    alone = [line for before, line, after in around if line.startswith(b":") and not (before or after)]
    yield asked(exchange, not alone, "no comment with a blank line before and after it", alone[:1])


_EXTRA = re.compile(rb"\A\n|\n\n\n")


@rule(
    "sse.frame.one-blank-line",
    "SHOULD",
    "L0",
    catalogue="SSE-001",
    source="protocol.md section 1",
    why="Parsers of the widget's family make an empty message of a blank line too many, and fail to read it.",
    mend="Write two line ends after each event, and nothing before the first.",
    good=HELLO,
    bad=e.with_body(HELLO, NOTICE, NOTICE + b"\n"),
)
def no_more_than_one_blank_line(exchange: Exchange) -> Looks:
    """One blank line ends a frame; no other stands between two frames, or before the first."""
    if exchange.streams and not instead(exchange):
        found = _EXTRA.search(exchange.received)
        yield asked(exchange, found is None, "one blank line", found and found.start())


@rule(
    "sse.lines.lf",
    "SHOULD",
    "L0",
    catalogue="SSE-009",
    source=SDK,
    why="Clients that split frames at two line feeds find none, and wait for the end of the answer.",
    mend="End lines with a line feed alone.",
    good=HELLO,
    bad=e.with_body(HELLO, b"\n", b"\r\n"),
)
def lines_end_with_a_line_feed(exchange: Exchange) -> Looks:
    """Lines end with a line feed, not with CR LF, nor with CR alone."""
    if exchange.streams and not instead(exchange):
        body = exchange.received
        count = body.count(b"\r\n") if b"\n" in body else body.count(b"\r")
        yield asked(exchange, not count, "line feeds", f"{count} lines end with a carriage return")
