"""A client that costs little: it counts frames as bytes come, and reads the times that `paced` streams carry."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

_STAMP = re.compile(rb'"delta":"@(\d+)@"')
END = b"0\r\n\r\n"
GOLDEN = (5**0.5 - 1) / 2
"""The fractions of its multiples are spread evenly (Weyl's theorem): no two streams are due together."""


def body(asked: str) -> bytes:
    """Make the request that creates a thread with a message."""
    given = {"content": [{"type": "input_text", "text": asked}], "attachments": [], "inference_options": {}}
    return json.dumps({"type": "threads.create", "params": {"input": given}}).encode()


def http(payload: bytes) -> bytes:
    """Make the HTTP request."""
    head = "POST /chatkit/api HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(payload)}\r\n\r\n".encode() + payload


class Stream(asyncio.Protocol):
    """One stream, from the request to its end."""

    def __init__(self, payload: bytes, *, stamps: bool = False) -> None:
        self._payload = payload
        self._stamps = stamps
        self._tail = b""
        self._rest = b""
        self.frames = 0
        self.late: list[float] = []
        """Milliseconds from the moment that an event was made to its arrival."""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Ask."""
        self._transport = transport
        transport.write(http(self._payload))

    def data_received(self, data: bytes) -> None:
        """Count what came."""
        now = time.monotonic_ns()
        self.frames += data.count(b"\n\n")
        if self._stamps:
            whole, end, self._rest = (self._rest + data).rpartition(b"\n\n")
            self.late += [(now - int(stamp)) / 1e6 for stamp in _STAMP.findall(whole + end)]
        if b"text_delta" in data and not self.begun.done():
            self.begun.set_result(None)
        self._tail = (self._tail + data)[-len(END) :]
        if self._tail == END and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """End too early, if it has not ended."""
        for waiting in (self.done, self.begun):
            if not waiting.done():
                waiting.set_exception(error or ConnectionError("the server closed the stream"))
                waiting.exception()

    def close(self) -> None:
        """Go away."""
        self._transport.close()


async def opened(port: int, asked: str, count: int) -> list[Stream]:
    """Open streams, all at once."""
    return await asyncio.gather(*(_opened(port, asked) for _ in range(count)))


async def paced(port: int, asked: str, count: int, *, over: float) -> list[Stream]:
    """Open streams one after another over some seconds, each with a phase of its own; they carry times."""

    async def one(number: int) -> Stream:
        await asyncio.sleep(over * number / count)
        return await _opened(port, f"{asked} {number * GOLDEN % 1}", stamps=True)

    return await asyncio.gather(*(one(number) for number in range(count)))


async def _opened(port: int, asked: str, *, stamps: bool = False) -> Stream:
    payload, loop = body(asked), asyncio.get_running_loop()
    _, stream = await loop.create_connection(lambda: Stream(payload, stamps=stamps), "127.0.0.1", port)
    return stream


async def streamed(port: int, asked: str, count: int) -> list[Stream]:
    """Open streams and read them to their ends."""
    streams = await opened(port, asked, count)
    await ended(streams)
    return streams


async def ended(streams: list[Stream]) -> None:
    """Read streams to their ends."""
    await asyncio.gather(*(stream.done for stream in streams))
    for stream in streams:
        stream.close()


async def replies(port: int, payload: bytes, count: int, connections: int) -> list[float]:
    """Ask for JSON replies over kept connections; give the milliseconds that each took."""
    request = http(payload)
    took: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(count // connections):
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(head.decode("latin-1"))
            length = re.search(rb"(?i)content-length: (\d+)", head)
            told = await (reader.readexactly(int(length[1])) if length else reader.readuntil(END))
            if b'"type":"error"' in told:
                raise ConnectionError("the answer failed")
            took.append((time.perf_counter() - began) * 1000)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return took
