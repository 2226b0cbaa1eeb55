"""Connections: used again, and enough of them for several tabs."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.check import Found, check


@check(
    "backend.connection.broken",
    "warning",
    why="Requests fail now and then, seemingly without a reason; POSTs are not repeated by the browser.",
    mend="Say `connection: close` before closing, and keep idle connections longer than the proxy in front does.",
)
def kept_connections_work(backend: Backend) -> Iterator[Found]:
    """A connection that the server does not announce to close takes a second request."""
    first, second = backend.twice
    if first.status and not first.closes and not second.status:
        yield Found(
            what=f"the second request on one connection fails ({second.exchange.trouble}), and no close was announced",
            where=backend.url,
        )


@check(
    "backend.connection.closes",
    "hint",
    after=("backend.stream.old-http",),
    why="Every request pays for a new connection, over https with its handshake.",
    mend="Keep connections open between requests (keep-alive).",
)
def connections_are_kept(backend: Backend) -> Iterator[Found]:
    """The server keeps a connection for the next request."""
    if backend.twice[0].closes:
        yield Found(what="the server closes the connection behind each reply", where=backend.url)


@check(
    "backend.connection.http2",
    "hint",
    why="Over HTTP/1.1 browsers open six connections to a host: with six answers being written, the seventh tab waits.",
    mend="Let what ends TLS speak HTTP/2 (nginx: `http2 on`).",
)
def several_tabs_fit(backend: Backend) -> Iterator[Found]:
    """Over https, the server speaks HTTP/2, which carries many streams on one connection."""
    if urlsplit(backend.url).scheme == "https" and not backend.reach.http2:
        yield Found(what="TLS there offers HTTP/1.1 alone", where=backend.url)
