"""The test bed as a backend: a responder that obeys scripts, and a place that uploads go to."""

import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatkit_conformance.testbed.script import Run, Script
from chatkit_protocol.attachments import (
    Attachment,
    AttachmentUploadDescriptor,
    FileAttachment,
    ImageAttachment,
)
from chatkit_protocol.content import UserMessageTextContent
from chatkit_protocol.items import WidgetItem
from chatkit_protocol.requests import AttachmentCreateParams
from chatkit_server import Answer, Audio, Store, Turn, action, create_app

MARK = "ckc:"
"""What a message that carries a script begins with."""


class Uploads:
    """Two-phase uploads to this very process, which forgets the bytes."""

    async def create(self, turn: Turn, params: AttachmentCreateParams) -> Attachment:
        """Say where the bytes go; an image can be shown from there."""
        new_id = turn.new_id("attachment")
        url = f"http://{turn.context.headers['host']}/uploads/{new_id}"
        described: dict[str, Any] = {
            "id": new_id,
            "name": params.name,
            "mime_type": params.mime_type,
            "upload_descriptor": AttachmentUploadDescriptor(url=url, method="PUT"),
            "metadata": {"canary": "ATT-CANARY"},
        }
        if params.mime_type.startswith("image/"):
            return ImageAttachment(**described, preview_url=url)
        return FileAttachment(**described)

    async def delete(self, turn: Turn, attachment: Attachment) -> None:
        """The bytes were never kept."""


class Obedient:
    """Obeys the scripts that it is sent, and says what it received otherwise."""

    attachments = Uploads()

    async def respond(self, turn: Turn) -> Answer:
        """Obey the script of a message, or the one that the thread keeps for a turn without a message."""
        yield Run(turn).obey(script_of(turn))

    @action("*")
    async def act(self, turn: Turn, payload: Any) -> Answer:
        """Obey the script in an action's payload; without one, tell what came."""
        scripted = isinstance(payload, dict) and payload.get("ckc")
        yield Run(turn, payload).obey(scripted or [["payload"], ["sender"]])

    @action("*")
    async def act_at_once(self, turn: Turn, _payload: Any) -> WidgetItem | None:
        """Give the sender back."""
        return turn.sender

    async def transcribe(self, _turn: Turn, audio: Audio) -> str:
        """Tell how much speech of which type arrived."""
        return f"{len(audio.data)}|{audio.media_type}"


def script_of(turn: Turn) -> Script:
    """Find the operations to carry out in this turn."""
    if turn.message is None:
        return turn.thread.metadata.get("next") or [["notice", "resumed"]]
    parts = (part.text for part in turn.message.content if isinstance(part, UserMessageTextContent))
    text = "".join(parts)
    if not text.startswith(MARK):
        return [["notice", "ack"]]
    script: Script = json.loads(text.removeprefix(MARK))
    return script


async def _upload(http: Request) -> Response:
    async for _ in http.stream():
        pass
    return Response(status_code=204)


def scripted_app(store: Store | None = None) -> Starlette:
    """Make the test bed; broken events pass, since scripts break the protocol on purpose."""
    app = create_app(Obedient(), store=store, strict=False)
    app.router.routes.append(Route("/uploads/{attachment_id}", _upload, methods=["PUT"]))
    return app
