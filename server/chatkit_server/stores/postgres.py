"""Threads kept in PostgreSQL: the store for several workers and machines. Needs the extra `postgres`."""

# ruff: noqa: D102 - `Store` says what its methods do

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from selectors import EVENT_READ, DefaultSelector
from typing import Any, TypeVar

from psycopg_pool import AsyncConnectionPool

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET
from chatkit_protocol.codec import decode_attachment, decode_item, decode_metadata, encode
from chatkit_protocol.items import ThreadItem, is_hidden
from chatkit_protocol.threads import Page, ThreadMetadata
from chatkit_server.stores.base import NotFound, Order
from chatkit_server.stores.bounded import within
from chatkit_server.stores.postgres_connections import Connection, connect, take_care, watchful
from chatkit_server.stores.postgres_locks import PostgresLocks
from chatkit_server.stores.postgres_notes import SWEEP, PostgresNotes
from chatkit_server.stores.postgres_schema import enter, migrate

T = TypeVar("T", ThreadItem, ThreadMetadata, Attachment)
Rows = list[tuple[object, ...]]

START: dict[Order, int] = {"asc": 0, "desc": 2**63 - 1}
"""A `seq` before the first row of a listing. PostgreSQL counts from 1."""
LONGEST = 500
"""Characters of an id that are kept as they are. An index entry may have about 2,700 bytes."""
RECONNECT_SECONDS = 5.0
"""After which the next call begins to connect anew. The pool by itself waits longer each time, minutes in the end."""

# Each call is one statement, or one and the place of a cursor before it, so it is whole by itself and needs
# one journey. Whatever changes the items of a thread holds the thread's row first: two such calls cannot wait
# for each other, and `seq`, taken while holding it, is the order in which items became visible.
LOAD_THREAD = "SELECT body FROM thread WHERE owner = %s AND id = %s"
PLACE_THREAD = "SELECT seq FROM thread WHERE owner = %s AND id = %s"
SAVE_THREAD = """
    INSERT INTO thread (owner, id, body) VALUES (%s, %s, %s)
    ON CONFLICT (owner, id) DO UPDATE SET body = excluded.body, touched = now()
"""
DELETE_THREAD = "DELETE FROM thread WHERE owner = %s AND id = %s"  # its items go with it: ON DELETE CASCADE
LIST_THREADS: dict[Order, str] = {
    "asc": "SELECT body FROM thread WHERE owner = %s AND seq > %s ORDER BY seq LIMIT %s",
    "desc": "SELECT body FROM thread WHERE owner = %s AND seq < %s ORDER BY seq DESC LIMIT %s",
}

LOAD_ITEM = "SELECT body FROM item WHERE owner = %s AND thread_id = %s AND id = %s"
PLACE_ITEM = "SELECT seq FROM item WHERE owner = %s AND thread_id = %s AND id = %s AND hidden <= %s"
SAVE_ITEM = """
    WITH held AS (UPDATE thread SET touched = now() WHERE owner = %s AND id = %s RETURNING owner, id)
    INSERT INTO item (owner, thread_id, id, hidden, kind, body) SELECT owner, id, %s, %s, %s, %s FROM held
    ON CONFLICT (owner, thread_id, id)
    DO UPDATE SET hidden = excluded.hidden, kind = excluded.kind, body = excluded.body
    RETURNING seq
"""
DELETE_ITEMS = """
    WITH held AS (SELECT owner, id FROM thread WHERE owner = %s AND id = %s FOR NO KEY UPDATE)
    DELETE FROM item USING held WHERE item.owner = held.owner AND item.thread_id = held.id AND item.id = ANY(%s)
"""
DELETE_ITEMS_AFTER = """
    WITH held AS (SELECT owner, id FROM thread WHERE owner = %s AND id = %s FOR NO KEY UPDATE),
    place AS (SELECT item.owner, thread_id, seq FROM item JOIN held ON item.owner = held.owner AND thread_id = held.id
        WHERE item.id = %s),
    gone AS (DELETE FROM item USING place
        WHERE item.owner = place.owner AND item.thread_id = place.thread_id AND item.seq > place.seq)
    SELECT seq FROM place
"""


def _list_items(compare: str, shown: str, order: str) -> str:
    """Spell a listing: no row for a thread that is not there, a row of nulls for one without such items."""
    return f"""
        SELECT page.body FROM thread LEFT JOIN LATERAL (
            SELECT seq, body FROM item
            WHERE item.owner = thread.owner AND thread_id = thread.id AND seq {compare} %s {shown}
            ORDER BY seq {order} LIMIT %s
        ) AS page ON true
        WHERE owner = %s AND id = %s ORDER BY page.seq {order}
    """  # noqa: S608 - nothing in it comes from outside


