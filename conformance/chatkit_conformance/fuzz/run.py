"""`python -m chatkit_conformance.fuzz.run`: damage requests by the hundred thousand, and report what came of it.

Exit code 0: no 5xx, no exception, no hang, and memory stayed flat. 1: one of them, named by its number and the seed.
"""

import argparse
import secrets
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from chatkit_conformance.differential.servers import TestBedServer
from chatkit_conformance.fuzz.inside import Inside, Tally, Tell
from chatkit_conformance.fuzz.outside import Outside

FLAT = 8 * 1024
"""KiB by which the server may be larger in the last third of a run: its database's cache fills up, and the allocator
keeps what a large mutant took."""
MOMENTS = 12
"""How many sizes of the server are shown of a run."""
SHOWN = 20
HEADING = """\
# Damaged requests

Written by `make fuzz`. The server has a process of its own, and its memory is looked at after every thousand requests.
Bodies are given to the app as an ASGI server gives them; HTTP requests go over sockets to uvicorn, which reads them
with h11. {day}, Python {python}, {servers}.
"""


def bodies(count: int, seed: int, tell: Tell) -> Tally:
    """Give damaged bodies to the app, in a process of its own."""
    inside = Inside()
    try:
        return inside.fuzz(count, seed, tell)
    finally:
        inside.close()


def requests(count: int, seed: int, tell: Tell) -> Tally:
    """Send damaged requests to a test bed that keeps its threads in a file."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "chatkit_conformance.cli",
            "testbed",
            "--store",
            f"sqlite:{folder}/fuzz.sqlite3",
        ]
        with TestBedServer(command) as server:
            process = server.process
            return Outside(server.port, process.pid if process else 0).fuzz(count, seed, tell)


KINDS: dict[str, Callable[[int, int, Tell], Tally]] = {"bodies": bodies, "requests": requests}


def is_sound(tally: Tally) -> bool:
    """Tell whether everything was as it has to be."""
    return not tally.failed and tally.grown <= FLAT


def told(name: str, tally: Tally, seed: int) -> str:
    """Write a tally as a section of Markdown."""
    seen = [f"| {what} | {number:,} |" for what, number in tally.seen.most_common()]
    events = ", ".join(f"{name} {number:,}" for name, number in tally.events.most_common())
    step = max(1, len(tally.memory) // MOMENTS)
    memory = ", ".join(f"{size / 1024:.1f}" for size in tally.memory[::step])
    first, last = (size / 1024 for size in tally.thirds)
    pace = f"{tally.seconds:.0f} s, {tally.sent / (tally.seconds or 1):,.0f} a second"
    failures = f"Failures (5xx, exceptions, hangs): {len(tally.failed)}"
    lines = [
        f"## {tally.sent:,} damaged {name}",
        "",
        f"Seed {seed}. {pace}; the slowest took {tally.slowest * 1000:.0f} ms. {failures}.",
        "",
        "| answer | times |",
        "| --- | ---: |",
        *seen,
        "",
        *([f"Events in streams: {events}.", ""] if events else []),
        f"Resident memory of the server, MiB: {first:.1f} in the first third of the run, {last:.1f} in the last.",
        "",
        f"In the course of the run: {memory}; the most of {len(tally.memory)} looks: {max(tally.memory) / 1024:.1f}.",
    ]
    return "\n".join([*lines, "", *(f"- {fault}" for fault in tally.failed[:SHOWN])]).rstrip() + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, fuzz, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=20_000, help="so many bodies, without HTTP")
    parser.add_argument("--requests", type=int, default=2_000, help="so many HTTP requests, over sockets")
    parser.add_argument("--seed", type=int, help="draw from this seed (default: a fresh one, which is printed)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the report into this file, too")
    chosen = parser.parse_args(arguments)
    seed = secrets.randbelow(10**9) if chosen.seed is None else chosen.seed
    tallies = {}
    for name, fuzz in KINDS.items():
        if getattr(chosen, name):
            tallies[name] = fuzz(getattr(chosen, name), seed, sys.stderr.write)
            sys.stderr.write("\n")
    servers = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "h11", "starlette", "msgspec"))
    heading = HEADING.format(day=datetime.now(UTC).date(), python=sys.version.split()[0], servers=servers)
    report = "\n".join([heading, *(told(name, tally, seed) for name, tally in tallies.items())])
    sys.stdout.write(report)
    if chosen.record:
        chosen.record.write_text(report, encoding="utf-8")
    return 0 if all(map(is_sound, tallies.values())) else 1


if __name__ == "__main__":
    sys.exit(main())
