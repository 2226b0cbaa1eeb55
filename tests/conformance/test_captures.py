"""Whatever form a capture has, the same exchange is read from it."""

import io
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatkit_conformance.captures import CaptureError, read_capture
from chatkit_conformance.linter import example as e
from chatkit_conformance.rules import lint
from chatkit_conformance.transcript import Exchange, Transcript, write

HELLO = e.create(*e.STREAMED)
GOES_ON = e.say(*e.STREAMED, said=e.text_input("hi", quoted_text="this"))


def transcript(*exchanges: Exchange) -> bytes:
    out = io.StringIO(newline="")
    write(Transcript(exchanges=list(exchanges)), out)
    return out.getvalue().encode()


def curl(exchange: Exchange, end: str = "\r\n") -> bytes:
    lines = [
        f"HTTP/1.1 {exchange.status} OK",
        *(f"{name}: {value}" for name, value in exchange.headers.items()),
        "",
        "",
    ]
    return end.join(lines).encode() + exchange.received


def entry(exchange: Exchange, **given: Any) -> dict[str, Any]:
    content = {"text": exchange.received.decode()}
    return {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "request": {"method": "POST", "url": "http://x/chatkit", "postData": {"text": exchange.sent.decode()}},
        "response": {
            "status": exchange.status,
            "headers": [{"name": name.title(), "value": value} for name, value in exchange.headers.items()],
            "content": content,
        },
    } | given


def har(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}).encode()


PREFLIGHT = {"request": {"method": "OPTIONS", "url": "http://x/chatkit"}, "response": {"status": 200, "headers": []}}
SCRIPT = {"request": {"method": "POST", "url": "http://x/log", "postData": {"text": '{"type":"page"}'}}} | {
    "response": {"status": 200, "headers": [{"name": "content-type", "value": "text/plain"}], "content": {}}
}
IN_BASE64 = entry(HELLO)
IN_BASE64["response"] |= {"content": {"encoding": "base64", "text": b64encode(HELLO.received).decode()}}
BARE = HELLO.received

FORMS = [
    pytest.param(transcript(HELLO), id="transcript"),
    pytest.param(curl(HELLO), id="curl"),
    pytest.param(curl(HELLO, "\n"), id="curl-with-bare-line-ends"),
    pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + curl(HELLO), id="curl-after-continue"),
    pytest.param(BARE, id="bare-stream"),
    pytest.param(har(PREFLIGHT, SCRIPT, entry(HELLO)), id="har"),
    pytest.param(b"\xef\xbb\xbf" + har(entry(HELLO)), id="har-with-a-mark"),
    pytest.param(har(IN_BASE64), id="har-in-base64"),
]


@pytest.mark.parametrize("raw", FORMS)
def test_the_same_exchange_is_read(raw: bytes) -> None:
    (exchange,) = read_capture(raw, "x").exchanges
    assert (exchange.status, exchange.received) == (200, HELLO.received)
    assert exchange.request == HELLO.request
    assert exchange.streams
    assert lint([exchange]).findings == []


def test_what_was_asked_is_told_by_the_answer() -> None:
    (exchange,) = read_capture(GOES_ON.received, "x").exchanges
    assert exchange.request == GOES_ON.request
    (unknown,) = read_capture(e.go_on("threads.retry_after_item", {}).received, "x").exchanges
    assert unknown.kind == ""
    assert unknown.streams
    assert lint([unknown]).findings == []  # nobody knows what was asked, so nothing that was asked is wrong


ENDS = [
    pytest.param({"_error": "net::ERR_INCOMPLETE_CHUNKED_ENCODING"}, "cut", id="cut"),
    pytest.param({"_error": "net::ERR_ABORTED"}, "left", id="left"),
]


@pytest.mark.parametrize(("given", "how"), ENDS)
def test_how_a_request_ended_in_the_browser(given: dict[str, Any], how: str) -> None:
    (exchange,) = read_capture(har(entry(HELLO, **given)), "x").exchanges
    assert getattr(exchange, how)


def test_a_request_without_a_reply_has_trouble() -> None:
    failed = entry(HELLO, _error="net::ERR_CONNECTION_REFUSED")
    failed["response"] |= {"status": 0, "content": {}, "headers": []}
    (exchange,) = read_capture(har(failed), "x").exchanges
    assert exchange.trouble == "net::ERR_CONNECTION_REFUSED"


def test_a_reply_in_json_is_no_stream() -> None:
    (exchange,) = read_capture(b'{"data":[],"has_more":false}', "x").exchanges
    assert exchange.json == {"data": [], "has_more": False}


UNREADABLE = [
    pytest.param(b" \n", "x: there is nothing in it", id="empty"),
    pytest.param(har(PREFLIGHT), "x: there is no ChatKit request in it", id="har-of-something-else"),
    pytest.param(b'{"log": {}}', "x: 'entries'", id="har-without-entries"),
    pytest.param(b'{"name":"a"}\n{">":{}}\n{"<":{}}', "x, line 3", id="broken-transcript"),
    pytest.param(b"HTTP/1.1 fine\r\n\r\n", "x: no status", id="curl-without-a-status"),
]


@pytest.mark.parametrize(("raw", "message"), UNREADABLE)
def test_what_cannot_be_read_says_why(raw: bytes, message: str) -> None:
    with pytest.raises(CaptureError, match=message):
        read_capture(raw, "x")


@given(
    st.one_of(
        st.binary(), st.sampled_from([one.values[0] for one in FORMS]).flatmap(lambda raw: st.binary().map(raw.__add__))
    )
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        found = read_capture(raw, "x")
    except CaptureError:
        return
    lint(found.exchanges)


FOLDER = Path(__file__).parent / "data" / "captures"
KNOWN = {
    "browser-official.har": {
        "http.stream.not-cached",
        "refusals.unknown-thread.client-error",
        "json.time.zone",
        "hidden.events.added-or-replaced",
    },
    "curl-i-official.txt": {"http.stream.not-cached", "json.time.zone"},
    "curl-official.sse": {"json.time.zone"},
}
"""What the official SDK breaks in what was captured of it; ours breaks nothing."""


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_capture_of_a_real_browser_or_of_curl_lints_as_its_server_deserves(path: Path) -> None:
    transcript = read_capture(path.read_bytes(), path.name)
    assert len(transcript.exchanges) == (4 if path.suffix == ".har" else 1)
    assert set(lint(transcript.exchanges).broken) == KNOWN.get(path.name, set())
