"""The contract can be broken: every check of it finds a store that has just one fault."""

import asyncio
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

import pytest

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET
from chatkit_protocol.codec import decode_item, decode_metadata, encode
from chatkit_protocol.items import ClientToolCallItem, ThreadItem
from chatkit_protocol.threads import Page, ThreadMetadata
from chatkit_server.stores import MemoryStore, NotFound, SQLiteStore, sqlite
from chatkit_server.stores.contract import CONTRACT, Check, ContractBroken
from chatkit_server.stores.memory import _Item, _Thread


class DropsNullsOfThreads(MemoryStore):
    async def load_thread(self, user: str, thread_id: str) -> ThreadMetadata:
        kept = await super().load_thread(user, thread_id)
        kept.metadata = {key: value for key, value in kept.metadata.items() if value is not None}
        return kept


class AddsThreadsByItself(MemoryStore):
    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        self._threads.setdefault((user, thread_id), _Thread())
        await super().save_item(user, thread_id, item)


class OrdersThreadsByTime(MemoryStore):
    async def list_threads(self, user: str, **named: Any) -> Page[ThreadMetadata]:
        by_time = sorted(self._threads.items(), key=lambda row: decode_metadata(row[1].body).created_at)
        self._threads = dict(by_time)
        return await super().list_threads(user, **named)


class MovesSavedThreads(MemoryStore):
    async def save_thread(self, user: str, thread: ThreadMetadata) -> None:
        kept = self._threads.pop((user, thread.id), _Thread())
        self._threads[user, thread.id] = kept
        await super().save_thread(user, thread)


class LosesItemsOfSavedThreads(MemoryStore):
    async def save_thread(self, user: str, thread: ThreadMetadata) -> None:
        await super().save_thread(user, thread)
        self._threads[user, thread.id].items.clear()


