"""Random conversations against the official SDK and against ours: every difference is one that is meant."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from chatkit_conformance.differential.divergences import EXPLANATIONS
from chatkit_conformance.differential.exchange import Reply, interpret
from chatkit_conformance.differential.normalise import Names
from chatkit_conformance.differential.play import Play, Send, sender
from chatkit_conformance.differential.rules import Scene, explain, remaining, shared_fault
from chatkit_conformance.differential.run import play_many, scenario, told
from chatkit_conformance.differential.scripts import conversations
from chatkit_conformance.differential.servers import OfficialServer, OurServer
from chatkit_conformance.differential.steps import Steps
from chatkit_conformance.scenarios import Scenario, spelled
from chatkit_conformance.testbed.app import scripted_app
from chatkit_protocol.divergences import DIVERGENCES
from support.live import live

JSON = dict[str, Any]
Mutation = Callable[[Reply], Reply]


@pytest.fixture(scope="module")
def hands() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def official() -> Iterator[Send]:
    with OfficialServer() as server:
        yield sender(server.url)


@pytest.fixture(scope="module")
def twin() -> Iterator[Send]:
    with OfficialServer() as server:
        yield sender(server.url)


@pytest.mark.slow
@pytest.mark.reference
def test_ours_differs_from_the_official_sdk_only_where_it_means_to(official: Send, hands: Executor) -> None:
    with OurServer() as server:
        play = Play(official, sender(server.url), EXPLANATIONS, hands)

        @settings(
            derandomize=True,
            max_examples=300,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            # Slow and large is what a conversation with two servers is.
            suppress_health_check=list(HealthCheck),
        )
        @given(conversations())
        def each(conversation: Steps) -> None:
            outcome = play(conversation)
            assert outcome.mismatch is None, told(conversation, outcome.mismatch)

        each()


ITEM = {"id": "$ID:message:a", "thread_id": "$THREAD", "created_at": "$NOW"}
MESSAGE = {"type": "assistant_message", "content": [{"type": "output_text", "text": "hello"}], **ITEM}
SCRIPT = [["title", "t"], ["emit", {"type": "thread.item.done", "item": MESSAGE}], ["notice", "n"], ["input"]]
INPUT = {"content": [{"type": "input_text", "text": {"$script": SCRIPT}}], "attachments": [], "inference_options": {}}
CONVERSATION = [
    {"type": "threads.create", "params": {"input": INPUT}},
    {"type": "attachments.create", "params": {"name": "a", "size": 1, "mime_type": "image/png"}},
    {"type": "items.list", "params": {"thread_id": {"$": "thread"}, "limit": 1}, "walk": True},
]


def rewriting(before: bytes, after: bytes) -> Mutation:
    return lambda reply: interpret(
        reply.status, reply.content_type, reply_bytes(reply).replace(before, after), cut=reply.cut
    )


def reply_bytes(reply: Reply) -> bytes:
    if reply.events is None:
        return json.dumps(reply.json).encode()
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in reply.events)


def backwards(reply: Reply) -> Reply:
    return replace(reply, events=reply.events and reply.events[::-1])


@pytest.mark.slow
def test_a_planted_difference_is_found_and_shrunk_to_a_scenario(hands: Executor) -> None:
    def planted(send: Send) -> Send:
        return lambda body: rewriting(b'"level": "danger"', b'"level": "warning"')(send(body))

    with live(scripted_app()) as one, live(scripted_app()) as other:
        sends = [sender(f"http://127.0.0.1:{port}/chatkit/api") for port in (one, other)]
        said: list[str] = []
        play = Play(sends[0], planted(sends[1]), (), hands)
        tally = play_many(play, number=7, count=50, patience=12, tell=said.append)
    conversation, mismatch = min(tally.failed, key=lambda failure: len(json.dumps(failure[0])))
    made = scenario(conversation, mismatch)
    assert said[-1].startswith("\r50 conversations")
    assert len(made.steps) <= 2
    assert len(json.dumps(made.steps)) < 700, made.steps
    assert msgspec.json.decode(spelled(made), type=Scenario) == made
    assert "danger" in json.dumps(made.steps)


MUTATIONS = [
    pytest.param(rewriting(b'"annotations": []', b'"other": []'), id="a default is left out"),
    pytest.param(rewriting(b'"has_more": false', b'"has_more": false, "after": null'), id="a null is written"),
    pytest.param(rewriting(b'"has_more": true', b'"has_more": false'), id="a page too few"),
    pytest.param(rewriting(b'"title": "t"', b'"title": "T"'), id="a value changes"),
    pytest.param(rewriting(b'"hello"', b'"hello "'), id="a text changes"),
    pytest.param(rewriting(b'"PUT"', b'"POST"'), id="an upload changes"),
    pytest.param(rewriting(b'"allow_cancel": true', b'"allow_cancel": 1'), id="a type changes"),
    pytest.param(rewriting(b"created_at", b"createdAt"), id="a key changes"),
    pytest.param(backwards, id="the order changes"),
    pytest.param(lambda reply: replace(reply, status=201), id="the status changes"),
    pytest.param(lambda reply: replace(reply, content_type="text/plain"), id="the content type changes"),
    pytest.param(lambda reply: replace(reply, cut=True), id="the body is cut"),
]


@pytest.mark.slow
@pytest.mark.reference
@pytest.mark.parametrize("mutate", MUTATIONS)
def test_a_change_in_one_of_two_equal_servers_is_seen(
    official: Send, twin: Send, hands: Executor, mutate: Mutation
) -> None:
    assert Play(official, twin, (), hands)(CONVERSATION).mismatch is None
    changed = Play(official, lambda body: mutate(twin(body)), EXPLANATIONS, hands)(CONVERSATION)
    assert changed.mismatch is not None


def stream(*events: JSON, cut: bool = False) -> JSON:
    shown = {"status": 200, "content_type": "text/event-stream; charset=utf-8", "events": list(events)}
    return shown | ({"cut": True} if cut else {})


def reply(value: JSON, status: int = 200) -> JSON:
    return {"status": status, "content_type": "application/json", "json": value}


def problem(status: int, code: str) -> JSON:
    return reply({"message": "m", "code": code}, status)


CRASH = {"status": 500, "content_type": "text/plain; charset=utf-8", "text": "Internal Server Error"}
SECRET = {"type": "hidden_context_item", "id": "msg_000000ff", "thread_id": "thr_00000001", "content": "s"}
NOTICE = {"type": "notice", "level": "info", "message": "m"}
ERROR = {"type": "error", "code": "stream.error", "allow_retry": True}


def widget(event: str, state: JSON) -> JSON:
    item = {"type": "widget", "id": "msg_0000000a", "widget": state}
    return {"type": f"thread.item.{event}", "item": item}


def card(*children: JSON, **props: Any) -> JSON:
    return {"type": "Card", "children": list(children), **props}


def redrawn(state: JSON) -> JSON:
    update = {"type": "widget.root.updated", "widget": state}
    return {"type": "thread.item.updated", "item_id": "msg_0000000a", "update": update}


def button(**extra: Any) -> JSON:
    return {"type": "Button", "onClickAction": {"type": "go", **extra}}


def page(*keys: int, after: int | None = None) -> JSON:
    rows = [{"id": f"msg_0000000{key}", "content": key} for key in keys]
    return reply({"data": rows, "has_more": bool(after)} | ({"after": f"msg_0000000{after}"} if after else {}))


FULL = {"handler": "server", "loadingBehavior": "auto", "streaming": True}
ONE, TWO = card({"type": "Text", "value": "a"}), card({"type": "Text", "value": "ab"})
THREE = card({"type": "Text", "value": "abc"})
RETRY, TOOL = {"type": "threads.retry_after_item"}, {"type": "threads.add_client_tool_output"}
WALK = {"type": "items.list", "params": {}, "walk": True}

CASES: list[tuple[str, JSON, list[JSON], list[JSON], JSON]] = [
    ("D1", {"wrong": True}, [CRASH], [problem(400, "bad_request")], {}),
    ("D2", {"type": "items.list"}, [CRASH], [problem(404, "not_found")], {"lacking": True}),
    ("D2", {"type": "threads.sync_custom_action"}, [CRASH], [problem(400, "bad_request")], {}),
    ("D2", {"type": "items.feedback"}, [reply({})], [problem(404, "not_found")], {"lacking": True}),
    ("D3", RETRY, [stream(cut=True)], [problem(404, "not_found")], {"lacking": True}),
    ("D3", {}, [stream(NOTICE, cut=True)], [problem(404, "not_found")], {"lacking": True}),
    ("D3", {}, [stream(NOTICE, cut=True)], [stream(NOTICE, ERROR)], {"lacking": True}),
    ("D4", {"lenient": "D4"}, [CRASH], [stream(NOTICE)], {}),
    ("D5", {"params": {"limit": -1}}, [page(1)], [problem(400, "bad_request")], {}),
    (
        "D9",
        {},
        [reply({"data": [widget("done", ONE)["item"]]})],
        [reply({"data": [widget("done", TWO)["item"]]})],
        {"roots": {"msg_0000000a": TWO}},
    ),
    ("D10", {}, [stream({"type": "thread.item.added", "item": SECRET}, NOTICE)], [stream(NOTICE)], {}),
    ("D11", TOOL, [stream(cut=True)], [stream(NOTICE)], {"pending": True}),
    ("D12", RETRY, [stream()], [problem(404, "not_found")], {"lacking": True}),
    (
        "D14",
        {},
        [stream(widget("added", ONE), widget("done", TWO))],
        [stream(widget("added", ONE), redrawn(TWO), widget("done", TWO))],
        {},
    ),
    (
        "D14",
        {},
        [stream(widget("added", ONE), ERROR)],
        [stream(widget("added", ONE), redrawn(TWO), widget("done", TWO))],
        {},
    ),
    (
        "D14",
        {},
        [stream(widget("added", ONE), widget("done", TWO), widget("added", ONE), redrawn(TWO), ERROR)],
        [
            stream(
                widget("added", ONE),
                redrawn(TWO),
                widget("done", TWO),
                widget("added", ONE),
                redrawn(TWO),
                redrawn(ONE),
            )
        ],
        {},
    ),
    (
        "D14",
        {},
        [stream(ERROR, widget("added", ONE), redrawn(THREE), ERROR)],
        [stream(ERROR, widget("added", ONE), redrawn(TWO), redrawn(THREE), redrawn(ONE), widget("done", ONE), ERROR)],
        {},
    ),
    ("D19", WALK, [page(1, after=9), page(2)], [page(1, 2)], {"secret": True}),
    ("D20", {"lenient": "D20"}, [CRASH], [reply({})], {}),
    ("D21", {}, [stream(widget("done", card(button(**FULL))))], [stream(widget("done", card(button())))], {}),
    ("D21", {}, [stream(widget("done", card()))], [stream(widget("done", card(border={"size": 1})))], {}),
]


def scene(step: JSON, official: list[JSON], ours: list[JSON], known: JSON) -> Scene:
    return Scene(step, json.loads(json.dumps(official)), json.loads(json.dumps(ours)), (Names(), Names()), **known)


@pytest.mark.parametrize(
    ("number", "step", "official", "ours", "known"),
    [pytest.param(*case, id=f"{case[0]}-{n}") for n, case in enumerate(CASES)],
)
def test_a_rule_recognises_its_divergence(
    number: str, step: JSON, official: list[JSON], ours: list[JSON], known: JSON
) -> None:
    seen = scene(step, official, ours, known)
    explain(seen, EXPLANATIONS)
    assert remaining(seen) is None
    assert set(seen.cited) == {number}


@pytest.mark.parametrize(
    ("step", "official", "ours", "known"),
    [
        pytest.param({}, [CRASH], [problem(404, "not_found")], {}, id="404 for what is there"),
        pytest.param({}, [CRASH], [problem(400, "bad_request")], {"lacking": True}, id="400 for what is not there"),
        pytest.param({"wrong": True}, [CRASH], [problem(400, "not_found")], {}, id="status and code disagree"),
        pytest.param({"wrong": True}, [CRASH], [reply({"code": "bad_request"}, 400)], {}, id="no message"),
        pytest.param({"wrong": True}, [CRASH], [reply({})], {}, id="a wrong request is taken"),
        pytest.param({}, [CRASH], [CRASH], {"lacking": True}, id="ours crashes too"),
        pytest.param({}, [stream(NOTICE)], [stream()], {}, id="an event is missing"),
        pytest.param(TOOL, [stream(cut=True)], [stream(NOTICE)], {}, id="a tool call out of nowhere"),
        pytest.param(RETRY, [stream()], [stream()], {"lacking": True}, id="silent as the reference"),
        pytest.param(
            {},
            [stream({"type": "thread.item.added", "item": SECRET})],
            [stream({"type": "thread.item.added", "item": SECRET})],
            {},
            id="ours leaks as well",
        ),
        pytest.param(
            {},
            [reply({"data": [widget("done", ONE)["item"]]})],
            [reply({"data": [widget("done", ONE)["item"]]})],
            {"roots": {"msg_0000000a": TWO}},
            id="ours does not store either",
        ),
        pytest.param(
            {},
            [stream(widget("done", card(button(**FULL))))],
            [stream(widget("done", card(button(payload=1))))],
            {},
            id="another action",
        ),
        pytest.param(
            {}, [stream(widget("done", card()))], [stream(widget("done", card(other=1)))], {}, id="another prop"
        ),
        pytest.param(
            {},
            [stream(widget("added", ONE), redrawn(TWO), widget("done", TWO))],
            [stream(widget("added", ONE), widget("done", TWO))],
            {},
            id="ours loses an update",
        ),
        pytest.param(WALK, [page(1, after=9), page(2)], [page(1, 3)], {"secret": True}, id="other items"),
        pytest.param(WALK, [page(1, after=9), page(2)], [page(1, 2)], {}, id="short for no reason"),
        pytest.param(WALK, [page(1, after=1), page(2)], [page(1, after=9), page(2)], {"secret": True}, id="our cursor"),
    ],
)
def test_what_only_looks_like_a_divergence_is_reported(
    step: JSON, official: list[JSON], ours: list[JSON], known: JSON
) -> None:
    seen = scene(step, official, ours, known)
    explain(seen, EXPLANATIONS)
    assert remaining(seen) or shared_fault(seen)


def test_every_rule_cites_a_divergence_that_exists() -> None:
    assert {explanation.number for explanation in EXPLANATIONS} <= DIVERGENCES.keys()
