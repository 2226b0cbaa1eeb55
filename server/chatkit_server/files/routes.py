"""The addresses of files: signed ones to send bytes to and show them from, and the direct upload."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive

from chatkit_protocol.codec import RequestError, encode
from chatkit_server.files.checking import received
from chatkit_server.files.shelf import BYTES, PREVIEW, About
from chatkit_server.files.store import FileStore
from chatkit_server.refusing import answering
from chatkit_server.serving import Enter
from chatkit_server.turn import Backend
from chatkit_server.views import public_attachment

FIELD = "file"
"""Of the form that the widget sends directly."""
FORM = "multipart/form-data"
AROUND = 64 * 1024
"""Bytes that a form may have around the file."""
PIECE = 64 * 1024
HEADERS = {
    "cache-control": "private, max-age=3600",
    # The widget lives in a frame of another origin.
    "cross-origin-resource-policy": "cross-origin",
}


class FileRoutes:
    """Serves a FileStore."""

    def __init__(self, files: FileStore, backend: Backend, enter: Enter) -> None:
        self._files = files
        self._backend = backend
        self._enter = enter

    def below(self, path: str) -> list[Route]:
        """Give the routes."""
        return [
            Route(f"{path}/upload", answering(self.upload), methods=["POST"]),
            Route(f"{path}/files/{{token}}", answering(self.take), methods=["PUT", "POST"]),
            Route(f"{path}/files/{{token}}", answering(self.give), methods=["GET"]),
        ]

    async def take(self, http: Request) -> Response:
        """Take the bytes of a file that was announced, bare or in a form; until a message carries it, again."""
        signed = self._files.signer.read(http.path_params["token"], "upload")
        about = await self._files.shelf.about(signed.key)
        if about.item_id:
            raise RequestError("the file was sent with a message already", code="forbidden", reason="sent")
        _hold_to_length(http, about.size + AROUND)
        if http.headers.get("content-type", "").startswith(FORM):
            async with _form(http, about.size + AROUND) as part:
                await self._keep(about, _pieces(part))
        else:
            await self._keep(about, http.stream())
        return Response(status_code=204)

    async def _keep(self, about: About, pieces: AsyncIterator[bytes]) -> None:
        with await received(pieces, mime_type=about.mime_type, size=about.size) as file:
            await self._files.keep(about, file)

    async def give(self, http: Request) -> Response:
        """Give the bytes of a file to be downloaded, or its preview to be shown."""
        signed = self._files.signer.read(http.path_params["token"], "download", "preview")
        about = await self._files.shelf.about(signed.key)
        shown = signed.use == "preview"
        size, pieces = await self._files.shelf.stream(signed.key, PREVIEW if shown else BYTES)
        # Whatever it says it is, the browser neither runs nor shows it, but for the preview, which was made here.
        place = "inline" if shown else f"attachment; filename*=UTF-8''{quote(about.name, safe='', errors='replace')}"
        headers = HEADERS | {"content-length": str(size), "content-disposition": place}
        kind = "image/png" if shown else about.mime_type
        return StreamingResponse(_bytes(pieces), headers=headers, media_type=kind)

    async def upload(self, http: Request) -> Response:
        """Take a file directly: the field `file` of a form; the reply is the attachment."""
        context = await self._enter(http)
        limits = self._files.limits
        if not http.headers.get("content-type", "").startswith(FORM):
            raise RequestError(f"a form is wanted ({FORM}) with the field {FIELD}")
        _hold_to_length(http, limits.max_bytes + AROUND)
        async with _form(http, limits.max_bytes + AROUND) as part:
            about = About(
                owner=context.owner,
                id=self._backend.new_id("attachment"),
                name=part.filename or FIELD,
                mime_type=part.content_type or "application/octet-stream",
                size=part.size or 0,
            )
            limits.announced(about.name, about.size, about.mime_type)
            await self._files.shelf.write_about(about)
            await self._keep(about, _pieces(part))
        attachment = self._files.attachment(about, context)
        await self._backend.store.save_attachment(context.owner, attachment)
        return Response(encode(public_attachment(attachment)), media_type="application/json")


def _hold_to_length(http: Request, most: int) -> None:
    """Refuse a body by the length that it announces, before any of it is read."""
    length = http.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise _too_large(most)


def _too_large(most: int) -> RequestError:
    return RequestError(f"the body has more than {most} bytes", code="too_large", reason="size")


class _LongerError(MultiPartException):
    """More came than is taken. Of this kind, since then the parser closes what it has written so far."""


@asynccontextmanager
async def _form(http: Request, most: int) -> AsyncIterator[UploadFile]:
    """Give the file of a form, as long as it is open."""
    form = Request(http.scope, _counted(http.receive, most)).form(max_files=1, max_fields=8)
    try:
        parts = await form
    except HTTPException as error:
        if isinstance(error.__context__, _LongerError):
            raise _too_large(most) from None
        raise RequestError("the form cannot be read") from None
    try:
        part = parts.get(FIELD)
        if not isinstance(part, UploadFile):
            raise RequestError(f"the form has no file in the field {FIELD}")
        yield part
    finally:
        await parts.close()


def _counted(receive: Receive, most: int) -> Receive:
    """Count what comes in: parsers of forms write files to disk however large they are."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise _LongerError("too long")
        return message

    return counted


async def _pieces(part: UploadFile) -> AsyncIterator[bytes]:
    while piece := await part.read(PIECE):
        yield piece


async def _bytes(pieces: AsyncIterator[object]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield bytes(piece)  # type: ignore[call-overload]  # obstore's own kind of buffer
