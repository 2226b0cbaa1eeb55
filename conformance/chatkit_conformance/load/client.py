"""The client's side of the load: a connection a stream, every event held against what it has to be."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from functools import partial

import msgspec

END = b"\r\n\r\n"
BETWEEN = b"\n\n"
DATA = b"data: "


class _Update(msgspec.Struct):
    delta: str = ""


class _Event(msgspec.Struct):
    """As much of an event as is looked at."""

    type: str
    update: _Update | None = None


_read = msgspec.json.Decoder(_Event).decode


@dataclass
class Heard:
    """What one stream said."""

    name: str
    events: int = 0
    """Deltas that came, in order and of this stream."""
    faults: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    """Seconds from the moment at which an event was due to the one at which it was there."""
    ended: bool = False


class Stream(asyncio.Protocol):
    """One stream: takes bytes apart as they come. Chunks are of whole frames, as our server writes them."""

    def __init__(self, name: str, events: int, seconds: float) -> None:
        self.heard = Heard(name)
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked = f"{name} {events} {seconds}"
        self._expected = events
        self._rest = b""
        self._in_body = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        message = {"content": [{"type": "input_text", "text": self._asked}], "attachments": [], "inference_options": {}}
        body = json.dumps({"type": "threads.create", "params": {"input": message}}).encode()
        head = (
            "POST /chatkit/api HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        transport.write(head.encode() + body)  # type: ignore[attr-defined]  # it is a socket

    def data_received(self, data: bytes) -> None:
        """Look at every whole frame."""
        now = time.monotonic()
        rest = self._rest + data
        if not self._in_body:
            head, end, rest = rest.partition(END)
            if not end:
                self._rest = head
                return
            self._in_body = True
            if not head.startswith(b"HTTP/1.1 200"):
                self.heard.faults.append(head[:80].decode("latin-1"))
        *frames, self._rest = rest.split(BETWEEN)
        for frame in frames:
            self._look(frame, now)

    def _look(self, frame: bytes, now: float) -> None:
        start = frame.find(DATA)  # behind the line that says the size of the chunk
        if start < 0:
            return
        event = _read(frame[start + len(DATA) :])
        if event.update and event.update.delta:
            name, number, due = event.update.delta.split()
            if (name, number) != (self.heard.name, str(self.heard.events)):
                self.heard.faults.append(f"{name} {number} came where {self.heard.name} {self.heard.events} was due")
            self.heard.events += 1
            self.heard.delays.append(now - float(due))
        elif event.type == "thread.item.done" and self.heard.events:
            self.heard.ended = True
        elif event.type in {"error", "notice"}:
            self.heard.faults.append(frame.decode(errors="replace")[-200:])

    def connection_lost(self, exc: Exception | None) -> None:
        """Settle what came."""
        if exc:
            self.heard.faults.append(repr(exc))
        if self.heard.events != self._expected:
            self.heard.faults.append(f"{self.heard.events} of {self._expected} events came")
        if not self.heard.ended:
            self.heard.faults.append("the message was never done")
        if not self.over.done():
            self.over.set_result(None)


def _self(stream: Stream) -> Stream:
    return stream


async def listen(port: int, streams: int, events: int, seconds: float, *, spread: float) -> list[Heard]:
    """Open so many streams within `spread` seconds, and hear all of them to the end.

    A stream that does not end within twice its time is a fault.
    """
    loop = asyncio.get_running_loop()
    opened: list[Stream] = []
    for number in range(streams):
        stream = Stream(f"s{number}", events, seconds)
        await loop.create_connection(partial(_self, stream), "127.0.0.1", port)
        opened.append(stream)
        await asyncio.sleep(spread / streams)
    _, late = await asyncio.wait([stream.over for stream in opened], timeout=2 * events * seconds + 30)
    for stream in opened:
        if stream.over in late:
            stream.heard.faults.append(f"no end; {stream.heard.events} of {events} events came")
    return [stream.heard for stream in opened]
