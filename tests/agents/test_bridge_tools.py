"""What tools send through the run context reaches the user in the order in which it happened, and the store too."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from agents import RunContextWrapper, function_tool
from chatkit_agents import Conversion, ToolContext
from chatkit_agents.outbound import text_part
from chatkit_conformance.fake_model import scripted
from chatkit_protocol.tasks import CustomTask
from chatkit_protocol.widgets import Card, Text
from support.demo import JSON, Client, answers, kinds
from support.model_server import Fake, fake_model, roles

each_dialect = pytest.mark.parametrize("dialect", ["responses", "chat"])
Wrapper = RunContextWrapper[ToolContext[None]]
DONE = ["text", "Done."]


@pytest.fixture(scope="module")
def server() -> Iterator[Fake]:
    with fake_model() as fake:
        yield fake


@pytest.fixture
def fake(server: Fake) -> Fake:
    server.log.clear()
    return server


def card(text: str, *, streaming: bool = False) -> Card:
    return Card(children=[Text(id="t", value=text, streaming=streaming)])


@function_tool
async def everything(wrapper: Wrapper) -> str:
    """Send one of each, in an order that a test can know again."""
    context = wrapper.context
    context.progress("Looking…", icon="search")
    step = context.task(CustomTask(title="Step"))
    context.notice("Careful", "warning", title="Note")
    step.change(CustomTask(title="Step", status_indicator="complete"))
    context.hidden("for the model alone")
    context.effect("blink", {"times": 2})
    context.widget(card("whole"), copy_text="copy me")
    await context.stream_widget([card("a", streaming=True), card("ab", streaming=True), card("abc")])
    context.say("From the tool.")
    context.task(CustomTask(title="Another"))
    context.end_workflow("All done", expanded=True)
    return "sent"


ORDER = [
    "progress_update",
    "thread.item.added",
    "notice",
    "workflow.task.updated",
    "client_effect",
    "thread.item.done",
    "thread.item.done",
    "thread.item.added",
    "widget.streaming_text.value_delta",
    "widget.root.updated",
    "thread.item.done",
    "thread.item.done",
    "thread.item.added",
    "thread.item.done",
]
"""The workflow is closed by the widget; the hidden item is not told; the next step opens a workflow of its own."""


@each_dialect
def test_what_a_tool_sends_is_told_in_order(fake: Fake, dialect: str) -> None:
    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        turn = scripted(["text", "Before."], ["call", "everything"], ["then"], DONE)
        return (await client.say(turn))[3:], await client.items()

    events, items = fake.play(script, fake.environment(dialect), tools=[everything])
    before = next(n for n, e in enumerate(events) if e["type"] == "progress_update")
    assert [event for event in events[:before] if event["type"] == "thread.item.done"][-1]["item"]["content"]
    told = events[before:]
    assert kinds(told)[: len(ORDER)] == ORDER
    assert answers(told[len(ORDER) :]) == ["Done."]
    progress, _, notice, step, effect, flow, widget, *_ = told
    assert (progress["text"], progress["icon"]) == ("Looking…", "search")
    assert (notice["message"], notice["level"], notice["title"]) == ("Careful", "warning", "Note")
    assert step["update"]["task"]["status_indicator"] == "complete"
    assert (effect["name"], effect["data"]) == ("blink", {"times": 2})
    assert flow["item"]["workflow"]["tasks"] == [step["update"]["task"]]
    assert (widget["item"]["type"], widget["item"]["copy_text"]) == ("widget", "copy me")
    assert told[10]["item"]["widget"]["children"][0]["value"] == "abc"
    assert told[11]["item"]["content"][0]["text"] == "From the tool."
    assert told[13]["item"]["workflow"]["summary"] == {"title": "All done"}
    assert told[13]["item"]["workflow"]["expanded"] is True
    assert [item["type"] for item in items] == [
        "user_message",
        "assistant_message",
        "workflow",
        "widget",
        "widget",
        "assistant_message",
        "workflow",
        "assistant_message",
    ]
    assert [e["item"] for e in events if e["type"] == "thread.item.done"] == items[1:]


@each_dialect
def test_the_model_is_told_what_the_user_was_shown_and_what_is_hidden(fake: Fake, dialect: str) -> None:
    async def script(client: Client) -> None:
        await client.say(scripted(["call", "everything"], ["then"], DONE))
        await client.say("and now?")

    fake.play(script, fake.environment(dialect), tools=[everything])
    told = [text for _, text in roles(fake.log[-1])][1:]
    parts = [
        "<HiddenContext>\nfor the model alone",
        "<Task>\nStep",
        "whole",
        "abc",
        "From the tool.",
        "Another",
        "Done.",
    ]
    assert all(part in text for part, text in zip(parts, told, strict=False)), told
    assert told[len(parts) :] == ["and now?"]


@each_dialect
@pytest.mark.parametrize("kind", ["generator", "list"])
def test_a_widget_grows_while_the_tool_runs(fake: Fake, dialect: str, kind: str) -> None:
    texts = ["a", "ab", "abc"]

    async def grow() -> AsyncIterator[Card]:
        for text in texts:
            await asyncio.sleep(0)
            yield card(text, streaming=True)

    @function_tool
    async def show(wrapper: Wrapper) -> str:
        states = grow() if kind == "generator" else [card(text, streaming=True) for text in texts]
        await wrapper.context.stream_widget(states, copy_text="abc")
        wrapper.context.progress("after")
        return "shown"

    events = fake.say(scripted(["call", "show"], ["then"], DONE), fake.environment(dialect), tools=[show])[3:]
    deltas = [e["update"]["delta"] for e in events if e.get("update", {}).get("type", "").startswith("widget.")]
    assert "".join(deltas) == "bc"
    shown = next(n for n, e in enumerate(events) if e["type"] == "thread.item.done" and e["item"]["type"] == "widget")
    assert events[shown + 1]["type"] == "progress_update", "the widget is whole before the tool goes on"
    assert events[shown]["item"]["copy_text"] == "abc"


@each_dialect
def test_a_tool_in_a_thread_is_heard_in_order(fake: Fake, dialect: str) -> None:
    @function_tool
    def count(wrapper: Wrapper) -> str:
        for number in range(20):
            wrapper.context.progress(str(number))
        return "counted"

    events = fake.say(scripted(["call", "count"], ["then"], DONE), fake.environment(dialect), tools=[count])
    assert [e["text"] for e in events if e["type"] == "progress_update"] == [str(n) for n in range(20)]
    assert answers(events) == ["Done."]


@each_dialect
def test_tools_side_by_side_are_merged_as_they_speak(fake: Fake, dialect: str) -> None:
    turns = [asyncio.Event, asyncio.Event]
    heard: list[asyncio.Event] = []

    @function_tool
    async def speak(wrapper: Wrapper, number: int) -> str:
        if not heard:
            heard.extend(kind() for kind in turns)
        wrapper.context.notice(f"{number} begins")
        heard[number].set()
        await heard[1 - number].wait()
        wrapper.context.notice(f"{number} ends")
        return "spoken"

    calls = [["call", "speak", {"number": number}] for number in (0, 1)]
    events = fake.say(scripted(*calls, ["then"], DONE), fake.environment(dialect), tools=[speak])
    said = [e["message"] for e in events if e["type"] == "notice"]
    assert sorted(said[:2]) == ["0 begins", "1 begins"]
    assert sorted(said[2:]) == ["0 ends", "1 ends"]


@each_dialect
def test_a_step_may_be_changed_after_its_workflow_is_closed(fake: Fake, dialect: str) -> None:
    @function_tool
    async def late(wrapper: Wrapper) -> str:
        step = wrapper.context.task(CustomTask(title="Slow", status_indicator="loading"))
        wrapper.context.say("Meanwhile.")
        await step.change(CustomTask(title="Slow", status_indicator="complete"))
        return "late"

    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        turn = scripted(["call", "late"], ["then"], DONE)
        return (await client.say(turn))[3:], await client.items()

    events, items = fake.play(script, fake.environment(dialect), tools=[late])
    [replaced] = [e["item"] for e in events if e["type"] == "thread.item.replaced"]
    assert replaced["workflow"]["tasks"][0]["status_indicator"] == "complete"
    assert "summary" in replaced["workflow"]
    assert items[1] == replaced


WINDOWS = [
    pytest.param(None, ["one", "one", "two", "two", "three"], id="all"),
    pytest.param(1, ["three"], id="one"),
    pytest.param(3, ["two", "two", "three"], id="three"),
    pytest.param(99, ["one", "one", "two", "two", "three"], id="more-than-there-are"),
]


@each_dialect
@pytest.mark.parametrize(("history", "told"), WINDOWS)
def test_the_model_is_told_so_many_of_the_newest_items(
    fake: Fake, dialect: str, history: int | None, told: list[str]
) -> None:
    async def script(client: Client) -> None:
        for text in ("one", "two", "three"):
            await client.say(text)

    fake.play(script, fake.environment(dialect), history=history)
    assert [text for _, text in roles(fake.log[-1])] == told


@each_dialect
def test_the_app_says_how_attachments_and_tags_are_told(fake: Fake, dialect: str) -> None:
    async def tag(given: Any) -> list[JSON]:
        return [text_part(f"{given.text} is city number {given.data['number']}")]

    about = {"type": "input_tag", "id": "c1", "text": "Oslo", "data": {"number": 7}, "interactive": False}

    async def script(client: Client) -> None:
        await client.say("", content=[{"type": "input_text", "text": "weather in "}, about])

    fake.play(script, fake.environment(dialect), conversion=Conversion(tag=tag))
    [(_, asked), (_, known)] = roles(fake.log[-1])
    assert asked == "weather in @Oslo"
    assert known.endswith("Oslo is city number 7")
