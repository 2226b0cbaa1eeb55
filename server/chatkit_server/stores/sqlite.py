"""Threads kept in an SQLite file: the default store."""

# ruff: noqa: D102 - `Store` says what its methods do

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from os import PathLike
from sqlite3 import Connection
from time import time
from typing import Any, TypeVar

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET
from chatkit_protocol.codec import decode_attachment, decode_item, decode_metadata, encode
from chatkit_protocol.items import ThreadItem, is_hidden
from chatkit_protocol.threads import Page, ThreadMetadata
from chatkit_server.locks import LocalLocks, Locks
from chatkit_server.stores.base import NotFound, Order
from chatkit_server.stores.file_locks import FileLocks
from chatkit_server.stores.migrations import Synchronous, open_database

T = TypeVar("T")

WRITE = "BEGIN IMMEDIATE"
"""Takes the lock before anything is read. A transaction that reads first and then writes fails at once,
without waiting, if another process has written in between."""

START: dict[Order, int] = {"asc": 0, "desc": 2**63 - 1}
"""A `seq` before the first row of a listing. SQLite counts from 1."""

LOAD_THREAD = "SELECT body FROM thread WHERE user = ? AND id = ?"
PLACE_THREAD = "SELECT seq FROM thread WHERE user = ? AND id = ?"
SAVE_THREAD = """
    INSERT INTO thread (touched, user, id, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (user, id) DO UPDATE SET touched = excluded.touched, body = excluded.body
"""
TOUCH_THREAD = "UPDATE thread SET touched = ? WHERE user = ? AND id = ?"
DELETE_THREAD = "DELETE FROM thread WHERE user = ? AND id = ?"  # its items go with it: ON DELETE CASCADE
LIST_THREADS: dict[Order, str] = {
    "asc": "SELECT id, body FROM thread WHERE user = ? AND seq > ? ORDER BY seq LIMIT ?",
    "desc": "SELECT id, body FROM thread WHERE user = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
}

LOAD_ITEM = "SELECT body FROM item WHERE user = ? AND thread_id = ? AND id = ?"
PLACE_ITEM = "SELECT seq FROM item WHERE user = ? AND thread_id = ? AND id = ? AND hidden <= ?"
SAVE_ITEM = """
    INSERT INTO item (user, thread_id, id, hidden, kind, body) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (user, thread_id, id)
    DO UPDATE SET hidden = excluded.hidden, kind = excluded.kind, body = excluded.body
"""
DELETE_ITEM = "DELETE FROM item WHERE user = ? AND thread_id = ? AND id = ?"
DELETE_ITEMS_AFTER = "DELETE FROM item WHERE user = ? AND thread_id = ? AND seq > ?"
# `hidden = 0` stands there as a literal, otherwise the partial index is not used.
LIST_ITEMS: dict[tuple[Order, bool], str] = {
    ("asc", False): """
        SELECT id, body FROM item WHERE user = ? AND thread_id = ? AND seq > ? AND hidden = 0
        ORDER BY seq LIMIT ?
    """,
    ("desc", False): """
        SELECT id, body FROM item WHERE user = ? AND thread_id = ? AND seq < ? AND hidden = 0
        ORDER BY seq DESC LIMIT ?
    """,
    ("asc", True): """
        SELECT id, body FROM item WHERE user = ? AND thread_id = ? AND seq > ?
        ORDER BY seq LIMIT ?
    """,
    ("desc", True): """
        SELECT id, body FROM item WHERE user = ? AND thread_id = ? AND seq < ?
        ORDER BY seq DESC LIMIT ?
    """,
}

LOAD_ATTACHMENT = "SELECT body FROM attachment WHERE user = ? AND id = ?"
SAVE_ATTACHMENT = """
    INSERT INTO attachment (user, id, body) VALUES (?, ?, ?)
    ON CONFLICT (user, id) DO UPDATE SET body = excluded.body
"""
DELETE_ATTACHMENT = "DELETE FROM attachment WHERE user = ? AND id = ?"
LIST_ATTACHMENTS = "SELECT id, body FROM attachment WHERE user = ? AND id > ? ORDER BY id LIMIT ?"

