"""The frame that we write, byte for byte, and the reader against the WHATWG grammar, however the stream is cut."""

import time
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chatkit_protocol as wire
from chatkit_conformance.strategies import strategy
from chatkit_protocol import SSEDecoder, SSEMessage, frame, frame_into

FRAMES = [
    pytest.param(
        wire.ThreadItemRemoved(item_id="i"), b'data: {"type":"thread.item.removed","item_id":"i"}\n\n', id="plain"
    ),
    pytest.param(
        wire.ErrorEvent(), b'data: {"type":"error","code":"custom","allow_retry":false}\n\n', id="defaults-written"
    ),
    pytest.param(
        wire.ProgressUpdate(text="a\r\nb\rc\n\n"),
        b'data: {"type":"progress_update","text":"a\\r\\nb\\rc\\n\\n"}\n\n',
        id="line-ends-escaped",
    ),
    pytest.param(
        wire.ProgressUpdate(text="é🙂\u2028\u2029\x85"),
        'data: {"type":"progress_update","text":"é🙂\u2028\u2029\x85"}\n\n'.encode(),
        id="unicode-as-it-is",
    ),
    pytest.param(
        wire.ProgressUpdate(text='"\\\0\x1f\x7f'),
        b'data: {"type":"progress_update","text":"\\"\\\\\\u0000\\u001f\x7f"}\n\n',
        id="controls-escaped",
    ),
    pytest.param(
        wire.ClientEffect(name="n", data={"a": None}),
        b'data: {"type":"client_effect","name":"n","data":{"a":null}}\n\n',
        id="null-in-free-data",
    ),
    pytest.param(
        wire.StreamOptionsEvent(stream_options=wire.StreamOptions(allow_cancel=True)),
        b'data: {"type":"stream_options","stream_options":{"allow_cancel":true}}\n\n',
        id="stream-options",
    ),
]


@pytest.mark.parametrize(("event", "written"), FRAMES)
def test_a_frame_byte_for_byte(event: wire.ThreadStreamEvent, written: bytes) -> None:
    assert frame(event) == written
    buffer = bytearray(b"before ")
    frame_into(event, buffer)
    assert buffer == b"before " + written


UNWRITABLE = [
    pytest.param(wire.ClientEffect(name="n", data={"a": "x" * 5000, "b": object()}), TypeError, id="object"),
    pytest.param(wire.ProgressUpdate(text="x" * 5000 + "\ud800"), UnicodeEncodeError, id="lone-surrogate"),
]


@pytest.mark.parametrize(("event", "error"), UNWRITABLE)
def test_an_event_that_cannot_be_written_leaves_the_buffer(event: Any, error: type[Exception]) -> None:
    buffer = bytearray(b"data: 1\n\n")
    with pytest.raises(error):
        frame_into(event, buffer)
    assert buffer == b"data: 1\n\n"
    with pytest.raises(error):
        frame(event)


def test_a_ping_is_one_comment_that_ends_no_message() -> None:
    assert wire.PING == b": ping\n"
    decoder = SSEDecoder()
    assert decoder.feed(wire.PING * 2 + b"data: 1\n" + wire.PING + b"\n") == [SSEMessage("1")]
    assert decoder.comments == ["ping"] * 3


