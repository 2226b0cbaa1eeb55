"""One endpoint: streams and replies over HTTP."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from msgspec import Struct

from chatkit_conformance.client import failures
from chatkit_conformance.client.reading import Unreadable, parsed, read_event
from chatkit_protocol.attachments import AttachmentUploadDescriptor
from chatkit_protocol.codec import encode
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.requests import JSONRequest, StreamingRequest
from chatkit_protocol.sse import SSEDecoder

OK = 200
MAX_PORT = 65_535
CONNECT_SECONDS = 10.0
UPLOAD_SECONDS = 300.0

Wiretap = Callable[[str, str], None]
"""Takes what goes over the wire: `>` or `<`, and the JSON."""


class Received(Struct, frozen=True):
    """One frame of a stream: its text, and the event that it is."""

    text: str
    event: ThreadStreamEvent | Unreadable


class Client:
    """Speaks to one endpoint. Every request has a connection of its own, as closing it is how to stop an answer."""

    def __init__(self, url: str, *, headers: Mapping[str, str] | None = None, wiretap: Wiretap | None = None) -> None:
        self.url = url
        self.wiretap = wiretap
        self._http = httpx.AsyncClient(
            headers=dict(headers or {}),
            # No limit to reading: a model may think for minutes, and whoever waits can stop it.
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def stream(self, request: StreamingRequest) -> AsyncGenerator[Received, None]:
        """Ask, and give the events of the answer as they come; closing this stops the answer.

        Raises:
            ClientError: when the answer is refused, is no event stream, or ends before its end.
        """
        async with self._post(request, "text/event-stream") as response:
            kind = response.headers.get("content-type", "")
            if not kind.startswith("text/event-stream"):
                raise failures.of_shape(response.headers, await response.aread(), "a stream of events")
            decoder = SSEDecoder()
            async for piece in response.aiter_bytes():
                for message in decoder.feed(piece):
                    self._tap("<", message.data)
                    yield Received(message.data, read_event(message.data))
            if decoder.tail:
                raise failures.ClientError("the stream ended in the middle of an event: no blank line follows it")

    async def ask(self, request: JSONRequest) -> Any:
        """Ask for one JSON value; give it parsed.

        Raises:
            ClientError: when it is refused or no JSON comes.
        """
        async with self._post(request, "application/json") as response:
            body = await response.aread()
            value = parsed(body.decode(errors="replace"))
            if isinstance(value, str):
                raise failures.of_shape(response.headers, body, "JSON")
            self._tap("<", body.decode())
            return value

    async def upload(self, place: AttachmentUploadDescriptor, data: bytes, mime_type: str) -> None:
        """Send the bytes of an attachment to where it says; the endpoint's own headers are not for that place.

        Raises:
            ClientError: when they are refused.
        """
        headers = {"content-type": mime_type} | place.headers
        self._tap(">", f"{place.method} {len(data)} bytes")
        try:
            async with httpx.AsyncClient(timeout=UPLOAD_SECONDS) as http:
                response = await http.request(place.method, place.url, content=data, headers=headers)
        except httpx.TransportError as error:
            raise failures.of_transport(error, place.url) from None
        if not response.is_success:
            raise failures.of_status(response.status_code, response.headers, response.content)

    async def aclose(self) -> None:
        """Close what is open."""
        await self._http.aclose()

    @asynccontextmanager
    async def _post(self, request: StreamingRequest | JSONRequest, accept: str) -> AsyncIterator[httpx.Response]:
        body = encode(request)
        self._tap(">", body.decode())
        headers = {"content-type": "application/json", "accept": accept}
        try:
            async with self._http.stream("POST", _checked(self.url), content=body, headers=headers) as response:
                if response.status_code != OK:
                    raise failures.of_status(response.status_code, response.headers, await response.aread())
                yield response
        except httpx.TransportError as error:
            raise failures.of_transport(error, self.url) from None
        except (httpx.InvalidURL, UnicodeError) as error:
            raise failures.ClientError(f"{self.url} is no address: {error}") from None

    def _tap(self, direction: str, text: str) -> None:
        if self.wiretap:
            self.wiretap(direction, text)


def _checked(url: str) -> httpx.URL:
    """Read an address, in which httpx takes any number for a port. Raises httpx.InvalidURL."""
    read = httpx.URL(url)
    if (read.port or 0) > MAX_PORT:
        raise httpx.InvalidURL(f"no port is above {MAX_PORT}")
    return read
