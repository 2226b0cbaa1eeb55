"""From events to the socket: ready frames leave in one write, a slow client holds the producer back.

Two tasks share a buffer. The producer writes frames into it as fast as the responder yields them; whenever it is about
to wait, for a model say, it sends what is there in one write. Once the client does not take that at once, the response
sends instead, all that is ready at a time, until the client has caught up; a producer that finds the buffer full waits.
When the client goes away the producer is cancelled, which is the user's stop, and whoever closes the response waits for
what has to be saved. Or, with `finish`, it goes on alone.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, aclosing
from time import monotonic

import anyio

from chatkit_protocol.events import ErrorEvent, ThreadStreamEvent
from chatkit_protocol.sse import PING, frame_into
from chatkit_server.errors import error_event
from chatkit_server.pipeline import Events
from chatkit_server.record import Record
from chatkit_server.sending import Client
from chatkit_server.stepping import attended

logger = logging.getLogger("chatkit_server")

HIGH_WATER = 64 * 1024
"""Bytes of unsent frames at which the producer waits."""
LINGER = 0.005
"""Seconds after which a producer that never waits lets the response send what there is."""
GRACE = 10.0
"""Seconds that a closed response waits for saving; saving itself goes on beyond them."""

_running: set[asyncio.Task[None]] = set()
"""Producers that run; an event loop alone does not keep its tasks alive."""


class EventStream:
    """A stream of frames, produced by a task of its own, which lets go of what is `held` before the stream ends.

    One reader has it at a time. Who joins it later reads it from the first frame on, and the one before reads no more.
    """

    def __init__(
        self,
        events: Events,
        held: AsyncExitStack | None = None,
        *,
        record: Record | None = None,
        finish: float | None = None,
    ) -> None:
        self.record = record
        self.reader = 0
        self.heard = asyncio.Event()
        self.abandoned = False
        self.stopping = False
        self._events = events
        self._held = held or AsyncExitStack()
        self._finish = finish
        self._buffer = bytearray()
        self._ready = asyncio.Event()
        self._room = asyncio.Event()
        self._produced = False
        self._begun = False
        self._late = False
        self._farewell: ErrorEvent | None = None
        self._client: Client | None = None
        """Who reads, while it has had everything: the producer sends what follows."""
        self._task = asyncio.create_task(self._produce())
        _running.add(self._task)
        self._task.add_done_callback(_running.discard)

    async def give(self, client: Client, reader: int) -> None:
        """Give a client all frames, those that are ready together, as soon as there are any."""
        while self.reader == reader and (self._buffer or not self._produced):
            if not self._buffer:
                await self._more(client)
            elif not client.take(self._batch()):
                await client.free()
        if self.reader == reader:
            self.heard.set()

    async def _more(self, client: Client) -> None:
        """Wait for something that has to be given, a ping if there is nothing else. The producer sends meanwhile."""
        self._ready.clear()
        self._client = client
        try:
            async with asyncio.timeout(client.silence()):
                await self._ready.wait()
        except TimeoutError:
            if not self._buffer and client.silence() == 0:
                self._buffer += PING
        finally:
            if self._client is client:
                self._client = None
        await client.free()

    def _batch(self) -> bytes:
        batch = bytes(self._buffer)
        self._buffer.clear()
        self._room.set()
        return batch

    def _flush(self) -> None:
        """Send what is ready, or have the reader do it. Called whenever the producer is about to wait."""
        if self._buffer and not (self._client and self._client.take(self._batch())):
            self._client = None
            self._ready.set()

    def join(self) -> None:
        """Let a new reader take over; one that comes too late to have every frame gets what lasts, in the end."""
        self.reader += 1
        self._client = None
        self.heard.clear()
        self.abandoned = False
        frames = self.record.frames if self.record else b""
        self._late = frames is None
        self._buffer[:] = frames or b""
        if self._late and self._produced:
            self._catch_up()
        self._ready.set()
        self._room.set()

    async def leave(self, reader: int) -> None:
        """Note that a reader is gone: the producer is stopped, or goes on alone for so long as it may."""
        if reader != self.reader or self._task.done():
            return
        if self._finish is None:
            await self.aclose()
        elif not self.abandoned:
            self.abandoned = True
            self._buffer.clear()
            self._room.set()
            ending = asyncio.get_running_loop().call_later(self._finish, self._give_up, reader)
            self._task.add_done_callback(lambda _task: ending.cancel())

    def _give_up(self, reader: int) -> None:
        if reader == self.reader:
            logger.warning("an answer that nobody reads took too long, and is stopped")
            self.stopping = True
            self._task.cancel()

    async def aclose(self) -> None:
        """Stop the producer if it still runs, and wait, within bounds, until everything is saved."""
        if self._task.done():
            return
        self.stopping = True
        try:
            if not self._begun:  # cancelled now it would never begin, and let go of nothing
                await asyncio.sleep(0)
        finally:
            self._task.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([self._task], timeout=GRACE)

    async def interrupt(self) -> None:
        """Stop the producer, save everything, and tell the reader that the answer may be asked for again."""
        self._farewell = ErrorEvent(code="stream.error", allow_retry=True)
        await self.aclose()

    def when_ended(self, tell: Callable[["EventStream"], object]) -> None:
        """Have someone told when the producer has ended."""
        self._task.add_done_callback(lambda _task: tell(self))

    async def ended(self) -> None:
        """Wait until the producer has ended, however it does."""
        await asyncio.wait([self._task])

    async def _produce(self) -> None:
        self._begun = True
        try:
            async with self._held:
                await attended(self._tell(), self._flush)
                self._flush()
        finally:
            self._produced = True
            if self._late:
                self._catch_up()
            self._ready.set()

    async def _tell(self) -> None:
        buffer, began = self._buffer, monotonic()
        try:
            async with aclosing(self._events) as events:
                async for event in events:
                    if not buffer:
                        began = monotonic()
                    self._write(event)
                    if self.stopping:
                        break
                    if len(buffer) >= HIGH_WATER or monotonic() - began > LINGER:
                        await self._pause()
        except asyncio.CancelledError:
            if self.stopping:
                if self._farewell:
                    self._write(self._farewell)
                raise
            logger.exception("the answer was cancelled from within")
            self._write(ErrorEvent(code="stream.error", allow_retry=True))
        except Exception as error:  # noqa: BLE001 - the stream has begun, so the failure is told in-band
            self._write(error_event(error))

    def _catch_up(self) -> None:
        self._late = False
        self._buffer[:] = self.record.lasting if self.record else b""

    def _write(self, event: ThreadStreamEvent) -> None:
        """Write a frame for the reader, and for those who may join."""
        start = len(self._buffer) if self.record else 0
        frame_into(event, self._buffer)
        if self.record:
            self.record.add(event, self._buffer[start:])
        if self.abandoned or self._late:
            self._buffer.clear()

    async def _pause(self) -> None:
        """Let others have their turn, and the client catch up. As with every wait, what is ready is sent first."""
        await asyncio.sleep(0)
        while len(self._buffer) >= HIGH_WATER:
            self._room.clear()
            await self._room.wait()