class LeavesOrphans(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._orphans: dict[tuple[str, str], _Thread] = {}

    async def delete_thread(self, user: str, thread_id: str) -> None:
        if (user, thread_id) in self._threads:
            self._orphans[user, thread_id] = self._threads.pop((user, thread_id))

    async def save_thread(self, user: str, thread: ThreadMetadata) -> None:
        await super().save_thread(user, thread)
        self._threads[user, thread.id].items.update(self._orphans.get((user, thread.id), _Thread()).items)


class SeesMoreBehindEveryFullPage(MemoryStore):
    async def list_threads(self, user: str, *, limit: int, **named: Any) -> Page[ThreadMetadata]:
        page = await super().list_threads(user, limit=limit, **named)
        if len(page.data) == limit:
            page.has_more, page.after = True, page.data[-1].id
        return page


class HasACursorOnTheLastPage(MemoryStore):
    async def list_threads(self, user: str, **named: Any) -> Page[ThreadMetadata]:
        page = await super().list_threads(user, **named)
        page.after = page.data[-1].id if page.data else UNSET
        return page


class StartsOverForAnUnknownCursor(MemoryStore):
    async def list_threads(self, user: str, *, after: str | None = None, **named: Any) -> Page[ThreadMetadata]:
        known = after if (user, after) in self._threads else None
        return await super().list_threads(user, after=known, **named)

    async def list_items(
        self, user: str, thread_id: str, *, after: str | None = None, **named: Any
    ) -> Page[ThreadItem]:
        known = after if after in self._thread(user, thread_id).items else None
        return await super().list_items(user, thread_id, after=known, **named)


class KeepsTheFirstAttachment(MemoryStore):
    async def save_attachment(self, user: str, attachment: Attachment) -> None:
        self._attachments.setdefault((user, attachment.id), encode(attachment))


class MissesDeletedAttachments(MemoryStore):
    async def delete_attachment(self, user: str, attachment_id: str) -> None:
        if self._attachments.pop((user, attachment_id), None) is None:
            raise NotFound("attachment")


class DeletesAttachmentsOfThreads(MemoryStore):
    async def delete_thread(self, user: str, thread_id: str) -> None:
        await super().delete_thread(user, thread_id)
        self._attachments.clear()


class ForgetsWhenClosed(MemoryStore):
    async def aclose(self) -> None:
        del self._threads


class DropsNullsOfItems(MemoryStore):
    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        if isinstance(item, ClientToolCallItem):
            item = deepcopy(item)
            item.arguments = {key: value for key, value in item.arguments.items() if value is not None}
        await super().save_item(user, thread_id, item)


class MovesSavedItems(MemoryStore):
    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        self._thread(user, thread_id).items.pop(item.id, None)
        await super().save_item(user, thread_id, item)


class KeepsTheFirstHiddenFlag(MemoryStore):
    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        items = self._thread(user, thread_id).items
        before = items.get(item.id)
        await super().save_item(user, thread_id, item)
        items[item.id] = _Item((before or items[item.id]).hidden, encode(item))


class FindsItemsInAnyThread(MemoryStore):
    async def load_item(self, user: str, thread_id: str, item_id: str) -> ThreadItem:
        for (owner, _), kept in self._threads.items():
            if owner == user and item_id in kept.items:
                return decode_item(kept.items[item_id].body)
        raise NotFound("item")


class DeletesOnlyWhatIsShown(MemoryStore):
    async def delete_items(self, user: str, thread_id: str, item_ids: Sequence[str]) -> None:
        items = self._threads.get((user, thread_id), _Thread()).items
        shown = [item_id for item_id in item_ids if item_id in items and not items[item_id].hidden]
        await super().delete_items(user, thread_id, shown)


class LeavesHiddenItemsBehind(MemoryStore):
    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        kept = self._thread(user, thread_id, "item")
        before = dict(kept.items)
        await super().delete_items_after(user, thread_id, item_id)
        kept.items = {key: row for key, row in before.items() if key in kept.items or row.hidden}


class DeletesTheItemItself(MemoryStore):
    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        await super().delete_items_after(user, thread_id, item_id)
        await self.delete_items(user, thread_id, [item_id])


class DeletesAfterNothing(MemoryStore):
    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        if item_id in self._thread(user, thread_id).items:
            await super().delete_items_after(user, thread_id, item_id)


class OrdersItemsByTime(MemoryStore):
    async def list_items(self, user: str, thread_id: str, **named: Any) -> Page[ThreadItem]:
        kept = self._thread(user, thread_id)
        kept.items = dict(sorted(kept.items.items(), key=lambda row: self._key(row[0], row[1])))
        return await super().list_items(user, thread_id, **named)

    def _key(self, item_id: str, item: _Item) -> Any:
        return decode_item(item.body).created_at


class OrdersItemsOfTheSameTimeById(OrdersItemsByTime):
    def _key(self, item_id: str, item: _Item) -> Any:
        return item_id


class SkipsARowBehindEveryPage(MemoryStore):
    async def list_items(
        self, user: str, thread_id: str, *, limit: int, after: str | None = None, **named: Any
    ) -> Page[ThreadItem]:
        page = await super().list_items(user, thread_id, limit=limit + 1, after=after, **named)
        rest = page.data[1:] if after else page.data[:limit]
        return Page(data=rest, has_more=page.has_more, after=rest[-1].id if page.has_more else UNSET)


class HidesItemsAfterTheCut(MemoryStore):
    async def list_items(self, user: str, thread_id: str, *, hidden: bool = False, **named: Any) -> Page[ThreadItem]:
        page = await super().list_items(user, thread_id, hidden=True, **named)
        page.data = [row for row in page.data if hidden or row.id.islower()]
        return page


class ShowsHiddenItems(MemoryStore):
    async def list_items(self, user: str, thread_id: str, *, hidden: bool = False, **named: Any) -> Page[ThreadItem]:
        return await super().list_items(user, thread_id, hidden=True, **named)


class NeverShowsHiddenItems(MemoryStore):
    async def list_items(self, user: str, thread_id: str, *, hidden: bool = False, **named: Any) -> Page[ThreadItem]:
        return await super().list_items(user, thread_id, hidden=False, **named)


class CountsRows(MemoryStore):
    """Remembers at which offset a page ended, and goes on from there."""

    def __init__(self) -> None:
        super().__init__()
        self._ends: dict[str, int] = {}

    async def list_items(
        self, user: str, thread_id: str, *, limit: int, after: str | None = None, **named: Any
    ) -> Page[ThreadItem]:
        start = self._ends.get(after, 0) if after else 0
        page = await super().list_items(user, thread_id, limit=start + limit, **named)
        page.data = page.data[start:]
        if page.after:
            self._ends[page.after] = start + limit
        return page


class KeepsWhatItIsGiven(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._given: dict[tuple[str, str], ThreadMetadata] = {}

    async def save_thread(self, user: str, thread: ThreadMetadata) -> None:
        await super().save_thread(user, thread)
        self._given[user, thread.id] = thread

    async def load_thread(self, user: str, thread_id: str) -> ThreadMetadata:
        return deepcopy(self._given[user, thread_id])


class GivesOutWhatItKeeps(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._cache: dict[bytes, ThreadItem] = {}

    async def load_item(self, user: str, thread_id: str, item_id: str) -> ThreadItem:
        loaded = await super().load_item(user, thread_id, item_id)
        return self._cache.setdefault(encode(loaded), loaded)


class DeletesItemsOneByOne(MemoryStore):
    async def delete_items(self, user: str, thread_id: str, item_ids: Sequence[str]) -> None:
        for item_id in item_ids:
            await asyncio.sleep(0)
            await super().delete_items(user, thread_id, [item_id])


class DeletesItemsBeforeTheThread(MemoryStore):
    async def delete_thread(self, user: str, thread_id: str) -> None:
        self._threads.get((user, thread_id), _Thread()).items.clear()
        await asyncio.sleep(0)
        await super().delete_thread(user, thread_id)


class WritesBackWhatItRead(MemoryStore):
    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        items = dict(self._thread(user, thread_id).items)
        await asyncio.sleep(0)
        self._threads[user, thread_id].items = items
        await super().save_item(user, thread_id, item)


class SwapsBlindly(MemoryStore):
    async def swap_item(self, user: str, thread_id: str, old: ThreadItem, new: ThreadItem) -> bool:
        await self.save_item(user, thread_id, new)
        return True


class SwapsInTwoSteps(MemoryStore):
    async def swap_item(self, user: str, thread_id: str, old: ThreadItem, new: ThreadItem) -> bool:
        as_expected = await super().swap_item(user, thread_id, old, old)
        await asyncio.sleep(0)
        if as_expected:
            await self.save_item(user, thread_id, new)
        return as_expected


class ListsOnePageOfAttachments(MemoryStore):
    async def list_attachments(self, user: str, *, limit: int, after: str | None = None) -> Page[Attachment]:
        return await super().list_attachments(user, limit=limit)


class LeavesTheAttachmentsOfDeletedUsers(MemoryStore):
    async def delete_user(self, user: str) -> None:
        before = self._attachments
        await super().delete_user(user)
        self._attachments = before


class CountsOnlySavedThreads(MemoryStore):
    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        before = self._thread(user, thread_id).touched
        await super().save_item(user, thread_id, item)
        self._thread(user, thread_id).touched = before


FAULTS: tuple[tuple[str, type[MemoryStore]], ...] = (
    ("threads_round_trip", DropsNullsOfThreads),
    ("an_unknown_thread_is_not_found", AddsThreadsByItself),
    ("threads_come_in_order_of_insertion", OrdersThreadsByTime),
    ("a_saved_thread_keeps_its_place_and_its_items", MovesSavedThreads),
    ("a_saved_thread_keeps_its_place_and_its_items", LosesItemsOfSavedThreads),
    ("a_deleted_thread_is_gone_with_its_items", LeavesOrphans),
    ("threads_are_paged", SeesMoreBehindEveryFullPage),
    ("threads_are_paged", HasACursorOnTheLastPage),
    ("an_unknown_thread_cursor_is_not_found", StartsOverForAnUnknownCursor),
    ("attachments_round_trip", KeepsTheFirstAttachment),
    ("a_deleted_attachment_is_gone", MissesDeletedAttachments),
    ("attachments_outlive_threads", DeletesAttachmentsOfThreads),
    ("a_store_may_be_closed_at_any_time", ForgetsWhenClosed),
    ("items_round_trip", DropsNullsOfItems),
    ("a_saved_item_keeps_its_place", MovesSavedItems),
    ("a_saved_item_keeps_its_place", KeepsTheFirstHiddenFlag),
    ("an_item_belongs_to_its_thread", FindsItemsInAnyThread),
    ("deleted_items_are_gone", DeletesOnlyWhatIsShown),
    ("what_comes_after_an_item_is_deleted", LeavesHiddenItemsBehind),
    ("what_comes_after_an_item_is_deleted", DeletesTheItemItself),
    ("deleting_after_an_unknown_item_is_not_found", DeletesAfterNothing),
    ("items_come_in_order_of_insertion", OrdersItemsByTime),
    ("items_come_in_order_of_insertion", OrdersItemsOfTheSameTimeById),
    ("items_are_paged", SkipsARowBehindEveryPage),
    ("hidden_items_never_surface", HidesItemsAfterTheCut),
    ("hidden_items_never_surface", ShowsHiddenItems),
    ("hidden_items_are_listed_on_request", NeverShowsHiddenItems),
    ("an_unknown_item_cursor_is_not_found", StartsOverForAnUnknownCursor),
    ("paging_holds_while_items_are_added", CountsRows),
    ("paging_holds_while_items_are_deleted", CountsRows),
    ("what_is_given_in_is_copied", KeepsWhatItIsGiven),
    ("what_is_given_out_is_copied", GivesOutWhatItKeeps),
    ("a_cancelled_call_is_whole", DeletesItemsOneByOne),
    ("a_cancelled_call_is_whole", DeletesItemsBeforeTheThread),
    ("many_tasks_share_a_store", WritesBackWhatItRead),
    ("an_item_is_swapped_only_while_it_is_as_expected", SwapsBlindly),
    ("of_many_swaps_one_wins", SwapsInTwoSteps),
    ("attachments_are_listed", ListsOnePageOfAttachments),
    ("a_user_is_deleted_with_all_that_is_theirs", LeavesTheAttachmentsOfDeletedUsers),
    ("untouched_threads_are_deleted", CountsOnlySavedThreads),
)
BY_NAME = {check.name: check for check in CONTRACT}
SCOPED = [name for name in vars(MemoryStore) if not name.startswith("_") and name not in {"aclose", "delete_untouched"}]


@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=lambda value: getattr(value, "__name__", value))
def test_a_fault_is_found(name: str, fault: type[MemoryStore]) -> None:
    with pytest.raises((ContractBroken, NotFound, AttributeError)):
        asyncio.run(BY_NAME[name](fault))


def test_every_check_has_a_fault_to_find() -> None:
    found = {name for name, _ in FAULTS} | {"users_see_only_their_own"}
    assert found == set(BY_NAME)
    assert len(BY_NAME) == len(CONTRACT)
    assert all(check.says for check in CONTRACT)


@pytest.mark.parametrize("method", SCOPED)
def test_a_call_that_forgets_the_user_is_found(method: str) -> None:
    class Unscoped(MemoryStore):
        pass

    scoped = getattr(MemoryStore, method)
    setattr(Unscoped, method, lambda self, user, *args, **named: scoped(self, "ann", *args, **named))
    with pytest.raises((ContractBroken, NotFound)):
        asyncio.run(BY_NAME["users_see_only_their_own"](Unscoped))


def _statements() -> Iterator[Any]:
    for name, value in vars(sqlite).items():
        table = value if isinstance(value, dict) else {None: value}
        for key, statement in table.items():
            for column in ("user", "thread_id"):
                if f"{column} = ?" in str(statement):
                    yield pytest.param(name, key, column, id=f"{column}-{name}-{key}")


def _is_broken(check: Check) -> bool:
    try:
        asyncio.run(check(lambda: SQLiteStore(":memory:")))
    except (ContractBroken, NotFound):
        return True
    return False


@pytest.mark.parametrize(("name", "key", "column"), [*_statements()])
def test_a_statement_that_forgets_the_user_or_the_thread_is_found(
    name: str, key: Any, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = getattr(sqlite, name)
    statement = value if key is None else value[key]
    careless = statement.replace(f"{column} = ?", "? IS NOT NULL")
    monkeypatch.setattr(sqlite, name, careless if key is None else {**value, key: careless})
    assert any(map(_is_broken, CONTRACT))


def test_the_kit_tells_what_is_broken() -> None:
    with pytest.raises(ContractBroken) as caught:
        asyncio.run(BY_NAME["items_are_paged"](SkipsARowBehindEveryPage))
    assert str(caught.value) == "'ab' by 1 asc: wanted 'ab', got 'a'"
