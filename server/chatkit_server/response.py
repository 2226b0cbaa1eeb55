"""The HTTP reply that a stream is.

Written by hand, since every token passes here: sse-starlette's takes four tasks a stream, where one is enough, and has
one of them send every frame.
"""

import asyncio
import logging

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chatkit_server.sending import BODIES, Client
from chatkit_server.streaming import EventStream

logger = logging.getLogger("chatkit_server")

HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}


class EventResponse(Response):
    """The HTTP reply: a comment after some silence, an end when the client goes away, under any ASGI server."""

    media_type = "text/event-stream"

    def __init__(self, stream: EventStream, *, ping: float, patience: float | None = None) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers(HEADERS)
        self._stream = stream
        self._reader = stream.reader
        self._ping = ping
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; when sending ends for whatever reason, the stream ends too."""
        try:
            async with asyncio.timeout(None) as connection:
                listening = asyncio.create_task(_listen(receive, connection))
                try:
                    await self._give(send, scope.get(BODIES, send))
                finally:
                    listening.cancel()
        except OSError:  # it left, `send` raised because it is gone (ASGI 2.4), or it took nothing for too long
            logger.debug("the client went away")
        finally:
            await self._stream.leave(self._reader)

    async def _give(self, send: Send, bodies: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await self._stream.give(Client(bodies, ping=self._ping, patience=self._patience), self._reader)
        await bodies({"type": "http.response.body", "body": b"", "more_body": False})


async def _listen(receive: Receive, connection: asyncio.Timeout) -> None:
    """End what goes on within `connection` when the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    connection.reschedule(0)
