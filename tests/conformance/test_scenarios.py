"""Every scenario, played against our test bed over HTTP: its rules hold, and its file is as it is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatkit_conformance.driver import Endpoint, play
from chatkit_conformance.rules import lint
from chatkit_conformance.scenarios import FOLDER, Scenario, ScenarioError, load, load_all, spelled
from chatkit_conformance.testbed.app import scripted_app
from support.live import live

SCENARIOS = load_all()
EVERY = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])


@pytest.fixture(scope="module")
def ours() -> Iterator[Endpoint]:
    with live(scripted_app()) as port:
        yield Endpoint(f"http://127.0.0.1:{port}/chatkit/api")


@EVERY
def test_ours_breaks_no_rule(ours: Endpoint, scenario: Scenario) -> None:
    report = lint(play(scenario, ours))
    assert [(finding.rule.id, finding.where, finding.expected, finding.actual) for finding in report.findings] == []
    assert report.stumbled == []


@EVERY
def test_its_file_is_as_it_is_written(scenario: Scenario) -> None:
    assert (FOLDER / f"{scenario.name}.json").read_text(encoding="utf-8") == spelled(scenario)


def test_a_file_that_is_no_scenario_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"name": "broken", "note": "", "stpes": []}')
    with pytest.raises(ScenarioError, match=r"broken\.json: Object contains unknown field `stpes`"):
        load(broken)
