"""Ways to spoil replies."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from support.shelf.front import JSON, Each, Reply, Spoil, Whole, written

Events = list[JSON]
Change = Callable[[JSON], Any]


def reply(change: Callable[[Reply], Any]) -> Spoil:
    """Change replies as a whole."""
    return Whole(change)


def body(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of every reply."""
    return Whole(lambda one: setattr(one, "body", change(one.body)))


def stream(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of streams."""
    return Whole(lambda one: one.streams and setattr(one, "body", change(one.body)))


def plain(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of replies that are no streams, and went well."""
    return Whole(lambda one: one.streams or one.status != 200 or setattr(one, "body", change(one.body)))


def asking(*kinds: str, then: Callable[[Reply], Any]) -> Spoil:
    """Change the replies to requests of these types."""
    return Whole(lambda one: one.kind in kinds and then(one))


def answering(kind: str, value: Any) -> Spoil:
    """Answer a type of request with this JSON."""
    return asking(kind, then=lambda one: one.status == 200 and setattr(one, "body", json.dumps(value).encode()))


def header(name: str, value: str | None, *, streams: bool = True) -> Spoil:
    """Put a header to the replies that are streams, or to those that are not; None takes it away."""

    def change(one: Reply) -> None:
        if one.streams == streams and one.status == 200:
            one.headers.pop(name, None)
            one.headers |= {name: value} if value is not None else {}

    return Whole(change)


def status(before: Iterable[int], after: int) -> Spoil:
    """Answer with another status where it is one of these."""
    chosen = set(before)
    return Whole(lambda one: one.status in chosen and setattr(one, "status", after))


def events(change: Callable[[Events], Events], *kinds: str) -> Spoil:
    """Change the events of streams as a whole, of these request types if any are named."""

    def spoil(one: Reply) -> None:
        if one.streams and (not kinds or one.kind in kinds):
            lines = [line for line in one.body.split(b"\n") if line.startswith(b"data: ")]
            one.body = written(change([json.loads(line[6:]) for line in lines]))

    return Whole(spoil)


def each(change: Callable[[JSON], Iterable[JSON]]) -> Spoil:
    """Give other events for each event, as it passes."""
    return Each(lambda event, _: change(event), replies=False)


def walk(value: Any, change: Change) -> Any:
    """Change each object, innermost first."""
    for inner in list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ():
        walk(inner, change)
    if isinstance(value, dict):
        change(value)
    return value


def values(change: Change) -> Spoil:
    """Change each object of every reply, wherever it stands."""
    return Each(lambda value, _: [walk(value, change)])


def of(kind: str, change: Change) -> Spoil:
    """Change the objects of one type."""
    return values(lambda value: change(value) if value.get("type") == kind else None)


def within(kind: str, change: Change) -> Spoil:
    """Change the objects inside the events of one type."""
    return Each(lambda event, _: [walk(event, change) if event.get("type") == kind else event], replies=False)


def listed(change: Change) -> Spoil:
    """Change the objects of replies that are no streams, and of those alone."""
    return Each(lambda value, _: [value if "data" not in value and "items" not in value else walk(value, change)])


def finished(kind: str, change: Change) -> Spoil:
    """Change the items of a type where they are done, and there alone."""

    def passed(event: JSON) -> list[JSON]:
        if event["type"] == "thread.item.done" and event["item"]["type"] == kind:
            change(event["item"])
        return [event]

    return each(passed)


def put(**fields: Any) -> Change:
    """Write these fields over what is there."""
    return lambda value: value.update(fields)


def without(*names: str) -> Change:
    """Leave these fields out."""
    return lambda value: [value.pop(name, None) for name in names]


def renamed(old: str, new: str) -> Change:
    """Spell a field in another way."""
    return lambda value: value.update({new: value.pop(old)}) if old in value else None


def wherever(name: str, change: Callable[[Any], Any]) -> Spoil:
    """Change the value of a field wherever it stands."""
    return values(lambda value: value.update({name: change(value[name])}) if name in value else None)


def drop(*kinds: str) -> Spoil:
    """Leave out events of these types."""
    return each(lambda event: [] if event["type"] in kinds else [event])


def drop_update(*kinds: str) -> Spoil:
    """Leave out updates of these types."""
    return each(lambda event: [] if event.get("update", {}).get("type") in kinds else [event])


def twice(kind: str) -> Spoil:
    """Send events of a type twice."""
    return each(lambda event: [event, event] if event["type"] == kind else [event])


def last(kind: str, *kinds: str) -> Spoil:
    """Send the events of a type at the end."""
    return events(lambda told: sorted(told, key=lambda one: one["type"] == kind), *kinds)


def first(kind: str) -> Spoil:
    """Send the events of a type before all others."""
    return events(lambda told: sorted(told, key=lambda one: one["type"] != kind))
