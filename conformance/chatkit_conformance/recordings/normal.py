"""What differs each time the same conversation is played, and the words that a recording has in its place.

The rewriting is done on the text of a body, not on its JSON: framing and spelling stay, to the byte, as they came.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import msgspec

from chatkit_conformance.differential.memory import NOWHERE
from chatkit_conformance.recordings.tape import Tape, repeated
from chatkit_conformance.scenarios import Scenario
from chatkit_conformance.transcript import Exchange

MODEL_IDS = ("resp", "chatcmpl", "rs", "fc", "call", "ws", "fs", "ci", "mcp", "ig")
"""What the suite's own model calls what it gives; it counts on from one scenario to the next."""
IDS = ("thr", "msg", "tc", "wf", "tsk", "atc", "shcx", *MODEL_IDS)
ID = re.compile(rf"\b({'|'.join(IDS)})[_-][0-9A-Za-z]{{8,40}}\b")
TIME = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?")
ADDRESS = re.compile(r"\bhttp://127\.0\.0\.1:\d+")
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
"""The first time in every recording; each later one is a second after the one before."""
HOST = "http://testbed.example"
HEADERS = frozenset({"content-type", "cache-control", "content-encoding", "www-authenticate", "x-accel-buffering"})
"""What a server says of its reply. All others (date, length, connection) are of the HTTP server and of the moment."""


@dataclass
class Naming:
    """The words that one conversation has been given."""

    literal: str
    """What the scenario itself says: an id or a time in it is no server's, and stays."""
    ids: dict[str, str] = field(default_factory=dict)
    ranks: dict[datetime, int] = field(default_factory=dict)

    def id(self, found: re.Match[str]) -> str:
        """Name an id `msg_2`, the same one each time it is met; the number counts all ids."""
        if found[0] in self.literal:
            return found[0]
        return self.ids.setdefault(found[0], f"{found[1]}_{len(self.ids) + 1}")

    def time(self, found: re.Match[str]) -> str:
        """Put a time that is as early or late among the others, and spelled alike."""
        rank = self.ranks.get(instant(found))
        if rank is None:
            return found[0]
        shown = (FIRST + timedelta(seconds=rank)).replace(tzinfo=None).isoformat()
        return shown + (".500000" if found[2] else "") + (found[3] or "")

    def address(self, _found: re.Match[str]) -> str:
        """Put a name for this machine."""
        return HOST

    def rank(self, exchanges: Iterable[Exchange], together: frozenset[int]) -> None:
        """Put the times that were told in their order; those of answers at the same time, answer by answer."""
        fixed = {instant(found) for found in TIME.finditer(self.literal)}
        order: dict[datetime, tuple[datetime, int, datetime]] = {}
        began = datetime.max.replace(tzinfo=UTC)
        for exchange in exchanges:
            text = "".join(body.decode("latin-1") for body in (exchange.sent, exchange.received))
            fresh = {instant(found) for found in TIME.finditer(text)} - fixed - order.keys()
            began = began if exchange.number in together else min(fresh, default=began)
            overlaps = {exchange.number, exchange.number + 1} & together
            for time in fresh:
                order[time] = (began if overlaps else time, exchange.number if overlaps else 0, time)
        self.ranks = {time: rank for rank, time in enumerate(sorted(order, key=order.__getitem__))}


@dataclass(frozen=True)
class Row:
    """What is rewritten, how, and why that loses nothing."""

    pattern: re.Pattern[str]
    rewrite: Callable[[Naming, re.Match[str]], str]
    reason: str


TABLE = (
    Row(ID, Naming.id, "ids are random, and longer in other servers; which is which can still be seen"),
    Row(TIME, Naming.time, "no two plays are at one time; what is earlier, what is equal, and the zone can be seen"),
    Row(ADDRESS, Naming.address, "a test bed listens on whichever port is free"),
)


def instant(found: re.Match[str]) -> datetime:
    """Read a time; one without a zone is in UTC, where test beds are kept."""
    time = datetime.fromisoformat(found[0])
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def normalised(scenario: Scenario, exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Write down a conversation so that playing it again gives the same.

    How long things took is of the moment; only that answers to what was asked at once overlapped is kept. What the
    model was told meanwhile is not on this wire, and how to put it is each server's own: it is left out.
    """
    naming = Naming(NOWHERE + json.dumps(msgspec.to_builtins(scenario), ensure_ascii=False))
    together = _together(scenario, exchanges)
    naming.rank(exchanges, together)
    told = [_rewritten(exchange, naming) for exchange in exchanges]
    return [_timed(exchange, together) for exchange in told] if together else told


def _together(scenario: Scenario, exchanges: Sequence[Exchange]) -> frozenset[int]:
    """Find what was asked while the one before it was being answered."""
    steps = list(repeated(scenario.steps))
    if not any("together" in step for step in steps):
        return frozenset()
    tape = Tape(exchanges)
    groups = [(step, list(tape.step(step))) for step in steps]
    return frozenset(one.number for step, group in groups if "together" in step for one in group[1:])


def _timed(exchange: Exchange, together: frozenset[int]) -> Exchange:
    """Say that each request began a second after the one before, and was answered at once or while the next began."""
    seconds = 1.5 if exchange.number + 1 in together else 0.0
    return replace(exchange, began=float(exchange.number), arrivals=((len(exchange.received), seconds),))


def _rewritten(exchange: Exchange, naming: Naming) -> Exchange:
    return replace(
        exchange,
        path=_text(exchange.path, naming),
        sent=_bytes(exchange.sent, naming),
        received=_in_order(_bytes(exchange.received, naming)),
        headers={name: value for name, value in exchange.headers.items() if name in HEADERS},
        trouble=_text(exchange.trouble, naming),
        model=(),
        began=0.0,
        arrivals=(),
    )


REMOVED = b'data: {"type":"thread.item.removed",'


def _in_order(body: bytes) -> bytes:
    """Sort what is taken back in one go: the official SDK takes items back in the order of a set of random ids."""
    frames = body.split(b"\n\n")
    runs = groupby(frames, key=lambda frame: frame.startswith(REMOVED))
    return b"\n\n".join(frame for removes, run in runs for frame in (sorted(run) if removes else run))


def _text(text: str, naming: Naming) -> str:
    for row in TABLE:
        text = row.pattern.sub(lambda found, row=row: row.rewrite(naming, found), text)  # type: ignore[misc]
    return text


def _bytes(body: bytes, naming: Naming) -> bytes:
    # Latin-1 reads any bytes and writes them back; what is rewritten is ASCII.
    return _text(body.decode("latin-1"), naming).encode("latin-1")
