"""What went over the wire between a client and a server, and the file that keeps it.

A transcript is JSON Lines. Line 1 is the header; then two lines for each exchange: `{">": …}` what was sent, `{"<": …}`
what came back. A frame of a stream that is one `data:` line of compact JSON stands as that JSON, and a frame of
any other form as its text, so that what is read is, to the byte, what was written.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO, get_args

import msgspec

from chatkit_protocol.requests import StreamingRequest

JSON = dict[str, Any]
OK = 200
STREAMING = frozenset(str(kind.__struct_config__.tag) for kind in get_args(StreamingRequest))
"""The request types that are answered by a stream."""


class TranscriptError(Exception):
    """The file is no transcript; the message names the line."""


class Header(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a transcript is of, and who made it."""

    name: str = ""
    note: str = ""
    producer: str = ""
    """The server's package, e.g. `openai-chatkit`."""
    version: str = ""
    python: str = ""
    agents_version: str = ""
    recorded: str = ""
    """A date, `YYYY-MM-DD`."""


@dataclass
class Exchange:
    """One request and what came back for it, to the byte."""

    sent: bytes = b""
    status: int = 0
    """0: there was no reply, and `trouble` says why."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the reply; names in lower case."""
    received: bytes = b""
    _: KW_ONLY
    method: str = "POST"
    path: str = ""
    sent_headers: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    """Who asked, where there is more than one: `second`, or `nobody` for a request without credentials."""
    cut: bool = False
    """The body ended without the end that HTTP gives it."""
    left: bool = False
    """The client went away before the end, as a user does who stops an answer."""
    trouble: str = ""
    """Why there is no reply: no connection, no end in time."""
    began: float = 0.0
    """Seconds from the start of the conversation to the request."""
    arrivals: tuple[tuple[int, float], ...] = ()
    """How many bytes of the body were there after how many seconds from the request; empty where nobody measured."""
    model: tuple[Any, ...] = ()
    """The requests that the model got meanwhile."""
    number: int = 0
    """Its place in the conversation."""

    @cached_property
    def request(self) -> JSON:
        """The request as JSON; empty when what was sent is no JSON object."""
        value = parsed(self.sent)
        return value if isinstance(value, dict) else {}

    @property
    def kind(self) -> str:
        """The type of the request, or what stands in its place."""
        kind = self.request.get("type")
        return kind if isinstance(kind, str) else ""

    @property
    def params(self) -> JSON:
        """The parameters of the request; empty when there are none."""
        params = self.request.get("params")
        return params if isinstance(params, dict) else {}

    @property
    def media(self) -> str:
        """The media type of the reply, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def streams(self) -> bool:
        """Whether the reply is an answer in events: to a streaming request, or by its own word."""
        return self.status == OK and (self.kind in STREAMING or self.media == "text/event-stream")

    @property
    def refused(self) -> bool:
        """Whether the server said no before any event."""
        return self.status != OK

    @cached_property
    def json(self) -> Any:
        """The reply as JSON, `None` when it is a stream or no JSON."""
        return None if self.streams else document(self.received)


def decoded(body: bytes) -> str:
    """Read text as UTF-8; what is none is most often Latin-1. A byte order mark is no part of it."""
    try:
        return body.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def document(body: bytes) -> Any:
    """Read the JSON of a reply, wrongly encoded or not: Latin-1, with a byte order mark, as a text in JSON."""
    value = parsed(decoded(body))
    inner = parsed(value) if isinstance(value, str) else None
    return inner if isinstance(inner, dict) else value


def parsed(text: bytes | str) -> Any:
    """Read JSON; what is none is `None`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass
class Transcript:
    """A header and the exchanges in the order in which they began."""

    header: Header = field(default_factory=Header)
    exchanges: list[Exchange] = field(default_factory=list)


