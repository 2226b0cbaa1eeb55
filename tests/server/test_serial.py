"""One answer at a time in a thread, in a process, among processes, and on one database."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from chatkit_server import Answer, MemoryStore, SQLiteStore, Turn, action, create_app
from chatkit_server.locks import Busy, LocalLocks, Locks
from chatkit_server.stores.file_locks import FileLocks
from chatkit_server.stores.postgres import PostgresStore
from support.asgi import Client
from support.postgres import postgres_store
from support.wire import message

# The locks


def postgres_pair(folder: Path) -> tuple[Locks, Locks]:
    one = postgres_store(folder.name)
    return one.locks, PostgresStore(one.url, schema=one.schema).locks


PAIRS: dict[str, Callable[[Path], tuple[Locks, Locks]]] = {
    "local": lambda folder: (LocalLocks(),) * 2,
    "file": lambda folder: (FileLocks(folder / "x"), FileLocks(folder / "x")),
    "postgres": postgres_pair,
}


@pytest.fixture(params=list(PAIRS))
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Locks, Locks]:
    """Two that want the same locks, as two processes do."""
    return PAIRS[request.param](tmp_path)


def tell(pair: tuple[Locks, Locks], story: Callable[[Locks, Locks], Any]) -> None:
    async def run() -> None:
        try:
            async with asyncio.timeout(20):
                await story(*pair)
        finally:
            for locks in pair:
                await locks.aclose()

    asyncio.run(run())


def test_only_one_has_a_lock_and_others_are_told(pair: tuple[Locks, Locks]) -> None:
    async def story(one: Locks, two: Locks) -> None:
        release = await one.take("t", 0)
        await two.take("another", 0)
        for locks in (one, two):
            for wait in (0, 0.1):
                with pytest.raises(Busy):
                    await locks.take("t", wait)
        for _ in range(2):
            await release()
        again = await two.take("t", 0)
        with pytest.raises(Busy):
            await one.take("t", 0)
        await again()

    tell(pair, story)


def test_who_waits_gets_it_as_soon_as_it_is_free(pair: tuple[Locks, Locks]) -> None:
    async def story(one: Locks, two: Locks) -> None:
        release = await one.take("t", 0)
        waiting = asyncio.ensure_future(two.take("t", 10))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        began = time.monotonic()
        await release()
        await waiting
        assert time.monotonic() - began < 0.9, "it was polled, not told"

    tell(pair, story)


def test_who_is_cancelled_while_waiting_leaves_nothing_behind(pair: tuple[Locks, Locks]) -> None:
    async def story(one: Locks, two: Locks) -> None:
        release = await one.take("t", 0)
        for turns in range(8):
            waiting = asyncio.ensure_future(two.take("t", 10))
            for _ in range(turns):
                await asyncio.sleep(0.001)
            waiting.cancel()
            await asyncio.wait([waiting])
            assert waiting.cancelled()
        await release()
        await (await one.take("t", 0))()
        await (await two.take("t", 0))()

    tell(pair, story)


HOLD = """
import asyncio, sys
from chatkit_server.stores import SQLiteStore
from chatkit_server.stores.postgres import PostgresStore

async def main():
    place, schema = sys.argv[1:]
    store = PostgresStore(place, schema=schema) if schema else SQLiteStore(place)
    await store.locks.take("t", 0)
    print("held", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["file", "postgres"])
