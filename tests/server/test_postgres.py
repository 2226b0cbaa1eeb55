"""PostgreSQL: the schema, what a call costs, and how processes share it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import PoolTimeout

from chatkit_server.stores import NotFound, postgres_schema
from chatkit_server.stores.contract.check import fill, ids_of, item, thread
from chatkit_server.stores.contract.samples import ATTACHMENTS, ITEMS, THREADS
from chatkit_server.stores.postgres import PostgresStore
from chatkit_server.stores.postgres_schema import MIGRATIONS, DatabaseSchemaError
from support.postgres import connect, postgres_store, postgres_url, tell

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


# Sharing and cancelling


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


def test_the_server_of_the_tests_is_a_real_one() -> None:
    with psycopg.connect(postgres_url()) as db:
        assert db.info.server_version >= 120000
