"""One HTTP request to a backend, and all that its reply shows: what the transcript keeps, and what it does not."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPResponse

from chatkit_conformance.driver import connection_to, exchanged, target_of
from chatkit_conformance.transcript import JSON, Exchange, decoded

OLD_HTTP = 10
"""HTTP/1.0, as Python counts."""
REDIRECTS = range(300, 400)
FAILURES = range(500, 600)


@dataclass(frozen=True)
class Reply:
    """A request and its reply."""

    exchange: Exchange
    """The reply's body is decoded, if it came compressed."""
    lines: tuple[tuple[str, str], ...] = ()
    """The header lines as they came; names in lower case. The same name may be there twice."""
    version: int = 0
    """10 or 11; 0 without a reply."""
    closes: bool = False
    """Whether the server closes the connection behind it."""
    encoding: str = ""
    """How the body came compressed."""

    @property
    def status(self) -> int:
        """The status; 0 without a reply."""
        return self.exchange.status

    @property
    def text(self) -> str:
        """The body as text."""
        return decoded(self.exchange.received)

    @property
    def json(self) -> JSON:
        """The body as a JSON object; empty when it is none."""
        value = self.exchange.json
        return value if isinstance(value, dict) else {}

    def header(self, name: str) -> str:
        """Give a header's value; all of them with commas between, as a browser reads it."""
        return ", ".join(self.every(name))

    def every(self, name: str) -> list[str]:
        """Give the values of all header lines of a name."""
        return [value for other, value in self.lines if other == name]

    def names(self, name: str) -> set[str]:
        """Read a header that is a list of names."""
        return {part.strip().lower() for part in self.header(name).split(",") if part.strip()}

    @property
    def refused(self) -> bool:
        """Whether the server says that the one who asks is at fault."""
        return 400 <= self.status < 500  # noqa: PLR2004 - HTTP's own

    @property
    def fails(self) -> bool:
        """Whether the server says that it failed itself."""
        return self.status in FAILURES

    @property
    def page(self) -> bool:
        """Whether what came is a web page."""
        start = self.exchange.received[:200].lstrip().lower()
        return self.exchange.media == "text/html" or start.startswith((b"<!doctype html", b"<html"))

    def said(self, length: int = 100) -> str:
        """Quote the beginning of the body, on one line."""
        text = " ".join(self.text.split())
        return text if len(text) <= length else f"{text[:length]}…"


def call(url: str, asked: Exchange, headers: Mapping[str, str], timeout: float) -> Reply:
    """Send a request on a connection of its own."""
    connection = connection_to(url, timeout)
    try:
        return call_on(connection, url, asked, headers, timeout)
    finally:
        connection.close()


def call_on(connection: HTTPConnection, url: str, asked: Exchange, headers: Mapping[str, str], timeout: float) -> Reply:
    """Send a request on a connection."""
    asked = replace(asked, path=target_of(url), sent_headers=headers)
    exchange, response = exchanged(connection, asked, headers, timeout)
    if response is None:
        return Reply(exchange)
    response.close()  # the connection stays open for another request
    encoding = exchange.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        plain = {name: value for name, value in exchange.headers.items() if name != "content-encoding"}
        exchange = replace(exchange, received=_unpacked(exchange.received, encoding), headers=plain)
    return Reply(exchange, _lines(response), response.version, response.will_close, encoding)


def _lines(response: HTTPResponse) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in response.getheaders())


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Undo a compression; what cannot be undone stays as it is."""
    bits = {"gzip": 31, "deflate": 15}.get(encoding)
    if bits is None:
        return body
    try:
        return zlib.decompressobj(bits).decompress(body)
    except zlib.error:
        return body