def test_whoever_is_killed_lets_go(kind: str, tmp_path: Path) -> None:
    store: Any = SQLiteStore(tmp_path / "x") if kind == "file" else postgres_store("killed")
    place = [str(tmp_path / "x"), ""] if kind == "file" else [store.url, store.schema]

    async def story() -> None:
        with pytest.raises(Busy):
            await store.locks.take("t", 0)
        holder.kill()
        await store.locks.take("t", 10)
        await store.aclose()

    with subprocess.Popen([sys.executable, "-c", HOLD, *place], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        asyncio.run(story())


# What clients see of it

STORES: dict[str, Callable[[Path], tuple[Any, Any]]] = {
    "memory": lambda folder: (MemoryStore(),) * 2,
    "sqlite": lambda folder: (SQLiteStore(folder / "x"), SQLiteStore(folder / "x")),
    "postgres": lambda folder: _twice(postgres_store(folder.name)),
}


def _twice(store: PostgresStore) -> tuple[PostgresStore, PostgresStore]:
    return store, PostgresStore(store.url, schema=store.schema)


async def slowly(turn: Turn) -> Answer:
    async def words() -> AsyncIterator[str]:
        for word in f"{turn.text} one two three".split():
            await asyncio.sleep(0.05)
            yield word

    yield turn.stream(words())


def say(thread: str, text: str) -> dict[str, Any]:
    return {"type": "threads.add_user_message", "params": {"thread_id": thread, "input": message(text)}}


async def begin(app: Any) -> str:
    await Client(app).post({"type": "threads.create", "params": {"input": message("start")}})
    page = await app.state.backend.store.list_threads("local", limit=1)
    return str(page.data[0].id)


async def texts(app: Any, thread: str) -> list[str]:
    page = await app.state.backend.store.list_items("local", thread, limit=100, order="asc", hidden=True)
    return [item.content[0].text if isinstance(item.content, list) else item.content for item in page.data]


@pytest.mark.parametrize("stores", STORES.values(), ids=STORES)
def test_a_second_message_waits_for_the_answer_to_the_first(stores: Callable[[Path], Any], tmp_path: Path) -> None:
    async def run() -> None:
        apps = [create_app(slowly, store=store) for store in stores(tmp_path)]
        thread = await begin(apps[0])
        await asyncio.gather(*(Client(apps[n % 2]).post(say(thread, f"m{n}")) for n in range(4)))
        said = (await texts(apps[0], thread))[2:]
        assert sorted(said[::2]) == ["m0", "m1", "m2", "m3"]
        assert said[1::2] == [f"{text}onetwothree" for text in said[::2]]
        for app in apps:
            await app.state.backend.store.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("stores", STORES.values(), ids=STORES)
def test_it_is_refused_when_it_would_wait_too_long_and_nothing_is_stored(
    stores: Callable[[Path], Any], tmp_path: Path
) -> None:
    async def run() -> None:
        apps = [create_app(slowly, store=store, thread_wait=0) for store in stores(tmp_path)]
        thread = await begin(apps[0])
        clients = [Client(app) for app in apps]
        first = asyncio.ensure_future(clients[0].post(say(thread, "first")))
        await asyncio.sleep(0.1)
        refused = await clients[1].post(say(thread, "second"))
        assert (clients[1].status, b'"code":"conflict"' in refused) == (409, True)
        reading = Client(apps[1])
        assert b'"first"' in await reading.post({"type": "threads.get_by_id", "params": {"thread_id": thread}})
        await first
        assert len(await texts(apps[0], thread)) == 4
        await Client(apps[1]).post(say(thread, "third"))
        assert (await texts(apps[0], thread))[4:] == ["third", "thirdonetwothree"]
        for app in apps:
            await app.state.backend.store.aclose()

    asyncio.run(run())


@action("like")
async def like(turn: Turn, payload: Any) -> None:
    """Changes nothing."""


AT_ONCE: list[tuple[str, dict[str, Any]]] = [
    ("threads.get_by_id", {}),
    ("items.list", {}),
    ("threads.update", {"title": "new"}),
    ("items.feedback", {"item_ids": ["x"], "kind": "positive"}),
    ("threads.sync_custom_action", {"action": {"type": "like"}}),
    ("threads.delete", {}),
]


@pytest.mark.parametrize(("kind", "params"), AT_ONCE, ids=[kind for kind, _ in AT_ONCE])
def test_what_does_not_stream_never_waits(kind: str, params: dict[str, Any]) -> None:
    async def run() -> None:
        app = create_app(slowly, actions=[like], thread_wait=0)
        thread = await begin(app)
        first = asyncio.ensure_future(Client(app).post(say(thread, "first")))
        await asyncio.sleep(0.1)
        client = Client(app)
        await client.post({"type": kind, "params": {"thread_id": thread, **params}})
        assert client.status == 200
        assert not first.done()
        await first

    asyncio.run(run())


def test_after_a_stop_the_next_message_comes_behind_what_was_saved() -> None:
    async def run() -> None:
        app = create_app(slowly)
        thread = await begin(app)
        await Client(app, frames=6).post(say(thread, "first"))
        await Client(app).post(say(thread, "second"))
        said = await texts(app, thread)
        assert said[2:4] == ["first", "firstone"]
        assert said[-2:] == ["second", "secondonetwothree"]
        assert len(said) == 7

    asyncio.run(run())


def test_a_client_that_was_gone_before_the_answer_began_holds_nothing_back() -> None:
    async def run() -> None:
        app = create_app(slowly)
        thread = await begin(app)
        for how in ("receive", "send", "cancel"):
            client = Client(app, how=how, frames=0)
            client.leave()
            await client.post(say(thread, "gone"))
        began = time.monotonic()
        await Client(app).post(say(thread, "again"))
        assert time.monotonic() - began < 2

    asyncio.run(run())


def test_with_none_both_are_written_at_once() -> None:
    async def run() -> float:
        app = create_app(slowly, thread_wait=None)
        thread = await begin(app)
        began = time.monotonic()
        await asyncio.gather(*(Client(app).post(say(thread, f"m{n}")) for n in range(8)))
        return time.monotonic() - began

    assert asyncio.run(run()) < 1.2
