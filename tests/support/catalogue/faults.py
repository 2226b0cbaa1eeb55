"""Something broken in front of a server: replies are read whole, spoiled, and sent on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.catalogue.exchange import parsed

Events = list[dict[str, Any]]


class BrokenOff(Exception):  # noqa: N818 - what the server does
    """The server breaks off in the middle of a body."""


@dataclass
class Reply:
    """A reply that can be spoiled."""

    request: Any
    status: int
    headers: dict[str, str]
    body: bytes
    breaks_off: bool = False

    @property
    def streams(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")


Spoil = Callable[[Reply], None]


class Breaker:
    """An ASGI app in front of another; `spoil` is the fault of the moment."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.spoil: Spoil | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or self.spoil is None:
            await self._app(scope, receive, send)
            return
        sent: list[dict[str, Any]] = []
        asked = bytearray()

        async def listening() -> Any:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def collecting(message: Any) -> None:
            sent.append(message)

        await self._app(scope, listening, collecting)
        start, *pieces = sent
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        body = b"".join(piece.get("body", b"") for piece in pieces)
        reply = Reply(parsed(bytes(asked)), start["status"], headers, body)
        self.spoil(reply)
        reply.headers.pop("content-length", None)
        spelled = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": spelled})
        await send({"type": "http.response.body", "body": reply.body, "more_body": reply.breaks_off})
        if reply.breaks_off:
            raise BrokenOff


def nothing(_: Reply) -> None:
    """Only hold the reply back until it is whole."""


def stream(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of streams."""

    def spoil(reply: Reply) -> None:
        if reply.streams:
            reply.body = change(reply.body)

    return spoil


def body(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of every reply."""

    def spoil(reply: Reply) -> None:
        reply.body = change(reply.body)

    return spoil


def events(change: Callable[[Events], Events]) -> Spoil:
    """Change the events of streams as a whole."""

    def write(text: bytes) -> bytes:
        told = [json.loads(frame.removeprefix(b"data: ")) for frame in text.split(b"\n\n") if frame]
        return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in change(told))

    return stream(write)


def values(change: Callable[[dict[str, Any]], None]) -> Spoil:
    """Change each object of every reply, wherever it stands, innermost first."""

    def walk(value: Any) -> Any:
        for inner in list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)
        if isinstance(value, dict):
            change(value)
        return value

    def spoil(reply: Reply) -> None:
        if reply.streams:
            events(walk)(reply)
        else:
            reply.body = json.dumps(walk(json.loads(reply.body))).encode()

    return spoil


def of(kind: str, change: Callable[[dict[str, Any]], Any]) -> Spoil:
    """Change the objects of one type."""
    return values(lambda value: change(value) if value.get("type") == kind else None)


def put(**fields: Any) -> Callable[[dict[str, Any]], None]:
    """Write these fields over what is there."""
    return lambda value: value.update(fields)


def without(*names: str) -> Callable[[dict[str, Any]], None]:
    """Leave these fields out."""

    def change(value: dict[str, Any]) -> None:
        for name in names:
            value.pop(name, None)

    return change


def renamed(old: str, new: str) -> Callable[[dict[str, Any]], None]:
    """Spell a field in another way."""

    def change(value: dict[str, Any]) -> None:
        if old in value:
            value[new] = value.pop(old)

    return change


def wherever(name: str, change: Callable[[Any], Any]) -> Spoil:
    """Change the value of a field wherever it stands."""
    return values(lambda value: value.update({name: change(value[name])}) if name in value else None)


def drop(*kinds: str) -> Spoil:
    """Leave out events of these types."""
    return events(lambda told: [event for event in told if event["type"] not in kinds])


def twice(kind: str) -> Spoil:
    """Send events of a type twice."""
    return events(lambda told: [event for event in told for _ in range(1 + (event["type"] == kind))])
