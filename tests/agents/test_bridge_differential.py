"""The same model through the official bridge and through ours: the same stream, but for what is meant to differ."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from chatkit_conformance.differential.bridge_rules import BROKEN, Pair, Placeholders, compared
from chatkit_conformance.differential.bridge_scenarios import OUTPUT, SCENARIOS, Scenario
from chatkit_conformance.differential.exchange import send
from chatkit_conformance.differential.normalise import Names, normalise
from chatkit_conformance.differential.servers import REFERENCE, TestBedServer, reference_python
from chatkit_conformance.fake_model import create_fake_model
from chatkit_protocol.divergences import DIVERGENCES
from support.bridge_app import bridge_app
from support.live import live
from support.wire import message

JSON = dict[str, Any]
CASES = [(scenario, dialect) for scenario in SCENARIOS for dialect in scenario.dialects]


@dataclass
class Side:
    """One bridge with its own model server, both of which forget everything between conversations."""

    model: Any
    url: str
    can_be_mended: bool = False

    def talk(self, scenario: Scenario, dialect: str) -> "Talk":
        self.model.forget()
        mended = "/mended" if scenario.mended and self.can_be_mended else ""
        url = f"{self.url}{mended}/{dialect}/{scenario.agent}"
        thread, replies = "", []
        for turn in scenario.turns:
            reply = send(url, json.dumps(request(turn, thread)).encode())
            assert reply.status == 200, reply
            assert not reply.cut
            replies.append(list(reply.events or ()))
            thread = thread or replies[0][0]["thread"]["id"]
        listed = {"type": "items.list", "params": {"thread_id": thread, "order": "asc", "limit": 1000}}
        return Talk(replies, send(url, json.dumps(listed).encode()).json["data"])


@dataclass
class Talk:
    """What was streamed, and what is there after a reload."""

    replies: list[list[JSON]]
    items: list[JSON]


def request(turn: str, thread: str) -> JSON:
    if turn == OUTPUT:
        return {"type": "threads.add_client_tool_output", "params": {"thread_id": thread, "result": {"seen": None}}}
    if not thread:
        return {"type": "threads.create", "params": {"input": message(turn)}}
    return {"type": "threads.add_user_message", "params": {"thread_id": thread, "input": message(turn)}}


@pytest.fixture(scope="module")
def official() -> Iterator[Side]:
    model = create_fake_model()
    with pytest.MonkeyPatch.context() as patch, live(model, log_level="critical") as port:
        patch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
        patch.setenv("OPENAI_API_KEY", "some-key")
        with TestBedServer([reference_python(), str(REFERENCE / "agent_app.py")]) as server:
            yield Side(model.state.fake, f"http://127.0.0.1:{server.port}", can_be_mended=True)


@pytest.fixture(scope="module")
def ours() -> Iterator[Side]:
    model = create_fake_model()
    with live(model, log_level="critical") as port, live(bridge_app(port)) as served:
        yield Side(model.state.fake, f"http://127.0.0.1:{served}")


def seen(left: Talk, right: Talk, scenario: Scenario) -> set[str]:
    """Compare two conversations; give the divergences that explain all that is different."""
    names, placeholders, cited, forked = (Names(), Names()), Placeholders(), set(), False
    for given, second in zip(left.replies, right.replies, strict=True):
        first = placeholders.named(given)
        cited |= {"D16"} if first != given else set()
        pair = Pair(normalise(first, names[0]), normalise(second, names[1]), scenario.error)
        remaining = compared(pair)
        assert remaining is None, f"{remaining}\nofficial: {shown(first)}\nours:     {shown(second)}"
        cited |= pair.cited
        forked = forked or pair.settled
    # What the official SDK keeps of several items with one id is one of them (D16).
    if not forked and "D16" not in cited:
        assert normalise(left.items, names[0]) == normalise(right.items, names[1])
    return cited


def shown(events: list[JSON]) -> str:
    return "\n".join(json.dumps(event, ensure_ascii=False) for event in events)


def replayed(talk: Talk) -> list[JSON]:
    """Give the items that the streams add up to, as they were when they were done."""
    items: dict[str, JSON | None] = {}
    for event in (event for events in talk.replies for event in events):
        if event["type"] == "thread.item.added":
            items[event["item"]["id"]] = None
        elif event["type"] == "thread.item.done":
            items[event["item"]["id"]] = event["item"]
        elif event["type"] == "thread.item.removed":
            items.pop(event["item_id"], None)
    return [item for item in items.values() if item]


def at_rest(items: list[JSON]) -> list[JSON]:
    """Leave out what changes without an event: the client tool call that is answered, the workflow that stays open."""
    calls = [item | {"status": "", "output": None} if item["type"] == "client_tool_call" else item for item in items]
    return [item for item in calls if item["type"] != "workflow" or "summary" in item["workflow"]]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("scenario", "dialect"), [pytest.param(*case, id=f"{case[0].name}-{case[1]}") for case in CASES]
)
def test_the_same_model_gives_the_same_stream(official: Side, ours: Side, scenario: Scenario, dialect: str) -> None:
    told = ours.talk(scenario, dialect)
    cited = seen(official.talk(scenario, dialect), told, scenario)
    assert cited - {"D16"} == set(scenario.cites.split())
    assert at_rest(told.items) == at_rest(replayed(told))
    times = {e["item"]["id"]: e["item"]["created_at"] for r in told.replies for e in r if e["type"].endswith("added")}
    assert times.items() <= ({i["id"]: i["created_at"] for i in told.items} | removed(told, times)).items(), "D18"


def removed(talk: Talk, times: JSON) -> JSON:
    gone = {e["item_id"] for events in talk.replies for e in events if e["type"] == "thread.item.removed"}
    unfinished = times.keys() - {item["id"] for item in talk.items}
    return {name: times[name] for name in times.keys() & (gone | unfinished)}


def test_there_are_enough_scenarios_and_each_number_exists() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    assert [len({s.name for s, one in CASES if one == dialect}) >= 40 for dialect in ("responses", "chat")] == [
        True,
        True,
    ]
    assert {number for scenario in SCENARIOS for number in scenario.cites.split()} <= DIVERGENCES.keys()


ADDED = {"type": "thread.item.added", "item": {"type": "assistant_message", "id": "m", "content": []}}
FRAME = {"type": "thread.item.added", "item": {"type": "generated_image", "id": "g"}}
FLOW = {"type": "thread.item.added", "item": {"type": "workflow", "id": "w", "workflow": {"tasks": []}}}
TOLD = {"type": "error", "code": "custom", "message": "The quota is used up.", "allow_retry": False}


def update(kind: str, **fields: Any) -> JSON:
    name = f"assistant_message.content_part.{kind}"
    return {"type": "thread.item.updated", "item_id": "m", "update": {"type": name, "content_index": 0, **fields}}


def done(text: str) -> JSON:
    return {"type": "thread.item.done", "item": {"type": "assistant_message", "id": "m", "content": [{"text": text}]}}


def step(place: int) -> JSON:
    return {
        "type": "thread.item.updated",
        "item_id": "w",
        "update": {"type": "workflow.task.added", "task_index": place},
    }


def gone(item_id: str) -> JSON:
    return {"type": "thread.item.removed", "item_id": item_id}


PART, DELTA, CITED = update("added"), update("text_delta", delta="No."), update("annotation_added", annotation_index=0)
CLOSED = update("done", content={"text": "No."})
EXPLAINED = [
    pytest.param([ADDED, PART, done("No.")], [ADDED, PART, DELTA, CLOSED, done("No.")], "D15", id="D15"),
    pytest.param([ADDED, BROKEN], [ADDED, PART, DELTA, CLOSED, done("No.")], "D15", id="D15-ends"),
    pytest.param([FLOW, step(0), step(0)], [FLOW, step(0), step(1)], "D17", id="D17"),
    pytest.param([ADDED, PART, BROKEN], [ADDED, PART, CITED, CLOSED, done("No.")], "D24", id="D24"),
    pytest.param([FRAME], [FRAME, gone("g")], "D25", id="D25"),
    pytest.param([ADDED, BROKEN], [ADDED, TOLD], "D26", id="D26"),
    pytest.param([ADDED, BROKEN], [ADDED, PART, DELTA, TOLD], "D26", id="D26-late"),
    pytest.param([ADDED, gone("fc"), gone("m")], [ADDED, gone("m")], "D27", id="D27"),
]
REPORTED = [
    pytest.param([ADDED], [], id="an item is missing"),
    pytest.param([ADDED, PART, done("No.")], [ADDED, PART, DELTA, DELTA, done("No.")], id="too much is streamed"),
    pytest.param([ADDED, PART, done("No.")], [ADDED, PART, CLOSED, DELTA, done("No!")], id="another text"),
    pytest.param([ADDED, BROKEN], [ADDED, PART, DELTA, CLOSED], id="ours never ends"),
    pytest.param([FLOW, step(0), step(0)], [FLOW, step(0), step(0)], id="ours repeats an index"),
    pytest.param([ADDED, PART, BROKEN], [ADDED, PART, CITED, BROKEN], id="ours fails after the citation"),
    pytest.param([FRAME], [FRAME, gone("m")], id="ours removes something else"),
    pytest.param([ADDED, BROKEN], [ADDED, TOLD | {"message": "Sorry."}], id="ours says something else"),
    pytest.param([ADDED, BROKEN], [PART, TOLD], id="ours lost an item before the failure"),
    pytest.param([ADDED, gone("m")], [ADDED], id="ours removes too little"),
]


@pytest.mark.parametrize(("left", "right", "number"), EXPLAINED)
def test_a_rule_recognises_its_divergence(left: list[JSON], right: list[JSON], number: str) -> None:
    pair = Pair(deepcopy(left), deepcopy(right), "quota")
    assert compared(pair) is None
    assert pair.cited == {number}


@pytest.mark.parametrize(("left", "right"), REPORTED)
def test_what_only_looks_like_a_divergence_is_reported(left: list[JSON], right: list[JSON]) -> None:
    pair = Pair(deepcopy(left), deepcopy(right), "quota")
    assert compared(pair) is not None


def test_d16_each_placeholder_is_an_item_of_its_own() -> None:
    def fake(event: JSON) -> JSON:
        return (
            event | {"item": event["item"] | {"id": "__fake_id__"}}
            if "item" in event
            else event | {"item_id": "__fake_id__"}
        )

    events = [fake(event) for event in (ADDED, PART, done("a"), ADDED, done("b"), gone("m"))]
    named = Placeholders().named(events)
    ids = [event.get("item_id") or event["item"]["id"] for event in named]
    assert ids == [f"msg_placeholder{n}" for n in (1, 1, 1, 2, 2, 1, 2)]
