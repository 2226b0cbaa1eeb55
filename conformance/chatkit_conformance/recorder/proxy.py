"""A reverse proxy that writes down what passes: every byte goes on at once, in both directions, as it came."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from chatkit_conformance.transcript import Exchange

HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers between two neighbours only (RFC 9110, 7.6.1)."""
OWN = frozenset({"host", "content-length"})
"""Headers that a request gets from where it goes and from its body."""
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CONNECT_SECONDS = 10.0

Keep = Callable[[Exchange], object]
"""Takes every exchange when it has ended, however it did."""


@dataclass
class Proxy:
    """Passes requests on to one server.

    Attributes:
        upstream: its base URL; the path of a request is added to it.
        keep: takes what passed.
    """

    upstream: str
    keep: Keep
    began: float = field(default_factory=time.monotonic)

    def app(self) -> Starlette:
        """Make the app."""
        return Starlette(routes=[Route("/{path:path}", self._passed_on, methods=METHODS)], lifespan=self._open)

    @asynccontextmanager
    async def _open(self, _app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=None),
            trust_env=False,
        ) as self._http:
            self._http.headers.clear()  # the client's headers and no others
            yield

    async def _passed_on(self, http: Request) -> Response:
        sent = await http.body()
        asked = Exchange(
            sent,
            method=http.method,
            path=_target(http),
            sent_headers=dict(http.headers),
            began=time.monotonic() - self.began,
        )
        headers = [(name, value) for name, value in http.headers.items() if name not in HOP | OWN]
        request = self._http.build_request(http.method, self.upstream + asked.path, content=sent, headers=headers)
        started = time.monotonic()
        try:
            upstream = await self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            self.keep(replace(asked, trouble=f"{type(error).__name__}: {error}"))
            return Response(f"the upstream server cannot be reached: {error}\n", status_code=502)
        passing = _Passing(asked, upstream, started, self.keep)
        response = StreamingResponse(passing.body(), upstream.status_code, background=BackgroundTask(passing.end))
        response.raw_headers = [(n.lower(), v) for n, v in upstream.headers.raw if n.decode().lower() not in HOP]
        return response


def _target(http: Request) -> str:
    query = f"?{http.url.query}" if http.url.query else ""
    return f"{http.url.path}{query}"


class _Passing:
    """One reply on its way."""

    def __init__(self, asked: Exchange, upstream: httpx.Response, started: float, keep: Keep) -> None:
        self._asked = asked
        self._upstream = upstream
        self._started = started
        self._keep = keep
        self._body = bytearray()
        self._arrivals: list[tuple[int, float]] = []
        self._ended = False
        self._cut = False

    async def body(self) -> AsyncIterator[bytes]:
        """Give the bytes as they come; a body that breaks off breaks off here too."""
        try:
            async for piece in self._upstream.aiter_raw():
                self._body += piece
                self._arrivals.append((len(self._body), round(time.monotonic() - self._started, 6)))
                yield piece
            self._ended = True
        except httpx.HTTPError:
            self._cut = True
            raise
        finally:
            await self.end()

    async def end(self) -> None:
        """Let go of the server, and write down what passed; once."""
        keep, self._keep = self._keep, _nobody
        await self._upstream.aclose()
        keep(
            replace(
                self._asked,
                status=self._upstream.status_code,
                headers={name.lower(): value for name, value in self._upstream.headers.items()},
                received=_unpacked(self._upstream, bytes(self._body)),
                arrivals=() if "content-encoding" in self._upstream.headers else tuple(self._arrivals),
                cut=self._cut,
                left=not self._ended and not self._cut,
            )
        )


def _nobody(_exchange: Exchange) -> None:
    """Nobody is told twice."""


def _unpacked(upstream: httpx.Response, body: bytes) -> bytes:
    """Unpack a compressed body for the transcript; the client got it as it was."""
    coding = upstream.headers.get("content-encoding", "")
    if not coding:
        return body
    try:
        return httpx.Response(200, headers={"content-encoding": coding}, content=body).content
    except httpx.DecodingError:
        return body
