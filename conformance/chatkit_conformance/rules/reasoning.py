"""Reasoning: the model's thoughts, in a workflow."""

from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter import model_calls as m
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Event, Stream
from chatkit_conformance.rules.answers import CALL, answered, answers
from chatkit_conformance.transcript import JSON, Exchange

FLOW = e.item("workflow", "wf_1", workflow={"type": "reasoning", "tasks": [], "expanded": False})
THOUGHT = {"type": "thought", "content": "Hm.", "status_indicator": "none"}
THOUGHTS = FLOW | {"workflow": FLOW["workflow"] | {"tasks": [THOUGHT], "summary": {"duration": 1}}}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}
PROGRESS: JSON = {"type": "progress_update", "text": "Looking"}


def _thinks(*events: JSON) -> Exchange:
    spoken = e.message("So.")
    return answered(*events, e.done(spoken), outputs=(REASONING, m.message("So.")))


def _step(kind: str, content: str) -> JSON:
    return e.updated("wf_1", f"workflow.task.{kind}", task_index=0, task=THOUGHT | {"content": content})


@rule(
    "reasoning.no-text",
    "MUST",
    "L2",
    catalogue="MSG-009",
    source="openai-chatkit 1.6.5, chatkit/agents.py:590-592",
    why="The user reads the model's thoughts as its answer.",
    mend="Show reasoning in a workflow, and nowhere else.",
    good=_thinks(e.done(THOUGHTS)),
    bad=answered(e.done(THOUGHTS), e.done(e.message("Hm. So.", "So.")), outputs=(REASONING, m.message("So."))),
)
def no_text(told: Conversation) -> Looks:
    """What the model thinks stands in no assistant message."""
    for answer in answers(told):
        thoughts = [text for one in answer.outputs if one.kind == "reasoning" for text in one.texts if text]
        for thought in thoughts:
            yield answer.stream.look(not any(thought in text for text in answer.texts), "no thought", answer.texts)


@rule(
    "reasoning.shown",
    "SHOULD",
    "L2",
    catalogue="WFL-011",
    source="openai-chatkit 1.6.5, chatkit/agents.py:721-751",
    why="The user waits before an empty workflow.",
    mend="Make a thought of each part of the reasoning summary, in a workflow of type `reasoning`.",
    good=_thinks(e.done(THOUGHTS)),
    bad=_thinks(e.done(FLOW | {"workflow": FLOW["workflow"] | {"summary": {"duration": 1}}})),
)
def shown_in_a_workflow(told: Conversation) -> Looks:
    """What the model thinks stands in a workflow, a thought for each part of its summary."""
    for answer in answers(told):
        wanted = [text for one in answer.outputs if one.kind == "reasoning" for text in one.texts if text]
        tasks = [task for event in _workflows(answer.stream) for task in event.item["workflow"].get("tasks") or []]
        shown = [task.get("content") for task in tasks if task.get("type") == "thought"]
        if wanted and answer.messages:
            # A workflow that goes on has the thoughts of an earlier answer, too.
            yield answer.stream.look(shown[-len(wanted) :] == wanted, f"the thoughts {wanted}", shown)


def _workflows(stream: Stream) -> list[Event]:
    done = [event for event in stream.of("thread.item.done") if event.item_type == "workflow"]
    return [event for event in done if isinstance(event.item.get("workflow"), dict)]


@rule(
    "reasoning.grows",
    "SHOULD",
    "L2",
    catalogue="WFL-011",
    source="openai-chatkit 1.6.5, chatkit/agents.py:721-751",
    why="The thought flickers while it streams.",
    mend="Send the thought so far and what was added to it, in every update.",
    good=_thinks(e.added(FLOW), _step("added", "H"), _step("updated", "Hm."), e.done(THOUGHTS)),
    bad=_thinks(e.added(FLOW), _step("added", "So"), _step("updated", "Hm."), e.done(THOUGHTS)),
)
def grows(told: Conversation) -> Looks:
    """A thought that streams begins with what it was before, in each of its updates."""
    for answer in answers(told):
        so_far: dict[tuple[str, Any], str] = {}
        for event in answer.stream.of("thread.item.updated"):
            task = event.update.get("task")
            if isinstance(task, dict) and task.get("type") == "thought":
                place = (event.item_id, event.update.get("task_index"))
                before, now = so_far.get(place, ""), str(task.get("content", ""))
                yield event.look(now.startswith(before), f"{before!r} and more", now)
                so_far[place] = now


@rule(
    "reasoning.folded",
    "SHOULD",
    "L2",
    catalogue="WFL-009",
    source="openai-chatkit 1.6.5, chatkit/agents.py:534-539",
    why="The thoughts push the answer off the screen.",
    mend="Close a reasoning workflow with `expanded` false.",
    good=_thinks(e.done(THOUGHTS)),
    bad=_thinks(e.done(THOUGHTS | {"workflow": THOUGHTS["workflow"] | {"expanded": True}})),
)
def folded(told: Conversation) -> Looks:
    """A reasoning workflow that ends because the answer begins is folded up."""
    for answer in answers(told):
        for event in _workflows(answer.stream):
            if event.item["workflow"].get("type") == "reasoning":
                expanded = event.item["workflow"].get("expanded", False)
                yield event.look(expanded is False, "expanded: false", expanded, path="$.item.workflow.expanded")


@rule(
    "reasoning.workflow-goes-on",
    "MUST",
    "L2",
    catalogue="WFL-012",
    source="openai-chatkit 1.6.5, chatkit/agents.py:510-527,810-815",
    why="The old workflow loads for ever beside a new one.",
    mend="Keep the workflow that is open at a client tool call, and go on with it when the result is there.",
    good=[
        answered(e.added(FLOW), e.done(CALL)),
        e.go_on("threads.add_client_tool_output", {"result": 1}, e.done(THOUGHTS), model=(m.entry([]),)),
    ],
    bad=[
        answered(e.added(FLOW), e.done(CALL)),
        e.go_on("threads.add_client_tool_output", {"result": 1}, PROGRESS, model=(m.entry([]),)),
    ],
)
def workflow_goes_on(told: Conversation) -> Looks:
    """A workflow that is open at a client tool call goes on in the next stream under its id."""
    waiting: dict[str, set[str]] = {}
    for answer in answers(told):
        stream = answer.stream
        names = [event.item_id for event in stream.events]
        for name in waiting.pop(stream.thread_id, ()) if stream.kind == "threads.add_client_tool_output" else ():
            yield stream.look(name in names, f"events of {name}", names)
        flows = {event.item_id for event in stream.of("thread.item.added") if event.item_type == "workflow"}
        flows -= {event.item_id for event in stream.of("thread.item.done", "thread.item.removed")}
        if stream.events and stream.events[-1].item_type == "client_tool_call":
            waiting[stream.thread_id] = flows
