"""The agent of the test bed on the official SDK: it answers from the model at OPENAI_BASE_URL.

It has what the test bed's contract says: the tool `page` of the page, which ends the turn, the tool `steps`, which
shows a workflow, an output guardrail that trips at BLOCKED, and the other dialect for the composer's model `chat`.
"""

# The SDK, whose signatures these are, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN201, ARG001, D102, D103

from __future__ import annotations

import asyncio
from functools import cache

from chatkit import agents as bridge
from chatkit.agents import AgentContext, ClientToolCall, ThreadItemConverter, stream_agent_response
from chatkit.types import CustomTask
from openai import AsyncOpenAI

import agents
from agents import RunContextWrapper, function_tool

Wrapper = RunContextWrapper[AgentContext[dict]]
PARTIAL_IMAGES = 2
PAUSE = 0.05
"""Seconds before a guardrail judges. When it trips, the SDK stops reading what the run has said, however far it is:
without a pause no two streams are the same."""
PAUSE = 0.03
"""Seconds before each step: an event shows its item as it is when it is written, not when it is made."""


@function_tool
async def page(wrapper: Wrapper, name: str) -> str:
    wrapper.context.client_tool_call = ClientToolCall(name=name, arguments={"a": None, "b": 1})
    return "asked the page"


@function_tool
async def steps(wrapper: Wrapper, titles: list[str]) -> str:
    for title in titles:
        await asyncio.sleep(PAUSE)
        await wrapper.context.add_workflow_task(CustomTask(title=title))
    return "shown"


async def blocked(context, agent, output) -> agents.GuardrailFunctionOutput:
    await asyncio.sleep(PAUSE)
    return agents.GuardrailFunctionOutput(output_info=None, tripwire_triggered="BLOCKED" in str(output))


class Converter(ThreadItemConverter):
    """Tells the model what tags and attachments stand for, which the SDK leaves to the app."""

    async def tag_to_message_content(self, tag):
        return {"type": "input_text", "text": tag.model_dump_json(exclude_none=True)}

    async def attachment_to_message_content(self, attachment):
        return {"type": "input_text", "text": f"The user attached {attachment.name} ({attachment.mime_type})."}


@cache
def agent(dialect: str) -> agents.Agent:
    agents.set_tracing_disabled(True)
    kind = agents.OpenAIChatCompletionsModel if dialect == "chat" else agents.OpenAIResponsesModel
    return agents.Agent(
        name="testbed",
        instructions="Answer.",
        model=kind("fake-model", AsyncOpenAI(max_retries=0)),
        tools=[page, steps],
        tool_use_behavior=agents.StopAtTools(stop_at_tool_names=["page"]),
        output_guardrails=[agents.OutputGuardrail(guardrail_function=blocked)],
    )


async def answered(store, thread, message):
    """Answer a turn with the whole thread before it."""
    context = AgentContext(thread=thread, store=store, request_context={})
    history = await store.load_thread_items(thread.id, None, 1000, "asc", {})
    dialect = (message and message.inference_options.model) or ""
    told = await Converter().to_agent_input(history.data)
    result = agents.Runner.run_streamed(agent(dialect), told, context=context)
    # Before 1.5 nothing was to be told of pictures.
    known = hasattr(bridge, "ResponseStreamConverter")
    more = {"converter": bridge.ResponseStreamConverter(partial_images=PARTIAL_IMAGES)} if known else {}
    async for event in stream_agent_response(context, result, **more):
        yield event
