"""What the agent's tools do, shown without code: one row for each kind of call.

Off unless asked for. A call becomes a step of the open workflow, or a line of progress, when it begins, and the
step is complete when the call is.
"""

from collections.abc import Callable, Iterable
from typing import Any

from chatkit_agents.run import Activity, Run
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.sources import FileSource, URLSource
from chatkit_protocol.tasks import CustomTask, FileTask, SearchTask, Task

HANDOFF = "transfer_to_"
"""How the Agents SDK begins the name of the function by which the model hands over."""


def begun(run: Run, item: Any) -> Iterable[ThreadStreamEvent]:
    """Show that a call has begun."""
    activity = run.activity
    row = OUTPUTS.get(item.type)
    name = _name(item)
    if row is None or activity.shown(name) == "off":
        return
    task = row(activity, item, False)
    if activity.shown(name) == "progress":
        yield run.turn.progress(f"{task.title}…")
        return
    task.status_indicator = "loading"
    writer, events = run.add_task(task)
    run.steps[_key(item)] = (writer, len(writer.item.workflow.tasks) - 1)
    yield from events


def ended(run: Run, item: Any) -> Iterable[ThreadStreamEvent]:
    """Show that a call has ended: with what it searched for and found, if the model's provider says so."""
    row = OUTPUTS.get(item.type)
    place = run.steps.pop(_key(item), None)
    if row is None or place is None:
        return
    task = row(run.activity, item, True)
    task.status_indicator = "complete"
    yield from run.change_task(*place, task)


def returned(run: Run, call_id: str) -> Iterable[ThreadStreamEvent]:
    """Show that a function has returned."""
    place = run.steps.pop(call_id, None)
    if place is None:
        return
    writer, index = place
    task = writer.item.workflow.tasks[index]
    if isinstance(task, CustomTask):
        done = CustomTask(title=task.title, icon=task.icon, content=task.content, status_indicator="complete")
        yield from run.change_task(writer, index, done)


def _key(item: Any) -> str:
    return str(getattr(item, "call_id", None) or item.id)


def _name(item: Any) -> str:
    if item.type in {"function_call", "custom_tool_call", "mcp_call"}:
        return "handoff" if item.name.startswith(HANDOFF) else str(item.name)
    return KINDS[item.type] if item.type in KINDS else str(item.type)


KINDS = {
    "web_search_call": "web_search",
    "file_search_call": "file_search",
    "code_interpreter_call": "code_interpreter",
    "computer_call": "computer",
    "local_shell_call": "shell",
    "shell_call": "shell",
    "apply_patch_call": "apply_patch",
}


def _function(activity: Activity, item: Any, _done: bool) -> Task:
    if item.name.startswith(HANDOFF):
        whom = item.name.removeprefix(HANDOFF).replace("_", " ")
        return CustomTask(title=activity.title("handoff", f"Handing over to {whom}"), icon="agent")
    return CustomTask(title=activity.title(item.name), icon="bolt")


def _mcp(activity: Activity, item: Any, done: bool) -> Task:
    failed = "It failed." if done and item.error else None
    return CustomTask(title=activity.title(item.name), icon="bolt", content=failed)


def _web_search(activity: Activity, item: Any, done: bool) -> Task:
    action = getattr(item, "action", None)
    query = getattr(action, "query", None) or ""
    queries = list(getattr(action, "queries", None) or ([query] if query else []))
    found = getattr(action, "sources", None) or ()
    pages = [URLSource(url=source.url, title=source.url) for source in found if getattr(source, "url", None)]
    title = "Searched the web" if done else "Searching the web"
    return SearchTask(
        title=activity.title("web_search", title), title_query=query or None, queries=queries, sources=pages
    )


def _file_search(activity: Activity, item: Any, done: bool) -> Task:
    names = dict.fromkeys(result.filename for result in item.results or () if result.filename)
    title = "Searched files" if done else "Searching files"
    return FileTask(
        title=activity.title("file_search", title),
        sources=[FileSource(filename=name, title=name) for name in names],
    )


def _named(name: str, title: str, icon: str) -> "Row":
    def row(activity: Activity, _item: Any, _done: bool) -> Task:
        return CustomTask(title=activity.title(name, title), icon=icon)

    return row


Row = Callable[[Activity, Any, bool], Task]

OUTPUTS: dict[str, Row] = {
    "function_call": _function,
    "custom_tool_call": _function,
    "mcp_call": _mcp,
    "web_search_call": _web_search,
    "file_search_call": _file_search,
    "code_interpreter_call": _named("code_interpreter", "Running code", "square-code"),
    "computer_call": _named("computer", "Using a computer", "desktop"),
    "local_shell_call": _named("shell", "Running a command", "square-code"),
    "shell_call": _named("shell", "Running a command", "square-code"),
    "apply_patch_call": _named("apply_patch", "Changing a file", "write"),
}
"""Kinds of calls that can be shown, and the step each is shown as: while it runs, and when it is done."""
