"""The demo backend: it talks, and it shows everything there is on the wire."""

from collections import Counter
from typing import Any, get_args

import pytest

from chatkit_agents.demo.commands import COMMANDS
from chatkit_agents.demo.talk import RULES
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.fold import components
from chatkit_protocol.items import VisibleItem
from chatkit_protocol.sources import AnySource
from chatkit_protocol.tasks import Task
from chatkit_protocol.updates import ThreadItemUpdate
from support.demo import JSON, Client, answers, kinds, last, play
from support.widget_kinds import KINDS


def tags(union: Any) -> set[str]:
    return {member.__struct_config__.tag for member in get_args(union)}


def test_the_demo_talks_word_by_word() -> None:
    events = play(lambda client: client.say("hello"))
    assert "hello" in answers(events)[0]
    assert "/help" in answers(events)[0]
    assert Counter(kinds(events))["assistant_message.content_part.text_delta"] > 10
    assert kinds(events)[:3] == ["thread.created", "thread.item.done", "stream_options"]


async def everything(client: Client) -> list[JSON]:
    """Run every command, answer every question, click every button."""
    seen: list[JSON] = []
    for name in COMMANDS:
        events = await client.say(name)
        seen += events
        for item in [e["item"] for e in events if e["type"] == "thread.item.done"]:
            seen += await react(client, item)
    return seen


async def react(client: Client, item: JSON) -> list[JSON]:
    thread = {"thread_id": client.thread_id}
    if item["type"] == "client_tool_call":
        return await client.stream("threads.add_client_tool_output", **thread, result={"ok": True})
    if item["type"] == "structured_input":
        given = {"answers": {"how": {"values": ["By boat"]}, "why": {"skipped": True}}}
        return await client.stream("threads.add_structured_input", **thread, item_id=item["id"], input=given)
    return []


def values(part: Any, key: str) -> set[str]:
    """Find every value of `key`, at any depth."""
    if isinstance(part, list):
        return {value for child in part for value in values(child, key)}
    if not isinstance(part, dict):
        return set()
    own = {part[key]} if isinstance(part.get(key), str) else set()
    return own | {value for child in part.values() for value in values(child, key)}


def test_every_event_update_item_task_and_source_can_be_seen() -> None:
    seen = play(everything)
    items = [event["item"] for event in seen if "item" in event]
    updates = [event["update"] for event in seen if "update" in event]
    assert {event["type"] for event in seen} == tags(ThreadStreamEvent)
    assert {update["type"] for update in updates} == tags(ThreadItemUpdate)
    assert {item["type"] for item in items} == tags(VisibleItem)
    assert values([i["workflow"]["tasks"] for i in items if i["type"] == "workflow"], "type") >= tags(Task)
    parts = [part for i in items if i["type"] == "assistant_message" for part in i["content"]]
    assert values([a["source"] for part in parts for a in part["annotations"]], "type") == tags(AnySource)


def test_the_gallery_shows_every_component_of_the_widgets() -> None:
    shown = [event["item"] for event in play(lambda client: client.say("/gallery")) if "item" in event]
    roots = [item["widget"] for item in shown if item["type"] == "widget"]
    assert {part["type"] for root in roots for part in components(root)} == set(KINDS)


def test_every_command_has_one_that_obeys_it() -> None:
    obeyed = {name for name, command in COMMANDS.items() if command.show} | RULES.keys()
    assert COMMANDS.keys() <= obeyed


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in COMMANDS])
def test_no_command_breaks_the_lifecycle_and_help_names_each(name: str) -> None:
    """The demo is strict: a stream that broke the tables would end with an error of code `stream.error`."""

    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        return await client.say(name), await client.say("/help")

    events, listed = play(script)
    codes = [event["code"] for event in events if event["type"] == "error"]
    assert codes == {"/crash": ["stream.error"], "/error": ["custom"]}.get(name, [])
    assert f"`{name}`" in answers(listed)[0]


def test_a_server_tool_shows_progress_a_step_and_a_widget_in_order() -> None:
    events = play(lambda client: client.say("/tool Oslo"))
    assert [kind for kind in kinds(events) if kind != "thread.updated"][3:8] == [
        "progress_update",
        "thread.item.added",
        "workflow.task.updated",
        "thread.item.done",
        "thread.item.done",
    ]
    assert "Oslo" in answers(events)[0]


