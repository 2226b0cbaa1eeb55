"""Revisions of the protocol: which messages and fields exist since when, and what a revision does not know.

The official SDK numbers its releases, and the wire changed in some of them; a revision is named after the first
release that speaks it. Only what is younger than 1.0 stands in `CHANGES`; everything else has been there from the
start. What a widget consists of follows the releases of the browser side and is not in here.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, get_origin

from msgspec import Struct, inspect

from chatkit_protocol.attachments import AttachmentBase
from chatkit_protocol.content import UserMessageTagContent
from chatkit_protocol.events import ClientEffect, StreamOptionsEvent
from chatkit_protocol.items import GeneratedImageItem, SDKHiddenContextItem, StructuredInputBase, StructuredInputItem
from chatkit_protocol.replies import SyncCustomActionResponse, TranscriptionResult
from chatkit_protocol.requests import Action, InputTranscribe, ThreadsAddStructuredInput, ThreadsSyncCustomAction
from chatkit_protocol.sources import EntitySource
from chatkit_protocol.threads import ThreadMetadata
from chatkit_protocol.updates import GeneratedImageUpdated
from chatkit_protocol.widgets.plain import Step, json_path


class Added(Struct, frozen=True):
    """A message, or a field of one and of those that inherit it, is there from now on."""

    message: type[Struct]
    field: str = ""


class Dropped(Struct, frozen=True):
    """A field that was there, and could be left out, is no more."""

    message: type[Struct]
    field: str
    type: type = str


class Relaxed(Struct, frozen=True):
    """A field that had to be there may be left out from now on."""

    message: type[Struct]
    field: str


Change = Added | Dropped | Relaxed

CHANGES: Mapping[str, tuple[Change, ...]] = {
    "1.0": (),
    "1.0.1": (Added(EntitySource, "data"),),
    "1.1": (Relaxed(Action, "payload"),),
    "1.3.1": (Added(UserMessageTagContent, "group"),),
    "1.4": (Added(StreamOptionsEvent), Added(ClientEffect), Added(SDKHiddenContextItem)),
    "1.4.1": (
        Added(GeneratedImageItem),
        Added(GeneratedImageUpdated),
        Added(EntitySource, "label"),
        Added(EntitySource, "inline_label"),
        Added(EntitySource, "interactive"),
    ),
    "1.5": (Added(AttachmentBase, "upload_descriptor"), Dropped(AttachmentBase, "upload_url")),
    "1.5.3": (Added(AttachmentBase, "metadata"),),
    "1.6": (Added(InputTranscribe), Added(TranscriptionResult), Added(AttachmentBase, "thread_id")),
    "1.6.2": (Added(ThreadsSyncCustomAction), Added(SyncCustomActionResponse)),
    "1.6.3": (Added(ThreadMetadata, "allowed_image_domains"),),
    "1.6.4": (Added(ThreadsAddStructuredInput), Added(StructuredInputItem), Added(StructuredInputBase)),
}
"""What each revision changed, the oldest first."""

REVISIONS = tuple(CHANGES)
"""The oldest first. 1.2 is none: what it streams more (`annotation_added`) had its shape in 1.0."""
LATEST = REVISIONS[-1]


class Unknown(NamedTuple):
    """Something in a message that the revision does not have."""

    path: str
    """Where, as a JSON path: the field itself, or the object of unknown type."""
    kind: Literal["field", "type"]
    name: str
    """The field's name, or the type."""


