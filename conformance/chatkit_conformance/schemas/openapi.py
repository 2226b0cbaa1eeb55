"""OpenAPI 3.1: the one endpoint that takes every request, and the address for the bytes of attachments."""

from typing import Any

from msgspec import inspect

import chatkit_protocol as wire
from chatkit_conformance.schemas.json_schema import Definitions, reply_definitions
from chatkit_conformance.schemas.view import View
from chatkit_protocol.attachments import AttachmentBase
from chatkit_protocol.replies import REPLIES
from chatkit_protocol.revisions import Revision

JSON = dict[str, Any]
PLACE = "#/components/schemas/"
ENDPOINT = "/chatkit/api"
"""Where a server usually listens; any other path will do, the page is told."""
UPLOADS = "/chatkit/uploads/{attachment_id}"

REFUSALS: dict[wire.ErrorCode, str] = {
    "bad_request": "The request is not JSON, of an unknown type or of a wrong shape; `path` tells the place.",
    "unauthorized": "Nobody is known by these credentials.",
    "forbidden": "Somebody is, and may not do this.",
    "not_found": "No such thread, item or attachment, or it is somebody else's.",
    "conflict": "Another answer is being written in this thread.",
    "too_large": "The body is larger than the server takes.",
    "too_many": "More than one user may ask at once or within a minute; `Retry-After` says when to come again.",
    "unsupported": "The server does not offer this: attachments, dictation.",
    "internal": "The server failed. The widget posts the same request again.",
}


def document(revision: Revision, *, documented: bool = True) -> JSON:
    """Write the OpenAPI document of a revision."""
    accepts = View(revision, "accepts", documented=documented)
    sends = View(revision, "sends", documented=documented)
    requests = Definitions(accepts, place=PLACE, discriminated=True)
    sent = Definitions(sends, requests.defs, PLACE, discriminated=True)
    request = requests.of(inspect.type_info(wire.Request))
    event = sent.of(inspect.type_info(wire.ThreadStreamEvent))
    names = list(reply_definitions(sent))
    sent.defs["Reply"] = {"anyOf": [{"$ref": PLACE + name} for name in names if name != "ErrorReply"]}
    paths = {ENDPOINT: {"post": _endpoint(revision, request, event)}}
    if revision.has(AttachmentBase, "upload_descriptor"):
        paths |= {UPLOADS: {"put": _upload()}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ChatKit server protocol",
            "version": revision.name,
            "summary": "One POST endpoint: typed JSON requests, answered by JSON or by a stream of events.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "http://127.0.0.1:8000"}],
        "security": [{}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": sent.defs,
            "responses": {code: _refusal(code) for code in REFUSALS},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _endpoint(revision: Revision, request: JSON, event: JSON) -> JSON:
    replies = {
        str(asked.__struct_config__.tag): f"{PLACE}{asked.__name__}Reply" for asked in REPLIES if revision.has(asked)
    }
    return {
        "operationId": "chatkit",
        "summary": "Ask anything of the server.",
        "description": "The type of the request alone decides how it is answered: by a stream of events, or by the "
        "JSON that `x-replies` names.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": request}}},
        "responses": {
            "200": {
                "description": "A stream, in which the JSON of each `data:` line is one event; or one JSON reply.",
                "content": {
                    "text/event-stream": {"schema": event},
                    "application/json": {"schema": {"$ref": f"{PLACE}Reply"}},
                },
            }
        }
        | {str(status): {"$ref": f"#/components/responses/{code}"} for code, status in wire.STATUS.items()},
        "x-replies": replies,
    }


def _upload() -> JSON:
    codes: tuple[wire.ErrorCode, ...] = ("unauthorized", "forbidden", "not_found", "too_large")
    return {
        "operationId": "upload",
        "summary": "Send the bytes of an attachment.",
        "description": "The second phase of an upload. Address, method and headers are those of the attachment's "
        "`upload_descriptor`; this path is an example.",
        "parameters": [{"name": "attachment_id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"*/*": {}}},
        "responses": {"2XX": {"description": "The bytes are there."}}
        | {str(wire.STATUS[code]): {"$ref": f"#/components/responses/{code}"} for code in codes},
    }


def _refusal(code: wire.ErrorCode) -> JSON:
    challenge = {"headers": {"WWW-Authenticate": {"schema": {"type": "string"}}}} if code == "unauthorized" else {}
    content = {"content": {"application/json": {"schema": {"$ref": f"{PLACE}ErrorReply"}}}}
    return {"description": REFUSALS[code], **challenge, **content}
