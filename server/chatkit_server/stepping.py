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
    return _driven(steps, lambda: waits_for, bool)


def attended(work: Awaitable[T], waiting: Callable[[], object]) -> Awaitable[T]:
    """Await `work`, and call `waiting` each time that it is about to wait."""
    steps: Steps[T] = work.__await__()
    return _driven(steps, partial(next, steps), waiting)


@coroutine
def _driven(steps: Steps[T], step: Callable[[], Any], waiting: Callable[[], object]) -> Steps[T]:
    """Go on with `step`, then step by step, as `yield from steps` does (PEP 380)."""
    while True:
        try:
            waits_for = step()
        except StopIteration as ended:
            return ended.value  # type: ignore[no-any-return]
        waiting()
        try:
            step = partial(steps.send, (yield waits_for))
        except BaseException as error:  # noqa: BLE001 - it is for the work, whatever it is
            step = partial(steps.throw, error)