ONE = SSEMessage("1")
TWO = SSEMessage("2")
WHATWG: list[Any] = [
    pytest.param(b"data: 1\n\n", [ONE], id="lf"),
    pytest.param(b"data: 1\r\n\r\n", [ONE], id="crlf"),
    pytest.param(b"data: 1\r\r", [ONE], id="cr"),
    pytest.param(b"data: 1\n\r\ndata: 2\r\r\n", [ONE, TWO], id="mixed"),
    pytest.param(b"data: 1\r\n\rdata: 2\n\r", [ONE, TWO], id="mixed-otherwise"),
    pytest.param(b"\xef\xbb\xbfdata: 1\n\n", [ONE], id="mark"),
    pytest.param(b"\xef\xbb\xbf\xef\xbb\xbfdata: 1\n\n", [], id="two-marks"),
    pytest.param(b"data: 1\n\n\xef\xbb\xbfdata: 2\n\n", [ONE], id="mark-later"),
    pytest.param(b"data:\xef\xbb\xbf\n\n", [SSEMessage("\ufeff")], id="mark-in-the-data"),
    pytest.param(b"\xef\xbb\n\ndata: 1\n\n", [ONE], id="half-a-mark"),
    pytest.param(b"\n\n\ndata: 1\n\n\n\n", [ONE], id="blank-lines"),
    pytest.param(b": note\ndata: 1\n\n", [ONE], id="comment"),
    pytest.param(b":\ndata: 1\n:\n\n", [ONE], id="empty-comment"),
    pytest.param(b": note\n\n", [], id="comment-alone"),
    pytest.param(b"data: 1\ndata: 2\n\n", [SSEMessage("1\n2")], id="two-lines"),
    pytest.param(b"data: 1\r\ndata: 2\r\n\r\n", [SSEMessage("1\n2")], id="two-lines-crlf"),
    pytest.param(b"data: 1\ndata:\ndata\n\n", [SSEMessage("1\n\n")], id="empty-lines"),
    pytest.param(b"data\n\ndata\ndata\n\ndata:", [SSEMessage(""), SSEMessage("\n")], id="example-of-the-standard"),
    pytest.param(b"data:1\n\ndata: 1\n\n", [ONE, ONE], id="space-is-optional"),
    pytest.param(b"data:  1\n\n", [SSEMessage(" 1")], id="one-space-goes"),
    pytest.param(b"data:\t1\n\n", [SSEMessage("\t1")], id="a-tab-stays"),
    pytest.param(b"data: 1 \n\n", [SSEMessage("1 ")], id="space-behind-stays"),
    pytest.param(b"data: a: b\n\n", [SSEMessage("a: b")], id="second-colon"),
    pytest.param(b" data: 1\n\ndata : 1\n\nData: 1\n\n", [], id="names-are-exact"),
    pytest.param(b"event: e\ndata: 1\n\ndata: 2\n\n", [SSEMessage("1", "e"), TWO], id="event"),
    pytest.param(b"event: e\n\ndata: 1\n\n", [ONE], id="event-without-data-is-forgotten"),
    pytest.param(b"event: e\nevent\ndata: 1\n\n", [ONE], id="event-emptied"),
    pytest.param(
        b"id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 1\n\n",
        [SSEMessage("1", last_event_id="7"), SSEMessage("2", last_event_id="7"), ONE],
        id="id-stays-until-emptied",
    ),
    pytest.param(b"id: 7\n\ndata: 1\n\n", [SSEMessage("1", last_event_id="7")], id="id-without-data"),
    pytest.param(b"id: 7\0\ndata: 1\n\n", [ONE], id="id-with-zero"),
    pytest.param(b"retry: 10\nunknown: x\nunknown\ndata: 1\n\n", [ONE], id="other-fields"),
    pytest.param(b"data: 1\n\ndata: 2\n", [ONE], id="no-last-blank-line"),
    pytest.param(b"data: 1\n\ndata: 2", [ONE], id="no-last-line-end"),
    pytest.param(b"", [], id="nothing"),
    pytest.param(
        "data: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n\n".encode(),
        [SSEMessage("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg")],
        id="what-python-thinks-ends-a-line",
    ),
    pytest.param("data: é🙂\n\n".encode(), [SSEMessage("é🙂")], id="utf-8"),
    pytest.param(b"data: \xff\xc3\n\ndata: 1\n\n", [SSEMessage("\ufffd\ufffd"), ONE], id="not-utf-8"),
    pytest.param(b"data: [DONE]\n\n", [SSEMessage("[DONE]")], id="a-sentinel-is-data"),
]


@pytest.mark.parametrize(("stream", "messages"), WHATWG)
def test_the_grammar_in_every_cut(stream: bytes, messages: list[SSEMessage]) -> None:
    assert SSEDecoder().feed(stream) == messages
    assert _fed(stream[i : i + 1] for i in range(len(stream))) == messages
    for place in range(len(stream) + 1):
        assert _fed([stream[:place], b"", stream[place:]]) == messages, place


def _fed(pieces: Any) -> list[SSEMessage]:
    decoder = SSEDecoder()
    return [message for piece in pieces for message in decoder.feed(piece)]


LINES = [row.values[0] for row in WHATWG]


