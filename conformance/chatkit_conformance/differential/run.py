"""`python -m chatkit_conformance.differential.run`: play random conversations, and report how they went."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from hypothesis import HealthCheck, Phase, given, seed, settings

from chatkit_conformance.differential.divergences import EXPLANATIONS
from chatkit_conformance.differential.play import Mismatch, Outcome, Play, sender
from chatkit_conformance.differential.scripts import conversations
from chatkit_conformance.differential.servers import OfficialServer, OurServer


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


def play_many(play: Play, *, number: int, count: int) -> Tally:
    """Play `count` conversations drawn from a seed; a difference does not end it."""
    tally = Tally()

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        # Slow and large is what a conversation with two servers is.
        suppress_health_check=list(HealthCheck),
    )
    @given(conversations())
    def each(conversation: list[dict[str, Any]]) -> None:
        tally.add(conversation, play(conversation))

    each()
    return tally


def told(conversation: list[dict[str, Any]], mismatch: Mismatch) -> str:
    """Write a failing conversation so that it can be read and played again."""
    return "\n".join(
        [
            f"step {mismatch.number}: {mismatch.difference}",
            f"conversation: {json.dumps(conversation[: mismatch.number + 1])}",
            f"official: {json.dumps(mismatch.official)}",
            f"ours:     {json.dumps(mismatch.ours)}",
        ]
    )


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
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--official", metavar="URL", help="the official test bed (default: start one)")
    parser.add_argument("--ours", metavar="URL", help="our test bed (default: start one)")
    parser.add_argument("--itself", action="store_true", help="compare the official SDK with itself, without rules")
    parser.add_argument("--replay", type=Path, help="play the one conversation in this JSON file")
    parser.add_argument("--most", type=int, default=20, help="print so many kinds of differences")
    chosen = parser.parse_args(arguments)
    with two_servers(chosen.official, chosen.ours, itself=chosen.itself) as play:
        if chosen.replay:
            tally = Tally()
            conversation = json.loads(chosen.replay.read_text())
            tally.add(conversation, play(conversation))
        else:
            tally = play_many(play, number=chosen.seed, count=chosen.count)
    report(tally, sys.stdout, most=chosen.most)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
