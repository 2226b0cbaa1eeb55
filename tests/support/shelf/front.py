"""What stands in front of the test bed, and spoils its replies on the way."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


class BrokenOff(Exception):  # noqa: N818 - what the server does
    """The server breaks off in the middle of a body."""


@dataclass
class Reply:
    """A reply that can be spoiled, whole."""

    request: JSON
    status: int
    headers: dict[str, str]
    body: bytes
    breaks_off: bool = False

    @property
    def kind(self) -> str:
        return str(self.request.get("type", ""))

    @property
    def streams(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")


@dataclass(frozen=True)
class Whole:
    """Holds a reply back until it is whole, and changes it."""

    change: Callable[[Reply], None]


@dataclass(frozen=True)
class Each:
    """Changes each event as it passes, and the JSON of replies that are not streamed."""

    change: Callable[[JSON, JSON], Iterable[Any]]
    """Takes an event and the request; gives what is sent instead."""
    replies: bool = True
    """Whether replies that are no streams are changed too."""


Spoil = Whole | Each


class Front:
    """An ASGI app in front of another; `spoil` is the fault of the moment."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.spoil: Spoil | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        spoil = self.spoil
        if scope["type"] != "http" or spoil is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
        elif isinstance(spoil, Whole):
            await _held_back(self._app, scope, receive, send, spoil)
        else:
            await self._app(scope, (asked := Asked(receive)), Passing(send, asked, spoil))


@dataclass
class Asked:
    """Listens to a request as the server reads it."""

    receive: Any
    heard: bytearray = field(default_factory=bytearray)

    async def __call__(self) -> Any:
        message = await self.receive()
        self.heard += message.get("body", b"")
        return message

    @property
    def request(self) -> JSON:
        try:
            value = json.loads(bytes(self.heard))
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


async def _held_back(app: Any, scope: Any, receive: Any, send: Any, spoil: Whole) -> None:
    sent: list[JSON] = []
    asked = Asked(receive)

    async def collecting(message: Any) -> None:
        sent.append(message)

    await app(scope, asked, collecting)
    start, *pieces = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    reply = Reply(asked.request, start["status"], headers, b"".join(piece.get("body", b"") for piece in pieces))
    spoil.change(reply)
    reply.headers.pop("content-length", None)
    spelled = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": spelled})
    await send({"type": "http.response.body", "body": reply.body, "more_body": reply.breaks_off})
    if reply.breaks_off:
        raise BrokenOff


@dataclass
class Passing:
    """Sends on what a server sends, frame by frame, each changed."""

    send: Any
    asked: Asked
    spoil: Each
    streams: bool = False
    rest: bytes = b""

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            self.streams = headers.get(b"content-type", b"").startswith(b"text/event-stream")
            kept = [pair for pair in message["headers"] if pair[0] != b"content-length"]
            await self.send(message | {"headers": kept})
            return
        self.rest += message.get("body", b"")
        more = message.get("more_body", False)
        told = self._frames() if self.streams else b"" if more else self._reply()
        await self.send({"type": "http.response.body", "body": told, "more_body": more})

    def _frames(self) -> bytes:
        *whole, self.rest = self.rest.split(b"\n\n")
        return b"".join(self._frame(frame) for frame in whole)

    def _frame(self, frame: bytes) -> bytes:
        *comments, data = frame.split(b"\n")
        told = written(self.spoil.change(json.loads(data.removeprefix(b"data: ")), self.asked.request))
        return b"".join(line + b"\n" for line in comments) + told

    def _reply(self) -> bytes:
        if not self.spoil.replies:
            return self.rest
        told = list(self.spoil.change(json.loads(self.rest), self.asked.request))
        return json.dumps(told[0]).encode() if told else b""


def written(events: Iterable[Any]) -> bytes:
    """Write events as frames."""
    return b"".join(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n" for event in events)
