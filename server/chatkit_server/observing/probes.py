"""What an orchestrator asks: is the process alive, may it have requests, how is it doing."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chatkit_server.errors import logger
from chatkit_server.stores.base import Store

STORE_SECONDS = 3.0
"""How long the store may take to give a sign of life."""
NOBODY = ""
"""A user that owns nothing."""
UNCACHED = {"cache-control": "no-store"}

Page = Callable[[], Response]
"""Makes a page that needs no request, such as that of the metrics."""


class Probes:
    """An ASGI middleware before everything else: no account, host or limit is asked for.

    `/healthz` says that the process answers. `/readyz` says that it may have requests: the store is reached, and
    the process is not on its way out; otherwise 503 and one word why. `pages` are further ones, by path.
    """

    def __init__(
        self, app: ASGIApp, store: Store, draining: Callable[[], bool], pages: Mapping[str, Page] | None = None
    ) -> None:
        self._app = app
        self._store = store
        self._draining = draining
        self._pages = pages or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a probe, or let the request pass."""
        reply = None
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            reply = await self._reply(scope["path"].removeprefix(scope.get("root_path", "")))
        await (reply or self._app)(scope, receive, send)

    async def _reply(self, path: str) -> Response | None:
        if path == "/healthz":
            return PlainTextResponse("alive\n", headers=UNCACHED)
        if path == "/readyz":
            obstacle = await self._obstacle()
            status = HTTPStatus.SERVICE_UNAVAILABLE if obstacle else HTTPStatus.OK
            return PlainTextResponse(f"{obstacle or 'ready'}\n", status, headers=UNCACHED)
        page = self._pages.get(path)
        return page() if page else None

    async def _obstacle(self) -> str:
        if self._draining():
            return "draining"
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._store.list_threads(NOBODY, limit=1)
        except Exception:  # noqa: BLE001 - whatever it is, there is no store
            logger.exception("not ready: the store cannot be reached")
            return "store"
        return ""
