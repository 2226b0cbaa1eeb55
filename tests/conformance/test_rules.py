"""Every rule carries its own proof: its good example breaks no rule, and its bad one breaks exactly its own."""

from pathlib import Path

import pytest

import chatkit_conformance.rules as area
from chatkit_conformance.conform import coverage
from chatkit_conformance.rules import AREAS, RULES, Rule, lint

EVERY = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


@EVERY
def test_the_good_example_is_looked_at_and_breaks_nothing(rule: Rule) -> None:
    report = lint(rule.good)
    assert not report.findings
    assert not report.stumbled
    assert report.looked[rule.id]


@EVERY
def test_the_bad_example_breaks_exactly_its_own_rule(rule: Rule) -> None:
    assert lint(rule.bad).broken == [rule.id]


@EVERY
def test_a_rule_says_what_it_asks_for(rule: Rule) -> None:
    for text in (rule.requirement, rule.why, rule.mend):
        assert text.endswith(".")
    assert rule.source


def test_every_file_of_rules_is_an_area() -> None:
    assert {path.stem for path in Path(area.__file__).parent.glob("*.py")} - {"__init__"} == set(AREAS)


UNSEEN: dict[str, str] = {}
"""Rules that no scenario can have looked at, with the reason why not."""


def test_some_scenario_looks_at_every_rule() -> None:
    table = coverage.recorded()
    assert {rule for rule in RULES if not table.deciding(rule)} == set(UNSEEN)
