"""The backups that the operations page names, made while a server writes, are stores that open and hold everything."""

import inspect
import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from chatkit_server import Answer, SQLiteStore, Turn, create_app
from chatkit_server.stores.base import Store
from support.live import live
from support.postgres import get_server, postgres_store, postgres_url
from support.wire import Wire

OPERATIONS = (Path(__file__).parents[2] / "server/OPERATIONS.md").read_text("utf-8")
THREADS = 10
TOOLS = max(Path(inspect.getfile(get_server)).parent.glob("pginstall*")) / "bin"
"""Of the newest version that we have: it knows older servers, too."""


async def respond(turn: Turn) -> Answer:
    yield turn.say(f"You said {turn.text}")


def told(store: Store) -> dict[str, list[Any]]:
    """Give the items of every thread."""
    with live(create_app(respond, store=store)) as port:
        assert Wire(port, "/readyz").request("GET").status == 200
        threads = Wire(port).ask("threads.list", limit=1000).json["data"]
        return {thread["id"]: Wire(port).items(thread["id"]) for thread in threads}


@contextmanager
def written(store: Store) -> Iterator[dict[str, list[Any]]]:
    """Say something in some threads; give what was said, and go on with more threads for as long as it takes."""
    with live(create_app(respond, store=store)) as port:
        said = {thread: Wire(port).items(thread) for thread in (Wire(port).thread(str(n)) for n in range(THREADS))}
        ending = threading.Event()

        def go_on() -> None:
            while not ending.is_set():
                Wire(port).thread("more")

        writer = threading.Thread(target=go_on)
        writer.start()
        try:
            yield said
        finally:
            ending.set()
            writer.join()


def whole(copy: dict[str, list[Any]], said: dict[str, list[Any]]) -> bool:
    return all(copy.get(thread) == items for thread, items in said.items())


def vacuumed(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as db:
        db.execute("VACUUM INTO ?", [str(copy)])


def backed_up(source: Path, copy: Path) -> None:
    """Do what `.backup` of the `sqlite3` command does."""
    with closing(sqlite3.connect(source)) as db, closing(sqlite3.connect(copy)) as other:
        db.backup(other)


@pytest.mark.parametrize("back_up", [vacuumed, backed_up])
def test_a_copy_of_an_sqlite_file_that_is_written_is_whole(back_up, tmp_path) -> None:
    with written(SQLiteStore(tmp_path / "chatkit.sqlite3")) as said:
        back_up(tmp_path / "chatkit.sqlite3", tmp_path / "copy.sqlite3")
    assert whole(told(SQLiteStore(tmp_path / "copy.sqlite3")), said)


def tool(command: str, schema: str, *more: str) -> None:
    """Run a command of PostgreSQL as the page spells it, but for the schema."""
    name, *spelled = command.split()
    options = [option.replace("=chatkit", f'="{schema}"') for option in spelled]
    subprocess.run([TOOLS / name, *options, f"--dbname={postgres_url()}", *more], check=True)


def test_a_dump_of_postgresql_that_is_written_brings_everything_back(tmp_path) -> None:
    dump, restore = (re.search(rf"`({name} [^`]+)`", OPERATIONS)[1] for name in ("pg_dump", "pg_restore"))
    store = postgres_store("backup")
    with written(store) as said:
        tool(dump, store.schema, f"--file={tmp_path / 'dump'}")
    again = type(store)(store.url, schema=store.schema)
    lost = next(iter(said))
    with live(create_app(respond, store=again)) as port:
        Wire(port).ask("threads.delete", thread_id=lost)
    tool(restore, store.schema, str(tmp_path / "dump"))
    assert whole(told(type(store)(store.url, schema=store.schema)), said)
