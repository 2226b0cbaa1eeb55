"""The objects of a reply, each with the fields that the official SDK gives it, found by walking its shapes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from chatkit_conformance.differential.servers import REFERENCE, VERSIONS
from support.catalogue.exchange import Exchange

OFFICIAL = REFERENCE / "facts" / f"{VERSIONS[-1]}.json"

GROUP = {
    "source": "sources",
    "sources": "sources",
    "task": "tasks",
    "tasks": "tasks",
    "attachments": "attachments",
    "status": "statuses",
}
"""Which group a tagged field is of, where the tags alone do not say: `file` is a source, a task, an attachment."""

TYPES: dict[str, Any] = {
    "string": str,
    "url": str,
    "icon": str,
    "time": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


@dataclass
class Node:
    """A protocol object, a widget, one of its components, or a fault of shape."""

    group: str
    """`items`, `tasks`, `threads`, `pages`, `widgets`, `components`, `faults` …, or the field it stands in."""
    value: Any
    fields: dict[str, Any]
    where: str
    tagged: bool = False

    def spelled(self) -> Iterator[tuple[str, Any, Any]]:
        """Give the fields that are there and known: name, what the SDK says of the field, value."""
        for name, field in self.fields.items():
            if name in self.value:
                yield name, field, self.value[name]


@cache
def official() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(OFFICIAL.read_text())
    return table


def nodes(exchange: Exchange) -> list[Node]:
    """Find every object of a reply."""
    if exchange.streams:
        return [
            node
            for n, event in enumerate(exchange.events)
            for node in _tagged("events", event, f"event {n}", official()["events"])
        ]
    if exchange.status != 200 or not isinstance(exchange.json, dict):
        return []
    return list(_reply(exchange.kind, exchange.json))


def _reply(kind: str, body: dict[str, Any]) -> Iterator[Node]:
    replies = official()["replies"]
    if kind == "attachments.create":
        yield from _tagged("attachments", body, "$", official()["attachments"])
    elif kind in {"items.list", "threads.list"}:
        rows = {"tagged": list(official()["items"])} if kind == "items.list" else {"fields": replies["thread"]}
        page = replies["page"] | {"data": {"default": [], "type": {"list": rows}}}
        yield from _fields("pages", body, "$", page)
    else:
        names = {
            "threads.get_by_id": "thread",
            "threads.update": "thread",
            "input.transcribe": "transcription",
            "threads.sync_custom_action": "sync_custom_action",
        }
        fields = replies[names[kind]] if kind in names else {}
        yield from _fields("threads" if names.get(kind) == "thread" else kind, body, "$", fields)


def _fields(group: str, value: Any, where: str, fields: dict[str, Any], *, tagged: bool = False) -> Iterator[Node]:
    if not isinstance(value, dict):
        yield Node("faults", f"no object but {value!r}", {}, where)
        return
    yield Node(group, value, fields, where, tagged)
    for name, field in fields.items():
        if name in value:
            yield from _value(name, field["type"], value[name], f"{where}.{name}", optional="default" in field)
        elif "default" not in field:
            yield Node("faults", "missing", {}, f"{where}.{name}")


def _value(name: str, kind: Any, value: Any, where: str, *, optional: bool = False) -> Iterator[Node]:
    if value is None and (optional or kind == "any"):
        return
    if isinstance(kind, dict):
        yield from _compound(name, kind, value, where)
    elif kind == "widget":
        yield from _widget(value, where)
    elif kind != "any" and (not isinstance(value, TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
        yield Node("faults", f"not a {kind}: {value!r}", {}, where)


def _compound(name: str, kind: dict[str, Any], value: Any, where: str) -> Iterator[Node]:
    if "list" in kind:
        if not isinstance(value, list):
            yield Node("faults", f"no list but {value!r}", {}, where)
            return
        for n, row in enumerate(value):
            yield from _value(name, kind["list"], row, f"{where}[{n}]")
    elif "tagged" in kind:
        group = GROUP.get(name) or _group(kind["tagged"])
        rows = {tag: row for tag, row in official()[group].items() if tag in kind["tagged"]}
        yield from _tagged(group, value, where, rows)
    elif "fields" in kind:
        yield from _fields(_anonymous(name, kind["fields"]), value, where, kind["fields"])
    elif "any_of" in kind:
        yield from _any_of(name, kind["any_of"], value, where)
    elif ("enum" in kind and value not in kind["enum"]) or ("map" in kind and not isinstance(value, dict)):
        yield Node("faults", f"not of {kind}: {value!r}", {}, where)


def _any_of(name: str, kinds: list[dict[str, Any]], value: Any, where: str) -> Iterator[Node]:
    """An error's code is open beside its two named ones; a summary is one of two objects."""
    if "enum" in kinds[0]:
        yield from _value(name, "string", value, where)
        return
    tries = [list(_compound(name, kind, value, where)) for kind in kinds]
    yield from min(tries, key=lambda found: sum(node.group == "faults" for node in found))


def _anonymous(name: str, fields: dict[str, Any]) -> str:
    if "has_more" in fields:
        return "pages"
    return "threads" if "items" in fields else name


@cache
def _groups() -> dict[str, frozenset[str]]:
    return {name: frozenset(rows) for name, rows in official().items() if name not in {"version", "replies", "icons"}}


def _group(tags: list[str]) -> str:
    fitting = [name for name, group in _groups().items() if group >= set(tags)]
    return min(fitting, key=lambda name: len(_groups()[name]))


def _tagged(group: str, value: Any, where: str, rows: dict[str, Any]) -> Iterator[Node]:
    tag = value.get("type") if isinstance(value, dict) else None
    if not isinstance(tag, str) or tag not in rows:
        yield Node("faults", f"{tag!r} is not a type of {group}", {}, where)
        if isinstance(value, dict):
            yield Node(group, value, {}, where, tagged=True)
        return
    yield from _fields(group, value, where, rows[tag], tagged=True)


def _widget(value: Any, where: str) -> Iterator[Node]:
    yield Node("widgets", value, {}, where)
    pending: list[tuple[Any, str, Any]] = [(value, where, None)]
    while pending:
        component, place, parent = pending.pop()
        yield Node("components", component, {"parent": parent}, place)
        if isinstance(component, dict):
            children = component.get("children")
            for n, child in enumerate(children if isinstance(children, list) else [children]):
                if child is not None:
                    pending.append((child, f"{place}.children[{n}]", component))
