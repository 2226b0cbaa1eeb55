"""Any widget as the JSON object that the wire carries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from msgspec import UNSET, to_builtins

from chatkit_protocol.base import JSONObject, Wire
from chatkit_protocol.widgets.parts import Node

Step = str | int


def plain(widget: Node | Mapping[str, Any]) -> JSONObject:
    """Write a widget, a component, or JSON with components anywhere inside, as one plain JSON object.

    None is left out at every depth, from lists too, and stays only under the key `children`. Unknown
    components and props pass untouched. The result shares nothing with `widget`, which stays as it is.
    Dates become ISO 8601 texts; values of other types are written as msgspec writes them.

    Raises:
        TypeError: something in the widget has no JSON form, such as a set, or is not an object at the top.
        ValueError: a number or text that JSON cannot carry, or a widget that contains itself.
        Both name the place: `$.children[2].value`.
    """
    try:
        made = write(widget)
    except NoJSONError as found:
        raise found.kind(f"{found.path}: {found.reason}") from None
    if not isinstance(made, dict):
        raise TypeError(f"$: a widget is an object, not {_named(widget)}")
    return made


def write(value: Any) -> Any:
    """Write any value the way `plain` does. Raises NoJSONError."""
    try:
        return _value(value)
    except RecursionError:
        raise NoJSONError(ValueError, "nested too deeply, or it contains itself") from None


def json_path(steps: Iterable[Step]) -> str:
    """Spell the way to a place in a JSON value: `$.items[0].title`, `$['first name']`."""
    return "$" + "".join(map(_spelled, steps))


def _spelled(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{step!r}]"


class NoJSONError(Exception):
    """Something without a JSON form; the steps to it are collected on the way out, innermost first."""

    def __init__(self, kind: type[TypeError | ValueError], reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.steps: list[Step] = []

    @property
    def path(self) -> str:
        """Where it is, as a JSON path."""
        return json_path(reversed(self.steps))


def _value(value: Any) -> Any:
    return _WRITERS.get(type(value), _other)(value)


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise NoJSONError(ValueError, "a text with half a surrogate pair has no UTF-8 form") from None
    return str.__str__(value)


def _real(value: float) -> float:
    if not isfinite(value):
        raise NoJSONError(ValueError, f"{value} is not a JSON number")
    return float(value)


def _object(value: Mapping[str, Any]) -> JSONObject:
    return _fields(value.items())


def _node(value: Wire) -> JSONObject:
    config = value.__struct_config__
    made = {} if config.tag_field is None else {config.tag_field: config.tag}
    names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
    return made | _fields((written, getattr(value, name)) for written, name in names)


def _fields(pairs: Iterable[tuple[str, Any]]) -> JSONObject:
    made: JSONObject = {}
    for key, value in pairs:
        if value is UNSET or (value is None and key != "children"):
            continue
        if not isinstance(key, str):
            raise NoJSONError(TypeError, f"a key is a string, not {_named(key)}")
        try:
            made[_text(key)] = _value(value)
        except NoJSONError as found:
            found.steps.append(key)
            raise
    return made


def _array(values: Sequence[Any]) -> list[Any]:
    made = []
    for index, value in enumerate(values):
        if value is None or value is UNSET:
            continue
        try:
            made.append(_value(value))
        except NoJSONError as found:
            found.steps.append(index)
            raise
    return made


def _other(value: Any) -> Any:
    for kind, write in _FAMILIES:
        if isinstance(value, kind):
            return write(value)
    try:
        return _value(to_builtins(value, str_keys=True))
    except TypeError:
        raise NoJSONError(TypeError, f"{_named(value)} has no JSON form") from None


def _refused(value: Any) -> Any:
    raise NoJSONError(TypeError, f"{_named(value)} has no JSON form")


def _named(value: Any) -> str:
    return f"a value of type {type(value).__name__}"


_WRITERS: dict[type, Callable[[Any], Any]] = {
    str: _text,
    int: _same,
    bool: _same,
    type(None): _same,
    float: _real,
    dict: _object,
    list: _array,
    tuple: _array,
}

# msgspec would write sets in no certain order and bytes as base64: neither is what the author meant.
_FAMILIES: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (Wire, _node),
    (Mapping, _object),
    ((list, tuple), _array),
    (str, _text),
    (int, int),
    (float, _real),
    ((set, frozenset, bytes, bytearray, memoryview), _refused),
)
