"""Where our time goes, without a network: layer by layer, function by function, and while importing."""

# ruff: noqa: D102 - an asyncio transport says what its methods do

from __future__ import annotations

import asyncio
import cProfile
import gc
import pstats
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import importing
import load
import ours
from bare import FRAME, START, write
from uvicorn.config import Config
from uvicorn.server import ServerState

from chatkit_protocol import decode_request, frame
from chatkit_server import Answer, Context, Turn, create_app
from chatkit_server.response import EventResponse
from chatkit_server.routes import TABLE
from chatkit_server.streaming import EventStream

SHOWN = 14
STREAMS = (1, 20, 500)
"""Streams at once; with many, little of a stream is still in the processor's cache when its next event comes."""
EVENTS = 20_000
WINDOWS = 20
"""Of which the median is told, so that what else the machine does hits few of them."""

OPENED = 1_000
"""Streams that are opened and ended one after another."""
END = {"type": "http.response.body", "body": b""}

Profile = list[tuple[str, int, float]]
Layers = list[tuple[str, list[float]]]


class Once:
    """Streams that end after their first event."""

    async def pieces(self) -> AsyncIterator[str]:
        """Give a piece of text."""
        yield "word "


class Pace:
    """Streams in lockstep: an event of each at a time. No timer, so that none is measured."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    async def pieces(self) -> AsyncIterator[str]:
        """Give a piece of text each time."""
        while True:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting
            yield "word "

    async def times(self, number: int, streams: int) -> None:
        """Have every stream say so many pieces."""
        for _ in range(number):
            await self._all(streams)
            going, self._waiting = self._waiting, []
            for one in going:
                one.set_result(None)
        await self._all(streams)

    async def _all(self, streams: int) -> None:
        while len(self._waiting) < streams:  # noqa: ASYNC110 - what an event would cost is not to be measured
            await asyncio.sleep(0)


Says = Once | Pace
"""What the streams of a layer say, and when."""
Layer = Callable[[Says], Any]
"""Makes an ASGI app."""


def uvicorn_alone(pace: Says) -> Any:
    """Send a ready-made frame."""

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(START)
        async for _ in pace.pieces():
            await write(send, FRAME % 1)
        await send(END)

    return app


def responder(pace: Says) -> Any:
    """Make the events of a message, and their frames."""
    turns = _turns(pace)

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        turn = await turns(receive)
        await send(START)
        async for event in turn.stream(pace.pieces()):
            await write(send, frame(event))
        await send(END)

    return app


def stages(pace: Says) -> Any:
    """Check, store, conceal, announce."""
    turns = _turns(pace)

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        turn = await turns(receive)
        await send(START)
        async for event in await TABLE[type(turn.request)].handler(turn, turn.request):
            await write(send, frame(event))
        await send(END)

    return app


def response(pace: Says) -> Any:
    """Buffer, hold back, ping, notice who leaves."""
    turns = _turns(pace)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        turn = await turns(receive)
        events = await TABLE[type(turn.request)].handler(turn, turn.request)
        await EventResponse(EventStream(events), ping=15, patience=60)(scope, receive, send)

    return app


def whole_app(pace: Says) -> Any:
    """Starlette, and what stands before the endpoint."""
    return create_app(_responding(pace))


LAYERS: tuple[Layer, ...] = (uvicorn_alone, responder, stages, response, whole_app)
"""Each is an ASGI app that does all that the ones before it do."""


def _responding(pace: Says) -> Any:
    async def respond(turn: Turn) -> Answer:
        yield turn.stream(pace.pieces())

    return respond


def _turns(pace: Says) -> Callable[[Any], Awaitable[Turn]]:
    backend = create_app(_responding(pace)).state.backend

    async def turn(receive: Any) -> Turn:
        return Turn(backend, Context(headers={}), decode_request((await receive())["body"]))

    return turn


class Nowhere(asyncio.Transport):
    """A connection that forgets what is written, and notes the end of it."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = asyncio.Event()

    def write(self, data: Any) -> None:
        if data.endswith(load.END):
            self.ended.set()

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self) -> None: ...


