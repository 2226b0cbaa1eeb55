"""One answer at a time in a thread: who may write it, and how the next one waits.

A store brings the locks that reach as far as itself: `store.locks`. One without them is taken for one of a single
process.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Protocol
from weakref import WeakValueDictionary

from chatkit_server.whole import whole

Release = Callable[[], Awaitable[None]]
"""Lets go of a lock; once is enough, more do no harm."""


class Busy(Exception):  # noqa: N818 - it is a state of affairs
    """Someone else holds the lock, and went on holding it."""


class Locks(Protocol):
    """Locks by name. Whoever dies lets go of theirs."""

    async def take(self, name: str, wait: float) -> Release:
        """Take a lock, for which others may be waited for so many seconds. Raises Busy."""
        ...

    async def aclose(self) -> None:
        """Let go of files and connections. The next call opens them again."""
        ...


class LocalLocks:
    """Locks among the tasks of one process; whoever waits longest is next."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, name: str, wait: float) -> Release:
        """Take a lock. Raises Busy."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        try:
            async with asyncio.timeout(wait):
                await lock.acquire()
        except TimeoutError:
            raise Busy from None
        return _once(lock)

    async def aclose(self) -> None:
        """Nothing is open."""


def _once(lock: asyncio.Lock) -> Release:
    held = [lock]

    async def release() -> None:
        if held:
            held.pop().release()

    return release


class SharedLocks:
    """Locks among processes: a task takes one from the others of its process first, then for all of them."""

    poll = 0.05
    """Seconds after which a lock is tried again, though nobody said that it is free."""

    def __init__(self) -> None:
        self._local = LocalLocks()

    async def take(self, name: str, wait: float) -> Release:
        """Take a lock. Raises Busy."""
        until = asyncio.get_running_loop().time() + wait
        let_go_here = await self._local.take(name, wait)
        place = number(name)

        async def release() -> None:
            try:
                await whole(self.let_go(place))
            finally:
                await let_go_here()

        try:
            await self._reach(place, until)
        except BaseException:
            await release()
            raise
        return release

    async def _reach(self, place: int, until: float) -> None:
        now = asyncio.get_running_loop().time
        change = self.watch(place)
        while not await whole(self.attempt(place)):
            if now() >= until:
                raise Busy
            await self._pause(change, min(self.poll, until - now()))

    @staticmethod
    async def _pause(change: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await change.wait()
        except TimeoutError:
            return
        change.clear()

    def watch(self, place: int) -> asyncio.Event:
        """Give what is set whenever the lock may have become free, if that can be known."""
        del place
        return asyncio.Event()

    async def attempt(self, place: int) -> bool:
        """Take the lock if no other process has it; tell whether that worked."""
        raise NotImplementedError

    async def let_go(self, place: int) -> None:
        """Let go of the lock, if this process has it."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Let go of everything."""
        raise NotImplementedError


def number(name: str) -> int:
    """Turn a name into one of 2⁶² numbers: a billion names share none."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 2
