"""JSON Schema 2020-12 out of the types: one fold over `msgspec.inspect`, so no message is listed twice."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import NODEFAULT, Struct, inspect

import chatkit_protocol as wire
from chatkit_conformance.schemas import components
from chatkit_conformance.schemas.view import ONE_NEEDED, Field, View, is_built, without_null
from chatkit_protocol.replies import REPLIES
from chatkit_protocol.revisions import Revision
from chatkit_protocol.widgets.roots import Root

JSON = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents(revision: Revision, *, documented: bool = True) -> dict[str, JSON]:
    """Write the schemas of requests, replies, events and items, by file name."""
    accepts = View(revision, "accepts", documented=documented)
    sends = View(revision, "sends", documented=documented)
    return {
        "requests.json": _document("requests", Definitions(accepts), wire.Request),
        "replies.json": _replies(Definitions(sends)),
        "events.json": _document("events", Definitions(sends), wire.ThreadStreamEvent),
        "items.json": _document("items", Definitions(sends._replace(hidden=True)), wire.ThreadItem),
    }


def widget_document(revision: Revision) -> JSON:
    """Write the schema of a widget: known components have known props, unknown ones any."""
    found = Definitions(View(revision, "builds"))
    root = found.open_object(components.leaves(Root), closed=True)
    found.open_object(components.COMPONENTS)
    return _head(revision, "widgets") | {"$ref": "#/$defs/Widget", "$defs": {"Widget": root, **found.defs}}


ABOUT = {
    "requests": "A request, as a server accepts it: null stands for what is left out, unknown fields are ignored.",
    "replies": "A reply to a request that does not stream, as a server sends it.",
    "events": "An event of a stream, as a server sends it: the JSON of one `data:` line.",
    "items": "An item of a thread, as a server sends it; two kinds are hidden, and stay in the store.",
    "widgets": "A widget. Known components have known props; unknown components and further props are let through.",
}


def _head(revision: Revision, name: str) -> JSON:
    return {
        "$schema": DIALECT,
        "$id": f"urn:chatkit-wire:{revision.name}:{name}",
        "title": f"ChatKit {name}, revision {revision.name}",
        "description": ABOUT[name],
    }


def _document(name: str, found: "Definitions", shape: Any) -> JSON:
    root = found.of(inspect.type_info(shape))
    return _head(found.view.revision, name) | root | {"$defs": found.defs}


def _replies(found: "Definitions") -> JSON:
    root = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in reply_definitions(found)]}
    return _head(found.view.revision, "replies") | root | {"$defs": found.defs}


def reply_definitions(found: "Definitions") -> dict[str, type[Struct]]:
    """Define the reply to every request as `<request>Reply`, and `ErrorReply`; give those names, each with its Struct.

    The name of the Struct is that of the request, for a refusal its own.
    """
    asked = {request: shape for request, shape in REPLIES.items() if found.view.revision.has(request)}
    for request, shape in asked.items():
        tag = request.__struct_config__.tag
        words = _described(f"What `{tag}` is answered with." if found.view.documented else "")
        found.defs[f"{request.__name__}Reply"] = words | found.of(inspect.type_info(shape))
    found.of(inspect.type_info(wire.ErrorReply))
    return {f"{request.__name__}Reply": request for request in asked} | {"ErrorReply": wire.ErrorReply}


class Definitions:
    """One walk over types; each message is defined once, and met again it is referred to."""

    def __init__(
        self, view: View, defs: JSON | None = None, place: str = "#/$defs/", *, discriminated: bool = False
    ) -> None:
        self.view = view
        self.defs: JSON = {} if defs is None else defs
        self._place = place
        self._discriminated = discriminated

    def of(self, kind: inspect.Type) -> JSON:
        """Give the schema of a type; what has a name is defined and referred to."""
        name = self.view.name(kind)
        spell = _KINDS.get(type(kind))
        if spell is None:
            raise TypeError(f"no schema for {type(kind).__name__}")
        if not name:
            return spell(self, kind)
        if name not in self.defs:
            self.defs[name] = {}
            self.defs[name] |= spell(self, kind)
        return {"$ref": self._place + name}

    def union(self, kind: inspect.UnionType) -> JSON:
        """Refer to the members of a union. Where any other object may stand, known components still must fit."""
        members = self.view.members(kind)
        messages = [one for one in members if isinstance(one, inspect.StructType)]
        if messages and any(isinstance(one, inspect.DictType) for one in members):
            if any(isinstance(one, inspect.NoneType) for one in members):
                return {"anyOf": [self.of(without_null(kind)), {"type": "null"}]}
            return self.open_object([leaf for one in messages for leaf in components.leaves(one.cls)])
        if any(isinstance(one, inspect.StrType) for one in members):
            members = tuple(one for one in members if not isinstance(one, inspect.LiteralType))
        spelled = [self.of(one) for one in members]
        if len(messages) < len(members):
            return _merged(spelled) or {"anyOf": spelled}
        return {"oneOf": spelled} | (self._discriminator(messages, spelled) if self._discriminated else {})

    def _discriminator(self, messages: list[inspect.StructType], spelled: list[JSON]) -> JSON:
        mapping = {str(one.tag): schema["$ref"] for one, schema in zip(messages, spelled, strict=True)}
        return {"discriminator": {"propertyName": "type", "mapping": mapping}}

    def open_object(self, known: Iterable[type[Struct]], *, closed: bool = False) -> JSON:
        """Spell an object that fits its Struct when its `type` is known; `closed` lets no unknown type through."""
        tags = {one.__struct_config__.tag: self.of(components.kind(one)) for one in dict.fromkeys(known)}
        kind = {"enum": sorted(map(str, tags))} if closed else {"type": "string"}
        return {
            "type": "object",
            "properties": {"type": kind},
            "required": ["type"],
            "allOf": [{"if": {"properties": {"type": {"const": tag}}}, "then": schema} for tag, schema in tags.items()],
        }

    def message(self, kind: inspect.StructType) -> JSON:
        """Spell a message, or a component."""
        tag: JSON = {str(kind.tag_field): {"const": kind.tag}} if kind.tag_field else {}
        closed = self.view.side == "sends" and not is_built(kind.cls)
        needed = [{"required": [name]} for name in ONE_NEEDED.get(kind.cls, ())]
        return (
            _described(self.view.about(kind.cls))
            | self._object(kind, tag)
            | ({"additionalProperties": False} if closed else {})
            | ({"anyOf": needed} if needed else {})
        )

    def typed_dict(self, kind: inspect.TypedDictType) -> JSON:
        """Spell a part of a widget."""
        return _described(self.view.about(kind.cls)) | self._object(kind, {})

    def _object(self, kind: inspect.StructType | inspect.TypedDictType, properties: JSON) -> JSON:
        fields = list(self.view.fields(kind))
        needed = [*properties, *(field.name for field in fields if not field.optional)]
        spelled = {"type": "object", "properties": properties | {field.name: self._field(field) for field in fields}}
        return spelled | ({"required": needed} if needed else {})

    def _field(self, field: Field) -> JSON:
        default = field.default if isinstance(field.default, (str, bool, int)) else NODEFAULT
        usual = {"default": default} if field.optional and default is not NODEFAULT else {}
        return _described(field.about) | self.of(field.type) | usual


def _described(text: str) -> JSON:
    return {"description": text} if text else {}


def _merged(spelled: list[JSON]) -> JSON:
    """Write types that say nothing else as one: `{"type": ["string", "null"]}`."""
    if any(one.keys() != {"type"} for one in spelled):
        return {}
    names = list(dict.fromkeys(one["type"] for one in spelled))
    return {"type": names if len(names) > 1 else names[0]}


def _bounded(kind: Any, schema: JSON, **names: str) -> JSON:
    bounds = {name: getattr(kind, attribute) for attribute, name in names.items()}
    return schema | {name: bound for name, bound in bounds.items() if bound is not None}


def _map(found: Definitions, kind: inspect.DictType) -> JSON:
    values = {} if isinstance(kind.value_type, inspect.AnyType) else {"additionalProperties": found.of(kind.value_type)}
    return _bounded(kind, {"type": "object"} | values, max_length="maxProperties")


_KINDS: dict[type[inspect.Type], Callable[[Definitions, Any], JSON]] = {
    inspect.AnyType: lambda _, __: {},
    inspect.NoneType: lambda _, __: {"type": "null"},
    inspect.BoolType: lambda _, __: {"type": "boolean"},
    inspect.IntType: lambda _, kind: _bounded(kind, {"type": "integer"}, ge="minimum"),
    inspect.FloatType: lambda _, __: {"type": "number"},
    inspect.StrType: lambda _, kind: _bounded(kind, {"type": "string"}, pattern="pattern"),
    inspect.DateTimeType: lambda _, __: {"type": "string", "format": "date-time"},
    inspect.LiteralType: lambda _, kind: {"enum": list(kind.values)},
    inspect.ListType: lambda found, kind: {"type": "array", "items": found.of(kind.item_type)},
    inspect.DictType: _map,
    inspect.TypedDictType: Definitions.typed_dict,
    inspect.UnionType: Definitions.union,
    inspect.StructType: Definitions.message,
}
