"""A store in SQLite for the official SDK, which brings none: indexed like ours, on a thread of its own.

Only what the benchmark calls is there.
"""

# The SDK, whose signatures these are, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN002, ANN201, ANN202, ARG002, D102

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from chatkit.store import NotFoundError, Store
from chatkit.types import Page, ThreadItem, ThreadMetadata
from pydantic import TypeAdapter

ITEM = TypeAdapter(ThreadItem)
SCHEMA = """
CREATE TABLE IF NOT EXISTS thread (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS item (
    seq INTEGER PRIMARY KEY, thread_id TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (thread_id, id)
);
CREATE INDEX IF NOT EXISTS item_order ON item (thread_id, seq);
"""
LISTED = {
    "asc": "SELECT id, body FROM item WHERE thread_id = ? AND seq > ? ORDER BY seq LIMIT ?",
    "desc": "SELECT id, body FROM item WHERE thread_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
}
SAVE_ITEM = """
INSERT INTO item (thread_id, id, body) VALUES (?, ?, ?)
ON CONFLICT (thread_id, id) DO UPDATE SET body = excluded.body
"""


class SQLiteStore(Store):
    """Threads and items in one file."""

    def __init__(self, path: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {SCHEMA}")

    async def _run(self, statement, *values):
        def work():
            with self._db:
                return self._db.execute(statement, values).fetchall()

        return await asyncio.wrap_future(self._thread.submit(work))

    async def load_thread(self, thread_id, context):
        rows = await self._run("SELECT body FROM thread WHERE id = ?", thread_id)
        if not rows:
            raise NotFoundError(thread_id)
        return ThreadMetadata.model_validate_json(rows[0][0])

    async def save_thread(self, thread, context):
        body = ThreadMetadata(**thread.model_dump(exclude={"items"})).model_dump_json()
        await self._run("INSERT OR REPLACE INTO thread VALUES (?, ?)", thread.id, body)

    async def load_thread_items(self, thread_id, after, limit, order, context):
        start = -1 if order == "asc" else 2**62
        if after:
            start = (await self._run("SELECT seq FROM item WHERE thread_id = ? AND id = ?", thread_id, after))[0][0]
        rows = await self._run(LISTED[order], thread_id, start, limit + 1)
        data = [ITEM.validate_json(body) for _, body in rows[:limit]]
        more = len(rows) > limit
        return Page(data=data, has_more=more, after=rows[limit - 1][0] if more else None)

    async def load_item(self, thread_id, item_id, context):
        rows = await self._run("SELECT body FROM item WHERE thread_id = ? AND id = ?", thread_id, item_id)
        if not rows:
            raise NotFoundError(item_id)
        return ITEM.validate_json(rows[0][0])

    async def save_item(self, thread_id, item, context):
        await self._run(SAVE_ITEM, thread_id, item.id, item.model_dump_json())

    add_thread_item = save_item

    async def delete_thread_item(self, thread_id, item_id, context):
        await self._run("DELETE FROM item WHERE thread_id = ? AND id = ?", thread_id, item_id)

    async def _unused(self, *_args):
        raise NotImplementedError

    load_threads = delete_thread = load_attachment = save_attachment = delete_attachment = _unused
