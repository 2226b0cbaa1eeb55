"""Which scenarios decide which rules: looked at once on a server that keeps them all, and kept as a file.

So that a rule that was not looked at on another server can be told apart: its scenarios were not played, since the
server does not declare what they need, or they were, and showed nothing to judge.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from chatkit_conformance.conform.run import Played

FILE = Path(__file__).with_name("coverage.json")


class Coverage:
    """The scenarios of every rule."""

    def __init__(self, by_rule: Mapping[str, Iterable[str]]) -> None:
        self._by_rule = {rule: frozenset(names) for rule, names in by_rule.items()}

    def written(self) -> bytes:
        """Write it as its file has it."""
        table = {rule: sorted(names) for rule, names in sorted(self._by_rule.items())}
        return msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n"

    def deciding(self, rule: str) -> frozenset[str]:
        """Name the scenarios that decide a rule."""
        return self._by_rule.get(rule, frozenset())


def recorded() -> Coverage:
    """Read the file."""
    return Coverage(msgspec.json.decode(FILE.read_bytes(), type=dict[str, list[str]]))


def of(results: Iterable[Played]) -> Coverage:
    """Take a run on a server that keeps all rules for what decides them."""
    found: dict[str, list[str]] = {}
    for one in results:
        for rule in one.report.looked:
            found.setdefault(rule, []).append(one.scenario.name)
    return Coverage(found)
