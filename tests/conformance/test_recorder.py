"""What passes a recording proxy, and what a recording answers: over real HTTP."""

import asyncio
import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from chatkit_conformance.driver import Endpoint, play, post
from chatkit_conformance.linter import example as e
from chatkit_conformance.recorder.proxy import Proxy
from chatkit_conformance.recorder.redaction import redacted
from chatkit_conformance.recorder.replay import Replay
from chatkit_conformance.recorder.session import Session
from chatkit_conformance.scenarios import load_all
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import Exchange, Header, compact, read
from support.live import live
from support.wire import Wire, frames

PATH = "/chatkit/api"
SCENARIOS = [one for one in load_all() if one.level != "L2" and not one.timed][:20]


@pytest.fixture(scope="module")
def kept() -> list[Exchange]:
    return []


@pytest.fixture(scope="module")
def servers(kept: list[Exchange]) -> Iterator[tuple[Endpoint, Endpoint]]:
    """Give the test bed as it is, and with the proxy in front of it."""
    with live(scripted_app()) as port, live(Proxy(f"http://127.0.0.1:{port}", kept.append).app()) as front:
        yield Endpoint(f"http://127.0.0.1:{port}{PATH}"), Endpoint(f"http://127.0.0.1:{front}{PATH}")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.name for one in SCENARIOS])
def test_what_the_client_gets_is_what_is_recorded(
    servers: tuple[Endpoint, Endpoint], kept: list[Exchange], scenario: Any
) -> None:
    kept.clear()
    seen = [one for one in play(scenario, servers[1]) if one.path == PATH]  # bytes of files go straight to the server
    until(lambda: len(kept) == len(seen))
    recorded = sorted(kept, key=lambda one: one.began)
    assert [(one.sent, one.status, one.cut) for one in recorded] == [(one.sent, one.status, one.cut) for one in seen]
    for one, other in zip(recorded, seen, strict=True):
        assert one.received.startswith(other.received) if other.left else one.received == other.received


