"""An agent as a responder: a ChatKit backend in five lines."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any

from agents import Agent, Model, RunConfig, Runner, StopAtTools
from chatkit_agents.context import ToolContext
from chatkit_agents.outbound import Conversion, model_input
from chatkit_agents.run import Activity, Images
from chatkit_agents.stream import agent_events
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_server.responder import Respond
from chatkit_server.turn import Turn

ChooseAgent = Callable[[Turn], Agent[Any]]


def agent_responder(
    agent: Agent[Any] | ChooseAgent,
    *,
    run_config: RunConfig | None = None,
    max_turns: int = 10,
    history: int | None = None,
    conversion: Conversion | None = None,
    images: Images | None = None,
    activity: Activity | None = None,
    models: Mapping[str, Model] | None = None,
    data: Callable[[Turn], Any] | None = None,
) -> Respond:
    """Make a responder that has an agent answer with the whole thread before it.

    Args:
        agent: the agent, or a function that chooses one for a turn. Its tools are typed `Tool[ToolContext]`.
        run_config: the Agents SDK's own settings. Without it tracing is off: traces go to OpenAI.
        max_turns: how often the model may be asked in one turn.
        history: how many of the newest items the model is sent; all unless given.
        conversion: how attachments and tags are told to the model.
        images: how generated images reach the client.
        activity: which tool calls the user sees; none unless given.
        models: what the user may choose in the composer (`inference_options.model`), by id.
        data: gives `context.data` of the tools; the request's `context.data` unless given.
    """
    config = run_config or untraced()

    async def respond(turn: Turn) -> AsyncIterator[ThreadStreamEvent]:
        chosen = agent if isinstance(agent, Agent) else agent(turn)
        context = ToolContext(turn, data(turn) if data else turn.context.data)
        told = await model_input(await turn.history(history), conversion)
        result = Runner.run_streamed(
            chosen,
            told,
            context=context,
            run_config=_with_model(config, turn, models or {}),
            max_turns=max_turns,
        )
        events = agent_events(context, result, images=images, activity=activity)
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()

    return respond


def _with_model(config: RunConfig, turn: Turn, models: Mapping[str, Model]) -> RunConfig:
    """Use the model that the user chose, if the app offers it; anything else is left to the app's own choice."""
    name = turn.message.inference_options.model if turn.message else None
    return replace(config, model=models[name]) if name and name in models else config


def untraced(config: RunConfig | None = None) -> RunConfig:
    """Give run settings with tracing off, since the Agents SDK otherwise sends traces to OpenAI."""
    return replace(config or RunConfig(), tracing_disabled=True)


def stop_at(*tools: Any) -> StopAtTools:
    """Name the tools after which a run ends, for `tool_use_behavior`: those that call `context.client_tool`."""
    return StopAtTools(stop_at_tool_names=[getattr(tool, "name", tool) for tool in tools])
