"""What one user may ask of the backend: how much, how often, how long. Each limit has a setting and an error."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from msgspec import Struct

from chatkit_protocol.codec import DEEPEST, MAX_DEPTH, RequestError
from chatkit_protocol.content import UserMessageInput
from chatkit_server.errors import TooMany

MINUTE = 60.0
FORGET_ABOVE = 10_000
"""Users that are remembered before those who have been quiet are forgotten."""
A_MOMENT = 0.3
"""Seconds that an answer waits for a place: who has just stopped another one has it back as soon as that is saved."""


class Limits(Struct, frozen=True, kw_only=True):
    """How much a user may ask. None is no limit. Each process counts for itself: four workers allow four times as much.

    The size of a body is limited by `create_app(max_body=…)`, the size of a file by its store.
    """

    nesting: int = MAX_DEPTH
    """Objects and lists inside one another that a request may have, 256 at most. More are refused with 400."""
    message_length: int | None = 1_000_000
    """Characters of one message: its text, tags and quotation. More is refused with 413."""
    attachments: int | None = 50
    """Files of one message. More are refused with 413."""
    streams: int | None = None
    """Answers that stream to one user at the same time. More wait a moment, and get 429, `reason` `streams`."""
    requests_per_minute: int | None = None
    """Requests of one user, that many at once and then evenly. More are refused with 429, `reason` `requests`."""
    seconds_per_answer: float | None = None
    """After that the answer ends with an `error` event that says so."""

    def __post_init__(self) -> None:
        """Refuse a depth that this server itself could not walk. Raises ValueError."""
        if self.nesting > DEEPEST:
            raise ValueError(f"nesting may be {DEEPEST} at most")

    def check(self, message: UserMessageInput) -> None:
        """Refuse a message that is too long or brings too many files. Raises RequestError."""
        length = sum(len(part.text) for part in message.content) + len(message.quoted_text or "")
        if self.message_length is not None and length > self.message_length:
            raise RequestError(
                f"the message has {length} characters; at most {self.message_length} are allowed",
                code="too_large",
                path="$.params.input.content",
                reason="message",
            )
        count = len(message.attachments or ())
        if self.attachments is not None and count > self.attachments:
            raise RequestError(
                f"the message brings {count} files; at most {self.attachments} are allowed",
                code="too_large",
                path="$.params.input.attachments",
                reason="attachments",
            )


class Gate:
    """Counts what each user asks, and refuses what is too much."""

    def __init__(self, limits: Limits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        """Of each user who has an answer, or waits for one."""
        self._busy_until: dict[str, float] = {}
        """When each user's requests so far would be over, had they come evenly (the generic cell rate algorithm)."""

    def admit(self, user: str) -> None:
        """Let a request in. Raises TooMany."""
        most = self._limits.requests_per_minute
        if most is None:
            return
        now = self._now()
        until = max(self._busy_until.get(user, now), now) + MINUTE / most
        wait = until - now - MINUTE
        if wait > 0:
            raise TooMany(f"at most {most} requests a minute", reason="requests", seconds=int(wait) + 1)
        self._busy_until[user] = until
        if len(self._busy_until) > FORGET_ABOVE:
            self._busy_until = {name: time for name, time in self._busy_until.items() if time > now}

    @asynccontextmanager
    async def stream(self, user: str) -> AsyncIterator[None]:
        """Hold a place for an answer that streams. Raises TooMany."""
        most = self._limits.streams
        if most is None:
            yield
            return
        places = self._places.setdefault(user, asyncio.Semaphore(most))
        try:
            async with asyncio.timeout(A_MOMENT):
                await places.acquire()
        except TimeoutError:
            raise TooMany(f"at most {most} answers at the same time", reason="streams") from None
        try:
            yield
        finally:
            places.release()