LIST_ITEMS: dict[tuple[Order, bool], str] = {
    ("asc", False): _list_items(">", "AND NOT hidden", "ASC"),
    ("desc", False): _list_items("<", "AND NOT hidden", "DESC"),
    ("asc", True): _list_items(">", "", "ASC"),
    ("desc", True): _list_items("<", "", "DESC"),
}

LOAD_ATTACHMENT = "SELECT body FROM attachment WHERE owner = %s AND id = %s"
SAVE_ATTACHMENT = """
    INSERT INTO attachment (owner, id, body) VALUES (%s, %s, %s)
    ON CONFLICT (owner, id) DO UPDATE SET body = excluded.body
"""
DELETE_ATTACHMENT = "DELETE FROM attachment WHERE owner = %s AND id = %s"
LIST_ATTACHMENTS = "SELECT body FROM attachment WHERE owner = %s AND id > %s ORDER BY id LIMIT %s"

HOLD_THREAD = "SELECT FROM thread WHERE owner = %s AND id = %s FOR NO KEY UPDATE"
# A note does not say whose it is, and is worth nothing after half a minute: all of them go.
DELETE_USER = """
    WITH files AS (DELETE FROM attachment WHERE owner = %s), notes AS (DELETE FROM note)
    DELETE FROM thread WHERE owner = %s
"""
DELETE_UNTOUCHED = f"""
    WITH gone AS (DELETE FROM thread WHERE touched < %s RETURNING seq), notes AS ({SWEEP})
    SELECT count(*) FROM gone
"""  # noqa: S608 - nothing in it comes from outside


