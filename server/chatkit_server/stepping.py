"""Two things that asyncio has no name for: work begun without a task of its own, and a word before a task waits.

Awaitables are driven by hand here, as a task drives them: what they yield is what they wait for.
"""

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")
Steps = Generator[Any, Any, T]


def begin(work: Awaitable[Any]) -> Awaitable[Any] | None:
    """Take `work` as far as it goes without waiting; give its rest, to be awaited, or None if it is done.

    Raises what `work` raises.
    """
    steps: Steps[Any] = work.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:
        return None
    return _rest(steps, waits_for, bool)


async def attended(work: Awaitable[T], waiting: Callable[[], object]) -> T:
    """Await `work`, and call `waiting` each time that it is about to wait."""
    steps: Steps[T] = work.__await__()
    try:
        waits_for = next(steps)
    except StopIteration as ended:
        return ended.value  # type: ignore[no-any-return]
    return await _rest(steps, waits_for, waiting)


@coroutine
def _rest(steps: Steps[T], waits_for: Any, waiting: Callable[[], object]) -> Steps[T]:
    """Go on with what has begun and waits for something: as `yield from` does (PEP 380), but attended."""
    while True:
        waiting()
        try:
            step = partial(steps.send, (yield waits_for))
        except BaseException as error:  # noqa: BLE001 - it is for the work, whatever it is
            step = partial(steps.throw, error)
        try:
            waits_for = step()
        except StopIteration as ended:
            return ended.value  # type: ignore[no-any-return]
