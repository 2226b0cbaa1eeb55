"""The same request again: the widget posts it again when its connection was cut, and gets the same answer.

A request is the same if user, frame (`chatkit-frame-instance-id`) and body are. While its answer is being written, and
for a short time after one that was not heard to the end, the new request takes the answer over from the first frame
on. An answer that another process is writing is waited for, and sent whole once it is complete: through the database,
if the store has `notes`.
"""

import asyncio
import hashlib
from contextlib import AsyncExitStack, suppress
from typing import Protocol

from chatkit_protocol.codec import decode_event
from chatkit_protocol.events import ErrorEvent
from chatkit_protocol.sse import SSEDecoder, frame
from chatkit_server.errors import CustomStreamError
from chatkit_server.locks import Busy, LocalLocks, Locks
from chatkit_server.pipeline import Events
from chatkit_server.record import Record
from chatkit_server.streaming import EventStream

FRAME = "chatkit-frame-instance-id"
UNHEARD = 64
"""Complete answers that wait for a client to come back, at most, so that memory is bounded."""
WAIT_SECONDS = 600.0
"""How long an answer of another process is waited for."""
CUT = frame(ErrorEvent(code="stream.error", allow_retry=True))
"""The end of an answer that was stopped, for whoever did not stop it."""


class Notes(Protocol):
    """Where processes leave complete answers for one another."""

    async def want(self, name: str) -> None:
        """Ask for an answer to be left here."""
        ...

    async def leave(self, name: str, frames: bytes, *, unasked: bool) -> None:
        """Leave an answer, if someone has asked for it, or `unasked`."""
        ...

    async def find(self, name: str, within: float) -> bytes | None:
        """Give the answer that was left in the last so many seconds."""
        ...

    async def forget(self, name: str) -> None:
        """Throw an answer away that was heard."""
        ...


class Answers:
    """The answers that can be joined."""

    def __init__(self, locks: Locks, notes: Notes | None, *, within: float) -> None:
        self._locks = locks
        self._notes = notes
        self._within = within
        self._streams: dict[str, EventStream] = {}
        self._unheard: set[str] = set()
        self._entering = LocalLocks()

    def __len__(self) -> int:
        """Tell how many there are."""
        return len(self._streams)

    def name(self, user: str, frame: str | None, body: bytes) -> str:
        """Name a request; empty for one that cannot be told from others like it."""
        if not frame or self._within <= 0:
            return ""
        parts = (user.encode(), frame.encode(), body)
        return hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).hexdigest()

    async def join(self, name: str, held: AsyncExitStack) -> EventStream | None:
        """Give the answer to a request that came before; None for a new one, which is then noted as being answered."""
        release = await self._entering.take(name, WAIT_SECONDS)
        try:
            return await self._join(name, held)
        finally:
            await release()

    async def _join(self, name: str, held: AsyncExitStack) -> EventStream | None:
        stream = self._streams.get(name)
        if stream and not stream.stopping:
            stream.join()
            return stream
        if stream:
            await stream.ended()
        try:
            held.push_async_callback(await self._locks.take(f"answer\0{name}", 0))
        except Busy:
            stream = EventStream(self._elsewhere(name), record=Record())
            self._keep(name, stream)
            return stream
        left = await self._notes.find(name, self._within) if self._notes else None
        return EventStream(self._told(name, left)) if left else None

    def begin(self, name: str, stream: EventStream, held: AsyncExitStack) -> None:
        """Have an answer found under the name of its request, until it was heard."""

        async def leave() -> None:
            if self._notes and stream.record:
                await self._notes.leave(name, _said(stream), unasked=stream.abandoned)

        held.push_async_callback(leave)
        self._keep(name, stream)

    def _keep(self, name: str, stream: EventStream) -> None:
        self._streams[name] = stream
        task = asyncio.create_task(self._forget(name, stream))
        _forgetting.add(task)
        task.add_done_callback(_forgetting.discard)

    async def _forget(self, name: str, stream: EventStream) -> None:
        await stream.ended()
        if not stream.stopping and len(self._unheard) < UNHEARD:
            self._unheard.add(name)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._within):
                    await stream.heard.wait()
            self._unheard.discard(name)
        if self._streams.get(name) is stream:
            del self._streams[name]

    async def _elsewhere(self, name: str) -> Events:
        """Wait for an answer that another process, or an earlier request, is about to give, and give it whole."""
        if self._notes:
            await self._notes.want(name)
        try:
            release = await self._locks.take(f"answer\0{name}", WAIT_SECONDS)
        except Busy:
            raise CustomStreamError("This answer takes very long. Please reload the page in a while.") from None
        await release()
        stream = self._streams.get(name)
        frames = _said(stream) if stream else b""
        if not frames and self._notes:
            frames = await self._notes.find(name, self._within) or b""
        if not frames:
            raise CustomStreamError("The connection was lost. Please reload the page to see the answer.")
        async for event in self._told(name, frames):
            yield event

    async def _told(self, name: str, frames: bytes) -> Events:
        for message in SSEDecoder().feed(frames):
            yield decode_event(message.data)
        if self._notes:
            await self._notes.forget(name)


def _said(stream: EventStream) -> bytes:
    """Give what a stream has said; if it was stopped on the way, with an end that says so and allows a retry."""
    said = stream.record.best if stream.record else b""
    return said + CUT if said and stream.stopping and not said.endswith(CUT) else said


_forgetting: set[asyncio.Task[None]] = set()
"""Tasks that wait; an event loop alone does not keep its tasks alive."""


def recorded(name: str) -> Record | None:
    """Record an answer if it has a name."""
    return Record() if name else None
