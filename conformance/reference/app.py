"""The test bed on the official SDK: scripts in messages become events (see the test bed's contract).

Runs in a virtual environment of its own: `python app.py --port N`. Names that older releases lack are only
looked up when a script needs them.
"""

# The SDK, whose signatures these are, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN201, ANN202, ARG002, D102

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import datetime
from typing import Any

import uvicorn
from chatkit import errors, types
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer, StreamingResult, stream_widget
from chatkit.store import AttachmentStore, default_generate_id
from chatkit.widgets import WidgetRoot
from memory import MemoryStore
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

import agents

EVENT, ROOT = TypeAdapter(types.ThreadStreamEvent), TypeAdapter(WidgetRoot)
STATUS = TypeAdapter(types.ThreadStatus)


class Uploads(AttachmentStore):
    """Two-phase uploads to this very process; images get a preview."""

    def __init__(self, base: str) -> None:
        self.base = base

    async def create_attachment(self, input, context):  # noqa: A002 - the SDK names it
        key = default_generate_id("attachment")
        url = f"{self.base}/uploads/{key}"
        fields = {"id": key, "name": input.name, "mime_type": input.mime_type}
        # Before 1.5 the place to upload to was a plain URL, and there was no metadata: both are given.
        fields |= {"upload_descriptor": {"url": url, "method": "PUT"}, "upload_url": url}
        fields |= {"metadata": {"canary": "ATT-CANARY"}}
        if input.mime_type.startswith("image/"):
            return types.ImageAttachment(**fields, preview_url=url)
        return types.FileAttachment(**fields)

    async def delete_attachment(self, attachment_id, context):
        """The bytes were never kept."""


class Run:
    """One script being obeyed: the thread, what the handler received, and the ids given out by name."""

    def __init__(self, bed: TestBed, thread, *, sender=None, payload=None, message=None) -> None:
        self.bed, self.thread, self.sender, self.payload, self.message = bed, thread, sender, payload, message
        self.ids: dict[str, str] = {}

    def new_id(self, kind: str) -> str:
        return self.bed.store.generate_item_id(kind, self.thread, {})

    def filled(self, value: Any) -> Any:
        """Replace what the strings that start with `$` stand for, at every depth."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name, _, rest = value[1:].partition(":")
        if name == "ID":
            return self.ids.get(value) or self.ids.setdefault(value, self.new_id(rest.split(":")[0]))
        plain = {"THREAD": self.thread.id, "NOW": datetime.now().isoformat(), "CANARY": f"{rest}-CANARY"}  # noqa: DTZ005 - as the SDK does
        return plain.get(name, value)

    async def obey(self, operations):
        for name, *arguments in operations:
            outcome = getattr(self, f"op_{name}")(*arguments)
            if hasattr(outcome, "__aiter__"):
                async for event in outcome:
                    yield event
            elif (event := await outcome) is not None:
                yield event

    async def op_emit(self, event):
        return EVENT.validate_python(self.filled(event))

    def op_widget(self, states):
        roots = [ROOT.validate_python(self.filled(state)) for state in states]
        shown = roots[0] if len(roots) == 1 else one_by_one(roots)
        return stream_widget(self.thread, shown, generate_id=self.new_id)

    async def op_title(self, title):
        self.thread.title = self.filled(title)

    async def op_status(self, status):
        self.thread.status = STATUS.validate_python(self.filled(status))

    async def op_meta(self, key, value):
        # As it stands: `next` is a script, whose names are filled in when it runs.
        self.thread.metadata = {**self.thread.metadata, key: value}

    async def op_domains(self, domains):
        self.thread.allowed_image_domains = domains

    async def op_hidden(self, text):
        place = {"id": self.new_id("message"), "thread_id": self.thread.id, "created_at": self.filled("$NOW")}
        item = types.HiddenContextItem(**place, content=self.filled(text))
        await self.bed.store.add_thread_item(self.thread.id, item, {})

    async def op_raise(self, kind, message="", allow_retry=None):
        text = self.filled(message)
        if kind == "custom":
            raise errors.CustomStreamError(text, allow_retry=bool(allow_retry))
        if kind == "stream":
            raise errors.StreamError(errors.ErrorCode.STREAM_ERROR, allow_retry=allow_retry)
        raise RuntimeError(text)

    async def op_sleep(self, milliseconds):
        await asyncio.sleep(milliseconds / 1000)

    def op_repeat(self, times, operations):
        return self.obey(operations * times)

    async def op_notice(self, text):
        return types.NoticeEvent(level="info", message=self.filled(text))

    def op_sender(self):
        return self.op_notice(f"sender={self.sender.id if self.sender else 'null'}")

    def op_payload(self):
        return self.op_notice(f"payload={json.dumps(self.payload)}")

    def op_input(self):
        shown = {"mode": "json", "exclude_none": True, "context": {"exclude_metadata": True}}
        return self.op_notice(f"input={json.dumps(self.message and self.message.model_dump(**shown))}")

    async def op_agent(self):
        agents.set_tracing_disabled(True)
        context = AgentContext(thread=self.thread, store=self.bed.store, request_context={})
        history = await self.bed.store.load_thread_items(self.thread.id, None, 1000, "asc", {})
        agent = agents.Agent(name="testbed", instructions="Answer.")
        result = agents.Runner.run_streamed(agent, await simple_to_agent_input(history.data), context=context)
        async for event in stream_agent_response(context, result):
            yield event


async def one_by_one(roots):
    """Hand the states to the SDK as the generator that its streaming wants."""
    for root in roots:
        yield root


class TestBed(ChatKitServer):
    """Obeys the scripts it is sent, and says what it received otherwise."""

    async def respond(self, thread, input_user_message, context):
        run = Run(self, thread, message=input_user_message)
        async for event in run.obey(script_of(input_user_message, thread)):
            yield event

    async def action(self, thread, action, sender, context):
        run = Run(self, thread, sender=sender, payload=action.payload)
        scripted = isinstance(action.payload, dict) and action.payload.get("ckc")
        async for event in run.obey(scripted or [["payload"], ["sender"]]):
            yield event

    async def sync_action(self, thread, action, sender, context):
        return types.SyncCustomActionResponse(updated_item=sender)

    async def transcribe(self, audio_input, context):
        return types.TranscriptionResult(text=f"{len(audio_input.data)}|{audio_input.media_type}")


def script_of(message, thread) -> list[Any]:
    """The operations that a message carries, or that the thread keeps for a turn without one."""
    if message is None:
        return thread.metadata.get("next") or [["notice", "resumed"]]
    text = "".join(part.text for part in message.content if part.type == "input_text")
    return json.loads(text.removeprefix("ckc:")) if text.startswith("ckc:") else [["notice", "ack"]]


def build(port: int) -> Starlette:
    """Wire the SDK to HTTP the way its own guide does: whatever escapes it is a 500."""
    bed = TestBed(MemoryStore(), Uploads(f"http://127.0.0.1:{port}"))

    async def endpoint(request):
        result = await bed.process(await request.body(), {})
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    async def upload(request):
        await request.body()
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/chatkit/api", endpoint, methods=["POST"]),
            Route("/uploads/{key}", upload, methods=["PUT"]),
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(build(port), host="127.0.0.1", port=port, log_level="critical")
