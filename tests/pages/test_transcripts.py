"""The page's own reader and writer of transcripts, and its fold, held against Python's over everything on record."""

import base64
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page

from chatkit_conformance import transcript as t
from chatkit_conformance.recorder.redaction import redacted
from chatkit_conformance.recordings import FOLDER, NEWEST
from chatkit_protocol import ErrorEvent, Notice, StreamOptions, Thread, ThreadItem, ThreadStreamEvent, decode_event
from chatkit_protocol.fold import ThreadView, fold

RECORDINGS = sorted((FOLDER / NEWEST).glob("*.*.jsonl")) + sorted(FOLDER.glob("*/script.two-at-once.jsonl"))


AGAIN = "(texts) => texts.map((text) => transcript.write(transcript.read(text), transcript.headerOf(text)))"


def test_what_is_on_record_is_written_as_it_was_read(modules: Page) -> None:
    texts = [path.read_text("utf-8") for path in RECORDINGS]
    assert len(texts) > 150
    for path, before, after in zip(RECORDINGS, texts, modules.evaluate(AGAIN, texts), strict=True):
        assert after == before, path


BODIES = [
    pytest.param(b'data: {"a":1.0,"b":1e16,"c":1e-05,"d":-0.0,"e":123456789012345678901}\n\n', id="numbers"),
    pytest.param(b'data: {"a":1E5}\n\ndata: {"a":1.50}\n\n', id="numbers-spelled-otherwise"),
    pytest.param(b'data: {"2":1,"1":2}\n\n', id="keys-that-are-numbers"),
    pytest.param(b'data: {"a":1,"a":2}\n\n', id="a-key-twice"),
    pytest.param(b'data: {"a":NaN,"b":-Infinity}\n\n', id="no-numbers"),
    pytest.param(b'data: {"a": 1}\n\n', id="blanks"),
    pytest.param(b'data: {"a":"\\u00e9\\/\\u001f\\n\x7f\xe2\x80\xa8"}\n\n', id="escapes"),
    pytest.param(b'data: {"a":"\\u001f\\n\x7f\xe2\x80\xa8"}\n\n', id="escapes-as-ours"),
    pytest.param(b"data: [1]\n\ndata: null\n\ndata: [DONE]\n\n", id="no-objects"),
    pytest.param(b'data: {"a":1}\r\n\r\ndata:{"a":1}\n\n: ping\ndata: {"a":1}\n\ndata: {"a":', id="framed-otherwise"),
    pytest.param(b"\xef\xbb\xbfdata: {}\n\n\n\n", id="byte-order-mark"),
    pytest.param(b"\xff\xfe\x00", id="no-utf-8"),
    pytest.param(b'data: {"a":' + b"[" * 2000 + b"]" * 2000 + b"}\n\n", id="deep"),
    pytest.param(b"", id="nothing"),
]
MEDIA = ("text/event-stream", "application/json")


@pytest.mark.parametrize("body", BODIES)
def test_every_body_keeps_its_bytes(modules: Page, body: bytes) -> None:
    bodies = (body, body.removeprefix(b"data: ").rstrip())
    exchanges = [
        t.Exchange(sent, 200, {"content-type": media}, received, path="/é?a=1", user="second", began=0.25)
        for media in MEDIA
        for sent in bodies
        for received in bodies
    ]
    exchanges.append(t.Exchange(body, 200, {}, body, method="PUT", left=True, arrivals=((3, 1.0), (5, 1e-05))))
    exchanges.append(t.Exchange(body, 0, {}, b"", trouble='no "reply"', model=({"input": 1.0},)))
    out = io.StringIO(newline="")
    t.write(t.Transcript(t.Header(name="n", recorded="2026-01-01"), exchanges), out)
    assert modules.evaluate(AGAIN, [out.getvalue()]) == [out.getvalue()]
    kept = modules.evaluate(
        """(text) => transcript.read(text).map((one) => {
          return [...one.body.part()].map((byte) => String.fromCharCode(byte)).join("");
        }).map(btoa)""",
        out.getvalue(),
    )
    assert [base64.b64decode(one) for one in kept] == [exchange.received for exchange in exchanges]


