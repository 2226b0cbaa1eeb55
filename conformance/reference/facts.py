"""Facts about the messages of the official SDK: tags, fields, which are required, defaults. Data, no sentences.

Runs in the official SDK's own virtual environment, of any version: `python facts.py > facts/<version>.json`. A field
is spelled `{"type": T}` when it is required and `{"type": T, "default": D}` when it is not (null: it may be left out).
T is `string`, `integer`, `number`, `boolean`, `any`, `time`, `url`, `icon`, `widget`, `{"enum": [...]}`, `{"list": T}`,
`{"map": T}`, `{"tagged": [tags]}`, `{"any_of": [T, ...]}`, or `{"fields": {...}}` for an object without a tag, which
widgets share by name: `{"object": name}`. The tag `*` stands for any other.
"""

# The SDK, of whose types everything here speaks, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import json
import sys
from datetime import datetime
from enum import Enum
from importlib.metadata import version
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from chatkit import types, widgets
from pydantic import AnyUrl, BaseModel
from typing_extensions import is_typeddict

GROUPS = {
    "requests": "ChatKitReq",
    "events": "ThreadStreamEvent",
    "updates": "ThreadItemUpdate",
    "items": "ThreadItem",
    "tasks": "Task",
    "sources": "Source",
    "attachments": "Attachment",
    "statuses": "ThreadStatus",
    "inputs": "StructuredInput",
    "user_content": "UserMessageContent",
    "assistant_content": "AssistantMessageContent",
    "annotations": "Annotation",
    "widget_roots": "WidgetRoot",
    "widget_components": "WidgetComponent",
    "chart_series": "Series",
}
REPLIES = {
    "thread": "Thread",
    "thread_metadata": "ThreadMetadata",
    "page": "Page",
    "sync_custom_action": "SyncCustomActionResponse",
    "transcription": "TranscriptionResult",
    "action": "Action",
}
"""The SDK's names of what is spelled. A version that lacks one has an empty table, or no such reply."""

MESSAGE = 3
"""How deep the fields of a message stand in the table: group, tag, field."""
NAMED = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    Any: "any",
    datetime: "time",
    AnyUrl: "url",
}
ICONS = {"messages": types.IconName, "widgets": widgets.WidgetIcon}


def named(name):
    """Look up a type of the SDK; what this version lacks is a union of nothing."""
    return getattr(types, name, None) or getattr(widgets, name, None) or NoneType


def members(kind):
    """Give the members of a union, through aliases; anything else is a union of one."""
    if get_origin(kind) is Annotated:
        return members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [one for part in get_args(kind) for one in members(part)]
    return [] if kind is NoneType else [kind]


def tag(kind):
    """Tell the tag of a model, or None."""
    field = getattr(kind, "model_fields", {}).get("type")
    if field is None or get_origin(field.annotation) is not Literal:
        return None
    values = get_args(field.annotation)
    return values[0] if len(values) == 1 else None


SPELLINGS = {
    frozenset(map(repr, members(kind))): spelling
    for spelling, kinds in {
        "icon": ICONS.values(),
        "widget": map(named, ("WidgetRoot", "WidgetComponent", "DynamicWidgetComponent")),
    }.items()
    for kind in kinds
    if members(kind)
}
"""The unions that are told by one word, each as the set of its members."""
OBJECTS = {
    kind: name
    for name, kind in vars(widgets).items()
    if getattr(kind, "__module__", None) in {"chatkit.widgets", "chatkit.actions"}
    if is_typeddict(kind) or (hasattr(kind, "model_fields") and not issubclass(kind, widgets.WidgetComponentBase))
    if not tag(kind)
}
"""What widgets are made of that is no widget itself: an action, a colour for each theme, a spacing."""


def spell(kind):
    """Spell a type; null is told by the default."""
    parts = members(kind)
    if spelling := SPELLINGS.get(frozenset(map(repr, parts))):
        return spelling
    if len(parts) == 1:
        return spell_one(parts[0])
    if all(map(tag, parts)):
        return {"tagged": sorted(map(tag, parts))}
    return {"any_of": [spell(part) for part in parts]}


def spell_one(kind):
    """Spell a type that is no union."""
    origin, args = get_origin(kind), get_args(kind)
    if kind in NAMED or kind in OBJECTS:
        return NAMED.get(kind) or {"object": OBJECTS[kind]}
    if isinstance(kind, TypeVar):
        return "string" if kind.__bound__ is str else "any"
    if origin is Literal:
        return {"enum": sorted(args, key=str)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": sorted(one.value for one in kind)}
    if origin in (list, dict):
        return {"list" if origin is list else "map": spell(args[-1])}
    return {"tagged": [tag(kind)]} if tag(kind) else {"fields": spell_fields(kind)}


def spell_fields(model):
    """Spell the fields of a model, but for its tag."""
    if is_typeddict(model):
        hints = get_type_hints(model, vars(widgets))
        return {name: {"type": spell(hints[name])} | needed(model, name) for name in hints}
    model.model_rebuild()
    fields = {}
    for name, field in model.model_fields.items():
        if name == "type" and tag(model):
            continue
        fields[name] = {"type": spell(field.annotation)}
        # `Action` writes a type variable where a default would stand: that is none.
        if not field.is_required() and not isinstance(field.default, TypeVar):
            default = field.get_default(call_default_factory=True)
            fields[name]["default"] = default.model_dump() if isinstance(default, BaseModel) else default
    return fields


def needed(model, name):
    """Tell by a default whether a key may be left out; where annotations are strings, only they say it."""
    return {"default": None} if "NotRequired" in str(model.__annotations__[name]) else {}


def icon_names(kind):
    """List the names of icons, and the patterns of open families of them."""
    parts = get_args(kind) if get_origin(kind) in (Union, UnionType) else [kind]
    return sorted(
        name
        for part in parts
        for name in (get_args(part) if get_origin(part) is Literal else [part.__metadata__[0].pattern])
    )


def facts():
    """Collect everything."""
    table = {
        group: {tag(one) or "*": spell_fields(one) for one in members(named(union))} for group, union in GROUPS.items()
    }
    table["replies"] = {reply: spell_fields(one) for reply, name in REPLIES.items() for one in members(named(name))}
    table["widget_objects"] = {name: spell_fields(kind) for kind, name in OBJECTS.items()}
    table["icons"] = {where: icon_names(kind) for where, kind in ICONS.items()}
    return {"version": version("openai-chatkit"), **table}


def written(value, margin="\n", depth=0, *, opened=False):
    """Write JSON to be read and compared by people: one line a field, unless it is an object without a tag."""
    flat = json.dumps(value, sort_keys=True)
    opened = opened or depth < MESSAGE or '"fields": ' in flat
    if not opened or not value or not isinstance(value, dict | list):
        return flat
    inner = margin + " "
    if isinstance(value, list):
        rows = [written(one, inner, depth + 1) for one in value]
    else:
        rows = [
            f"{json.dumps(key)}: {written(one, inner, depth + 1, opened=key == 'fields')}"
            for key, one in sorted(value.items())
        ]
    start, end = "[]" if isinstance(value, list) else "{}"
    return f"{start}{inner}{f',{inner}'.join(rows)}{margin}{end}"


if __name__ == "__main__":
    sys.stdout.write(written(facts()) + "\n")
