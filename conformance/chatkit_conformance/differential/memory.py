"""What one side of a conversation has shown so far: the ids that later steps refer to."""

import json
from dataclasses import dataclass, field
from typing import Any

NOWHERE = "msg_00000000"
HIDDEN = frozenset({"hidden_context_item", "sdk_hidden_context"})


@dataclass
class Memory:
    """Threads, their visible stored items and the attachments, in the order in which they were shown."""

    threads: list[str] = field(default_factory=list)
    items: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    attachments: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    """Workflows that were announced: an open one may go on in the next stream."""
    cursor: str = NOWHERE
    """The one that the last page gave."""

    def pick(self, reference: dict[str, Any]) -> str:
        """Find the id that `{"$": kind, "n": number}` stands for; numbers wrap around what there is."""
        kind, _, type_ = str(reference["$"]).partition(":")
        number = int(reference.get("n", -1))
        if kind == "thread":
            rows = self.threads
        elif kind == "cursor":
            rows = [self.cursor]
        elif kind == "attachment":
            rows = self.attachments
        elif kind == "gone":
            rows = self.gone
        elif kind == "open":
            rows = self.open
        elif kind == "nowhere":
            rows = []
        else:
            rows = self.of_type(type_, int(reference.get("of", -1)))
        return rows[number % len(rows)] if rows else NOWHERE

    def of_type(self, type_: str, thread: int) -> list[str]:
        """List the items of one type (or all, without a type) in the thread of that number."""
        if not self.threads:
            return []
        rows = self.items.get(self.threads[thread % len(self.threads)], {})
        return [key for key, item in rows.items() if type_ in {"", item["type"]}]

    def lacks(self, params: Any) -> bool:
        """Tell whether a request names a thread, an item or an attachment that is not there."""
        if not isinstance(params, dict):
            return False
        thread, item = params.get("thread_id"), params.get("item_id")
        used = params.get("input", {}).get("attachments", [])
        wanted = [*used, *([params["attachment_id"]] if "attachment_id" in params else [])]
        return (
            (thread is not None and thread not in self.threads)
            or (item is not None and item not in self.items.get(str(thread), {}))
            or any(key not in self.attachments for key in wanted)
        )

    def resolved(self, value: Any) -> Any:
        """Put ids for references, at every depth; `{"$script": …}` becomes the text that carries it."""
        if isinstance(value, list):
            return [self.resolved(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        if "$script" in value:
            return "ckc:" + json.dumps(self.resolved(value["$script"]), ensure_ascii=False, separators=(",", ":"))
        if "$" in value:
            return self.pick(value)
        return {key: self.resolved(inner) for key, inner in value.items()}

    def pending_calls(self, thread: str) -> list[str]:
        """List the client tool calls of a thread that wait for their output."""
        rows = self.items.get(thread, {})
        return [key for key, item in rows.items() if item["type"] == "client_tool_call" and item["status"] == "pending"]

    def forget(self, thread: str, keys: list[str]) -> None:
        """Move items of a thread to what is gone."""
        for key in keys:
            if self.items.get(thread, {}).pop(key, None) is not None:
                self.gone.append(key)

    def requested(self, type_: str, params: dict[str, Any]) -> None:
        """Note what a request that succeeded does without saying so."""
        thread = str(params.get("thread_id"))
        rows = list(self.items.get(thread, {}))
        if type_ == "threads.retry_after_item" and params["item_id"] in rows:
            self.forget(thread, rows[rows.index(params["item_id"]) + 1 :])
        elif type_ == "threads.add_client_tool_output":
            *others, newest = self.pending_calls(thread) or [NOWHERE]
            self.forget(thread, others)
            if newest in rows:
                self.items[thread][newest] |= {"status": "completed"}
        elif type_ == "threads.delete" and thread in self.threads:
            self.threads.remove(thread)
            self.forget(thread, rows)
            self.gone.append(thread)
        elif type_ == "attachments.delete" and params["attachment_id"] in self.attachments:
            self.attachments.remove(params["attachment_id"])
            self.gone.append(params["attachment_id"])

    def created(self, attachment: dict[str, Any]) -> None:
        """Note an attachment that was created."""
        self.attachments.append(attachment["id"])

    def happened(self, thread: str | None, event: dict[str, Any]) -> str | None:
        """Note one event of a stream, and give the thread that the rest of the stream is about."""
        kind, item = event.get("type"), event.get("item", {})
        if kind == "thread.created":
            # Only the first one: a script may emit another, of a thread that does not exist.
            if thread is None:
                thread = str(event["thread"]["id"])
                self.threads.append(thread)
                self.items[thread] = {}
            return thread
        if thread not in self.items:
            return thread
        if kind == "thread.item.added" and item["type"] == "workflow":
            self.open.append(item["id"])
        elif kind in {"thread.item.done", "thread.item.replaced"} and item["type"] not in HIDDEN:
            self.items[thread][item["id"]] = dict(item)
        elif kind == "thread.item.removed":
            self.forget(thread, [event["item_id"]])
        return thread
