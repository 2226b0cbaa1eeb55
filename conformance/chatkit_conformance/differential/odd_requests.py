"""Requests that are wrong, that only ours reads, or that look wrong and are not."""

from typing import Any

from chatkit_conformance.differential.steps import Step, request

AN_INPUT: dict[str, Any] = {
    "content": [{"type": "input_text", "text": "hi"}],
    "attachments": [],
    "inference_options": {},
}
WRONG: tuple[Step, ...] = (
    {"raw": "{"},
    {"raw": ""},
    {"raw": "[]"},
    {"raw": "null"},
    request("no.such.type", {}),
    {"raw": '{"params": {}}'},
    request("threads.get_by_id", {}),
    request("threads.get_by_id", {"thread_id": 5}),
    request("items.list", {"thread_id": {"$": "thread"}, "order": "sideways"}),
    request("items.feedback", {"thread_id": {"$": "thread"}, "item_ids": [], "kind": "meh"}),
    request("threads.create", {"input": AN_INPUT | {"content": [{"type": "output_text", "text": "x"}]}}),
    request("threads.update", {"thread_id": {"$": "thread"}}),
    request(
        "threads.add_structured_input",
        {"thread_id": {"$": "thread"}, "item_id": "x", "input": {"status": "maybe"}},
    ),
    # Not among them: an action without `type`, which the reference runs by accident (its default is a TypeVar).
    request("threads.custom_action", {"thread_id": {"$": "thread"}, "action": "go"}),
    request("attachments.create", {"name": "a", "size": "big", "mime_type": "text/plain"}),
)
TAG = {"type": "input_tag", "id": "t", "text": "no data"}
LENIENT: tuple[Step, ...] = (
    request("threads.create", {"input": AN_INPUT | {"content": [TAG]}}, lenient="D4"),
    request("threads.create", {"input": AN_INPUT | {"inference_options": None}}, lenient="D20"),
    request("threads.create", {"input": {"content": AN_INPUT["content"]}}, lenient="D20"),
    {"type": "threads.list", "lenient": "D20"},
    request("threads.list", {}, metadata=None, lenient="D20"),
)
TAKEN: tuple[Step, ...] = (
    request("threads.list", {"limit": "5"}, walk=True),
    request("threads.list", {"unknown": 1}, metadata={"any": None}, walk=True),
    {"raw": '{"params": {"limit": 3}, "more": [], "type": "threads.list"}'},
)
BOUNDED: tuple[Step, ...] = (request("threads.list", {"limit": -1}),)