class PostgresStore:
    """Keeps threads in a schema of a PostgreSQL database. Any number of processes and machines may share it.

    `url` is what libpq takes: `postgresql://user:password@host/database?sslmode=require`, or `host=… dbname=…`;
    what it leaves out comes from PGHOST, PGPASSWORD and the like. The schema is made, or brought to this
    version, by the first call, which raises DatabaseSchemaError if it is not ours, or newer.

    A call takes one of at most `connections` from a pool, and waits no longer than `timeout` seconds for it;
    then it raises psycopg_pool.PoolTimeout. Locks and notes, which have to do with other processes, take no longer
    than that in all; then they raise TimeoutError. Connections that the server has closed are replaced before they
    are used, so the store goes on by itself after the server was restarted; calls that were under way then
    raise psycopg.OperationalError. A caller that is cancelled has the server give its statement up.
    """

    def __init__(self, url: str, *, schema: str = "chatkit", connections: int = 10, timeout: float = 10.0) -> None:
        self.url = url
        self.schema = schema
        self._connections = connections
        self._timeout = timeout
        self._pool: AsyncConnectionPool[Connection] | None = None
        self._opening = asyncio.Lock()
        self.locks = PostgresLocks(url, schema, timeout)
        self.notes = PostgresNotes(self._run_in_time)

    async def load_thread(self, user: str, thread_id: str) -> ThreadMetadata:
        return decode_metadata(await self._one("thread", LOAD_THREAD, key(user), key(thread_id)))

    async def save_thread(self, user: str, thread: ThreadMetadata) -> None:
        await self._run(SAVE_THREAD, key(user), key(thread.id), encode(thread).decode())

    async def delete_thread(self, user: str, thread_id: str) -> None:
        await self._run(DELETE_THREAD, key(user), key(thread_id))

    async def list_threads(
        self, user: str, *, limit: int, order: Order = "desc", after: str | None = None
    ) -> Page[ThreadMetadata]:
        start: object = START[order]
        if after is not None:
            start = await self._one("thread", PLACE_THREAD, key(user), key(after))
        return _page(await self._run(LIST_THREADS[order], key(user), start, limit + 1), limit, decode_metadata)

    async def load_item(self, user: str, thread_id: str, item_id: str) -> ThreadItem:
        return decode_item(await self._one("item", LOAD_ITEM, key(user), key(thread_id), key(item_id)))

    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        await self._one("thread", SAVE_ITEM, *_row(user, thread_id, item))

    async def swap_item(self, user: str, thread_id: str, old: ThreadItem, new: ThreadItem) -> bool:
        row = _row(user, thread_id, new)
        async with (await self._opened()).connection() as db, db.transaction():
            await db.execute(HOLD_THREAD.encode(), row[:2])
            found: Any = await (await db.execute(LOAD_ITEM.encode(), (*row[:2], key(old.id)))).fetchone()
            if found is None or decode_item(found[0]) != old:
                return False
            await db.execute(SAVE_ITEM.encode(), row)
            return True

    async def delete_items(self, user: str, thread_id: str, item_ids: Sequence[str]) -> None:
        await self._run(DELETE_ITEMS, key(user), key(thread_id), [key(item_id) for item_id in item_ids])

    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        await self._one("item", DELETE_ITEMS_AFTER, key(user), key(thread_id), key(item_id))

    async def list_items(
        self,
        user: str,
        thread_id: str,
        *,
        limit: int,
        order: Order = "desc",
        after: str | None = None,
        hidden: bool = False,
    ) -> Page[ThreadItem]:
        thread = (key(user), key(thread_id))
        start: object = START[order]
        if after is not None:
            await self._one("thread", PLACE_THREAD, *thread)
            start = await self._one("item", PLACE_ITEM, *thread, key(after), hidden)
        rows = await self._run(LIST_ITEMS[order, hidden], start, limit + 1, *thread)
        if not rows:
            raise NotFound("thread")
        return _page([] if rows == [(None,)] else rows, limit, decode_item)

    async def save_attachment(self, user: str, attachment: Attachment) -> None:
        await self._run(SAVE_ATTACHMENT, key(user), key(attachment.id), encode(attachment).decode())

    async def load_attachment(self, user: str, attachment_id: str) -> Attachment:
        return decode_attachment(await self._one("attachment", LOAD_ATTACHMENT, key(user), key(attachment_id)))

    async def delete_attachment(self, user: str, attachment_id: str) -> None:
        await self._run(DELETE_ATTACHMENT, key(user), key(attachment_id))

    async def list_attachments(self, user: str, *, limit: int, after: str | None = None) -> Page[Attachment]:
        rows = await self._run(LIST_ATTACHMENTS, key(user), key(after or ""), limit + 1)
        return _page(rows, limit, decode_attachment)

    async def delete_user(self, user: str) -> None:
        await self._run(DELETE_USER, key(user), key(user))

    async def delete_untouched(self, before: datetime) -> int:
        return int(str((await self._run(DELETE_UNTOUCHED, before))[0][0]))

    async def aclose(self) -> None:
        """Close the connections once the calls made so far are done."""
        await self.locks.aclose()
        async with self._opening:
            pool, self._pool = self._pool, None
            if pool:
                await pool.close()

    async def _one(self, what: str, statement: str, *values: object) -> str:
        """Give the one value that a statement asks for. Raises NotFound."""
        rows = await self._run(statement, *values)
        if not rows:
            raise NotFound(what)
        return rows[0][0]  # type: ignore[return-value]  # a body; a `seq` only goes into the next statement

    async def _run(self, statement: str, *values: object) -> Rows:
        async with (await self._opened()).connection() as db:
            cursor = await db.execute(statement.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    async def _run_in_time(self, statement: str, *values: object) -> Rows:
        return await within(self._timeout, self._run(statement, *values), "the database")

    async def _opened(self) -> AsyncConnectionPool[Connection]:
        if self._pool is None:
            async with self._opening:
                self._pool = self._pool or await self._open()
        return self._pool

    async def _open(self) -> AsyncConnectionPool[Connection]:
        """Prepare the schema, then open the pool; what is wrong with the URL is raised at once, not when time is up."""
        async with await connect(self.url) as db:
            await migrate(db, self.schema)
        pool = AsyncConnectionPool(
            watchful(self.url),
            kwargs={"autocommit": True},
            min_size=1,
            max_size=self._connections,
            timeout=self._timeout,
            reconnect_timeout=RECONNECT_SECONDS,
            configure=self._prepare,
            check=_look,
            open=False,
            name="chatkit",
        )
        try:
            await pool.open()
        except BaseException:
            await pool.close()
            raise
        return pool

    async def _prepare(self, db: Connection) -> None:
        await take_care(db)
        await enter(db, self.schema)


async def _look(db: Connection) -> None:
    """Ask whether the server is still there, if something waits at the socket: an idle server has nothing to say."""
    with DefaultSelector() as sockets:
        sockets.register(db.fileno(), EVENT_READ)
        if sockets.select(timeout=0):
            await AsyncConnectionPool.check_connection(db)


def key(text: str) -> str:
    """Spell an id or a user so that PostgreSQL takes it: there are no zero bytes in its texts, and no long keys.

    Different ones stay different; all but odd ones stay as they are.
    """
    if len(text) > LONGEST:
        return "\\h" + hashlib.sha256(text.encode()).hexdigest()
    return text.replace("\\", "\\\\").replace("\0", "\\0")


def _row(user: str, thread_id: str, item: ThreadItem) -> tuple[object, ...]:
    kind, body = type(item).__struct_config__.tag, encode(item).decode()
    return (key(user), key(thread_id), key(item.id), is_hidden(item), kind, body)


def _page(rows: Rows, limit: int, decode: Callable[[str], T]) -> Page[T]:
    """Make a page of `limit` rows out of `limit + 1`, the last of which only tells that there is more."""
    more = len(rows) > limit
    data = [decode(body) for (body,) in rows[:limit]]  # type: ignore[arg-type]  # bodies are texts
    return Page(data=data, has_more=more, after=data[-1].id if more else UNSET)
