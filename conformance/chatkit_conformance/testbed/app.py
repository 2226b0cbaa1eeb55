"""The test bed as a backend: a responder that obeys scripts, and a place that uploads go to.

With a model behind it, which OPENAI_BASE_URL names, its agent answers what is no script. The agent has two tools,
`page` of the page (it ends the turn) and `steps` of the server (each title is a task of a workflow), and an output
guardrail that trips at BLOCKED; the composer's model `chat` is asked over chat completions.
"""

import json
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatkit_conformance.fake_model.hosted import PIXEL
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
from chatkit_server import Answer, Audio, Inspector, Store, Turn, action, create_app
from chatkit_server.app import Identify
from chatkit_server.errors import Unauthorized
from chatkit_server.responder import Respond

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

    def __init__(self, agent: Respond | None = None) -> None:
        self._agent = agent

    async def respond(self, turn: Turn) -> Answer:
        """Obey the script of a message, or the one that the thread keeps for a turn without a message."""
        script = script_of(turn)
        told = "resumed" if turn.message is None else "ack"
        yield Run(turn, agent=self._agent).obey(script or [["agent"] if self._agent else ["notice", told]])

    @action("*")
    async def act(self, turn: Turn, payload: Any) -> Answer:
        """Obey the script in an action's payload; without one, tell what came."""
        scripted = isinstance(payload, dict) and payload.get("ckc")
        yield Run(turn, payload, self._agent).obey(scripted or [["payload"], ["sender"]])

    @action("*")
    async def act_at_once(self, turn: Turn, _payload: Any) -> WidgetItem | None:
        """Give the sender back."""
        return turn.sender

    async def transcribe(self, _turn: Turn, audio: Audio) -> str:
        """Tell how much speech of which type arrived."""
        return f"{len(audio.data)}|{audio.media_type}"


def script_of(turn: Turn) -> Script:
    """Find the operations to carry out in this turn; empty without a script."""
    if turn.message is None:
        kept: Script = turn.thread.metadata.get("next") or []
        return kept
    parts = (part.text for part in turn.message.content if isinstance(part, UserMessageTextContent))
    text = "".join(parts)
    script: Script = json.loads(text.removeprefix(MARK)) if text.startswith(MARK) else []
    return script


async def _upload(http: Request) -> Response:
    """Take bytes and forget them; every picture is shown as the same one."""
    async for _ in http.stream():
        pass
    return Response(b64decode(PIXEL), media_type="image/png") if http.method == "GET" else Response(status_code=204)


def scripted_app(
    store: Store | None = None,
    env: Mapping[str, str] | None = None,
    *,
    identify: Identify | None = None,
    inspector: Inspector | None = None,
) -> Starlette:
    """Make the test bed; broken events pass, since scripts break the protocol on purpose.

    Args:
        store: where threads are kept; in memory unless given.
        env: where OPENAI_BASE_URL names the model, if there is one.
        identify: tells who asks, such as `by_header`; without it everyone is one user.
        inspector: a page to talk to it.
    """
    agent = _agent(env or {})
    app = create_app(Obedient(agent), store=store, strict=False, identify=identify, inspector=inspector)
    app.router.routes.append(Route("/uploads/{attachment_id}", _upload, methods=["PUT", "GET"]))
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: Starlette) -> AsyncIterator[Any]:
        async with inner(running) as state:
            yield state
        if agent:
            await agent.aclose()

    app.router.lifespan_context = lifespan
    return app


def by_header(http: Request) -> str:
    """Take whatever stands in `authorization` for the user; without it, it is nobody."""
    user = http.headers.get("authorization")
    if not user:
        raise Unauthorized
    return user


def _agent(env: Mapping[str, str]) -> Any:
    # Imported when there is a model: without one the test bed runs without the Agents SDK.
    return import_module("chatkit_agents.testbed").TestBedAgent(env) if env.get("OPENAI_BASE_URL") else None
