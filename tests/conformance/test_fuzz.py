"""Damaged requests: a small sample of what `make fuzz` sends by the hundred thousand; what it seeks is found."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chatkit_conformance.differential.servers import OurServer
from chatkit_conformance.fuzz import inside, outside, run, served
from chatkit_conformance.fuzz.inside import Inside, Tally
from chatkit_conformance.fuzz.mutants import MOST, Bodies
from chatkit_conformance.fuzz.outside import Outside, is_whole
from chatkit_conformance.fuzz.requests import MUTATORS, Chance, Requests, plain
from chatkit_conformance.fuzz.served import Served
from chatkit_conformance.testbed.app import scripted_app
from support.faults import connect
from support.live import live

SEED = 7


@contextmanager
def asked_inside(app: Any = None) -> Iterator[Inside]:
    """Ask the test bed in its process, or an app in a thread of this one."""
    server, thread = _in_a_thread(app) if app else (Inside(), None)
    try:
        yield server
    finally:
        server.close()
        if thread:
            thread.join()


def _in_a_thread(app: Any) -> tuple[Inside, threading.Thread]:
    (asked, asking), (heard, hearing) = os.pipe(), os.pipe()

    def serve() -> None:
        with open(asked, "rb") as questions, open(hearing, "wb") as answers:  # noqa: PTH123 - pipes
            Served(app).serve(questions, answers)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return Inside(open(asking, "wb"), open(heard, "rb")), thread  # noqa: PTH123 - pipes, which Inside closes


def test_damaged_bodies_are_answered() -> None:
    with asked_inside() as server:
        assert len(server.corpus) > 300
        tally = server.fuzz(2_000, SEED)
    assert run.is_sound(tally), (tally.failed, tally.memory)
    assert tally.sent == 2_000
    assert server.pid != os.getpid()
    assert len(tally.memory) == 3
    assert min(tally.memory) > 10_000, "KiB of a process"
    # Not vacuous: requests of every sort come through, and are refused for every reason.
    assert {"200 application/json", "200 text/event-stream", "400 application/json", "404 application/json"} == set(
        tally.seen
    )
    assert tally.seen["400 application/json"] < 1_800
    assert len(tally.events) > 8


@pytest.mark.slow
def test_damaged_requests_over_sockets_are_answered() -> None:
    tally = run.requests(200, SEED, len)
    assert run.is_sound(tally), (tally.failed, tally.memory)
    assert {"200", "400", "404", "405", "waited for more"} <= set(tally.seen)


@pytest.mark.slow
def test_who_asks_for_another_protocol_is_answered_in_http() -> None:
    """Mutant 19967 of a run: handed to a library for WebSockets, where there is one, it got no answer."""
    asked = plain(b'{"type":"threads.list"}')
    asked.headers += [(b"Connection", b"upgrade, host, content-length"), (b"Upgrade", b"websocket")]
    with OurServer() as server, connect(server.port) as client:
        client.sendall(asked.spelled())
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_a_number_and_a_seed_name_a_mutant() -> None:
    corpus = [b'{"type":"threads.list","params":{"limit":5}}', b'{"type":"threads.delete","params":{"thread_id":"t"}}']
    for draw in (Bodies(corpus, 1), Requests(corpus, 1)):
        assert draw.mutant(5) == type(draw)(corpus, 1).mutant(5)
        assert len({draw.mutant(number) for number in range(200)}) > 120
        assert max(len(draw.mutant(number)) for number in range(500)) < MOST * 5


@pytest.mark.parametrize("mutate", MUTATORS, ids=lambda mutator: mutator.__name__)
def test_each_way_damages_a_request(mutate: Callable[[Any, Chance], None]) -> None:
    changed = 0
    for number in range(20):
        asked = plain(b'{"type":"threads.list"}')
        mutate(asked, Chance(number))
        changed += asked.spelled() != plain(b'{"type":"threads.list"}').spelled()
    assert changed >= 15


WHOLE = [
    pytest.param(plain(b"{}").spelled(), True, id="whole"),
    pytest.param(plain(b"{}").spelled()[:-1], False, id="more-to-come"),
    pytest.param(b"", False, id="nothing"),
    pytest.param(b"\x00\x01\r\n\r\n", True, id="no-http"),
    pytest.param(b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", True, id="another-protocol"),
]


@pytest.mark.parametrize(("sent", "whole"), WHOLE)
def test_whether_an_answer_is_due(sent: bytes, whole: bool) -> None:
    assert is_whole(sent) is whole


async def _raises(_http: Any) -> Response:
    raise RuntimeError("broken")


async def _fails(_http: Any) -> Response:
    return PlainTextResponse("oh", status_code=502)


async def _hangs(_http: Any) -> Response:
    await asyncio.sleep(60)
    raise AssertionError


BROKEN = [
    pytest.param(_raises, "RuntimeError('broken') escaped", id="raises"),
    pytest.param(_fails, "status 502", id="5xx"),
    pytest.param(_hangs, "TimeoutError() escaped", id="hangs"),
]


@pytest.mark.parametrize(("answer", "fault"), BROKEN)
def test_a_broken_app_is_found_within(answer: Any, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "PATIENCE", 0.05)
    monkeypatch.setattr(inside, "corpus", lambda _ask: [b'{"type":"threads.list"}'])
    app = Starlette(routes=[Route("/chatkit/api", answer, methods=["POST"])])
    app.state.backend = scripted_app().state.backend
    with asked_inside(app) as server:
        tally = server.fuzz(3, SEED)
    assert len(tally.failed) == 3
    assert fault in tally.failed[0]
    assert not run.is_sound(tally)


SOCKETS = [
    pytest.param(_fails, "statuses [502]", id="5xx"),
    pytest.param(_hangs, "no answer to a whole request", id="hangs"),
]


@pytest.mark.parametrize(("answer", "fault"), SOCKETS)
def test_a_broken_server_is_found_over_sockets(answer: Any, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "PATIENCE", 0.2)
    monkeypatch.setattr(outside, "QUIET", 0.05)
    monkeypatch.setattr(outside, "corpus", lambda _ask: [b'{"type":"threads.list"}'])
    monkeypatch.setattr(Outside, "_health", lambda *_: [])
    app = Starlette(routes=[Route("/chatkit/api", answer, methods=["POST"])])
    with live(app, log_level="critical", timeout_graceful_shutdown=0) as port:
        tally = Outside(port, "self").fuzz(40, SEED)
    assert any(fault in told for told in tally.failed), tally


async def _leaves_a_task(_http: Any) -> Response:
    TASKS.append(asyncio.create_task(_hangs(None)))
    return Response(b"{}", media_type="application/json")


TASKS: list[Any] = []


def test_a_task_that_is_left_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "corpus", lambda _ask: [b'{"type":"threads.list"}'])
    app = Starlette(routes=[Route("/chatkit/api", _leaves_a_task, methods=["POST"])])
    app.state.backend = scripted_app().state.backend
    with asked_inside(app) as server:
        tally = server.fuzz(3, SEED)
    assert tally.failed == ["after mutant 2: tasks are left: _hangs"]


@pytest.mark.parametrize(
    ("memory", "sound"),
    [
        ([50_000, 60_000, 61_000, 62_000, 60_500, 61_000], True),
        ([50_000, 50_000, 55_000, 55_000, 50_000 + run.FLAT, 50_000 + run.FLAT], True),
        ([50_000, 50_000, 55_000, 55_000, 50_001 + run.FLAT, 50_001 + run.FLAT], False),
        ([50_000, 50_000, 99_000, 50_000, 50_000, 50_000], True),
        ([], True),
    ],
    ids=["flat", "within bounds", "grows", "a peak that passes", "not looked at"],
)
def test_memory_that_grows_is_found(memory: list[int], sound: bool) -> None:
    assert run.is_sound(Tally(memory=memory)) is sound


def test_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "FUZZ.md"
    assert run.main(["--bodies", "50", "--requests", "0", "--seed", "3", "--record", str(file)]) == 0
    said = capsys.readouterr()
    assert file.read_text() == said.out
    assert "## 50 damaged bodies\n\nSeed 3. " in said.out
    assert "Failures (5xx, exceptions, hangs): 0." in said.out
    assert "in the first third of the run" in said.out
    assert "50 bodies" in said.err
