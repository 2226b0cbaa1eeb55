"""Our test bed held against the recordings of the official SDK: equal, or different exactly as numbered."""

from collections.abc import Iterator

import pytest

from chatkit_conformance.driver import Endpoint
from chatkit_conformance.fake_model.beside import Beside
from chatkit_conformance.recordings import FOLDER, NEWEST, path_of, recordable
from chatkit_conformance.recordings.comparison import compare, complaints
from chatkit_conformance.recordings.record import conversations
from chatkit_conformance.scenarios import Scenario, load_all
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import Exchange, load
from chatkit_protocol.divergences import DIVERGENCES
from support.live import live

SCENARIOS = [scenario for scenario in load_all() if recordable(scenario, NEWEST)]
EVERY = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])


@pytest.fixture(scope="module")
def ours() -> Iterator[dict[str, list[Exchange]]]:
    with Beside() as model:
        answering = scripted_app(env={"OPENAI_BASE_URL": model.url})
        with live(scripted_app()) as one, live(answering) as other:
            first, second = (Endpoint(f"http://127.0.0.1:{port}/chatkit/api") for port in (one, other))
            plain = conversations([one for one in SCENARIOS if not one.model], first)
            yield plain | conversations([one for one in SCENARIOS if one.model], second, model.log)


@EVERY
def test_ours_differs_from_the_recording_exactly_as_declared(
    ours: dict[str, list[Exchange]], scenario: Scenario
) -> None:
    found = compare(scenario, load(path_of(NEWEST, scenario.name)).exchanges, ours[scenario.name])
    assert complaints(scenario, found) == []


def test_every_recording_has_its_scenario() -> None:
    assert [path.stem for path in sorted((FOLDER / NEWEST).glob("*.*.jsonl"))] == [one.name for one in SCENARIOS]


def test_what_is_declared_exists() -> None:
    assert {number for scenario in SCENARIOS for number in scenario.divergences} <= DIVERGENCES.keys()
