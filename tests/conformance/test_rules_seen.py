"""Rules that can be seen from outside, by their catalogue ids, on every stream of the test bed, on both stores.

Each well-formed script is played by every streaming request; each rule is held against every stream.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from chatkit_conformance.testbed.app import scripted_app
from chatkit_protocol import WorkflowItem
from chatkit_protocol.codec import decode_item, encode
from chatkit_protocol.fold import ThreadView, fold
from chatkit_protocol.lifecycle import BEGINS, STREAM, Lives
from chatkit_server import MemoryStore, SQLiteStore
from support.live import live
from support.wire import Reply, Wire

BASE = {"thread_id": "$THREAD", "created_at": "$NOW"}


def emit(kind: str, /, **fields: Any) -> list[Any]:
    return ["emit", {"type": kind, **fields}]


def item(kind: str, name: str, id_kind: str = "message", /, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"$ID:{id_kind}:{name}", **BASE, **fields}


def update(name: str, kind: str, id_kind: str = "message", /, **fields: Any) -> list[Any]:
    return emit("thread.item.updated", item_id=f"$ID:{id_kind}:{name}", update={"type": kind, **fields})


def part(text: str, *annotations: Any) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": list(annotations)}


PART = "assistant_message.content_part"
NOTE = {"type": "annotation", "index": 2, "source": {"type": "url", "title": "T", "url": "https://x.example"}}
TASK = {"type": "custom", "title": "step", "status_indicator": "loading"}
CARD = [{"type": "Card", "children": [{"type": "Text", "id": "t", "value": v}]} for v in ("", "one", "one two")]
QUESTION = {"type": "freeform", "id": "q", "question": "?"}
SCRIPTS: dict[str, list[Any]] = {
    "a message": [
        emit("thread.item.added", item=item("assistant_message", "m", content=[])),
        update("m", f"{PART}.added", content_index=0, content=part("")),
        update("m", f"{PART}.text_delta", content_index=0, delta="Hel\u2028\r\n"),
        update("m", f"{PART}.annotation_added", content_index=0, annotation_index=0, annotation=NOTE),
        update("m", f"{PART}.text_delta", content_index=0, delta="lo 👋"),
        update("m", f"{PART}.done", content_index=0, content=part("Hel\u2028\r\nlo 👋")),
        emit("thread.item.done", item=item("assistant_message", "m", content=[part("Hel\u2028\r\nlo 👋", NOTE)])),
    ],
    "a widget": [["widget", CARD]],
    "a workflow": [
        emit("thread.item.added", item=item("workflow", "w", "workflow", workflow={"type": "custom", "tasks": []})),
        update("w", "workflow.task.added", "workflow", task_index=0, task=TASK),
        update("w", "workflow.task.updated", "workflow", task_index=0, task=TASK | {"status_indicator": "complete"}),
        emit(
            "thread.item.done",
            item=item(
                "workflow",
                "w",
                "workflow",
                workflow={
                    "type": "custom",
                    "tasks": [TASK | {"status_indicator": "complete"}],
                    "summary": {"duration": 1},
                },
            ),
        ),
    ],
    "an image": [
        emit("thread.item.added", item=item("generated_image", "i")),
        update("i", "generated_image.updated", image={"id": "a", "url": "data:,"}, progress=0.5),
        emit("thread.item.done", item=item("generated_image", "i", image={"id": "a", "url": "data:,"})),
    ],
    "taken back": [
        emit("thread.item.done", item=item("end_of_turn", "e")),
        emit("thread.item.added", item=item("assistant_message", "m", content=[])),
        emit("thread.item.removed", item_id="$ID:message:m"),
        emit("thread.item.removed", item_id="$ID:message:e"),
    ],
    "replaced": [
        emit("thread.item.done", item=item("task", "k", "task", task=TASK)),
        emit("thread.item.done", item=item("structured_input", "s", inputs=[QUESTION])),
        emit("thread.item.replaced", item=item("task", "k", "task", task=TASK | {"title": "other"})),
    ],
    "a tool": [
        emit(
            "thread.item.done",
            item=item("client_tool_call", "c", "tool_call", call_id="1", name="n", arguments={"a": None}),
        )
    ],
    "not stored": [
        emit("progress_update", text="p", icon="bolt"),
        emit("client_effect", name="e", data={"a": None}),
        emit("notice", level="info", message="m"),
    ],
    "hidden": [
        ["hidden", "$CANARY:DIRECT"],
        emit("thread.item.added", item=item("hidden_context_item", "h", content="$CANARY:ADDED")),
        emit("thread.item.done", item=item("hidden_context_item", "h", content="$CANARY:DONE")),
        emit("thread.item.done", item=item("sdk_hidden_context", "s", content="$CANARY:SDK")),
    ],
    "the thread": [["title", "New"], ["status", {"type": "locked"}], ["meta", "k", "$CANARY:META"], ["notice", "n"]],
    "a crash": [["notice", "before"], ["raise", "crash", "$CANARY:CRASH", True]],
}


class Seen(NamedTuple):
    """A stream, the request it answers, and what the thread shows before and after it."""

    request: str
    reply: Reply
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.reply.raw_events


@pytest.fixture(scope="module", params=[MemoryStore, lambda: SQLiteStore(":memory:")], ids=["memory", "sqlite"])
def streams(request: Any) -> Iterator[list[Seen]]:
    with live(scripted_app(store=request.param())) as port:
        yield [stream for script in SCRIPTS.values() for stream in play(Wire(port), "ckc:" + json.dumps(script))]


def play(wire: Wire, text: str) -> Iterator[Seen]:
    created = wire.create(text)
    thread = created.raw_events[0]["thread"]["id"]
    items = wire.items(thread)
    yield Seen("threads.create", created, [], items)
    operations = json.loads(text[4:])
    asks: list[tuple[str, dict[str, Any]]] = [
        ("threads.add_user_message", {"input": {"content": [{"type": "input_text", "text": text}]}}),
        ("threads.custom_action", {"action": {"type": "x", "payload": {"ckc": operations}}}),
        ("threads.retry_after_item", {"item_id": items[0]["id"]}),
    ]
    for kind, params in asks:
        before = wire.items(thread)
        reply = wire.ask(kind, thread_id=thread, **params)
        kept = before[:1] if kind == "threads.retry_after_item" else before
        yield Seen(kind, reply, kept, wire.items(thread))


def framing(seen: Seen) -> None:
    assert seen.reply.body.endswith(b"\n\n")
    for frame in seen.reply.body[:-2].split(b"\n\n"):
        assert frame.startswith(b'data: {"type":"')
        assert b"\n" not in frame
        assert b"\r" not in frame
    assert not seen.reply.body.startswith(b"\xef\xbb\xbf")


def order(seen: Seen) -> None:
    state = BEGINS[seen.request]
    for event in seen.events:
        said = event["type"] == "thread.item.done" and event["item"]["type"] == "user_message"
        state = STREAM[state]["user_message" if said else event["type"]]
    assert sum(event["type"] == "stream_options" for event in seen.events) == 1


FREE = {"data", "arguments", "output", "payload", "metadata"}


def no_nulls(seen: Seen) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                assert inner is not None, key
                if key not in FREE or key == "metadata":
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(seen.events)
    walk(seen.after)


def written_defaults(seen: Seen) -> None:
    for event in seen.events:
        assert event["type"] != "error" or "allow_retry" in event
        for found in [event.get("item", {}), event.get("thread", {})]:
            if found.get("type") == "user_message":
                assert found["attachments"] == []
            if "items" in found:
                assert found["items"] == {"data": [], "has_more": False}
                assert found["metadata"] == {}


def own_thread(seen: Seen) -> None:
    thread = seen.after[0]["thread_id"]
    assert {e["item"]["thread_id"] for e in seen.events if "item" in e} <= {thread}
    assert {e["thread"]["id"] for e in seen.events if "thread" in e} <= {thread}


def item_life(seen: Seen) -> None:
    lives, earlier = Lives(), {i["id"]: i for i in seen.before}
    for found in earlier.values():
        lives.know(decode_item(json.dumps(found)))
    for event in seen.reply.events:
        assert lives.step(event) is None
    if not seen.reply.of("error"):
        assert lives.left_open() == []


def fold_is_the_list(seen: Seen) -> None:
    view = ThreadView(items={i["id"]: decode_item(json.dumps(i)) for i in seen.before})
    view = fold(seen.reply.events, view)
    shown = [i for i in view.items.values() if i.id not in view.open or isinstance(i, WorkflowItem)]
    assert [json.loads(encode(i)) for i in shown] == seen.after


def canaries(seen: Seen) -> None:
    assert b"-CANARY" not in seen.reply.body
    assert "-CANARY" not in json.dumps(seen.after)
    assert not {"hidden_context_item", "sdk_hidden_context"} & {i["type"] for i in seen.after}


def times_and_ids(seen: Seen) -> None:
    ids = [i["id"] for i in seen.after]
    assert len(set(ids)) == len(ids)
    for found in seen.after:
        assert isinstance(found["created_at"], str)
        assert found["id"]
    done = [e["item"]["id"] for e in seen.events if e["type"] == "thread.item.done"]
    assert len(set(done)) == len(done)


def created_first(seen: Seen) -> None:
    kinds = [e["type"] for e in seen.events]
    assert kinds.count("thread.created") == (seen.request == "threads.create")
    if kinds[0] == "thread.created":
        assert seen.events[0]["thread"]["status"] == {"type": "active"}
        assert "title" not in seen.events[0]["thread"]


RULES: list[tuple[str, Callable[[Seen], None]]] = [
    ("SSE-001 SSE-003 SSE-004 SSE-005 SSE-006 SSE-007 SSE-009 SSE-010 HTTP-002 HTTP-005 HTTP-016", framing),
    ("STR-001 STR-002 STR-003 STR-004 STR-008 STR-010 ERR-007", order),
    ("JSN-001 JSN-002 JSN-011", no_nulls),
    ("JSN-003 THR-003 THR-009 THR-020 PAG-001", written_defaults),
    ("STR-006 ITM-019 THR-019 HTTP-020", own_thread),
    (
        (
            "ITM-003 ITM-004 ITM-005 ITM-006 ITM-007 ITM-009 ITM-011 ITM-020 MSG-002 MSG-003 MSG-005 ANN-001 ANN-008"
            " WFL-002 WFL-003"
        ),
        item_life,
    ),
    (
        (
            "STR-011 STR-012 STR-014 ITM-010 ITM-012 ITM-013 ITM-014 MSG-004 MSG-006 WFL-004 WGT-006 ACT-009 RTY-001"
            " RTY-002 RTY-009"
        ),
        fold_is_the_list,
    ),
    ("HID-001 HID-002 HID-004 HID-005 HID-006 ERR-005 THR-009", canaries),
    ("JSN-004 JSN-008 ITM-001 ITM-015 ITM-021", times_and_ids),
    ("THR-001 THR-002 THR-004", created_first),
]


@pytest.mark.parametrize(("ids", "rule"), RULES, ids=[rule.__name__ for _, rule in RULES])
def test_a_rule_holds_on_every_stream(streams: list[Seen], ids: str, rule: Callable[[Seen], None]) -> None:
    assert ids
    assert len(streams) == 4 * len(SCRIPTS)
    for seen in streams:
        rule(seen)


def changed(seen: Seen, old: bytes, new: bytes) -> Seen:
    body = seen.reply.body.replace(old, new)
    assert body != seen.reply.body
    return seen._replace(reply=Reply(200, seen.reply.headers, body))


BREAKS = [
    pytest.param(framing, b"data: ", b"data:", id="no-space"),
    pytest.param(framing, b"\n\n", b"\r\n\r\n", id="crlf"),
    pytest.param(order, b'"stream_options","', b'"notice","level":"info","message":"","', id="no-options"),
    pytest.param(no_nulls, b'"annotations":[]', b'"annotations":[],"x":null', id="a-null"),
    pytest.param(written_defaults, b'"metadata":{}', b'"metadata":{"k":1}', id="metadata"),
    pytest.param(own_thread, b'"thread_id":"thr_', b'"thread_id":"thr_0', id="another-thread"),
    pytest.param(item_life, b'"content_index":0', b'"content_index":1', id="an-index"),
    pytest.param(item_life, b'"thread.item.added"', b'"thread.item.done"', id="added-as-done"),
    pytest.param(fold_is_the_list, b'"text":"Hel', b'"text":"Hal', id="another-text"),
    pytest.param(canaries, b'"text":"Hel', b'"text":"X-CANARY', id="a-leak"),
    pytest.param(times_and_ids, b'"thread.item.added"', b'"thread.item.done"', id="done-twice"),
    pytest.param(created_first, b'"thread.created"', b'"thread.updated"', id="not-created"),
]


@pytest.mark.parametrize(("rule", "old", "new"), BREAKS)
def test_a_broken_stream_is_seen(streams: list[Seen], rule: Callable[[Seen], None], old: bytes, new: bytes) -> None:
    with pytest.raises((AssertionError, KeyError)):
        rule(changed(streams[0], old, new))