FLOATS = [0.0, 1.0, -1.5, 0.1, 1e-4, 1.5e-4, 1e-5, 123456.789, 1e15, 1e16, 1.7976931348623157e308, 5e-324, 2.5e-7]


def test_floats_are_written_as_python_writes_them(modules: Page) -> None:
    assert modules.evaluate("(floats) => floats.map(json.float)", FLOATS) == [repr(one) for one in FLOATS]


BROKEN = [
    pytest.param("{}\n{", "line 2", id="no-json"),
    pytest.param('{}\n{"x":1}', "line 2: neither", id="neither-side"),
    pytest.param('{}\n{"<":{"status":200}}', "line 2: a reply to nothing", id="a-reply-to-nothing"),
    pytest.param('{}\n{">":{}}\n{"<":{}}', "line 3: there is no `status`", id="no-status"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_what_is_no_transcript_is_refused_with_its_line(modules: Page, text: str, message: str) -> None:
    told = modules.evaluate(
        "(text) => { try { transcript.read(text); } catch (error) { return error.message; } }", text
    )
    assert told.startswith(message)


FOLD = """(streams) => streams.map((events) => {
  const view = fold.emptyView();
  for (const event of events) fold.apply(view, event);
  const { thread, progress, notices, errors, options } = view;
  const items = [...view.items.values()];
  return { thread, progress, notices, errors, options, items, open: [...view.open].toSorted() };
})"""


def events_of(path: Path) -> list[tuple[Any, ThreadStreamEvent]]:
    """Give what a recording streams and a client can read, as JSON and as values."""
    found = []
    for exchange in t.load(path).exchanges:
        for event in t.pieces(t.decoded(exchange.received)) if exchange.streams else ():
            with contextlib.suppress(msgspec.ValidationError):
                found.append((event, decode_event(json.dumps(event))))
    return found


def seen(view: ThreadView) -> Any:
    return [view.thread, list(view.items.values()), sorted(view.open), view.notices, view.errors, view.options]


def seen_by_the_page(view: Any) -> Any:
    kinds = [Thread | None, list[ThreadItem], list[str], list[Notice], list[ErrorEvent], StreamOptions | None]
    names = ("thread", "items", "open", "notices", "errors", "options")
    notices = [{"type": "notice", **notice} for notice in view["notices"]]
    told = view | {"notices": notices}
    return [msgspec.convert(told[name], kind) for name, kind in zip(names, kinds, strict=True)]


def test_the_page_folds_every_stream_on_record_as_the_server_does(modules: Page) -> None:
    played = {path: events_of(path) for path in sorted(FOLDER.glob("*/*.*.jsonl"))}
    views = modules.evaluate(FOLD, [[event for event, _ in events] for events in played.values()])
    assert len(views) > 1000
    for (path, events), view in zip(played.items(), views, strict=True):
        assert seen_by_the_page(view) == seen(fold(event for _, event in events)), path


def test_credentials_are_taken_out_as_the_recorder_takes_them(modules: Page) -> None:
    body = b'data: {"type":"a","said":"tok-0123456789 and sess-abcdefghij","url":"/f?sig=s&X-Amz-Date=1&name=n"}\n\n'
    exchange = t.Exchange(
        b'{"type":"threads.list","params":{"after":"key-123456789"}}',
        200,
        {"content-type": "text/event-stream", "set-cookie": "session=sess-abcdefghij; Path=/"},
        body,
        path="/chatkit/api?token=tok-0123456789&limit=1",
        sent_headers={"authorization": "Bearer tok-0123456789", "x-api-key": "key-123456789", "accept": "*/*"},
    )
    before, after = io.StringIO(newline=""), io.StringIO(newline="")
    t.write(t.Transcript(t.Header(), [exchange]), before)
    t.write(t.Transcript(t.Header(), [redacted(exchange)]), after)
    assert "tok-" not in after.getvalue()
    clean = "(text) => transcript.write(transcript.read(text).map(redaction.redacted))"
    assert modules.evaluate(clean, before.getvalue()) == after.getvalue()
