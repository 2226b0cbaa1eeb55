"""The agent of the conformance suite's test bed: it answers from the model at OPENAI_BASE_URL.

What it offers beside the model's own words is the test bed's contract, the same in any language: `page` is a tool
of the page and ends the turn, `steps` shows a workflow, and an output guardrail trips at the word BLOCKED.
"""

from typing import Any

from agents import Agent, GuardrailFunctionOutput, Model, OutputGuardrail, RunContextWrapper, function_tool
from chatkit_agents.context import ToolContext
from chatkit_agents.providers import Environment, choose
from chatkit_agents.responder import agent_responder, stop_at
from chatkit_agents.run import Images
from chatkit_protocol.tasks import CustomTask
from chatkit_server.responder import Answer
from chatkit_server.turn import Turn

BLOCKED = "BLOCKED"
CHAT = "chat"
"""The model of the composer that is asked over chat completions; every other over Responses."""
PARTIAL_IMAGES = 2
Wrapper = RunContextWrapper[ToolContext[None]]


@function_tool
async def page(wrapper: Wrapper, name: str) -> str:
    """Ask the page.

    Args:
        wrapper: Where the tool finds its context; the model does not see it.
        name: The page's tool.
    """
    wrapper.context.client_tool(name, {"a": None, "b": 1})
    return "asked the page"


@function_tool
async def steps(wrapper: Wrapper, titles: list[str]) -> str:
    """Show steps.

    Args:
        wrapper: Where the tool finds its context; the model does not see it.
        titles: Of the steps.
    """
    for title in titles:
        wrapper.context.task(CustomTask(title=title))
    return "shown"


async def _blocked(_context: Any, _agent: Any, output: Any) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered=BLOCKED in str(output))


def _agent(model: Model) -> Agent[Any]:
    return Agent(
        name="testbed",
        instructions="Answer.",
        model=model,
        tools=[page, steps],
        tool_use_behavior=stop_at(page),
        output_guardrails=[OutputGuardrail(guardrail_function=_blocked)],
    )


class TestBedAgent:
    """The agent in both dialects, as a responder."""

    __test__ = False

    def __init__(self, env: Environment) -> None:
        shared = {"LLM_PROVIDER": "compatible", "LLM_BASE_URL": env["OPENAI_BASE_URL"], "LLM_MODEL": "fake-model"}
        key = {"LLM_API_KEY": env["OPENAI_API_KEY"]} if env.get("OPENAI_API_KEY") else {}
        made = {api: choose(shared | key | {"LLM_API": api}, max_retries=0) for api in ("responses", CHAT)}
        self._providers = list(made.values())
        models = {CHAT: made[CHAT].model}
        agent = _agent(made["responses"].model)
        self._respond = agent_responder(agent, models=models, images=Images(partial_images=PARTIAL_IMAGES))

    def __call__(self, turn: Turn) -> Answer:
        """Answer a turn."""
        return self._respond(turn)

    async def aclose(self) -> None:
        """Close the connections to the model."""
        for provider in self._providers:
            await provider.aclose()
