"""Every field of every message: left out, null, misspelled, of another type or value, changed in text."""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chatkit_conformance.sweep.json import JSON, each, label, objects, told
from chatkit_conformance.transcript import Exchange

NAME = "field"
FREE = {"data", "arguments", "output", "payload", "metadata", "headers"}
"""Fields that hold what the app likes."""
Change = Callable[[Sequence[Exchange]], list[Exchange]]


def places(conversation: Sequence[Exchange]) -> Iterable[str]:
    """Name every field that is seen, as `what.field`."""
    found = {
        f"{name}.{field}"
        for exchange in conversation
        for value in told(exchange)
        for name, one in objects(value)
        if name not in FREE
        for field in one
    }
    return sorted(found)


def changes(place: str) -> dict[str, Change]:
    """Give the ways in which a server gets this field wrong."""
    return {name: each(_at(place, change)) for name, change in OPERATIONS.items()}


def _at(place: str, change: Callable[[JSON, str], None]) -> Callable[[Any], Any]:
    name, _, field = place.rpartition(".")

    def spoil(value: JSON) -> JSON:
        if field in value and (label(value) == name or (label(value) == "reply" and "." not in name)):
            change(value, field)
        return value

    return spoil


def _typed(value: JSON, field: str) -> None:
    old = value[field]
    value[field] = str(old) if isinstance(old, int | float | bool | dict | list) else 7


def _empty(value: JSON, field: str) -> None:
    old = value[field]
    value[field] = type(old)() if isinstance(old, str | dict | list) and old else old


def _other(value: JSON, field: str) -> None:
    old = value[field]
    if isinstance(old, bool):
        value[field] = not old
    elif isinstance(old, int | float):
        value[field] = old + 1
    elif isinstance(old, str):
        value[field] = f"{old}x"


def _camel(value: JSON, field: str) -> None:
    head, *rest = field.split("_")
    value[head + "".join(word.title() for word in rest)] = value.pop(field)


def _snake(value: JSON, field: str) -> None:
    value[re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), field)] = value.pop(field)


def _text(change: Callable[[str], str]) -> Callable[[JSON, str], None]:
    def spoil(value: JSON, field: str) -> None:
        if isinstance(value[field], str):
            value[field] = change(value[field])

    return spoil


def _first_row(value: JSON, field: str) -> None:
    if isinstance(value[field], list):
        value[field] = value[field][1:]


def _reversed(value: JSON, field: str) -> None:
    if isinstance(value[field], list):
        value[field] = value[field][::-1]


OPERATIONS: dict[str, Callable[[JSON, str], None]] = {
    "leave out": lambda value, field: value.pop(field) and None,
    "null": lambda value, field: value.update({field: None}),
    "camel case": _camel,
    "snake case": _snake,
    "another type": _typed,
    "empty": _empty,
    "another value": _other,
    "in a list": lambda value, field: value.update({field: [value[field]]}),
    "first element lost": _first_row,
    "elements reversed": _reversed,
    "cut in half": _text(lambda text: text[: len(text) // 2]),
    "trimmed": _text(str.strip),
    "upper case": _text(str.upper),
    "HTML-escaped": _text(html.escape),
    "ASCII only": _text(lambda text: text.encode("ascii", "replace").decode()),
    "with a blank": _text(lambda text: text + " "),
}
