"""An app behind several worker processes of a real uvicorn, on one loopback port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.wire import Wire

SECONDS = 60
"""How long they may take to start."""


@contextmanager
def workers(count: int, app: str, folder: Path, **variables: str) -> Iterator[int]:
    """Serve the source of a module that has an `app`; give the port."""
    (folder / "served.py").write_text(app, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", "served:app", "--workers", str(count), "--port", str(port)]
    command += ["--app-dir", str(folder), "--log-level", "error"]
    with subprocess.Popen(command, env={**os.environ, **variables}) as server:
        try:
            _until_ready(port)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def _until_ready(port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if Wire(port, path="/readyz").request("GET").status == 200:
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, "the workers did not start"
        time.sleep(0.1)