def test_a_client_tool_is_asked_for_and_its_output_acknowledged() -> None:
    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        asked = await client.say("/client-tool light")
        output = await client.stream(
            "threads.add_client_tool_output", thread_id=client.thread_id, result={"was": "dark"}
        )
        return asked, output

    asked, output = play(script)
    call = last(asked)
    assert (call["type"], call["status"], call["arguments"]) == ("client_tool_call", "pending", {"theme": "light"})
    assert '{"was": "dark"}' in answers(output)[0]


def test_answers_to_questions_are_acknowledged() -> None:
    async def script(client: Client) -> list[JSON]:
        asked = await client.say("/ask")
        return await react(client, last(asked))

    events = play(script)
    assert events[1]["type"] == "thread.item.replaced"
    assert "By boat" in answers(events)[0]


def test_a_tool_asks_first_and_runs_when_allowed() -> None:
    async def script(client: Client) -> list[JSON]:
        asked = last(await client.say("/approve Oslo"))
        question = asked["inputs"][0]
        given = {"answers": {question["id"]: {"values": [question["options"][0]["value"]]}}}
        return await client.stream(
            "threads.add_structured_input", thread_id=client.thread_id, item_id=asked["id"], input=given
        )

    assert answers(play(script)) == ["The postcard to Ada is on its way: “Greetings from Oslo!”"]


CLICKS = [
    pytest.param("/widget", {"type": "count"}, "widget.component.updated", "1 click", id="count"),
    pytest.param(
        "/form", {"type": "form.submit", "payload": {"name": "Ada"}}, "thread.item.replaced", "Ada", id="form"
    ),
    pytest.param("/list", {"type": "place.pick", "payload": {"place": "Oslo"}}, "thread.item.done", "Oslo", id="list"),
    pytest.param("/lock", {"type": "thread.unlock"}, "thread.updated", "active", id="unlock"),
    pytest.param("/card", {"type": "of.its.own", "payload": 5}, "thread.item.done", "of.its.own", id="any"),
]


@pytest.mark.parametrize(("command", "action", "kind", "shown"), CLICKS)
def test_a_click_does_something_sensible(command: str, action: JSON, kind: str, shown: str) -> None:
    async def script(client: Client) -> list[JSON]:
        widgets = [e["item"] for e in await client.say(command) if e.get("item", {}).get("type") == "widget"]
        sender = {"item_id": widgets[-1]["id"]} if widgets else {}
        return await client.stream("threads.custom_action", thread_id=client.thread_id, action=action, **sender)

    events = play(script)
    assert kind in kinds(events)
    assert shown in str(events)


def test_a_quiet_click_answers_with_the_widget_and_stores_it() -> None:
    async def script(client: Client) -> tuple[JSON, JSON]:
        item = last(await client.say("/widget"))
        reply = await client.post(
            "threads.sync_custom_action",
            thread_id=client.thread_id,
            item_id=item["id"],
            action={"type": "count.quietly"},
        )
        return reply.json()["updated_item"], (await client.items())[-1]

    updated, stored = play(script)
    assert "1 click" in str(updated)
    assert updated == stored


def test_what_was_streamed_is_what_is_stored() -> None:
    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        events = await client.say("one")
        events += await client.say("two")
        events += await client.say("/reasoning boats")
        return events, await client.items()

    events, stored = play(script)
    assert [e["item"] for e in events if e["type"] == "thread.item.done"] == stored
    added = {e["item"]["id"]: e["item"]["created_at"] for e in events if e["type"] == "thread.item.added"}
    assert added.items() <= {item["id"]: item["created_at"] for item in stored}.items()
    assert len({item["id"] for item in stored}) == len(stored) == 7


def test_what_was_chosen_in_the_composer_is_told() -> None:
    tag = {"type": "input_tag", "id": "ada", "text": "Ada Lovelace", "data": {}}
    content = [{"type": "input_text", "text": "/choices "}, tag]
    chosen = {"model": "demo-too", "tool_choice": {"id": "draw"}}

    async def script(client: Client) -> list[JSON]:
        return await client.say("", content=content, inference_options=chosen, quoted_text="this")

    told = answers(play(script))[0]
    assert told == "- model: demo-too\n- tool: draw\n- tags: Ada Lovelace\n- files: none\n- quote: this\n"
