"""Shows that nginx with `nginx.conf` lets streams through: `python server/deploy/check_nginx.py`, with nginx installed.

A backend that says a word every 200 ms, and then nothing for longer than nginx waits for, is asked through a real nginx
on a free port of this machine. Every word must arrive before the next is made, and pings must keep the silence alive.
A second client leaves after the first word: the backend must hear of it. nginx is told to overlook the backend's own
header against buffering, so that it is the snippet that is tried.
"""

# ruff: noqa: INP001, S603 - a script, which starts nginx

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from chatkit_server import Answer, Turn, create_app

SNIPPET = Path(__file__).with_name("nginx.conf")
WORDS, PAUSE = 10, 0.2
LATE = WORDS * PAUSE / 2
"""Seconds that no word may take. A proxy that holds words back does so until all of them are said."""
PING, PATIENCE, SILENCE = 0.5, 2, 4.0
"""Seconds: of pings, of nginx, of a backend that says nothing."""
HEARD = 2.0
"""Seconds within which the backend must hear that a client left."""
ASKED = {"type": "threads.create", "params": {"input": {"content": [{"type": "input_text", "text": "talk"}]}}}


stopped = threading.Event()
"""Set when an answer is stopped before its end."""


async def words() -> AsyncIterator[str]:
    """Say when each word was made, then be silent, then say one more."""
    try:
        for _ in range(WORDS):
            await asyncio.sleep(PAUSE)
            yield f"@{time.monotonic():.6f}@"
        await asyncio.sleep(SILENCE)
        yield f"@{time.monotonic():.6f}@"
    except (asyncio.CancelledError, GeneratorExit):
        stopped.set()
        raise


async def respond(turn: Turn) -> Answer:
    """Answer in words."""
    yield turn.stream(words())


@contextmanager
def backend() -> Iterator[int]:
    """Serve; give the port."""
    app = create_app(respond, ping=PING)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


@contextmanager
def nginx(port: int) -> Iterator[int]:
    """Run nginx before the backend, with the snippet as it stands but for the port and how long it waits."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if binary is None:
        raise SystemExit("nginx is not installed (apt install nginx-light)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        front = free.getsockname()[1]
    snippet = SNIPPET.read_text("utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    snippet = snippet.replace("proxy_read_timeout 60s", f"proxy_read_timeout {PATIENCE}s")
    with tempfile.TemporaryDirectory() as folder:
        paths = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
        conf = Path(folder) / "nginx.conf"
        conf.write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
            f"http {{ access_log off; gzip on; gzip_types *; proxy_ignore_headers X-Accel-Buffering;\n{paths}\n"
            f"server {{ listen 127.0.0.1:{front};\n{snippet}\n}} }}\n"
        )
        subprocess.run([binary, "-t", "-q", "-c", str(conf), "-e", f"{folder}/error.log"], check=True)
        running = subprocess.Popen([binary, "-c", str(conf), "-e", f"{folder}/error.log"])
        try:
            time.sleep(0.5)
            yield front
        finally:
            running.terminate()
            running.wait()


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def asked(port: int) -> urllib.request.Request:
    """Make the request for an answer."""
    headers = {"content-type": "application/json", "accept-encoding": "gzip"}
    return urllib.request.Request(f"http://127.0.0.1:{port}/chatkit/api", json.dumps(ASKED).encode(), headers)


def ask(port: int) -> tuple[list[float], int]:
    """Ask; give how late each word came, in seconds, and how many pings did."""
    late: list[float] = []
    pings = 0
    with urllib.request.urlopen(asked(port)) as reply:  # noqa: S310 - it is http
        while line := reply.readline():
            pings += line.startswith(b": ping")
            if b"text_delta" in line:
                late.append(time.monotonic() - float(line.split(b"@")[1]))
    return late, pings


def leave(port: int) -> bool:
    """Ask, and leave at the first word; tell whether the backend hears of it."""
    with urllib.request.urlopen(asked(port)) as reply:  # noqa: S310 - it is http
        next((line for line in reply if b"text_delta" in line), None)
    return stopped.wait(HEARD)


def main() -> int:
    """Ask through nginx; 0 if everything came at once, and a client's leaving too."""
    with backend() as port, nginx(port) as front:
        late, pings = ask(front)
        left = leave(front)
        probe = urllib.request.urlopen(f"http://127.0.0.1:{front}/readyz").status
    sys.stdout.write(
        f"{len(late)} of {WORDS + 1} words came, the latest {max(late, default=0) * 1000:.1f} ms after it was made; "
        f"{pings} pings kept {SILENCE:.0f} s of silence alive, of which nginx stands {PATIENCE}; "
        f"a client that left was {'' if left else 'not '}noticed; /readyz {probe}\n"
    )
    held = len(late) == WORDS + 1 and max(late) < LATE and pings > PATIENCE and left
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
