"""What tools do is shown without code: off, as steps, as progress, or as chosen for each; provider's tools, too."""

from collections.abc import Iterator
from typing import Any

import pytest

from agents import Agent, Model, RunContextWrapper, function_tool
from chatkit_agents import Activity, ToolContext, stop_at
from chatkit_agents.run import Shown
from chatkit_conformance.fake_model import scripted
from support.demo import JSON, Client, answers, kinds
from support.model_server import Fake, fake_model

each_dialect = pytest.mark.parametrize("dialect", ["responses", "chat"])
DONE = ["text", "Done."]
CALL = ["call", "get_weather", {"city": "Oslo"}]
OVER = ["call", "transfer_to_second_agent"]


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with fake_model() as fake:
        yield fake


@function_tool
async def get_weather(wrapper: RunContextWrapper[ToolContext[None]], city: str) -> str:
    await wrapper.context.notice("the tool runs")
    return f"sun in {city}"


@function_tool
async def breaks(wrapper: RunContextWrapper[ToolContext[None]]) -> str:
    raise ValueError("broken")


@function_tool
async def ask_page(wrapper: RunContextWrapper[ToolContext[None]]) -> str:
    wrapper.context.client_tool("ask_page")
    return "asked"


def second(model: Model) -> dict[str, Any]:
    return {"handoffs": [Agent(name="second agent", model=model)]}


def shown(fake: Fake, *steps: list[Any], dialect: str = "responses", **activity: Any) -> list[JSON]:
    """Have the model take these steps and say that it is done; give what came between the message and that."""
    parts: dict[str, Any] = {"tools": [get_weather, breaks, ask_page], "stop": stop_at(ask_page), "fields": second}
    turn = scripted(*steps, DONE)
    events = fake.say(turn, fake.environment(dialect), activity=Activity(**activity), **parts)
    assert "error" not in kinds(events)
    return events[3:]


def told(events: list[JSON]) -> list[str]:
    """Say in short what a user sees while tools run."""
    found = []
    for event in events:
        task = event.get("update", {}).get("task") or next(iter(tasks(event)[-1:]), None)
        if event["type"] == "progress_update":
            found.append(event["text"])
        elif event["type"] == "notice":
            found.append(event["message"])
        elif task and event["type"] != "thread.item.done":
            found.append(f"{task['title']} ({task['status_indicator']})")
    return found


def tasks(event: JSON) -> list[JSON]:
    found: list[JSON] = event.get("item", {}).get("workflow", {}).get("tasks", [])
    return found


TOOLS = [
    pytest.param("off", [CALL, ["then"]], ["the tool runs"], id="function-off"),
    pytest.param(
        "task",
        [CALL, ["then"]],
        ["Get weather (loading)", "the tool runs", "Get weather (complete)"],
        id="function-task",
    ),
    pytest.param("progress", [CALL, ["then"]], ["Get weather…", "the tool runs"], id="function-progress"),
    pytest.param(
        "task", [["call", "breaks"], ["then"]], ["Breaks (loading)", "Breaks (complete)"], id="failing-function"
    ),
    pytest.param("off", [OVER, ["then"]], [], id="handoff-off"),
    pytest.param(
        "task",
        [OVER, ["then"]],
        ["Handing over to second agent (loading)", "Handing over to second agent (complete)"],
        id="handoff-task",
    ),
    pytest.param("progress", [OVER, ["then"]], ["Handing over to second agent…"], id="handoff-progress"),
]


@each_dialect
@pytest.mark.parametrize(("how", "steps", "seen"), TOOLS)
def test_a_function_or_a_handoff_is_shown_as_chosen(
    fake: Fake, dialect: str, how: Shown, steps: list[Any], seen: list[str]
) -> None:
    events = shown(fake, *steps, dialect=dialect, default=how)
    assert told(events) == seen
    assert answers(events) == ["Done."]


def pair(begins: str, ends: str) -> list[str]:
    return [f"{begins} (loading)", f"{ends} (complete)"]


HOSTED = [
    pytest.param(["web_search", "boats"], pair("Searching the web", "Searched the web"), id="web-search"),
    pytest.param(["file_search", "log.txt"], pair("Searching files", "Searched files"), id="file-search"),
    pytest.param(["code_interpreter", "1+1"], pair("Running code", "Running code"), id="code-interpreter"),
    pytest.param(["mcp", "look_up", {"a": 1}], pair("Look up", "Look up"), id="mcp"),
]


@pytest.mark.parametrize(("step", "seen"), HOSTED)
@pytest.mark.parametrize("how", ["off", "task", "progress"])
def test_a_tool_of_the_provider_is_shown_as_chosen(fake: Fake, step: list[Any], seen: list[str], how: Shown) -> None:
    line = seen[0].removesuffix(" (loading)") + "…"
    wanted = {"off": [], "task": seen, "progress": [line]}
    assert told(shown(fake, step, default=how)) == wanted[how]


