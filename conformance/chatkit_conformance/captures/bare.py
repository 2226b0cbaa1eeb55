"""A body without its request: what was asked is told by what was answered."""

from dataclasses import replace
from typing import Any

from chatkit_conformance.linter.subjects import Conversation, Event
from chatkit_conformance.transcript import OK, Exchange, compact

EVENT_STREAM = "text/event-stream"


def bare(body: bytes, media: str) -> Exchange:
    """Make an exchange of a body of which nothing else is known."""
    return guessed(Exchange(b"", OK, {"content-type": media}, body))


def guessed(exchange: Exchange) -> Exchange:
    """Add the request that a stream begins as the answer of: what starts a thread, or says something in one.

    The other requests leave no trace at the beginning; for them the request stays unknown.
    """
    if exchange.sent or not exchange.streams:
        return exchange
    events = Conversation([exchange]).streams[0].events
    said = next((event for event in events[:2] if _is_said(event)), None)
    if said is None:
        return exchange
    params: dict[str, Any] = {"input": _input(said)}
    if events[0].type == "thread.created":
        return _asked(exchange, "threads.create", params)
    return _asked(exchange, "threads.add_user_message", {"thread_id": said.item.get("thread_id"), **params})


def _is_said(event: Event) -> bool:
    return event.type == "thread.item.done" and event.item_type == "user_message"


def _input(said: Event) -> dict[str, Any]:
    """Take the message for what was sent; what the server added to it is left out."""
    attachments = said.item.get("attachments")
    ids = [one.get("id") for one in attachments if isinstance(one, dict)] if isinstance(attachments, list) else []
    quoted = {"quoted_text": said.item["quoted_text"]} if "quoted_text" in said.item else {}
    options = said.item.get("inference_options", {})
    return {"content": said.item.get("content"), "attachments": ids, "inference_options": options, **quoted}


def _asked(exchange: Exchange, kind: str, params: dict[str, Any]) -> Exchange:
    return replace(exchange, sent=compact({"type": kind, "params": params}).encode())
