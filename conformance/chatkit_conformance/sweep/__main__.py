"""`python -m chatkit_conformance.sweep`: spoil what a server said, and show what no rule notices."""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from chatkit_conformance.conform.settings import from_file
from chatkit_conformance.conform.suite import run
from chatkit_conformance.sweep.mutant import Conversations, Mutant, excused, mutants, noticed, reason

SETTINGS = Path(__file__).parents[2] / "testbeds" / "ours" / "conformance.toml"


def main() -> int:
    """Sweep; give 1 when something escapes."""
    options = _options()
    say = sys.stderr.write
    say("playing every scenario …\n")
    told = {one.scenario.name: one.exchanges for one in run(from_file(options.config)).played}
    made = [mutant for mutant in mutants(told) if options.only in mutant.name]
    drawn = random.Random(options.seed).sample(made, max(1, round(len(made) * options.share)))  # noqa: S311 - no secret
    escaped: list[str] = []
    started, families = time.monotonic(), Counter[str]()
    for number, mutant in enumerate(drawn, 1):
        families[outcome(mutant, told, escaped)] += 1
        if number % 100 == 0 or number == len(drawn):
            say(f"\r{number} of {len(drawn)}, {len(escaped)} escaped, {time.monotonic() - started:.0f} s")
    say("\n")
    sys.stdout.writelines(f"{name}\n" for name in sorted(escaped))
    sys.stdout.write(f"{len(made)} mutants, seed {options.seed}: {dict(families)}\n")
    return 1 if escaped else 0


def outcome(mutant: Mutant, told: Conversations, escaped: list[str]) -> str:
    """Say what became of a mutant."""
    if noticed(mutant, told):
        return "noticed"
    if not any(mutant.change(told[name]) != list(told[name]) for name in mutant.scenarios):
        return "changes nothing"
    if reason(mutant, excused()):
        return "equivalent"
    escaped.append(mutant.name)
    return "escaped"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chatkit_conformance.sweep", description=__doc__)
    parser.add_argument("--config", type=Path, default=SETTINGS, help="of the server (default: our test bed)")
    parser.add_argument("--seed", type=int, default=0, help="which mutants a share is")
    parser.add_argument("--share", type=float, default=1.0, help="how many of all mutants to try, from 0 to 1")
    parser.add_argument("--only", default="", help="part of the name of a mutant")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
