"""Where threads are kept, as a command line names it: an SQLite file, or the URL of a PostgreSQL database."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.terminal import Failure

SCHEMES = ("postgresql://", "postgres://")


def store_at(place: str, connections: int = 10) -> Any:
    """Give the store of an SQLite file, whose folder is made, or of a database, with so many connections at most.

    Raises:
        Failure: when it cannot be had, in words for the user.
    """
    if place.startswith(SCHEMES):
        return postgres(place, connections)
    from chatkit_server import SQLiteStore  # noqa: PLC0415 - an extra

    try:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"cannot make the folder of {place}: {error.strerror}", 2) from None
    return SQLiteStore(place)


def postgres(url: str, connections: int = 10) -> Any:
    """Give the store of a PostgreSQL database.

    Raises:
        Failure: when the extra is not installed.
    """
    try:
        return import_module("chatkit_server.stores.postgres").PostgresStore(url, connections=connections)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("chatkit_"):
            raise
        raise Failure("PostgreSQL needs the extra: pip install 'chatkit-wire[postgres]'", 2) from None


@contextmanager
def usable(place: str) -> Iterator[None]:
    """Turn what a store raises that cannot be used into words for the user, a Failure."""
    try:
        yield
    except _faults(place) as error:
        why = str(error).removeprefix(f"{place}: ")
        raise Failure(f"the threads in {shown(place)} cannot be used: {why}") from None


def _faults(place: str) -> tuple[type[Exception], ...]:
    if place.startswith(SCHEMES):
        schema_error = import_module("chatkit_server.stores.postgres_schema").DatabaseSchemaError
        return (import_module("psycopg").Error, schema_error)
    from chatkit_server.stores import DatabaseFileError  # noqa: PLC0415 - an extra

    return (DatabaseFileError, sqlite3.Error)


PASSWORD = re.compile(r"(?<=://)([^:/@]*):.*@|(?<=[?&])(\w*password=)[^&]*", re.IGNORECASE)


def shown(place: str) -> str:
    """Name the place without its password, wherever an address may have one."""
    return (
        PASSWORD.sub(lambda found: f"{found[2]}…" if found[2] else f"{found[1]}@", place) if "://" in place else place
    )
