"""The base of every message: one Struct each, told apart by `type`."""

from functools import cache
from typing import Any, TypeVar, Union, get_args, get_type_hints

from msgspec import NODEFAULT, UNSET, Struct, UnsetType, field
from msgspec.structs import fields

T = TypeVar("T")

Maybe = Union[T, None, UnsetType]  # noqa: UP007 - a generic alias needs Union before Python 3.12
"""An optional field. Absent is `UNSET` and is not written; a null that was read becomes `UNSET`."""

JSONObject = dict[str, Any]
"""A free JSON object: keys are never renamed and nulls in it stay."""


class Wire(Struct, kw_only=True):
    """A message as the wire has it: defaults are written, unknown fields are ignored when read."""


class Lenient(Wire):
    """A message with optional fields, in which a null means the same as leaving the field out."""

    def __post_init__(self) -> None:
        """Read null as absent (D20), so that it is never echoed."""
        for name, absent in optional_fields(type(self)):
            if getattr(self, name) is None:
                setattr(self, name, absent() if callable(absent) else absent)


@cache
def optional_fields(message: type[Struct]) -> tuple[tuple[str, Any], ...]:
    """Name the fields in which `message` takes a null, each with the default that the null stands for."""
    hints = get_type_hints(message)
    return tuple(
        (f.name, f.default_factory if f.default is NODEFAULT else f.default)
        for f in fields(message)
        if type(None) in get_args(hints[f.name]) and f.default is not None
    )


__all__ = ["UNSET", "JSONObject", "Lenient", "Maybe", "UnsetType", "Wire", "field", "optional_fields"]
