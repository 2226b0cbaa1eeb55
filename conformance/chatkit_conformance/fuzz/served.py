"""The app that damaged bodies are given to, in a process of its own: it reads what it is asked, and writes what came.

`python -m chatkit_conformance.fuzz.served` talks over its standard input and output; each message has its length before
it. No HTTP is between: the app is called as an ASGI server calls it, tens of thousands of times a minute.
"""

import asyncio
import copy
import logging
import sys
import time
from typing import IO, Any

import msgspec

from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import Exchange

PATIENCE = 10.0
"""Seconds after which an answer that has not ended hangs."""
WAITING = {"Drain._end_all_in_time"}
"""Tasks that wait for the end of the process."""


class Body(msgspec.Struct, tag=True):
    """The body of a request to be answered."""

    sent: bytes


class Lot(msgspec.Struct, tag=True):
    """From here on the store is as it was at the first lot."""


class Answer(msgspec.Struct):
    """What came of a body, or of a lot."""

    status: int = 0
    headers: dict[str, str] = {}
    received: bytes = b""
    seconds: float = 0.0
    escaped: str = ""
    """The exception that came out of the app, which must not be."""
    left: list[str] = []
    """Tasks that still run, and have no reason to."""


LENGTH = 4
read_question = msgspec.msgpack.Decoder(Body | Lot).decode
read_answer = msgspec.msgpack.Decoder(Answer).decode
encode = msgspec.msgpack.Encoder().encode


def write(stream: IO[bytes], message: msgspec.Struct) -> None:
    """Write a message, its length before it."""
    written = encode(message)
    stream.write(len(written).to_bytes(LENGTH) + written)


def read(stream: IO[bytes]) -> bytes | None:
    """Read a message; None at the end."""
    head = stream.read(LENGTH)
    return stream.read(int.from_bytes(head)) if len(head) == LENGTH else None


class Served:
    """An app, and the event loop that it runs in."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._loop = asyncio.Runner()
        self._first: dict[str, Any] | None = None

    def serve(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        """Answer until nothing more is asked."""
        while (message := read(questions)) is not None:
            write(answers, self._answer(read_question(message)))
            answers.flush()
        self._loop.close()

    def _answer(self, question: Body | Lot) -> Answer:
        if isinstance(question, Lot):
            return self._begin()
        began = time.perf_counter()
        try:
            answer = self._loop.run(asked(self._app, question.sent))
        except Exception as error:  # noqa: BLE001 - whatever escapes an app is what is looked for
            return Answer(escaped=repr(error), seconds=time.perf_counter() - began)
        took = time.perf_counter() - began
        return Answer(answer.status, dict(answer.headers), answer.received, took)

    def _begin(self) -> Answer:
        store = self._app.state.backend.store.__dict__
        self._first = self._first or copy.deepcopy(store)
        store.update(copy.deepcopy(self._first))
        return Answer(left=self._loop.run(_left()))


async def _left() -> list[str]:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return sorted({str(getattr(task.get_coro(), "__qualname__", task)) for task in tasks} - WAITING)


async def asked(app: Any, body: bytes) -> Exchange:
    """Call an ASGI app with the body of a request, as a server does; give the whole answer.

    Raises:
        TimeoutError: when it does not end.
    """
    answer = Exchange(body)
    received = bytearray()
    sent = iter((body,))
    over = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if (whole := next(sent, None)) is not None:
            return {"type": "http.request", "body": whole, "more_body": False}
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            received.extend(message.get("body", b""))

    async with asyncio.timeout(PATIENCE):
        await app(dict(SCOPE), receive, send)
    answer.received = bytes(received)
    return answer


SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.3"},
    "http_version": "1.1",
    "method": "POST",
    "path": "/chatkit/api",
    "raw_path": b"/chatkit/api",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 2),
    "scheme": "http",
}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # damaged scripts fail by the thousand, as they should
    Served(scripted_app()).serve(sys.stdin.buffer, sys.stdout.buffer)
