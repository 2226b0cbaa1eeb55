"""PostgreSQL: the schema, what a call costs, what it survives, and how processes share it."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import PoolTimeout

from chatkit_server.locks import Busy
from chatkit_server.stores import NotFound, postgres_connections, postgres_locks, postgres_schema
from chatkit_server.stores.contract.check import fill, ids_of, item, thread
from chatkit_server.stores.contract.samples import ATTACHMENTS, ITEMS, THREADS
from chatkit_server.stores.postgres import PostgresStore
from chatkit_server.stores.postgres_connections import WATCHFUL, watchful
from chatkit_server.stores.postgres_schema import MIGRATIONS, DatabaseSchemaError
from support.postgres import get_server, postgres_store, postgres_url


def tell(story: Callable[[PostgresStore], Awaitable[Any]], store: PostgresStore | None = None, **options: Any) -> Any:
    """Run a story with a store, empty unless given, from opening to closing."""
    made = store or postgres_store("told", **options)

    async def run() -> Any:
        try:
            return await story(made)
        finally:
            await made.aclose()

    return asyncio.run(run())


def connect(store: PostgresStore) -> "psycopg.Connection[Any]":
    db = psycopg.connect(store.url, autocommit=True)
    db.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(store.schema)))
    return db


# What is kept


def test_everything_is_there_after_reopening() -> None:
    async def story(store: PostgresStore) -> None:
        await fill(store)
        for kept in THREADS:
            await store.save_thread("ann", kept)
        for said in ITEMS:
            await store.save_item("ann", "t", said)
        for file in ATTACHMENTS:
            await store.save_attachment("ann", file)
        await store.aclose()
        assert (await store.list_threads("ann", limit=100, order="asc")).data == [thread("t"), *THREADS]
        assert (await store.list_items("ann", "t", limit=100, order="asc", hidden=True)).data == list(ITEMS)
        assert [await store.load_attachment("ann", sample.id) for sample in ATTACHMENTS] == list(ATTACHMENTS)

    tell(story)


def test_the_rows_can_be_read_by_others() -> None:
    store = postgres_store("read")
    tell(lambda store: fill(store, "aX"), store)
    with connect(store) as db:
        rows = db.execute("SELECT owner, thread_id, id, hidden, kind, body::json->>'id' FROM item ORDER BY seq")
        assert rows.fetchall() == [
            ("ann", "t", "a", False, "assistant_message", "a"),
            ("ann", "t", "X", True, "sdk_hidden_context", "X"),
        ]


@pytest.mark.parametrize("how", ["delete_user", "delete_untouched"])
def test_answers_left_for_other_workers_go_with_what_is_deleted(how: str) -> None:
    """Old ones with old threads, so that none stays for ever; all of them with a user."""

    async def story(store: PostgresStore) -> None:
        await fill(store, "a")
        for name in ("old", "new"):
            await store.notes.leave(name, b"words", unasked=True)
        with connect(store) as db:
            db.execute("UPDATE note SET written = now() - interval '2 hours' WHERE name = 'old'")
            if how == "delete_user":
                await store.delete_user("bob")
            else:
                assert await store.delete_untouched(datetime(2000, 1, 1, tzinfo=UTC)) == 0
            left = {name for (name,) in db.execute("SELECT name FROM note")}
        assert left == (set() if how == "delete_user" else {"new"})
        assert await ids_of(store) == "a"

    tell(story)


ODD = ["a\0b", "a\\0b", "a\\\\0b", "'; DROP TABLE item; --", "%s", "ü" * 600, "ü" * 601, ""]


def test_ids_and_users_may_be_any_text() -> None:
    async def story(store: PostgresStore) -> None:
        for text in ODD:
            with pytest.raises(NotFound):
                await store.load_thread(text, text)
        for text in ODD:
            await fill(store, [text], user=text, thread_id=text)
        for text in ODD:
            assert [row.id for row in (await store.list_threads(text, limit=9)).data] == [text]
            assert (await store.load_item(text, text, text)).id == text
            await store.save_item(text, text, item("z"))
            first = await store.list_items(text, text, limit=1, order="asc")
            assert (first.has_more, first.after) == (True, text)
            assert [row.id for row in (await store.list_items(text, text, limit=1, after="z")).data] == [text]

    tell(story)


# What it costs

MEASURED: dict[str, Callable[[PostgresStore, int], Awaitable[Any]]] = {
    "load a thread": lambda store, size: store.load_thread("ann", f"t{size}"),
    "load an item": lambda store, size: store.load_item("ann", f"t{size}", f"i{size // 2}"),
    "first page": lambda store, size: store.list_items("ann", f"t{size}", limit=20, order="asc"),
    "last page": lambda store, size: store.list_items("ann", f"t{size}", limit=20),
    "page in the middle": lambda store, size: store.list_items("ann", f"t{size}", limit=20, after=f"i{size // 2}"),
    "with hidden": lambda store, size: store.list_items(
        "ann", f"t{size}", limit=20, after=f"i{size // 2}", hidden=True
    ),
    "threads": lambda store, size: store.list_threads("ann", limit=20),
    "append": lambda store, size: store.save_item("ann", f"t{size}", item("new")),
    "replace": lambda store, size: store.save_item("ann", f"t{size}", item(f"i{size // 2}")),
    "delete": lambda store, size: store.delete_items("ann", f"t{size}", [f"i{size // 2 + 1}"]),
    "retry": lambda store, size: store.delete_items_after("ann", f"t{size}", f"i{size - 3}"),
}
FILL = """
    INSERT INTO item (owner, thread_id, id, hidden, kind, body)
    SELECT 'ann', 't' || %(size)s, 'i' || n, n %% 50 <> 0, 'end_of_turn',
        json_build_object('type', 'end_of_turn', 'id', 'i' || n, 'thread_id', 't', 'created_at', '2024-01-01T00:00:00Z')
    FROM generate_series(0, %(size)s - 1) AS n
