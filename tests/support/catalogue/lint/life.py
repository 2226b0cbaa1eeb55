"""The life of items within a stream."""

from typing import Any

from support.catalogue.exchange import Stream, item_id
from support.catalogue.lint.order import of
from support.catalogue.verdicts import Found, every

FITS = {
    "assistant_message": "assistant_message",
    "widget": "widget",
    "workflow": "workflow",
    "generated_image": "generated_image",
}
"""The first word of an update's type, and the item that it is for."""

SETTLED = {"thread.item.done", "thread.item.replaced", "thread.item.removed"}


def earlier(one: Stream, place: int, *names: str) -> set[str | None]:
    """Name the items that events of these types were about before this place."""
    return {item_id(event) for event in one.events[:place] if event["type"] in names}


def indexed(one: Stream, *names: str) -> list[tuple[int, dict[str, Any]]]:
    return [(place, event) for place, event in enumerate(one.events) if event["type"] in names]


def kind_of(one: Stream, place: int, name: str) -> str:
    """Tell the type of an item as it is known at this place."""
    told = [e["item"]["type"] for e in one.events[:place] if "item" in e and e["item"]["id"] == name]
    return str(told[-1] if told else one.before.get(name, {}).get("type"))


def left_open(one: Stream, name: str) -> bool:
    """Tell whether it is a workflow that an earlier turn did not close (protocol.md §7.13)."""
    known = one.before.get(name, {})
    return known.get("type") == "workflow" and "summary" not in known["workflow"]


@every("stream", "ITM-003")
def added_comes_once(one: Stream) -> Found:
    for place, event in indexed(one, "thread.item.added"):
        name = item_id(event)
        seen = earlier(one, place, "thread.item.added", "thread.item.done")
        yield name not in seen and name not in one.before, event


@every("stream", "ITM-004")
def updates_are_for_open_items(one: Stream) -> Found:
    """D9: a widget that is stored may be redrawn, so it counts as open."""
    for place, event in indexed(one, "thread.item.updated"):
        name = event["item_id"]
        widget = kind_of(one, place, name) == "widget" and name in one.before
        yield name in earlier(one, place, "thread.item.added") or left_open(one, name) or widget, event


@every("stream", "ITM-005")
def nothing_changes_after_done(one: Stream) -> Found:
    for place, event in indexed(one, "thread.item.updated"):
        yield event["item_id"] not in earlier(one, place, "thread.item.done"), event


@every("stream", "ITM-006")
def what_was_added_is_settled(one: Stream) -> Found:
    settled = {item_id(event) for event in of(one, *SETTLED)}
    calls = any(e["item"]["type"] == "client_tool_call" for e in of(one, "thread.item.done"))
    for event in of(one, "thread.item.added"):
        waits = event["item"]["type"] == "workflow" and calls
        if not one.failed and not waits:
            yield item_id(event) in settled, event


@every("stream", "ITM-007")
def done_keeps_what_added_said(one: Stream) -> Found:
    for event, opened in _pairs(one):
        yield all(event[key] == opened[key] for key in ("id", "type", "thread_id")), event


@every("stream", "ITM-008")
def done_keeps_the_time(one: Stream) -> Found:
    """D18: an item is created once."""
    for event, opened in _pairs(one):
        yield event["created_at"] == opened["created_at"], event


def _pairs(one: Stream) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    opened = {e["item"]["id"]: e["item"] for e in of(one, "thread.item.added")}
    return [(e["item"], opened[e["item"]["id"]]) for e in of(one, "thread.item.done") if e["item"]["id"] in opened]


@every("stream", "ITM-009")
def removed_is_known(one: Stream) -> Found:
    for place, event in indexed(one, "thread.item.removed"):
        yield _known(one, place, event), event


@every("stream", "ITM-011")
def replaced_is_known(one: Stream) -> Found:
    for place, event in indexed(one, "thread.item.replaced"):
        yield _known(one, place, event), event


def _known(one: Stream, place: int, event: dict[str, Any]) -> bool:
    name = item_id(event)
    gone = name in earlier(one, place, "thread.item.removed")
    return not gone and (name in one.before or name in earlier(one, place, "thread.item.added", "thread.item.done"))


@every("stream", "ITM-018")
def short_lives_are_legal(one: Stream) -> Found:
    """A permission: no rule of an item's life fires on `done` alone, nor on `added` and `done` without updates."""
    changed = {event["item_id"] for event in of(one, "thread.item.updated")}
    for event in of(one, "thread.item.done"):
        if item_id(event) not in changed:
            looks = (added_comes_once, what_was_added_is_settled, done_keeps_what_added_said, done_comes_once)
            yield all(right for look in looks for right, at in look(one) if at == event), event


@every("stream", "ITM-019")
def items_name_their_thread(one: Stream) -> Found:
    for event in one.events:
        if "item" in event:
            yield event["item"].get("thread_id") == one.thread_id, event


@every("stream", "ITM-020")
def updates_fit_their_item(one: Stream) -> Found:
    for place, event in indexed(one, "thread.item.updated"):
        wanted = FITS.get(str(event["update"].get("type")).partition(".")[0])
        yield kind_of(one, place, event["item_id"]) == wanted, event


@every("stream", "ITM-021")
def done_comes_once(one: Stream) -> Found:
    for place, event in indexed(one, "thread.item.done"):
        yield item_id(event) not in earlier(one, place, "thread.item.done"), event
