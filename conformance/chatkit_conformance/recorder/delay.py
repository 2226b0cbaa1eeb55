"""`python -m chatkit_conformance.recorder.delay`: how much later a frame arrives when it passes the proxy.

A server says in each frame when it made it. The same frames are read straight from it and through the proxy, in
turns; servers, proxy and reader are processes of their own, as in use.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from chatkit_conformance.differential.servers import free_port

FRAMES = 200
PAUSE = 0.005


def app() -> Starlette:
    """Make the server."""
    return Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "POST"])])


async def _answer(_http: Request) -> Response:
    return StreamingResponse(_body(), media_type="text/event-stream")


async def _body() -> AsyncIterator[bytes]:
    for _ in range(FRAMES):
        yield f"data: {time.monotonic()!r}\n\n".encode()
        await asyncio.sleep(PAUSE)


def delays(port: int) -> list[float]:
    """Read one stream; give the seconds from the making of each frame to its arrival."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/chatkit/api", b"{}")
    response = connection.getresponse()
    found = []
    while line := response.readline():
        if line.startswith(b"data: "):
            found.append(time.monotonic() - float(line[6:]))
    connection.close()
    return found


@contextmanager
def _process(command: Sequence[str], port: int) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    try:
        until = time.monotonic() + 30
        while not _listens(port) and time.monotonic() < until:
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        connection.connect()
        connection.close()
    except OSError:
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print milliseconds: the median, the 99th percentile and the most, of each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    ports = free_port(), free_port()
    serve = f"import uvicorn; uvicorn.run({__package__!r} + '.delay:app', factory=True, log_level='error', port="
    folder = tempfile.mkdtemp()
    proxy = ["-m", "chatkit_conformance.cli", "record", "--upstream", f"http://127.0.0.1:{ports[0]}"]
    proxy += ["--out", f"{folder}/delay.jsonl"]
    found: dict[str, list[float]] = {"straight": [], "through the proxy": []}
    with _process(["-c", f"{serve}{ports[0]})"], ports[0]), _process([*proxy, "--port", str(ports[1])], ports[1]):
        for _ in range(chosen.rounds):
            for name, port in zip(found, ports, strict=True):
                found[name] += delays(port)
    for name, seconds in found.items():
        worst = statistics.quantiles(seconds, n=100)[-1]
        sys.stdout.write(
            f"{name:18} {statistics.median(seconds) * 1e3:6.2f} {worst * 1e3:6.2f} {max(seconds) * 1e3:6.2f} ms\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
