"""A recording as a backend: each request gets the reply that a recorded one like it got."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from chatkit_conformance.linter.subjects import frames
from chatkit_conformance.recorder.proxy import HOP, METHODS, OWN
from chatkit_conformance.transcript import Exchange, parsed

STALE = HOP | OWN | {"content-encoding", "date", "server", "vary"}
"""Recorded headers that are not true any more."""


class Replay:
    """Answers from recorded exchanges.

    A request is answered like the recorded one that is equal to it; else like the next one of its type. When a
    recorded reply was given, its like comes from the one after it, and after the last the first again.

    Args:
        exchanges: recorded.
        timed: whether frames come when they came, or at once.
    """

    def __init__(self, exchanges: Iterable[Exchange], *, timed: bool = True) -> None:
        self._exchanges = [one for one in exchanges if one.status]
        self._timed = timed
        self._given: Counter[int] = Counter()

    def app(self) -> Starlette:
        """Make the app; any page may call it."""
        cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=METHODS)], middleware=[cors])

    async def _answer(self, http: Request) -> Response:
        sent = await http.body()
        found = self.find(http.method, http.url.path, sent)
        if found is None:
            return JSONResponse({"message": self._nothing(parsed(sent)), "code": "not_found"}, 404)
        headers = {name: value for name, value in found.headers.items() if name not in STALE}
        return StreamingResponse(self._body(found), found.status, headers)

    def find(self, method: str, path: str, sent: bytes) -> Exchange | None:
        """Choose the recorded exchange for a request, and note that its reply is given."""
        request = parsed(sent)
        kind = request.get("type") if isinstance(request, dict) else None
        alike = [one for one in self._exchanges if one.method == method and _alike(one, kind, path)]
        equal = [one for one in alike if one.request == request] if kind else []
        chosen = min(equal or alike, key=lambda one: self._given[one.number], default=None)
        if chosen:
            self._given[chosen.number] += 1
        return chosen

    def _nothing(self, request: object) -> str:
        kind = request.get("type") if isinstance(request, dict) else None
        known = ", ".join(sorted({one.kind for one in self._exchanges if one.kind}))
        return f"the recording has no {kind or 'such'} request; it has: {known}"

    async def _body(self, found: Exchange) -> AsyncIterator[bytes]:
        """Give a recorded body in the pieces in which it came, or frame by frame; break off where it broke off."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        for piece, seconds in _pieces(found):
            if self._timed and seconds:
                await asyncio.sleep(max(0.0, started + seconds - loop.time()))
            yield piece
        if found.cut:
            raise ConnectionAbortedError("the recorded reply broke off here")


def _alike(one: Exchange, kind: object, path: str) -> bool:
    """Tell whether a recorded request is of the type that is asked for; one without a type has the path."""
    return one.kind == kind if kind else not one.kind and one.path.partition("?")[0] == path


def _pieces(found: Exchange) -> Sequence[tuple[bytes, float]]:
    body = found.received
    ends = [(count, seconds) for count, seconds in found.arrivals if count <= len(body)]
    if not ends:
        ends = [(frame.end, 0.0) for frame in frames(found)] if found.streams else []
    starts = [0, *(count for count, _ in ends)]
    told = [(body[start:count], seconds) for start, (count, seconds) in zip(starts, ends, strict=False)]
    return [*told, (body[starts[-1] :], 0.0)]
