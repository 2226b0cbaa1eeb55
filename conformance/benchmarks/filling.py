"""Fill a store's file with threads of many items, by the back door: `python filling.py ours|official FILE SIZES…`.

A thread of N items is called `thr_N`; in it user and assistant take turns, and the last word is the assistant's.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

TIME = "2026-01-02T03:04:05.678901Z"


def items(size: int) -> Iterator[dict[str, Any]]:
    """Give the items of a thread."""
    for number in range(size):
        base = {"id": f"i{number}", "thread_id": f"thr_{size}", "created_at": TIME}
        if number % 2:
            yield base | {"type": "assistant_message", "content": [{"type": "output_text", "text": f"Answer {number}"}]}
        else:
            part = {"type": "input_text", "text": "hello"}
            yield base | {"type": "user_message", "content": [part], "attachments": [], "inference_options": {}}


async def ours(path: str, sizes: list[int]) -> None:
    """Fill ours."""
    from chatkit_protocol.codec import decode_metadata  # noqa: PLC0415 - of one environment
    from chatkit_server import SQLiteStore  # noqa: PLC0415 - of one environment

    store = SQLiteStore(path)
    for size in sizes:
        await store.save_thread("local", decode_metadata(json.dumps({"id": f"thr_{size}", "created_at": TIME})))
    await store.aclose()
    insert = "INSERT INTO item (user, thread_id, id, hidden, kind, body) VALUES ('local', ?, ?, 0, ?, ?)"
    rows = [(i["thread_id"], i["id"], i["type"], json.dumps(i)) for size in sizes for i in items(size)]
    _insert(path, insert, rows)


async def official(path: str, sizes: list[int]) -> None:
    """Fill the official side's."""
    from chatkit.types import ThreadMetadata  # noqa: PLC0415 - of one environment
    from sqlite_store import SQLiteStore  # noqa: PLC0415 - of one environment

    store = SQLiteStore(path)
    for size in sizes:
        await store.save_thread(ThreadMetadata(id=f"thr_{size}", created_at=TIME), {})
    rows = [(i["thread_id"], i["id"], json.dumps(i)) for size in sizes for i in items(size)]
    _insert(path, "INSERT INTO item (thread_id, id, body) VALUES (?, ?, ?)", rows)


def _insert(path: str, statement: str, rows: list[tuple[Any, ...]]) -> None:
    with sqlite3.connect(path) as db:
        db.executemany(statement, rows)


if __name__ == "__main__":
    side, path, *sizes = sys.argv[1:]
    asyncio.run({"ours": ours, "official": official}[side](path, [int(size) for size in sizes]))
