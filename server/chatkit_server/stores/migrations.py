"""The SQLite file: how it is recognised, opened, and brought to the schema of this version."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from os import PathLike, fspath
from typing import Literal

Synchronous = Literal["NORMAL", "FULL"]
Script = tuple[str, ...]

APPLICATION_ID = 0x43484B57
"""`CHKW` in the header of the file, which tells our databases from those of other programs."""

# The row id `seq` is the order of insertion, and SQLite ends every index with it: an index on
# (user, thread_id) therefore gives a thread's items in order. The partial one does so without the hidden
# items, so that a page costs the same however many of them lie between its rows.
MIGRATIONS: tuple[Script, ...] = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        """
        CREATE TABLE thread (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            user TEXT NOT NULL,
            id TEXT NOT NULL,
            body TEXT NOT NULL,
            UNIQUE (user, id)
        )
        """,
        "CREATE INDEX thread_in_order ON thread (user)",
        """
        CREATE TABLE item (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            user TEXT NOT NULL,
            thread_id TEXT NOT NULL,
            id TEXT NOT NULL,
            hidden INTEGER NOT NULL,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            UNIQUE (user, thread_id, id),
            FOREIGN KEY (user, thread_id) REFERENCES thread (user, id) ON DELETE CASCADE
        )
        """,
        "CREATE INDEX item_in_order ON item (user, thread_id)",
        "CREATE INDEX item_shown_in_order ON item (user, thread_id) WHERE hidden = 0",
        """
        CREATE TABLE attachment (
            user TEXT NOT NULL,
            id TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (user, id)
        )
        """,
    ),
    (
        # Seconds since 1970, when something was last saved; threads of before count from now on.
        "ALTER TABLE thread ADD COLUMN touched REAL NOT NULL DEFAULT 0",
        "UPDATE thread SET touched = unixepoch()",
    ),
)
"""What leads from each schema version to the next. A script that was released is never edited."""


SWITCHES = 20
"""How often the switch to WAL is tried before the last time."""


class DatabaseFileError(Exception):
    """The file cannot be used as a database of this library; the message names it and says why."""


def open_database(path: str | PathLike[str], *, synchronous: Synchronous, timeout: float) -> sqlite3.Connection:
    """Open the file, or create it, and bring it to this version's schema.

    Raises:
        DatabaseFileError: it cannot be opened, is no database, is another program's, or is too new.
    """
    try:
        db = sqlite3.connect(path, timeout=timeout, isolation_level=None)
        try:
            recognise(db)
            switch_to_wal(db)
            db.execute(f"PRAGMA synchronous = {synchronous}")
            db.execute("PRAGMA secure_delete = ON")  # what was deleted is overwritten; not every build does it unasked
            migrate(db)
            # Only now: a script that rebuilds a table needs foreign keys off, and that works outside a
            # transaction alone.
            db.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            db.close()
            raise
    except (sqlite3.Error, DatabaseFileError) as error:
        raise DatabaseFileError(f"{fspath(path)}: {error}") from error
    return db


def recognise(db: sqlite3.Connection) -> None:
    """Refuse a database that is not ours, before anything in it is changed."""
    with db:
        db.execute("BEGIN")
        owner = _number(db, "PRAGMA application_id")
        tables = _number(db, "SELECT count(*) FROM sqlite_schema")
    if owner != APPLICATION_ID and (owner or tables):
        raise DatabaseFileError("is a database of another program")


def switch_to_wal(db: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side, which is a lasting property of the file.

    If several processes switch a new file at once, SQLite may fail without waiting, whatever the timeout. For
    the file to be all ours it does wait; after that, someone has switched or the way is free.
    """
    for _ in range(SWITCHES):
        with suppress(sqlite3.OperationalError):
            db.execute("PRAGMA journal_mode = WAL")
            return
        db.execute("BEGIN EXCLUSIVE")
        db.execute("COMMIT")
    db.execute("PRAGMA journal_mode = WAL")


def migrate(db: sqlite3.Connection, migrations: Sequence[Script] = MIGRATIONS) -> None:
    """Apply the scripts that the database has not seen, each in a transaction of its own.

    The version is read again inside the transaction: another process may be doing the same.
    """
    while (version := _number(db, "PRAGMA user_version")) != len(migrations):
        if version > len(migrations):
            raise DatabaseFileError(
                f"was written by a newer version (its schema is {version}, known is {len(migrations)})"
            )
        with db:
            db.execute("BEGIN IMMEDIATE")
            if _number(db, "PRAGMA user_version") == version:
                for statement in migrations[version]:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {version + 1}")


def _number(db: sqlite3.Connection, question: str) -> int:
    return int(db.execute(question).fetchone()[0])
