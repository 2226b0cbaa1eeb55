"""An ASGI server reduced to what a test decides: when the client goes away, and how the app is told."""

import asyncio
import contextlib
import json
from typing import Any


class GoneError(OSError):
    """What a 2.4 server raises from `send` once the client is gone."""


class Client:
    """Calls an app once and goes away after `frames` frames.

    `how` says how the app learns of it: `receive` gives http.disconnect, `send` raises OSError (ASGI 2.4), `cancel`
    cancels the task that runs the app.
    """

    def __init__(
        self, app: Any, *, how: str = "receive", frames: int | None = None, headers: dict[str, str] | None = None
    ) -> None:
        self._app = app
        self._how = how
        self._headers = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        self._most = frames
        self.status = 0
        self.body = b""
        self._gone = asyncio.Event()
        self._sent = False

    def leave(self) -> None:
        """Go away now."""
        self._gone.set()

    async def post(self, body: dict[str, Any]) -> bytes:
        """Send a request; give what was read until the end, or until the client left."""
        self._request = json.dumps(body).encode()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4" if self._how == "send" else "2.3"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/chatkit/api",
            "raw_path": b"/chatkit/api",
            "query_string": b"",
            "headers": self._headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "scheme": "http",
        }
        task = asyncio.ensure_future(self._app(scope, self._receive, self._send))
        leaving = asyncio.ensure_future(self._gone.wait())
        await asyncio.wait([task, leaving], return_when=asyncio.FIRST_COMPLETED)
        if self._how == "cancel" and not task.done():
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, GoneError):
            await task
        leaving.cancel()
        return self.body

    async def _receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self._request, "more_body": False}
        if self._how == "receive":
            await self._gone.wait()
            return {"type": "http.disconnect"}
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: dict[str, Any]) -> None:
        if self._gone.is_set() and self._how == "send":
            raise GoneError
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif not self._gone.is_set():
            self.body += message.get("body", b"")
        if self._most is not None and self.body.count(b"\n\n") >= self._most and self.status == 200:
            self._gone.set()
