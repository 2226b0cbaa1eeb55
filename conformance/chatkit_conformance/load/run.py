"""`python -m chatkit_conformance.load.run`: many streams at once on one worker, and what each costs.

Exit code 0: every stream said all it had to, in order, and nothing else. 1: it did not.
"""

import argparse
import asyncio
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chatkit_conformance.differential.servers import TestBedServer
from chatkit_conformance.fuzz.memory import processor, resident
from chatkit_conformance.load.client import Heard, listen

MOST_STREAMS = 5_000
MOST_SECONDS = 600.0
PACE = 20.0
"""Events a second of one stream: a model's."""
SPARE = 100
"""Descriptors besides the streams'."""
SHOWN = 20
SERVE = """
import sys, uvicorn
from chatkit_conformance.testbed.paced import paced_app
uvicorn.run(paced_app(), host="127.0.0.1", port=int(sys.argv[-1]), log_level="error", backlog=4096)
"""


@dataclass
class Measured:
    """What a run showed."""

    streams: int
    events: int
    """Of one stream."""
    pace: float
    heard: list[Heard]
    seconds: float
    """From the first connection to the last end."""
    before: int
    """KiB of the server with no stream."""
    samples: list[tuple[int, float, float]] = field(default_factory=list)
    """While it ran: KiB of the server, its processor seconds so far, and the moment."""

    @property
    def faults(self) -> list[str]:
        """What was lost or mixed, with the stream's name."""
        return [f"{one.name}: {fault}" for one in self.heard for fault in one.faults]

    @property
    def per_stream(self) -> float:
        """KiB that each stream takes while all of them run."""
        return (max(size for size, _, _ in self.samples) - self.before) / self.streams

    @property
    def load(self) -> float:
        """The share of one core that the server takes in the middle half of the run, when all streams are open."""
        middle = self.samples[len(self.samples) // 4 : -len(self.samples) // 4 or None]
        return (middle[-1][1] - middle[0][1]) / (middle[-1][2] - middle[0][2])

    @property
    def per_event(self) -> float:
        """Processor microseconds that the server takes for an event, with the timer that a stream waits for."""
        came = sum(one.events for one in self.heard)
        return (self.samples[-1][1] - self.samples[0][1]) / came * 1e6 if came else float("nan")

    def delay(self, share: float) -> float:
        """Give the delay, in seconds, that this share of the events does not exceed."""
        delays = sorted(delay for one in self.heard for delay in one.delays)
        return delays[min(len(delays) - 1, int(len(delays) * share))] if delays else float("nan")


def measure(streams: int, seconds: float, pace: float = PACE, tell: Callable[[str], object] = len) -> Measured:
    """Start a server, open the streams, and look at both sides."""
    allow_descriptors(streams + SPARE)
    events = max(1, round(seconds * pace))
    with TestBedServer([sys.executable, "-c", SERVE]) as server:
        pid = server.process.pid if server.process else 0
        asyncio.run(listen(server.port, 2, 3, 0.01, spread=0.0))  # warm: everything is imported, and ran once
        before = resident(pid)
        samples: list[tuple[int, float, float]] = []
        began = time.monotonic()
        with sampling(pid, samples, tell):
            heard = asyncio.run(listen(server.port, streams, events, 1 / pace, spread=min(2.0, streams / 250)))
        return Measured(streams, events, pace, heard, time.monotonic() - began, before, samples)


def allow_descriptors(number: int) -> None:
    """Let this process and those that it starts have so many sockets open.

    Raises:
        ValueError: when the machine does not allow as many.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, max(hard, number)))


@contextmanager
def sampling(pid: int, samples: list[tuple[int, float, float]], tell: Callable[[str], object]) -> Iterator[None]:
    """Look at a process ten times a second."""
    over = threading.Event()
    began = time.monotonic()

    def look() -> None:
        while not over.wait(0.1):
            now = time.monotonic()
            samples.append((resident(pid), processor(pid), now))
            tell(f"\r{now - began:.0f} s, {samples[-1][0] / 1024:.0f} MiB ")

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def told(run: Measured) -> str:
    """Write a run as Markdown."""
    servers = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "h11", "starlette", "msgspec"))
    came = sum(one.events for one in run.heard)
    rows: Sequence[tuple[str, Any]] = [
        ("streams at once", f"{run.streams:,}"),
        ("events a second of each", f"{run.pace:g}"),
        ("events that came, of all that were due", f"{came:,} of {run.streams * run.events:,}"),
        ("lost, mixed or out of order", len(run.faults)),
        ("seconds in all", f"{run.seconds:.1f}"),
        ("resident memory of the server before, MiB", f"{run.before / 1024:.1f}"),
        ("resident memory a stream, KiB", f"{run.per_stream:.1f}"),
        ("processor of the server, cores", f"{run.load:.2f}"),
        ("processor of the server an event, µs, streams' beginnings and ends included", f"{run.per_event:.1f}"),
        *(
            (f"delay of an event, {name}, ms", f"{run.delay(share) * 1000:.1f}")
            for name, share in (("median", 0.5), ("95 %", 0.95), ("99 %", 0.99), ("most", 1.0))
        ),
    ]
    lines = [
        "# Many streams on one worker",
        "",
        "Written by `make load`. One process of uvicorn on loopback, the client in another; every event of every",
        "stream is checked. The delay is from when an event was due.",
        f"{datetime.now(UTC).date()}, Python {sys.version.split()[0]}, {os.cpu_count()} cores,",
        f"{servers}.",
        "",
        "| what | measured |",
        "| --- | ---: |",
        *(f"| {name} | {value} |" for name, value in rows),
        "",
        *(f"- {fault}" for fault in run.faults[:SHOWN]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1_000, help=f"so many at once, at most {MOST_STREAMS}")
    parser.add_argument("--seconds", type=float, default=20.0, help=f"each so long, at most {MOST_SECONDS:g}")
    parser.add_argument("--pace", type=float, default=PACE, help="events a second of each")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the report into this file, too")
    chosen = parser.parse_args(arguments)
    if not (1 <= chosen.streams <= MOST_STREAMS and 0 < chosen.seconds <= MOST_SECONDS and chosen.pace > 0):
        parser.error(f"1 to {MOST_STREAMS} streams, up to {MOST_SECONDS:g} seconds, and a pace above 0")
    run = measure(chosen.streams, chosen.seconds, chosen.pace, sys.stderr.write)
    sys.stderr.write("\n")
    report = told(run)
    sys.stdout.write(report)
    if chosen.record:
        chosen.record.write_text(report, encoding="utf-8")
    return 1 if run.faults else 0


if __name__ == "__main__":
    sys.exit(main())
