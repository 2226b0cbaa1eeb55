"""The bridge over HTTP: where it differs from the official one on purpose, and that a stop reaches the run."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from agents import Agent
from chatkit_agents import agent_responder
from chatkit_agents.demo.model import EVENT, DemoModel
from chatkit_server import create_app
from support.live import live
from support.wire import Wire, frames, message


class Placeholders(DemoModel):
    """Names every item `__fake_id__`, as models behind chat completions do."""

    async def stream_response(self, *args: Any, **options: Any) -> AsyncIterator[Any]:
        async for event in super().stream_response(*args, **options):
            yield EVENT.validate_python(nameless(event.model_dump()))


def nameless(value: Any) -> Any:
    if isinstance(value, list):
        return [nameless(v) for v in value]
    if not isinstance(value, dict):
        return value
    ids = {"item_id"} | ({"id"} if "type" in value else set())
    return {k: "__fake_id__" if k in ids and v else nameless(v) for k, v in value.items()}


def served(model: DemoModel) -> Any:
    return live(create_app(agent_responder(Agent(name="Test", model=model)), strict=True))


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with served(DemoModel(delay=0)) as port:
        yield Wire(port)


def test_d16_three_turns_on_a_model_with_placeholder_ids_are_three_messages() -> None:
    with served(Placeholders(delay=0)) as port:
        wire = Wire(port)
        thread = wire.thread("one")
        told = [wire.say(thread, text) for text in ("two", "three")]
        items = [i for i in wire.items(thread) if i["type"] == "assistant_message"]
    assert len({item["id"] for item in items}) == 3
    assert [text in item["content"][0]["text"] for item, text in zip(items, ("one", "two", "three"), strict=True)]
    assert "__fake_id__" not in json.dumps(items)
    for reply, item in zip(told, items[1:], strict=True):
        ids = {e["item"]["id"] for e in reply.raw_events if e.get("item", {}).get("type") == "assistant_message"}
        ids |= {e["item_id"] for e in reply.of("thread.item.updated")}
        assert ids == {item["id"]}, "the same id from added to the store"
        assert reply.of("thread.item.done")[-1]["item"] == item


def test_d15_a_refusal_is_streamed(wire: Wire) -> None:
    reply = wire.create("/refusal")
    updates = [e["update"] for e in reply.of("thread.item.updated")]
    deltas = [u["delta"] for u in updates if u["type"].endswith("text_delta")]
    whole = reply.of("thread.item.done")[-1]["item"]["content"][0]["text"]
    assert len(deltas) > 1
    assert "".join(deltas) == whole
    assert not reply.of("error")


@pytest.mark.parametrize("text", ["hello", "/reasoning"])
def test_d18_an_item_has_one_time(wire: Wire, text: str) -> None:
    reply = wire.create(text)
    added = {e["item"]["id"]: e["item"]["created_at"] for e in reply.of("thread.item.added")}
    done = {e["item"]["id"]: e["item"]["created_at"] for e in reply.of("thread.item.done")}
    assert added
    assert {name: done[name] for name in added} == added


def test_reasoning_is_a_workflow_before_the_message(wire: Wire) -> None:
    kinds = [i["type"] for i in wire.items(wire.thread("/reasoning"))]
    assert kinds == ["user_message", "workflow", "assistant_message"]


def test_a_stop_reaches_the_run_and_saves_what_was_said() -> None:
    closed: list[float] = []

    class Endless(DemoModel):
        async def stream_response(self, *args: Any, **options: Any) -> AsyncIterator[Any]:
            try:
                async for event in super().stream_response(*args, **options):
                    await asyncio.sleep(0.02)
                    yield event
            finally:
                closed.append(time.monotonic())

    with served(Endless(delay=0)) as port:
        wire = Wire(port)
        body = {"type": "threads.create", "params": {"input": message("tell me " + "more and " * 300)}}
        with wire.open("POST", body) as connection:
            reading = frames(connection.getresponse())
            events = [json.loads(next(reading)[6:]) for _ in range(10)]
        deadline = time.monotonic() + 5
        while not closed and time.monotonic() < deadline:
            time.sleep(0.01)
        assert closed, "the model goes on for nobody"
        said = "".join(e["update"].get("delta", "") for e in events if "update" in e)
        while len(items := wire.items(events[0]["thread"]["id"])) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert said
    assert items[1]["content"][0]["text"].startswith(said)
