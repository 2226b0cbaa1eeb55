"""The official SDK's side of the benchmark, wired as its own guide does: `python official.py --port N [--data FILE]`.

Runs in the official SDK's own virtual environment, on the same Starlette and uvicorn.
"""

# The SDK, whose signatures these are, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN201, ANN202, D102

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import fake_agent
import tasks
import uvicorn
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
)
from sqlite_store import SQLiteStore
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from agents import RunConfig, Runner, set_tracing_disabled

sys.path.append(str(Path(__file__).parents[1] / "reference"))
from memory import MemoryStore


class Backend(ChatKitServer):
    """Does what the message asks for."""

    async def respond(self, thread, input_user_message, context):
        asked = "".join(part.text for part in input_user_message.content)
        if asked.startswith("agent"):
            fake_agent.ask(asked)
            held = AgentContext(thread=thread, store=self.store, request_context=context)
            told = await simple_to_agent_input(input_user_message)
            config = RunConfig(tracing_disabled=True)
            result = Runner.run_streamed(fake_agent.AGENT, told, context=held, run_config=config)
            async for event in stream_agent_response(held, result):
                yield event
            return
        made = self.store.generate_item_id("message", thread, context)
        base = {"id": made, "thread_id": thread.id, "created_at": datetime.now(UTC)}
        yield ThreadItemAddedEvent(item=AssistantMessageItem(**base, content=[]))
        part = AssistantMessageContent(text="")
        yield ThreadItemUpdatedEvent(
            item_id=made, update=AssistantMessageContentPartAdded(content_index=0, content=part)
        )
        said = []
        async for piece in tasks.pieces(asked):
            said.append(piece)
            delta = AssistantMessageContentPartTextDelta(content_index=0, delta=piece)
            yield ThreadItemUpdatedEvent(item_id=made, update=delta)
        part = AssistantMessageContent(text="".join(said))
        yield ThreadItemUpdatedEvent(
            item_id=made, update=AssistantMessageContentPartDone(content_index=0, content=part)
        )
        yield ThreadItemDoneEvent(item=AssistantMessageItem(**base, content=[part]))


def build(store) -> Starlette:
    """Wire the server to HTTP."""
    backend = Backend(store)

    async def endpoint(request):
        result = await backend.process(await request.body(), {})
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(content=result.json, media_type="application/json")

    return Starlette(routes=[Route("/chatkit/api", endpoint, methods=["POST"])])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", default="")
    given = parser.parse_args()
    set_tracing_disabled(disabled=True)
    store = SQLiteStore(given.data) if given.data else MemoryStore()
    uvicorn.run(build(store), host="127.0.0.1", port=given.port, log_level="critical", access_log=False)
