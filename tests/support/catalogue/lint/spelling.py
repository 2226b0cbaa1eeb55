"""How JSON is spelled, and the values of single objects."""

import re
from typing import Any

from chatkit_protocol.icons import ICONS
from support.catalogue.exchange import Stream
from support.catalogue.shapes import Node, nodes, official
from support.catalogue.verdicts import Found, every

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
FREE = ("any", {"map": "any"}, {"map": "string"})
HIDDEN = {"hidden_context_item", "sdk_hidden_context"}


@every("stream", "STR-000")
def events_have_their_shape(one: Stream) -> Found:
    for node in nodes(one.exchange):
        yield node.group != "faults", (node.where, node.value)


@every("object", "JSN-001")
def absence_is_not_null(node: Node) -> Found:
    for name, field, value in node.spelled():
        if field["type"] != "any":
            yield value is not None, (node.where, name)


@every("object", "JSN-003")
def defaults_are_written(node: Node) -> Found:
    for name, field in node.fields.items():
        if field.get("default") is not None:
            yield name in node.value, (node.where, name)


@every("object", "JSN-004")
def times_are_rfc3339(node: Node) -> Found:
    for _, field, value in node.spelled():
        if field["type"] == "time":
            yield isinstance(value, str) and TIME.fullmatch(value), (node.where, value)


@every("object", "JSN-005")
def times_have_an_offset(node: Node) -> Found:
    """D7: ours are UTC with `Z`."""
    for _, field, value in node.spelled():
        if field["type"] == "time":
            yield str(value).endswith("Z"), (node.where, value)


@every("object", "JSN-006")
def fields_are_snake_case(node: Node) -> Found:
    for name in node.value:
        yield SNAKE.fullmatch(name), (node.where, name)


@every("component", "JSN-006")
def props_are_camel_case(node: Node) -> Found:
    for name in node.value:
        yield CAMEL.fullmatch(name), (node.where, name)


@every("object", "JSN-007")
def tagged_objects_carry_their_type(node: Node) -> Found:
    if node.tagged:
        yield isinstance(node.value.get("type"), str), (node.where, node.value)


@every("object", "JSN-008")
def ids_are_texts(node: Node) -> Found:
    for name, field, value in node.spelled():
        if (name == "id" or name.endswith("_id")) and field["type"] == "string" and value is not None:
            yield isinstance(value, str) and value, (node.where, name, value)


@every("widget", "JSN-011")
def props_are_never_null(node: Node) -> Found:
    yield not list(_nulls(node.value)), node.value


@every("object", "JSN-012")
def no_field_is_unknown(node: Node) -> Found:
    unknown = node.value.keys() - node.fields.keys() - ({"type"} if node.tagged else set())
    yield not unknown, (node.where, unknown)


def _nulls(value: Any) -> Any:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        if one is None and name != "children":
            yield name
        yield from _nulls(one)


@every("threads", "THR-007")
def threads_are_complete(node: Node) -> Found:
    yield {"id", "created_at", "status", "items"} <= node.value.keys(), node.value


@every("statuses", "THR-008")
def statuses_are_known(node: Node) -> Found:
    kind = node.value.get("type")
    keys = {"type"} if kind == "active" else {"type", "reason"}
    yield kind in official()["statuses"] and node.value.keys() <= keys, node.value


@every("pages", "PAG-001")
def pages_are_complete(node: Node) -> Found:
    page = node.value
    yield (
        (
            isinstance(page.get("data"), list)
            and isinstance(page.get("has_more"), bool)
            and isinstance(page.get("after", ""), str)
        ),
        page,
    )


@every("pages", "PAG-006")
def more_comes_with_a_cursor(node: Node) -> Found:
    if node.value.get("has_more"):
        yield isinstance(node.value.get("after"), str), node.where


@every("items", "ITM-001")
def items_have_their_base(node: Node) -> Found:
    base = [node.value.get(name) for name in ("id", "thread_id", "created_at", "type")]
    yield all(isinstance(value, str) for value in base), node.value


@every("items", "ITM-002")
def items_are_for_the_client(node: Node) -> Found:
    yield node.value.get("type") in official()["items"].keys() - HIDDEN, node.value


@every("items", "ITM-017")
def an_end_of_turn_is_bare(node: Node) -> Found:
    if node.value.get("type") == "end_of_turn":
        yield node.value.keys() == {"id", "thread_id", "created_at", "type"}, node.value


@every("items", "SIN-001")
def questions_are_complete(node: Node) -> Found:
    if node.value.get("type") == "structured_input":
        yield node.value["status"] in {"pending", "answered", "skipped"}, node.value
        for question in node.value["inputs"]:
            yield {"id", "question"} <= question.keys(), question
            yield question.get("type") in {"multiple_choice", "freeform"}, question


@every("items", "SIN-012")
def questions_are_told_apart(node: Node) -> Found:
    if node.value.get("type") == "structured_input":
        ids = [question["id"] for question in node.value["inputs"]]
        options = [option for question in node.value["inputs"] for option in question.get("options", [])]
        yield len(set(ids)) == len(ids) and all("value" in option for option in options), node.value


@every("attachments", "ATT-004")
def an_image_can_be_shown(node: Node) -> Found:
    yield node.value.get("type") == "file" or isinstance(node.value.get("preview_url"), str), node.value


@every("event", "ERR-001")
def errors_are_complete(event: dict[str, Any]) -> Found:
    if event["type"] == "error":
        fits = isinstance(event.get("code"), str) and isinstance(event.get("allow_retry"), bool)
        yield fits and isinstance(event.get("message", ""), str), event


@every("event", "ERR-006")
def codes_are_open(event: dict[str, Any]) -> Found:
    """A permission: a code of the app's own is as good as the two that have a name."""
    if event["type"] == "error" and event.get("code") not in {"custom", "stream.error"}:
        yield all(right for right, _ in errors_are_complete(event)), event


@every("event", "EVT-001")
def progress_says_something(event: dict[str, Any]) -> Found:
    if event["type"] == "progress_update":
        yield isinstance(event.get("text"), str) and is_icon(event.get("icon", "bolt")), event


@every("event", "EVT-002")
def effects_have_a_name(event: dict[str, Any]) -> Found:
    if event["type"] == "client_effect":
        yield isinstance(event.get("name"), str) and isinstance(event.get("data"), dict), event


@every("event", "EVT-003")
def notices_have_a_level(event: dict[str, Any]) -> Found:
    if event["type"] == "notice":
        yield event.get("level") in {"info", "warning", "danger"} and isinstance(event.get("message"), str), event


def is_icon(name: Any) -> bool:
    """Recognise a name of the built-in set or behind a prefix; the list itself has a test of its own."""
    return isinstance(name, str) and (name in ICONS or name.startswith(("vendor:", "lucide:")))
