"""Breaks of the life of an item: it changes unseen or when it is finished, comes twice, or becomes another one."""

from copy import deepcopy
from typing import Any

from chatkit_conformance.strategies.breaks.table import Pick, breaks
from chatkit_conformance.strategies.told import JSON, Told

ADDED = "thread.item.added"
UPDATED = "thread.item.updated"
DONE = "thread.item.done"
REPLACED = "thread.item.replaced"
REMOVED = "thread.item.removed"
GHOST = "itm_ghost"


def of_another_kind(told: Told, place: int) -> JSON:
    """Write an update that does not fit the item that the one at this place is for."""
    if told.events[place]["update"]["type"].startswith("workflow"):
        return {"type": "generated_image.updated", "image": {"id": "ig", "url": "https://example.com"}}
    return {"type": "workflow.task.added", "task_index": 0, "task": {"type": "custom", "status_indicator": "none"}}


def settled_here(told: Told, place: int) -> bool:
    """Tell whether what is done here was announced in this stream."""
    return bool(told.earlier(place, ADDED))


@breaks("ITM-004", violation="item.updated.unseen")
def update_before_added(told: Told, pick: Pick) -> None:
    """An item changes before it appears."""
    pairs = [(place, told.later(place, UPDATED)[:1]) for place in told.at(ADDED)]
    added, (update,) = pick([pair for pair in pairs if pair[1] and _tabled(told, pair[1][0])])
    told.insert(told.events.pop(update), added)


@breaks("ITM-004", violation="item.updated.unseen")
def update_of_nothing(told: Told, pick: Pick) -> None:
    """An item changes that nobody has seen."""
    told.events[pick([place for place in told.updates() if _tabled(told, place)])]["item_id"] = GHOST


def _tabled(told: Told, place: int) -> bool:
    """A widget's updates are `redrawn` in the tables, and have a break of their own."""
    return not told.events[place]["update"]["type"].startswith("widget")


@breaks("ITM-004", violation="item.redrawn.unseen")
def redrawn_of_nothing(told: Told, pick: Pick) -> None:
    """A widget changes that nobody has seen."""
    told.events[pick(told.updates("widget."))]["item_id"] = GHOST


@breaks("ITM-005", violation="item.updated.stored")
def update_after_done(told: Told, pick: Pick) -> None:
    """An item changes that is finished."""
    updates = [place for place in told.updates() if _tabled(told, place) and told.later(place, DONE)]
    place = pick(updates)
    told.insert(deepcopy(told.events[place]), told.later(place, DONE)[0] + 1)


@breaks("ITM-020", violation="item.updated.misfit")
def update_of_another_kind(told: Told, pick: Pick) -> None:
    """An item gets an update that is for another kind of item."""
    place = pick(told.updates())
    told.insert({"type": UPDATED, "item_id": told.about(place), "update": of_another_kind(told, place)}, place)


@breaks("ITM-020", "SSE-002", "STR-000")
def update_unknown(told: Told, pick: Pick) -> None:
    """An update is of a type that does not exist."""
    told.events[pick(told.updates())]["update"]["type"] = "assistant_message.sparkled"


@breaks("ITM-003", violation="item.added.open")
def added_twice(told: Told, pick: Pick) -> None:
    """An item appears twice."""
    place = pick(told.at(ADDED))
    told.insert(deepcopy(told.events[place]), place + 1)


@breaks("ITM-003", "ITM-015", violation="item.added.stored")
def added_after_done(told: Told, pick: Pick) -> None:
    """An item appears that was finished before."""
    place = pick([place for place in told.at(DONE) if place >= told.opening and settled_here(told, place)])
    told.insert({"type": ADDED, "item": deepcopy(told.events[place]["item"])}, place + 1)


@breaks("ITM-021", violation="item.done.stored")
def done_twice(told: Told, pick: Pick) -> None:
    """An item is finished twice."""
    calls = set(told.at(DONE, item="client_tool_call"))
    place = pick([place for place in told.at(DONE) if place >= told.opening and place not in calls])
    told.insert(deepcopy(told.events[place]), place + 1)


@breaks("ITM-006", "STR-013")
def never_finished(told: Told, pick: Pick) -> None:
    """An item appears and is never finished."""
    mine = [place for place in told.at(DONE, REPLACED, REMOVED) if settled_here(told, place) and not told.failed]
    ends = [place for place in mine if not told.later(place, REPLACED, REMOVED) and not _workflow(told, place)]
    del told.events[pick([place for place in ends if not told.earlier(place, DONE, REPLACED, REMOVED)])]


def _workflow(told: Told, place: int) -> bool:
    added = told.events[told.earlier(place, ADDED)[0]]["item"]
    return bool(added["type"] == "workflow")


@breaks("ITM-007", violation="item.done.changed-type")
def done_as_another_type(told: Told, pick: Pick) -> None:
    """An item is finished as one of another type."""
    place = pick([place for place in told.at(DONE) if settled_here(told, place)])
    item = told.events[place]["item"]
    kind: JSON = {"type": "end_of_turn"}
    if item["type"] == "end_of_turn":
        kind = {"type": "task", "task": {"type": "image", "status_indicator": "none"}}
    told.events[place]["item"] = {**{name: item[name] for name in ("id", "thread_id", "created_at")}, **kind}


@breaks("ITM-008")
def done_at_another_time(told: Told, pick: Pick) -> None:
    """An item is finished that says it was made at another time than it appeared."""
    place = pick([place for place in told.at(DONE) if settled_here(told, place)])
    told.events[place]["item"]["created_at"] = "2027-01-01T00:00:00Z"


@breaks("ITM-019", "STR-006")
def item_of_another_thread(told: Told, pick: Pick) -> None:
    """An item says that it is of another thread."""
    told.events[pick(told.at(ADDED, DONE, REPLACED))]["item"]["thread_id"] = "thr_other"


@breaks("ITM-009", violation="item.removed.unseen")
def removed_unknown(told: Told, pick: Pick) -> None:
    """An item goes away that nobody has seen."""
    told.insert({"type": REMOVED, "item_id": GHOST}, pick(_after_opening(told)))


@breaks("ITM-011", violation="item.replaced.unseen")
def replaced_unknown(told: Told, pick: Pick) -> None:
    """An item gets a new state that nobody has seen."""
    place = pick([place for place in told.at(DONE) if place >= told.opening])
    item: Any = deepcopy(told.events[place]["item"]) | {"id": GHOST}
    told.insert({"type": REPLACED, "item": item}, place)


@breaks("items.gone.stays", "ITM-009", violation="item.removed.gone")
def removed_twice(told: Told, pick: Pick) -> None:
    """An item goes away twice."""
    place = pick(told.at(REMOVED))
    told.insert(deepcopy(told.events[place]), place + 1)


@breaks("ITM-002", "HID-001", "STR-000")
def hidden_item_shown(told: Told, pick: Pick) -> None:
    """What is for the model alone reaches the client."""
    shown = pick(told.items(ADDED, DONE, REPLACED))
    base = {name: shown[name] for name in ("thread_id", "created_at")}
    secret = {**base, "type": "hidden_context_item", "id": "itm_secret", "content": "secret"}
    told.insert({"type": DONE, "item": secret}, pick(_after_opening(told)))


def _after_opening(told: Told) -> list[int]:
    """Places in the answer at which no client tool call came before."""
    last = (told.at(DONE, item="client_tool_call") or [len(told.events)])[0]
    return list(range(told.opening, last + 1)) if told.opening else []
