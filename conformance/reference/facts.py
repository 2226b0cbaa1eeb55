"""Facts about the messages of the official SDK: tags, fields, which are required, defaults. Data, no sentences.

Runs in the official SDK's own virtual environment: `python facts.py > official.json`. A field is spelled
`{"type": T}` when it is required and `{"type": T, "default": D}` when it is not (null: it may be left out). T is
`string`, `integer`, `number`, `boolean`, `any`, `time`, `url`, `icon`, `widget`, `{"enum": [...]}`,
`{"list": T}`, `{"map": T}`, `{"tagged": [tags]}`, or `{"fields": {...}}` for an object without a tag.
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
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from chatkit import icons, types, widgets
from pydantic import AnyUrl, BaseModel

GROUPS = {
    "requests": types.ChatKitReq,
    "events": types.ThreadStreamEvent,
    "updates": types.ThreadItemUpdate,
    "items": types.ThreadItem,
    "tasks": types.Task,
    "sources": types.Source,
    "attachments": types.Attachment,
    "statuses": types.ThreadStatus,
    "inputs": types.StructuredInput,
    "user_content": types.UserMessageContent,
    "assistant_content": types.AssistantMessageContent,
    "annotations": types.Annotation,
}
REPLIES = {
    "thread": types.Thread,
    "thread_metadata": types.ThreadMetadata,
    "page": types.Page,
    "sync_custom_action": types.SyncCustomActionResponse,
    "transcription": types.TranscriptionResult,
    "action": types.Action,
}
NAMED = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    Any: "any",
    datetime: "time",
    AnyUrl: "url",
}
ALIASES = {"icon": icons.IconName, "widget": widgets.WidgetRoot, "component": widgets.WidgetComponent}


def members(kind):
    """Give the members of a union, through aliases; anything else is a union of one."""
    if get_origin(kind) is Annotated:
        return members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [one for part in get_args(kind) for one in members(part)]
    return [kind]


ICON, WIDGET, COMPONENT = (frozenset(map(repr, members(kind))) for kind in ALIASES.values())


def tag(kind):
    """Tell the tag of a model, or None."""
    field = getattr(kind, "model_fields", {}).get("type")
    if field is None or get_origin(field.annotation) is not Literal:
        return None
    values = get_args(field.annotation)
    return values[0] if len(values) == 1 else None


def spell(kind):
    """Spell a type; null is told by the default."""
    parts = [part for part in members(kind) if part is not NoneType]
    if names := {ICON: "icon", WIDGET: "widget", COMPONENT: "widget"}.get(frozenset(map(repr, parts))):
        return names
    if len(parts) == 1:
        return spell_one(parts[0])
    if all(map(tag, parts)):
        return {"tagged": sorted(map(tag, parts))}
    return {"any_of": [spell_one(part) for part in parts]}


def spell_one(kind):
    """Spell a type that is no union."""
    origin, args = get_origin(kind), get_args(kind)
    if kind in NAMED:
        return NAMED[kind]
    if isinstance(kind, TypeVar):
        return "string" if kind.__bound__ is str else "any"
    if origin is Literal:
        return {"enum": sorted(args)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": sorted(one.value for one in kind)}
    if origin in (list, dict):
        return {"list" if origin is list else "map": spell(args[-1])}
    return {"tagged": [tag(kind)]} if tag(kind) else {"fields": spell_fields(kind)}


def spell_fields(model):
    """Spell the fields of a model, but for its tag."""
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


def facts():
    """Collect everything."""
    table = {group: {tag(one): spell_fields(one) for one in members(union)} for group, union in GROUPS.items()}
    table["replies"] = {name: spell_fields(model) for name, model in REPLIES.items()}
    return {"version": version("openai-chatkit"), **table}


if __name__ == "__main__":
    json.dump(facts(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
