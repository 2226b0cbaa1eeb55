"""The PostgreSQL schema: how a connection finds it, and how it is brought to the tables of this version."""

from collections.abc import Sequence

from psycopg import sql

from chatkit_server.stores.migrations import Script
from chatkit_server.stores.postgres_connections import Connection

MIGRATING = 0x43484B57
"""The advisory lock under which schemas are brought up to date, one process at a time."""

# Nothing but (owner, …) leads an index, `seq` least of all: asked for one thread in order, PostgreSQL might
# otherwise walk through everybody's rows in order until it has met enough of that thread.
MIGRATIONS: tuple[Script, ...] = (
    (
        """
        CREATE TABLE thread (
            owner TEXT COLLATE "C" NOT NULL,
            id TEXT COLLATE "C" NOT NULL,
            seq BIGINT GENERATED ALWAYS AS IDENTITY,
            touched TIMESTAMPTZ NOT NULL DEFAULT now(),
            body TEXT NOT NULL,
            PRIMARY KEY (owner, id)
        ) WITH (fillfactor = 80)
        """,
        "CREATE UNIQUE INDEX thread_in_order ON thread (owner, seq)",
        """
        CREATE TABLE item (
            owner TEXT COLLATE "C" NOT NULL,
            thread_id TEXT COLLATE "C" NOT NULL,
            id TEXT COLLATE "C" NOT NULL,
            seq BIGINT GENERATED ALWAYS AS IDENTITY,
            hidden BOOLEAN NOT NULL,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (owner, thread_id, id),
            FOREIGN KEY (owner, thread_id) REFERENCES thread (owner, id) ON DELETE CASCADE
        )
        """,
        "CREATE UNIQUE INDEX item_in_order ON item (owner, thread_id, seq)",
        "CREATE UNIQUE INDEX item_shown_in_order ON item (owner, thread_id, seq) WHERE NOT hidden",
        """
        CREATE TABLE attachment (
            owner TEXT COLLATE "C" NOT NULL,
            id TEXT COLLATE "C" NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (owner, id)
        )
        """,
    ),
    (
        # Answers that one process leaves for another; what is in it is worth nothing after half a minute.
        """
        CREATE UNLOGGED TABLE note (
            name TEXT PRIMARY KEY,
            frames BYTEA,
            written TIMESTAMPTZ NOT NULL DEFAULT now()
        )
        """,
    ),
)
"""What leads from each schema version to the next. A script that was released is never edited."""


class DatabaseSchemaError(Exception):
    """The schema cannot be used by this library; the message names it and says why."""


async def enter(db: Connection, schema: str) -> None:
    """Have the statements of a connection find the tables."""
    await db.execute("SELECT set_config('search_path', %s, false)", [sql.Identifier(schema).as_string(db)])


async def migrate(db: Connection, schema: str, migrations: Sequence[Script] = MIGRATIONS) -> None:
    """Create the schema, or bring it to this version: altogether or not at all, one process at a time.

    Raises:
        DatabaseSchemaError: it holds tables of another program, or was written by a newer version.
    """
    async with db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATING])
        await enter(db, schema)
        version = await _version(db, schema)
        if version > len(migrations):
            raise DatabaseSchemaError(
                f"the schema {schema!r} was written by a newer version (its version is {version}, "
                f"known is {len(migrations)})"
            )
        for script in migrations[version:]:
            for statement in script:
                await db.execute(statement.encode())
        if version != len(migrations):
            await db.execute("UPDATE chatkit_schema SET version = %s", [len(migrations)])


async def _version(db: Connection, schema: str) -> int:
    """Give the version that the schema has, 0 for one that is new or empty."""
    if not await _one(db, "SELECT to_regnamespace(%s) IS NOT NULL", sql.Identifier(schema).as_string(db)):
        await db.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    if await _one(db, "SELECT to_regclass('chatkit_schema') IS NULL"):
        if await _one(db, "SELECT count(*) FROM pg_tables WHERE schemaname = %s", schema):
            raise DatabaseSchemaError(f"the schema {schema!r} holds tables of another program")
        await db.execute("CREATE TABLE chatkit_schema (version INTEGER NOT NULL)")
        await db.execute("INSERT INTO chatkit_schema VALUES (0)")
    return int(str(await _one(db, "SELECT version FROM chatkit_schema")))


async def _one(db: Connection, question: str, *values: object) -> object:
    row = await (await db.execute(question.encode(), values)).fetchone()
    return row[0] if row else None
