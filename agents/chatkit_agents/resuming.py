"""How a run stops for the user's word, and goes on with it: also in another process, from what the thread holds."""

from collections.abc import Iterable
from typing import Any

from agents import Agent, RunContextWrapper, RunResultStreaming, RunState, UserError
from chatkit_agents.activity import returned
from chatkit_agents.approvals import Approvals, Decision, call_id, requested
from chatkit_agents.context import ToolContext
from chatkit_agents.failures import logger, told
from chatkit_agents.paused import PausedRun, decide
from chatkit_agents.run import Run, resumed
from chatkit_protocol.base import JSONObject
from chatkit_protocol.events import ThreadItemDone, ThreadItemReplaced, ThreadStreamEvent
from chatkit_protocol.items import StructuredInputItem, WidgetItem, WorkflowItem
from chatkit_protocol.requests import StructuredInputSubmission
from chatkit_protocol.widgets.plain import plain
from chatkit_server.errors import CustomStreamError
from chatkit_server.handlers.returns import submit
from chatkit_server.keeping import find
from chatkit_server.turn import Turn

SECRETS = frozenset({"headers", "authorization"})
"""Fields of a hosted MCP tool's configuration in which keys are."""


def pause(
    run: Run, context: ToolContext[Any], result: RunResultStreaming, approvals: Approvals
) -> Iterable[ThreadStreamEvent]:
    """Keep the run, then ask.

    Raises:
        CustomStreamError: when the run cannot be kept, for instance because two of its agents cannot be told apart.
    """
    requests = [requested(interruption, run.activity) for interruption in result.interruptions]
    shown = approvals.ask(run.turn, requests)
    try:
        state = result.to_state().to_json(context_serializer=lambda _context: {})
    except UserError as error:
        raise told(error) or error from None
    paused = PausedRun(
        shown=shown.id,
        state=_kept(state),
        requests=requests,
        calls=run.calls,
        client_tool_call=context.client_tool_call,
        steps={call: (writer.item.id, place) for call, (writer, place) in run.steps.items()},
        workflow=run.workflow.item.id if run.workflow else "",
    )
    yield ThreadItemDone(item=paused.item(run.turn.base("sdk_hidden_context")))
    yield ThreadItemDone(item=shown)


def _kept(state: JSONObject) -> JSONObject:
    """Take the keys out of a state, and put the assistant's earlier answers back as they were told to the model.

    The SDK writes them as lists of parts, which it refuses itself in the chat dialect, for want of an id.
    """
    told_before = state["original_input"]
    for item in told_before if isinstance(told_before, list) else ():
        content = item.get("content")
        if item.get("role") == "assistant" and "id" not in item and isinstance(content, list):
            item["content"] = "".join(part.get("text", "") for part in content)
            item.pop("status", None)
    kept: JSONObject = _without_keys(state)
    return kept


def _without_keys(value: Any, *, secret: bool = False) -> Any:
    if isinstance(value, list):
        return [_without_keys(one) for one in value]
    if not isinstance(value, dict):
        return value
    names = value.keys() - SECRETS if secret else value.keys()
    return {name: _without_keys(value[name], secret=name == "tool_config") for name in value if name in names}


async def state_of(paused: PausedRun, agent: Agent[Any], context: ToolContext[Any]) -> RunState[Any]:
    """Give the state from which the run goes on, with the user's decisions in it.

    Raises:
        CustomStreamError: when the agent is no longer there that paused, or the state is of a foreign version.
    """
    context.client_tool_call = paused.client_tool_call
    try:
        state = await RunState.from_json(
            agent,
            paused.state,
            context_override=RunContextWrapper(context),
            context_deserializer=lambda _written: context,
        )
    except UserError as error:
        logger.error("a paused run cannot go on: %s", error)
        raise CustomStreamError(
            "This question can no longer be answered: the assistant has changed since. Please ask again."
        ) from None
    said = {request.call_id: request.decision for request in paused.requests}
    for interruption in state.get_interruptions():
        decision = said.get(call_id(interruption)) or Decision(approve=False)
        if decision.approve:
            state.approve(interruption)
        else:
            state.reject(interruption, rejection_message=decision.told())
    return state


async def restore(run: Run, paused: PausedRun) -> None:
    """Take up what the paused run had open in the thread."""
    run.calls.extend(paused.calls)
    writers = {}
    for workflow in {paused.workflow, *(workflow for workflow, _ in paused.steps.values())} - {""}:
        item = await find(run.turn, workflow)
        if isinstance(item, WorkflowItem):
            writers[workflow] = resumed(item, run.turn)
    run.workflow = writers.get(paused.workflow)
    run.steps.update({call: (writers[w], place) for call, (w, place) in paused.steps.items() if w in writers})


async def withdraw(turn: Turn, paused: PausedRun, approvals: Approvals) -> list[ThreadStreamEvent]:
    """Close the question of a run because the conversation goes on without an answer: nothing runs."""
    try:
        paused = await decide(turn, paused.shown, [Decision(approve=False)])
    except CustomStreamError:  # an answer came in the same moment: its stream tells what becomes of the run
        return []
    events = await redrawn(turn, paused, approvals)
    run = Run(turn)
    await restore(run, paused)
    for call in paused.steps:
        events.extend(returned(run, call))
    return [*events, *run.close_workflow()]


async def redrawn(turn: Turn, paused: PausedRun, approvals: Approvals) -> list[ThreadStreamEvent]:
    """Show the decisions in the item that asks."""
    shown = await find(turn, paused.shown)
    if isinstance(shown, StructuredInputItem) and shown.status == "pending":
        submit(shown, StructuredInputSubmission(status="skipped"))
    elif isinstance(shown, WidgetItem) and approvals.widget:
        shown.widget = plain(approvals.widget(turn, paused.requests))
    else:
        return []
    return [ThreadItemReplaced(item=shown)]
