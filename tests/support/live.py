"""An ASGI app behind a real uvicorn on a free loopback port, in a thread of its own."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn


class Live:
    """A running server."""

    def __init__(self, app: Any, **config: Any) -> None:
        options = {"log_level": "warning", "lifespan": "on", "timeout_graceful_shutdown": 5} | config
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **options))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.005)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive(), "the server did not stop"


@contextlib.contextmanager
def live(app: Any, **config: Any) -> Iterator[int]:
    """Serve `app`; give the port."""
    server = Live(app, **config)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()
