"""The SQLite file: its schema, what it costs to read and write it, what it survives, who may share it."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatkit_protocol.base import UNSET
from chatkit_protocol.threads import Page
from chatkit_server.stores import DatabaseFileError, NotFound, SQLiteStore, sqlite
from chatkit_server.stores.contract.check import fill, ids_of, item, thread
from chatkit_server.stores.contract.samples import ATTACHMENTS, ITEMS, THREADS
from chatkit_server.stores.migrations import APPLICATION_ID, MIGRATIONS, migrate, switch_to_wal

Connection = sqlite3.Connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "threads.sqlite"


def connect(path: Path) -> "closing[Connection]":
    return closing(sqlite3.connect(path, isolation_level=None))


def number(db: Connection, question: str) -> int:
    return int(db.execute(question).fetchone()[0])


def tell(path: Path | str, story: Callable[[SQLiteStore], Awaitable[Any]], **options: Any) -> Any:
    """Run a story with a store of its own, from opening to closing."""

    async def run() -> Any:
        store = SQLiteStore(path, **options)
        try:
            return await story(store)
        finally:
            await store.aclose()

    return asyncio.run(run())


# What is kept


def test_everything_is_there_after_reopening(path: Path) -> None:
    async def save(store: SQLiteStore) -> None:
        await fill(store)
        for kept in THREADS:
            await store.save_thread("ann", kept)
        for said in ITEMS:
            await store.save_item("ann", "t", said)
        for file in ATTACHMENTS:
            await store.save_attachment("ann", file)

    async def load(store: SQLiteStore) -> None:
        threads = await store.list_threads("ann", limit=100, order="asc")
        assert threads == Page(data=[thread("t"), *THREADS])
        items = await store.list_items("ann", "t", limit=100, order="asc", hidden=True)
        assert items == Page(data=list(ITEMS))
        assert [await store.load_attachment("ann", sample.id) for sample in ATTACHMENTS] == list(ATTACHMENTS)

    tell(path, save)
    tell(str(path), load)


def test_the_rows_can_be_read_by_others(path: Path) -> None:
    tell(path, lambda store: fill(store, "aX"))
    with connect(path) as db:
        rows = db.execute("SELECT user, thread_id, id, hidden, kind, json_extract(body, '$.id') FROM item").fetchall()
    assert rows == [
        ("ann", "t", "a", 0, "assistant_message", "a"),
        ("ann", "t", "X", 1, "sdk_hidden_context", "X"),
    ]


def test_ids_of_deleted_rows_are_not_used_again(path: Path) -> None:
    async def story(store: SQLiteStore) -> None:
        await fill(store, "abc")
        await store.delete_items_after("ann", "t", "a")
        await store.save_item("ann", "t", item("d"))

    tell(path, story)
    with connect(path) as db:
        assert db.execute("SELECT id, seq FROM item").fetchall() == [("a", 1), ("d", 4)]


def test_what_was_deleted_is_not_in_the_file_any_more(path: Path) -> None:
    async def say(store: SQLiteStore) -> None:
        await fill(store)
        for number in range(50):
            await store.save_item("ann", "t", item(f"i{number}", "between you and me"))

    tell(path, say)
    assert path.read_bytes().count(b"between you and me") == 50
    tell(path, lambda store: store.delete_user("ann"))
    assert b"between you and me" not in path.read_bytes()


KEEP_SAVING = """
import asyncio, itertools, sys
from chatkit_server.stores import SQLiteStore
from chatkit_server.stores.contract.check import fill, item

async def main():
    store = SQLiteStore(sys.argv[1])
    await fill(store)
    for number in itertools.count():
        await store.save_item("ann", "t", item(f"i{number} "))
        print(number, flush=True)

