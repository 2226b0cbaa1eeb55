"""The components of widgets as types of `msgspec.inspect`.

msgspec does not read widgets, so `type_info` refuses what only a writer needs: a typed component or any other object,
a text or a time. This is the same fold, from annotations; a component inside another is referred to, not opened.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from msgspec import NODEFAULT, Struct, UnsetType, inspect
from msgspec.structs import fields as struct_fields

from chatkit_protocol import widgets
from chatkit_protocol.widgets.parts import Node

_ATOMS: dict[Any, inspect.Type] = {
    Any: inspect.AnyType(),
    NoneType: inspect.NoneType(),
    str: inspect.StrType(),
    bool: inspect.BoolType(),
    int: inspect.IntType(),
    float: inspect.FloatType(),
    datetime: inspect.StrType(),
    date: inspect.StrType(),
}


def kind(hint: Any) -> inspect.Type:
    """Translate an annotation of a widget's field.

    Raises:
        TypeError: for a kind of annotation that no component uses yet.
    """
    if hint in _ATOMS:
        return _ATOMS[hint]
    if is_typeddict(hint):
        return _typed_dict(hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        config = hint.__struct_config__
        return inspect.StructType(hint, (), tag_field=config.tag_field, tag=config.tag)
    translate = _GENERICS.get(get_origin(hint))
    if translate is None:
        raise TypeError(f"no widget has a {hint!r}")
    return translate(get_args(hint))


def fields(component: type[Struct]) -> tuple[inspect.Field, ...]:
    """Give the fields of a component. Those that may be absent have no default, as `type_info` has it."""
    hints = get_type_hints(component)
    return tuple(_field(field.encode_name, hints[field.name], field) for field in struct_fields(component))


def _field(name: str, hint: Any, field: Any) -> inspect.Field:
    parts = [part for part in get_args(hint) if part is not UnsetType]
    if UnsetType in get_args(hint):
        return inspect.Field(name, name, kind(Union[tuple(parts)]), required=False)  # noqa: UP007 - of a tuple
    return inspect.Field(name, name, kind(hint), required=field.default is NODEFAULT, default=field.default)


def _typed_dict(hint: Any) -> inspect.Type:
    hints = get_type_hints(hint, include_extras=True)
    return inspect.TypedDictType(
        hint,
        tuple(
            inspect.Field(name, name, kind(_inner(one)), required=name in hint.__required_keys__)
            for name, one in hints.items()
        ),
    )


def _inner(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is NotRequired else hint


_GENERICS: dict[Any, Callable[[tuple[Any, ...]], inspect.Type]] = {
    Literal: inspect.LiteralType,
    Union: lambda parts: inspect.UnionType(tuple(map(kind, parts))),
    UnionType: lambda parts: inspect.UnionType(tuple(map(kind, parts))),
    **dict.fromkeys((list, Sequence), lambda parts: inspect.ListType(kind(parts[0]))),
    **dict.fromkeys((dict, Mapping), lambda parts: inspect.DictType(kind(parts[0]), kind(parts[1]))),
}

_PUBLIC = [one for one in vars(widgets).values() if isinstance(one, type) and issubclass(one, Struct)]


def leaves(base: type[Struct]) -> tuple[type[Struct], ...]:
    """Name the components of a family: of `Component` all that may stand in a box, of `Node` every one."""
    return tuple(one for one in _PUBLIC if issubclass(one, base) and not _has_members(one))


def _has_members(base: type[Struct]) -> bool:
    return any(issubclass(one, base) and one is not base for one in _PUBLIC)


COMPONENTS = leaves(Node)
