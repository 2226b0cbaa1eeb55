"""Small conversations, to show what a rule asks for: built like those of a server that does everything right.

Every function gives an Exchange; what is given replaces what is usual, so an example says only what it is about.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chatkit_conformance.transcript import JSON, Exchange, compact

THREAD_ID = "thr_1"
TIME = "2026-01-01T00:00:00Z"
STREAM_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}
JSON_HEADERS = {"content-type": "application/json"}


def request(kind: str, params: JSON) -> bytes:
    """Write a request."""
    return compact({"type": kind, "params": params}).encode()


def body(events: Sequence[JSON]) -> bytes:
    """Write a stream."""
    return "".join(f"data: {compact(event)}\n\n" for event in events).encode()


def stream(kind: str, params: JSON, *events: JSON, **given: Any) -> Exchange:
    """Answer a request with exactly these events."""
    usual: JSON = {"status": 200, "headers": STREAM_HEADERS, "received": body(events), "path": "/chatkit/api"}
    return Exchange(request(kind, params), **(usual | given))


def reply(kind: str, params: JSON, value: Any, **given: Any) -> Exchange:
    """Answer a request with JSON."""
    usual: JSON = {"status": 200, "headers": JSON_HEADERS, "received": compact(value).encode(), "path": "/chatkit/api"}
    return Exchange(request(kind, params), **(usual | given))


def refused(kind: str, params: JSON, status: int = 400, code: str = "bad_request", **given: Any) -> Exchange:
    """Refuse a request."""
    return reply(kind, params, {"message": "no", "code": code}, **({"status": status} | given))


def text_input(text: str = "hello", **given: Any) -> JSON:
    """Write what a user says, as a request brings it."""
    return {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}} | given


def script(*operations: list[Any]) -> JSON:
    """Write a message that has a test bed carry out operations."""
    return text_input("ckc:" + compact(list(operations)))


def thread(**given: Any) -> JSON:
    """Write a thread as replies and events carry it."""
    return {
        "id": THREAD_ID,
        "created_at": TIME,
        "status": {"type": "active"},
        "metadata": {},
        "items": page(),
    } | given


def page(*rows: JSON, **given: Any) -> JSON:
    """Write a page."""
    return {"data": list(rows), "has_more": False} | given


def item(kind: str, item_id: str, **fields: Any) -> JSON:
    """Write an item."""
    return {"id": item_id, "thread_id": THREAD_ID, "created_at": TIME, "type": kind} | fields


def user_message(given: JSON | None = None, item_id: str = "msg_1", **fields: Any) -> JSON:
    """Write a user message with what the user said."""
    return item("user_message", item_id) | (given or text_input()) | fields


def message(*texts: str, item_id: str = "msg_2", **fields: Any) -> JSON:
    """Write an assistant message, a part for each text."""
    return item("assistant_message", item_id, content=[part(text) for text in texts]) | fields


def part(text: str, *annotations: JSON) -> JSON:
    """Write a part of an assistant message."""
    return {"type": "output_text", "text": text, "annotations": list(annotations)}


def added(what: JSON) -> JSON:
    """An item appears."""
    return {"type": "thread.item.added", "item": what}


def done(what: JSON) -> JSON:
    """An item is whole."""
    return {"type": "thread.item.done", "item": what}


def replaced(what: JSON) -> JSON:
    """An item has a new state."""
    return {"type": "thread.item.replaced", "item": what}


def removed(item_id: str) -> JSON:
    """An item is gone."""
    return {"type": "thread.item.removed", "item_id": item_id}


def updated(item_id: str, kind: str, **fields: Any) -> JSON:
    """An open item changes."""
    return {"type": "thread.item.updated", "item_id": item_id, "update": {"type": kind, **fields}}


PART = "assistant_message.content_part."


def part_added(index: int = 0, text: str = "", item_id: str = "msg_2") -> JSON:
    """A part begins."""
    return updated(item_id, PART + "added", content_index=index, content=part(text))


def delta(text: str, index: int = 0, item_id: str = "msg_2") -> JSON:
    """Text is appended to a part."""
    return updated(item_id, PART + "text_delta", content_index=index, delta=text)


def part_done(text: str, index: int = 0, item_id: str = "msg_2") -> JSON:
    """A part is whole."""
    return updated(item_id, PART + "done", content_index=index, content=part(text))


def notice(text: str = "ack") -> JSON:
    """A notice."""
    return {"type": "notice", "level": "info", "message": text}


def error(**given: Any) -> JSON:
    """An answer failed."""
    return {"type": "error", "code": "stream.error", "allow_retry": True} | given


OPTIONS = {"type": "stream_options", "stream_options": {"allow_cancel": True}}
CREATED = {"type": "thread.created", "thread": thread()}


def create(*events: JSON, said: JSON | None = None, **given: Any) -> Exchange:
    """Start a thread, answered as usual and then with these events."""
    said = said or text_input()
    return stream("threads.create", {"input": said}, CREATED, done(user_message(said)), OPTIONS, *events, **given)


def say(*events: JSON, said: JSON | None = None, item_id: str = "msg_11", **given: Any) -> Exchange:
    """Say something in the thread, answered as usual and then with these events."""
    said = said or text_input()
    opening = (done(user_message(said, item_id)), OPTIONS)
    return stream("threads.add_user_message", {"thread_id": THREAD_ID, "input": said}, *opening, *events, **given)


def go_on(kind: str, params: JSON, *events: JSON, **given: Any) -> Exchange:
    """Continue the thread without a message of the user."""
    return stream(kind, {"thread_id": THREAD_ID, **params}, OPTIONS, *events, **given)


def act(*events: JSON, item_id: str | None = None, payload: Any = None, **given: Any) -> Exchange:
    """Run an action, answered with these events after the options."""
    sender = {"item_id": item_id} if item_id else {}
    return go_on("threads.custom_action", {**sender, "action": {"type": "go", "payload": payload}}, *events, **given)


def listing(*rows: JSON, order: str = "asc", **given: Any) -> Exchange:
    """List the items of the thread, oldest first: all of them, on one page."""
    params = {"thread_id": THREAD_ID, "order": order, "limit": 1000}
    return reply("items.list", params, page(*rows), **given)


def with_body(exchange: Exchange, before: bytes, after: bytes) -> Exchange:
    """Change the bytes of a reply."""
    return replace(exchange, received=exchange.received.replace(before, after))


def with_headers(exchange: Exchange, **headers: str | None) -> Exchange:
    """Change headers of a reply (`_` for `-`); None leaves one out."""
    changed = {**exchange.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return replace(exchange, headers={name: value for name, value in changed.items() if value is not None})


STREAMED = (added(message()), part_added(), delta("Hello"), part_done("Hello"), done(message("Hello")))
"""An assistant message from its beginning to its end."""
