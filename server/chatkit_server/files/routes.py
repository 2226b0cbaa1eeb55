"""The addresses of files: signed ones to send bytes to and show them from, and the direct upload."""

import asyncio
from collections.abc import AsyncIterator
from os import SEEK_END
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive

from chatkit_protocol.codec import RequestError, encode
from chatkit_server.files.checking import received
from chatkit_server.files.form import FORM, FormFile
from chatkit_server.files.shelf import BYTES, PREVIEW, About
from chatkit_server.files.store import FileStore
from chatkit_server.refusing import SLOW, answering
from chatkit_server.serving import Enter
from chatkit_server.turn import Backend
from chatkit_server.views import public_attachment

AROUND = 64 * 1024
"""Bytes that a form may have around the file."""
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
        pieces: AsyncIterator[bytes] = body.stream()
        if http.headers.get("content-type", "").startswith(FORM):
            form = FormFile(body)
            await form.begin()
            pieces = form.pieces()
        most = self._files.limits.max_bytes
        with await received(pieces, mime_type=about.mime_type, most=most, size=about.size) as file:
            await self._files.keep(about, file)
        return Response(status_code=204)

    def _body(self, http: Request, most: int) -> Request:
        """Give the same request, whose body may have so many bytes; if it announces more, none of it is read."""
        length = http.headers.get("content-length", "")
        if length.isdigit() and int(length) > most:
            raise _too_large(most)
        return Request(http.scope, _minded(http.receive, most, self._files.patience))

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
        form = FormFile(self._body(http, limits.max_bytes + AROUND))
        await form.begin()
        limits.describes(form.name, form.mime_type)
        with await received(form.pieces(), mime_type=form.mime_type, most=limits.max_bytes) as file:
            about = About(
                owner=context.owner,
                id=self._backend.new_id("attachment"),
                name=form.name,
                mime_type=form.mime_type,
                size=file.seek(0, SEEK_END),
            )
            file.seek(0)
            await self._files.shelf.write_about(about)
            await self._files.keep(about, file)
        attachment = self._files.attachment(about, context)
        await self._backend.store.save_attachment(context.owner, attachment)
        return Response(encode(public_attachment(attachment)), media_type="application/json")


def _too_large(most: int) -> RequestError:
    return RequestError(f"the body has more than {most} bytes", code="too_large", reason="size")


def _minded(receive: Receive, most: int, patience: float | None) -> Receive:
    """Mind how much comes in, and how slowly. What it gives raises RequestError."""
    got = 0

    async def minded() -> Message:
        nonlocal got
        try:
            async with asyncio.timeout(patience):
                message = await receive()
        except TimeoutError:
            raise RequestError(f"nothing more of the body came within {patience:g} s", reason=SLOW) from None
        got += len(message.get("body", b""))
        if got > most:
            raise _too_large(most)
        return message

    return minded


async def _bytes(pieces: AsyncIterator[object]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield bytes(piece)  # type: ignore[call-overload]  # obstore's own kind of buffer
