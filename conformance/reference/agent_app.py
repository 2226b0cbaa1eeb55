"""Agents on the official SDK, for comparing its bridge with ours: the model is the one at OPENAI_BASE_URL.

Runs in a virtual environment of its own: `OPENAI_BASE_URL=… OPENAI_API_KEY=… python agent_app.py --port N`. The
endpoint is `POST /{dialect}/{agent}`: dialects `responses` and `chat`, agents as in AGENTS. A path that begins with
`/mended` is the same without the SDK's fault with citations.
"""

# The SDK, whose signatures these are, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN002, ANN201, ANN202, ARG001, ARG002, D102, D103

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime
from typing import Any

import uvicorn
from agents.models.interface import Model
from chatkit import agents as bridge
from chatkit import types
from chatkit.agents import AgentContext, ClientToolCall, simple_to_agent_input
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.widgets import Card, Text
from memory import MemoryStore
from openai import AsyncOpenAI
from script import Lacking, complete
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

import agents
from agents import RunContextWrapper, function_tool

Wrapper = RunContextWrapper[AgentContext[dict]]
PARTIAL_IMAGES = 2
PAUSE = 0.03
"""Seconds before a tool says something. What model and tools say comes from two queues that are read in no fixed
order, and an event shows the item as it is when it is written: without a pause no two streams are the same."""


@function_tool
async def weather(wrapper: Wrapper, city: str) -> str:
    return f"sun in {city}"


@function_tool
async def fails(wrapper: Wrapper) -> str:
    raise ValueError("the tool failed")


@function_tool
async def progress(wrapper: Wrapper, text: str) -> str:
    await asyncio.sleep(PAUSE)
    await wrapper.context.stream(types.ProgressUpdateEvent(text=text, icon="search"))
    return "done"


@function_tool(failure_error_function=None)
async def effect(wrapper: Wrapper, name: str) -> str:
    if not hasattr(types, "ClientEffectEvent"):
        raise Lacking("client_effect")
    await asyncio.sleep(PAUSE)
    await wrapper.context.stream(types.ClientEffectEvent(name=name, data={"a": None, "b": [1]}))
    return "done"


@function_tool
async def notice(wrapper: Wrapper, text: str) -> str:
    await asyncio.sleep(PAUSE)
    await wrapper.context.stream(types.NoticeEvent(level="warning", message=text, title="Note"))
    return "done"


@function_tool
async def say(wrapper: Wrapper, text: str) -> str:
    item = types.AssistantMessageItem(**base(wrapper.context), content=[types.AssistantMessageContent(text=text)])
    await asyncio.sleep(PAUSE)
    await wrapper.context.stream(types.ThreadItemDoneEvent(item=item))
    return "done"


@function_tool
async def hidden(wrapper: Wrapper, text: str) -> str:
    item = types.HiddenContextItem(**base(wrapper.context), content=text)
    await asyncio.sleep(PAUSE)
    await wrapper.context.stream(types.ThreadItemDoneEvent(item=item))
    return "done"


@function_tool
async def card(wrapper: Wrapper, texts: list[str]) -> str:
    async def states():
        for number, text in enumerate(texts):
            last = number == len(texts) - 1
            yield Card(children=[Text(id="t", value=text, streaming=not last)])

    shown = Card(children=[Text(value=texts[0])]) if len(texts) == 1 else states()
    await asyncio.sleep(PAUSE)
    await wrapper.context.stream_widget(shown, copy_text=texts[-1])
    return "done"


@function_tool
async def task(wrapper: Wrapper, titles: list[str]) -> str:
    for title in titles:
        await asyncio.sleep(PAUSE)
        await wrapper.context.add_workflow_task(types.CustomTask(title=title, icon="bolt"))
    return "done"


@function_tool
async def change(wrapper: Wrapper, title: str, place: int) -> str:
    changed = types.CustomTask(title=title, status_indicator="complete")
    await asyncio.sleep(PAUSE)
    await wrapper.context.update_workflow_task(changed, place)
    return "done"


@function_tool
async def end(wrapper: Wrapper, title: str, expanded: bool) -> str:
    await asyncio.sleep(PAUSE)
    await wrapper.context.end_workflow(types.CustomSummary(title=title), expanded=expanded)
    return "done"