class Server:
    """Uvicorn with h11 and one of the layers, without sockets."""

    def __init__(self, app: Any) -> None:
        self._config = Config(app, http="h11", log_level="critical", access_log=False, lifespan="off")
        self._config.load()
        self._state = ServerState()

    def asked(self) -> Nowhere:
        """Open a connection, and ask for an answer."""
        connection: Any = self._config.http_protocol_class(config=self._config, server_state=self._state, app_state={})
        there = Nowhere()
        connection.connection_made(there)
        connection.data_received(load.http(load.body("go")))
        return there


async def _opening(layer: Layer) -> float:
    """Measure the processor microseconds of a stream that ends after its first event."""
    server = Server(layer(Once()))
    spent = []
    for _ in range(WINDOWS):
        began = time.process_time()
        for _ in range(OPENED // WINDOWS):
            await server.asked().ended.wait()
        spent.append((time.process_time() - began) / (OPENED // WINDOWS) * 1e6)
    return statistics.median(spent)


async def _cost(layer: Layer, streams: int) -> float:
    """Measure the processor microseconds of one event, which leaves in a write of its own."""
    pace = Pace()
    server = Server(layer(pace))
    for _ in range(streams):
        server.asked()
    number = max(1, EVENTS // WINDOWS // streams)
    await pace.times(3, streams)
    spent = []
    for _ in range(WINDOWS):
        began = time.process_time()
        await pace.times(number, streams)
        spent.append((time.process_time() - began) / (number * streams) * 1e6)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    return statistics.median(spent)


def layers() -> Layers:
    """Give the processor microseconds of a stream's opening, and of an event of few streams and of many.

    With ever more of our app around it.
    """
    return [
        (f"{layer.__name__.replace('_', ' ')}: {(layer.__doc__ or '').rstrip('.').lower()}", _costs(layer))
        for layer in LAYERS
    ]


def _costs(layer: Layer) -> list[float]:
    costs = []
    for measured in (_opening(layer), *(_cost(layer, streams) for streams in STREAMS)):
        gc.collect()  # what was measured before is not to be cleared away meanwhile
        costs.append(asyncio.run(measured))
    return costs


class Profiled(NamedTuple):
    """All views."""

    streams: tuple[int, ...]
    layers: Layers
    """Processor microseconds of opening a stream, then those of an event for each number of streams."""
    functions: Profile
    """Name, calls, share of the time."""
    imported: importing.Shares
    """Milliseconds of the parts of an import."""


def profile(pieces: int) -> Profiled:
    """Stream so many pieces; give the layers, the functions that took most, and what an import is made of."""
    app = create_app(ours.respond)
    profiler = cProfile.Profile(time.process_time)  # by the wall clock it would count what others do

    async def run() -> None:
        await _answer(app, load.body("words 100"))
        profiler.enable()
        await _answer(app, load.body(f"words {pieces}"))
        profiler.disable()

    asyncio.run(run())
    rows = pstats.Stats(profiler).stats.items()  # type: ignore[attr-defined]
    total = sum(own for _, (_, _, own, _, _) in rows)
    most = sorted(rows, key=lambda row: -row[1][2])[:SHOWN]
    functions = [(_named(place), calls, own / total) for place, (_, calls, own, _, _) in most]
    return Profiled(STREAMS, layers(), functions, importing.shares())


def _named(place: tuple[str, int, str]) -> str:
    file, _, name = place
    return name if file == "~" else f"{Path(file).parent.name}/{Path(file).name}: {name}"


async def _answer(app: Any, body: bytes) -> None:
    given = [{"type": "http.request", "body": body}]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/chatkit/api",
        "raw_path": b"/chatkit/api",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "scheme": "http",
        "root_path": "",
    }

    async def receive() -> Any:
        return given.pop() if given else await asyncio.Event().wait()

    async def send(_message: Any) -> None:
        await asyncio.sleep(0)

    await app(scope, receive, send)
