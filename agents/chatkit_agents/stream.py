"""A streamed run as the answer to a turn: model and tools in one order, cleaned up however it ends."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple

from agents import (
    InputGuardrailTripwireTriggered,
    OutputGuardrailTripwireTriggered,
    RunResultStreaming,
    exceptions,
)
from chatkit_agents.approvals import Approvals
from chatkit_agents.context import Channel, ClientToolCall, ToolContext
from chatkit_agents.failures import told
from chatkit_agents.inbound import thread_events
from chatkit_agents.paused import PausedRun
from chatkit_agents.redaction import leaks
from chatkit_agents.resuming import pause, restore
from chatkit_agents.run import PLACEHOLDERS, Activity, Images, Run
from chatkit_protocol.events import ThreadItemDone, ThreadStreamEvent
from chatkit_protocol.items import ClientToolCallItem

SAID = tuple(error for error in [getattr(exceptions, "ModelRefusalError", None)] if error)
"""Errors that are no news: the user has read the refusal, word by word (D15). Since openai-agents 0.15."""
TRIPWIRES = (InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered)


class _End(NamedTuple):
    """The run is over, well or badly."""

    error: BaseException | None


async def agent_events(
    context: ToolContext[Any],
    result: RunResultStreaming,
    *,
    images: Images | None = None,
    activity: Activity | None = None,
    approvals: Approvals | None = None,
    paused: PausedRun | None = None,
) -> AsyncGenerator[ThreadStreamEvent, None]:
    """Give the events of a run that was started with `context`; `paused` is the one that goes on with it.

    A run that waits for approvals ends with the question, and is kept in the thread. Closing the generator is the
    user's stop: the run is cancelled, and its tools with it.

    Raises:
        CustomStreamError: when the run fails in a way that the user can be told about.
    """
    run = Run(context.turn, images or Images(), activity or Activity())
    await (restore(run, paused) if paused else run.resume_workflow())
    pump = asyncio.create_task(_pump(result, context.channel))
    try:
        async for event in _merged(run, context.channel):
            yield event
        if run.workflow:  # the next turn goes on with it
            await run.turn.store.save_item(run.turn.user, run.turn.thread.id, run.workflow.item)
        if result.interruptions:
            for event in pause(run, context, result, approvals or Approvals()):
                yield event
        elif context.client_tool_call:
            yield ThreadItemDone(item=_client_call(run, context.client_tool_call))
    finally:
        result.cancel()
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)


async def _pump(result: RunResultStreaming, channel: Channel) -> None:
    try:
        async for event in result.stream_events():
            channel.put(event)
            _stop_at_tripwire(result)
    except Exception as error:  # noqa: BLE001 - it is raised where the events are read
        channel.put(_End(error))
    else:
        channel.put(_End(None))


def _stop_at_tripwire(result: RunResultStreaming) -> None:
    """Raise at once when a guardrail of the input trips while the model speaks.

    The Agents SDK raises the same, but only after the model has said everything to nobody.
    """
    tripped = next((one for one in result.input_guardrail_results if one.output.tripwire_triggered), None)
    if tripped:
        raise InputGuardrailTripwireTriggered(tripped)


async def _merged(run: Run, channel: Channel) -> AsyncGenerator[ThreadStreamEvent, None]:
    while True:
        value = await channel.get()
        if isinstance(value, _End):
            break
        if callable(value):
            for event in value(run):
                yield event
        else:
            async for event in thread_events(run, value):
                yield event
    if isinstance(value.error, TRIPWIRES):
        for item_id in run.produced:
            yield run.turn.remove(item_id)
    if isinstance(value.error, Exception) and not isinstance(value.error, SAID):
        raise told(value.error) or _harmless(value.error) from None


def _harmless(error: Exception) -> Exception:
    """Give an exception that nobody foresaw, unless its text shows a key."""
    return RuntimeError(f"{type(error).__name__}: its text is withheld") if leaks(error) else error


def _client_call(run: Run, call: ClientToolCall) -> ClientToolCallItem:
    base = run.turn.base("tool_call")
    made = [c for c in run.calls if c.name == call.name] or run.calls
    item_id, call_id = (made[-1].item_id, made[-1].call_id) if made else ("", "")
    if item_id not in PLACEHOLDERS:
        base["id"] = item_id
    return ClientToolCallItem(**base, call_id=call_id or base["id"], name=call.name, arguments=call.arguments)
