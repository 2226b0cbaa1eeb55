"""Workflows and tasks: what the server is doing, step by step, also from one stream to the next."""

from collections.abc import Iterator
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import Workflow, counted, listed, mapped
from chatkit_conformance.linter.life import Step, facts, judged, opened, walk
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Event, Stream
from chatkit_conformance.transcript import compact
from chatkit_protocol import items, tasks, updates

SDK = "openai-chatkit 1.6.5, chatkit/agents.py"
TYPES = "openai-chatkit 1.6.5, chatkit/types.py"
THOUGHT = {"type": "thought", "content": "Hm.", "status_indicator": "none"}
STEP = {"type": "custom", "title": "Look", "status_indicator": "none"}
SUMMARY = {"duration": 3}


def flow(*steps: Any, kind: str = "reasoning", item_id: str = "wf_1", **fields: Any) -> dict[str, Any]:
    """Write a workflow."""
    workflow = {"type": kind, "tasks": list(steps), "expanded": False} | fields
    return e.item("workflow", item_id, workflow=workflow)


def task(step: str, index: int, one: Any, item_id: str = "wf_1") -> dict[str, Any]:
    """A task comes, or changes."""
    return e.updated(item_id, f"workflow.task.{step}", task_index=index, task=one)


BEGUN = (e.added(flow()), task("added", 0, THOUGHT))
DONE = e.done(flow(THOUGHT, summary=SUMMARY))
THINKS = e.create(*BEGUN, DONE, e.done(e.message("So.")))


@rule(
    "workflows.shape",
    "MUST",
    "L0",
    catalogue="WFL-001",
    source=f"{TYPES}:948",
    why="The widget cannot draw a workflow of another kind, or one without a list of tasks.",
    mend="Write `type` as custom or reasoning, `tasks` as a list, `expanded` as true or false.",
    good=THINKS,
    bad=e.create(e.done(flow(kind="thinking", summary=SUMMARY))),
)
def workflows_are_well_formed(node: Node) -> Looks:
    """A workflow is custom or reasoning, has a list of tasks, and is expanded or not."""
    if node.is_a(tasks.Workflow):
        unknown = [fault for fault in node.faults if fault.wrong == "tag"]
        if not unknown:
            yield from node.shaped()
    elif node.is_a(items.WorkflowItem):
        yield from node.shaped("workflow")
    elif node.is_a(tasks.WorkflowSummary):
        yield from node.shaped()


@rule(
    "workflows.task.shape",
    "MUST",
    "L0",
    catalogue="WFL-010",
    source=f"{TYPES}:977",
    why="The widget draws five kinds of tasks in three states, and nothing for any other.",
    mend="Use custom, web_search, thought, file or image, with none, loading or complete as `status_indicator`.",
    good=THINKS,
    bad=e.create(e.done(flow(THOUGHT | {"status_indicator": "done"}, summary=SUMMARY))),
)
def tasks_are_well_formed(node: Node) -> Looks:
    """A task is of one of five kinds, has what its kind needs, and is in one of three states."""
    if node.is_a(tasks.TaskBase):
        yield from node.shaped()
    elif node.is_a(items.TaskItem, updates.WorkflowTaskAdded, updates.WorkflowTaskUpdated):
        yield from node.shaped("task")
    if node.is_a(items.TaskItem, updates.WorkflowTaskAdded, updates.WorkflowTaskUpdated, tasks.Workflow):
        for fault in node.faults:
            if fault.wrong == "tag" and fault.name == "type":
                yield node.look(
                    False, fault.expected, fault.actual, path=fault.place.path.removeprefix(node.place.path)
                )


