"""The test bed on the official SDK: scripts in messages become events (see the test bed's contract).

Runs in a virtual environment of its own, of any release: `python app.py --port N`. Names that older releases lack
are only looked up when a request or a script needs them.
"""

# The SDK, whose signatures these are, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN201, ANN202, ARG002, D102

from __future__ import annotations

import argparse
import base64
import json
import os
from typing import Any

import uvicorn
from chatkit import types
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import AttachmentStore, default_generate_id
from memory import MemoryStore
from script import Run, complete
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

import agents

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""What every picture is shown as."""


class Uploads(AttachmentStore):
    """Two-phase uploads to this very process; images get a preview."""

    def __init__(self, base: str, store: MemoryStore) -> None:
        self.base, self.store = base, store

    async def create_attachment(self, input, context):  # noqa: A002 - the SDK names it
        key = default_generate_id("attachment")
        url = f"{self.base}/uploads/{key}"
        fields = {"id": key, "name": input.name, "mime_type": input.mime_type}
        # Before 1.5 the place to upload to was a plain URL, and before 1.5.3 there was no metadata: all are given.
        fields |= {"upload_descriptor": {"url": url, "method": "PUT"}, "upload_url": url}
        fields |= {"metadata": {"canary": "ATT-CANARY"}}
        image = input.mime_type.startswith("image/")
        made = types.ImageAttachment(**fields, preview_url=url) if image else types.FileAttachment(**fields)
        if "upload_url" in type(made).model_fields:
            # Before 1.5 it was the application that kept attachments.
            await self.store.save_attachment(made, context)
        return made

    async def delete_attachment(self, attachment_id, context):
        """The bytes were never kept."""


class TestBed(ChatKitServer):
    """Obeys the scripts it is sent, and says what it received otherwise."""

    async def respond(self, thread, input_user_message, context):
        run = Run(self, thread, message=input_user_message)
        told = ["notice", "resumed" if input_user_message is None else "ack"]
        plain = ["agent"] if "OPENAI_BASE_URL" in os.environ else told
        async for event in run.obey(script_of(input_user_message, thread) or [plain]):
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
    """The operations that a message carries, or that the thread keeps for a turn without one; none without a script."""
    if message is None:
        return thread.metadata.get("next") or []
    text = "".join(part.text for part in message.content if part.type == "input_text")
    return json.loads(text.removeprefix("ckc:")) if text.startswith("ckc:") else []


def build(port: int) -> Starlette:
    """Wire the SDK to HTTP the way its own guide does: whatever escapes it is a 500."""
    store = MemoryStore()
    bed = TestBed(store, Uploads(f"http://127.0.0.1:{port}", store))

    async def endpoint(request):
        result = await bed.process(await request.body(), {})
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    async def upload(request):
        await request.body()
        return Response(PICTURE, media_type="image/png") if request.method == "GET" else Response(status_code=204)

    return Starlette(
        routes=[
            Route("/chatkit/api", endpoint, methods=["POST"]),
            Route("/uploads/{key}", upload, methods=["PUT", "GET"]),
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    agents.set_tracing_disabled(True)
    complete()
    uvicorn.run(build(port), host="127.0.0.1", port=port, log_level="critical")
