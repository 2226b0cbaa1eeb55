"""Whatever went over the wire fits the schemas: of the official SDK as recorded, of our test bed as it is played."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

import chatkit_protocol as wire
from chatkit_conformance.differential import corpus
from chatkit_conformance.driver import Endpoint, play
from chatkit_conformance.scenarios import Scenario, load_all
from chatkit_conformance.schemas.history import recordings
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import OK, Exchange, load, pieces
from chatkit_protocol.revisions import LATEST, at
from support.live import live
from support.schemas import validator

TRANSCRIPTS = Path(__file__).parents[2] / "conformance/transcripts"
RECORDED = recordings(TRANSCRIPTS)
SCENARIOS = [scenario for scenario in load_all() if not scenario.timed]
COUNTED = re.compile(r"_\d+")
"""What differs from one recorded id to the next."""
HIDDEN = {one.__struct_config__.tag for one in get_args(wire.HiddenItem)}
MESSAGES = {str(one.__struct_config__.tag): one for one in get_args(wire.Request)}


@cache
def folder(revision: str) -> str:
    return "" if revision == LATEST else f"{revision}/"


def faults(exchange: Exchange, revision: str) -> Iterator[str]:
    """Say what of an exchange does not fit the schemas of a revision, or by which divergence it does not (D10, D23)."""
    home = folder(revision)
    if exchange.status == OK:
        yield from _of_request(exchange.request, f"{home}requests.json")
    if exchange.streams:
        for event in pieces(exchange.received.decode()):
            if isinstance(event, dict):
                yield from _of_event(event, home)
    elif exchange.status == OK:
        yield from _faults(exchange.json, f"{home}replies.json", f"{MESSAGES[exchange.kind].__name__}Reply")
    elif exchange.media == "application/json":
        yield from _faults(exchange.json, f"{home}replies.json", "ErrorReply")


def _of_request(request: dict[str, Any], file: str) -> tuple[str, ...]:
    told = _faults(request, file)
    return ("D23",) if told and "type" not in request["params"].get("action", {"type": ""}) else told


def _of_event(event: dict[str, Any], home: str) -> tuple[str, ...]:
    told = _faults(event, f"{home}events.json")
    return ("D10",) if told and event.get("item", {}).get("type") in HIDDEN else told


def _faults(value: Any, *schema: str) -> tuple[str, ...]:
    return _of_text(COUNTED.sub("_1", json.dumps(value)), *schema)


@cache
def _of_text(text: str, *schema: str) -> tuple[str, ...]:
    """Check a message once, however often it is met: recordings are much alike."""
    errors = validator(*schema).iter_errors(json.loads(text))
    return tuple(f"{'#'.join(schema)}: {error.json_path} {error.message[:300]}" for error in errors)


@pytest.fixture(scope="module")
def ours() -> Iterator[Endpoint]:
    with live(scripted_app()) as port:
        yield Endpoint(f"http://127.0.0.1:{port}/chatkit/api")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_our_test_bed_says_fits(ours: Endpoint, scenario: Scenario) -> None:
    exchanges = play(scenario, ours)
    assert exchanges
    assert [fault for exchange in exchanges for fault in faults(exchange, LATEST)] == []


def test_what_was_recorded_fits() -> None:
    """Of the official SDK's faults a schema can see one: hidden items leak. It is seen as long as it is there."""
    seen: set[str] = set()
    for path in RECORDED:
        transcript = load(path)
        revision = at(transcript.header.version).name
        found = {fault for exchange in transcript.exchanges for fault in faults(exchange, revision)}
        assert found <= {"D10", "D23"}, path
        seen |= found
    assert seen == ({"D10", "D23"} if RECORDED else set())


def test_the_recorded_random_conversations_fit() -> None:
    told = [
        (step.get("type"), reply)
        for one in corpus.load()
        # The replies to the looks at what is left come after those to the steps.
        for step, took in zip(one.steps, one.replies, strict=False)
        for reply in took
    ]
    events = [event for _, reply in told for event in reply.get("events", ()) if isinstance(event, dict)]
    assert len(events) > 5000
    assert {fault for event in events for fault in _of_event(event, "")} == {"D10"}
    values = [(tag, reply["json"]) for tag, reply in told if tag and reply["status"] == OK and "json" in reply]
    assert len(values) > 200
    names = {tag: f"{message.__name__}Reply" for tag, message in MESSAGES.items()}
    assert [fault for tag, value in values for fault in _faults(value, "replies.json", names[tag])] == []
