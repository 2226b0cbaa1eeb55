"""Connections to PostgreSQL whose ends notice that the other one has vanished, and do not wait for it for ever.

A machine that loses its power or its network says nothing. Left to themselves, systems think of asking after two hours:
so long the database would keep the locks of answers that nobody writes, and a process wait for a database that is gone.
"""

from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

Connection = AsyncConnection[tuple[object, ...]]

WATCHFUL = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
"""How this side takes care, in seconds, and the last in milliseconds; the URL may say otherwise."""

# What a server does not know is left out: `idle_session_timeout` came with PostgreSQL 14.
THERE_TOO = b"""
    SELECT set_config(name, wanted, false) FROM pg_settings JOIN (VALUES
        ('idle_session_timeout', '0'),
        ('tcp_keepalives_idle', '10'),
        ('tcp_keepalives_interval', '5'),
        ('tcp_keepalives_count', '2'),
        ('tcp_user_timeout', '20000')
    ) AS wish (name, wanted) USING (name)
"""
"""Has the server take care in the same way, and keep a session that only holds a lock."""


def watchful(url: str) -> str:
    """Give a URL with what it leaves unsaid about waiting. Raises psycopg.ProgrammingError for what is no URL."""
    return make_conninfo(**{**WATCHFUL, **conninfo_to_dict(url)})  # type: ignore[arg-type]  # libpq takes numbers, too


async def connect(url: str) -> Connection:
    """Connect, each statement a transaction of its own.

    What the session holds is let go of when its process ends, and within 20 seconds when its machine vanishes.
    """
    db = await AsyncConnection.connect(watchful(url), autocommit=True)
    try:
        await take_care(db)
    except BaseException:
        await db.close()
        raise
    return db


async def take_care(db: Connection) -> None:
    """Have the server notice that this process's machine has vanished."""
    await db.execute(THERE_TOO)
