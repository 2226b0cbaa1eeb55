"""SSE: the frames of a stream."""

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Frame, Stream

HELLO = e.create(*e.STREAMED)


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
    data = [line for line in frame.lines if line.startswith(b"data:")]
    yield frame.look(len(data) == 1, "one line that starts with `data: `", frame.raw)


@rule(
    "sse.frame.ended",
    "MUST",
    "L0",
    catalogue="SSE-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:538; WHATWG HTML 9.2.6",
    why="A reader of the grammar throws away a frame that no blank line ended: the last event never happens.",
    mend="Write the blank line after the last frame too.",
    good=HELLO,
    bad=e.create(*e.STREAMED, received=HELLO.received[:-1]),
)
def frame_is_ended(stream: Stream) -> Looks:
    """A blank line ends every frame, the last one of a stream as well."""
    if stream.frames and stream.whole:
        last = stream.frames[-1]
        yield last.look(last.ended, "a blank line after the frame", last.raw[-80:])
