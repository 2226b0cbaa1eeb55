"""Connections to PostgreSQL and the locks that they hold: what is lost with them, and how soon they are there again."""

import asyncio
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from chatkit_server.locks import Busy
from chatkit_server.stores import postgres_connections, postgres_locks
from chatkit_server.stores.contract.check import fill, ids_of, item
from chatkit_server.stores.postgres import PostgresStore
from chatkit_server.stores.postgres_connections import WATCHFUL, watchful
from support.postgres import connect, get_server, tell


def test_a_server_that_is_not_there_is_told_at_once_without_the_password() -> None:
    store = PostgresStore("postgresql://ann:secret@127.0.0.1:1/none")
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match=r"127\.0\.0\.1") as caught:
        tell(fill, store)
    assert "secret" not in str(caught.value)
    assert time.monotonic() - began < 5


def test_a_server_that_ends_idle_sessions_takes_no_lock_away() -> None:
    async def story(other: PostgresStore) -> None:
        impatient = make_conninfo(other.url, options="-c idle_session_timeout=200")
        store = PostgresStore(impatient, schema=other.schema)
        await fill(store, "a")
        await store.locks.take("held", 0)
        await asyncio.sleep(0.5)
        with pytest.raises(Busy):
            await other.locks.take("held", 0)
        assert await ids_of(store) == "a"
        await store.aclose()

    tell(story)


@pytest.mark.parametrize("late", [False, True], ids=["at-once", "when-someone-else-came-first"])
def test_a_lock_is_taken_again_when_its_connection_is_lost(late: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_locks, "LOOK_SECONDS", 1.0)

    async def story(other: PostgresStore) -> None:
        store = PostgresStore(make_conninfo(other.url, application_name="lost"), schema=other.schema)
        release_lost = await store.locks.take("held", 0)
        await asyncio.sleep(0.1)
        with connect(other) as db:
            ended = db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lost'")
            assert ended.fetchall() == [(True,)]
        if late:
            release = await other.locks.take("held", 0.5)
            await asyncio.sleep(1.3)
            await release()
        await asyncio.sleep(1.3)
        with pytest.raises(Busy):
            await other.locks.take("held", 0)
        await release_lost()
        await (await other.locks.take("held", 0))()
        await store.aclose()

    tell(story)


def test_nobody_takes_a_lock_from_its_holder_when_all_have_lost_their_connections() -> None:
    async def story(made: PostgresStore) -> None:
        url = make_conninfo(made.url, application_name="all lost")
        holder, other = (PostgresStore(url, schema=made.schema) for _ in range(2))
        await (await other.locks.take("another", 0))()
        await holder.locks.take("held", 0)
        await asyncio.sleep(0.1)
        with connect(made) as db:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'all lost'"
            assert db.execute(ended).fetchall() == [(True,), (True,)]
        with pytest.raises(Busy):
            await other.locks.take("held", 0)
        await asyncio.gather(holder.aclose(), other.aclose())

    tell(story)


def test_whoever_waits_for_a_lock_is_told_whatever_others_say_on_the_channel() -> None:
    async def story(store: PostgresStore) -> None:
        other = PostgresStore(store.url, schema=store.schema)
        release = await store.locks.take("t", 0)
        waiting = asyncio.ensure_future(other.locks.take("t", 10))
        await asyncio.sleep(0.2)
        with connect(store) as db:
            db.execute(
                "SELECT pg_notify('chatkit_released', told) FROM (VALUES ('nonsense'), ('-1'), ('')) AS said (told)"
            )
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await release()
        await waiting
        assert time.monotonic() - began < 0.5, "it was polled, not told"
        await other.aclose()

    tell(story)


def test_both_ends_of_a_connection_notice_that_the_other_machine_has_vanished() -> None:
    async def story(store: PostgresStore) -> None:
        await fill(store, "a")
        async with (
            (await store._opened()).connection() as pooled,
            await postgres_connections.connect(store.url) as alone,
        ):
            for db in (pooled, alone):
                shown = await db.execute("SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp_keepalives_%'")
                there = dict(await shown.fetchall())
                here = {name: db.info.get_parameters().get(name.removeprefix("tcp_")) for name in there}
                assert here == {name: str(WATCHFUL[name.removeprefix("tcp_")]) for name in there}
                local = db.info.host.startswith("/")  # no machine in between: the server then always shows 0
                assert there == (dict.fromkeys(there, "0") if local else here)

    tell(story)


def test_who_is_cancelled_while_connecting_leaves_no_connection_behind() -> None:
    async def story(store: PostgresStore) -> None:
        named = make_conninfo(store.url, application_name="cancelled")
        for moment in range(40):
            connecting = asyncio.ensure_future(postgres_connections.connect(named))
            await asyncio.sleep(moment / 2000)
            connecting.cancel()
            await asyncio.wait([connecting])
            if not connecting.cancelled():
                await connecting.result().close()
        with psycopg.connect(store.url, autocommit=True) as db:
            left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cancelled'"
            while db.execute(left).fetchone() != (0,):  # noqa: ASYNC110 - a server is watched
                await asyncio.sleep(0.05)

    async def patiently(store: PostgresStore) -> None:
        await asyncio.wait_for(story(store), 10)

    tell(patiently)


@pytest.mark.parametrize(("query", "seconds"), [("", "10"), ("?connect_timeout=3", "3")])
def test_the_url_says_how_long_to_wait_if_it_does(query: str, seconds: str) -> None:
    assert conninfo_to_dict(watchful(f"postgresql://ann@127.0.0.1/chats{query}"))["connect_timeout"] == seconds


@pytest.mark.slow
def test_the_store_goes_on_after_the_server_was_restarted() -> None:
    folder = Path(tempfile.mkdtemp(prefix="restarted-postgres-"))
    server = get_server(folder / "data", cleanup_mode="delete")

    async def story(store: PostgresStore) -> None:
        await asyncio.gather(*(fill(store, "ab", thread_id=name) for name in "rst"))
        await store.locks.take("held", 0)
        other = PostgresStore(store.url)
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.ensure_postgres_running)
        assert await ids_of(store) == "ab"
        await asyncio.sleep(1)
        with pytest.raises(Busy):
            await other.locks.take("held", 0)
        await other.aclose()
        await asyncio.gather(*(store.save_item("ann", name, item("b")) for name in "rst"))

    try:
        tell(story, PostgresStore(server.get_uri()))
    finally:
        server.cleanup()
        folder.rmdir()


@pytest.mark.slow
def test_the_store_is_back_as_soon_as_the_server_however_long_that_was_away() -> None:
    folder = Path(tempfile.mkdtemp(prefix="away-postgres-"))
    server = get_server(folder / "data", cleanup_mode="delete")

    async def answers(store: PostgresStore) -> bool:
        asking = asyncio.ensure_future(ids_of(store))
        await asyncio.wait([asking], timeout=0.5)
        asking.cancel()
        await asyncio.wait([asking])
        return not asking.cancelled() and not asking.exception()

    async def story(store: PostgresStore) -> None:
        await fill(store, "a")
        await asyncio.to_thread(server.stop)
        until = time.monotonic() + 8
        while time.monotonic() < until:
            assert not await answers(store)
        await asyncio.to_thread(server.ensure_postgres_running)
        back = time.monotonic()
        while not await answers(store):
            assert time.monotonic() < back + 4, "it waits longer, the longer the server was away"

    try:
        tell(story, PostgresStore(server.get_uri()))
    finally:
        server.cleanup()
        folder.rmdir()
