"""The way to the socket: batching, back-pressure, a flat memory, separate streams."""

import asyncio
import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import Any

import anyio
import pytest

from chatkit_server import Answer, Turn, create_app, sending
from chatkit_server.streaming import HIGH_WATER, EventStream
from support.asgi import Client, GoneError
from support.live import live
from support.wire import Wire, frames, message

CREATE = {"type": "threads.create", "params": {"input": message("go")}}


class Writes:
    """An ASGI client that notes each write."""

    def __init__(self, app: Any) -> None:
        self._client = Client(app)
        self.sizes: list[int] = []
        inner = self._client._send

        async def send(message: dict[str, Any]) -> None:
            body = message.get("body", b"")
            if body:
                self.sizes.append(body.count(b"\n\n"))
            await inner(message)

        self._client._send = send  # type: ignore[method-assign]

    async def post(self) -> bytes:
        return await self._client.post(CREATE)


def test_frames_that_are_ready_leave_in_one_write() -> None:
    async def respond(turn: Turn) -> Answer:
        for number in range(50):
            yield turn.notice(str(number))

    writes = Writes(create_app(respond))
    body = asyncio.run(writes.post())
    assert sum(writes.sizes) == body.count(b"\n\n") == 53
    assert len(writes.sizes) <= 3


def test_a_frame_that_is_alone_leaves_at_once() -> None:
    async def respond(turn: Turn) -> Answer:
        for number in range(5):
            await asyncio.sleep(0.01)
            yield turn.notice(str(number))

    writes = Writes(create_app(respond))
    asyncio.run(writes.post())
    assert writes.sizes == [3, 1, 1, 1, 1, 1]


def test_a_frame_is_sent_before_anything_else_gets_a_turn() -> None:
    """No other stream's work comes between an event and the socket, however many streams there are."""
    seen: list[int] = []

    async def respond(turn: Turn) -> Answer:
        await asyncio.sleep(0.01)
        for number in range(5):
            asyncio.get_running_loop().call_soon(lambda: seen.append(sum(writes.sizes)))
            yield turn.notice(str(number))
            await asyncio.sleep(0.001)

    writes = Writes(create_app(respond))
    asyncio.run(writes.post())
    assert seen == [4, 5, 6, 7, 8]


class Numbers:
    """A responder that says numbers, with a wait after each; it tells how many it made, and when it has said all."""

    def __init__(self, count: int, pause: float) -> None:
        self.made = 0
        self.all = asyncio.Event()
        self._count, self._pause = count, pause

    async def respond(self, turn: Turn) -> Answer:
        await asyncio.sleep(0.01)
        for number in range(self._count):
            self.made += 1
            yield turn.notice(str(number))
            await asyncio.sleep(self._pause)
        self.all.set()


def numbers_in(body: bytes) -> list[int]:
    return [int(number) for number in re.findall(rb'"message":"(\d+)"', body)]


class Slow(Writes):
    """A client that stops taking anything for a while, in the middle of a write, at some frame; or is gone then."""

    def __init__(self, app: Any, *, at: int, until: asyncio.Event | None = None, gone: bool = False) -> None:
        super().__init__(app)
        inner = self._client._send

        async def send(message: dict[str, Any]) -> None:
            if b'"%d"' % at in message.get("body", b""):
                if gone:
                    raise GoneError
                await (until or asyncio.Event()).wait()
            await inner(message)

        self._client._send = send  # type: ignore[method-assign]


@pytest.mark.parametrize("at", [0, 1, 7, 19])
def test_a_client_that_stalls_loses_nothing_and_gets_the_rest_in_one_write(at: int) -> None:
    numbers = Numbers(20, 0.001)
    slow = Slow(create_app(numbers.respond), at=at, until=numbers.all)
    assert numbers_in(asyncio.run(slow.post())) == list(range(20))
    assert slow.sizes == [3, *[1] * (at + 1), *[19 - at] * (at < 19)]


NOW: ContextVar[str] = ContextVar("what a middleware is doing")


@contextlib.asynccontextmanager
async def a_variable() -> AsyncIterator[None]:
    token = NOW.set("sending")
    yield
    NOW.reset(token)


@contextlib.asynccontextmanager
async def a_timeout() -> AsyncIterator[None]:
    async with asyncio.timeout(60):
        yield


