"""The official SDK beside ours: `make bench`, or `python conformance/benchmarks/bench.py [--quick] [--out FOLDER]`.

Every round measures each side in turn, in an order that changes, so that what else the machine does hits all alike.
Told are medians and the spread from the least to the most. RESULTS.md and results.svg are written into the folder, at
the end; a run that is cut short prints what it has measured, says so, and leaves the files as they are.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import measures
import profiling
from measures import LONG, QUICK, Scale
from report import Results, plot, table
from sides import HERE, PYTHON, ROOT, Side
from sizes import installation

COMPARED = ("official", "ours")
WITH_FLOOR = ("official", "ours", "bare")
SCENARIOS: dict[str, Callable[..., object]] = {
    "streaming": measures.bursts,
    "model pace": measures.paced,
    "replies": measures.requests,
    "agent": measures.agents,
}
FLOORED = ("streaming", "model pace")
"""Scenarios that the bare app plays as well."""


class Bench:
    """A run of everything."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.found: Results = defaultdict(lambda: defaultdict(list))

    def note(self, topic: str, side: str, numbers: measures.Numbers) -> None:
        """Keep one round's numbers."""
        for name, value in numbers.items():
            self.found[f"{topic}: {name}"][side].append(value)

    async def play(self, topic: str, scenario: Callable[..., object], sides: dict[str, Side]) -> None:
        """Play a scenario on each side in turn."""
        for number in range(self.scale.rounds):
            for name in _order(list(sides), number):
                say(f"{topic}, round {number + 1} of {self.scale.rounds}: {name}")
                self.note(topic, name, await scenario(sides[name], self.scale))  # type: ignore[misc]

    async def over_http(self, scenarios: dict[str, Callable[..., object]]) -> None:
        """Measure servers; memory first, while they hold nothing yet."""
        sides = {name: Side(name) for name in WITH_FLOOR}
        try:
            for name in COMPARED:
                say(f"memory: {name}")
                self.note("memory", name, await measures.idle(sides[name], self.scale))
            await self.restarted(sides)
            for topic, scenario in scenarios.items():
                asked = WITH_FLOOR if topic in FLOORED else COMPARED
                await self.play(topic, scenario, {name: sides[name] for name in asked})
        finally:
            for side in sides.values():
                side.stop()

    async def restarted(self, sides: dict[str, Side]) -> None:
        """Start the servers anew: the idle streams are gone then."""
        for name in COMPARED:
            sides[name].stop()
            sides[name] = Side(name)

    async def long_threads(self, folder: Path) -> None:
        """Measure what grows with a thread."""
        for name in COMPARED:
            say(f"long threads: filling for {name}")
            measures.fill(name, folder / name, self.scale)
        sides = {name: Side(name, "--data", str(folder / name)) for name in COMPARED}
        try:
            await self.play("long threads", measures.growing, sides)
        finally:
            for side in sides.values():
                side.stop()

    def everything(self) -> None:
        """Measure all there is."""
        self.without_http()
        asyncio.run(self.over_http(SCENARIOS))
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(self.long_threads(Path(folder)))

    def without_http(self) -> None:
        """Measure what needs no server."""
        for name in COMPARED:
            say(f"compiling {name}")
            measures.compiled(name)
        for number in range(self.scale.rounds):
            for name in _order(list(COMPARED), number):
                say(f"messages and imports, round {number + 1} of {self.scale.rounds}: {name}")
                self.note("messages, ns", name, measures.messages(name))
                self.note("import", name, measures.imports(name))
        site = {name: next((PYTHON[name].parents[1] / "lib").glob("python*/site-packages")) for name in COMPARED}
        own = [ROOT / "protocol", ROOT / "server", ROOT / "agents/chatkit_agents"]
        for what, extra, folders in (("the protocol", "", own[:1]), ("with a server and agents", "[agents]", own)):
            official = installation(site["official"], "openai-chatkit")
            ours = installation(site["ours"], f"chatkit-wire{extra}", *folders)
            self.note("installation", "official", {f"MB, {what}": official / 1e6})
            self.note("installation", "ours", {f"MB, {what}": ours / 1e6})


def _order(sides: list[str], number: int) -> list[str]:
    """Begin with another side in each round."""
    turn = number % len(sides)
    return sides[turn:] + sides[:turn]


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"[{time.strftime('%H:%M:%S')}] {text}\n")


def main() -> int:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a minute or two instead of ten; for a look only")
    parser.add_argument("--out", type=Path, help="folder for RESULTS.md and results.svg (default: print, with --quick)")
    given = parser.parse_args()
    bench = Bench(QUICK if given.quick else LONG)
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        bench.everything()
        say("where our time goes")
        profiled = profiling.profile(bench.scale.one)
    except BaseException as error:  # noqa: BLE001 - whatever it was, what was measured is told
        sys.stdout.write(table(bench.found, bench.scale, time.monotonic() - began, None))
        say(f"cut short by {error!r}; what was measured so far is above, and no file was written")
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    text = table(bench.found, bench.scale, time.monotonic() - began, profiled)
    out = given.out or (None if given.quick else HERE)
    if out is None:
        sys.stdout.write(text)
        return 0
    (out / "RESULTS.md").write_text(text, "utf-8")
    (out / "results.svg").write_text(plot(bench.found), "utf-8")
    say(f"written to {out / 'RESULTS.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
