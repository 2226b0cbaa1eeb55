"""The page cuts a stream into the frames that the linter counts, and acts on those alone that a client sees."""

import base64

import pytest
from playwright.sync_api import Page

from chatkit_conformance.linter.frames import frames
from chatkit_conformance.transcript import Exchange
from chatkit_protocol.sse import SSEDecoder

A, B = b'{"type":"a","text":"\xc3\xa9\xe2\x80\xa8"}', b'{"type":"b"}'
STREAMS = [
    pytest.param(b"data: " + A + b"\n\ndata: " + B + b"\n\n", id="as-ours"),
    pytest.param(b"data: " + A + b"\r\n\r\ndata:" + B + b"\r\r", id="other-line-ends"),
    pytest.param(b": ping\ndata: " + A + b"\n\n: ping\n\n: pong\n\ndata: " + B + b"\n\n", id="comments"),
    pytest.param(b"data: " + A + b"\n: ping\nid: 3\nevent: x\n\n", id="more-fields"),
    pytest.param(b"data: " + A + b"\ndata: " + B + b"\n\ndata: " + B + b"\n\n", id="glued"),
    pytest.param(b'data: {\ndata: "type": "a"\ndata: }\n\n', id="several-lines"),
    pytest.param(A + b"\n" + B + b"\n\n" + A + b"\n\n", id="no-data"),
    pytest.param(b"data: " + A + b"\n\ndata: " + B, id="no-end"),
    pytest.param(b"data: " + A + b"\n\ndata: " + B + b"\n", id="no-blank-line-at-the-end"),
    pytest.param(b"data: [DONE]\n\ndata\n\ndata: {}\n\n\n\n", id="no-events"),
    pytest.param(b"\xef\xbb\xbfdata: " + A + b"\n\ndata: \xff\n\n", id="mark-and-no-utf-8"),
]
READ = """([body, size]) => {
  const { Frames } = sse;
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  const frames = new Frames();
  const found = [];
  for (let place = 0; place < bytes.length; place += size) found.push(...frames.push(bytes.slice(place, place + size)));
  found.push(...frames.end());
  return found;
}"""


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("body", STREAMS)
def test_frames(modules: Page, body: bytes, size: int) -> None:
    found = modules.evaluate(READ, [base64.b64encode(body).decode(), size])
    counted = [frame for frame in found if frame["kind"] != "comment"]
    expected = frames(Exchange(b"", 200, {"content-type": "text/event-stream"}, body))
    assert [(f["number"], f["start"], f["end"]) for f in counted] == [(f.number, f.start, f.end) for f in expected]
    assert [f["event"] for f in counted] == [f.value if isinstance(f.value, dict) else None for f in expected]
    comments = [frame["raw"].strip() for frame in found if frame["kind"] == "comment"]
    assert comments == [line.decode() for line in body.split(b"\n") if line.startswith(b":") and b"id:" not in body]


@pytest.mark.parametrize("body", STREAMS)
def test_a_client_sees_what_the_grammar_dispatches(modules: Page, body: bytes) -> None:
    found = modules.evaluate(READ, [base64.b64encode(body).decode(), 10_000])
    seen = [frame["event"] for frame in found if frame["kind"] == "event"]
    values = [
        modules.evaluate("(text) => { try { return JSON.parse(text); } catch { return null; } }", one.data)
        for one in SSEDecoder().feed(body)
    ]
    assert seen == [value for value in values if isinstance(value, dict) and "type" in value]
