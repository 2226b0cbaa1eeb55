"""A store whose calls are timed."""

from collections.abc import Iterable
from functools import wraps
from time import perf_counter, time_ns
from typing import Any

from chatkit_server.observing.call import Observer
from chatkit_server.stores.base import NotFound
from chatkit_server.stores.twin import Method, S, twin


def observed_store(store: S, observers: Iterable[Observer]) -> S:
    """Give the same store with its calls timed for the observers; without observers it is the store itself."""
    observers = tuple(observers)
    if not observers:
        return store

    def timed(name: str, method: Method) -> Method:
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

    return twin(store, timed)
