"""Faults of a store."""

from typing import Any

from chatkit_protocol.threads import Page
from chatkit_server import MemoryStore
from support.shelf.fault import fault


class KeepsAfterRetry(MemoryStore):
    async def delete_items_after(self, *_: Any) -> None: ...


class CutsTheMessageToo(MemoryStore):
    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        await super().delete_items_after(user, thread_id, item_id)
        await self.delete_items(user, thread_id, [item_id])


class CutsOnlyOne(MemoryStore):
    """A retry deletes the newest item only."""

    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        newest = await self.list_items(user, thread_id, after=None, limit=1, order="desc")
        await self.delete_items(user, thread_id, [item.id for item in newest.data if item.id != item_id])


class OldestFirst(MemoryStore):
    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_items(*a, **given | {"order": "asc"})


class NewestFirst(MemoryStore):
    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_items(*a, **given | {"order": "desc"})


class ThreadsOldestFirst(MemoryStore):
    async def list_threads(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_threads(*a, **given | {"order": "asc"})


class Unlimited(MemoryStore):
    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_items(*a, **given | {"limit": 1000})


class ThreadsUnlimited(MemoryStore):
    async def list_threads(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_threads(*a, **given | {"limit": 1000})


class OneMore(MemoryStore):
    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_items(*a, **given | {"limit": given.get("limit", 20) + 1})


class AlwaysFirstPage(MemoryStore):
    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_items(*a, **given | {"after": None})


class ThreadsAlwaysFirstPage(MemoryStore):
    async def list_threads(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_threads(*a, **given | {"after": None})


class Skips(MemoryStore):
    """Between two pages, a row is lost."""

    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        page = await super().list_items(*a, **given)
        page.data = page.data[:-1] if page.has_more and len(page.data) > 1 else page.data
        return page


class Inclusive(MemoryStore):
    """A page begins with the row that its cursor names."""

    async def list_items(self, user: str, thread_id: str, **given: Any) -> Page[Any]:
        page = await super().list_items(user, thread_id, **given)
        if given.get("after"):
            page.data = [await self.load_item(user, thread_id, given["after"]), *page.data]
        return page


class Shared(MemoryStore):
    """Everyone is the same user."""

    async def load_thread(self, user: str, thread_id: str) -> Any:
        return await super().load_thread("first" if user == "second" else user, thread_id)


class ListsForAll(MemoryStore):
    async def list_threads(self, user: str, **given: Any) -> Page[Any]:
        return await super().list_threads("first" if user == "second" else user, **given)


class DeletesForAll(MemoryStore):
    async def delete_thread(self, user: str, thread_id: str) -> None:
        await super().delete_thread("first" if user == "second" else user, thread_id)

    async def load_thread(self, user: str, thread_id: str) -> Any:
        return await super().load_thread("first" if user == "second" else user, thread_id)


class SharesAttachments(MemoryStore):
    async def load_attachment(self, user: str, attachment_id: str) -> Any:
        return await super().load_attachment("first" if user == "second" else user, attachment_id)


class KeepsThreads(MemoryStore):
    async def delete_thread(self, *_: Any) -> None: ...


class ForgetsChanges(MemoryStore):
    """A thread is saved once, and never again."""

    async def save_thread(self, user: str, thread: Any) -> None:
        known = await super().list_threads(user, after=None, limit=1000, order="asc")
        if thread.id not in {one.id for one in known.data}:
            await super().save_thread(user, thread)


class ForgetsItems(MemoryStore):
    """Only what users say is kept."""

    async def save_item(self, user: str, thread_id: str, item: Any) -> None:
        if type(item).__name__ == "UserMessageItem":
            await super().save_item(user, thread_id, item)


class ForgetsUsers(MemoryStore):
    """What users say is not kept."""

    async def save_item(self, user: str, thread_id: str, item: Any) -> None:
        if type(item).__name__ != "UserMessageItem":
            await super().save_item(user, thread_id, item)


class MovesToTheEnd(MemoryStore):
    """A replaced item loses its place."""

    async def save_item(self, user: str, thread_id: str, item: Any) -> None:
        await self.delete_items(user, thread_id, [item.id])
        await super().save_item(user, thread_id, item)


class KeepsFirstState(MemoryStore):
    """An item is never saved twice."""

    async def save_item(self, user: str, thread_id: str, item: Any) -> None:
        page = await self.list_items(user, thread_id, after=None, limit=1000, order="asc")
        if item.id not in {one.id for one in page.data}:
            await super().save_item(user, thread_id, item)


class NeverDeletes(MemoryStore):
    async def delete_items(self, *_: Any) -> None: ...


class KeepsAttachments(MemoryStore):
    async def delete_attachment(self, *_: Any) -> None: ...


class ByTime(MemoryStore):
    """Items are ordered by the whole second, and among those at random."""

    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        page = await super().list_items(*a, **given)
        page.data.sort(key=lambda item: item.id[::-1])
        return page


class FullMeansMore(MemoryStore):
    """A page that is just full is not the last."""

    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        page = await super().list_items(*a, **given)
        if len(page.data) == given["limit"] and not given.get("hidden"):
            page.has_more, page.after = True, page.data[-1].id
        return page


class TenAtMost(MemoryStore):
    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_items(*a, **given | {"limit": min(given["limit"], 10)})


STORES = [
    fault(
        "retry-deletes-nothing",
        "a retry deletes nothing",
        "retry.deletes-the-rest",
        KeepsAfterRetry,
        "retry.answers-again",
    ),
    fault(
        "retry-deletes-nothing-long",
        "a retry of a long thread deletes nothing",
        "retry.deletes-every-page",
        KeepsAfterRetry,
        "retry.long-thread",
    ),
    fault(
        "retry-deletes-the-message",
        "a retry deletes the message itself",
        "retry.keeps-the-message",
        CutsTheMessageToo,
        "retry.hello",
    ),
    fault(
        "retry-deletes-one",
        "a retry deletes the newest item only",
        "retry.deletes-every-page",
        CutsOnlyOne,
        "retry.long-thread",
    ),
    fault(
        "items-oldest-first",
        "items are listed oldest first unless asked",
        "paging.order.obeyed",
        OldestFirst,
        "paging.hidden",
    ),
    fault(
        "items-newest-first",
        "items are always listed newest first",
        "paging.order.obeyed",
        NewestFirst,
        "paging.thread-read-on",
    ),
    fault(
        "threads-oldest-first",
        "threads are listed oldest first",
        "paging.order.default",
        ThreadsOldestFirst,
        "paging.threads",
    ),
    fault("limit-ignored", "the limit is ignored", "paging.limit.kept", Unlimited, "paging.meanwhile"),
    fault(
        "threads-limit-ignored",
        "the limit of threads is ignored",
        "paging.limit.kept",
        ThreadsUnlimited,
        "paging.threads",
    ),
    fault("limit-one-more", "pages have one row too many", "paging.limit.kept", OneMore, "paging.meanwhile"),
    fault(
        "cursor-ignored", "the cursor is ignored", "cursors.thread-read-on", AlwaysFirstPage, "paging.thread-read-on"
    ),
    fault(
        "threads-cursor-ignored",
        "the cursor of threads is ignored",
        "cursors.exclusive",
        ThreadsAlwaysFirstPage,
        "paging.threads",
    ),
    fault("rows-skipped", "between two pages a row is lost", "cursors.complete", Skips, "items.pages"),
    fault(
        "cursor-inclusive",
        "a page begins with the row of its cursor",
        "cursors.exclusive",
        Inclusive,
        "paging.meanwhile",
    ),
    fault("users-share-threads", "users see each other's threads", "users.others.kept-apart", Shared, "users.apart"),
    fault(
        "users-share-lists",
        "users see each other's threads in lists",
        "users.others.unlisted",
        ListsForAll,
        "users.apart",
    ),
    fault(
        "users-delete-each-other",
        "users delete each other's threads",
        "users.others.kept-apart",
        DeletesForAll,
        "users.apart",
    ),
    fault(
        "users-share-attachments",
        "users use each other's attachments",
        "users.others.attachments",
        SharesAttachments,
        "users.attachments",
    ),
    fault("delete-keeps", "a deleted thread is still there", "threads.delete.gone", KeepsThreads, "threads.delete"),
    fault(
        "changes-forgotten", "changes of a thread are not kept", "changes.kept", ForgetsChanges, "changes.then-failure"
    ),
    fault("title-forgotten", "a new title is not kept", "threads.update.kept", ForgetsChanges, "threads.rename"),
    fault("items-forgotten", "answers are not kept", "replay.done.listed", ForgetsItems, "messages.two-parts"),
    fault(
        "user-messages-forgotten",
        "what users say is not kept",
        "replay.done.listed",
        ForgetsUsers,
        "messages.two-parts",
    ),
    fault(
        "replaced-moves", "a replaced item loses its place", "threads.get.oldest-items", MovesToTheEnd, "items.replaced"
    ),
    fault(
        "answers-move",
        "answered questions lose their place",
        "replay.replaced.keeps-place",
        MovesToTheEnd,
        "questions.answered",
    ),
    fault("replaced-forgotten", "a replaced item stays as it was", "replay.content", KeepsFirstState, "items.replaced"),
    fault(
        "answers-forgotten",
        "answers to questions are not kept",
        "questions.submit.stored",
        KeepsFirstState,
        "questions.answered",
    ),
    fault(
        "result-forgotten",
        "the result of a tool is not kept",
        "tools.output.completes-the-call",
        KeepsFirstState,
        "tools.result",
    ),
    fault("removed-stays", "removed items are still there", "replay.removed.gone", NeverDeletes, "items.removed"),
    fault(
        "attachment-stays",
        "a deleted attachment can still be used",
        "attachments.delete.gone",
        KeepsAttachments,
        "attachments.deleted",
    ),
    fault("order-of-ties-random", "items of one moment are in any order", "replay.order", ByTime, "items.ties"),
    fault(
        "full-means-more",
        "a page that is just full says that more follow",
        "paging.more.follows",
        FullMeansMore,
        "items.pages",
    ),
    fault("ten-at-most", "pages have ten rows at most", "paging.limit.filled", TenAtMost, "paging.thread-read-on"),
]
