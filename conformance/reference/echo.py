"""Read messages with the official SDK's models and write them as its server would: one JSON line each.

Runs in the official SDK's own virtual environment; a line in is `[kind, message]`, a line out the message, or
`null` when the models refuse it.
"""

from __future__ import annotations

import json
import sys

from chatkit import types
from pydantic import TypeAdapter, ValidationError

KINDS = {
    "request": types.ChatKitReq,
    "event": types.ThreadStreamEvent,
    "update": types.ThreadItemUpdate,
    "item": types.ThreadItem,
    "attachment": types.Attachment,
    "thread": types.Thread,
}


def echoed(adapter: TypeAdapter, message: object) -> bytes:
    """Read a message and write it again; what cannot be read is `null`."""
    try:
        read = adapter.validate_python(message)
    except ValidationError:
        return b"null"
    return adapter.dump_json(read, by_alias=True, exclude_none=True)


if __name__ == "__main__":
    adapters = {kind: TypeAdapter(union) for kind, union in KINDS.items()}
    for line in sys.stdin.buffer:
        kind, message = json.loads(line)
        sys.stdout.buffer.write(echoed(adapters[kind], message) + b"\n")