DELETE_THREADS = "DELETE FROM thread WHERE user = ?"
DELETE_ATTACHMENTS = "DELETE FROM attachment WHERE user = ?"
DELETE_UNTOUCHED = "DELETE FROM thread WHERE touched < ?"


class SQLiteStore:
    """Keeps threads in one file, or in `:memory:`. Several processes may use the file at once.

    Calls run one after another on a thread of the store's own, each in one transaction. A caller that is
    cancelled leaves nothing half done: a call that still waits in line is dropped, one that has begun is
    completed, though nobody hears of it.

    What a call has acknowledged survives the death of the process. Whether it survives a power cut is up to
    `synchronous`: with "NORMAL" the last few calls may be lost then (the file stays sound), with "FULL" none,
    at the price of waiting for the disk at every write. `busy_timeout`, in seconds, is how long a call waits
    for another process's write; then it raises sqlite3.OperationalError.

    The file is opened by the first call, and by the first one after `aclose`; `:memory:` is empty again then.
    Opening raises DatabaseFileError.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        synchronous: Synchronous = "NORMAL",
        busy_timeout: float = 5.0,
    ) -> None:
        self._open = partial(open_database, path, synchronous=synchronous, timeout=busy_timeout)
        self._worker: _Worker | None = None
        self.locks: Locks = LocalLocks() if path == ":memory:" else FileLocks(path)

    async def load_thread(self, user: str, thread_id: str) -> ThreadMetadata:
        return decode_metadata(await self._load("thread", LOAD_THREAD, user, thread_id))

    async def save_thread(self, user: str, thread: ThreadMetadata) -> None:
        await self._change(SAVE_THREAD, time(), user, thread.id, encode(thread).decode())

    async def delete_thread(self, user: str, thread_id: str) -> None:
        await self._change(DELETE_THREAD, user, thread_id)

    async def list_threads(
        self, user: str, *, limit: int, order: Order = "desc", after: str | None = None
    ) -> Page[ThreadMetadata]:
        def work(db: Connection) -> list[_Row]:
            start = START[order] if after is None else _find(db, "thread", PLACE_THREAD, user, after)
            return db.execute(LIST_THREADS[order], (user, start, limit + 1)).fetchall()

        return _page(await self._run("BEGIN", work), limit, decode_metadata)

    async def load_item(self, user: str, thread_id: str, item_id: str) -> ThreadItem:
        return decode_item(await self._load("item", LOAD_ITEM, user, thread_id, item_id))

    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        row = _row(user, thread_id, item)
        await self._run(WRITE, lambda db: _save(db, row))

    async def swap_item(self, user: str, thread_id: str, old: ThreadItem, new: ThreadItem) -> bool:
        row = _row(user, thread_id, new)

        def work(db: Connection) -> bool:
            found = db.execute(LOAD_ITEM, (user, thread_id, old.id)).fetchone()
            if found is None or decode_item(found[0]) != old:
                return False
            _save(db, row)
            return True

        return await self._run(WRITE, work)

    async def delete_items(self, user: str, thread_id: str, item_ids: Sequence[str]) -> None:
        keys = [(user, thread_id, item_id) for item_id in item_ids]
        await self._run(WRITE, lambda db: db.executemany(DELETE_ITEM, keys))

    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        def work(db: Connection) -> None:
            place = _find(db, "item", PLACE_ITEM, user, thread_id, item_id, True)
            db.execute(DELETE_ITEMS_AFTER, (user, thread_id, place))

        await self._run(WRITE, work)

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
        def work(db: Connection) -> list[_Row]:
            _find(db, "thread", PLACE_THREAD, user, thread_id)
            start = START[order]
            if after is not None:
                start = _find(db, "item", PLACE_ITEM, user, thread_id, after, hidden)
            return db.execute(LIST_ITEMS[order, hidden], (user, thread_id, start, limit + 1)).fetchall()

        return _page(await self._run("BEGIN", work), limit, decode_item)

    async def save_attachment(self, user: str, attachment: Attachment) -> None:
        await self._change(SAVE_ATTACHMENT, user, attachment.id, encode(attachment).decode())

    async def load_attachment(self, user: str, attachment_id: str) -> Attachment:
        return decode_attachment(await self._load("attachment", LOAD_ATTACHMENT, user, attachment_id))

    async def delete_attachment(self, user: str, attachment_id: str) -> None:
        await self._change(DELETE_ATTACHMENT, user, attachment_id)

    async def list_attachments(self, user: str, *, limit: int, after: str | None = None) -> Page[Attachment]:
        asked = (user, after or "", limit + 1)
        rows = await self._run("BEGIN", lambda db: db.execute(LIST_ATTACHMENTS, asked).fetchall())
        return _page(rows, limit, decode_attachment)

    async def delete_user(self, user: str) -> None:
        def work(db: Connection) -> None:
            db.execute(DELETE_THREADS, (user,))
            db.execute(DELETE_ATTACHMENTS, (user,))

        await self._run(WRITE, work)

    async def delete_untouched(self, before: datetime) -> int:
        return await self._run(WRITE, lambda db: db.execute(DELETE_UNTOUCHED, (before.timestamp(),)).rowcount)

    async def aclose(self) -> None:
        """Close the file once the calls made so far are done."""
        await self.locks.aclose()
        worker, self._worker = self._worker, None
        if worker:
            await worker.aclose()

    async def _load(self, what: str, statement: str, *key: str) -> str:
        body: str = await self._run("BEGIN", lambda db: _find(db, what, statement, *key))
        return body

    async def _change(self, statement: str, *values: str | float) -> None:
        await self._run(WRITE, lambda db: db.execute(statement, values))

    async def _run(self, begin: str, work: Callable[[Connection], T]) -> T:
        if self._worker is None:
            self._worker = _Worker(self._open)
        return await self._worker.run(begin, work)


class _Worker:
    """A thread with a connection: what it is given runs in order, each piece in one transaction."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._db: Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chatkit-sqlite")

    async def run(self, begin: str, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._thread.submit(self._transact, begin, work))

    async def aclose(self) -> None:
        closing = asyncio.wrap_future(self._thread.submit(self._close))
        self._thread.shutdown(wait=False)
        await asyncio.shield(closing)
        self._thread.shutdown()  # has nothing left to do but to end

    def _transact(self, begin: str, work: Callable[[Connection], T]) -> T:
        if self._db is None:
            self._db = self._connect()
        with self._db:  # commits, or rolls back on any error, that of the commit included
            self._db.execute(begin)
            return work(self._db)

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()


_Row = tuple[str, str]
"""An id and a body."""


def _row(user: str, thread_id: str, item: ThreadItem) -> tuple[Any, ...]:
    return (user, thread_id, item.id, is_hidden(item), type(item).__struct_config__.tag, encode(item).decode())


def _save(db: Connection, row: tuple[Any, ...]) -> None:
    """Save an item in its thread. Raises NotFound."""
    if not db.execute(TOUCH_THREAD, (time(), *row[:2])).rowcount:
        raise NotFound("thread")
    db.execute(SAVE_ITEM, row)


def _find(db: Connection, what: str, statement: str, *key: str | bool) -> Any:
    """Give the one value that a statement asks for. Raises NotFound."""
    row = db.execute(statement, key).fetchone()
    if row is None:
        raise NotFound(what)
    return row[0]


def _page(rows: list[_Row], limit: int, decode: Callable[[str], T]) -> Page[T]:
    """Make a page of `limit` rows out of `limit + 1`, the last of which only tells that there is more."""
    more = len(rows) > limit
    return Page(
        data=[decode(body) for _, body in rows[:limit]],
        has_more=more,
        after=rows[limit - 1][0] if more else UNSET,
    )
