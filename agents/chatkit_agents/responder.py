"""An agent as a responder: a ChatKit backend in five lines."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents import Agent, Model, RunConfig, Runner, RunResultStreaming, StopAtTools
from chatkit_agents.approvals import ACTION, Approvals, Decision, answered
from chatkit_agents.context import ToolContext
from chatkit_agents.outbound import Conversion, model_input
from chatkit_agents.paused import RECENT, PausedRun, asked_by, decide, waiting
from chatkit_agents.redaction import Secret, keyless
from chatkit_agents.resuming import redrawn, state_of, withdraw
from chatkit_agents.run import Activity, Images
from chatkit_agents.stream import agent_events
from chatkit_protocol.items import ThreadItem, UserMessageItem
from chatkit_server.responder import Answer, action
from chatkit_server.turn import Turn
from chatkit_server.window import Window

ChooseAgent = Callable[[Turn], Agent[Any]]


@dataclass(frozen=True, kw_only=True)
class AgentResponder:
    """Answers turns with an agent; `agent_responder` makes one and says what its fields are."""

    agent: Agent[Any] | ChooseAgent
    run_config: RunConfig
    max_turns: int
    history: int | Window | None
    conversion: Conversion | None
    images: Images | None
    activity: Activity | None
    models: Mapping[str, Model]
    data: Callable[[Turn], Any] | None
    approvals: Approvals

    def __call__(self, turn: Turn) -> Answer:
        """Answer a turn: it is a responder itself, too."""
        return self.respond(turn)

    async def respond(self, turn: Turn) -> Answer:
        """Answer with the whole thread before the agent, or go on with the run for which the user has answered."""
        asked = await asked_by(turn, turn.answers.id) if turn.answers else None
        if asked and turn.answers:
            yield self._go_on(turn, await decide(turn, asked.shown, answered(turn.answers)))
            return
        left = await waiting(turn)
        for event in await withdraw(turn, left, self.approvals) if left else ():
            yield event
        items = await turn.history(self.history)
        told = await model_input(items, self.conversion, turn=turn)
        context = self._context(turn)
        result = self._start(turn, self._agent(turn), told, items, context=context)
        yield agent_events(context, result, **self._shown)

    @action(ACTION, payload=Decision)
    async def decide(self, turn: Turn, decision: Decision) -> Answer:
        """Take what the user decided in a widget; the run goes on when all is decided."""
        paused = await decide(turn, turn.sender.id if turn.sender else "", [decision])
        for event in await redrawn(turn, paused, self.approvals):
            yield event
        if not paused.undecided:
            yield self._go_on(turn, paused)

    async def _go_on(self, turn: Turn, paused: PausedRun) -> Answer:
        agent, context = self._agent(turn), self._context(turn)
        state = await state_of(paused, agent, context)
        result = self._start(turn, agent, state, await turn.history(RECENT))
        yield agent_events(context, result, paused=paused, **self._shown)

    def _start(
        self, turn: Turn, agent: Agent[Any], told: Any, items: Sequence[ThreadItem], **options: Any
    ) -> RunResultStreaming:
        config = self._config(turn, items)
        return Runner.run_streamed(agent, told, run_config=config, max_turns=self.max_turns, **options)

    @property
    def _shown(self) -> dict[str, Any]:
        return {"images": self.images, "activity": self.activity, "approvals": self.approvals}

    def _agent(self, turn: Turn) -> Agent[Any]:
        return self.agent if isinstance(self.agent, Agent) else self.agent(turn)

    def _context(self, turn: Turn) -> ToolContext[Any]:
        return ToolContext(turn, self.data(turn) if self.data else turn.context.data)

    def _config(self, turn: Turn, items: Sequence[ThreadItem]) -> RunConfig:
        """Use the model that the user chose, if the app offers it; anything else is left to the app's own choice.

        A turn that comes of an answer or of a tool's output goes on with the model of the message before it.
        """
        message = turn.message or next((i for i in reversed(items) if isinstance(i, UserMessageItem)), None)
        name = message.inference_options.model if message else None
        return replace(self.run_config, model=self.models[name]) if name and name in self.models else self.run_config


def agent_responder(
    agent: Agent[Any] | ChooseAgent,
    *,
    run_config: RunConfig | None = None,
    max_turns: int = 10,
    history: int | Window | None = None,
    conversion: Conversion | None = None,
    images: Images | None = None,
    activity: Activity | None = None,
    models: Mapping[str, Model] | None = None,
    data: Callable[[Turn], Any] | None = None,
    approvals: Approvals | None = None,
) -> AgentResponder:
    """Make a responder that has an agent answer with the whole thread before it.

    Args:
        agent: the agent, or a function that chooses one for a turn. Its tools are typed `Tool[ToolContext]`.
        run_config: the Agents SDK's own settings. Without it tracing is off: traces go to OpenAI. Keys of models
            are taken out of what the model is told, after a `call_model_input_filter` of your own.
        max_turns: how often the model may be asked in one turn.
        history: how many of the newest items the model is sent, or a `Window` in items and tokens; all unless given.
        conversion: how attachments and tags are told to the model.
        images: how generated images reach the client.
        activity: which tool calls the user sees; none unless given.
        models: what the user may choose in the composer (`inference_options.model`), by id.
        data: gives `context.data` of the tools; the request's `context.data` unless given.
        approvals: how the user is asked about calls of tools that need it (`needs_approval`); with structured input
            unless given. The run waits in the thread, also when the server starts anew.
    """
    Secret(os.environ.get("OPENAI_API_KEY", ""))  # an agent without a model of ours reads it by itself
    return AgentResponder(
        agent=agent,
        run_config=keyless(run_config or untraced()),
        max_turns=max_turns,
        history=history,
        conversion=conversion,
        images=images,
        activity=activity,
        models=models or {},
        data=data,
        approvals=approvals or Approvals(),
    )


def untraced(config: RunConfig | None = None) -> RunConfig:
    """Give run settings with tracing off, since the Agents SDK otherwise sends traces to OpenAI."""
    return replace(config or RunConfig(), tracing_disabled=True)


def stop_at(*tools: Any) -> StopAtTools:
    """Name the tools after which a run ends, for `tool_use_behavior`: those that call `context.client_tool`."""
    return StopAtTools(stop_at_tool_names=[getattr(tool, "name", tool) for tool in tools])
