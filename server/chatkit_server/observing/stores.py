"""A store whose calls are timed."""

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import iscoroutinefunction
from time import perf_counter, time_ns
from typing import Any, TypeVar

from chatkit_server.observing.call import Observer
from chatkit_server.stores.base import NotFound, Store

S = TypeVar("S", bound=Store)

CALLS = tuple(name for name, method in vars(Store).items() if iscoroutinefunction(method))
"""The calls of every store."""


def observed_store(store: S, observers: Iterable[Observer]) -> S:
    """Give the same store with its calls timed for the observers: one of a subclass of its own, with the same state.

    Without observers, or for a store that keeps its state in slots, it is the store itself.
    """
    observers = tuple(observers)
    if not observers or not hasattr(store, "__dict__"):
        return store
    kind = type(store)
    timed = {name: _timed(name, getattr(kind, name), observers) for name in CALLS if hasattr(kind, name)}
    twin: S = object.__new__(type(kind.__name__, (kind,), timed))
    twin.__dict__ = store.__dict__
    return twin


def _timed(name: str, method: Callable[..., Any], observers: tuple[Observer, ...]) -> Callable[..., Any]:
    @wraps(method)
    async def call(self: Any, *args: Any, **options: Any) -> Any:
        began, began_ns = perf_counter(), time_ns()
        error: BaseException | None = None
        try:
            return await method(self, *args, **options)
        except NotFound:  # an answer like any other
            raise
        except BaseException as raised:
            error = raised
            raise
        finally:
            for observer in observers:
                observer.stored(name, began_ns, perf_counter() - began, error)

    return call