class Revision:
    """The messages of one revision.

    Attributes:
        name: the release that brought it, e.g. "1.4".
    """

    def __init__(self, name: str) -> None:
        self.name = name
        later = REVISIONS[REVISIONS.index(name) + 1 :]
        self._later = frozenset(change for revision in later for change in CHANGES[revision])

    def __repr__(self) -> str:
        return f"Revision({self.name!r})"

    def has(self, message: type[Struct], field: str = "") -> bool:
        """Tell whether the message, or the field of it, exists."""
        return not any(Added(base, field) in self._later for base in _lineage(message))

    def fields(self, message: inspect.StructType) -> tuple[inspect.Field, ...]:
        """Give the fields that the message has, as `msgspec.inspect.type_info` tells them of the newest."""
        lineage = _lineage(message.cls)
        known = [self._then(field, lineage) for field in message.fields if self.has(message.cls, field.name)]
        dropped = (change for change in self._later if isinstance(change, Dropped) and change.message in lineage)
        return *known, *(_optional(change.field, inspect.type_info(change.type)) for change in dropped)

    def _then(self, field: inspect.Field, lineage: tuple[type[Struct], ...]) -> inspect.Field:
        if not any(Relaxed(base, field.name) in self._later for base in lineage):
            return field
        return inspect.Field(field.name, field.encode_name, field.type, required=True)

    def types(self, union: inspect.UnionType) -> tuple[inspect.Type, ...]:
        """Give the members of a union that exist."""
        return tuple(kind for kind in union.types if not isinstance(kind, inspect.StructType) or self.has(kind.cls))

    def unknown(self, value: Any, shape: Any) -> Iterator[Unknown]:
        """Find what the revision does not know in a JSON value that claims a shape, e.g. `ThreadStreamEvent`.

        Free objects (widgets, `data`, `arguments`…) may hold anything. What is missing or of a wrong type is not told
        here: reading the value with the codec tells it.
        """
        yield from self._in(value, _info(shape), ())

    def _in(self, value: Any, kind: inspect.Type, steps: tuple[Step, ...]) -> Iterator[Unknown]:
        if isinstance(kind, inspect.ListType) and isinstance(value, list):
            for index, one in enumerate(value):
                yield from self._in(one, kind.item_type, (*steps, index))
        elif isinstance(kind, inspect.DictType) and isinstance(value, dict):
            for key, one in value.items():
                yield from self._in(one, kind.value_type, (*steps, key))
        elif isinstance(kind, inspect.UnionType):
            yield from self._in_union(value, kind, steps)
        elif isinstance(kind, inspect.StructType) and isinstance(value, dict):
            yield from self._in_message(value, kind, steps)

    def _in_union(self, value: Any, union: inspect.UnionType, steps: tuple[Step, ...]) -> Iterator[Unknown]:
        parts = self.types(union)
        tagged = {kind.tag: kind for kind in parts if isinstance(kind, inspect.StructType) and kind.tag}
        if not tagged or not isinstance(value, dict):
            for part in parts:
                yield from self._in(value, part, steps)
        elif isinstance(tag := value.get("type"), str):
            if tag in tagged:
                yield from self._in_message(value, tagged[tag], steps)
            else:
                yield Unknown(json_path(steps), "type", tag)

    def _in_message(
        self, value: dict[str, Any], message: inspect.StructType, steps: tuple[Step, ...]
    ) -> Iterator[Unknown]:
        known = {field.encode_name: field.type for field in self.fields(message)}
        for name, one in value.items():
            if name in known:
                yield from self._in(one, known[name], (*steps, name))
            elif name != message.tag_field:
                yield Unknown(json_path((*steps, name)), "field", name)


def at(version: str) -> Revision:
    """Give the revision that a version of the official SDK speaks: `at("1.5.2")` is 1.5.

    Raises:
        ValueError: for what is no version from 1.0 on. Versions later than the latest revision speak that.
    """
    try:
        number = _number(version)
    except ValueError:
        number = ()
    spoken = [name for name in REVISIONS if _number(name) <= number]
    if not spoken:
        raise ValueError(f"{version!r} is no version of the protocol; the revisions are {', '.join(REVISIONS)}")
    return Revision(spoken[-1])


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


_info = cache(inspect.type_info)


def _lineage(message: Any) -> tuple[type[Struct], ...]:
    return tuple((get_origin(message) or message).__mro__)


def _optional(name: str, kind: inspect.Type) -> inspect.Field:
    return inspect.Field(name, name, inspect.UnionType((kind, inspect.NoneType())), required=False)
