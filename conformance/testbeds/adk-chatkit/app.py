"""A backend on adk-chatkit as its guide builds one: `python app.py --port N`. The agent answers without a model.

adk-chatkit extends `openai-chatkit`: threads are sessions of Google ADK, and items are the events that ADK's runner
writes into them. No script can place any, so the bed stays at what any running server is asked (L1).
"""

# The SDKs, whose signatures these are, are not installed where this file is checked.
# ruff: noqa: ANN001, ANN202, INP001

from __future__ import annotations

import argparse

import uvicorn
from adk_chatkit import ADKAgentContext, ADKChatKitServer, ADKContext, ADKStore, ChatkitRunConfig, stream_agent_response
from chatkit.server import StreamingResult
from google.adk.agents import BaseAgent
from google.adk.agents.run_config import StreamingMode
from google.adk.events import Event
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.genai.types import Content, Part
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

APP = "testbed"
USER = ADKContext(app_name=APP, user_id="user")


class Answering(BaseAgent):
    """Says `ack` as a model of ADK streams it: an opening, two pieces, and the whole."""

    async def _run_async_impl(self, ctx):
        place = {"author": self.name, "invocation_id": ctx.invocation_id}
        yield Event(**place, partial=True)
        for piece in ("a", "ck"):
            yield Event(**place, partial=True, content=Content(role="model", parts=[Part(text=piece)]))
        yield Event(**place, content=Content(role="model", parts=[Part(text="ack")]), turn_complete=True)


class TestBed(ADKChatKitServer):
    """Answers each message by a run of the agent."""

    def __init__(self, sessions) -> None:
        super().__init__(ADKStore(sessions))
        self.runner = Runner(app_name=APP, agent=Answering(name=APP), session_service=sessions)

    async def _adk_respond(self, thread, item, context):
        if item is None:
            return
        text = "".join(part.text for part in item.content if part.type == "input_text")
        told = ADKAgentContext(app_name=context.app_name, user_id=context.user_id, thread=thread)
        events = self.runner.run_async(
            user_id=context.user_id,
            session_id=thread.id,
            new_message=Content(role="user", parts=[Part.from_text(text=text)]),
            run_config=ChatkitRunConfig(streaming_mode=StreamingMode.SSE, context=told),
        )
        async for event in stream_agent_response(told, events):
            yield event


def build() -> Starlette:
    """Wire the SDK to HTTP the way the official guide does: whatever escapes it is a 500."""
    bed = TestBed(InMemorySessionService())

    async def endpoint(request):
        result = await bed.process(await request.body(), USER)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return Starlette(routes=[Route("/chatkit/api", endpoint, methods=["POST"])])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(build(), host="127.0.0.1", port=parser.parse_args().port, log_level="critical")
