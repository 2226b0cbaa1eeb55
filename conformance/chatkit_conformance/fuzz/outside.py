"""Damaged HTTP requests over sockets, to a server of another process: uvicorn, which reads them with h11.

Every request has a connection of its own. What is due for it is what h11 says: an answer if the request is whole,
none if there is more to come. A client whose request got no answer hangs up, and then the server has to, as well.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Iterator

import h11

from chatkit_conformance.driver import Endpoint, post
from chatkit_conformance.fuzz.corpus import corpus
from chatkit_conformance.fuzz.inside import OK, SERVER_ERROR, Tally, Tell
from chatkit_conformance.fuzz.memory import resident
from chatkit_conformance.fuzz.requests import Chance, Requests

AT_ONCE = 24
"""Connections at a time."""
PATIENCE = 10.0
"""Seconds after which an answer that is due, or an end that is due, counts as a hang."""
QUIET = 0.25
"""Seconds that an answer which is not due is waited for, and that end one which the server leaves open."""
STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3})", re.MULTILINE)
HEALTHY = b'{"type":"threads.list","params":{}}'
LOT = 1_000


def is_whole(sent: bytes) -> bool:
    """Tell whether a server has all it needs for an answer: a whole request, or what can be none any more."""
    if not sent:  # h11 reads no bytes as the end of the connection
        return False
    reading = h11.Connection(h11.SERVER)
    try:
        reading.receive_data(sent)
        while True:
            event = reading.next_event()
            if isinstance(event, h11.EndOfMessage):
                return True
            if event is h11.NEED_DATA:
                return False
            if event is h11.PAUSED:  # it asks for another protocol, and is as whole as it gets
                return True
    except h11.RemoteProtocolError:
        return True


class Outside:
    """A server, reached over sockets."""

    def __init__(self, port: int, pid: int | str) -> None:
        self._port = port
        self._pid = pid
        self._endpoint = Endpoint(f"http://127.0.0.1:{port}/chatkit/api", deadline=PATIENCE)
        self.corpus = corpus(lambda sent: post(self._endpoint, sent))

    def fuzz(self, number: int, seed: int, tell: Tell = len) -> Tally:
        """Send so many mutants; report what came of them."""
        tally = Tally(memory=[resident(self._pid)])
        asyncio.run(self._lots(Requests(self.corpus, seed), number, tally, tell))
        return tally

    async def _lots(self, requests: Requests, number: int, tally: Tally, tell: Tell) -> None:
        started = time.monotonic()
        for first in range(0, number, LOT):
            lot = range(first, min(first + LOT, number))
            numbers = iter(lot)
            await asyncio.gather(*(self._one_by_one(requests, numbers, tally) for _ in range(AT_ONCE)))
            tally.failed += await asyncio.to_thread(self._health, lot[-1])
            tally.seconds = time.monotonic() - started
            tally.memory.append(resident(self._pid))
            tell(f"\r{tally.sent} requests, {tally.sent / tally.seconds:.0f}/s, {len(tally.failed)} failures ")

    def _health(self, number: int) -> list[str]:
        answer = post(self._endpoint, HEALTHY)
        return [] if answer.status == OK else [f"after mutant {number}: {answer.trouble or answer.status}"]

    async def _one_by_one(self, requests: Requests, numbers: Iterator[int], tally: Tally) -> None:
        for number in numbers:
            sent = requests.mutant(number)
            began = time.perf_counter()
            faults = await self._exchange(sent, Chance(number), tally)
            tally.slowest = max(tally.slowest, time.perf_counter() - began)
            tally.sent += 1
            tally.failed += [f"mutant {number}: {fault} for {sent[:300]!r}" for fault in faults]

    async def _exchange(self, sent: bytes, chance: Chance, tally: Tally) -> list[str]:
        """Send one request and read what comes; name what is wrong with it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        due = is_whole(sent)
        got = bytearray()
        faults: list[str] = []
        try:
            await _sent(writer, sent, chance)
            ended = await _read(reader, got, due=due)
            if not ended:
                faults += ["no answer to a whole request"] if due and not got else []
                writer.write_eof()
                ended = await _read(reader, got, due=True, to_the_end=True)
        except ConnectionError:  # a server may refuse the rest of what it no longer wants
            ended = True
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        statuses = [int(status) for status in STATUS.findall(got)]
        tally.seen[" ".join(map(str, statuses[:1])) or ("closed" if due else "waited for more")] += 1
        if not ended:
            faults.append("the connection hangs")
        if any(status >= SERVER_ERROR for status in statuses):
            faults.append(f"statuses {statuses}")
        return faults


async def _sent(writer: asyncio.StreamWriter, sent: bytes, chance: Chance) -> None:
    """Send it whole, or torn in two."""
    place = chance.randrange(len(sent)) if sent and chance.randrange(5) == 0 else 0
    if place:
        writer.write(sent[:place])
        await asyncio.sleep(0.001)
    writer.write(sent[place:])
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(writer.drain(), PATIENCE)


async def _read(reader: asyncio.StreamReader, got: bytearray, *, due: bool, to_the_end: bool = False) -> bool:
    """Read until the server closes, or falls silent; tell whether it closed."""
    while True:
        patience = PATIENCE if to_the_end or (due and not got) else QUIET
        try:
            piece = await asyncio.wait_for(reader.read(65536), patience)
        except TimeoutError:
            return False
        if not piece:
            return True
        got += piece
