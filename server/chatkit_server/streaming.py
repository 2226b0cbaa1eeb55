"""From events to the socket: ready frames leave in one write, a slow client holds the producer back.

Two tasks share a buffer. The producer writes frames into it as fast as the responder yields them and waits when
it is full; the response takes whatever is there and sends it in one write. While the producer waits for a model,
a single frame leaves at once. When the client goes away the producer is cancelled, which is the user's stop, and
whoever closes the response waits for what has to be saved.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import anyio
from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from chatkit_protocol.events import ErrorEvent
from chatkit_protocol.sse import PING, frame_into
from chatkit_server.errors import error_event
from chatkit_server.pipeline import Events

logger = logging.getLogger("chatkit_server")

HIGH_WATER = 64 * 1024
"""Bytes of unsent frames at which the producer waits."""
LINGER = 0.005
"""Seconds after which a producer that never waits lets the response send what there is."""
GRACE = 10.0
"""Seconds that a closed response waits for saving; saving itself goes on beyond them."""

HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}

_running: set[asyncio.Task[None]] = set()
"""Producers that run; an event loop alone does not keep its tasks alive."""


class EventStream:
    """A stream of frames, produced by a task of its own, which lets go of what is `held` before the stream ends."""

    def __init__(self, events: Events, held: AsyncExitStack | None = None) -> None:
        self._events = events
        self._held = held or AsyncExitStack()
        self._buffer = bytearray()
        self._ready = asyncio.Event()
        self._room = asyncio.Event()
        self._produced = False
        self._stopping = False
        self._begun = False
        self._task = asyncio.create_task(self._produce())
        _running.add(self._task)
        self._task.add_done_callback(_running.discard)

    async def batches(self) -> AsyncIterator[bytes]:
        """Give the frames that are ready, together, as soon as there are any."""
        try:
            while self._buffer or not self._produced:
                if not self._buffer:
                    self._ready.clear()
                    await self._ready.wait()
                    continue
                batch = bytes(self._buffer)
                self._buffer.clear()
                self._room.set()
                yield batch
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Stop the producer if it still runs, and wait, within bounds, until everything is saved."""
        if self._task.done():
            return
        self._stopping = True
        try:
            if not self._begun:  # cancelled now it would never begin, and let go of nothing
                await asyncio.sleep(0)
        finally:
            self._task.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([self._task], timeout=GRACE)

    async def _produce(self) -> None:
        self._begun = True
        try:
            async with self._held, aclosing(self._events) as events:
                await self._write_all(events)
        except asyncio.CancelledError:
            if self._stopping:
                raise
            logger.exception("the answer was cancelled from within")
            frame_into(ErrorEvent(code="stream.error", allow_retry=True), self._buffer)
        except Exception as error:  # noqa: BLE001 - the stream has begun, so the failure is told in-band
            frame_into(error_event(error), self._buffer)
        finally:
            self._produced = True
            self._ready.set()

    async def _write_all(self, events: Events) -> None:
        now = asyncio.get_running_loop().time
        waiting_since = now()
        async for event in events:
            if not self._buffer:
                waiting_since = now()
            frame_into(event, self._buffer)
            self._ready.set()
            if self._stopping:
                return
            if len(self._buffer) >= HIGH_WATER:
                self._room.clear()
                await self._room.wait()
            elif now() - waiting_since > LINGER:
                await asyncio.sleep(0)


class EventResponse(EventSourceResponse):
    """The HTTP reply: pings while nothing is ready, an end when the client goes away, under any ASGI server."""

    def __init__(self, stream: EventStream, *, ping: float) -> None:
        super().__init__(
            stream.batches(),
            headers=HEADERS,
            ping=ping,
            ping_message_factory=_ping,  # type: ignore[arg-type]  # bytes are sent as they are
        )
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; when sending ends for whatever reason, the stream ends too."""
        try:
            await super().__call__(scope, receive, send)
        except* OSError:  # ASGI 2.4: `send` raises when the client is gone, for the pings as well
            logger.debug("the client went away")
        finally:
            await self._stream.aclose()


def _ping() -> bytes:
    return PING
