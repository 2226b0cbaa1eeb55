"""What an app serves beside its endpoint, for an attachment store that has addresses of its own."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, runtime_checkable

from starlette.requests import Request
from starlette.routing import Route

from chatkit_server.context import Context
from chatkit_server.turn import Backend

Enter = Callable[[Request], Awaitable[Context]]
"""Tells who asks. Raises RequestError."""


@runtime_checkable
class ServedFiles(Protocol):
    """An attachment store that is reached by HTTP. `chatkit_server.files.FileStore` is one."""

    def routes(self, path: str, backend: Backend, enter: Enter) -> list[Route]:
        """Give the routes below the endpoint's `path`."""
        ...

    def running(self, backend: Backend) -> AbstractAsyncContextManager[None]:
        """Do what there is to do as long as the app runs."""
        ...
