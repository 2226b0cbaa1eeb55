"""Streams and what they leave in the thread: order, effects, failures, hidden items, stops."""

from typing import Any

from support.catalogue.bed import Bed, added, delta, done, item, replaced, text, until, updated
from support.catalogue.exchange import Exchange
from support.catalogue.material import (
    PART,
    call,
    changes,
    effects,
    flow,
    image,
    many,
    streamed_message,
    widget_updates,
    workflow,
)
from support.catalogue.scripts.threads import pages, read, rows
from support.catalogue.verdicts import script


@script("STR-011", "STR-014", "ITM-010", "ITM-012", "ITM-014")
def replaying_gives_the_thread(bed: Bed) -> None:
    thread = bed.create().thread_id
    answers = (streamed_message(), workflow(), image(), changes(), widget_updates(), [done(call())])
    streams = [bed.exchanges[-1], *(bed.say(thread, *steps) for steps in answers)]
    shown: dict[str, Any] = {}
    for event in (event for stream in streams for event in stream.events):
        if event["type"] in {"thread.item.done", "thread.item.replaced"}:
            shown[event["item"]["id"]] = event["item"]
        elif event["type"] == "thread.item.removed":
            shown.pop(event["item_id"])
    stored = bed.items(thread)
    bed.same("STR-011", [row["id"] for row in stored], list(shown))
    bed.same("STR-014", stored, list(shown.values()))
    change = next(stream for stream in streams if stream.of("thread.item.removed"))
    first, second, third = change.done
    listed = [row["id"] for row in stored]
    bed.holds("ITM-010", second["id"] not in listed)
    bed.same("ITM-012", [name for name in listed if name in {first["id"], third["id"]}], [first["id"], third["id"]])
    bed.holds("ITM-014", {first["id"], third["id"]} <= set(listed))


@script("STR-009", "ITM-013")
def items_are_stored_when_they_are_done(bed: Bed) -> None:
    thread = bed.create().thread_id
    whole = item("assistant_message", content=[])
    for _, event in bed.meanwhile(thread, added(whole), ["sleep", 150], done(whole), ["sleep", 150]):
        if "item" in event:
            listed = [row["id"] for row in bed.items(thread)]
            rule = "ITM-013" if event["type"] == "thread.item.added" else "STR-009"
            bed.holds(rule, (event["item"]["id"] in listed) == (rule == "STR-009"), event)


@script("STR-012")
def effects_are_never_stored(bed: Bed) -> None:
    reply = bed.create(*effects())
    bed.same("STR-012", reply.kinds[3:], ["progress_update", "client_effect", "notice", "error"])
    bed.same("STR-012", bed.stored(reply.thread_id), ["user_message"])


@script()
def a_workflow_stays_open_between_turns(bed: Bed) -> None:
    begun, step = flow("reasoning"), {"type": "thought", "content": "still"}
    reply = bed.create(
        added(begun), updated("$ID:workflow:w", "workflow.task.added", task_index=0, task=step), done(call())
    )
    name = reply.of("thread.item.added")[0]["item"]["id"]
    again = flow("reasoning", step, summary={"title": "Thought"}) | {"id": name}
    bed.act(reply.thread_id, done(again), done(text("then")))


def _canaries(replies: list[Exchange]) -> list[Exchange]:
    return [reply for reply in replies if b"X-CANARY" in reply.body]


@script("HID-001", "HID-002", "HID-003", "HID-004", "HID-005", "HID-006", "HID-008", "PAG-014")
def hidden_means_hidden(bed: Bed) -> None:
    kinds = {"hidden_context_item": "$CANARY:X", "sdk_hidden_context": "$CANARY:X"}
    secret = [item(kind, kind, content=said) for kind, said in kinds.items()]
    # D10: not in any event.
    reply = bed.create(["hidden", "$CANARY:X"], *(step(one) for one in secret for step in (added, done, replaced)))
    thread = reply.thread_id
    events = reply.of("thread.item.added") + reply.of("thread.item.replaced")
    bed.same("HID-001", reply.done, [])
    bed.same("HID-004", events, [])
    bed.same("HID-005", bed.stored(thread)[1:], ["hidden_context_item", "hidden_context_item", "sdk_hidden_context"])
    for n in range(4):
        bed.say(thread, ["hidden", "$CANARY:X"], ["hidden", "$CANARY:X"], done(text(str(n))))
    seen = {row["type"] for row in bed.items(thread)}
    bed.same("HID-002", seen, {"user_message", "assistant_message"})
    bed.same("HID-005", seen, {"user_message", "assistant_message"})
    bed.same("HID-003", {row["type"] for row in read(bed, thread)["items"]["data"]}, seen)
    bed.holds("HID-006", not _canaries(bed.exchanges), _canaries(bed.exchanges))
    visible = [row["id"] for row in bed.items(thread)]
    for limit in (1, 2, 3):
        found = pages(bed, "items.list", thread_id=thread, limit=limit, order="asc")
        bed.same("PAG-014", rows(found), visible)
        # D19: short pages are legal for the reference; ours are full.
        bed.holds("HID-008", all(len(page.json["data"]) == limit for page in found[:-1]), found)