@contextlib.asynccontextmanager
async def a_scope() -> AsyncIterator[None]:
    with anyio.fail_after(60):
        yield


AROUND = [a_variable, a_timeout, a_scope]
"""What a middleware holds while it sends, as tracers do, and those who count seconds."""


@pytest.mark.parametrize("around", AROUND, ids=lambda around: around.__name__)
def test_what_a_middleware_holds_while_it_sends_it_can_let_go_of_though_the_client_stalls(around: Any) -> None:
    numbers = Numbers(10, 0.001)

    async def respond(turn: Turn) -> Answer:
        async for event in numbers.respond(turn):
            yield event
            assert NOW.get("nothing") == "nothing"

    app = create_app(respond)

    async def holding(scope: Any, receive: Any, send: Any) -> None:
        async def held(message: Any) -> None:
            async with around():
                await send(message)

        await app(scope, receive, held)

    assert numbers_in(asyncio.run(Slow(holding, at=3, until=numbers.all).post())) == list(range(10))


def test_a_timeout_of_a_middleware_is_its_own() -> None:
    """It ends the sending, which is the stop of a client that takes nothing; the answer's task never hears of it."""
    numbers = Numbers(40, 0.02)
    app = create_app(numbers.respond)

    async def hasty(scope: Any, receive: Any, send: Any) -> None:
        async def sends(message: Any) -> None:
            async with asyncio.timeout(0.1):
                await send(message)

        await app(scope, receive, sends)

    async def run() -> bytes:
        async with asyncio.timeout(5):
            return await Slow(hasty, at=3).post()

    assert b'"error"' not in asyncio.run(run())
    assert numbers.made < 20


def test_a_timeout_of_the_responder_does_not_cut_what_is_being_sent() -> None:
    said_all = asyncio.Event()

    async def respond(turn: Turn) -> Answer:
        await asyncio.sleep(0.01)
        for number in range(10):
            yield turn.notice(str(number))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(1)
        said_all.set()

    body = asyncio.run(Slow(create_app(respond), at=3, until=said_all).post())
    assert numbers_in(body) == list(range(10))


@pytest.mark.parametrize("fault", [{"gone": True}, {}], ids=["gone", "takes nothing"])
def test_a_client_that_fails_while_a_lone_frame_is_sent_has_gone_away(fault: Any) -> None:
    numbers = Numbers(40, 0.02)

    async def run() -> None:
        async with asyncio.timeout(5):
            await Slow(create_app(numbers.respond, ping=0, patience=0.1), at=3, **fault).post()

    asyncio.run(run())
    assert numbers.made < 20, "the responder went on for nobody"


def test_a_producer_that_never_waits_still_lets_frames_leave() -> None:
    seen: list[int] = []

    async def respond(turn: Turn) -> Answer:
        for number in range(6):
            seen.append(sum(writes.sizes))
            time.sleep(0.006)  # noqa: ASYNC251 - a responder that blocks is the point
            yield turn.notice(str(number))

    writes = Writes(create_app(respond))
    asyncio.run(writes.post())
    assert seen[-1] >= 5, "frames had to wait for the end of the answer"


def test_the_first_frame_arrives_while_the_answer_goes_on() -> None:
    go = threading.Event()

    async def respond(turn: Turn) -> Answer:
        yield turn.notice("first")
        await asyncio.to_thread(go.wait, 10)
        yield turn.notice("second")

    with live(create_app(respond)) as port, Wire(port).open("POST", CREATE) as connection:
        reading = frames(connection.getresponse())
        early = [json.loads(next(reading)[6:]) for _ in range(4)]
        assert early[-1]["message"] == "first"
        go.set()
        assert json.loads(next(reading)[6:])["message"] == "second"


def test_a_client_that_reads_slowly_holds_the_producer_back() -> None:
    """Neither the producer nor the memory runs ahead of the client by more than buffers."""
    made = 0
    total = 40_000
    text = "x" * 1000

    async def respond(turn: Turn) -> Answer:
        nonlocal made
        for _ in range(total):
            made += 1
            yield turn.notice(text)

    with live(create_app(respond)) as port:
        client = socket.create_connection(("127.0.0.1", port))
        body = json.dumps(CREATE).encode()
        client.sendall(
            b"POST /chatkit/api HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
            + body
        )
        before = -1
        while made != before:
            before = made
            time.sleep(0.3)
        assert 0 < made < total / 2, "the producer ran ahead of a client that does not read"
        received = 0
        while piece := client.recv(1 << 20):
            received += len(piece)
        client.close()
    assert received > total * len(text)


