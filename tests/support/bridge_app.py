"""The agents of `conformance/reference/agent_app.py` on our bridge: what their tools do, they do here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette

from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    Model,
    OutputGuardrail,
    RunContextWrapper,
    function_tool,
)
from chatkit_agents import Images, ToolContext, agent_responder, stop_at
from chatkit_agents.context import Step
from chatkit_agents.providers import choose
from chatkit_protocol.tasks import CustomTask, WorkflowSummary
from chatkit_protocol.widgets import Card, Text
from chatkit_server import create_app

Wrapper = RunContextWrapper[ToolContext[dict[str, list[Step]]]]


@function_tool
async def weather(wrapper: Wrapper, city: str) -> str:
    return f"sun in {city}"


@function_tool
async def fails(wrapper: Wrapper) -> str:
    raise ValueError("the tool failed")


@function_tool
async def progress(wrapper: Wrapper, text: str) -> str:
    wrapper.context.progress(text, icon="search")
    return "done"


@function_tool
async def effect(wrapper: Wrapper, name: str) -> str:
    wrapper.context.effect(name, {"a": None, "b": [1]})
    return "done"


@function_tool
async def notice(wrapper: Wrapper, text: str) -> str:
    wrapper.context.notice(text, "warning", title="Note")
    return "done"


@function_tool
async def say(wrapper: Wrapper, text: str) -> str:
    wrapper.context.say(text)
    return "done"


@function_tool
async def hidden(wrapper: Wrapper, text: str) -> str:
    wrapper.context.hidden(text)
    return "done"


@function_tool
async def card(wrapper: Wrapper, texts: list[str]) -> str:
    if len(texts) == 1:
        wrapper.context.widget(Card(children=[Text(value=texts[0])]), copy_text=texts[0])
        return "done"
    states = [Card(children=[Text(id="t", value=text, streaming=text is not texts[-1])]) for text in texts]
    await wrapper.context.stream_widget(states, copy_text=texts[-1])
    return "done"


@function_tool
async def task(wrapper: Wrapper, titles: list[str]) -> str:
    steps = [wrapper.context.task(CustomTask(title=title, icon="bolt")) for title in titles]
    wrapper.context.data.setdefault("steps", []).extend(steps)
    return "done"


@function_tool
async def change(wrapper: Wrapper, title: str, place: int) -> str:
    wrapper.context.data["steps"][place].change(CustomTask(title=title, status_indicator="complete"))
    return "done"


@function_tool
async def end(wrapper: Wrapper, title: str, expanded: bool) -> str:
    wrapper.context.end_workflow(WorkflowSummary(title=title), expanded=expanded)
    return "done"


@function_tool
async def page(wrapper: Wrapper, name: str) -> str:
    wrapper.context.client_tool(name, {"a": None, "b": 1})
    return "asked"


async def trips(context: Any, agent: Any, given: Any) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered="BLOCKED" in str(given))


TOOLS = [weather, fails, progress, effect, notice, say, hidden, card, task, change, end, page]
AGENTS: dict[str, dict[str, Any]] = {
    "main": {},
    "guarded": {"input_guardrails": [InputGuardrail(guardrail_function=trips, run_in_parallel=False)]},
    "checked": {"output_guardrails": [OutputGuardrail(guardrail_function=trips)]},
}
MAX_TURNS = 4


def agent(model: Model, fields: dict[str, Any]) -> Agent[Any]:
    common: dict[str, Any] = {"model": model, "tools": TOOLS, "tool_use_behavior": stop_at(page)}
    second: Agent[Any] = Agent(name="second", instructions="Answer.", **common)
    return Agent(name="first", instructions="Answer.", handoffs=[second], **common, **fields)


def bridge_app(port: int) -> Starlette:
    """Serve every agent in both dialects, with the model server on this port."""
    settings = {"LLM_PROVIDER": "compatible", "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1", "LLM_API_KEY": "some-key"}
    providers = {dialect: choose(settings | {"LLM_API": dialect}, max_retries=0) for dialect in ("responses", "chat")}

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        for provider in providers.values():
            await provider.aclose()

    routes = []
    for dialect, provider in providers.items():
        for name, fields in AGENTS.items():
            respond = agent_responder(
                agent(provider.model, fields),
                max_turns=MAX_TURNS,
                images=Images(partial_images=2),
                data=lambda _turn: {},
            )
            routes += create_app(respond, path=f"/{dialect}/{name}", strict=True).router.routes
    return Starlette(routes=routes, lifespan=lifespan)
