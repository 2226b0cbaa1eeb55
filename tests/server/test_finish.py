"""A page that is reloaded, or a connection that is cut: the answer goes on, and the same request joins it."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chatkit_protocol import AssistantMessageItem, SDKHiddenContextItem, SSEDecoder, ThreadItem
from chatkit_protocol.codec import decode_event
from chatkit_protocol.events import ErrorEvent
from chatkit_protocol.fold import fold
from chatkit_protocol.sse import frame
from chatkit_server import Answer, MemoryStore, SQLiteStore, Turn, create_app, joining
from chatkit_server.stores.postgres import PostgresStore
from support.asgi import Client
from support.postgres import postgres_store
from support.wire import Wire, message

WORDS = ["One", "two", "three", "four", "five", "six", "seven", "eight"]
CREATE = {"type": "threads.create", "params": {"input": message("go")}}
FRAME = {"chatkit-frame-instance-id": "frame-1"}
OPENING = 5
"""Frames until the first word."""


class Model:
    """A responder that counts how often it is asked, and says its words slowly; half of them if it may not `go` on."""

    def __init__(self, pause: float = 0.02, go: asyncio.Event | None = None) -> None:
        self.calls = 0
        self._pause = pause
        self._go = go

    async def respond(self, turn: Turn) -> Answer:
        self.calls += 1
        yield turn.stream(self._words())

    async def _words(self) -> AsyncIterator[str]:
        for number, word in enumerate(WORDS):
            await asyncio.sleep(self._pause)
            if self._go and number == len(WORDS) // 2:
                await self._go.wait()
            yield word


def tell(story: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(30):
            await story()

    asyncio.run(run())


async def items(store: Any) -> list[ThreadItem]:
    page = await store.list_threads("local", limit=9)
    assert len(page.data) == 1
    return list((await store.list_items("local", page.data[0].id, limit=99, order="asc", hidden=True)).data)


def text(kept: list[ThreadItem]) -> str:
    return "".join(part.text for item in kept if isinstance(item, AssistantMessageItem) for part in item.content)


def messages(body: bytes) -> list[str]:
    return [message.data for message in SSEDecoder().feed(body)]


def heard(body: bytes) -> str:
    view = fold(map(decode_event, messages(body)))
    return text(list(view.items.values()))


async def until_whole(store: Any) -> list[ThreadItem]:
    while text(await items(store)) != "".join(WORDS):  # noqa: ASYNC110 - it is the store that is watched
        await asyncio.sleep(0.01)
    return await items(store)


@pytest.mark.parametrize("how", ["receive", "send", "cancel"])
@pytest.mark.parametrize("frames", [1, 3, OPENING + 2, OPENING + 7])
def test_an_answer_is_finished_though_its_client_has_gone(how: str, frames: int) -> None:
    async def story() -> None:
        app = create_app(Model().respond, on_disconnect="finish", ping=0.01, strict=True)
        body = await Client(app, how=how, frames=frames).post(CREATE)
        assert len(heard(body)) < len("".join(WORDS))
        assert b'"allow_cancel":false' in body or frames < 3
        kept = await until_whole(app.state.backend.store)
        assert not [item for item in kept if isinstance(item, SDKHiddenContextItem)]

    tell(story)


def test_another_tab_reads_it_and_its_next_message_comes_behind() -> None:
    async def story() -> None:
        store = MemoryStore()
        app = create_app(Model().respond, store=store, on_disconnect="finish")
        await Client(app, frames=OPENING + 1).post(CREATE)
        thread = (await store.list_threads("local", limit=1)).data[0].id
        said = {"type": "threads.add_user_message", "params": {"thread_id": thread, "input": message("next")}}
        await Client(app).post(said)
        kinds = [type(item).__name__ for item in await items(store)]
        assert kinds == ["UserMessageItem", "AssistantMessageItem"] * 2

    tell(story)


def test_an_answer_that_nobody_reads_is_stopped_after_a_while_and_saved() -> None:
    async def story() -> None:
        app = create_app(Model(pause=0.2).respond, on_disconnect="finish", finish_within=0.9)
        await Client(app, frames=OPENING).post(CREATE)
        kept = await items(app.state.backend.store)
        while not isinstance(kept[-1], SDKHiddenContextItem):
            await asyncio.sleep(0.05)
            kept = await items(app.state.backend.store)
        assert "".join(WORDS).startswith(text(kept))
        assert text(kept)

    tell(story)


def test_the_same_request_joins_the_answer_that_is_being_written() -> None:
    async def story() -> None:
        model = Model()
        app = create_app(model.respond, on_disconnect="finish")
        await Client(app, headers=FRAME, frames=OPENING + 2).post(CREATE)
        assert heard(await Client(app, headers=FRAME).post(CREATE)) == "".join(WORDS)
        assert model.calls == 1
        assert len(await items(app.state.backend.store)) == 2

    tell(story)


@pytest.mark.parametrize("mode", ["stop", "finish"])
def test_it_takes_over_from_a_connection_that_only_seems_alive(mode: Any) -> None:
    async def story() -> None:
        go = asyncio.Event()
        model = Model(go=go)
        app = create_app(model.respond, on_disconnect=mode)
        dead = asyncio.ensure_future(Client(app, headers=FRAME).post(CREATE))
        while model.calls == 0:  # noqa: ASYNC110 - it is the model that is watched
            await asyncio.sleep(0.01)
        alive = asyncio.ensure_future(Client(app, headers=FRAME).post(CREATE))
        assert len(heard(await dead)) < len("".join(WORDS))
        go.set()
        assert heard(await alive) == "".join(WORDS)
        assert model.calls == 1

    tell(story)


def test_it_gets_an_answer_that_was_complete_before_it_came_but_only_once() -> None:
    async def story() -> None:
        model = Model(pause=0.001)
        app = create_app(model.respond, on_disconnect="finish")
        first = await Client(app, headers=FRAME, frames=3).post(CREATE)
        await until_whole(app.state.backend.store)
        again = await Client(app, headers=FRAME).post(CREATE)
        assert again.startswith(first)
        assert heard(again) == "".join(WORDS)
        assert model.calls == 1
        await Client(app, headers=FRAME).post(CREATE)
        assert model.calls == 2, "an answer that was heard is no answer to whoever says the same again"

    tell(story)


OTHERS = [
    pytest.param({}, CREATE, {}, id="no-frame"),
    pytest.param({"chatkit-frame-instance-id": "frame-2"}, CREATE, {}, id="another-frame"),
    pytest.param(FRAME, CREATE | {"metadata": {"x": 1}}, {}, id="another-body"),
    pytest.param(FRAME, CREATE, {"rejoin_within": 0}, id="turned-off"),
    pytest.param(FRAME, CREATE, {"identify": lambda http: str(time.time_ns())}, id="another-user"),
]


@pytest.mark.parametrize(("headers", "body", "options"), OTHERS)
def test_other_requests_are_answered_on_their_own(headers: Any, body: Any, options: Any) -> None:
    async def story() -> None:
        model = Model(pause=0.005)
        app = create_app(model.respond, on_disconnect="finish", **options)
        await Client(app, headers=FRAME, frames=OPENING).post(CREATE)
        await Client(app, headers=headers).post(body)
        assert model.calls == 2

    tell(story)


def test_an_answer_too_long_to_keep_is_told_by_what_lasts() -> None:
    async def respond(turn: Turn) -> Answer:
        async def words() -> AsyncIterator[str]:
            for number in range(3000):
                if number % 100 == 0:
                    await asyncio.sleep(0.001)
                yield f"{number} "

        yield turn.stream(words())

    async def story() -> None:
        for pause in (0, 0.3):
            app = create_app(respond, on_disconnect="finish")
            await Client(app, headers=FRAME, frames=2000).post(CREATE)
            await asyncio.sleep(pause)
            body = await Client(app, headers=FRAME).post(CREATE)
            assert heard(body) == text(await items(app.state.backend.store))
            assert heard(body).endswith(" 2999 ")
            assert b"text_delta" not in body

    tell(story)


def test_few_answers_wait_for_their_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "UNHEARD", 3)

    async def story() -> None:
        app = create_app(Model(pause=0).respond, on_disconnect="finish", rejoin_within=0.5)
        clients = [Client(app, headers={"chatkit-frame-instance-id": str(n)}, frames=1) for n in range(8)]
        await asyncio.gather(*(client.post(CREATE) for client in clients))
        await asyncio.sleep(0.2)
        assert len(app.state.answers) == 3
        await asyncio.sleep(0.6)
        assert len(app.state.answers) == 0

    tell(story)


def asked_for(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Tell when a worker has asked for an answer that another one is writing."""
    told, want = asyncio.Event(), store.notes.want

    async def asks(name: str) -> None:
        await want(name)
        told.set()

    monkeypatch.setattr(store.notes, "want", asks)
    return told


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "seems-alive"])
def test_another_worker_gives_the_answer_of_the_first(gone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    one = postgres_store("worker")
    two = PostgresStore(one.url, schema=one.schema)
    asked = asked_for(two, monkeypatch)

    async def story() -> None:
        go = asyncio.Event()
        model = Model(go=go)
        apps = [create_app(model.respond, store=store, on_disconnect="finish") for store in (one, two)]
        first = asyncio.ensure_future(Client(apps[0], headers=FRAME, frames=OPENING if gone else None).post(CREATE))
        while model.calls == 0:  # noqa: ASYNC110 - it is the model that is watched
            await asyncio.sleep(0.01)
        if gone:
            await first
        early = asyncio.ensure_future(Client(apps[1], headers=FRAME).post(CREATE))
        await asked.wait()
        late = asyncio.ensure_future(Client(apps[1], headers=FRAME).post(CREATE))
        assert await early == b"", "who comes later takes it over"
        go.set()
        body = await late
        assert heard(body) == "".join(WORDS)
        assert body.startswith(await first)
        assert model.calls == 1
        assert len(await items(one)) == 2
        await Client(apps[1], headers=FRAME).post(CREATE)
        assert model.calls == 2
        await asyncio.gather(one.aclose(), two.aclose())

    tell(story)


def test_another_process_on_the_same_file_begins_no_second_answer(tmp_path: Path) -> None:
    """SQLite passes nothing on from process to process: the page is asked to be reloaded, and finds all of it then."""

    async def story() -> None:
        model = Model()
        stores = [SQLiteStore(tmp_path / "x") for _ in range(2)]
        apps = [create_app(model.respond, store=store, on_disconnect="finish") for store in stores]
        await Client(apps[0], headers=FRAME, frames=OPENING).post(CREATE)
        body = await Client(apps[1], headers=FRAME).post(CREATE)
        assert [event.code for event in map(decode_event, messages(body))] == ["custom"]
        assert b"Please reload the page" in body
        assert model.calls == 1
        assert text(await items(stores[1])) == "".join(WORDS)
        for store in stores:
            await store.aclose()

    tell(story)


@pytest.mark.parametrize("how", ["left", "too-long", "drained"])
def test_another_worker_is_told_that_an_answer_was_stopped(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = postgres_store("stopped")
    two = PostgresStore(one.url, schema=one.schema)
    asked = asked_for(two, monkeypatch)

    async def story() -> None:
        model = Model(go=asyncio.Event())
        options: dict[str, Any] = {"on_disconnect": "finish", "finish_within": 0.2} if how == "too-long" else {}
        apps = [create_app(model.respond, store=store, drain=0, **options) for store in (one, two)]
        client = Client(apps[0], headers=FRAME)
        async with apps[0].router.lifespan_context(apps[0]):
            first = asyncio.ensure_future(client.post(CREATE))
            while client.body.count(b"\n\n") < OPENING + 2:  # noqa: ASYNC110 - it is the client that is watched
                await asyncio.sleep(0.01)
            again = asyncio.ensure_future(Client(apps[1], headers=FRAME).post(CREATE))
            await asked.wait()
            if how != "drained":
                client.leave()
                await first
                await again
        body = await again
        assert heard(body).startswith(heard(client.body))
        assert body.endswith(CUT)
        assert body.count(b'"error"') == 1
        assert model.calls == 1
        await asyncio.gather(one.aclose(), two.aclose(), first)

    tell(story)


CUT = frame(ErrorEvent(code="stream.error", allow_retry=True))

# The server stops

SERVE = """
import asyncio, sys, uvicorn
from chatkit_server import SQLiteStore, create_app

async def respond(turn):
    async def words():
        for number in range(int(sys.argv[2])):
            await asyncio.sleep(0.05)
            yield f"{number} "
    yield turn.stream(words())

app = create_app(respond, store=SQLiteStore(sys.argv[1]), on_disconnect=sys.argv[3], drain=float(sys.argv[4]))
config = uvicorn.Config(app, port=0, log_level="info")
server = uvicorn.Server(config)

async def main():
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving

asyncio.run(main())
"""


def stopped(path: Path, words: int, mode: str, drain: float, *, leave: bool) -> tuple[bytes, list[ThreadItem], float]:
    """Stop a server in the middle of an answer; give what the client had, what is stored, how long it took."""
    command = [sys.executable, "-c", SERVE, str(path), str(words), mode, str(drain)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        body = bytearray()
        with Wire(port).open("POST", CREATE) as connection:
            response = connection.getresponse()
            body += response.read(1200)
            if leave:
                connection.close()
                response.close()
                time.sleep(0.1)
            asked = time.monotonic()
            server.send_signal(signal.SIGTERM)
            if not leave:
                body += response.read()
        server.wait(20)
        took = time.monotonic() - asked
    return bytes(body), asyncio.run(_kept(path)), took


async def _kept(path: Path) -> list[ThreadItem]:
    store = SQLiteStore(path)
    try:
        return await items(store)
    finally:
        await store.aclose()


STOPS = [
    pytest.param(20, "stop", 5, False, True, id="a-reader-hears-the-end"),
    pytest.param(20, "finish", 5, True, True, id="without-a-reader-too"),
    pytest.param(1000, "stop", 0.3, False, False, id="not-for-longer-than-told"),
    pytest.param(1000, "finish", 0.3, True, False, id="nor-without-a-reader"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "mode", "drain", "leave", "whole"), STOPS)
def test_a_server_that_is_told_to_stop_lets_answers_end(
    tmp_path: Path, words: int, mode: str, drain: float, leave: bool, whole: bool
) -> None:
    body, kept, took = stopped(tmp_path / "x", words, mode, drain, leave=leave)
    everything = "".join(f"{number} " for number in range(words))
    assert (text(kept) == everything) is whole
    assert everything.startswith(text(kept))
    assert text(kept)
    assert isinstance(kept[-1], SDKHiddenContextItem) is not whole
    if not leave:
        assert (heard(body) == everything) is whole
        assert body.endswith(b"\n\n")
        assert (b'"type":"error"' in body) is not whole
    assert took < 4
