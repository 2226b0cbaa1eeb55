"""The corpus: random conversations with the official SDK, drawn and recorded once, for comparing without it.

One JSON line a conversation: `{"steps": […], "replies": [[…], …]}`, for each step the replies that it got (a walk gets
several), and after them those to the steps that look at what was left. Ids, times and ports are rewritten, so that
recording again gives the same line.

    python -m chatkit_conformance.differential.corpus --count 500
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from chatkit_conformance.differential.divergences import EXPLANATIONS
from chatkit_conformance.differential.exchange import Reply
from chatkit_conformance.differential.normalise import ID
from chatkit_conformance.differential.play import Outcome, Play, Send, Side, clear, left_behind, sender
from chatkit_conformance.differential.scripts import conversations
from chatkit_conformance.differential.servers import ROOT, OfficialServer
from chatkit_conformance.differential.steps import Steps
from chatkit_conformance.transcript import compact

FILE = ROOT / "conformance" / "transcripts" / "1.6.5" / "corpus.jsonl"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
LONGEST = 18_000
"""Letters that a line may have: a conversation that is longer says no more than a shorter one."""


@dataclass(frozen=True)
class Recorded:
    """A conversation, and what the official SDK replied."""

    steps: Steps
    replies: list[list[dict[str, Any]]]

    def line(self) -> str:
        """Write it as a line of the file."""
        return compact({"steps": self.steps, "replies": self.replies})


LOT = 40
"""So many conversations are drawn from one seed; many small lots are more varied than a large one."""


def draw(number: int) -> Iterator[Steps]:
    """Draw different conversations, short and long, without end: from this seed, then from the next."""
    seen: set[str] = set()
    for lot in count(number):
        for steps in _lot(lot, episodes=1 + lot % 3):
            if (text := json.dumps(steps)) not in seen:
                seen.add(text)
                yield steps


def _lot(number: int, episodes: int) -> list[Steps]:
    found: list[Steps] = []

    @seed(number)
    @settings(
        max_examples=LOT,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(conversations(episodes, episodes))
    def each(steps: Steps) -> None:
        found.append(steps)

    each()
    return found


def record(send: Send, conversation: Steps) -> Recorded:
    """Play a conversation to its end, look at all that it leaves behind, and clear it away."""
    side = Side(send)
    ids: dict[str, str] = {}
    replies = []
    steps = list(conversation)
    number = 0
    while number < len(steps):
        request = side.request(steps[number])
        taken = side.take(steps[number])
        side.learn(request, taken)
        replies.append([steady(reply, ids) for reply in taken])
        number += 1
        if number == len(conversation):
            steps += left_behind(side.memory)
    clear(send)
    return Recorded(conversation, replies)


def steady(reply: Reply, ids: dict[str, str]) -> dict[str, Any]:
    """Show a reply with ids that count, one time for every time, and no port."""

    def named(match: re.Match[str]) -> str:
        return ids.setdefault(match[0], f"{match[1]}_{len(ids) + 1:08}")

    text = ADDRESS.sub("127.0.0.1:1", MOMENT.sub("2026-01-02T03:04:05", ID.sub(named, compact(reply.shown()))))
    shown: dict[str, Any] = json.loads(text)
    return shown


def load(path: Path = FILE) -> list[Recorded]:
    """Read the corpus."""
    # Only LF ends a line: `splitlines` would cut at U+2028 as well.
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    return [Recorded(**json.loads(line)) for line in lines]


@dataclass
class Tape:
    """Stands for the official SDK: gives its recorded replies one after the other, whatever it is asked."""

    replies: list[list[dict[str, Any]]]
    _rest: Iterator[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin at the beginning."""
        self._rest = (reply for taken in self.replies for reply in taken)

    def __call__(self, _body: bytes) -> Reply:
        """Give the next reply."""
        # A copy: the rules rewrite what they explain.
        shown = deepcopy(next(self._rest))
        events = shown.get("events")
        return Reply(**{**shown, "events": None if events is None else tuple(events)})


def compare(recorded: Recorded, ours: Send, hands: Executor) -> Outcome:
    """Play a recorded conversation on ours, and let the rules explain the differences."""
    wipe: Callable[[Send], None] = lambda post: None if isinstance(post, Tape) else clear(post)  # noqa: E731
    return Play(Tape(recorded.replies), ours, EXPLANATIONS, hands, wipe)(recorded.steps)


def main(arguments: list[str] | None = None) -> int:
    """Draw, record and write; say how far it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=165)
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--official", metavar="URL", help="the official test bed (default: start one)")
    chosen = parser.parse_args(arguments)
    with OfficialServer() as server:
        send = sender(chosen.official or server.url)
        kept: list[str] = []
        for steps in draw(chosen.seed):
            line = record(send, steps).line()
            kept += [line] if len(line) <= LONGEST else []
            sys.stderr.write(f"\r{len(kept)} of {chosen.count} recorded")
            if len(kept) >= chosen.count:
                break
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8", newline="\n")
    sys.stderr.write(f"\n{chosen.out.stat().st_size / 1e6:.1f} MB in {chosen.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
