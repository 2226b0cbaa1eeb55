"""One request on a connection of its own, and its reply as data that can be compared."""

import json
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import urlsplit

DEADLINE = 15.0
"""Seconds after which a request is given up; a hang is a difference, not a crash of the harness."""


@dataclass(frozen=True)
class Reply:
    """What came back: a stream of events, a JSON value, or anything else as text."""

    status: int
    content_type: str
    cut: bool = False
    events: tuple[Any, ...] | None = None
    json: Any = None
    text: str | None = None
    seconds: float = field(default=0.0, compare=False)

    @property
    def refused(self) -> bool:
        """Tell whether the server answered with anything but success."""
        return self.status != 200 or self.cut  # noqa: PLR2004 - HTTP's own number

    def shown(self) -> dict[str, Any]:
        """Give the parts that count in a comparison as plain data, without what is absent."""
        parts = {
            "status": self.status,
            "content_type": self.content_type,
            "cut": self.cut or None,
            "events": None if self.events is None else list(self.events),
            "json": self.json,
            "text": self.text,
        }
        return {name: part for name, part in parts.items() if part is not None}


def send(url: str, body: bytes, deadline: float = DEADLINE) -> Reply:
    """POST `body` and read the reply to its end; network trouble and time-outs come back as replies."""
    place = urlsplit(url)
    started = time.monotonic()
    # A new connection each time: after an unhandled exception a server may close the old one under the
    # next request, and that would look like a fault of the next request.
    connection = HTTPConnection(place.hostname or "127.0.0.1", place.port, timeout=deadline)
    try:
        connection.request("POST", place.path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        raw, cut = read(response, started + deadline)
    except TimeoutError:
        return Reply(0, "", text=f"no end within {deadline:g} s")
    except (OSError, HTTPException) as error:
        return Reply(0, "", text=f"connection failed: {type(error).__name__}")
    finally:
        connection.close()
    reply = interpret(response.status, response.getheader("content-type", ""), raw, cut=cut)
    return Reply(**{**vars(reply), "seconds": time.monotonic() - started})


def read(response: HTTPResponse, until: float) -> tuple[bytes, bool]:
    """Read to the end or to the cut; the flag says that the body ended without its terminator."""
    chunks: list[bytes] = []
    while True:
        try:
            chunk = response.read1(65536)
        except IncompleteRead as short:
            return b"".join([*chunks, short.partial]), True
        if not chunk:
            return b"".join(chunks), False
        if time.monotonic() > until:
            raise TimeoutError
        chunks.append(chunk)


def interpret(status: int, content_type: str, raw: bytes, *, cut: bool = False) -> Reply:
    """Read the body as what its content type says it is."""
    media = content_type.partition(";")[0].strip().lower()
    if media == "text/event-stream":
        return Reply(status, content_type, cut=cut, events=tuple(events(raw)))
    if media == "application/json":
        value = parsed(raw.decode())
        if not isinstance(value, Unreadable):
            return Reply(status, content_type, cut=cut, json=value)
    return Reply(status, content_type, cut=cut, text=raw.decode(errors="replace"))


@dataclass(frozen=True)
class Unreadable:
    """A text that is not JSON."""

    text: str


def parsed(text: str) -> Any:
    """Parse JSON, or keep the text so that the comparison shows it."""
    try:
        return json.loads(text)
    except ValueError:
        return Unreadable(text)


def events(raw: bytes) -> list[Any]:
    """Read the frames of a stream; a frame that is not one `data:` line of JSON is kept as it stands."""
    found = []
    # Only LF ends a line here: `splitlines` would also cut at U+2028 inside a JSON string.
    for frame in raw.decode().split("\n\n"):
        lines = [line for line in frame.split("\n") if line and not line.startswith(":")]
        if not lines:
            continue
        value = parsed(lines[0].removeprefix("data: ")) if len(lines) == 1 else Unreadable(frame)
        found.append({"unreadable": value.text} if isinstance(value, Unreadable) else value)
    return found
