"""`python -m chatkit_conformance.differential.run`: play random conversations, and report how they went."""

import argparse
import json
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from chatkit_conformance.differential.divergences import EXPLANATIONS
from chatkit_conformance.differential.play import Mismatch, Outcome, Play, sender
from chatkit_conformance.differential.servers import OfficialServer, OurServer
from chatkit_conformance.differential.shrink import PATIENCE, drawn_from, shrunk
from chatkit_conformance.scenarios import Scenario, spelled


@dataclass
class Tally:
    """The sum of all conversations."""

    played: int = 0
    total: Outcome = field(default_factory=Outcome)
    forked: int = 0
    failed: list[tuple[list[dict[str, Any]], Mismatch]] = field(default_factory=list)

    def add(self, conversation: list[dict[str, Any]], outcome: Outcome) -> None:
        """Count one conversation."""
        self.played += 1
        self.forked += outcome.forked
        self.total.steps += outcome.steps
        self.total.cited += outcome.cited
        self.total.seen += outcome.seen
        if outcome.mismatch:
            self.failed.append((conversation, outcome.mismatch))


LOT = 25
"""So many conversations are drawn from one seed; then the next seed's turn comes, and the clock is looked at."""
Tell = Callable[[str], object]


def play_many(
    play: Play,
    *,
    number: int,
    count: int,
    seconds: float | None = None,
    patience: float = PATIENCE,
    tell: Tell = len,
) -> Tally:
    """Play random conversations from this seed on; a difference does not end it, the first of a kind is shrunk.

    Args:
        play: the two servers.
        number: the seed of the first lot.
        count: so many conversations, unless `seconds` are given.
        seconds: for so long.
        patience: seconds that the first difference of a kind is shrunk for.
        tell: is told how far it is.
    """
    tally = Tally()
    until = None if seconds is None else time.monotonic() + seconds
    while (tally.played < count) if until is None else (time.monotonic() < until):
        size = LOT if until is not None else min(LOT, count - tally.played)
        before = {kind(mismatch) for _, mismatch in tally.failed}
        played = tally.played
        for conversation in drawn_from(number, size):
            tally.add(conversation, play(conversation))
            tell(f"\r{tally.played} conversations, {len(tally.failed)} not explained, seed {number} ")
        for name in {kind(mismatch) for _, mismatch in tally.failed} - before:
            smallest = shrunk(play, number, size, lambda mismatch, name=name: kind(mismatch) == name, patience)  # type: ignore[misc]
            tally.failed += [smallest] if smallest else []
        if tally.played == played:
            break
        number += 1
    return tally


def told(conversation: list[dict[str, Any]], mismatch: Mismatch) -> str:
    """Write a failing conversation so that it can be read and played again."""
    return "\n".join(
        [
            f"step {mismatch.number}: {mismatch.difference}",
            f"official: {json.dumps(mismatch.official)}",
            f"ours:     {json.dumps(mismatch.ours)}",
            "as a scenario:",
            spelled(scenario(conversation, mismatch)),
        ]
    )


def scenario(conversation: list[dict[str, Any]], mismatch: Mismatch) -> Scenario:
    """Write a difference as a scenario, ready to be saved; its name and note are for a person to better."""
    name = re.sub(r"[^a-z]+", "-", kind(mismatch).lower()).strip("-")
    note = f"Found at random: the two servers differ at {mismatch.difference.path} of step {mismatch.number + 1}."
    steps = conversation[: mismatch.number + 1]
    if mismatch.number >= len(conversation):
        steps.append(mismatch.step)  # one of those that look at what is left
    return Scenario(name=f"differential.{name}", note=note, steps=steps)


def report(tally: Tally, out: TextIO, *, most: int) -> None:
    """Print what was exercised, what was explained and what was not."""
    print(f"{tally.played} conversations, {tally.total.steps} steps, {tally.forked} forked", file=out)
    by_request: dict[str, Counter[str]] = {}
    for (request, what), count in tally.total.seen.items():
        by_request.setdefault(request, Counter())[what] += count
    for request, seen in sorted(by_request.items()):
        print(f"  {request}: " + ", ".join(f"{what} {n}" for what, n in sorted(seen.items())), file=out)
    print("explained: " + (", ".join(f"{d} {n}" for d, n in sorted(tally.total.cited.items())) or "-"), file=out)
    groups: dict[str, list[tuple[list[dict[str, Any]], Mismatch]]] = {}
    for conversation, mismatch in tally.failed:
        groups.setdefault(kind(mismatch), []).append((conversation, mismatch))
    print(f"not explained: {len(tally.failed)} in {len(groups)} groups", file=out)
    for name, failures in sorted(groups.items(), key=lambda group: -len(group[1]))[:most]:
        smallest = min(failures, key=lambda failure: len(told(*failure)))
        print(f"\n{len(failures)} times {name}\n{told(*smallest)}", file=out)


def kind(mismatch: Mismatch) -> str:
    """Name the sort of a difference, so that one cause is printed once."""
    path = "".join(letter for letter in mismatch.difference.path if not letter.isdigit())
    return f"{mismatch.step.get('type', 'raw')} {path}"


@contextmanager
def two_servers(official: str | None, ours: str | None, *, itself: bool) -> Iterator[Play]:
    """Use the servers at these addresses, and start those that have none."""
    with ExitStack() as stack:
        first = official or stack.enter_context(OfficialServer()).url
        other = stack.enter_context(OfficialServer()).url if itself and not ours else ours
        second = other or stack.enter_context(OurServer()).url
        hands = stack.enter_context(ThreadPoolExecutor(2))
        yield Play(sender(first), sender(second), () if itself else EXPLANATIONS, hands)


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, play, report; 0 without unexplained differences, 1 with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="begin with this seed (default: a fresh one, which is printed)")
    parser.add_argument("--count", type=int, default=300, help="so many conversations")
    parser.add_argument("--seconds", type=float, help="for so long, instead of a count")
    parser.add_argument("--official", metavar="URL", help="the official test bed (default: start one)")
    parser.add_argument("--ours", metavar="URL", help="our test bed (default: start one)")
    parser.add_argument("--itself", action="store_true", help="compare the official SDK with itself, without rules")
    parser.add_argument("--replay", type=Path, help="play the one conversation in this JSON file")
    parser.add_argument("--most", type=int, default=20, help="print so many kinds of differences")
    chosen = parser.parse_args(arguments)
    first = secrets.randbelow(10**9) if chosen.seed is None else chosen.seed
    with two_servers(chosen.official, chosen.ours, itself=chosen.itself) as play:
        if chosen.replay:
            tally = Tally()
            conversation = json.loads(chosen.replay.read_text())
            tally.add(conversation, play(conversation))
        else:
            tell = sys.stderr.write
            tally = play_many(play, number=first, count=chosen.count, seconds=chosen.seconds, tell=tell)
            tell(f"\nbegan with --seed {first}\n")
    report(tally, sys.stdout, most=chosen.most)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
