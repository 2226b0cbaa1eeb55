"""Threads kept in memory: the model that every other store is compared with."""

# ruff: noqa: D102 - `Store` says what its methods do

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET, UnsetType
from chatkit_protocol.codec import decode_attachment, decode_item, decode_metadata, encode
from chatkit_protocol.items import ThreadItem, is_hidden
from chatkit_protocol.threads import Page, ThreadMetadata
from chatkit_server.ids import utc_now
from chatkit_server.locks import LocalLocks
from chatkit_server.stores.base import NotFound, Order


class _Item(NamedTuple):
    hidden: bool
    body: bytes


@dataclass
class _Thread:
    body: bytes = b""
    touched: datetime = field(default_factory=utc_now)
    items: dict[str, _Item] = field(default_factory=dict)


class MemoryStore:
    """Keeps threads for as long as the object lives: for tests, and for trying things out.

    A dict is the order: what is replaced stays in its place, what is new goes to the end. Bodies are kept as
    JSON, so whatever comes out is a copy. Nothing is awaited, so every call is whole. `aclose` keeps it all.
    """

    def __init__(self) -> None:
        self._threads: dict[tuple[str, str], _Thread] = {}
        self._attachments: dict[tuple[str, str], bytes] = {}
        self.locks = LocalLocks()

    def _thread(self, user: str, thread_id: str, what: str = "thread") -> _Thread:
        if (user, thread_id) not in self._threads:
            raise NotFound(what)
        return self._threads[user, thread_id]

    async def load_thread(self, user: str, thread_id: str) -> ThreadMetadata:
        return decode_metadata(self._thread(user, thread_id).body)

    async def save_thread(self, user: str, thread: ThreadMetadata) -> None:
        body = encode(thread)
        kept = self._threads.setdefault((user, thread.id), _Thread())
        kept.body, kept.touched = body, utc_now()

    async def delete_thread(self, user: str, thread_id: str) -> None:
        self._threads.pop((user, thread_id), None)

    async def list_threads(
        self, user: str, *, limit: int, order: Order = "desc", after: str | None = None
    ) -> Page[ThreadMetadata]:
        ids = [thread_id for owner, thread_id in self._threads if owner == user]
        ids, cursor = _cut(ids, limit, order, after, "thread")
        data = [decode_metadata(self._threads[user, thread_id].body) for thread_id in ids]
        return Page(data=data, has_more=cursor is not UNSET, after=cursor)

    async def load_item(self, user: str, thread_id: str, item_id: str) -> ThreadItem:
        items = self._thread(user, thread_id, "item").items
        if item_id not in items:
            raise NotFound("item")
        return decode_item(items[item_id].body)

    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        thread = self._thread(user, thread_id)
        thread.items[item.id] = _Item(is_hidden(item), encode(item))
        thread.touched = utc_now()

    async def swap_item(self, user: str, thread_id: str, old: ThreadItem, new: ThreadItem) -> bool:
        kept = self._threads.get((user, thread_id), _Thread()).items.get(old.id)
        if kept is None or decode_item(kept.body) != old:
            return False
        await self.save_item(user, thread_id, new)
        return True

    async def delete_items(self, user: str, thread_id: str, item_ids: Sequence[str]) -> None:
        thread = self._threads.get((user, thread_id), _Thread())
        for item_id in item_ids:
            thread.items.pop(item_id, None)

    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        items = self._thread(user, thread_id, "item").items
        ids = list(items)
        if item_id not in items:
            raise NotFound("item")
        for later in ids[ids.index(item_id) + 1 :]:
            del items[later]

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
        items = self._thread(user, thread_id).items
        ids = [item_id for item_id, item in items.items() if hidden or not item.hidden]
        ids, cursor = _cut(ids, limit, order, after, "item")
        data = [decode_item(items[item_id].body) for item_id in ids]
        return Page(data=data, has_more=cursor is not UNSET, after=cursor)

    async def save_attachment(self, user: str, attachment: Attachment) -> None:
        self._attachments[user, attachment.id] = encode(attachment)

    async def load_attachment(self, user: str, attachment_id: str) -> Attachment:
        if (user, attachment_id) not in self._attachments:
            raise NotFound("attachment")
        return decode_attachment(self._attachments[user, attachment_id])

    async def delete_attachment(self, user: str, attachment_id: str) -> None:
        self._attachments.pop((user, attachment_id), None)

    async def list_attachments(self, user: str, *, limit: int, after: str | None = None) -> Page[Attachment]:
        ids = sorted(file for owner, file in self._attachments if owner == user and file > (after or ""))
        data = [decode_attachment(self._attachments[user, file]) for file in ids[:limit]]
        more = len(ids) > limit
        return Page(data=data, has_more=more, after=data[-1].id if more else UNSET)

    async def delete_user(self, user: str) -> None:
        self._threads = {key: thread for key, thread in self._threads.items() if key[0] != user}
        self._attachments = {key: body for key, body in self._attachments.items() if key[0] != user}

    async def delete_untouched(self, before: datetime) -> int:
        gone = [key for key, thread in self._threads.items() if thread.touched < before]
        for key in gone:
            del self._threads[key]
        return len(gone)

    async def aclose(self) -> None:
        """Nothing is open."""


def _cut(ids: list[str], limit: int, order: Order, after: str | None, what: str) -> tuple[list[str], str | UnsetType]:
    """Cut the ids of a page out of all that may be shown; the cursor is set if more would follow."""
    if order == "desc":
        ids.reverse()
    if after is not None:
        if after not in ids:
            raise NotFound(what)
        ids = ids[ids.index(after) + 1 :]
    return ids[:limit], ids[limit - 1] if len(ids) > limit else UNSET
