"""Our messages in the spelling of the official facts: the same fold, over msgspec's types (see facts.py)."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from msgspec import UNSET, Struct, inspect
from msgspec import json as mjson
from msgspec.structs import fields as struct_fields

import chatkit_protocol as wire
from chatkit_protocol.revisions import LATEST, Revision, at

GROUPS: dict[str, Any] = {
    "requests": wire.Request,
    "events": wire.ThreadStreamEvent,
    "updates": wire.ThreadItemUpdate,
    "items": wire.ThreadItem,
    "tasks": wire.Task,
    "sources": wire.AnySource,
    "attachments": wire.Attachment,
    "statuses": wire.ThreadStatus,
    "inputs": wire.StructuredInput,
    "user_content": wire.UserMessageContent,
    "assistant_content": wire.AssistantMessageContent,
    "annotations": wire.Annotation,
}
REPLIES: dict[str, Any] = {
    "thread": wire.Thread,
    "thread_metadata": wire.ThreadMetadata,
    "page": wire.Page,
    "sync_custom_action": wire.SyncCustomActionResponse,
    "transcription": wire.TranscriptionResult,
    "action": wire.Action,
}
NAMES: dict[type, str] = {
    inspect.AnyType: "any",
    inspect.StrType: "string",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.DateTimeType: "time",
}


def ours(version: str = LATEST) -> dict[str, Any]:
    """Spell every message of ours that the revision of a version has."""
    spelling = Spelling(at(version))
    table = {group: spelling.group(union) for group, union in GROUPS.items()}
    return table | {
        "replies": {
            name: spelling.fields(_info(shape)) for name, shape in REPLIES.items() if spelling.revision.has(shape)
        }
    }


def flat(fields: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Give every field with its path, spelled on one line; objects without a tag are opened."""
    for name, field in fields.items():
        kind, place = field["type"], f"{path}.{name}"
        need = f" = {json.dumps(field['default'], sort_keys=True)}" if "default" in field else ""
        inner = kind.get("fields") if isinstance(kind, dict) else None
        yield place, ("object" if inner is not None else json.dumps(kind, sort_keys=True)) + need
        yield from flat(inner or {}, place)


def _info(shape: Any) -> inspect.StructType:
    info = inspect.type_info(shape)
    assert isinstance(info, inspect.StructType)
    return info


class Spelling(NamedTuple):
    """One walk over the types of a revision."""

    revision: Revision

    def group(self, union: Any) -> dict[str, Any]:
        members = [_info(one) for one in get_args(union) or (union,)]
        return {str(one.tag): self.fields(one) for one in members if self.revision.has(one.cls)}

    def fields(self, message: inspect.StructType) -> dict[str, Any]:
        return {field.encode_name: self._field(message.cls, field) for field in self.revision.fields(message)}

    def _field(self, owner: Any, field: inspect.Field) -> dict[str, Any]:
        spelled = {"type": self._spell(field.type)}
        return spelled if field.required else spelled | {"default": _default(owner, field)}

    def _spell(self, kind: inspect.Type) -> Any:
        spell = SPELLINGS.get(type(kind))
        return spell(self, kind) if spell else NAMES[type(kind)]

    def _union(self, kind: inspect.UnionType) -> Any:
        parts = [part for part in self.revision.types(kind) if not isinstance(part, inspect.NoneType)]
        tags = sorted(part.tag for part in parts if isinstance(part, inspect.StructType) and part.tag)
        if len(parts) == 1:
            return self._spell(parts[0])
        return {"tagged": tags} if tags else {"any_of": [self._spell(part) for part in parts]}


def _default(owner: type[Struct], field: inspect.Field) -> Any:
    declared = next((f for f in struct_fields(owner) if f.name == field.name), None)
    if declared is None or declared.default is UNSET:
        return None
    default = declared.default_factory() if callable(declared.default_factory) else declared.default
    return mjson.decode(mjson.encode(default))


SPELLINGS: dict[type, Any] = {
    inspect.UnionType: Spelling._union,
    inspect.LiteralType: lambda _, kind: {"enum": sorted(kind.values)},
    inspect.ListType: lambda spelling, kind: {"list": spelling._spell(kind.item_type)},
    inspect.DictType: lambda spelling, kind: {"map": spelling._spell(kind.value_type)},
    inspect.StructType: lambda spelling, kind: (
        {"tagged": [kind.tag]} if kind.tag else {"fields": spelling.fields(kind)}
    ),
}
