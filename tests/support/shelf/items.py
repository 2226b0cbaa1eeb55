"""Faults of the lives of items."""

from typing import Any

from support.shelf import spoils as s
from support.shelf.fault import fault
from support.shelf.front import JSON, Each, Spoil

PART = "assistant_message.content_part."


def done_again(told: s.Events) -> s.Events:
    return told + [event for event in told if event["type"] == "thread.item.done"][-1:]


def update_again(told: s.Events) -> s.Events:
    return told + [event for event in told if event["type"] == "thread.item.updated"][-1:]


def apart(event: JSON) -> list[JSON]:
    """Give what is done another id than what was announced."""
    if event["type"] == "thread.item.done" and event["item"]["type"] != "user_message":
        event["item"]["id"] += "_stored"
    return [event]


def every_id(name: str) -> Spoil:
    """Give all assistant messages of streams one id, as some models do."""

    def change(event: JSON, _: JSON) -> list[Any]:
        text = event.get("item", {})
        if text.get("type") == "assistant_message":
            text["id"] = name
        elif str(event.get("update", {}).get("type")).startswith("assistant_message"):
            event["item_id"] = name
        return [event]

    return Each(change, replies=False)


ITEMS = [
    fault(
        "other-thread-id",
        "items name another thread",
        "items.thread.same",
        s.of("widget", lambda v: v.update(thread_id="thr_other") if "thread_id" in v else None),
        "widgets.basic",
    ),
    fault(
        "done-missing",
        "items are never done",
        "messages.closed",
        s.each(lambda e: [] if e["type"] == "thread.item.done" and e["item"]["type"] == "assistant_message" else [e]),
        "messages.two-parts",
    ),
    fault("done-twice", "an item is done twice", "items.done.once", s.events(done_again), "messages.two-parts"),
    fault(
        "added-twice", "an item is added twice", "items.added.once", s.twice("thread.item.added"), "messages.two-parts"
    ),
    fault(
        "added-missing",
        "updates come without `added`",
        "items.updated.needs-added",
        s.drop("thread.item.added"),
        "messages.two-parts",
    ),
    fault(
        "added-late",
        "`added` comes after the first update",
        "items.updated.needs-added",
        s.last("thread.item.added"),
        "messages.two-parts",
    ),
    fault(
        "update-after-done",
        "an update after `done`",
        "items.updated.not-after-done",
        s.events(update_again),
        "messages.two-parts",
    ),
    fault(
        "done-in-another-type",
        "an item changes its type",
        "items.done.same-type",
        s.finished("generated_image", s.put(type="end_of_turn")),
        "images.sketched",
    ),
    fault(
        "done-at-another-time",
        "an item has a new time when it is done",
        "items.done.same-time",
        s.finished("generated_image", s.put(created_at="2027-01-01T00:00:00Z")),
        "images.sketched",
    ),
    fault(
        "done-under-another-id",
        "an item has another id when it is done",
        "messages.closed",
        s.each(apart),
        "messages.two-parts",
    ),
    fault(
        "one-id-for-all",
        "all messages have one id",
        "answers.own-ids",
        every_id("__fake_id__"),
        "answers.chat-completions",
    ),
    fault(
        "removed-unknown",
        "an item is removed that never was",
        "items.removed.known",
        s.of("thread.item.removed", s.put(item_id="msg_ghost")),
        "items.removed",
    ),
    fault(
        "removed-missing", "removals are not told", "messages.closed", s.drop("thread.item.removed"), "items.removed"
    ),
    fault(
        "replaced-unknown",
        "an item is replaced that never was",
        "items.replaced.known",
        s.of("thread.item.replaced", lambda e: e["item"].update(id="msg_ghost")),
        "items.replaced",
    ),
    fault(
        "replaced-missing",
        "replacements are not told",
        "messages.closed",
        s.drop("thread.item.replaced"),
        "items.replaced",
    ),
    fault(
        "replaced-as-done",
        "a replacement comes as `done`",
        "items.done.once",
        s.of("thread.item.replaced", s.put(type="thread.item.done")),
        "items.replaced",
    ),
    fault(
        "update-of-another-kind",
        "an update does not fit its item",
        "items.update.fits",
        s.of(PART + "text_delta", s.put(type="widget.root.updated", widget={"type": "Card", "children": []})),
        "messages.two-parts",
    ),
    fault(
        "update-unknown",
        "an update of an unknown type",
        "items.update.known",
        s.of(PART + "text_delta", s.put(type=PART + "delta")),
        "messages.two-parts",
    ),
    fault(
        "update-without-id",
        "updates name no item",
        "shape.field.there",
        s.of("thread.item.updated", s.without("item_id")),
        "messages.two-parts",
    ),
    fault(
        "item-missing",
        "`done` has no item",
        "stream.message.once",
        s.each(lambda e: [{"type": e["type"]}] if e["type"] == "thread.item.done" else [e]),
        "messages.two-parts",
    ),
    fault(
        "item-type-unknown",
        "items of an unknown type",
        "items.type.known",
        s.of("assistant_message", s.put(type="bot_message")),
        "messages.two-parts",
    ),
]
