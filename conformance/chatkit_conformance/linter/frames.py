"""The frames of a stream, and the JSON in them, in whatever false form it comes.

A reader of the grammar loses what is framed wrongly. This one takes it and says in which way it is wrong, so
that one rule names the fault and all others judge the events as they were meant.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from chatkit_conformance.linter.places import Placed, Where
from chatkit_conformance.transcript import Exchange, decoded, document, parsed
from chatkit_protocol.sse import SSEDecoder

Instead = Literal["", "empty", "page", "compressed", "document"]
"""What stands where the reply should be; "" when that is the reply."""
Form = Literal["", "sentinel", "bare", "pretty", "several", "raw", "twice", "unreadable"]
"""In which way a frame is wrong; "" when it is right."""
GZIP = b"\x1f\x8b"
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_WORD = re.compile(r"\[?[A-Za-z_ ]*\]?")
_STRICT, _LENIENT = json.JSONDecoder(), json.JSONDecoder(strict=False)


def instead(exchange: Exchange) -> Instead:
    """Tell what came in place of a reply, or of a stream."""
    body = exchange.received.lstrip()
    if not body:
        return "empty"
    if body.startswith(GZIP):
        return "compressed"
    if body.startswith(b"<") or exchange.media == "text/html":
        return "page"
    if exchange.streams and exchange.media != "text/event-stream" and _is_document(body):
        return "document"
    return ""


def _is_document(body: bytes) -> bool:
    return body[:1] in b'{["' and parsed(body) is not None


class Line(NamedTuple):
    """A line without its end, and the bytes of the body that it takes with it."""

    text: bytes
    start: int
    end: int


@dataclass(frozen=True)
class Frame(Placed):
    """What stands between two blank lines of a stream, comments aside."""

    exchange: Exchange
    number: int
    lines: tuple[bytes, ...]
    """Without their ends, comments left out."""
    start: int
    end: int
    """The bytes of the body that it takes, its blank line included."""
    ended: bool = True
    """Whether a blank line ends it, or the following event does, which is another fault."""
    glued: bool = False
    """Whether it follows the one before it without a blank line."""

    @property
    def where(self) -> Where:
        """The place."""
        return Where(self.exchange.number, self.number)

    @cached_property
    def raw(self) -> bytes:
        """Its bytes as they came."""
        return self.exchange.received[self.start : self.end]

    @cached_property
    def data(self) -> str | None:
        """Its data as a reader of the WHATWG grammar hands it on; None without any."""
        messages = SSEDecoder().feed(_text(self.lines).encode() + b"\n\n")
        return messages[0].data if messages else None

    @cached_property
    def value(self) -> Any:
        """Its data as JSON, wrongly framed or not; None for what is none."""
        return self._read[1]

    @property
    def form(self) -> Form:
        """In which way it is wrong."""
        return self._read[0]

    @property
    def legible(self) -> bool:
        """Whether an event, or a sentinel, could be made of it."""
        value = self.value
        return self.form == "sentinel" or (isinstance(value, dict) and isinstance(value.get("type"), str))

    @cached_property
    def _read(self) -> tuple[Form, Any]:
        data = self.data
        value = parsed(data) if data is not None else None
        if isinstance(value, str) and isinstance(parsed(value), dict):
            return "twice", parsed(value)
        if isinstance(value, dict):
            return ("several" if _data_lines(self.lines) > 1 else ""), value
        if data is not None and len(self.lines) == 1 and _WORD.fullmatch(data.strip()) and value is None:
            return "sentinel", None
        return _mended(self.lines) or ("unreadable", value)

    @property
    def arrived(self) -> float | None:
        """Seconds from the request until the whole frame was there, where somebody measured."""
        arrivals = self.exchange.arrivals
        place = bisect_left(arrivals, self.end, key=lambda arrival: arrival[0])
        return arrivals[place][1] if place < len(arrivals) else None


def _text(lines: tuple[bytes, ...]) -> str:
    return decoded(b"\n".join(lines))


def _data_lines(lines: tuple[bytes, ...]) -> int:
    return sum(line.startswith(b"data") for line in lines)


def _bare(line: bytes) -> bytes:
    """Take the `data:` off a line."""
    return line.removeprefix(b"\xef\xbb\xbf").removeprefix(b"data:").removeprefix(b" ")


def _mended(lines: tuple[bytes, ...]) -> tuple[Form, Any] | None:
    """Read an object that has lines of its own, no `data:`, or a line end inside a text."""
    text = _text(tuple(_bare(line) for line in lines))
    for form, reader in (("pretty" if _data_lines(lines) else "bare", _STRICT), ("raw", _LENIENT)):
        try:
            value = reader.decode(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return form, value  # type: ignore[return-value]  # a tuple of three forms
    return None


def frames(exchange: Exchange) -> list[Frame]:
    """Cut the body of a stream into its frames."""
    if instead(exchange):
        return []
    found: list[Frame] = []
    for lines, ended in _blocks(exchange.received):
        groups = [[line] for line in lines] if len(lines) > 1 and all(map(_whole, lines)) else [lines]
        for place, group in enumerate(groups):
            end = lines[-1].end if group is groups[-1] else group[-1].end
            texts = tuple(line.text for line in group)
            last = group is groups[-1]
            found.append(Frame(exchange, len(found), texts, group[0].start, end, ended or not last, place > 0))
    return found


def _whole(line: Line) -> bool:
    """Tell whether a line is an event by itself."""
    text = _bare(line.text)
    return text[:1] == b"{" and isinstance(document(text), dict)


def _blocks(body: bytes) -> Iterator[tuple[list[Line], bool]]:
    """Give the lines between blank ones, and whether a blank one ends them; it belongs to the last line."""
    lines: list[Line] = []
    for match in _LINE.finditer(body):
        text = match[0].rstrip(b"\r\n")
        if text and not text.startswith(b":"):
            lines.append(Line(text, match.start(), match.end()))
        ended = not text and bool(match[0])
        over = match.end() == len(body)
        if lines and (ended or over):
            lines[-1] = lines[-1]._replace(end=match.end())
            yield lines, ended
            lines = []
        if over:
            break
