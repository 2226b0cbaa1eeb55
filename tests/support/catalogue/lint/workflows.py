"""Workflows and their tasks."""

from typing import Any

from support.catalogue.exchange import Stream, item_id
from support.catalogue.lint.life import SETTLED, left_open
from support.catalogue.lint.order import of
from support.catalogue.shapes import Node
from support.catalogue.verdicts import Found, every

TASKS = {"custom", "web_search", "thought", "file", "image"}


def steps(one: Stream) -> list[tuple[dict[str, Any], list[Any]]]:
    """Give each event about a workflow with the tasks that it had before."""
    tasks: dict[str, list[Any]] = {
        name: list(item["workflow"]["tasks"]) for name, item in one.before.items() if item["type"] == "workflow"
    }
    found = []
    for event in of(one, "thread.item.added", "thread.item.updated", "thread.item.done"):
        item, update = event.get("item", {}), event.get("update", {})
        if item.get("type") == "workflow":
            found.append((event, tasks.get(item["id"], [])))
            tasks[item["id"]] = list(item["workflow"]["tasks"])
        elif event.get("item_id") in tasks and str(update.get("type")).startswith("workflow.task."):
            mine = tasks[event["item_id"]]
            found.append((event, list(mine)))
            mine[update["task_index"] : update["task_index"] + 1] = [update["task"]]
    return found


def task_steps(one: Stream, kind: str) -> list[tuple[dict[str, Any], list[Any]]]:
    return [(e["update"], tasks) for e, tasks in steps(one) if e.get("update", {}).get("type") == kind]


@every("items", "WFL-001")
def a_workflow_is_complete(node: Node) -> Found:
    if node.value.get("type") == "workflow":
        flow = node.value["workflow"]
        known = flow.get("type") in {"custom", "reasoning"}
        yield known and isinstance(flow.get("tasks"), list) and isinstance(flow.get("expanded"), bool), flow


@every("stream", "WFL-002")
def tasks_are_counted(one: Stream) -> Found:
    for update, tasks in task_steps(one, "workflow.task.added"):
        yield update["task_index"] == len(tasks), update


@every("stream", "WFL-003")
def a_changed_task_is_there(one: Stream) -> Found:
    for update, tasks in task_steps(one, "workflow.task.updated"):
        yield 0 <= update["task_index"] < len(tasks), update


@every("stream", "WFL-004")
def done_has_the_streamed_tasks(one: Stream) -> Found:
    announced = {e["item"]["id"] for e in of(one, "thread.item.added")} | one.before.keys()
    for event, tasks in steps(one):
        if event["type"] == "thread.item.done" and event["item"]["id"] in announced:
            yield event["item"]["workflow"]["tasks"] == tasks, event


@every("stream", "WFL-006")
def reasoning_may_begin_empty(one: Stream) -> Found:
    """A permission: no count is wrong in a workflow that was announced without tasks."""
    for event in of(one, "thread.item.added"):
        if event["item"].get("workflow", {}).get("type") == "reasoning" and not event["item"]["workflow"]["tasks"]:
            yield all(right for look in (tasks_are_counted, a_changed_task_is_there) for right, _ in look(one)), event


@every("stream", "WFL-007")
def a_workflow_closes_before_the_next_item(one: Stream) -> Found:
    opened: set[str | None] = {name for name in one.before if left_open(one, name)}
    for event in of(one, "thread.item.added", *SETTLED):
        item = event.get("item", {})
        if item.get("type") == "workflow" and event["type"] == "thread.item.added":
            opened.add(item["id"])
        elif item_id(event) in opened:
            opened.discard(item_id(event))
        elif (
            item
            and event["type"] != "thread.item.replaced"
            and item["type"] not in {"client_tool_call", "user_message"}
        ):
            yield not opened, event


@every("stream", "WFL-008")
def a_closed_workflow_has_a_summary(one: Stream) -> Found:
    for event in of(one, "thread.item.done"):
        if event["item"]["type"] == "workflow":
            summary = event["item"]["workflow"].get("summary", {})
            seconds = summary.get("duration")
            yield isinstance(summary.get("title"), str) or (type(seconds) is int and seconds >= 0), event


@every("tasks", "WFL-010")
def tasks_are_known(node: Node) -> Found:
    status = node.value.get("status_indicator")
    yield node.value.get("type") in TASKS and status in {"none", "loading", "complete"}, node.value


@every("stream", "WFL-013")
def one_workflow_is_open(one: Stream) -> Found:
    opened = {name for name in one.before if left_open(one, name)}
    for event in of(one, "thread.item.added", *SETTLED):
        if event["type"] == "thread.item.added" and event["item"]["type"] == "workflow":
            opened.add(event["item"]["id"])
            yield len(opened) <= 1, opened
        opened -= {item_id(event)} if event["type"] in SETTLED else set()
