"""The shelf of broken servers: every fault is found, by the rule that names it; nothing is found without one."""

import logging
from collections.abc import Iterator

import pytest

from chatkit_conformance.rules import RULES
from support.shelf import FAULTS
from support.shelf.bench import SCENARIOS, UNBROKEN, Bench
from support.shelf.fault import Fault

REPORTED = {"component-unknown", "done-at-another-time", "unknown-field"}
"""Faults that work all the same, and are only reported."""
MOST = 12
"""A fault that breaks more rules than this is several."""


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    logging.disable(logging.CRITICAL)  # what broken parts raise
    with Bench() as running:
        yield running
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_broken_server_is_found_by_the_rule_that_names_its_fault(bench: Bench, fault: Fault) -> None:
    broken = bench.tried(fault, SCENARIOS[fault.scenario]).broken
    assert fault.rule in broken
    assert len(broken) <= MOST


@pytest.mark.slow
@pytest.mark.parametrize("scenario", sorted({fault.scenario for fault in FAULTS}))
def test_the_unbroken_server_breaks_nothing_in_the_same_scenarios(bench: Bench, scenario: str) -> None:
    assert bench.tried(UNBROKEN, SCENARIOS[scenario]).broken == []


def test_faults_have_names_of_their_own_and_rules_that_can_fail_a_server() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) > 300
    assert {fault.rule for fault in FAULTS} <= set(RULES)
    assert {fault.name for fault in FAULTS if RULES[fault.rule].severity == "INFO"} == REPORTED
