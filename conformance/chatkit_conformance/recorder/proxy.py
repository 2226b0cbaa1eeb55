"""A reverse proxy that writes down what passes: every byte goes on at once, in both directions, as it came."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

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


class Watch(Protocol):
    """Is told what passes while it passes. `chatkit_conformance.inspecting.feed.Feed` is one."""

    def begin(self, asked: Exchange) -> int:
        """Take a request; give a number for what follows."""
        ...

    def head(self, number: int, status: int, headers: dict[str, str]) -> None:
        """Take the beginning of a reply."""
        ...

    def piece(self, number: int, body: bytes, seconds: float) -> None:
        """Take bytes of a body, which came `seconds` after the request."""
        ...

    def end(self, number: int, exchange: Exchange) -> None:
        """Take the whole exchange."""
        ...


@dataclass
class Proxy:
    """Passes requests on to one server.

    Attributes:
        upstream: its base URL; the path of a request is added to it.
        keep: takes what passed.
        watch: is told what passes meanwhile.
        unwatched: a header of requests that neither is told of. They come from a page of the proxy itself, so that
            the header and their origin do not go on.
    """

    upstream: str
    keep: Keep
    watch: Watch | None = None
    unwatched: str = ""
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
        own = HOP | OWN | ({self.unwatched, "origin"} if self.unwatched in asked.sent_headers else set())
        headers = [(name, value) for name, value in http.headers.items() if name not in own]
        request = self._http.build_request(http.method, self.upstream + asked.path, content=sent, headers=headers)
        telling = self._telling(asked)
        started = time.monotonic()
        try:
            upstream = await self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            telling.end(replace(asked, trouble=f"{type(error).__name__}: {error}"))
            return Response(f"the upstream server cannot be reached: {error}\n", status_code=502)
        passing = _Passing(asked, upstream, started, telling)
        response = StreamingResponse(passing.body(), upstream.status_code, background=BackgroundTask(passing.end))
        response.raw_headers = [(n.lower(), v) for n, v in upstream.headers.raw if n.decode().lower() not in HOP]
        return response

    def _telling(self, asked: Exchange) -> "_Telling":
        if self.unwatched in asked.sent_headers:
            return _Telling(asked, _nobody, None)
        return _Telling(asked, self.keep, self.watch)


class _Telling:
    """One exchange, told to whom it concerns: once at its end, and, who watches, all along."""

    def __init__(self, asked: Exchange, keep: Keep, watch: Watch | None) -> None:
        self._keep = keep
        self._watch = watch
        self._number = watch.begin(asked) if watch else 0
        self._packed = False

    def head(self, upstream: httpx.Response) -> None:
        """Tell how the reply begins."""
        self._packed = "content-encoding" in upstream.headers
        if self._watch:
            self._watch.head(self._number, upstream.status_code, dict(upstream.headers))

    def piece(self, body: bytes, seconds: float) -> None:
        """Tell of bytes, unless they are packed."""
        if self._watch and not self._packed:
            self._watch.piece(self._number, body, seconds)

    def end(self, exchange: Exchange, seconds: float = 0.0) -> None:
        """Tell the end, once; a body that came packed is told unpacked then."""
        keep, watch, self._keep, self._watch = self._keep, self._watch, _nobody, None
        keep(exchange)
        if watch:
            if self._packed:
                watch.piece(self._number, exchange.received, seconds)
            watch.end(self._number, exchange)


def _target(http: Request) -> str:
    query = f"?{http.url.query}" if http.url.query else ""
    return f"{http.url.path}{query}"


class _Passing:
    """One reply on its way."""

    def __init__(self, asked: Exchange, upstream: httpx.Response, started: float, telling: _Telling) -> None:
        self._asked = asked
        self._upstream = upstream
        self._started = started
        self._telling = telling
        self._body = bytearray()
        self._arrivals: list[tuple[int, float]] = []
        self._ended = False
        self._cut = False

    async def body(self) -> AsyncIterator[bytes]:
        """Give the bytes as they come; a body that breaks off breaks off here too."""
        self._telling.head(self._upstream)
        try:
            async for piece in self._upstream.aiter_raw():
                self._body += piece
                seconds = self._seconds()
                self._arrivals.append((len(self._body), seconds))
                self._telling.piece(piece, seconds)
                yield piece
            self._ended = True
        except httpx.HTTPError:
            self._cut = True
            raise
        finally:
            await self.end()

    async def end(self) -> None:
        """Let go of the server, and write down what passed; once."""
        telling, self._telling = self._telling, _SILENT
        await self._upstream.aclose()
        exchange = replace(
            self._asked,
            status=self._upstream.status_code,
            headers={name.lower(): value for name, value in self._upstream.headers.items()},
            received=_unpacked(self._upstream, bytes(self._body)),
            arrivals=() if "content-encoding" in self._upstream.headers else tuple(self._arrivals),
            cut=self._cut,
            left=not self._ended and not self._cut,
        )
        telling.end(exchange, self._seconds())

    def _seconds(self) -> float:
        return round(time.monotonic() - self._started, 6)


def _nobody(_exchange: Exchange) -> None:
    """Nobody is told twice."""


_SILENT = _Telling(Exchange(), _nobody, None)


def _unpacked(upstream: httpx.Response, body: bytes) -> bytes:
    """Unpack a compressed body for the transcript; the client got it as it was."""
    coding = upstream.headers.get("content-encoding", "")
    if not coding:
        return body
    try:
        return httpx.Response(200, headers={"content-encoding": coding}, content=body).content
    except httpx.DecodingError:
        return body
