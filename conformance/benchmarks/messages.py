"""What one message costs: `python messages.py ours|official` prints nanoseconds as JSON.

Each side reads bytes into its own types with its own checks, and writes its own objects as the frame that its server
sends. The same bytes for both; the best of several rounds, since noise only adds.
"""

from __future__ import annotations

import json
import sys
import timeit
from collections.abc import Callable
from typing import Any

TIME = "2026-01-02T03:04:05.678901Z"
CONTENT = [{"type": "input_text", "text": "What is the weather in Paris, and what should I pack for a week there?"}]
INPUT = {"content": CONTENT, "attachments": [], "quoted_text": None, "inference_options": {}}
SAID = [{"type": "output_text", "text": "Sunny spells and light winds. " * 20, "annotations": []}]
ITEM = {"type": "assistant_message", "id": "msg_1", "thread_id": "thr_1", "created_at": TIME, "content": SAID}
DELTA = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": " light"}
REQUESTS = {
    "decode a user message": {"type": "threads.add_user_message", "params": {"thread_id": "thr_1", "input": INPUT}},
    "decode items.list": {"type": "items.list", "params": {"thread_id": "thr_1", "limit": 20, "order": "desc"}},
}
EVENTS = {
    "encode a piece of text": {"type": "thread.item.updated", "item_id": "msg_1", "update": DELTA},
    "encode a whole answer": {"type": "thread.item.done", "item": ITEM},
}
ROUNDS = 5
KEPT = ", adapter kept"
"""The official server makes its adapter anew for each request, and is measured so; this is what it could reach."""


def ours() -> tuple[Callable[[bytes], Any], Callable[[bytes], Any], Callable[[Any], bytes]]:
    """Give how we read a request, read an event, and write an event."""
    from chatkit_protocol.codec import decode_event, decode_request  # noqa: PLC0415 - of one environment
    from chatkit_protocol.sse import frame  # noqa: PLC0415 - of one environment

    return decode_request, decode_event, frame


def official() -> tuple[Callable[[bytes], Any], Callable[[bytes], Any], Callable[[Any], bytes]]:
    """Give the same of the official SDK, as its server does it."""
    from chatkit.types import ChatKitReq, ThreadStreamEvent  # noqa: PLC0415 - of one environment
    from pydantic import TypeAdapter  # noqa: PLC0415 - of one environment

    event = TypeAdapter(ThreadStreamEvent)

    def frame(told: Any) -> bytes:
        text = told.model_dump_json(by_alias=True, exclude_none=True, context={"exclude_metadata": True})
        return b"data: " + text.encode("utf-8") + b"\n\n"

    return lambda body: TypeAdapter[ChatKitReq](ChatKitReq).validate_json(body), event.validate_json, frame


def kept() -> Callable[[bytes], Any]:
    """Give how the official SDK reads a request with an adapter that is made once."""
    from chatkit.types import ChatKitReq  # noqa: PLC0415 - of one environment
    from pydantic import TypeAdapter  # noqa: PLC0415 - of one environment

    read: Callable[[bytes], Any] = TypeAdapter(ChatKitReq).validate_json
    return read


def cost(work: Callable[[], Any]) -> float:
    """Time one run of `work`, in nanoseconds."""
    timer = timeit.Timer(work)
    count, _ = timer.autorange()
    count = max(1, count // 4)
    return min(timer.repeat(ROUNDS, count)) / count * 1e9


def main(side: str) -> dict[str, float]:
    """Measure everything."""
    decode, event, frame = {"ours": ours, "official": official}[side]()
    again = decode if side == "ours" else kept()
    bodies = {name: json.dumps(body).encode() for name, body in REQUESTS.items()}
    told = {name: event(json.dumps(body).encode()) for name, body in EVENTS.items()}
    costs = {name: cost(lambda body=body: decode(body)) for name, body in bodies.items()}
    costs |= {name + KEPT: cost(lambda body=body: again(body)) for name, body in bodies.items()}
    return costs | {name: cost(lambda one=one: frame(one)) for name, one in told.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