def compact(value: Any) -> str:
    """Write JSON on one line, without blanks, keys in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def pieces(body: str) -> Iterator[Any]:
    """Cut a stream after each blank line: JSON for frames as ours, text for all others."""
    parts = body.split("\n\n")
    for part in parts[:-1]:
        text = part.removeprefix("data: ")
        event = parsed(text) if text != part else None
        yield event if isinstance(event, dict) and compact(event) == text else f"{part}\n\n"
    if parts[-1]:
        yield parts[-1]


def joined(frames: Iterable[Any]) -> bytes:
    """Put a stream together again."""
    return "".join(frame if isinstance(frame, str) else f"data: {compact(frame)}\n\n" for frame in frames).encode()


def _body(body: bytes, *, streams: bool) -> JSON:
    """Write a body as the first form that gives it back to the byte."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
    if streams:
        return {"frames": list(pieces(text))}
    value = parsed(text)
    if text and compact(value) == text:
        return {"json": value}
    return {"text": text} if text else {}


_READ: dict[str, Callable[[Any], bytes]] = {
    "base64": base64.b64decode,
    "frames": joined,
    "json": lambda value: compact(value).encode(),
    "text": lambda value: str(value).encode(),
}


def _bytes(side: JSON) -> bytes:
    return next((_READ[form](side[form]) for form in _READ if form in side), b"")


_SENT = {"path": "", "method": "POST", "user": ""}
_RECEIVED = {"cut": False, "left": False, "trouble": ""}


def lines(transcript: Transcript) -> Iterator[str]:
    """Write a transcript, line by line, each as soon as its exchange is there."""
    yield compact(msgspec.to_builtins(transcript.header))
    for exchange in transcript.exchanges:
        yield from exchange_lines(exchange)


def exchange_lines(one: Exchange) -> tuple[str, str]:
    """Write the two lines of an exchange."""
    sent: JSON = {name: getattr(one, name) for name, usual in _SENT.items() if getattr(one, name) != usual}
    sent |= {"headers": dict(one.sent_headers)} if one.sent_headers else {}
    sent |= _body(one.sent, streams=False) | ({"began": one.began} if one.began else {})
    received: JSON = {"status": one.status, "headers": dict(one.headers)}
    received |= _body(one.received, streams=one.streams)
    received |= {name: getattr(one, name) for name, usual in _RECEIVED.items() if getattr(one, name) != usual}
    received |= {"arrivals": [list(arrival) for arrival in one.arrivals]} if one.arrivals else {}
    received |= {"model": list(one.model)} if one.model else {}
    return compact({">": sent}), compact({"<": received})


def write(transcript: Transcript, out: TextIO) -> None:
    """Write a transcript to a text file opened with `newline=""`."""
    out.writelines(f"{line}\n" for line in lines(transcript))


def load(path: Path) -> Transcript:
    """Read a transcript file.

    Raises:
        TranscriptError: with the file and the line that is none.
        OSError: when the file cannot be read.
    """
    return read(path.read_text(encoding="utf-8"), str(path))


def read(text: str, name: str = "transcript") -> Transcript:
    """Read a transcript.

    Raises:
        TranscriptError: with the line that is none.
    """
    found = Transcript()
    for number, line in enumerate(text.split("\n"), 1):
        try:
            _take(found, number, line)
        except (msgspec.ValidationError, TypeError, ValueError, KeyError, IndexError) as error:
            raise TranscriptError(f"{name}, line {number}: {error or type(error).__name__}") from None
    return numbered(found)


def _take(found: Transcript, number: int, line: str) -> None:
    value = parsed(line) if line.strip() else {}
    if number == 1:
        found.header = msgspec.convert(value, Header)
    elif ">" in value:
        found.exchanges.append(_sent(value[">"]))
    elif "<" in value:
        found.exchanges[-1] = _received(found.exchanges[-1], value["<"])
    elif line.strip():
        raise ValueError("neither `>` nor `<`")


def _sent(side: JSON) -> Exchange:
    given = {name: side[name] for name in _SENT if name in side}
    return Exchange(_bytes(side), sent_headers=side.get("headers", {}), began=side.get("began", 0.0), **given)


def _received(asked: Exchange, side: JSON) -> Exchange:
    return replace(
        asked,
        status=side["status"],
        headers=side.get("headers", {}),
        received=_bytes(side),
        arrivals=tuple((count, seconds) for count, seconds in side.get("arrivals", ())),
        model=tuple(side.get("model", ())),
        **{name: side[name] for name in _RECEIVED if name in side},
    )


def numbered(transcript: Transcript) -> Transcript:
    """Tell every exchange its place."""
    for number, exchange in enumerate(transcript.exchanges):
        exchange.number = number
    return transcript
