"""Every scenario, played against our test bed over HTTP: its rules hold, and its file is as it is written."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from chatkit_conformance.driver import Endpoint, play
from chatkit_conformance.fake_model.beside import Beside
from chatkit_conformance.rules import lint
from chatkit_conformance.scenarios import FOLDER, Scenario, ScenarioError, load, load_all, spelled
from chatkit_conformance.testbed.app import by_header, scripted_app
from chatkit_conformance.transcript import Exchange
from support.live import live

SCENARIOS = load_all()
USERS = {"": {"authorization": "first"}, "second": {"authorization": "second"}}
EVERY = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])


class Ours(NamedTuple):
    """Our test bed without a model, with users, and with a model."""

    plain: Endpoint
    guarded: Endpoint
    answering: Endpoint
    model: Beside

    def play(self, scenario: Scenario) -> list[Exchange]:
        if "second_user" in scenario.needs:
            return play(scenario, self.guarded)
        return play(scenario, self.answering, self.model.log) if scenario.model else play(scenario, self.plain)


@pytest.fixture(scope="module")
def ours() -> Iterator[Ours]:
    with Beside() as model:
        answering = scripted_app(env={"OPENAI_BASE_URL": model.url})
        apps = (scripted_app(), scripted_app(identify=by_header), answering)
        with contextlib.ExitStack() as running:
            ports = [running.enter_context(live(app)) for app in apps]
            yield Ours(*(Endpoint(f"http://127.0.0.1:{port}/chatkit/api", USERS) for port in ports), model)


@EVERY
def test_ours_breaks_no_rule(ours: Ours, scenario: Scenario) -> None:
    report = lint(ours.play(scenario))
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