def test_the_buffer_stays_small() -> None:
    async def run() -> int:
        async def events() -> AsyncIterator[Any]:
            for _ in range(5000):
                yield turn_event

        from chatkit_protocol import Notice  # noqa: PLC0415 - only here

        turn_event = Notice(level="info", message="x" * 100)
        stream = EventStream(events())  # type: ignore[arg-type]
        largest = 0

        async def send(message: Any) -> None:
            nonlocal largest
            largest = max(largest, len(message["body"]))
            await asyncio.sleep(0)

        await stream.give(sending.Client(send), stream.reader)
        return largest

    assert asyncio.run(run()) < HIGH_WATER + 1024


def test_a_stream_takes_two_tasks_beside_the_one_of_its_request() -> None:
    async def tasks(streams: int) -> int:
        running: list[int] = []

        async def respond(turn: Turn) -> Answer:
            yield turn.notice("before")
            await asyncio.sleep(0.01)
            running.append(len(asyncio.all_tasks()))

        app = create_app(respond)
        await asyncio.gather(*(Client(app).post(CREATE) for _ in range(streams)))
        return max(running)

    clients = 3
    """Tasks that each client takes: its own, one for the request, and one that waits to go away."""
    assert asyncio.run(tasks(20)) - asyncio.run(tasks(10)) == 10 * (clients + 2)


def test_bodies_pass_by_our_middlewares_and_through_those_of_the_application() -> None:
    class Spy:
        def __init__(self, app: Any, seen: list[str]) -> None:
            self.app, self.seen = app, seen

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            async def told(message: Any) -> None:
                self.seen.append(message["type"])
                await send(message)

            await self.app(scope, receive, told)

    async def respond(turn: Turn) -> Answer:
        yield turn.notice("said")

    app = create_app(respond)
    inside: list[str] = []
    outside: list[str] = []
    route: Any = app.routes[0]
    route.app = Spy(route.app, inside)
    app.add_middleware(Spy, seen=outside)
    body = asyncio.run(Client(app).post(CREATE))
    assert b"said" in body
    assert inside == ["http.response.start"]
    assert outside == ["http.response.start", "http.response.body", "http.response.body"]


def test_an_app_may_be_mounted_within_another() -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.notice("said")

    outer = create_app(respond, path="/outer")
    outer.mount("/", create_app(respond))
    assert b"said" in asyncio.run(Client(outer).post(CREATE))


def test_concurrent_streams_do_not_mix() -> None:
    async def respond(turn: Turn) -> Answer:
        for _ in range(20):
            await asyncio.sleep(0.001)
            yield turn.say(turn.text)

    app = create_app(respond)
    with live(app) as port:
        wire = Wire(port)
        bodies: dict[str, list[Any]] = {}

        def ask(text: str) -> None:
            bodies[text] = wire.create(text).raw_events

        threads = [threading.Thread(target=ask, args=(f"text-{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for text, events in bodies.items():
        own = events[0]["thread"]["id"]
        items = [event["item"] for event in events if "item" in event]
        assert {item["thread_id"] for item in items} == {own}
        assert [item["content"][0]["text"] for item in items] == [text] * 21


def test_a_responder_cancelled_from_within_is_a_failure_not_a_stop() -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.notice("before")
        raise asyncio.CancelledError

    body = asyncio.run(Client(create_app(respond)).post(CREATE))
    last = body.split(b"\n\n")[-2]
    assert json.loads(last[6:]) == {"type": "error", "code": "stream.error", "allow_retry": True}


@pytest.mark.parametrize("bad", ["text", None, 5], ids=["str", "none", "int"])
def test_what_is_no_event_is_named_and_told_as_an_error(bad: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.notice("before")
        yield bad

    body = asyncio.run(Client(create_app(respond)).post(CREATE))
    assert b'"type":"error"' in body
    assert f"not {type(bad).__name__}" in caplog.text