def until(holds: Any, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def script(*operations: list[Any]) -> bytes:
    return e.request("threads.create", {"input": e.script(*operations)})


def test_every_frame_passes_before_the_next_is_made(kept: list[Exchange]) -> None:
    """The server makes a frame only when the client has the one before: what holds a frame back holds for ever."""
    seen = threading.Semaphore(0)

    async def one_by_one(_http: Request) -> Response:
        async def body() -> Any:
            for number in range(50):
                yield f"data: {number}\n\n".encode()
                assert await asyncio.to_thread(seen.acquire, timeout=5)

        return StreamingResponse(body(), media_type="text/event-stream")

    with (
        live(Starlette(routes=[Route(PATH, one_by_one, methods=["POST"])])) as port,
        live(Proxy(f"http://127.0.0.1:{port}", kept.append).app()) as front,
        Wire(front).open("POST", b"{}", None) as connection,
    ):
        for number, frame in enumerate(frames(connection.getresponse())):
            assert frame == f"data: {number}\n\n".encode()
            seen.release()
    assert number == 49


def test_a_user_who_leaves_leaves_the_server_as_well(servers: tuple[Endpoint, Endpoint], kept: list[Exchange]) -> None:
    kept.clear()
    post(servers[1], script(["notice", "x"], ["sleep", 5000]), leave=3)
    until(lambda: kept)
    assert kept[0].left


def test_headers_pass_as_they_are(kept: list[Exchange]) -> None:
    heard: list[dict[str, str]] = []

    async def answer(http: Request) -> Response:
        heard.append(dict(http.headers))
        return Response(b"\xff\x00", 418, {"x-one": "1", "set-cookie": "session=abc"})

    with live(Starlette(routes=[Route("/a", answer, methods=["PUT"])])) as port:
        proxy = Proxy(f"http://127.0.0.1:{port}", kept.append).app()
        with live(proxy) as front:
            connection = http.client.HTTPConnection("127.0.0.1", front)
            connection.request("PUT", "/a?b=c%20d", b"\x00", {"x-two": "2"})
            response = connection.getresponse()
            told = (response.status, response.getheader("x-one"), response.getheader("set-cookie"), response.read())
            connection.close()
    assert told == (418, "1", "session=abc", b"\xff\x00")
    assert heard[0].keys() - {"host", "connection"} == {"accept-encoding", "content-length", "x-two"}
    assert kept[-1].path == "/a?b=c%20d"


def test_a_body_that_breaks_off_breaks_off(kept: list[Exchange]) -> None:
    async def broken(_http: Request) -> Response:
        async def body() -> Any:
            yield b"data: {}\n\n"
            raise ConnectionAbortedError

        return StreamingResponse(body(), media_type="text/event-stream")

    kept.clear()
    with (
        live(Starlette(routes=[Route(PATH, broken, methods=["POST"])]), log_level="critical") as port,
        live(Proxy(f"http://127.0.0.1:{port}", kept.append).app(), log_level="critical") as front,
    ):
        seen = post(Endpoint(f"http://127.0.0.1:{front}{PATH}"), script())
    assert (seen.cut, seen.received) == (True, b"data: {}\n\n")
    assert kept[0].cut


def test_a_server_that_is_not_there_is_a_502() -> None:
    kept: list[Exchange] = []
    with live(Proxy("http://127.0.0.1:9", kept.append).app()) as front:
        seen = post(Endpoint(f"http://127.0.0.1:{front}{PATH}"), script())
    assert seen.status == 502
    assert b"cannot be reached" in seen.received
    assert kept[0].trouble


SECRETS = [
    pytest.param({"authorization": "Bearer abcdefgh12"}, id="bearer"),
    pytest.param({"cookie": "a=1; session=abcdefgh12"}, id="cookie"),
    pytest.param({"x-api-key": "abcdefgh12"}, id="api-key"),
]


@pytest.mark.parametrize("headers", SECRETS)
def test_credentials_are_taken_out(headers: dict[str, str]) -> None:
    body = b'{"token":"abcdefgh12","url":"https://x/y?a=1&sig=0123456789&b=2"}'
    clean = redacted(
        Exchange(body, 200, {"set-cookie": "abcdefgh12"}, body, sent_headers=headers, path="/?t=abcdefgh12")
    )
    assert "abcdefgh12" not in repr(clean)
    assert b"0123456789" not in clean.received
    assert b"a=1&sig=REDACTED&b=2" in clean.received


def test_a_session_writes_each_exchange_and_lints_it(tmp_path: Any) -> None:
    path = tmp_path / "session.jsonl"
    bad = e.create(*e.STREAMED, received=e.create(*e.STREAMED).received[:-1])
    with path.open("x", newline="") as out:
        session = Session(Header(name="session"), out)
        first, second = session.take(e.create(*e.STREAMED)), session.take(replace(bad))
        assert session.take(Exchange(b"", 200, {}, b"", method="OPTIONS")) is None
        assert first is not None
        assert second is not None
        assert first.findings == []
        assert "sse.frame.ended" in [one.rule.id for one in second.findings]
        assert len(read(path.read_text()).exchanges) == 3


@pytest.fixture
def replaying() -> Iterator[tuple[Endpoint, list[Exchange]]]:
    recorded = [
        e.create(*e.STREAMED, arrivals=((100, 0.0), (300, 0.2))),
        e.create(e.notice(), said=e.text_input("other")),
        e.listing(e.user_message()),
        e.refused("threads.delete", {}, 404),
    ]
    for number, one in enumerate(recorded):
        one.number = number
    with live(Replay(recorded, timed=True).app()) as port:
        yield Endpoint(f"http://127.0.0.1:{port}/anywhere"), recorded


def test_a_recording_answers_as_the_server_did(replaying: tuple[Endpoint, list[Exchange]]) -> None:
    endpoint, recorded = replaying
    for one in recorded:
        again = post(endpoint, one.sent)
        assert (again.status, again.received, again.media) == (one.status, one.received, one.media)


def test_a_recording_answers_requests_like_those_it_has(replaying: tuple[Endpoint, list[Exchange]]) -> None:
    endpoint, recorded = replaying
    like = e.request("threads.create", {"input": e.text_input("never heard")})
    answers = [post(endpoint, like).received for _ in range(3)]
    assert answers == [recorded[0].received, recorded[1].received, recorded[0].received]
    nothing = post(endpoint, compact({"type": "input.transcribe"}).encode())
    assert nothing.status == 404
    assert "no input.transcribe request; it has: items.list, threads.create" in nothing.json["message"]


def test_a_recording_takes_its_time(replaying: tuple[Endpoint, list[Exchange]]) -> None:
    endpoint, recorded = replaying
    assert post(endpoint, recorded[0].sent).arrivals[-1][1] >= 0.2