"""
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "


def blocks(db: Any, statement: bytes, values: Any) -> int:
    """Count the blocks that a statement looks at."""
    (plan,) = db.execute(EXPLAIN.encode() + statement, values).fetchone()
    return int(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])


def test_calls_cost_the_same_in_a_thread_of_forty_thousand_items() -> None:
    """In blocks of the database, not in time, and among many rows of other threads."""
    sizes = (4_000, 40_000)
    store = postgres_store("costs")
    tell(lambda store: asyncio.gather(*(fill(store, thread_id=f"t{size}") for size in sizes)), store)

    async def statements(call: Callable[[PostgresStore, int], Awaitable[Any]], size: int) -> list[tuple[bytes, Any]]:
        seen: list[tuple[bytes, Any]] = []
        run = store._run

        async def spy(statement: str, *values: object) -> Any:
            seen.append((statement.encode(), values))
            return await run(statement, *values)

        store._run = spy  # type: ignore[method-assign]
        await call(store, size)
        store._run = run  # type: ignore[method-assign]
        await store.aclose()
        return seen

    with connect(store) as db:
        for size in sizes:
            db.execute(FILL, {"size": size})
        db.execute("VACUUM ANALYZE item")
        for name, call in MEASURED.items():
            cost = {}
            for size in sizes:
                asked = asyncio.run(statements(call, size))
                cost[size] = sum(blocks(db, *one) for one in asked)
            assert cost[40_000] <= cost[4_000] + 8, (name, cost)  # an index of more rows is a level deeper
            assert cost[40_000] < 100, (name, cost)


# Which schemas are taken


def spoil_newer(db: Any) -> None:
    db.execute("CREATE TABLE chatkit_schema (version int)")
    db.execute("INSERT INTO chatkit_schema VALUES (%s)", [len(MIGRATIONS) + 1])


SPOILT = [
    pytest.param(spoil_newer, "newer version", id="newer"),
    pytest.param(lambda db: db.execute("CREATE TABLE thread (x int)"), "another program", id="tables-of-others"),
]


@pytest.mark.parametrize(("spoil", "why"), SPOILT)
def test_a_schema_that_cannot_be_used_is_named_and_left_alone(spoil: Callable[[Any], None], why: str) -> None:
    store = postgres_store("spoilt")
    with connect(store) as db:
        db.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(store.schema)))
        spoil(db)
        with pytest.raises(DatabaseSchemaError, match=rf"{store.schema}.*{why}"):
            tell(fill, store)
        assert len(db.execute("SELECT FROM pg_tables WHERE schemaname = %s", [store.schema]).fetchall()) == 1


def test_a_migration_that_fails_leaves_nothing_and_one_that_works_keeps_what_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = postgres_store("migrated")
    tell(lambda store: fill(store, "abc"), store)
    extra = "ALTER TABLE thread ADD COLUMN extra TEXT DEFAULT 'new'"

    async def story(store: PostgresStore) -> Any:
        async with await psycopg.AsyncConnection.connect(store.url, autocommit=True) as db:
            with pytest.raises(psycopg.errors.SyntaxError):
                await postgres_schema.migrate(db, store.schema, (*MIGRATIONS, (extra, "nonsense")))
            for _ in range(2):
                await postgres_schema.migrate(db, store.schema, (*MIGRATIONS, (extra,)))
            return await (await db.execute("SELECT id, extra, version FROM thread, chatkit_schema")).fetchall()

    assert tell(story, store) == [("t", "new", len(MIGRATIONS) + 1)]


def test_many_may_open_a_new_schema_at_once() -> None:
    made = postgres_store("at once")

    async def story() -> None:
        stores = [PostgresStore(made.url, schema=made.schema) for _ in range(6)]
        await asyncio.gather(*(store.save_thread("ann", thread(f"t{n}")) for n, store in enumerate(stores)))
        for store in stores:
            assert len((await store.list_threads("ann", limit=100)).data) == len(stores)
            await store.aclose()

    asyncio.run(story())


def test_a_server_that_is_not_there_is_told_at_once_without_the_password() -> None:
    store = PostgresStore("postgresql://ann:secret@127.0.0.1:1/none")
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match=r"127\.0\.0\.1") as caught:
        tell(fill, store)
    assert "secret" not in str(caught.value)
    assert time.monotonic() - began < 5


# Sharing, cancelling, restarts


def test_what_waits_for_another_process_can_be_cancelled_and_is_given_up() -> None:
    async def story(store: PostgresStore) -> None:
        await fill(store, "a")
        with connect(store) as other, other.transaction():
            other.execute("SELECT FROM thread FOR UPDATE")
            saving = asyncio.ensure_future(store.save_item("ann", "t", item("b")))
            await asyncio.sleep(0.1)
            saving.cancel()
            await asyncio.wait([saving], timeout=2)
            assert saving.cancelled()
            assert not other.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall()
        assert await ids_of(store) == "a"

    tell(story)


def test_a_call_waits_for_a_connection_no_longer_than_told() -> None:
    async def story(store: PostgresStore) -> None:
        await fill(store, "a")
        with connect(store) as other, other.transaction():
            other.execute("SELECT FROM thread FOR UPDATE")
            saving = asyncio.ensure_future(store.save_item("ann", "t", item("b")))
            await asyncio.sleep(0.05)
            with pytest.raises(PoolTimeout):
                await store.load_thread("ann", "t")
            other.execute("SELECT 1")
        await saving
        assert await ids_of(store) == "ab"

    tell(story, connections=1, timeout=0.2)


def test_no_call_waits_for_another_in_a_circle() -> None:
    ids = "abcdefgh"

    async def story(store: PostgresStore) -> None:
        await fill(store, ids)
        for _ in range(5):
            await asyncio.gather(
                *(store.save_item("ann", "t", item(item_id)) for item_id in ids),
                store.delete_items("ann", "t", ids[1:]),
                store.delete_items("ann", "t", ids[:0:-1]),
                store.delete_items_after("ann", "t", "a"),
                store.save_thread("ann", thread("t")),
            )
            await fill(store, ids)

    tell(story)


def test_whoever_follows_a_thread_misses_nothing_that_others_add() -> None:
    """An item that becomes visible is behind all those that were visible before."""

    async def write(store: PostgresStore, name: str) -> None:
        for number in range(40):
            await store.save_item("ann", "t", item(f"{name}{number}"))

    async def story(store: PostgresStore) -> None:
        await fill(store, ["first"])
        writing = asyncio.gather(*(write(store, name) for name in "abcd"))
        seen = ["first"]
        more = True
        while more:
            more = not writing.done()
            page = await store.list_items("ann", "t", limit=1000, order="asc", after=seen[-1])
            seen += [row.id for row in page.data]
        await writing
        assert len(seen) == 161

    tell(story)


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


def test_the_server_of_the_tests_is_a_real_one() -> None:
    with psycopg.connect(postgres_url()) as db:
        assert db.info.server_version >= 120000
