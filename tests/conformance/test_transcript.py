"""What a transcript keeps is, to the byte, what went over the wire."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatkit_conformance import transcript as t
from chatkit_conformance.strategies import strategy, texts
from chatkit_protocol import ThreadStreamEvent
from chatkit_protocol.sse import PING, frame

frames = st.one_of(
    strategy(ThreadStreamEvent).map(frame),
    st.binary(max_size=20),
    st.sampled_from(
        [PING, b"data: {}\n", b"\n\n", b"\r\n\r\n", b"data: [DONE]\n\n", b'data: {"a": 1}\n\n', b"data:{}"]
    ),
)
bodies = st.lists(frames, max_size=5).map(b"".join)
kinds = st.sampled_from(["text/event-stream", "application/json", "text/html", ""])
times = st.floats(0, 9)
exchanges = st.builds(
    t.Exchange,
    st.one_of(bodies, st.just(b'{"type":"threads.create"}')),
    st.sampled_from([0, 200, 404]),
    kinds.map(lambda kind: {"content-type": kind}),
    bodies,
    path=texts,
    sent_headers=st.dictionaries(texts, texts, max_size=2),
    user=texts,
    cut=st.booleans(),
    left=st.booleans(),
    trouble=texts,
    began=times,
    arrivals=st.lists(st.tuples(st.integers(0, 99), times), max_size=2).map(tuple),
)
headers = st.builds(t.Header, name=texts, note=texts, producer=texts, recorded=texts)


@given(st.builds(t.Transcript, headers, st.lists(exchanges, max_size=3)))
def test_what_is_written_is_read_again(transcript: t.Transcript) -> None:
    out = io.StringIO(newline="")
    t.write(transcript, out)
    assert t.read(out.getvalue()) == t.numbered(transcript)


def test_frames_of_the_usual_form_stand_as_json() -> None:
    body = b'data: {"type":"a","text":"\xe2\x80\xa8"}\n\n: ping\ndata: {"type":"b"}\n\n'
    exchange = t.Exchange(b"{}", 200, {"content-type": "text/event-stream"}, body)
    _, received = t.exchange_lines(exchange)
    shown = t.parsed(received)["<"]["frames"]
    assert shown == [{"type": "a", "text": "\u2028"}, ': ping\ndata: {"type":"b"}\n\n']


BROKEN: list[Any] = [
    pytest.param("[]", "line 1", id="no-header"),
    pytest.param("{}\n{", "line 2", id="no-json"),
    pytest.param('{}\n{"x":1}', "line 2: neither", id="neither-side"),
    pytest.param('{}\n{"<":{"status":200}}', "line 2", id="a-reply-to-nothing"),
    pytest.param('{}\n{">":{}}\n{"<":{}}', "line 3: 'status'", id="no-status"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_what_is_no_transcript_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(t.TranscriptError, match=message):
        t.read(text)
