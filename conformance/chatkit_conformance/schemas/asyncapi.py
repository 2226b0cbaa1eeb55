"""AsyncAPI 3: the stream as messages. A streaming request is received, events are sent until the body ends."""

from typing import Any, get_args

from msgspec import inspect

import chatkit_protocol as wire
from chatkit_conformance.schemas.json_schema import Definitions
from chatkit_conformance.schemas.openapi import ENDPOINT, PLACE
from chatkit_conformance.schemas.view import View
from chatkit_protocol.revisions import Revision

JSON = dict[str, Any]


def document(revision: Revision, *, documented: bool = True) -> JSON:
    """Write the AsyncAPI document of a revision."""
    requests = Definitions(View(revision, "accepts", documented=documented), place=PLACE)
    sent = Definitions(View(revision, "sends", documented=documented), requests.defs, PLACE)
    asked = _messages(requests, wire.StreamingRequest)
    events = _messages(sent, wire.ThreadStreamEvent)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "ChatKit streams",
            "version": revision.name,
            "description": "One request, and the events that answer it: the JSON of each `data:` line of the reply.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"local": {"host": "127.0.0.1:8000", "protocol": "http"}},
        "channels": {"requests": _channel(asked), "stream": _channel(events)},
        "operations": {
            "answer": {
                "action": "receive",
                "summary": "A request that is answered by a stream.",
                "channel": {"$ref": "#/channels/requests"},
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
                "reply": {"channel": {"$ref": "#/channels/stream"}},
            }
        },
        "components": {"messages": asked | events, "schemas": sent.defs},
    }


def _messages(found: Definitions, union: Any) -> JSON:
    return {
        message.__name__: {
            "name": message.__struct_config__.tag,
            "payload": found.of(inspect.type_info(message)),
        }
        for message in get_args(union)
        if found.view.revision.has(message)
    }


def _channel(messages: JSON) -> JSON:
    return {
        "address": ENDPOINT,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }
