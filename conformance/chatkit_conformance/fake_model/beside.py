"""The fake model on a port of this machine, beside whoever plays scenarios against a server that asks it."""

import threading
import time
from types import TracebackType
from typing import Self

import uvicorn

from chatkit_conformance.fake_model.app import create_fake_model
from chatkit_conformance.fake_model.script import JSON

START = 10.0
"""Seconds in which it has to be there."""
STOP = 5
"""Seconds that answers have to end when it stops."""


class Beside:
    """A fake model that runs in a thread while `with` holds it.

    A request does not say which conversation it is of, so scenarios with a model are played one after the other.
    """

    def __init__(self, port: int = 0) -> None:
        app = create_fake_model()
        self._fake = app.state.fake
        config = uvicorn.Config(
            app, host="127.0.0.1", port=port, log_level="critical", timeout_graceful_shutdown=STOP, lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._given = 0

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            RuntimeError: when it does not start, as with a port that is taken.
        """
        self._thread.start()
        end = time.monotonic() + START
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end:
                raise RuntimeError("the fake model did not start")
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._server.should_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        """What OPENAI_BASE_URL has to be for the server under test."""
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/v1"

    def log(self) -> list[JSON]:
        """Give what the model was sent since this was last asked; how an answer ends is noted in it later on."""
        fresh: list[JSON] = self._fake.log[self._given :]
        self._given += len(fresh)
        return fresh
