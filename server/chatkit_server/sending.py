"""The one at the other end of a stream, as whoever makes its frames sees it."""

import asyncio
from collections.abc import Awaitable
from time import monotonic

from starlette.types import Send

from chatkit_server.stepping import Deputy

BODIES = "chatkit_server.bodies"
"""In a request's scope: what sends pieces of a body, past those of our middlewares that look at nothing but a head."""


class Client:
    """Who reads a stream: gets what is sent, and says if it does not take that at once. Made by the reader's task."""

    def __init__(self, send: Send, *, ping: float = 0.0, patience: float | None = None) -> None:
        self._send = send
        self._reader = Deputy()
        self._ping = ping
        self._patience = patience
        self._last = monotonic()
        self._rest: Awaitable[object] | None = None
        self._error: Exception | None = None

    def take(self, batch: bytes) -> bool:
        """Send frames; tell whether they are sent. If not, nothing more may be sent before `free`."""
        self._last = monotonic()
        message = {"type": "http.response.body", "body": batch, "more_body": True}
        try:
            self._rest = self._reader.begin(self._send(message))
        except Exception as error:  # noqa: BLE001 - it is for who waits for the client to be free
            self._error = error
        return not self._rest and not self._error

    async def free(self) -> None:
        """Wait until the client has taken what was sent. Raises what sending raised, or TimeoutError."""
        if self._error:
            raise self._error
        if self._rest:
            async with asyncio.timeout(self._patience):
                await self._rest
            self._rest = None

    def silence(self) -> float | None:
        """Tell how many seconds nothing more may be said before something has to be; None if that never ends."""
        return max(0.0, self._last + self._ping - monotonic()) if self._ping else None
