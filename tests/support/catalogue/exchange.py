"""One request and what came back, read tolerantly: a broken reply is what the checks are for."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property
from typing import Any

from chatkit_protocol.fold import find_component

STREAMING = frozenset(
    {
        "threads.create",
        "threads.add_user_message",
        "threads.add_client_tool_output",
        "threads.add_structured_input",
        "threads.retry_after_item",
        "threads.custom_action",
    }
)


class Exchange:
    """A request's JSON, or the bytes that were sent in its place, and the whole reply."""

    def __init__(self, request: Any, status: int, headers: dict[str, str], body: bytes, *, whole: bool = True) -> None:
        self.request: dict[str, Any] = request if isinstance(request, dict) else {}
        self.status = status
        self.headers = headers
        self.body = body
        self.whole = whole

    @property
    def kind(self) -> str:
        return str(self.request.get("type", ""))

    @property
    def params(self) -> dict[str, Any]:
        return self.request.get("params") or {}

    @property
    def streams(self) -> bool:
        return self.kind in STREAMING and self.status == 200

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @cached_property
    def frames(self) -> list[bytes]:
        """Split the body at blank lines; comments and what no blank line ended are left out."""
        lines = self.body.replace(b"\r\n", b"\n").split(b"\n")
        kept = b"\n".join(line for line in lines if not line.startswith(b":"))
        return [frame for frame in kept.split(b"\n\n")[:-1] if frame]

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """Give the frames that carry an object with a type."""
        read = [parsed(frame.partition(b"data:")[2]) for frame in self.frames] if self.streams else []
        return [event for event in read if isinstance(event, dict) and isinstance(event.get("type"), str)]

    @cached_property
    def json(self) -> Any:
        return parsed(self.body) if self.media == "application/json" else None

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def notices(self) -> list[str]:
        return [event["message"] for event in self.of("notice")]

    @property
    def done(self) -> list[dict[str, Any]]:
        """Give the items that this stream finished, the user's message left out."""
        items = [event["item"] for event in self.of("thread.item.done")]
        return [item for item in items if item["type"] != "user_message"]

    @property
    def thread_id(self) -> str:
        made = self.of("thread.created")
        return str(made[0]["thread"]["id"] if made else self.params.get("thread_id"))

    @property
    def refused(self) -> bool:
        return 400 <= self.status < 500 and self.media != "text/event-stream"

    def __repr__(self) -> str:
        return f"<{self.kind} {self.status} {self.body[:600]!r}>"


def parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


class Stream:
    """A streamed reply, with the items of its thread as they were before it."""

    def __init__(self, exchange: Exchange, before: dict[str, dict[str, Any]]) -> None:
        self.exchange = exchange
        self.before = before
        self.kind = exchange.kind
        self.thread_id = exchange.thread_id
        self.events = exchange.events
        self.refusal = self.kind == "threads.custom_action" and exchange.kinds == ["error"]
        """The single error that a sender gets which is no widget (ACT-003): a stream without options."""

    @property
    def failed(self) -> bool:
        return any(event["type"] == "error" for event in self.events)

    def settled(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Give what settles an item, each with its place in the stream."""
        for place, event in enumerate(self.events):
            if event["type"] in {"thread.item.done", "thread.item.replaced"}:
                yield place, event["item"]


def item_id(event: dict[str, Any]) -> str | None:
    """Name the item that an event is about."""
    found: str | None = event["item"].get("id") if isinstance(event.get("item"), dict) else event.get("item_id")
    return found


def streams(exchanges: list[Exchange]) -> list[Stream]:
    """Give the streams of a conversation, each with what its thread is known to have held."""
    known: dict[str, dict[str, dict[str, Any]]] = {}
    found = []
    for exchange in exchanges:
        rows = known.setdefault(exchange.thread_id, {})
        if exchange.kind == "threads.retry_after_item" and exchange.streams:
            _cut(rows, exchange.params.get("item_id"))
        if exchange.streams:
            found.append(Stream(exchange, dict(rows)))
            _replay(rows, exchange.events)
        elif exchange.kind in {"items.list", "threads.get_by_id"} and isinstance(exchange.json, dict):
            listed = exchange.json.get("items", exchange.json).get("data", [])
            rows.update({item["id"]: item for item in listed if isinstance(item, dict) and "id" in item})
    return found


def _cut(rows: dict[str, Any], last: Any) -> None:
    ids = list(rows)
    for gone in ids[ids.index(last) + 1 :] if last in rows else []:
        del rows[gone]


def _replay(rows: dict[str, Any], events: list[dict[str, Any]]) -> None:
    for event in events:
        if event["type"] in {"thread.item.done", "thread.item.replaced"} and isinstance(event.get("item"), dict):
            rows[event["item"].get("id")] = event["item"]
        elif event["type"] == "thread.item.removed":
            rows.pop(str(event.get("item_id")), None)
        elif rows.get(event.get("item_id"), {}).get("type") == "widget":
            _redraw(rows, event["item_id"], event.get("update", {}))
    rows.update(_waiting(rows, events))


def _redraw(rows: dict[str, Any], name: str, update: dict[str, Any]) -> None:
    """Carry out an update of a stored widget (D9)."""
    item = rows[name] = deepcopy(rows[name])
    part = find_component(item["widget"], str(update.get("component_id")))
    if update.get("type") == "widget.root.updated":
        item["widget"] = update["widget"]
    elif part and "delta" in update:
        part["value"] = part.get("value", "") + update["delta"]
    elif part and "component" in update:
        part.clear()
        part.update(deepcopy(update["component"]))


def _waiting(rows: dict[str, Any], events: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    """Give the workflow that waits with a client tool call: it was announced, and goes on in a later stream."""
    known = (row for row in rows.values() if row.get("type") == "workflow")
    opened = {row["id"]: deepcopy(row) for row in known if "summary" not in row.get("workflow", {"summary": 0})}
    calls = any(event.get("item", {}).get("type") == "client_tool_call" for event in events)
    for event in events:
        if event["type"] == "thread.item.added" and event["item"].get("type") == "workflow" and calls:
            opened[event["item"]["id"]] = deepcopy(event["item"])
        elif event["type"] == "thread.item.updated" and event.get("item_id") in opened:
            tasks, update = opened[event["item_id"]]["workflow"]["tasks"], event["update"]
            if isinstance(update.get("task_index"), int):
                tasks[update["task_index"] : update["task_index"] + 1] = [update.get("task")]
        elif event["type"] != "thread.item.added":
            opened.pop(item_id(event), None)
    return opened