@rule(
    "workflows.summary.bare",
    "SHOULD",
    "L0",
    source=f"{TYPES}:957",
    why="A summary is told apart by its fields; strict clients refuse one with a further field.",
    mend="Write `{title, icon?}` or `{duration}`, without a `type`.",
    good=THINKS,
    bad=e.create(e.done(flow(THOUGHT, summary=SUMMARY | {"type": "duration"}))),
)
def summaries_have_no_type(node: Node) -> Looks:
    """The summary of a workflow has no `type`: its fields say what it is."""
    if node.is_a(tasks.WorkflowSummary):
        yield node.look("type" not in node.value, "no type", node.value.get("type"), path=".type")


@rule(
    "workflows.task.number",
    "MUST",
    "L0",
    catalogue="WFL-002 WFL-003",
    source=f"{SDK}:182",
    why="The widget looks the task up by its number.",
    mend="Write `task_index` as a whole number, from 0.",
    good=THINKS,
    bad=e.create(e.added(flow()), e.updated("wf_1", "workflow.task.added", task_index="0", task=THOUGHT), DONE),
)
def tasks_are_named_by_number(event: Event) -> Looks:
    """`task_index` is a whole number, 0 or more."""
    if str(event.update.get("type")).startswith("workflow.task."):
        index = event.update.get("task_index")
        yield event.look(counted(index) >= 0, "a whole number from 0", index, path="$.update.task_index")


@rule(
    "workflows.task.counted",
    "MUST",
    "L0",
    catalogue="WFL-002",
    source=f"{SDK}:198,713",
    why="The widget puts tasks where their numbers say: a repeated number overwrites a task, a gap leaves a hole.",
    mend="Count the tasks: the index of a new one is the number of tasks before it, whatever the tasks say.",
    good=THINKS,
    bad=e.create(*BEGUN, task("added", 0, THOUGHT), e.done(flow(THOUGHT, THOUGHT, summary=SUMMARY))),
)
def tasks_are_counted(stream: Stream) -> Looks:
    """The index of a new task is the number of tasks before it."""
    yield from judged(stream, "workflows.task.counted", "the number of tasks before it", "workflow.task.added")


@rule(
    "workflows.task.known",
    "MUST",
    "L0",
    catalogue="WFL-003",
    source=f"{SDK}:182",
    why="The widget has no task to change, and the step stays as it was.",
    mend="Send `workflow.task.added` before the updates of a task.",
    good=e.create(*BEGUN, task("updated", 0, THOUGHT), DONE),
    bad=e.create(e.added(flow()), task("updated", 0, THOUGHT), DONE),
)
def a_changed_task_is_there(stream: Stream) -> Looks:
    """A task that changes was added before."""
    yield from judged(stream, "workflows.task.known", "a task that was added", "workflow.task.updated")


@rule(
    "workflows.done.as-streamed",
    "MUST",
    "L0",
    catalogue="WFL-004",
    source=f"{SDK}:164,529",
    why="The steps that the user saw change when the workflow closes, or after a reload.",
    mend="Build `thread.item.done` from the tasks that were streamed.",
    good=THINKS,
    bad=e.create(*BEGUN, e.done(flow(THOUGHT | {"content": "Oh."}, summary=SUMMARY))),
)
def done_has_the_streamed_tasks(stream: Stream) -> Looks:
    """A workflow that is done has the tasks that were streamed."""
    for step in walk(stream):
        growth = step.growth
        if step.name == "done" and isinstance(growth, Workflow) and growth.changed and not growth.gaps:
            told = mapped(step.event.item.get("workflow")).get("tasks")
            streamed = [growth.tasks[number] for number in sorted(growth.tasks)]
            yield step.event.look(told == streamed, compact(streamed), told, path="$.item.workflow.tasks")


