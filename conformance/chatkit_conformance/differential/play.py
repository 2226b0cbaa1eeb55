"""One conversation, played step by step against both servers, until they differ or it ends."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from chatkit_conformance.differential.compare import Difference
from chatkit_conformance.differential.exchange import Reply, send
from chatkit_conformance.differential.memory import NOWHERE, Memory
from chatkit_conformance.differential.normalise import Names
from chatkit_conformance.differential.rules import Explanation, Scene, explain, remaining, shared_fault

Send = Callable[[bytes], Reply]
PAGES = 100
"""A walk that has not ended by then is one that never ends."""


def sender(url: str) -> Send:
    """Bind the exchange to one server."""
    return lambda body: send(url, body)


@dataclass
class Side:
    """One server, and what it has shown in this conversation."""

    send: Send
    memory: Memory = field(default_factory=Memory)
    names: Names = field(default_factory=Names)

    def request(self, step: dict[str, Any]) -> dict[str, Any]:
        """Write the request of a step with this side's ids in it."""
        body = {key: step[key] for key in ("type", "params", "metadata") if key in step}
        resolved: dict[str, Any] = self.memory.resolved(body)
        return resolved

    def take(self, step: dict[str, Any]) -> list[Reply]:
        """Send the request of a step, and follow the cursor if it is a walk."""
        if "raw" in step:
            return [self.send(step["raw"].encode())]
        request = self.request(step)
        replies = [self.send(json.dumps(request).encode())]
        while step.get("walk") and len(replies) < PAGES and (after := cursor(replies[-1])):
            following = request | {"params": request["params"] | {"after": after}}
            replies.append(self.send(json.dumps(following).encode()))
        return replies

    def learn(self, request: dict[str, Any], replies: list[Reply]) -> None:
        """Remember what the replies show."""
        params = request.get("params")
        if replies[0].status != 200 or not isinstance(params, dict):  # noqa: PLR2004
            return
        if not replies[0].cut and replies[0].events != ():
            self.memory.requested(request["type"], params)
        if request["type"] == "attachments.create":
            self.memory.created(replies[0].json)
        thread = params.get("thread_id")
        for event in replies[0].events or ():
            thread = self.memory.happened(thread, event)


def cursor(reply: Reply) -> str | None:
    """Find where the next page starts, if there is one."""
    page = reply.json if isinstance(reply.json, dict) else {}
    after: str | None = page.get("after") if page.get("has_more") else None
    return after


@dataclass(frozen=True)
class Mismatch:
    """A difference that no rule explains, with the step and both replies."""

    number: int
    step: dict[str, Any]
    difference: Difference
    official: list[dict[str, Any]]
    ours: list[dict[str, Any]]


@dataclass
class Outcome:
    """How a conversation went."""

    mismatch: Mismatch | None = None
    cited: Counter[str] = field(default_factory=Counter)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    steps: int = 0
    forked: bool = False


@dataclass
class Play:
    """Two servers and the rules that tell which of their differences are meant."""

    official: Send
    ours: Send
    rules: tuple[Explanation, ...]
    hands: Executor
    wipe: Callable[[Send], None] = field(default_factory=lambda: clear)
    """Clears away what a conversation has left on a side."""

    def __call__(self, conversation: list[dict[str, Any]]) -> Outcome:
        """Play a conversation, look at all that it leaves behind, and clear it away."""
        outcome = Outcome()
        sides = Side(self.official), Side(self.ours)
        roots: dict[str, Any] = {}
        steps = list(conversation)
        try:
            for number, step in enumerate(steps):
                scene = self.step(sides, step, roots, secret="hidden" in json.dumps(steps[: number + 1]))
                self.note(outcome, scene)
                found = remaining(scene) or (shared_fault(scene) if self.rules else None)
                if found is not None:
                    outcome.mismatch = Mismatch(number, step, found, scene.official, scene.ours)
                if found is not None or scene.forked:
                    outcome.forked = scene.forked
                    break
                if number == len(conversation) - 1:
                    steps += left_behind(sides[0].memory)
        finally:
            list(self.hands.map(self.wipe, (self.official, self.ours)))
        return outcome

    def step(self, sides: tuple[Side, Side], step: dict[str, Any], roots: dict[str, Any], *, secret: bool) -> Scene:
        """Play one step on both sides, and let the rules explain what they can."""
        requests = [side.request(step) for side in sides]
        memory, params = sides[0].memory, requests[0].get("params")
        lacking = memory.lacks(params)
        pending = isinstance(params, dict) and bool(memory.pending_calls(str(params.get("thread_id"))))
        official, ours = self.hands.map(lambda side: side.take(step), sides)
        scene = Scene(
            step,
            [reply.shown() for reply in official],
            [reply.shown() for reply in ours],
            (sides[0].names, sides[1].names),
            lacking=lacking,
            pending=pending,
            secret=secret,
            roots=roots,
        )
        for side, request, replies in zip(sides, requests, (official, ours), strict=True):
            side.learn(request, replies)
        explain(scene, self.rules)
        keep_roots(roots, memory, official[0].events or ())
        return scene

    def note(self, outcome: Outcome, scene: Scene) -> None:
        """Count what was exercised."""
        outcome.steps += 1
        outcome.cited.update(set(scene.cited))
        kind = scene.step.get("type", "raw")
        for what in exercised(scene):
            outcome.seen[kind, what] += 1


def keep_roots(roots: dict[str, Any], memory: Memory, events: tuple[Any, ...]) -> None:
    """Note what each stored widget was last said to be, for the rule about D9."""
    # Only from the events: an item that is not stored has no root to keep.
    stored = {key for rows in memory.items.values() for key, item in rows.items() if item["type"] == "widget"}
    for event in events:
        kind, update = event.get("type"), event.get("update", {})
        if kind in {"thread.item.done", "thread.item.replaced"}:
            roots.pop(event["item"]["id"], None)
        elif update.get("type") == "widget.root.updated" and event["item_id"] in stored:
            roots[event["item_id"]] = update["widget"]


def exercised(scene: Scene) -> list[str]:
    """Name what the official replies show: event, update and item types, or how else it answered."""
    reply = scene.official[0]
    if "events" not in reply:
        return [f"{reply['status']} json" if "json" in reply else f"{reply['status']} text"]
    found = ["(cut)"] if reply.get("cut") else []
    for event in reply["events"]:
        found.append(event["type"])
        found += [f"· {event[key]['type']}" for key in ("item", "update") if key in event]
    return found


def left_behind(memory: Memory) -> list[dict[str, Any]]:
    """Write the steps that look at everything a conversation has left."""
    pages = {"limit": 1000, "order": "asc"}
    threads: list[dict[str, Any]] = [{"$": "thread", "n": n} for n in range(len(memory.threads))]
    return [
        {"type": "threads.list", "params": pages, "walk": True},
        *({"type": "threads.get_by_id", "params": {"thread_id": thread}} for thread in threads),
        *({"type": "items.list", "params": {"thread_id": thread, **pages}, "walk": True} for thread in threads),
    ]


def clear(post: Send) -> None:
    """Delete all threads, so that no conversation sees another one's."""
    listed = post(b'{"type": "threads.list", "params": {"limit": 1000}}')
    rows = listed.json["data"] if isinstance(listed.json, dict) else [{"id": NOWHERE}]
    for row in rows:
        post(json.dumps({"type": "threads.delete", "params": {"thread_id": row["id"]}}).encode())