@script("ERR-002", "ERR-003", "ERR-004", "ERR-005", "ERR-007", "ERR-008", "ERR-009", "ERR-010", "ERR-011", "ERR-012")
def failures_are_told(bed: Bed) -> None:
    whole = [done(text("kept", "k")), *_begun("open"), delta("lost", "open")]
    crash = bed.create(*whole, ["title", "T"], ["raise", "crash", "$CANARY:X"])
    told = crash.of("error")
    bed.same("ERR-002", (crash.status, crash.whole, told), (200, True, [_error("stream.error", True)]))
    bed.holds("ERR-005", not _canaries([crash]), crash)
    bed.same("ERR-007", crash.kinds[crash.kinds.index("error") :], ["error", "thread.updated"])
    listed = [row["id"] for row in bed.items(crash.thread_id)]
    bed.holds("ERR-009", crash.done[0]["id"] in listed)
    bed.holds("ERR-010", crash.of("thread.item.added")[0]["item"]["id"] not in listed)
    bed.same("ERR-011", bed.say(crash.thread_id).notices, ["ack"])
    for retry in (True, False):
        custom = bed.create(["raise", "custom", "sorry", retry]).of("error")
        bed.same("ERR-003", custom, [_error("custom", retry, message="sorry")])
        coded = bed.create(["raise", "stream", "$CANARY:X", retry]).of("error")
        bed.same("ERR-004", coded, [_error("stream.error", retry)])
    more = bed.create(["emit", {"type": "error", "code": "custom"}], ["notice", "and on"])
    bed.same("ERR-008", more.kinds[3:], ["error", "notice"])
    for at_once in (bed.create(["raise", "crash"]), bed.act(crash.thread_id, ["raise", "crash"])):
        bed.same("ERR-012", (at_once.status, at_once.whole, at_once.kinds[-1]), (200, True, "error"))


def _error(code: str, retry: bool, **fields: Any) -> dict[str, Any]:
    return {"type": "error", "code": code, "allow_retry": retry, **fields}


def _begun(name: str) -> list[Any]:
    return [
        added(text("", name)),
        updated(f"$ID:message:{name}", PART + "added", content_index=0, content={"type": "output_text", "text": ""}),
    ]


@script("CAN-001", "CAN-002", "CAN-003", "CAN-004", "CAN-005", "CAN-006")
def what_a_stop_leaves(bed: Bed) -> None:
    """D13: whatever was sent is stored."""
    thread = bed.create().thread_id
    flowing = flow("custom", {"type": "custom", "title": "x"})
    widget = item("widget", "w", widget={"type": "Card", "children": []})
    steps = [*_begun("a"), delta("Half an "), delta("answer"), *_begun("b"), added(flowing), added(widget)]
    bed.leave(thread, *steps, ["sleep", 20000], frames_read=len(steps) + 2)
    stored = until(lambda: bed.stored(thread)[3:])
    kept = bed.items(thread)[2:]
    texts = ["".join(part["text"] for part in row.get("content", ())) for row in kept]
    bed.same("CAN-001", (texts[:1], [row["type"] for row in kept][:1]), (["Half an answer"], ["assistant_message"]))
    bed.same("CAN-002", len(texts), 1)
    bed.same("CAN-003", {row["type"] for row in kept} & {"widget", "workflow"}, set())
    bed.same("CAN-004", stored, ["sdk_hidden_context"])
    bed.same("CAN-005", bed.say(thread, *many(1)).status, 200)
    frames = [*_begun("a"), *(delta(f"{n} ") for n in range(30)), ["sleep", 20000]]
    read_so_far = bed.leave(thread, *frames, frames_read=20)
    received = "".join(f"{n} " for n in range(30) if f'"delta":"{n} "'.encode() in b"".join(read_so_far))
    last = until(lambda: _last_text(bed, thread, "0 "))
    bed.holds("CAN-006", received and str(last).startswith(received), (received, last))


def _last_text(bed: Bed, thread: str, beginning: str) -> str:
    row = bed.items(thread)[-1]
    said = row["content"][0]["text"] if row["type"] == "assistant_message" else ""
    return said if said.startswith(beginning) else ""
