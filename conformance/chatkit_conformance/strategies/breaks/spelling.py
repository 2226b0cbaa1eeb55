"""Breaks of how JSON is spelled, and of events that are about no item."""

from typing import Any

from chatkit_conformance.strategies.breaks.table import Pick, breaks, objects
from chatkit_conformance.strategies.told import Told

ITEMS = ("thread.item.added", "thread.item.done", "thread.item.replaced")
OPTIONAL = {"progress_update": "icon", "error": "message", "notice": "title", "user_message": "quoted_text"}
OPTIONAL |= {"widget": "copy_text", "url": "attribution", "thought": "title", "locked": "reason"}
"""A field of some objects that may be absent."""
WRITTEN = {"output_text": "annotations", "user_message": "attachments", "error": "allow_retry", "client_effect": "data"}
WRITTEN |= {"custom": "status_indicator", "web_search": "queries", "file": "sources"}
"""A field of some objects that is written though it is as usual."""


def parts(told: Told, names: Any) -> list[dict[str, Any]]:
    """Find the objects of these types in the answer."""
    return [found for kind in names for event in told.events for found in objects(event, kind)]


@breaks("JSN-001")
def null_for_absent(told: Told, pick: Pick) -> None:
    """An absent field is written as null."""
    part = pick([part for part in parts(told, OPTIONAL) if OPTIONAL[part["type"]] not in part])
    part[OPTIONAL[part["type"]]] = None


@breaks("JSN-001")
def null_title(told: Told, pick: Pick) -> None:
    """A thread without a title has null for one."""
    told.events[pick(told.at("thread.created", "thread.updated"))]["thread"]["title"] = None


@breaks("JSN-003")
def default_left_out(told: Told, pick: Pick) -> None:
    """A field that is as usual is left out."""
    part = pick([part for part in parts(told, WRITTEN) if WRITTEN[part["type"]] in part])
    del part[WRITTEN[part["type"]]]


@breaks("JSN-003")
def metadata_left_out(told: Told, pick: Pick) -> None:
    """A thread has no `metadata`."""
    del told.events[pick(told.at("thread.created", "thread.updated"))]["thread"]["metadata"]


@breaks("JSN-004", "STR-000")
def time_is_a_number(told: Told, pick: Pick) -> None:
    """A time is a number of seconds."""
    told.events[pick(told.at(*ITEMS))]["item"]["created_at"] = 1767323045


@breaks("JSN-005")
def time_without_zone(told: Told, pick: Pick) -> None:
    """A time does not say in which zone."""
    item = told.events[pick(told.at(*ITEMS))]["item"]
    item["created_at"] = item["created_at"].rstrip("Z")


@breaks("JSN-006")
def camel_case(told: Told, pick: Pick) -> None:
    """A field of the protocol is written in camel case."""
    item = told.events[pick(told.at(*ITEMS))]["item"]
    item["createdAt"] = item.pop("created_at")


@breaks("JSN-007", "STR-000", "ITM-001")
def type_missing(told: Told, pick: Pick) -> None:
    """An item does not say what it is."""
    del told.events[pick([at for at in told.at(*ITEMS) if at >= told.opening])]["item"]["type"]


@breaks("SSE-002", "STR-000")
def event_type_missing(told: Told, pick: Pick) -> None:
    """An event does not say what it is."""
    del told.events[pick(list(range(told.opening, len(told.events))))]["type"]


@breaks("SSE-002", "STR-010", "STR-000")
def event_unknown(told: Told, pick: Pick) -> None:
    """An event is of a type that does not exist."""
    told.events[pick(list(range(told.opening, len(told.events))))]["type"] = "thread.sparkled"


@breaks("ITM-002", "STR-000")
def item_unknown(told: Told, pick: Pick) -> None:
    """An item is of a type that does not exist."""
    item = told.events[pick([at for at in told.at("thread.item.done") if at >= told.opening])]["item"]
    told.insert({"type": "thread.item.done", "item": item | {"type": "sparkle", "id": "itm_new"}}, told.opening)


@breaks("ITM-001", "STR-000")
def item_without_time(told: Told, pick: Pick) -> None:
    """An item does not say when it was made."""
    del told.events[pick(told.at(*ITEMS))]["item"]["created_at"]


@breaks("JSN-008")
def id_is_empty(told: Told, pick: Pick) -> None:
    """A call has an empty id."""
    told.events[pick(told.at("thread.item.done", item="client_tool_call"))]["item"]["call_id"] = ""


@breaks("JSN-012")
def field_unknown(told: Told, pick: Pick) -> None:
    """An item has a field that no revision knows."""
    told.events[pick(told.at(*ITEMS))]["item"]["sequence"] = 1


@breaks("JSN-011")
def null_in_a_widget(told: Told, pick: Pick) -> None:
    """A prop of a widget is null."""
    told.events[pick(told.at(*ITEMS, item="widget"))]["item"]["widget"]["theme"] = None


@breaks("THR-008", "JSN-012")
def active_with_a_reason(told: Told, pick: Pick) -> None:
    """A thread that is open says why it is not."""
    pick(parts(told, ["active"]))["reason"] = "none"


@breaks("MSG-001", "STR-000")
def part_of_another_type(told: Told, pick: Pick) -> None:
    """A part of a message is of a type that only requests have."""
    pick([part for item in told.items("thread.item.done") for part in objects(item, "output_text")])["type"] = (
        "input_text"
    )


@breaks("ANN-003", "STR-000")
def source_without_title(told: Told, pick: Pick) -> None:
    """A source has no title."""
    notes = [note["source"] for note in parts(told, ["annotation"])]
    del pick(notes)["title"]


@breaks("ANN-002", "STR-000")
def annotation_without_source(told: Told, pick: Pick) -> None:
    """An annotation points at nothing."""
    del pick(parts(told, ["annotation"]))["source"]


@breaks("ERR-001", "JSN-003")
def error_without_code(told: Told, pick: Pick) -> None:
    """An error has no code."""
    del told.events[pick(told.at("error"))]["code"]


@breaks("EVT-001", "STR-000")
def progress_without_text(told: Told, pick: Pick) -> None:
    """A progress says nothing."""
    del told.events[pick(told.at("progress_update"))]["text"]


@breaks("EVT-001")
def icon_unknown(told: Told, pick: Pick) -> None:
    """An icon is one that no client has."""
    told.events[pick(told.at("progress_update"))]["icon"] = "no-such-icon"


@breaks("EVT-002", "STR-000")
def effect_data_is_a_list(told: Told, pick: Pick) -> None:
    """An effect brings a list where an object belongs."""
    told.events[pick(told.at("client_effect"))]["data"] = []


@breaks("EVT-003", "STR-000")
def notice_level_unknown(told: Told, pick: Pick) -> None:
    """A notice is as urgent as nobody knows."""
    told.events[pick(told.at("notice"))]["level"] = "loud"
