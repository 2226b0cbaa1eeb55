"""The same store with every call wrapped: timed, bounded."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from chatkit_server.stores.base import Store

S = TypeVar("S", bound=Store)
Method = Callable[..., Any]

CALLS = tuple(name for name, method in vars(Store).items() if iscoroutinefunction(method) and name != "aclose")
"""The calls of every store."""


def twin(store: S, wrap: Callable[[str, Method], Method]) -> S:
    """Give an object of a subclass of the store's own class whose calls are wrapped, with the same state.

    A store that keeps its state in slots is given back as it is.
    """
    if not hasattr(store, "__dict__"):
        return store
    kind = type(store)
    wrapped = {name: wrap(name, getattr(kind, name)) for name in CALLS if hasattr(kind, name)}
    other: S = object.__new__(type(kind.__name__, (kind,), wrapped))
    other.__dict__ = store.__dict__
    return other
