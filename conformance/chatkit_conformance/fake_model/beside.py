"""The fake model on a port of this machine, beside whoever plays scenarios against a server that asks it."""

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn

from chatkit_conformance.fake_model.app import create_fake_model
from chatkit_conformance.fake_model.script import JSON

STOP = 5
"""Seconds that answers have to end when it stops."""


class Beside:
    """A fake model that runs in a thread while `with` holds it.

    A request does not say which conversation it is of, so scenarios with a model are played one after the other.
    """

    def __init__(self, port: int = 0) -> None:
        app = create_fake_model()
        self._fake = app.state.fake
        self._port = port
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=STOP, lifespan="off")
        self._server = uvicorn.Server(config)
        self._given = 0

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            OSError: when the port is taken.
        """
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    @property
    def url(self) -> str:
        """What OPENAI_BASE_URL has to be for the server under test."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def log(self) -> list[JSON]:
        """Give what the model was sent since this was last asked; how an answer ends is noted in it later on."""
        fresh: list[JSON] = self._fake.log[self._given :]
        self._given += len(fresh)
        return fresh