def finished(fake: Fake, *steps: list[Any], **activity: Any) -> list[JSON]:
    """Give the tasks of the workflow when it is done."""
    events = shown(fake, *steps, **activity)
    [found] = [tasks(e) for e in events if e["type"] == "thread.item.done" and tasks(e)]
    return found


def test_a_search_tells_what_it_looked_for_and_what_it_found(fake: Fake) -> None:
    web, files = finished(fake, ["web_search", "boats"], ["file_search", "log.txt"], default="task")
    page = "https://example.com/boats"
    assert web == {
        "type": "web_search",
        "status_indicator": "complete",
        "title": "Searched the web",
        "title_query": "boats",
        "queries": ["boats", "more boats"],
        "sources": [{"type": "url", "url": page, "title": page}],
    }
    assert files == {
        "type": "file",
        "status_indicator": "complete",
        "title": "Searched files",
        "sources": [{"type": "file", "filename": "log.txt", "title": "log.txt"}],
    }


def test_code_and_arguments_are_not_shown(fake: Fake) -> None:
    events = shown(fake, ["code_interpreter", "secret_code()"], ["mcp", "m", {"k": "secret"}], default="task")
    assert "secret" not in str(events)


def test_an_mcp_call_that_fails_says_so_without_its_words(fake: Fake) -> None:
    good, bad = finished(fake, ["mcp", "look_up"], ["mcp", "look_up", {}, "at port 7"], default="task")
    assert "content" not in good
    assert (bad["content"], bad["status_indicator"]) == ("It failed.", "complete")


CHOSEN = [
    pytest.param({"tools": {"web_search": "task"}}, pair("Searching the web", "Searched the web"), id="one-kind"),
    pytest.param({"tools": {"get_weather": "progress"}}, ["Get weather…", "the tool runs"], id="one-tool"),
    pytest.param({"tools": {"look_up": "task"}}, pair("Look up", "Look up"), id="one-mcp-tool"),
    pytest.param({"tools": {"handoff": "progress"}}, ["Handing over to second agent…"], id="handoffs"),
    pytest.param(
        {"default": "progress", "tools": {"get_weather": "off", "web_search": "off", "handoff": "off"}},
        ["Running code…", "Look up…"],
        id="all-but-some",
    ),
    pytest.param(
        {
            "default": "progress",
            "titles": {
                "web_search": "Looking around",
                "code_interpreter": "Counting",
                "look_up": "Asking the desk",
                "get_weather": "Watching the sky",
                "handoff": "Fetching somebody",
            },
        },
        ["Looking around…", "Counting…", "Asking the desk…", "Watching the sky…", "Fetching somebody…"],
        id="titles",
    ),
]


@pytest.mark.parametrize(("activity", "seen"), CHOSEN)
def test_tools_are_chosen_and_named_one_by_one(fake: Fake, activity: dict[str, Any], seen: list[str]) -> None:
    steps = [["web_search", "boats"], ["code_interpreter", "1+1"], ["mcp", "look_up"], CALL, ["then"], OVER, ["then"]]
    events = shown(fake, *steps, **activity)
    assert [line for line in told(events) if line != "the tool runs" or line in seen] == seen


@each_dialect
def test_calls_side_by_side_are_steps_of_one_workflow_that_end_in_their_own_places(fake: Fake, dialect: str) -> None:
    other = ["call", "get_weather", {"city": "Rome"}]
    events = shown(fake, CALL, other, ["then"], dialect=dialect, default="task", titles={"get_weather": "Weather"})
    places = [e["update"]["task_index"] for e in events if e.get("update", {}).get("type") == "workflow.task.updated"]
    assert sorted(places) == [0, 1]
    flows = [e["item"] for e in events if e["type"] == "thread.item.done" and tasks(e)]
    assert [[task["status_indicator"] for task in tasks({"item": flow})] for flow in flows] == [["complete"] * 2]


def test_a_step_joins_the_reasoning_before_it_and_the_answer_folds_them(fake: Fake) -> None:
    steps = [["reasoning", "Hm."], CALL, ["then"], ["reasoning", "Ah."]]
    thought, weather, again = finished(fake, *steps, default="task")
    assert [task["type"] for task in (thought, weather, again)] == ["thought", "custom", "thought"]


@each_dialect
def test_a_tool_of_the_page_leaves_no_step_turning(fake: Fake, dialect: str) -> None:
    async def script(client: Client) -> list[JSON]:
        await client.say(scripted(["call", "ask_page"], ["then"], DONE))
        await client.stream("threads.add_client_tool_output", thread_id=client.thread_id, result={})
        return await client.items()

    parts: dict[str, Any] = {"tools": [ask_page], "stop": stop_at(ask_page), "activity": Activity(default="task")}
    items = fake.play(script, fake.environment(dialect), **parts)
    assert [item["type"] for item in items] == ["user_message", "workflow", "client_tool_call", "assistant_message"]
    assert [task["status_indicator"] for task in items[1]["workflow"]["tasks"]] == ["complete"]
    assert "summary" in items[1]["workflow"]
