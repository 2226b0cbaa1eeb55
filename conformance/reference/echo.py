"""Read messages with the official SDK's models and write them as its server would: one JSON line each.

Runs in the official SDK's own virtual environment; a line in is `[kind, message]`, a line out the message.
"""

from __future__ import annotations

import json
import sys

from chatkit import types
from pydantic import TypeAdapter

KINDS = {
    "request": types.ChatKitReq,
    "event": types.ThreadStreamEvent,
    "update": types.ThreadItemUpdate,
    "item": types.ThreadItem,
    "attachment": types.Attachment,
    "thread": types.Thread,
}

if __name__ == "__main__":
    adapters = {kind: TypeAdapter(union) for kind, union in KINDS.items()}
    for line in sys.stdin.buffer:
        kind, message = json.loads(line)
        adapter = adapters[kind]
        written = adapter.dump_json(adapter.validate_python(message), by_alias=True, exclude_none=True)
        sys.stdout.buffer.write(written + b"\n")
