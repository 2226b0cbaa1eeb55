"""Files as an app attaches them: announced, uploaded, claimed by a message, shown, read, deleted, swept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from datetime import datetime, timedelta
from typing import IO

from obstore.store import ObjectStore
from starlette.routing import Route

from chatkit_protocol.attachments import (
    Attachment,
    AttachmentUploadDescriptor,
    FileAttachment,
    ImageAttachment,
)
from chatkit_protocol.base import UNSET
from chatkit_protocol.items import UserMessageItem
from chatkit_protocol.requests import AttachmentCreateParams
from chatkit_server.context import Context
from chatkit_server.errors import logger
from chatkit_server.files import pictures
from chatkit_server.files.checking import FileLimits
from chatkit_server.files.shelf import About, Carrier, Shelf, key_of
from chatkit_server.files.signing import Signer, Use
from chatkit_server.serving import Enter
from chatkit_server.stores.base import NotFound, Store
from chatkit_server.turn import Backend, Turn

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


class FileStore:
    """Keeps attached files, for `create_app(attachments=…)`, which also serves what the addresses need.

    Bytes are sent to, and shown from, signed addresses below the endpoint; whoever has one may use it until it expires.

    Args:
        place: where the bytes are: `disk(folder)`, `s3(bucket)`, or any store of obstore.
        secret: signs addresses; at least 32 bytes, the same in every process. Of several the first signs.
        limits: which files are taken.
        base_url: how browsers reach the app, e.g. `https://chat.example.com/`; as the request came unless given.
        upload_seconds: how long the address for an upload is good.
        show_seconds: how long addresses of previews and downloads are; each time a thread is read there are new ones.
        unclaimed_seconds: after that a file is deleted that no message carries, or whose message is gone.
        patience: seconds for which a client may send nothing of a file; then it is refused. None waits for ever.
        sweep_seconds: how often to look for those; 0 for never, if `sweep` is called in another way.
    """

    def __init__(
        self,
        place: ObjectStore,
        secret: str | Sequence[str],
        *,
        limits: FileLimits = FileLimits(),  # noqa: B008 - it is frozen
        base_url: str = "",
        upload_seconds: int = HOUR,
        show_seconds: int = DAY,
        unclaimed_seconds: int = DAY,
        patience: float | None = MINUTE,
        sweep_seconds: int = 6 * HOUR,
    ) -> None:
        self.shelf = Shelf(place)
        self.signer = Signer(secret)
        self.limits = limits
        self.patience = patience
        self._base_url = base_url
        self._path = ""
        self._upload_seconds = upload_seconds
        self._show_seconds = show_seconds
        self._unclaimed_seconds = unclaimed_seconds
        self._sweep_seconds = sweep_seconds

    async def create(self, turn: Turn, params: AttachmentCreateParams) -> Attachment:
        """Announce a file, and say where its bytes go."""
        self.limits.announced(params.name, params.size, params.mime_type)
        about = About(
            owner=turn.context.owner,
            id=turn.new_id("attachment"),
            name=params.name,
            mime_type=params.mime_type,
            size=params.size,
        )
        await self.shelf.write_about(about)
        attachment = self.attachment(about, turn.context)
        url = self._url(turn.context, about.key, "upload", self._upload_seconds)
        attachment.upload_descriptor = AttachmentUploadDescriptor(url=url, method="PUT")
        return attachment

    def attachment(self, about: About, context: Context) -> Attachment:
        """Make the attachment of a file: one with a preview, if it is an image of a kind that is shown."""
        if not pictures.is_shown(about.mime_type):
            return FileAttachment(id=about.id, name=about.name, mime_type=about.mime_type)
        url = self._url(context, about.key, "preview", self._show_seconds)
        return ImageAttachment(id=about.id, name=about.name, mime_type=about.mime_type, preview_url=url)

    async def keep(self, about: About, file: IO[bytes]) -> None:
        """Keep the bytes of a file whose size and type were checked. Raises RequestError for an image that is none."""
        shown = pictures.is_shown(about.mime_type)
        small = await pictures.preview(file, about.mime_type, max_pixels=self.limits.max_pixels) if shown else None
        await self.shelf.write(about.key, file, small)

    async def read(self, turn: Turn, attachment: Attachment) -> bytes:
        """Give its bytes, to a model for instance. Raises NotFound."""
        return await self.shelf.read(key_of(turn.context.owner, attachment.id))

    async def delete(self, turn: Turn, attachment: Attachment) -> None:
        """Delete its bytes."""
        await self.shelf.delete(key_of(turn.context.owner, attachment.id))

    async def claim(self, turn: Turn, attachment: Attachment, item_id: str) -> None:
        """Note which message carries it too, so that it is kept as long as any does."""
        with contextlib.suppress(NotFound):
            about = await self.shelf.about(key_of(turn.context.owner, attachment.id))
            about.carriers.append(Carrier(turn.thread.id, item_id))
            await self.shelf.write_about(about)

    def shown(self, turn: Turn, attachment: Attachment) -> Attachment:
        """Give an attachment as it is shown now: with an address that is good again, and none for an upload."""
        fresh = copy(attachment)
        fresh.upload_descriptor = UNSET
        if isinstance(fresh, ImageAttachment):
            key = key_of(turn.context.owner, attachment.id)
            fresh.preview_url = self._url(turn.context, key, "preview", self._show_seconds)
        return fresh

    def download_url(self, turn: Turn, attachment: Attachment) -> str:
        """Make an address from which the file can be downloaded for a while, for a link or a button."""
        return self._url(turn.context, key_of(turn.context.owner, attachment.id), "download", self._show_seconds)

    def _url(self, context: Context, key: str, use: Use, seconds: int) -> str:
        base = (self._base_url or context.base_url).rstrip("/")
        return f"{base}{self._path}/files/{self.signer.sign(key, use, seconds)}"

    async def sweep(self, store: Store, now: datetime) -> int:
        """Delete files that no message carries and that are old enough; give how many."""
        swept = 0
        async for about in self.shelf.older_than(now - timedelta(seconds=self._unclaimed_seconds)):
            if not await _is_carried(store, about):
                await store.delete_attachment(about.owner, about.id)
                await self.shelf.delete(about.key)
                swept += 1
        return swept

    def routes(self, path: str, backend: Backend, enter: Enter) -> list[Route]:
        """Give what is served below the endpoint; `enter` tells who asks."""
        from chatkit_server.files.routes import FileRoutes  # noqa: PLC0415 - it needs this module

        self._path = path
        return FileRoutes(self, backend, enter).below(path)

    @asynccontextmanager
    async def running(self, backend: Backend) -> AsyncIterator[None]:
        """Sweep now and then, as long as the app runs."""
        task = asyncio.create_task(self._sweep_now_and_then(backend)) if self._sweep_seconds else None
        try:
            yield
        finally:
            if task:
                task.cancel()
                await asyncio.wait([task])

    async def _sweep_now_and_then(self, backend: Backend) -> None:
        while True:
            try:
                swept = await self.sweep(backend.store, backend.now())
            except Exception:  # noqa: BLE001 - the next sweep may do better
                logger.exception("files that nobody needs could not be swept")
            else:
                logger.info("%d file(s) that no message carries were deleted", swept)
            await asyncio.sleep(self._sweep_seconds)


async def _is_carried(store: Store, about: About) -> bool:
    for carrier in about.carriers:
        with contextlib.suppress(NotFound):
            item = await store.load_item(about.owner, carrier.thread_id, carrier.item_id)
            if isinstance(item, UserMessageItem) and any(one.id == about.id for one in item.attachments):
                return True
    return False
