"""The catalogue's rules that can be seen from outside hold on the test bed, on both stores."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatkit_server import MemoryStore, SQLiteStore
from support.catalogue.runs import Runs
from support.catalogue.served import served
from support.catalogue.verdicts import CHECKS, SCRIPTS

CATALOGUE: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "catalogue.json").read_text())
LINTED = {check.rule for check in CHECKS}
DECIDED = {rule for script in SCRIPTS for rule in script.rules}
RULES = sorted(LINTED | DECIDED)


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    memory = request.param == "memory"
    store = MemoryStore() if memory else SQLiteStore(tmp_path_factory.mktemp("catalogue") / "threads.sqlite")
    with served(store) as port:
        yield Runs(port)


@pytest.mark.parametrize("rule", RULES)
def test_rule(runs: Runs, rule: str) -> None:
    verdicts = runs.verdicts(rule)
    assert verdicts, "nothing was there to look at"
    assert not [verdict for verdict in verdicts if not verdict.holds]


def test_every_rule_that_needs_no_model_is_covered() -> None:
    wanted = {rule for rule, row in CATALOGUE["rules"].items() if row["level"] != "L2"}
    assert set(RULES) == wanted - CATALOGUE["left out"].keys()


def test_no_rule_is_decided_in_both_ways() -> None:
    assert not LINTED & DECIDED