@settings(max_examples=150, deadline=None)
@given(
    stream=st.lists(st.sampled_from(LINES), max_size=6).map(b"".join), places=st.lists(st.integers(0, 200), max_size=9)
)
def test_cuts_change_nothing(stream: bytes, places: list[int]) -> None:
    edges = [0, *sorted(min(place, len(stream)) for place in places), len(stream)]
    whole, cut = SSEDecoder(), SSEDecoder()
    messages = whole.feed(stream)
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    assert [message for piece in pieces for message in cut.feed(piece)] == messages
    for name in ("tail", "last_event_id", "retry", "comments"):
        assert getattr(cut, name) == getattr(whole, name)


RETRIES = [
    pytest.param(b"retry: 3000\n", 3000, id="milliseconds"),
    pytest.param(b"retry: 0\n", 0, id="zero"),
    pytest.param(b"retry\n", None, id="empty"),
    pytest.param(b"retry: -1\n", None, id="sign"),
    pytest.param(b"retry: 1.5\n", None, id="fraction"),
    pytest.param(b"retry:  1\n", None, id="space"),
    pytest.param("retry: ٣\n".encode(), None, id="digits-of-another-script"),
    pytest.param(b"retry: 5\nretry: x\n", 5, id="nonsense-changes-nothing"),
    pytest.param(b"retry: " + b"9" * 5000 + b"\n", None, id="five-thousand-digits"),
]


@pytest.mark.parametrize(("stream", "retry"), RETRIES)
def test_retry_is_ascii_digits(stream: bytes, retry: int | None) -> None:
    decoder = SSEDecoder()
    decoder.feed(stream)
    assert decoder.retry == retry


TAILS = [
    pytest.param(b"", False, id="nothing"),
    pytest.param(b"data: 1\n\n", False, id="whole"),
    pytest.param(b"data: 1\r\r", False, id="whole-cr"),
    pytest.param(b"data: 1\r\n\r\n", False, id="whole-crlf"),
    pytest.param(b"data: 1\n", True, id="no-blank-line"),
    pytest.param(b"data: 1", True, id="half-a-line"),
    pytest.param(b": note\n", False, id="comment"),
]


@pytest.mark.parametrize(("stream", "tail"), TAILS)
def test_a_tail_is_told(stream: bytes, tail: bool) -> None:
    decoder = SSEDecoder()
    decoder.feed(stream)
    assert decoder.tail is tail


def test_the_last_id_counts_once_its_message_has_ended() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"id: 1\ndata: x\n")
    assert decoder.last_event_id == ""
    decoder.feed(b"\n")
    assert decoder.last_event_id == "1"


def test_a_piece_is_read_whether_or_not_its_messages_are_looked_at() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"data: 1\n\ndata: ")
    assert decoder.feed(b"2\n\n") == [TWO]


EVENTS = strategy(wire.ThreadStreamEvent)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=st.lists(EVENTS, max_size=4), place=st.integers(0, 10_000))
def test_frames_read_back_as_their_events(events: list[wire.ThreadStreamEvent], place: int) -> None:
    buffer = bytearray()
    for event in events:
        frame_into(event, buffer)
    body = bytes(buffer)
    assert body == b"".join(map(frame, events))
    assert body.count(b"\n") == 2 * len(events)
    messages = _fed([body[:place], body[place:]])
    assert [wire.decode_event(message.data) for message in messages] == events


LARGE = [
    pytest.param(b"data: " + b"x" * 5_000_000 + b"\n\n", 1, id="one-line"),
    pytest.param(b"data: x\n" * 600_000 + b"\n", 1, id="one-message-of-many-lines"),
    pytest.param(b"data: 12345\n\n" * 400_000, 400_000, id="many-messages"),
    pytest.param(b": " + b"x" * 5_000_000 + b"\n", 0, id="one-comment"),
]


@pytest.mark.parametrize(("stream", "count"), LARGE)
def test_five_megabytes_in_small_pieces_take_no_time(stream: bytes, count: int) -> None:
    start = time.perf_counter()
    messages = _fed(stream[i : i + 1024] for i in range(0, len(stream), 1024))
    assert time.perf_counter() - start < 10, "reading is not linear"
    assert len(messages) == count


def test_messages_are_values() -> None:
    assert msgspec.structs.asdict(SSEMessage("x")) == {"data": "x", "event": "message", "last_event_id": ""}
    assert hash(SSEMessage("x")) == hash(SSEMessage("x"))
