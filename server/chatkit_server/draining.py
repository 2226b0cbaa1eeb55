"""How answers end when the server stops: by themselves if they can, in words if they cannot, and saved."""

import asyncio

import anyio

from chatkit_server.streaming import EventStream


class Drain:
    """The answers of an app, and what becomes of them once it was told to stop.

    Attributes:
        begun: whether the app was told to stop.
    """

    def __init__(self, seconds: float) -> None:
        self.begun = False
        self._seconds = seconds
        self._streams: set[EventStream] = set()
        self._told = anyio.Event()
        self._watch: asyncio.Task[None] | None = None

    def add(self, stream: EventStream) -> anyio.Event:
        """Take care of an answer; give the event to set when the server is told to stop."""
        self._streams.add(stream)
        stream.when_ended(self._streams.discard)
        if self._watch is None or self._watch.done():
            self._told = anyio.Event()
            self._watch = asyncio.create_task(self._end_all(self._told))
        return self._told

    async def _end_all(self, told: anyio.Event) -> None:
        await told.wait()
        await self.end_all()

    async def end_all(self) -> None:
        """Let answers come to their end, within the bound; then stop them, which saves what they have said."""
        self.begun = True
        if self._streams:
            await asyncio.wait(
                [asyncio.ensure_future(stream.ended()) for stream in self._streams], timeout=self._seconds
            )
        await asyncio.gather(*(stream.interrupt() for stream in list(self._streams)))
