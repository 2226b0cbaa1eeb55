"""`python -m chatkit_conformance.conform.ledger`: every row of the catalogue, and the rules that stand for it.

The catalogue came before the rules: a list of all that the protocol asks for, each row with a number. The ledger shows
that nothing of it was forgotten. A row without a rule has a reason.
"""

import sys
from pathlib import Path

from msgspec import Struct, field, json

from chatkit_conformance.conform import coverage
from chatkit_conformance.linter.rule import Rule, every_rule

CATALOGUE = Path(__file__).with_name("catalogue.json")
LEDGER = Path(__file__).parents[2] / "LEDGER.md"
INTRODUCTION = """\
# The ledger

Written by `python -m chatkit_conformance.conform.ledger`. Every row of the catalogue of what the protocol asks, with
the rules that stand for it, or the reason why there is none. The number behind a rule is in how many scenarios it is
looked at. {rows} rows, {rules} rules.
"""


class Row(Struct):
    """A row of the catalogue."""

    asks: str
    severity: str
    level: str
    """The lowest level at which it was thought to be decided."""


class Catalogue(Struct):
    """The catalogue."""

    rows: dict[str, Row]
    reasons: dict[str, str] = field(name="without a rule")
    """Why no rule stands for a row."""


def catalogue() -> Catalogue:
    """Read the catalogue."""
    return json.decode(CATALOGUE.read_bytes(), type=Catalogue)


def standing() -> dict[str, list[Rule]]:
    """Give the rules of each row."""
    found: dict[str, list[Rule]] = {}
    for rule in every_rule():
        for row in rule.catalogue:
            found.setdefault(row, []).append(rule)
    return found


def written() -> str:
    """Write the ledger."""
    told, rules = catalogue(), standing()
    parts = [INTRODUCTION.format(rows=len(told.rows), rules=len(list(every_rule())))]
    for area in dict.fromkeys(name.partition("-")[0] for name in told.rows):
        parts.append(f"\n## {area}\n\n| row | asks | severity | level | rules |\n| --- | --- | --- | --- | --- |\n")
        mine = [(name, row) for name, row in told.rows.items() if name.partition("-")[0] == area]
        parts += [_line(name, row, rules.get(name, []), told.reasons.get(name, "")) for name, row in mine]
    parts.append("\n## Beyond the catalogue\n\nRules that no row has.\n\n")
    parts += [f"- {_told(rule)}: {_cell(rule.requirement)}\n" for rule in every_rule() if not rule.catalogue]
    return "".join(parts)


def _line(name: str, row: Row, rules: list[Rule], reason: str) -> str:
    standing_for = ", ".join(map(_told, rules)) or reason
    return f"| {name} | {_cell(row.asks)} | {row.severity} | {row.level} | {standing_for} |\n"


def _told(rule: Rule) -> str:
    return f"`{rule.id}` ({len(coverage.recorded().deciding(rule.id))})"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def main() -> int:
    """Write the file."""
    LEDGER.write_text(written(), encoding="utf-8")
    sys.stdout.write(f"{LEDGER.name}: {len(catalogue().rows)} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
