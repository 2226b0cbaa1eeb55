"""What is kept of a user, given out or deleted; and threads that nobody has touched for long, deleted."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from chatkit_protocol.requests import MAX_LIMIT
from chatkit_server.ids import Clock, utc_now
from chatkit_server.stores.base import NotFound, Store

if TYPE_CHECKING:
    from chatkit_server.files.shelf import Shelf  # needs an extra


async def has_data(store: Store, user: str) -> bool:
    """Tell whether a store keeps anything of a user."""
    return bool((await store.list_threads(user, limit=1)).data or (await store.list_attachments(user, limit=1)).data)


async def export_user(store: Store, user: str) -> AsyncIterator[dict[str, Any]]:
    """Give all that a store keeps of a user as JSON values, one at a time, so that none of it has to fit into memory.

    `{"thread": …}`, each followed by its `{"item": …}` in order, hidden ones too; then `{"attachment": …}`. Metadata,
    which no client ever sees, is among it. A user of a tenant is named as `Context.owner` does.
    """
    after: str | None = None
    more = True
    while more:
        page = await store.list_threads(user, limit=MAX_LIMIT, order="asc", after=after)
        for thread in page.data:
            yield {"thread": to_builtins(thread)}
            async for item in _items(store, user, thread.id):
                yield item
        more, after = page.has_more, page.after or None
    async for attachment in _attachments(store, user):
        yield attachment


async def _items(store: Store, user: str, thread_id: str) -> AsyncIterator[dict[str, Any]]:
    after: str | None = None
    more = True
    while more:
        page = await store.list_items(user, thread_id, limit=MAX_LIMIT, order="asc", after=after, hidden=True)
        for item in page.data:
            yield {"item": to_builtins(item)}
        more, after = page.has_more, page.after or None


async def _attachments(store: Store, user: str) -> AsyncIterator[dict[str, Any]]:
    after: str | None = None
    more = True
    while more:
        page = await store.list_attachments(user, limit=MAX_LIMIT, after=after)
        for attachment in page.data:
            yield {"attachment": to_builtins(attachment)}
        more, after = page.has_more, page.after or None


async def export_files(shelf: "Shelf", user: str, folder: Path) -> AsyncIterator[dict[str, Any]]:
    """Copy the bytes of a user's files into a folder; tell of each which file of the folder it is, `{"file": …}`.

    The copies are numbered, since names may be anything; what was announced and never uploaded is passed over.
    """
    number = 0
    async for about in shelf.of(user):
        copy = folder / str(number + 1)
        try:
            copy.write_bytes(await shelf.read(about.key))
        except NotFound:
            continue
        number += 1
        yield {"file": {"attachment_id": about.id, "name": about.name, "mime_type": about.mime_type, "path": copy.name}}


async def delete_user(store: Store, user: str, shelf: "Shelf | None" = None) -> None:
    """Delete all that a store keeps of a user, then the bytes of their files.

    Without `shelf` the bytes go with the next sweep of the file store.
    """
    await store.delete_user(user)
    if shelf:
        await shelf.delete_all(user)


async def delete_older(store: Store, days: float, *, now: Clock = utc_now) -> int:
    """Delete the threads of all users in which nothing was saved for so many days; tell how many there were."""
    return await store.delete_untouched(now() - timedelta(days=days))
