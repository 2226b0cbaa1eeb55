"""A store that answers in time, or fails."""

import asyncio
from collections.abc import Coroutine
from functools import wraps
from typing import Any, TypeVar

from chatkit_server.stores.twin import Method, S, twin

T = TypeVar("T")

_left: set[asyncio.Task[Any]] = set()
"""Tasks that nobody waits for any more; the event loop itself would forget them."""


def bounded_store(store: S, seconds: float | None) -> S:
    """Give the same store, each call of which raises TimeoutError after so many seconds; None has it wait for ever."""
    if not seconds:
        return store

    def bounded(name: str, method: Method) -> Method:
        @wraps(method)
        async def call(self: Any, *args: Any, **options: Any) -> Any:
            return await within(seconds, method(self, *args, **options), f"the store's {name}")

        return call

    return twin(store, bounded)


async def within(seconds: float, work: Coroutine[Any, Any, T], what: str) -> T:
    """Run `work` for so many seconds at most; then it is told to stop, and left.

    A driver may take as long to give up what it asked a server as the server takes to answer, so nobody waits for that:
    what came of the work is not known. The same holds when the caller is cancelled, but that waits as long as it may.

    Raises:
        TimeoutError: it names `what`.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task], timeout=seconds)
    except asyncio.CancelledError:
        _leave(task)
        await asyncio.wait([task], timeout=seconds)
        raise
    if not task.done():
        _leave(task)
        raise TimeoutError(f"{what} did not end within {seconds:g} s")
    return task.result()


def _leave(task: asyncio.Task[Any]) -> None:
    task.cancel()
    _left.add(task)
    task.add_done_callback(_ended)


def _ended(task: asyncio.Task[Any]) -> None:
    _left.discard(task)
    if not task.cancelled():
        task.exception()  # has been asked for, so asyncio does not log that nobody did