asyncio.run(main())
"""


def python(script: str, *args: str | Path) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize("acknowledged", [1, 50])
def test_what_was_acknowledged_survives_kill_9(path: Path, acknowledged: int) -> None:
    with python(KEEP_SAVING, path) as process:
        assert process.stdout
        heard = [process.stdout.readline() for _ in range(acknowledged)]
        process.kill()
        heard += process.stdout.readlines()
    kept = tell(path, ids_of).split()
    assert len(heard) >= acknowledged
    assert kept[: len(heard)] == [f"i{number}" for number in range(len(heard))]
    assert len(kept) - len(heard) in (0, 1), "at most the one that was being saved"


# What it costs


def plans() -> Iterator[Any]:
    for name, value in vars(sqlite).items():
        table = value if isinstance(value, dict) else {None: value}
        for key, statement in table.items():
            if " = ? " in str(statement) and "INSERT" not in statement:
                yield pytest.param(statement, id=f"{name}-{key}")


def plan(db: Connection, statement: str) -> list[str]:
    rows = db.execute(f"EXPLAIN QUERY PLAN {statement}", [0] * statement.count("?")).fetchall()
    return [row[3] for row in rows]


@pytest.fixture(scope="module")
def migrated() -> Iterator[Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        yield db


@pytest.mark.parametrize("statement", [*plans()])
def test_no_statement_scans_or_sorts(migrated: Connection, statement: str) -> None:
    (step,) = plan(migrated, statement)
    assert step.startswith("SEARCH ")
    assert "USING" in step
    assert ("rowid" in step) == ("seq " in statement.partition("WHERE")[2])


def test_the_pages_for_the_client_have_an_index_without_hidden_items(migrated: Connection) -> None:
    indices = {key: plan(migrated, value)[0].split()[4] for key, value in sqlite.LIST_ITEMS.items()}
    assert indices == {
        ("asc", False): "item_shown_in_order",
        ("desc", False): "item_shown_in_order",
        ("asc", True): "item_in_order",
        ("desc", True): "item_in_order",
    }


CALLS: dict[str, Callable[[SQLiteStore, int], Awaitable[Any]]] = {
    "load a thread": lambda store, size: store.load_thread("ann", "t"),
    "load an item": lambda store, size: store.load_item("ann", "t", f"i{size // 2}"),
    "first page": lambda store, size: store.list_items("ann", "t", limit=20, order="asc"),
    "last page": lambda store, size: store.list_items("ann", "t", limit=20),
    "a page in the middle": lambda store, size: store.list_items("ann", "t", limit=20, after=f"i{size // 2}"),
    "a page with hidden": lambda store, size: store.list_items(
        "ann", "t", limit=20, after=f"i{size // 2 + 1}", hidden=True
    ),
    "threads": lambda store, size: store.list_threads("ann", limit=20),
    "append": lambda store, size: store.save_item("ann", "t", item("new")),
    "replace": lambda store, size: store.save_item("ann", "t", item(f"i{size // 2}")),
    "retry": lambda store, size: store.delete_items_after("ann", "t", f"i{size - 3}"),
}


async def steps_of_each(store: SQLiteStore, size: int) -> Counter[str]:
    """Count the steps of SQLite's machine for each call, on a thread in which one item of 50 is shown."""
    row = ("assistant_message", '{"type":"end_of_turn","id":"i","thread_id":"t","created_at":"2024-01-01T00:00:00Z"}')
    rows = [("ann", "t", f"i{n}", n % 50 != 0, *row) for n in range(size)]
    await fill(store, "abc", thread_id="s")
    await fill(store)
    await store._run(sqlite.WRITE, lambda db: db.executemany(sqlite.SAVE_ITEM, rows))
    steps: Counter[str] = Counter()
    name = "setting the handler"

    def count() -> int:
        steps[name] += 1
        return 0

    await store._run("BEGIN", lambda db: db.set_progress_handler(count, 1))
    for name, call in CALLS.items():  # noqa: B007 - `count` reads the name
        await call(store, size)
    return steps


def test_calls_cost_the_same_in_a_thread_of_a_hundred_thousand_items() -> None:
    short = tell(":memory:", lambda store: steps_of_each(store, 4_000))
    long = tell(":memory:", lambda store: steps_of_each(store, 100_000))
    assert long == short
    assert set(CALLS) < set(long)
    assert max(long.values()) < 1_000


# Which files are taken


def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.touch()
    tell(path, fill)
    with connect(path) as db:
        assert number(db, "PRAGMA user_version") == len(MIGRATIONS)
        assert number(db, "PRAGMA application_id") == APPLICATION_ID
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def write(path: Path, *statements: str) -> None:
    with connect(path) as db:
        for statement in statements:
            db.execute(statement)


