"""The addresses of files: signed ones to send bytes to and show them from, and the direct upload."""

import asyncio
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
from chatkit_server.refusing import SLOW, answering
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
        if about.carriers:
            raise RequestError("the file was sent with a message already", code="forbidden", reason="sent")
        body = self._body(http, about.size + AROUND)
        if http.headers.get("content-type", "").startswith(FORM):
            async with _form(body) as part:
                await self._keep(about, _pieces(part))
        else:
            await self._keep(about, _bare(body))
        return Response(status_code=204)

    def _body(self, http: Request, most: int) -> Request:
        """Give the same request, whose body may have so many bytes; if it announces more, none of it is read."""
        length = http.headers.get("content-length", "")
        if length.isdigit() and int(length) > most:
            raise _too_large(most)
        return Request(http.scope, _minded(http.receive, most, self._files.patience))

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
        async with _form(self._body(http, limits.max_bytes + AROUND)) as part:
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


def _too_large(most: int) -> RequestError:
    return RequestError(f"the body has more than {most} bytes", code="too_large", reason="size")


class _StopError(MultiPartException):
    """No more is read of a body. Of this kind, since then a parser of forms closes what it has written so far."""

    def __init__(self, refusal: RequestError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


async def _bare(body: Request) -> AsyncIterator[bytes]:
    """Give the bytes of a file that is all of a body."""
    try:
        async for piece in body.stream():
            yield piece
    except _StopError as stop:
        raise stop.refusal from None


@asynccontextmanager
async def _form(body: Request) -> AsyncIterator[UploadFile]:
    """Give the file of a form, as long as it is open."""
    try:
        parts = await body.form(max_files=1, max_fields=8)
    except HTTPException as error:
        if isinstance(error.__context__, _StopError):
            raise error.__context__.refusal from None
        raise RequestError("the form cannot be read") from None
    try:
        part = parts.get(FIELD)
        if not isinstance(part, UploadFile):
            raise RequestError(f"the form has no file in the field {FIELD}")
        yield part
    finally:
        await parts.close()


def _minded(receive: Receive, most: int, patience: float | None) -> Receive:
    """Mind what comes in: parsers of forms write files to disk however large they are, and wait however long."""
    got = 0

    async def minded() -> Message:
        nonlocal got
        try:
            async with asyncio.timeout(patience):
                message = await receive()
        except TimeoutError:
            slow = RequestError(f"nothing more of the body came within {patience:g} s", reason=SLOW)
            raise _StopError(slow) from None
        got += len(message.get("body", b""))
        if got > most:
            raise _StopError(_too_large(most))
        return message

    return minded


async def _pieces(part: UploadFile) -> AsyncIterator[bytes]:
    while piece := await part.read(PIECE):
        yield piece


async def _bytes(pieces: AsyncIterator[object]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield bytes(piece)  # type: ignore[call-overload]  # obstore's own kind of buffer