@function_tool
async def page(wrapper: Wrapper, name: str) -> str:
    wrapper.context.client_tool_call = ClientToolCall(name=name, arguments={"a": None, "b": 1})
    return "asked"


def base(context) -> dict[str, Any]:
    made = context.store.generate_item_id("message", context.thread, {})
    return {"id": made, "thread_id": context.thread.id, "created_at": datetime.now()}  # noqa: DTZ005 - as the SDK does


async def trips(context, agent, given) -> agents.GuardrailFunctionOutput:
    return agents.GuardrailFunctionOutput(output_info=None, tripwire_triggered="BLOCKED" in str(given))


BEFORE = {"run_in_parallel": False} if hasattr(agents.InputGuardrail, "run_in_parallel") else {}
"""Trip before the model is asked: old releases of the Agents SDK do both at once."""
TOOLS = [weather, fails, progress, effect, notice, say, hidden, card, task, change, end, page]
AGENTS: dict[str, dict[str, Any]] = {
    "main": {},
    "guarded": {"input_guardrails": [agents.InputGuardrail(guardrail_function=trips, **BEFORE)]},
    "checked": {"output_guardrails": [agents.OutputGuardrail(guardrail_function=trips)]},
}
MAX_TURNS = 4


def agent(model: Model, fields: dict[str, Any]) -> agents.Agent:
    stop = agents.StopAtTools(stop_at_tool_names=["page"])
    common = {"model": model, "tools": TOOLS, "tool_use_behavior": stop}
    second = agents.Agent(name="second", instructions="Answer.", **common)
    return agents.Agent(name="first", instructions="Answer.", handoffs=[second], **common, **fields)


class Backend(ChatKitServer):
    """One agent in one dialect."""

    def __init__(self, chosen: agents.Agent) -> None:
        super().__init__(MemoryStore())
        self.agent = chosen

    async def respond(self, thread, input_user_message, context):
        held = AgentContext(thread=thread, store=self.store, request_context=context)
        history = await self.store.load_thread_items(thread.id, None, 1000, "asc", context)
        told = [one for item in history.data for one in await model_input(item)]
        result = agents.Runner.run_streamed(self.agent, told, context=held, max_turns=MAX_TURNS)
        try:
            async for event in bridge.stream_agent_response(held, result, **images()):
                yield event
        except agents.UserError as error:
            raise (error.__cause__ if isinstance(error.__cause__, Lacking) else error) from None


def images() -> dict[str, Any]:
    """Tell the bridge how many sketches come before an image; before 1.5 it made nothing of images."""
    converter = getattr(bridge, "ResponseStreamConverter", None)
    return {"converter": converter(partial_images=PARTIAL_IMAGES)} if converter else {}


async def model_input(item) -> list[Any]:
    """Tell an answer as plain text: as the SDK spells it, the chat dialect of the Agents SDK refuses it."""
    if item.type == "assistant_message":
        return [{"role": "assistant", "content": "".join(part.text for part in item.content)}]
    return await simple_to_agent_input(item) if item.type in {"user_message", "client_tool_call"} else []


def mended(original):
    """Wrap the SDK's reading of a citation, which may come as an object of a class that its union does not know."""

    def convert(raw, *converter):
        return original(raw if isinstance(raw, dict) else raw.model_dump(), *converter)

    return convert


def build() -> Starlette:
    agents.set_tracing_disabled(True)
    complete()
    client = AsyncOpenAI(max_retries=0)
    models = {
        "responses": agents.OpenAIResponsesModel("fake-model", client),
        "chat": agents.OpenAIChatCompletionsModel("fake-model", client),
    }
    faulty = bridge._convert_annotation  # noqa: SLF001 - the fault is in there
    routes = []
    for dialect, model in models.items():
        for name, fields in AGENTS.items():
            backend = Backend(agent(model, fields))
            for prefix, convert in (("", faulty), ("/mended", mended(faulty))):
                routes.append(Route(f"{prefix}/{dialect}/{name}", endpoint(backend, convert), methods=["POST"]))
    return Starlette(routes=routes)


def endpoint(backend: Backend, convert):
    async def answer(request):
        # One request at a time comes here, so that a module of the SDK can be changed for it.
        bridge._convert_annotation = convert  # noqa: SLF001 - see above
        result = await backend.process(await request.body(), {})
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return answer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(build(), host="127.0.0.1", port=parser.parse_args().port, log_level="critical")