@rule(
    "workflows.added.with-task",
    "SHOULD",
    "L0",
    catalogue="WFL-005",
    source=f"{SDK}:176,209",
    why="An empty box appears and waits.",
    mend="Announce a workflow of the app's own with its first task. One of reasoning may begin empty.",
    good=e.create(e.added(flow(STEP, kind="custom")), e.done(flow(STEP, kind="custom", summary=SUMMARY))),
    bad=e.create(e.added(flow(kind="custom")), e.done(flow(kind="custom", summary=SUMMARY))),
)
def a_custom_workflow_begins_with_a_task(stream: Stream) -> Looks:
    """A custom workflow is announced with its first task."""
    for event in stream.of("thread.item.added"):
        workflow = mapped(event.item.get("workflow"))
        if workflow.get("type") == "custom":
            yield event.look(listed(workflow.get("tasks")), "a task", [], path="$.item.workflow.tasks")


def _open(stream: Stream) -> Iterator[tuple[Step, set[str]]]:
    """Give each step with the workflows that are open before it."""
    is_open = {name for name, item in stream.before.items() if opened(item)}
    for step in facts(stream):
        yield step, is_open
        if step.name in {"done", "replaced", "removed"}:
            is_open.discard(step.event.item_id)
        elif step.name == "added" and step.event.item_type == "workflow":
            is_open.add(step.event.item_id)


UNSEEN = ("workflow", "client_tool_call", "user_message", "hidden_context_item", "sdk_hidden_context", "end_of_turn")
"""Items that come while a workflow is open: the page answers a call, and the workflow goes on."""


@rule(
    "workflows.closed-before-next",
    "MUST",
    "L0",
    catalogue="WFL-007",
    source=f"{SDK}:551,651; tests/test_agents.py:1898",
    why="Below the answer the steps seem to go on for ever.",
    mend="Send the workflow's `done`, with a summary, before the next visible item.",
    good=THINKS,
    bad=e.create(*BEGUN, e.added(e.message()), DONE, e.done(e.message("So."))),
)
def a_workflow_closes_before_the_next_item(stream: Stream) -> Looks:
    """An open workflow is done before the next visible item appears."""
    for step, is_open in _open(stream):
        first = step.name in {"added", "done"} and step.state == "unseen"
        if first and step.event.item_type not in UNSEEN and any(name in is_open for name in is_open):
            yield step.event.look(False, "the workflow done first", sorted(is_open))
        elif first and step.event.item_type not in UNSEEN:
            yield step.event.look(True, "no open workflow")


@rule(
    "workflows.one-open",
    "SHOULD",
    "L0",
    catalogue="WFL-013",
    source=f"{SDK}:118,642",
    why="The widget shows one line of steps; of two it follows the later one.",
    mend="Close a workflow before you begin the next.",
    good=THINKS,
    bad=e.create(*BEGUN, e.added(flow(item_id="wf_2")), e.done(flow(item_id="wf_2", summary=SUMMARY)), DONE),
)
def one_workflow_is_open(stream: Stream) -> Looks:
    """At most one workflow is open at a time."""
    for step, is_open in _open(stream):
        if step.name == "added" and step.event.item_type == "workflow":
            others = is_open - {step.event.item_id}
            yield step.event.look(not others, "no other open workflow", sorted(others))


@rule(
    "workflows.done.summary",
    "SHOULD",
    "L0",
    catalogue="WFL-008",
    source=f"{SDK}:156,532",
    why="A closed workflow shows its summary alone: without one it is a blank line.",
    mend="Give it a `title`, or the whole seconds that it took as `duration`.",
    good=THINKS,
    bad=e.create(*BEGUN, e.done(flow(THOUGHT))),
)
def a_closed_workflow_has_a_summary(stream: Stream) -> Looks:
    """A workflow that is done has a summary: a title, or a duration of 0 or more."""
    for event in stream.of("thread.item.done"):
        workflow = event.item.get("workflow")
        if event.item_type == "workflow" and isinstance(workflow, dict):
            summary = mapped(workflow.get("summary"))
            holds = bool(summary.get("title")) or counted(summary.get("duration", 0)) >= 0
            path = "$.item.workflow.summary"
            yield event.look(summary and holds, "a title, or a duration from 0", summary or None, path=path)
