"""How answers end when the server stops: by themselves if they can, in words if they cannot, and saved."""

import asyncio
import signal

from chatkit_server.streaming import EventStream

WATCH_SECONDS = 0.25
"""How often it is asked, while there are answers, whether the server was told to stop."""


class Drain:
    """The answers of an app, and what becomes of them once it was told to stop.

    Attributes:
        begun: whether the app was told to stop.
    """

    def __init__(self, seconds: float) -> None:
        self.begun = False
        self._seconds = seconds
        self._streams: set[EventStream] = set()
        self._watch: asyncio.Task[None] | None = None

    def add(self, stream: EventStream) -> None:
        """Take care of an answer."""
        self._streams.add(stream)
        stream.when_ended(self._streams.discard)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._end_all_in_time())

    async def _end_all_in_time(self) -> None:
        """End the answers before the server waits for their replies, and only then ends the app."""
        while self._streams and not told_to_stop():  # noqa: ASYNC110 - a signal's handler sets no event
            await asyncio.sleep(WATCH_SECONDS)
        if self._streams:
            await self.end_all()

    async def end_all(self) -> None:
        """Let answers come to their end, within the bound; then stop them, which saves what they have said."""
        self.begun = True
        if self._streams:
            await asyncio.wait(
                [asyncio.ensure_future(stream.ended()) for stream in self._streams], timeout=self._seconds
            )
        await asyncio.gather(*(stream.interrupt() for stream in list(self._streams)))


def told_to_stop() -> bool:
    """Tell whether uvicorn got a signal to stop. It tells nobody, but the handler of the signal is its own method."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
