"""A conversation with a server, recorded, and what a script finds out in it."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from support.catalogue.exchange import Exchange
from support.catalogue.verdicts import Verdict
from support.wire import Wire, frames

BASE = {"thread_id": "$THREAD", "created_at": "2026-01-02T03:04:05Z"}
"""Of every item that a script makes: they all tie in time, and `done` says the same as `added`."""


class Bed:
    """Talks to the test bed on `port`; every exchange is kept for the checks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.exchanges: list[Exchange] = []
        self.verdicts: list[Verdict] = []

    def holds(self, rule: str, right: object, detail: Any = None) -> None:
        """Say whether the rule held at one place."""
        self.verdicts.append(Verdict(rule, bool(right), detail))

    def same(self, rule: str, found: Any, expected: Any) -> None:
        """The rule holds if the two are equal."""
        self.holds(rule, found == expected, {"found": found, "expected": expected})

    def post(self, body: Any, path: str = "", headers: dict[str, str] | None = None) -> Exchange:
        """Send a request, or bytes in its place, on a connection of its own."""
        wire = Wire(self.port, f"{path}/chatkit/api")
        with wire.open("POST", body if isinstance(body, bytes) else json.dumps(body), headers) as connection:
            response = connection.getresponse()
            try:
                text, whole = response.read(), True
            except http.client.IncompleteRead as cut:
                text, whole = cut.partial, False
        exchange = Exchange(body, response.status, {k.lower(): v for k, v in response.getheaders()}, text, whole=whole)
        self.exchanges.append(exchange)
        return exchange

    def ask(self, kind: str, /, **params: Any) -> Exchange:
        return self.post({"type": kind, "params": params})

    def create(self, *said: Any, **given: Any) -> Exchange:
        """Start a thread by saying a text or a script."""
        return self.ask("threads.create", input=message(*said, **given))

    def say(self, thread: str, *said: Any, **given: Any) -> Exchange:
        return self.ask("threads.add_user_message", thread_id=thread, input=message(*said, **given))

    def act(self, thread: str, *operations: Any, item: str | None = None) -> Exchange:
        """Send an action that carries a script."""
        sender = {"item_id": item} if item else {}
        return self.ask(
            "threads.custom_action", thread_id=thread, action={"type": "go", "payload": {"ckc": operations}}, **sender
        )

    def page(self, thread: str, **params: Any) -> Exchange:
        return self.ask("items.list", thread_id=thread, **params)

    def items(self, thread: str) -> list[dict[str, Any]]:
        """Give all items, oldest first."""
        found: list[dict[str, Any]] = self.page(thread, order="asc", limit=1000).json["data"]
        return found

    def kinds(self, thread: str) -> list[str]:
        return [item["type"] for item in self.items(thread)]

    def stored(self, thread: str) -> list[str]:
        """Name what the store really holds, hidden items too: only our side can tell, at an address of its own."""
        body = {"type": "threads.custom_action", "params": {"thread_id": thread, "action": {"type": "peek"}}}
        return str(self.post(body, "/peek").notices[0]).split()

    def leave(self, thread: str | None, *operations: Any, frames_read: int) -> list[bytes]:
        """Say a script and go away after some frames; give what was read."""
        body = message(*operations)
        kind, params = ("threads.add_user_message", {"thread_id": thread}) if thread else ("threads.create", {})
        with Wire(self.port).open("POST", {"type": kind, "params": {**params, "input": body}}) as connection:
            read = frames(connection.getresponse())
            return [next(read) for _ in range(frames_read)]

    def meanwhile(self, thread: str, *operations: Any) -> Iterator[tuple[float, dict[str, Any]]]:
        """Say a script and give the events as they arrive, with the time of arrival."""
        params = {"thread_id": thread, "input": message(*operations)}
        with Wire(self.port).open("POST", {"type": "threads.add_user_message", "params": params}) as connection:
            for frame in frames(connection.getresponse()):
                text = frame.partition(b"data:")[2]
                if text:
                    yield time.monotonic(), json.loads(text)


def message(*said: Any, **given: Any) -> dict[str, Any]:
    """Build a user message: one text, or operations as a script."""
    text = said[0] if said and isinstance(said[0], str) else "ckc:" + json.dumps(said) if said else "hello"
    return {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}} | given


def both(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls at the same time; give their results in order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        running: list[Future[Any]] = [pool.submit(call) for call in calls]
        return [future.result() for future in running]


def until(found: Callable[[], Any], seconds: float = 2.0) -> Any:
    """Ask again until the answer is true; give the last one."""
    deadline = time.monotonic() + seconds
    while not (answer := found()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


def item(kind: str, name: str = "a", /, *, idkind: str = "message", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"$ID:{idkind}:{name}", **BASE, **fields}


def text(said: str, name: str = "a") -> dict[str, Any]:
    """Build an assistant message."""
    return item("assistant_message", name, content=[part(said)] if said else [])


def part(said: str, *annotations: Any) -> dict[str, Any]:
    return {"type": "output_text", "text": said, "annotations": list(annotations)}


def added(what: dict[str, Any]) -> list[Any]:
    return ["emit", {"type": "thread.item.added", "item": what}]


def done(what: dict[str, Any]) -> list[Any]:
    return ["emit", {"type": "thread.item.done", "item": what}]


def replaced(what: dict[str, Any]) -> list[Any]:
    return ["emit", {"type": "thread.item.replaced", "item": what}]


def removed(reference: str) -> list[Any]:
    return ["emit", {"type": "thread.item.removed", "item_id": reference}]


def updated(reference: str, kind: str, /, **fields: Any) -> list[Any]:
    update = {"type": kind, **fields}
    return ["emit", {"type": "thread.item.updated", "item_id": reference, "update": update}]


def delta(said: str, name: str = "a", index: int = 0) -> list[Any]:
    kind = "assistant_message.content_part.text_delta"
    return updated(f"$ID:message:{name}", kind, content_index=index, delta=said)
