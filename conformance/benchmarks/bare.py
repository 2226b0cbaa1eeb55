"""The floor: an ASGI app on uvicorn without any protocol, which sends what ours sent, in the same writes.

`python bare.py --port N`. `words N` was played once by our app at start of the request's kind and is then repeated
byte by byte; `paced N MS PHASE` sends one ready-made frame at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

import ours
import tasks
import uvicorn

from chatkit_server import create_app

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
FRAME = (
    b'data: {"type":"thread.item.updated","item_id":"msg_0123456789abcdef01234567","update":{"type":'
    b'"assistant_message.content_part.text_delta","content_index":0,"delta":"@%d@"}}\n\n'
)


class Bare:
    """Replays."""

    def __init__(self) -> None:
        self._ours = create_app(ours.respond)
        self._writes: dict[str, list[bytes]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = (await receive())["body"]
        asked = json.loads(body)["params"]["input"]["content"][0]["text"]
        if asked.startswith("paced"):
            await send(START)
            _, count, milliseconds, phase = asked.split()
            pace = int(milliseconds) / 1000
            due = tasks.begin(pace, float(phase))
            for _ in range(int(count)):
                due += pace
                await asyncio.sleep(due - time.monotonic())
                await write(send, FRAME % time.monotonic_ns())
        else:
            if asked not in self._writes:
                self._writes[asked] = await self._play(scope, body)
            await send(START)
            for batch in self._writes[asked]:
                await write(send, batch)
        await send({"type": "http.response.body"})

    async def _play(self, scope: Any, body: bytes) -> list[bytes]:
        """Have our app answer, and keep its writes."""
        writes: list[bytes] = []
        given = [{"type": "http.request", "body": body}]

        async def receive() -> Any:
            if given:
                return given.pop()
            return await asyncio.Event().wait()

        async def send(message: Any) -> None:
            if message.get("body"):
                writes.append(message["body"])

        await self._ours(scope, receive, send)
        return writes


async def write(send: Any, body: bytes) -> None:
    """Send a part of the reply."""
    await send({"type": "http.response.body", "body": body, "more_body": True})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(
        Bare(), host="127.0.0.1", port=parser.parse_args().port, log_level="critical", access_log=False, lifespan="off"
    )
