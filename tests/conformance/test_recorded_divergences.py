"""The divergences that only recordings show: each rule recognises its own, and nothing that only looks like it."""

from copy import deepcopy
from typing import Any

import pytest

from chatkit_conformance.differential.normalise import Names
from chatkit_conformance.differential.rules import Scene, explain, remaining
from chatkit_conformance.recordings.explanations import ANOTHER, RULES
from chatkit_protocol.divergences import DIVERGENCES

JSON = dict[str, Any]
STREAM = "text/event-stream; charset=utf-8"
FAILED = {"type": "error", "code": "stream.error", "allow_retry": True}
OWN = {"type": "error", "code": "app.special", "message": "no", "allow_retry": True}
NOTICE = {"type": "notice", "level": "info", "message": "n"}
ICON = {"type": "progress_update", "text": "t", "icon": "new"}
EMITS = {"type": "threads.create", "params": {"$script": [["emit", OWN]]}}
NAMELESS = {"type": "threads.custom_action", "params": {"thread_id": "thr_1", "action": {"payload": {}}}}
NAMED = {"type": "threads.custom_action", "params": {"thread_id": "thr_1", "action": {"type": "go"}}}
PAGE = {"data": [], "has_more": False}
SPEECH = {"type": "input.transcribe", "params": {"audio_base64": "%", "mime_type": "audio/mp4"}}
PAGED = {"type": "items.list", "params": {"thread_id": "thr_1", "after": "msg_9"}}


def stream(*events: JSON) -> JSON:
    return {"status": 200, "content_type": STREAM, "events": deepcopy(list(events))}


def answer(value: JSON) -> JSON:
    return {"status": 200, "content_type": "application/json", "json": value}


def problem(status: int) -> JSON:
    code = {400: "bad_request", 404: "not_found"}[status]
    return {"status": status, "content_type": "application/json", "json": {"message": "no", "code": code}}


def item(time: str) -> JSON:
    return {"type": "thread.item.done", "item": {"type": "end_of_turn", "id": "msg_1", "created_at": time}}


NOW = "2026-01-02T03:04:05Z"
RECOGNISED = [
    pytest.param("D18", {}, stream(item(ANOTHER)), stream(item(NOW)), id="D18"),
    pytest.param("D22", {}, stream(NOTICE, FAILED), stream(NOTICE, ICON, NOTICE), id="D22"),
    pytest.param("D23", NAMELESS, stream(NOTICE), problem(400), id="D23"),
    pytest.param("D29", EMITS, stream(NOTICE, FAILED), stream(NOTICE, OWN), id="D29"),
    pytest.param("D30", SPEECH, answer({"text": "0|audio/mp4"}), problem(400), id="D30"),
    pytest.param("D31", PAGED, answer(PAGE), problem(404), id="D31"),
]
REPORTED = [
    pytest.param({}, stream(item(NOW)), stream(item(ANOTHER)), id="our time changes"),
    pytest.param({}, stream(item(ANOTHER), NOTICE), stream(item(NOW)), id="and something is missing"),
    pytest.param({}, stream(FAILED), stream(NOTICE), id="no error of ours"),
    pytest.param({}, stream(NOTICE, FAILED), stream(ICON), id="something is lost before the icon"),
    pytest.param(NAMELESS, stream(NOTICE), problem(404), id="an action is not found"),
    pytest.param(NAMED, stream(NOTICE), problem(400), id="an action with a type is refused"),
    pytest.param(EMITS, stream(NOTICE, FAILED), stream(OWN), id="something is lost before our error"),
    pytest.param({}, stream(NOTICE, FAILED), stream(NOTICE, OWN), id="a code that no script has"),
    pytest.param(SPEECH, answer({"text": "0|audio/mp4"}), problem(404), id="speech is not found"),
    pytest.param(PAGED, answer(PAGE), problem(400), id="a cursor is a bad request"),
    pytest.param(PAGED | {"params": {}}, answer(PAGE), problem(404), id="no cursor was sent"),
]


def scene(step: JSON, official: JSON, ours: JSON) -> Scene:
    return Scene(step, [deepcopy(official)], [deepcopy(ours)], (Names(), Names()))


@pytest.mark.parametrize(("number", "step", "official", "ours"), RECOGNISED)
def test_a_divergence_is_recognised(number: str, step: JSON, official: JSON, ours: JSON) -> None:
    assert remaining(scene(step, official, ours)) is not None
    seen = scene(step, official, ours)
    explain(seen, RULES)
    assert remaining(seen) is None
    assert seen.cited == [number]


@pytest.mark.parametrize(("step", "official", "ours"), REPORTED)
def test_what_only_looks_like_one_is_reported(step: JSON, official: JSON, ours: JSON) -> None:
    seen = scene(step, official, ours)
    explain(seen, RULES)
    assert remaining(seen) is not None


def test_every_rule_cites_a_divergence_that_exists() -> None:
    assert {explanation.number for explanation in RULES} <= DIVERGENCES.keys()