def newer(path: Path) -> None:
    tell(path, fill)
    write(path, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


BAD_FILES = [
    pytest.param(lambda path: path.write_text("no database " * 100), "file is not a database", id="text"),
    pytest.param(lambda path: path.mkdir(), "unable to open database file", id="folder"),
    pytest.param(lambda path: write(path, "CREATE TABLE own (x)"), "another program", id="tables of others"),
    pytest.param(lambda path: write(path, "PRAGMA application_id = 7"), "another program", id="mark of others"),
    pytest.param(newer, r"newer version \(its schema is 3, known is 2\)", id="newer"),
]


@pytest.mark.parametrize(("spoil", "why"), BAD_FILES)
def test_a_file_that_cannot_be_used_is_named_and_left_alone(path: Path, spoil: Callable[[Path], Any], why: str) -> None:
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(DatabaseFileError, match=rf"^{path}: .*{why}"):
        tell(path, fill)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_file_that_is_refused_is_closed(path: Path) -> None:
    newer(path)
    with pytest.raises(DatabaseFileError) as caught:
        tell(path, fill)
    assert not is_in_use(path), f"though {caught.tb} is still held"


def test_a_folder_that_is_missing_is_named(path: Path) -> None:
    with pytest.raises(DatabaseFileError, match=f"^{path / 'x'}: unable to open"):
        tell(path / "x", fill)


def test_a_store_that_could_not_open_tries_again(path: Path) -> None:
    async def story(store: SQLiteStore) -> None:
        with pytest.raises(DatabaseFileError):
            await fill(store)
        os.truncate(path, 0)
        await fill(store, "a")
        assert await ids_of(store) == "a"

    path.write_text("no database " * 100)
    tell(path, story)


EXTRA = ("ALTER TABLE thread ADD COLUMN extra TEXT DEFAULT 'new'", "CREATE TABLE more (x)")


def test_a_migration_keeps_what_is_there(path: Path) -> None:
    tell(path, lambda store: fill(store, "abc"))
    with connect(path) as db:
        for _ in range(2):
            migrate(db, (*MIGRATIONS, EXTRA))
        assert number(db, "PRAGMA user_version") == len(MIGRATIONS) + 1
        assert db.execute("SELECT id, extra FROM thread").fetchall() == [("t", "new")]
        assert number(db, "SELECT count(*) FROM item") == 3


def test_a_migration_that_fails_leaves_nothing(path: Path) -> None:
    tell(path, lambda store: fill(store, "abc"))
    with connect(path) as db:
        with pytest.raises(sqlite3.OperationalError, match="syntax error"):
            migrate(db, (*MIGRATIONS, (*EXTRA, "nonsense")))
        assert number(db, "PRAGMA user_version") == len(MIGRATIONS)
        assert number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'more'") == 0
        migrate(db, (*MIGRATIONS, EXTRA))
    with connect(path) as db:
        assert number(db, "SELECT count(*) FROM more") == 0


def test_a_migration_that_another_process_has_just_done_is_not_done_again(path: Path) -> None:
    with connect(path) as db, connect(path) as other:

        def interfere(statement: str) -> None:
            if statement == "BEGIN IMMEDIATE":
                db.set_trace_callback(None)
                migrate(other)

        db.set_trace_callback(interfere)
        migrate(db)
        assert number(db, "PRAGMA user_version") == len(MIGRATIONS)


# Sharing, closing, cancelling


@pytest.mark.parametrize("attempt", range(5))
def test_many_may_open_a_new_file_at_once(path: Path, attempt: int) -> None:
    async def story() -> None:
        stores = [SQLiteStore(path) for _ in range(8)]
        await asyncio.gather(*(store.save_thread("ann", thread(f"t{n}")) for n, store in enumerate(stores)))
        for store in stores:
            assert len((await store.list_threads("ann", limit=100)).data) == len(stores)
            await store.aclose()

    asyncio.run(story())


@pytest.mark.parametrize("goes", [True, False], ids=["reader goes", "reader stays"])
def test_the_switch_to_wal_waits_for_readers(path: Path, goes: bool) -> None:
    write(path, "CREATE TABLE some (x)")
    with connect(path) as reader, closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM some").fetchall()
        if goes:
            db.set_trace_callback(lambda statement: reader.rollback() if "EXCLUSIVE" in statement else None)
            switch_to_wal(db)
        else:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                switch_to_wal(db)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal" if goes else "delete",)


def test_the_switch_to_wal_is_given_up_if_there_is_always_someone(path: Path) -> None:
    def come_back(statement: str) -> None:
        if statement == "BEGIN EXCLUSIVE":
            reader.rollback()
        if "journal_mode" in statement:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM some").fetchall()

    write(path, "CREATE TABLE some (x)")
    with connect(path) as reader, closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
        db.set_trace_callback(come_back)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            switch_to_wal(db)


SAVE_SOME = """
import asyncio, sys
from chatkit_server.stores import SQLiteStore
from chatkit_server.stores.contract.check import item, thread

async def main():
    store = SQLiteStore(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await store.save_thread("ann", thread("t"))
    for number in range(50):
        await store.save_item("ann", "t", item(f"{sys.argv[2]}{number} "))
    await store.aclose()

asyncio.run(main())
"""


def test_processes_share_a_file(path: Path) -> None:
    processes = [python(SAVE_SOME, path, name) for name in "abc"]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        assert process.communicate(timeout=60) == ("", "")
    kept = tell(path, ids_of).split()
    assert len(kept) == 150
    for name in "abc":
        assert [row for row in kept if row.startswith(name)] == [f"{name}{n}" for n in range(50)]


def test_a_write_waits_no_longer_than_told_for_another_process_and_a_read_not_at_all(path: Path) -> None:
    async def story(store: SQLiteStore) -> None:
        await fill(store, "a")
        with connect(path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                await store.save_item("ann", "t", item("b"))
            assert await ids_of(store) == "a"
        await store.save_item("ann", "t", item("c"))
        assert await ids_of(store) == "ac"

    tell(path, story, busy_timeout=0.05)


@pytest.mark.parametrize(("synchronous", "level"), [("NORMAL", 1), ("FULL", 2)])
def test_the_disk_is_waited_for_as_told(path: Path, synchronous: Any, level: int) -> None:
    async def story(store: SQLiteStore) -> int:
        return await store._run("BEGIN", lambda db: number(db, "PRAGMA synchronous"))

    assert tell(path, story, synchronous=synchronous) == level


def test_memory_is_empty_after_closing() -> None:
    async def story(store: SQLiteStore) -> None:
        await fill(store)
        await store.aclose()
        assert (await store.list_threads("ann", limit=1)).data == []

    tell(":memory:", story)


def is_in_use(path: Path) -> bool:
    """Ask SQLite, which leaves WAL only if nobody else has the file open."""
    with connect(path) as db:
        db.execute("PRAGMA busy_timeout = 0")
        try:
            return bool(db.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",))
        except sqlite3.OperationalError:
            return True


def test_closing_waits_for_the_calls_made_before(path: Path) -> None:
    async def story(store: SQLiteStore) -> None:
        await fill(store)
        saves = [asyncio.ensure_future(store.save_item("ann", "t", item(item_id))) for item_id in "abc"]
        await asyncio.sleep(0)
        worker = store._worker
        assert is_in_use(path)
        await store.aclose()
        assert all(save.done() for save in saves)
        assert not any(thread.name.startswith("chatkit-sqlite") for thread in threading.enumerate())
        assert not is_in_use(path), f"{worker} has let go, not just gone away"
        assert await ids_of(store) == "abc"

    tell(path, story)


def test_closing_is_completed_though_its_caller_is_cancelled(path: Path) -> None:
    go_on = threading.Event()

    async def story(store: SQLiteStore) -> None:
        await fill(store)
        worker = store._worker
        assert worker
        waiting = asyncio.ensure_future(store._run("BEGIN", lambda db: go_on.wait(10)))
        await asyncio.sleep(0)
        close = asyncio.ensure_future(store.aclose())
        await asyncio.sleep(0)
        close.cancel()
        await asyncio.wait([close])
        go_on.set()
        assert await waiting
        await asyncio.to_thread(worker._thread.shutdown)
        assert close.cancelled()
        assert not is_in_use(path)

    tell(path, story)


def test_an_error_rolls_back_and_the_store_goes_on() -> None:
    def fail(db: Connection) -> None:
        db.execute("DELETE FROM thread")
        raise NotFound("thing")

    async def story(store: SQLiteStore) -> None:
        await fill(store, "ab")
        with pytest.raises(NotFound):
            await store._run(sqlite.WRITE, fail)
        assert await ids_of(store) == "ab"

    tell(":memory:", story)


def test_a_cancelled_call_is_completed_if_it_has_begun_and_dropped_if_not() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def delete_slowly(db: Connection) -> None:
        begun.set()
        go_on.wait()
        db.execute("DELETE FROM item WHERE id = 'a'")

    async def story(store: SQLiteStore) -> None:
        await fill(store, "abc")
        running = asyncio.ensure_future(store._run(sqlite.WRITE, delete_slowly))
        waiting = asyncio.ensure_future(store.delete_items("ann", "t", ["b"]))
        assert await asyncio.to_thread(begun.wait, 10)
        for task in (running, waiting):
            task.cancel()
        await asyncio.wait([running, waiting])
        go_on.set()
        assert running.cancelled()
        assert waiting.cancelled()
        assert await ids_of(store) == "bc"

    tell(":memory:", story)


def test_a_page_that_ends_with_the_list_has_no_cursor() -> None:
    async def story(store: SQLiteStore) -> None:
        await fill(store, "ab")
        assert (await store.list_items("ann", "t", limit=2)).after is UNSET

    tell(":memory:", story)
