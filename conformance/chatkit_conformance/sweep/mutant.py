"""One small fault: where it is, what it does, and whether a rule notices it."""

import fnmatch
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from chatkit_conformance.linter.lint import lint
from chatkit_conformance.sweep import bodies, events, fields, rows
from chatkit_conformance.transcript import Exchange

Conversations = Mapping[str, Sequence[Exchange]]
Change = Callable[[Sequence[Exchange]], list[Exchange]]
EQUIVALENT = Path(__file__).with_name("equivalent.json")


@dataclass(frozen=True)
class Mutant:
    """A fault that a server might have wherever it can show."""

    name: str
    """`family: operation place`."""
    change: Change
    scenarios: tuple[str, ...]
    """Where it can show, the shortest conversation first."""


def mutants(told: Conversations) -> Iterator[Mutant]:
    """Make every mutant that can show in these conversations."""
    by_length = sorted(told, key=lambda name: sum(len(one.received) for one in told[name]))
    for family in (fields, events, rows, bodies):
        places: dict[str, list[str]] = {}
        for name in by_length:
            for place in family.places(told[name]):
                places.setdefault(place, []).append(name)
        for place, names in sorted(places.items()):
            for operation, change in family.changes(place).items():
                yield Mutant(f"{family.NAME}: {operation} {place}", change, tuple(names))


def noticed(mutant: Mutant, told: Conversations) -> str:
    """Name a rule, MUST or SHOULD, that notices a mutant; empty when none does in any conversation."""
    for name in mutant.scenarios:
        spoiled = mutant.change(told[name])
        if spoiled == list(told[name]):
            continue
        found = [finding.rule for finding in lint(spoiled).findings]
        telling = [rule.id for rule in found if rule.severity != "INFO"]
        if telling:
            return telling[0]
    return ""


def excused() -> dict[str, str]:
    """Read the patterns of the mutants that mean the same to every client, each with the reason."""
    return msgspec.json.decode(EQUIVALENT.read_bytes(), type=dict[str, str])


def reason(mutant: Mutant, known: Mapping[str, str]) -> str:
    """Say why a mutant need not be noticed; empty when it has to be."""
    return next((why for pattern, why in known.items() if fnmatch.fnmatchcase(mutant.name, pattern)), "")
