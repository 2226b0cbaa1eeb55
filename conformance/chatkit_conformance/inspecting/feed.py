"""What passes through a proxy, told live: a stream of events for the inspector's page.

`begin`: a request came. `head`: status and headers of its reply. `piece`: bytes of the body, as Base64. `end`: how
it ended.
"""

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.routing import Route

from chatkit_conformance.transcript import Exchange

OWN = "x-chatkit-inspector"
"""A header of requests that come from the page itself, which has seen them already."""
WAITING = 100_000
"""Events that may wait for a page; one that is further behind is let go, and comes again."""
PING_SECONDS = 15

JSON = dict[str, Any]


class Feed:
    """Tells every page that listens."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[JSON | None]] = set()
        self._count = 0

    def route(self) -> Route:
        """Give `GET /live`, for below `/inspector`."""
        return Route("/live", self._listen)

    def begin(self, asked: Exchange) -> int:
        """Tell of a request; give the number of the exchange."""
        self._count += 1
        told = {
            "method": asked.method,
            "path": asked.path,
            "headers": dict(asked.sent_headers),
            "sent": _text(asked.sent),
        }
        self._tell("begin", self._count, began=round(1000 * time.time()), **told)
        return self._count

    def head(self, number: int, status: int, headers: dict[str, str]) -> None:
        """Tell how the reply begins."""
        self._tell("head", number, status=status, headers=headers)

    def piece(self, number: int, body: bytes, seconds: float) -> None:
        """Tell of bytes of the body, `seconds` after the request."""
        self._tell("piece", number, bytes=_text(body), at=seconds)

    def end(self, number: int, exchange: Exchange) -> None:
        """Tell how the exchange ended."""
        how = "failed" if exchange.trouble else "cut" if exchange.cut else "left" if exchange.left else "done"
        self._tell("end", number, state=how, trouble=exchange.trouble)

    def _tell(self, kind: str, number: int, **told: Any) -> None:
        for listener in list(self._listeners):
            if listener.qsize() >= WAITING:
                self._listeners.discard(listener)
                listener.put_nowait(None)
            else:
                listener.put_nowait({"type": kind, "id": number, **told})

    async def _listen(self, _http: Request) -> EventSourceResponse:
        queue: asyncio.Queue[JSON | None] = asyncio.Queue()
        self._listeners.add(queue)
        return EventSourceResponse(self._events(queue), ping=PING_SECONDS, sep="\n")

    async def _events(self, queue: asyncio.Queue[JSON | None]) -> AsyncIterator[dict[str, str]]:
        yield {"comment": "listening"}
        try:
            while told := await queue.get():
                yield {"data": json.dumps(told, ensure_ascii=False)}
        finally:
            self._listeners.discard(queue)


def _text(body: bytes) -> str:
    return b64encode(body).decode()
