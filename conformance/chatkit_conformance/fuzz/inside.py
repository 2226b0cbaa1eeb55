"""Bodies given to an ASGI app of this very process: tens of thousands a minute."""

import asyncio
import copy
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec

from chatkit_conformance.fuzz.corpus import corpus
from chatkit_conformance.fuzz.memory import resident
from chatkit_conformance.fuzz.mutants import Bodies
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import Exchange
from chatkit_protocol import SSEDecoder
from chatkit_protocol.codec import decode_event

LOT = 1_000
"""Bodies that one store gets; then the next begins as the scenarios left it."""
PATIENCE = 10.0
"""Seconds after which an answer that has not ended hangs."""
SERVER_ERROR = 500
OK = 200
REFUSAL = {"message", "code"}
"""What the body of a refusal holds at least."""
Tell = Callable[[str], object]


@dataclass
class Tally:
    """What came of many mutants."""

    sent: int = 0
    seconds: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    """Statuses, and what else an answer was."""
    events: Counter[str] = field(default_factory=Counter)
    """The types of the events that streams told."""
    slowest: float = 0.0
    """Seconds of the slowest answer."""
    memory: list[int] = field(default_factory=list)
    """KiB of the server's process: before, and after each tenth."""
    failed: list[str] = field(default_factory=list)
    """What must not be, each with the number of its mutant."""

    @property
    def grown(self) -> int:
        """By how many KiB the process is larger at the end than after the first tenth, when it is warm."""
        return self.memory[-1] - self.memory[min(1, len(self.memory) - 1)] if self.memory else 0


WAITING = {"Drain._end_all", "_shutdown_watcher"}
"""Tasks, ours and of sse-starlette, that wait for the end of the process."""


class Inside:
    """The test bed, asked within the process."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._app = scripted_app()
        self._loop = asyncio.Runner()
        with quiet():
            self.corpus = corpus(self._ask)
        self._left = copy.deepcopy(self._store.__dict__)

    @property
    def _store(self) -> Any:
        return self._app.state.backend.store

    def close(self) -> None:
        """End what still waits for the end of the process, and let go of the event loop."""
        self._loop.close()

    def _ask(self, sent: bytes) -> Exchange:
        return self._loop.run(asked(self._app, sent))

    def fuzz(self, number: int, seed: int, tell: Tell = len) -> Tally:
        """Give so many mutants to the app, lot by lot; report what came of them."""
        tally = Tally(memory=[resident()])
        bodies = Bodies(self.corpus, seed)
        started = time.monotonic()
        with quiet():
            for first in range(0, number, LOT):
                self._store.__dict__.update(copy.deepcopy(self._left))
                lot = range(first, min(first + LOT, number))
                self._loop.run(self._lot(bodies, lot, tally))
                tally.seconds = time.monotonic() - started
                if lot[-1] * 10 // number > len(tally.memory) - 2 or lot[-1] + 1 == number:
                    tally.memory.append(resident())
                tell(f"\r{tally.sent} bodies, {tally.sent / tally.seconds:.0f}/s, {len(tally.failed)} failures ")
        return tally

    async def _lot(self, bodies: Bodies, numbers: range, tally: Tally) -> None:
        for number in numbers:
            body = bodies.mutant(number)
            began = time.perf_counter()
            try:
                answer = await asked(self._app, body)
            except Exception as error:  # noqa: BLE001 - whatever escapes an app is what is looked for
                tally.failed.append(f"mutant {number}: {error!r} escaped for {body[:300]!r}")
                continue
            finally:
                tally.sent += 1
                tally.slowest = max(tally.slowest, time.perf_counter() - began)
            tally.failed += [f"mutant {number}: {fault} for {body[:300]!r}" for fault in judged(answer, tally)]
        left = {str(getattr(task.get_coro(), "__qualname__", task)) for task in asyncio.all_tasks()} - WAITING
        if left != {self._lot.__qualname__}:
            tally.failed.append(f"after mutant {numbers[-1]}: tasks are left: {', '.join(sorted(left))}")


def judged(answer: Exchange, tally: Tally) -> Iterator[str]:
    """Count an answer; name what is wrong with it."""
    tally.seen[f"{answer.status} {answer.media}"] += 1
    if answer.status >= SERVER_ERROR or not answer.status:
        yield f"status {answer.status}, {answer.received[:200]!r}"
    elif answer.media == "text/event-stream":
        decoder = SSEDecoder()
        tally.events.update(_name(message.data) for message in decoder.feed(answer.received))
        if decoder.tail:
            yield f"a stream that ends in {decoder.tail!r}"
    elif not _is_reply(answer):
        yield f"status {answer.status} with {answer.received[:200]!r}"


def _name(event: str) -> str:
    """Name the type of an event; a script may have the test bed say what has no event's shape."""
    try:
        return str(decode_event(event).__struct_config__.tag)
    except msgspec.ValidationError:
        return "of no shape"


def _is_reply(answer: Exchange) -> bool:
    value = json.loads(answer.received)
    return isinstance(value, dict) and (answer.status == OK or value.keys() >= REFUSAL)


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


@contextmanager
def quiet() -> Iterator[None]:
    """Have nothing logged: damaged scripts fail by the thousand, as they should."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
