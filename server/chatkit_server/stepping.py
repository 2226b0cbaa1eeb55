"""Two things that asyncio has no name for: work begun without a task of its own, and a word before a task waits.

Awaitables are driven by hand here, as a task drives them: what they yield is what they wait for. Which task is the
current one is told as the documentation of asyncio has it for who runs tasks ("Extending", "Task lifetime support").
"""

import asyncio
from asyncio.tasks import _enter_task, _leave_task, current_task
from collections.abc import Awaitable, Callable, Generator
from contextvars import Context, copy_context
from functools import partial
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")
Steps = Generator[Any, Any, T]


class Deputy:
    """Begins work for the task that makes it, whichever task runs at the moment.

    The work finds that task as the current one, and the context is the same in all its steps: what it enters on its
    way, a timeout, a scope of AnyIO, a variable, it can leave after a wait.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task: Any = asyncio.current_task()
        self._context = copy_context()

    def begin(self, work: Awaitable[Any]) -> Awaitable[Any] | None:
        """Take `work` as far as it goes without waiting; give its rest, for the task to await, or None if it is done.

        Raises what `work` raises.
        """
        steps: Steps[Any] = work.__await__()
        running: Any = current_task(self._loop)
        _leave_task(self._loop, running)
        _enter_task(self._loop, self._task)
        try:
            waits_for = self._context.run(next, steps)
        except StopIteration:
            return None
        finally:
            _leave_task(self._loop, self._task)
            _enter_task(self._loop, running)
        return _driven(_Within(self._context, steps), lambda: waits_for, bool)


class _Within:
    """Steps that are taken in a context."""

    def __init__(self, context: Context, steps: Any) -> None:
        self.send: Callable[[Any], Any] = partial(context.run, steps.send)
        self.throw: Callable[[BaseException], Any] = partial(context.run, steps.throw)


def attended(work: Awaitable[T], waiting: Callable[[], object]) -> Awaitable[T]:
    """Await `work`, and call `waiting` each time that it is about to wait."""
    steps: Steps[T] = work.__await__()
    return _driven(steps, partial(next, steps), waiting)


@coroutine
def _driven(steps: Steps[T] | _Within, step: Callable[[], Any], waiting: Callable[[], object]) -> Steps[T]:
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
