"""The official test bed on every version that is on record: it starts, and obeys as far as that version can."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.differential.servers import (
    REFERENCE,
    VERSIONS,
    OfficialServer,
    TestBedServer,
    reference_python,
)
from chatkit_conformance.driver import Endpoint, post
from chatkit_conformance.fake_model import create_fake_model, scripted
from chatkit_conformance.transcript import Exchange, pieces
from support.live import live

pytestmark = pytest.mark.reference

JSON = dict[str, Any]
HERE = [version for version in VERSIONS[:-1] if Path(reference_python(version)).exists()] + VERSIONS[-1:]
FACTS = {version: json.loads((REFERENCE / "facts" / f"{version}.json").read_text()) for version in VERSIONS}
ITEM = {"id": "$ID:message:a", "thread_id": "$THREAD", "created_at": "$NOW"}
MESSAGE = {"type": "assistant_message", "content": [{"type": "output_text", "text": "hello"}], **ITEM}
OPENED = [
    ["emit", {"type": "thread.item.added", "item": MESSAGE | {"content": []}}],
    [
        "emit",
        {
            "type": "thread.item.updated",
            "item_id": "$ID:message:a",
            "update": {
                "type": "assistant_message.content_part.added",
                "content_index": 0,
                "content": {"type": "output_text", "text": "hel", "annotations": []},
            },
        },
    ],
]
CLOSED = [["emit", {"type": "thread.item.done", "item": MESSAGE}]]


@dataclass
class Bed:
    """A running test bed, what its version has, and a thread to talk in."""

    version: str
    endpoint: Endpoint
    thread: str = ""

    @property
    def facts(self) -> JSON:
        facts: JSON = FACTS[self.version]
        return facts

    def ask(self, kind: str, leave: int = 0, **params: Any) -> Exchange:
        in_thread = {"thread_id": self.thread} if self.thread and kind not in {"threads.create", "threads.list"} else {}
        sent = json.dumps({"type": kind, "params": in_thread | params}).encode()
        return post(self.endpoint, sent, leave=leave)

    def say(self, text: str, *attachments: str, leave: int = 0) -> list[JSON]:
        kind = "threads.add_user_message" if self.thread else "threads.create"
        content = [{"type": "input_text", "text": text}]
        parts = {"content": content, "attachments": attachments, "inference_options": {}}
        return events(self.ask(kind, leave, input=parts))

    def obey(self, *operations: list[Any], leave: int = 0) -> list[JSON]:
        """Give what the version says to a script, without what it says to every message."""
        said = self.say("ckc:" + json.dumps(operations), leave=leave)
        return [event for event in said if event["type"] not in {"thread.created", "stream_options"}][1:]

    def items(self) -> list[JSON]:
        rows: list[JSON] = self.ask("items.list", order="asc", limit=100).json["data"]
        return rows


def events(exchange: Exchange) -> list[JSON]:
    assert (exchange.status, exchange.cut) == (200, False), exchange
    return list(pieces(exchange.received.decode()))


@contextmanager
def model() -> Iterator[None]:
    """A model that answers by script, where the official SDK looks for one."""
    with pytest.MonkeyPatch.context() as patch, live(create_fake_model(), log_level="critical") as port:
        patch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
        patch.setenv("OPENAI_API_KEY", "some-key")
        yield


@pytest.fixture(scope="module", params=HERE)
def server(request: pytest.FixtureRequest) -> Iterator[Bed]:
    with OfficialServer(reference_python(request.param)) as running:
        yield Bed(request.param, Endpoint(running.url))


@pytest.fixture
def bed(server: Bed) -> Bed:
    fresh = Bed(server.version, server.endpoint)
    fresh.thread = fresh.say("hello")[0]["thread"]["id"]
    return fresh


def test_a_plain_message_is_acknowledged(bed: Bed) -> None:
    options = ["stream_options"] if "stream_options" in bed.facts["events"] else []
    said = bed.say("hello")
    assert [event["type"] for event in said] == ["thread.item.done", *options, "notice"]
    assert said[-1]["message"] == "ack"


def test_a_script_is_obeyed_and_what_it_says_is_kept(bed: Bed) -> None:
    said = bed.obey(["title", "T"], ["hidden", "secret"], *OPENED, *CLOSED, ["notice", "$CANARY:X"])
    kinds = ["item.added", "updated", "item.updated", "item.done"]
    assert [event["type"] for event in said] == [*(f"thread.{kind}" for kind in kinds), "notice"]
    assert said[-1]["message"] == "X-CANARY"
    assert [item["type"] for item in bed.items()] == ["user_message", "user_message", "assistant_message"]
    shown = bed.ask("threads.get_by_id").json
    assert (shown["title"], len(shown["items"]["data"])) == ("T", 3)
    assert shown["id"] in {row["id"] for row in bed.ask("threads.list", limit=1000).json["data"]}
    assert b"secret" not in json.dumps(shown["items"]["data"][2:]).encode()


def test_widgets_are_streamed_and_their_actions_answered(bed: Bed) -> None:
    texts = [{"type": "Text", "id": "t", "value": text} for text in ("a", "ab")]
    said = bed.obey(["widget", [{"type": "Card", "children": [text]} for text in texts]])
    assert [event["type"].removeprefix("thread.item.") for event in said] == ["added", "updated", "done"]
    assert said[1]["update"]["delta"] == "b"
    widget = said[2]["item"]["id"]
    acted = events(bed.ask("threads.custom_action", item_id=widget, action={"type": "go", "payload": {"a": None}}))
    assert [event["message"] for event in acted[-2:]] == ['payload={"a": null}', f"sender={widget}"]
    synced = bed.ask("threads.sync_custom_action", item_id=widget, action={"type": "go"})
    assert synced.status == (200 if "threads.sync_custom_action" in bed.facts["requests"] else 500)


def test_a_client_tool_call_is_answered_and_a_message_retried(bed: Bed) -> None:
    call = {"type": "client_tool_call", "status": "pending", "call_id": "c", "name": "n", "arguments": {"a": None}}
    bed.obey(["meta", "next", [["notice", "next"]]], ["emit", {"type": "thread.item.done", "item": call | ITEM}])
    assert events(bed.ask("threads.add_client_tool_output", result=[None]))[-1]["message"] == "next"
    first, _, tool = bed.items()
    assert (tool["status"], tool["output"], tool["arguments"]) == ("completed", [None], {"a": None})
    assert events(bed.ask("threads.retry_after_item", item_id=first["id"]))[-1]["message"] == "ack"
    assert len(bed.items()) == 1


def test_attachments_are_made_sent_and_deleted(bed: Bed) -> None:
    made = bed.ask("attachments.create", name="a.png", size=1, mime_type="image/png").json
    fields = bed.facts["attachments"]["image"]
    assert set(made) == {"type", *fields} - {"metadata", "thread_id"}
    shown = bed.say("look", made["id"])[0]["item"]["attachments"]
    assert shown == [made | ({"thread_id": bed.thread} if "thread_id" in fields else {})]
    assert bed.ask("attachments.delete", attachment_id=made["id"]).json == {}


def test_who_leaves_finds_what_the_version_keeps(bed: Bed) -> None:
    every = len(bed.say("hello")) - 1
    bed.obey(*OPENED, ["sleep", 2000], *CLOSED, leave=every + len(OPENED))
    until = time.monotonic() + 2
    kept: list[JSON] = []
    while "sdk_hidden_context" in bed.facts["items"] and not kept and time.monotonic() < until:
        kept = [item for item in bed.items() if item["type"] == "assistant_message"]
    assert [item["content"][0]["text"] for item in kept] == (
        ["hel"] if "sdk_hidden_context" in bed.facts["items"] else []
    )


@pytest.mark.parametrize("version", HERE)
def test_an_agent_answers_what_is_no_script_where_there_is_a_model(version: str) -> None:
    with model(), OfficialServer(reference_python(version)) as running:
        bed = Bed(version, Endpoint(running.url))
        said = [*bed.say("hello"), *bed.obey(["agent"])]
    answers = [event["item"] for event in said if event["type"] == "thread.item.done"]
    texts = [item["content"][0]["text"] for item in answers if item["type"] == "assistant_message"]
    assert len(texts) == 2, said
    assert all(texts)


LACKED = {
    "allowed_image_domains": ["domains", ["a.example"]],
    "client_effect": ["emit", {"type": "client_effect", "name": "n"}],
    "generated_image": ["emit", {"type": "thread.item.done", "item": {"type": "generated_image", **ITEM}}],
    "structured_input": [
        "emit",
        {"type": "thread.item.done", "item": {"type": "structured_input", "status": "pending", "inputs": [], **ITEM}},
    ],
    "Basic": ["widget", [{"type": "Basic", "children": [{"type": "Text", "value": "a"}]}]],
}


@pytest.mark.parametrize("name", LACKED)
def test_what_a_version_lacks_is_told_apart_from_a_fault(bed: Bed, name: str) -> None:
    rows = bed.facts["replies"]["thread"], *(bed.facts[group] for group in ("events", "items", "widget_roots"))
    said = bed.obey(LACKED[name])
    if any(name in row for row in rows):
        assert not [event for event in said if event["type"] == "error"], said
        assert said
    else:
        message = f"openai-chatkit {bed.version} lacks {name}"
        assert said == [{"type": "error", "code": "custom", "message": message, "allow_retry": False}]


def test_a_wrong_script_is_a_fault(bed: Bed) -> None:
    assert bed.obey(["emit", {"type": "nonsense"}]) == [{"type": "error", "code": "stream.error", "allow_retry": True}]


@pytest.mark.parametrize("version", HERE)
def test_the_agents_for_the_bridge_run_on_every_version(version: str) -> None:
    with model(), TestBedServer([reference_python(version), str(REFERENCE / "agent_app.py")]) as running:
        for dialect in ("responses", "chat"):
            bed = Bed(version, Endpoint(f"http://127.0.0.1:{running.port}/{dialect}/guarded"))
            answered = bed.say(scripted(["call", "weather", {"city": "Oslo"}], ["then"], ["text", "Sun."]))[-1]
            assert answered["item"]["content"][0]["text"] == "Sun."
            bed.endpoint = Endpoint(bed.endpoint.url.replace("guarded", "main"))
            kinds = [event["type"] for event in bed.say(scripted(["call", "effect", {"name": "flash"}]))]
            assert ("client_effect" in kinds) == ("client_effect" in FACTS[version]["events"]), kinds
            assert ("error" in kinds) != ("client_effect" in kinds), kinds
