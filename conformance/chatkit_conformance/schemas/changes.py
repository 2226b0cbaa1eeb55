"""What a version of the official SDK changed on the wire: the facts of two versions, compared."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import Struct

import chatkit_protocol as wire
from chatkit_protocol.revisions import CHANGES

Facts = Mapping[str, Any]
Spelled = Mapping[str, Any]
"""A field as the facts spell it: its `type`, and its `default` if it may be left out."""

KINDS = {
    "requests": "request",
    "events": "event",
    "updates": "update",
    "items": "item",
    "tasks": "task",
    "sources": "source",
    "attachments": "attachment",
    "statuses": "status",
    "inputs": "question",
    "user_content": "content of a user message",
    "assistant_content": "content of an answer",
    "annotations": "annotation",
    "replies": "object",
    "widget_roots": "widget root",
    "widget_components": "widget component",
    "widget_objects": "part of a widget",
    "chart_series": "chart series",
}
"""What the groups of the facts hold, each in a word."""
TAGLESS = {"replies", "widget_objects"}
"""The groups of objects that have no tag, and a name in its place."""


class Change(NamedTuple):
    """One difference between two versions."""

    after: str
    """The version that has it, of those on record."""
    what: str
    """What kind of message it is, or `field`, or `icon`."""
    name: str
    places: tuple[tuple[str, str], ...] = ()
    """For a field: the tag of the message, or "" for an object without one, and the path to the field."""
    before: Any = None
    now: Any = None
    """How it is spelled, before and now; None: not there."""

    @property
    def revision(self) -> str:
        """The revision that brought it, as `CHANGES` has it; "" when that does not list it."""
        tags = [self.name] if self.what != "field" else [tag for tag, _ in self.places]
        field = self.name if self.what == "field" else ""
        return next((REVISION_OF[tag, field] for tag in tags if (tag, field) in REVISION_OF), "")


def changes(facts: Mapping[str, Facts]) -> list[Change]:
    """Compare each version with the one before it; the versions stand in their order."""
    return [change for before, after in pairwise(facts.values()) for change in compared(before, after)]


def compared(before: Facts, after: Facts) -> list[Change]:
    """Find what is new, gone or spelled otherwise; a field that several messages share counts once."""
    version = after["version"]
    found = [
        Change(version, KINDS[group], tag, before=there.get(tag), now=here.get(tag))
        for group in KINDS
        for here, there in [(after.get(group, {}), before.get(group, {}))]
        for tag in sorted(here.keys() ^ there.keys())
    ]
    fields: dict[str, Change] = {}
    for place, name, old, new in _fields(before, after):
        change = fields.setdefault(f"{name} {old} {new}", Change(version, "field", name, (), old, new))
        fields[f"{name} {old} {new}"] = change._replace(places=(*change.places, place))
    icons = sorted(set(after["icons"]["messages"]) - set(before["icons"]["messages"]))
    return [*found, *fields.values(), *([Change(version, "icon", "", now=icons)] if icons else [])]


def _fields(before: Facts, after: Facts) -> Iterator[tuple[tuple[str, str], str, Spelled | None, Spelled | None]]:
    for group in KINDS:
        here, there = after.get(group, {}), before.get(group, {})
        for tag in sorted(here.keys() & there.keys()):
            old, new = dict(_flat(there[tag])), dict(_flat(here[tag]))
            for path in sorted(old.keys() | new.keys()):
                parent, _, name = path.rpartition(".")
                known = not parent or (parent in old and parent in new)
                if known and _shape(old.get(path)) != _shape(new.get(path)):
                    named = "" if group in TAGLESS else tag
                    yield (named, f"{tag}.{path}"), name, old.get(path), new.get(path)


def _flat(fields: Mapping[str, Spelled], path: str = "") -> Iterator[tuple[str, Spelled]]:
    for name, field in fields.items():
        yield f"{path}{name}", field
        inner = field["type"].get("fields") if isinstance(field["type"], dict) else None
        yield from _flat(inner or {}, f"{path}{name}.")


def _shape(field: Any) -> Any:
    """Forget what a change elsewhere explains: the members of a union, the fields of an object, the list of icons."""
    if isinstance(field, list):
        return [_shape(one) for one in field]
    if not isinstance(field, dict):
        return "string" if field == "icon" else field
    hidden = {"tagged", "fields"} & field.keys()
    return sorted(hidden) if hidden else {key: _shape(one) for key, one in field.items()}


NAMELESS: dict[type[Struct], str] = {
    wire.SyncCustomActionResponse: "sync_custom_action",
    wire.TranscriptionResult: "transcription",
}
"""What the facts call the objects without a tag that the table of revisions has."""


def _revisions() -> dict[tuple[str, str], str]:
    """Index the table of revisions by tag and field."""
    messages = [one for one in vars(wire).values() if isinstance(one, type) and issubclass(one, Struct)]
    return {
        (str(message.__struct_config__.tag or NAMELESS.get(message, "")), change.field): revision
        for revision, rows in CHANGES.items()
        for change in rows
        for message in messages
        if issubclass(message, change.message)
    }


REVISION_OF = _revisions()
