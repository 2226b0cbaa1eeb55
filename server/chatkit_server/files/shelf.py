"""What is kept of a file: a folder of its own with three objects, what is known of it, its bytes, its preview."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from typing import IO, Any

import msgspec
import obstore
from msgspec import Struct
from obstore.store import ObjectStore

from chatkit_protocol.codec import encode
from chatkit_server.errors import logger
from chatkit_server.stores.base import NotFound

ABOUT, BYTES, PREVIEW = "about.json", "bytes", "preview.png"


class Carrier(Struct):
    """A message that carries a file."""

    thread_id: str
    item_id: str


class About(Struct, kw_only=True):
    """What is known of a file. Its name is only ever here, never in a path."""

    owner: str
    """As in `Context.owner`."""
    id: str
    name: str
    mime_type: str
    size: int
    carriers: list[Carrier] = []
    """The messages that carry it, once there are any: the same file may be sent again, in another thread, too."""

    @property
    def key(self) -> str:
        """The folder."""
        return key_of(self.owner, self.id)


def key_of(owner: str, file_id: str) -> str:
    """Name the folder of a file by digests alone: no name of a user, and no id, can lead out of it."""
    return f"{folder_of(owner)}/{sha256(file_id.encode()).hexdigest()[:32]}"


def folder_of(owner: str) -> str:
    """Name the folder in which a user's are."""
    return sha256(owner.encode()).hexdigest()[:32]


_about = msgspec.json.Decoder(About).decode


class Shelf:
    """Puts files into an object store and takes them out."""

    def __init__(self, place: ObjectStore) -> None:
        self._place = place

    async def write_about(self, about: About) -> None:
        """Write down what is known."""
        await obstore.put_async(self._place, f"{about.key}/{ABOUT}", encode(about))

    async def about(self, key: str) -> About:
        """Tell what is known. Raises NotFound."""
        return _about(bytes(await self._get(f"{key}/{ABOUT}")))

    async def write(self, key: str, file: IO[bytes], preview: bytes | None) -> None:
        """Keep the bytes, and the preview if there is one. Raises NotFound when the file was deleted meanwhile."""
        if preview is not None:
            await obstore.put_async(self._place, f"{key}/{PREVIEW}", preview)
        await obstore.put_async(self._place, f"{key}/{BYTES}", file)
        try:
            with _missing():
                await obstore.head_async(self._place, f"{key}/{ABOUT}")
        except NotFound:
            await self.delete(key)
            raise

    async def read(self, key: str, what: str = BYTES) -> bytes:
        """Give all bytes. Raises NotFound."""
        return bytes(await self._get(f"{key}/{what}"))

    async def stream(self, key: str, what: str = BYTES) -> tuple[int, AsyncIterator[Any]]:
        """Give the size, and the bytes piece by piece. Raises NotFound."""
        with _missing():
            found = await obstore.get_async(self._place, f"{key}/{what}")
        return found.meta["size"], aiter(found.stream())

    async def delete(self, key: str) -> None:
        """Delete the bytes, then what is known; what is not there is no error.

        Then the bytes again: an upload that wrote them meanwhile may have found that the file is still known.
        """
        for what in (BYTES, PREVIEW, ABOUT, BYTES, PREVIEW):
            await self._delete(f"{key}/{what}")

    async def delete_all(self, owner: str) -> None:
        """Delete all that is a user's, whether it can be read or not."""
        while paths := [found["path"] async for found in self._objects(folder_of(owner))]:
            for path in paths:
                await self._delete(path)

    async def of(self, owner: str) -> AsyncIterator[About]:
        """Go through the files of a user."""
        async for about in self._listed(folder_of(owner)):
            yield about

    async def older_than(self, time: datetime) -> AsyncIterator[About]:
        """Go through the files of which nothing has changed since then."""
        async for about in self._listed(before=time):
            yield about

    async def _listed(self, folder: str | None = None, *, before: datetime | None = None) -> AsyncIterator[About]:
        async for found in self._objects(folder):
            if found["path"].endswith(f"/{ABOUT}") and (before is None or found["last_modified"] < before):
                try:
                    yield await self.about(found["path"].removesuffix(f"/{ABOUT}"))
                except NotFound:
                    continue
                except msgspec.DecodeError as error:
                    logger.error("%s of a file cannot be read and is passed over: %s", found["path"], error)

    async def _objects(self, folder: str | None = None) -> AsyncIterator[Any]:
        async for lot in obstore.list(self._place, prefix=folder):
            for found in lot:
                yield found

    async def _delete(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._place, path)

    async def _get(self, path: str) -> Any:
        with _missing():
            return await (await obstore.get_async(self._place, path)).bytes_async()


@contextlib.contextmanager
def _missing() -> Any:
    try:
        yield
    except FileNotFoundError:
        raise NotFound("file") from None
