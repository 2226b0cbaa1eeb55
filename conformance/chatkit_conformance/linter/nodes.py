"""The objects of a message, found by walking it along the types of the protocol: what each is, and where it stands.

One fold over `msgspec.inspect`, tolerant of what is malformed: a fault of shape is told with its place, and the walk
goes on beside it. It judges what a server *sends*, which is stricter than what a server has to read.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, get_args, get_origin

from msgspec import NODEFAULT, UNSET, Struct, inspect

from chatkit_conformance.linter.subjects import Event, Look, Looks, Placed, Where
from chatkit_conformance.transcript import OK, Exchange
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.replies import REPLIES
from chatkit_protocol.requests import JSONRequest
from chatkit_protocol.revisions import LATEST, Revision, at

JSON = dict[str, Any]
Wrong = Literal["missing", "default", "unknown", "null", "type", "tag", "choice"]
"""`default`: a field that has a default and is not written; `unknown`: one that the revision does not have."""


@dataclass(frozen=True)
class Node(Placed):
    """A JSON object that is a message of the protocol or a part of one."""

    exchange: Exchange
    place: Where
    shape: type[Struct]
    """What it has to be."""
    value: JSON
    faults: "list[Fault]" = dataclasses.field(default_factory=list, compare=False)
    """What is malformed in its own fields, not in the messages within them."""

    @property
    def where(self) -> Where:
        """The place."""
        return self.place

    def is_a(self, *shapes: type[Struct]) -> bool:
        """Tell whether it is a message of one of these types, or of types that inherit them."""
        return issubclass(self.shape, shapes)

    def shaped(self, *names: str) -> Looks:
        """Look whether its fields are there and of their types, all of them unless some are named.

        What no rule of an area asks is left out: how a value is spelled is a matter for all messages alike.
        """
        wrong = [fault for fault in self.faults if fault.shapeless and (not names or fault.name in names)]
        if not wrong and (not names or any(name in self.value for name in names)):
            yield self.look(True, "every field there, of its type")
        for fault in wrong:
            yield Look(False, fault.where, fault.expected, fault.actual)

    def look(self, holds: object, expected: str, actual: Any = None, *, path: str = "") -> Look:
        """Say whether a rule holds here, or in a field of it: `path` goes on from its own place."""
        return Look(bool(holds), self.place._replace(path=self.place.path + path), expected, actual)


@dataclass(frozen=True)
class Fault(Placed):
    """A place where a message has not the shape that its type gives it."""

    exchange: Exchange
    place: Where
    wrong: Wrong
    expected: str
    actual: Any
    owner: type[Struct] | None = None
    """The type of the message whose field is at fault; none when it is the whole event or reply."""

    @property
    def where(self) -> Where:
        """The place."""
        return self.place

    @property
    def name(self) -> str:
        """The field that is at fault."""
        return _ROW.sub("", self.place.path).rpartition(".")[2]

    @property
    def shapeless(self) -> bool:
        """Whether it is about what a message is made of, not how a value is spelled or a tag left out."""
        spelling = self.wrong in {"null", "unknown", "default"} or (self.name == "created_at" and self.wrong == "type")
        return not spelling and not (self.name == "type" and self.wrong == "missing")


_ROW = re.compile(r"\[\d+\]")


Found = Iterator[Node | Fault]


def event_nodes(exchange: Exchange, event: Event, revision: str = LATEST) -> Found:
    """Find the objects of an event."""
    yield from _Walk(exchange, event.frame.number, _speech(revision)).of(_info(ThreadStreamEvent), event.value, "$")


def reply_nodes(exchange: Exchange, revision: str = LATEST) -> Found:
    """Find the objects of a reply that is no stream."""
    shape = replies().get(exchange.kind)
    if shape is not None and exchange.status == OK and not exchange.streams and exchange.json is not None:
        yield from _Walk(exchange, None, _speech(revision)).of(_info(shape), exchange.json, "$")


class _Speech:
    """What a revision has, looked up once for each message."""

    def __init__(self, revision: Revision) -> None:
        self.fields = cache(lambda kind: revision.fields(inspect.type_info(kind)))  # type: ignore[arg-type]
        self.has = cache(revision.has)


@cache
def _speech(revision: str) -> _Speech:
    """Find the revision that a server declares; for what is none, the latest."""
    try:
        return _Speech(at(revision))
    except ValueError:
        return _Speech(at(LATEST))


@cache
def event_types(revision: str) -> frozenset[str]:
    """Give the types of the events that a revision has."""
    known = (kind for kind in get_args(ThreadStreamEvent) if _speech(revision).has(kind))
    return frozenset(str(kind.__struct_config__.tag) for kind in known)


@cache
def replies() -> dict[str, Any]:
    """Give the type of the reply by the type of the request."""
    tags = {kind: str(kind.__struct_config__.tag) for kind in get_args(JSONRequest)}
    return {tags[kind]: shape for kind, shape in REPLIES.items()}


@cache
def _info(shape: Any) -> inspect.Type:
    return inspect.type_info(shape)


class _Walk:
    """One walk over one message."""

    def __init__(self, exchange: Exchange, frame: int | None, speech: _Speech) -> None:
        self._exchange = exchange
        self._frame = frame
        self._speech = speech
        self._inside: Node | None = None
        """The message whose fields are being walked."""

    def of(self, kind: inspect.Type, value: Any, path: str) -> Found:
        step = _STEPS.get(type(kind))
        if step:
            yield from step(self, kind, value, path)
        elif (check := _SCALARS.get(type(kind))) and not check[1](value):
            yield self.fault("type", path, check[0], value)

    def fault(self, wrong: Wrong, path: str, expected: str, actual: Any) -> Fault:
        inside = self._inside
        place = Where(self._exchange.number, self._frame, path)
        found = Fault(self._exchange, place, wrong, expected, actual, inside.shape if inside else None)
        if inside:
            inside.faults.append(found)
        return found

    def literal(self, kind: inspect.LiteralType, value: Any, path: str) -> Found:
        if value not in kind.values:
            yield self.fault("choice", path, " or ".join(map(repr, kind.values)), value)

    def array(self, kind: inspect.ListType, value: Any, path: str) -> Found:
        if not isinstance(value, list):
            yield self.fault("type", path, "a list", value)
            return
        for number, row in enumerate(value):
            yield from self.of(kind.item_type, row, f"{path}[{number}]")

    def mapping(self, kind: inspect.DictType, value: Any, path: str) -> Found:
        if not isinstance(value, dict):
            yield self.fault("type", path, "an object", value)
            return
        for key, row in value.items():
            yield from self.of(kind.value_type, row, f"{path}.{key}")

    def union(self, kind: inspect.UnionType, value: Any, path: str) -> Found:
        kinds = [one for one in kind.types if self.spoken(one)]
        tagged = {one.tag: one for one in kinds if isinstance(one, inspect.StructType) and one.tag}
        if len(kinds) == 1:
            yield from self.of(kinds[0], value, path)
        elif tagged:
            yield from self.chosen(tagged, value, path)
        elif all(list(_Walk(self._exchange, self._frame, self._speech).of(one, value, path)) for one in kinds):
            yield self.fault("type", path, " or ".join(_SCALARS[type(one)][0] for one in kinds), value)

    def spoken(self, kind: inspect.Type) -> bool:
        return not isinstance(kind, inspect.NoneType) and (
            not isinstance(kind, inspect.StructType) or self._speech.has(kind.cls)
        )

    def chosen(self, tagged: dict[Any, inspect.StructType], value: Any, path: str) -> Found:
        if not isinstance(value, dict):
            yield self.fault("type", path, "an object", value)
        elif "type" not in value:
            yield self.fault("missing", f"{path}.type", "a type", value)
        elif not isinstance(value["type"], str) or value["type"] not in tagged:
            yield self.fault("tag", f"{path}.type", f"one of {', '.join(sorted(tagged))}", value["type"])
        else:
            yield from self.message(tagged[value["type"]], value, path)

    def message(self, kind: inspect.StructType, value: Any, path: str) -> Found:
        if not isinstance(value, dict):
            yield self.fault("type", path, "an object", value)
            return
        shape = get_origin(kind.cls) or kind.cls
        node = Node(self._exchange, Where(self._exchange.number, self._frame, path), shape, value)
        yield node
        outside, self._inside = self._inside, node
        yield from self.fields(kind, node, path)
        self._inside = outside

    def fields(self, kind: inspect.StructType, node: Node, path: str) -> Found:
        value = node.value
        if kind.tag and value.get("type") != kind.tag:
            wrong: Wrong = "tag" if "type" in value else "missing"
            yield self.fault(wrong, f"{path}.type", str(kind.tag), value.get("type"))
        fields = self._speech.fields(kind.cls)
        for field in fields:
            yield from self.field(field, value, f"{path}.{field.encode_name}")
        known = {field.encode_name for field in fields} | ({"type"} if kind.tag else set())
        for name in value.keys() - known:
            yield self.fault("unknown", f"{path}.{name}", f"no such field in {node.shape.__name__}", value[name])

    def field(self, field: inspect.Field, value: JSON, path: str) -> Found:
        name = field.encode_name
        if name not in value:
            if field.required:
                yield self.fault("missing", path, "a value", None)
            elif _has_default(field):
                yield self.fault("default", path, "the default, written", None)
        elif value[name] is None and not isinstance(field.type, inspect.AnyType):
            yield self.fault("null", path, "a value, or no such key", None)
        else:
            yield from self.of(field.type, value[name], path)


def _has_default(field: inspect.Field) -> bool:
    return field.default_factory is not NODEFAULT or field.default not in {NODEFAULT, UNSET, None}


_STEPS: dict[type[inspect.Type], Callable[[_Walk, Any, Any, str], Found]] = {
    inspect.StructType: _Walk.message,
    inspect.UnionType: _Walk.union,
    inspect.ListType: _Walk.array,
    inspect.DictType: _Walk.mapping,
    inspect.LiteralType: _Walk.literal,
}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return _number(value) and value == int(value)


def _time(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


_SCALARS: dict[type[inspect.Type], tuple[str, Callable[[Any], bool]]] = {
    inspect.StrType: ("a text", lambda value: isinstance(value, str)),
    inspect.BoolType: ("true or false", lambda value: isinstance(value, bool)),
    inspect.IntType: ("a whole number", _whole),
    inspect.FloatType: ("a number", _number),
    inspect.DateTimeType: ("a time as RFC 3339 writes it", _time),
}
