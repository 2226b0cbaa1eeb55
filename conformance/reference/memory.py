"""A store in memory for the official SDK: insertion order, and a deep copy in and out of every call."""

# The SDK, whose signatures these are, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN201, ARG002, D102

from __future__ import annotations

from typing import Any

from chatkit.store import NotFoundError, Store
from chatkit.types import Page, ThreadMetadata


class MemoryStore(Store):
    """Threads, items and attachments in dicts, which keep their place when they are saved again."""

    def __init__(self) -> None:
        self.threads: dict[str, Any] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.attachments: dict[str, Any] = {}

    async def load_thread(self, thread_id, context):
        return copy(self.threads, thread_id)

    async def save_thread(self, thread, context):
        # In `threads.create` the SDK saves a whole Thread; kept as it is, `threads.get_by_id` trips over its items.
        self.threads[thread.id] = ThreadMetadata(**thread.model_dump(exclude={"items"}))
        self.items.setdefault(thread.id, {})

    async def load_threads(self, limit, after, order, context):
        return page(self.threads, after, limit, order)

    async def delete_thread(self, thread_id, context):
        self.items.pop(thread_id, None)
        if self.threads.pop(thread_id, None) is None:
            raise NotFoundError(thread_id)

    async def load_thread_items(self, thread_id, after, limit, order, context):
        return page(self._of(thread_id), after, limit, order)

    async def load_item(self, thread_id, item_id, context):
        return copy(self._of(thread_id), item_id)

    async def save_item(self, thread_id, item, context):
        self._of(thread_id)[item.id] = item.model_copy(deep=True)

    add_thread_item = save_item

    async def delete_thread_item(self, thread_id, item_id, context):
        self._of(thread_id).pop(item_id, None)

    async def load_attachment(self, attachment_id, context):
        return copy(self.attachments, attachment_id)

    async def save_attachment(self, attachment, context):
        self.attachments[attachment.id] = attachment.model_copy(deep=True)

    async def delete_attachment(self, attachment_id, context):
        if self.attachments.pop(attachment_id, None) is None:
            raise NotFoundError(attachment_id)

    def _of(self, thread_id: str) -> dict[str, Any]:
        if thread_id not in self.items:
            raise NotFoundError(thread_id)
        return self.items[thread_id]


def copy(rows: dict[str, Any], key: str) -> Any:
    """Copy the row out, so that a change to it is not a change to the store."""
    if key not in rows:
        raise NotFoundError(key)
    return rows[key].model_copy(deep=True)


def page(rows: dict[str, Any], after: str | None, limit: int, order: str) -> Page:
    """Cut one page; the cursor is the id of its last row, and an unknown one starts at the beginning."""
    keys = list(rows) if order == "asc" else list(reversed(rows))
    start = keys.index(after) + 1 if after in rows else 0
    wanted = keys[start : start + limit]
    more = start + limit < len(keys)
    return Page(data=[copy(rows, key) for key in wanted], has_more=more, after=wanted[-1] if more else None)
