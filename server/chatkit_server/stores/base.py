"""What a store keeps, and for whom: threads, items in order, attachments; each user sees only their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.codec import RequestError
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.threads import Page, ThreadMetadata

Order = Literal["asc", "desc"]


class NotFound(RequestError):  # noqa: N818 - it is the name of the reply, too
    """What was asked for is not there, or is someone else's; the two look the same."""

    def __init__(self, what: str, *, path: str = "") -> None:
        super().__init__(f"no such {what}", code="not_found", path=path)


class Store(Protocol):
    """Keeps threads. `chatkit_server.stores.contract` checks any implementation against what follows.

    Every call but `delete_untouched` is for one `user`; the same id under two users is two things, and so is the same
    item id in two threads. What is given in and what is given out are copies: changing one does not change what is
    stored. A call either happens whole or not at all, also when its caller is cancelled. Order is the order of
    insertion, whatever `created_at` says. `limit` is at least 1. A page has a cursor, its last row, exactly
    if there is more.

    A store that several processes share may have `locks` (`chatkit_server.locks`), so that one answer at a time is
    written in a thread, and `notes` (`chatkit_server.joining`), so that one process gives the answer of another.
    """

    async def load_thread(self, user: str, thread_id: str) -> ThreadMetadata:
        """Give a thread. Raises NotFound."""
        ...

    async def save_thread(self, user: str, thread: ThreadMetadata) -> None:
        """Add a thread, or replace it in its place."""
        ...

    async def delete_thread(self, user: str, thread_id: str) -> None:
        """Delete a thread with its items, not their attachments; deleting what is not there is no error."""
        ...

    async def list_threads(
        self, user: str, *, limit: int, order: Order = "desc", after: str | None = None
    ) -> Page[ThreadMetadata]:
        """Give a page of threads behind the thread `after`. Raises NotFound for an unknown `after`."""
        ...

    async def load_item(self, user: str, thread_id: str, item_id: str) -> ThreadItem:
        """Give an item of a thread. Raises NotFound."""
        ...

    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        """Add an item at the end, or replace the one with its id in its place.

        Raises NotFound for the thread.
        """
        ...

    async def swap_item(self, user: str, thread_id: str, old: ThreadItem, new: ThreadItem) -> bool:
        """Replace an item with one of the same id if it is still as `old` is; tell whether it was.

        Of several that swap the same item at once, in whatever processes, one is told so.
        """
        ...

    async def delete_items(self, user: str, thread_id: str, item_ids: Sequence[str]) -> None:
        """Delete items; those that are not there are no error."""
        ...

    async def delete_items_after(self, user: str, thread_id: str, item_id: str) -> None:
        """Delete every item, hidden ones too, that was inserted after this one. Raises NotFound."""
        ...

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
        """Give a page of items behind the item `after`.

        Hidden items are passed over unless `hidden` is set: then pages are full all the same, `has_more` says
        whether something more would be shown, and the page's own `after` names an item that is shown (D19).
        Raises NotFound for the thread and for an `after` that this listing would not show.
        """
        ...

    async def save_attachment(self, user: str, attachment: Attachment) -> None:
        """Add an attachment, or replace it."""
        ...

    async def load_attachment(self, user: str, attachment_id: str) -> Attachment:
        """Give an attachment. Raises NotFound."""
        ...

    async def delete_attachment(self, user: str, attachment_id: str) -> None:
        """Delete an attachment; deleting what is not there is no error."""
        ...

    async def list_attachments(self, user: str, *, limit: int, after: str | None = None) -> Page[Attachment]:
        """Give a page of a user's attachments behind `after`, in an order of the store's own."""
        ...

    async def delete_user(self, user: str) -> None:
        """Delete all that is a user's: threads, items, attachments; not the bytes of files."""
        ...

    async def delete_untouched(self, before: datetime) -> int:
        """Delete the threads of all users in which nothing was saved since a time; tell how many there were.

        It goes by the clock of the store, not by `created_at`.
        """
        ...

    async def aclose(self) -> None:
        """Let go of files and connections. The first call opens the store, and so does one after this."""
        ...
