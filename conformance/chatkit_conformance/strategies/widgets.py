"""Random widgets, derived from the typed builders: one fold over their annotations, so no component is listed.

The builders are for writing, not for reading (`Component | JSONObject` is a union that nobody can decode), so
this fold walks Python's own annotations, where `derived` walks msgspec's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import Struct, UnsetType
from msgspec.structs import fields

from chatkit_conformance.strategies.derived import floats, free, integers, objects, texts
from chatkit_protocol.base import JSONObject
from chatkit_protocol.fold import components as parts_of
from chatkit_protocol.icons import ICONS, BuiltInIcon
from chatkit_protocol.widgets import Component, plain
from chatkit_protocol.widgets.roots import Root

icons = st.one_of(st.sampled_from(sorted(ICONS)), st.sampled_from(["vendor:own", "lucide:house"]))
"""Names that a client has a picture for: built in, or of a set behind a prefix."""
MOST_PROPS = 3
"""So many optional props a component has at most: with all of them no failing example could be read."""


def widgets() -> SearchStrategy[JSONObject]:
    """Draw the JSON of a widget: a root of any type with any components in it, each id given once."""
    return st.one_of(*map(_component, _concrete(Root))).map(plain).map(_told_apart)


def components() -> SearchStrategy[JSONObject]:
    """Draw the JSON of a component of any type that is no root, each id given once."""
    return st.one_of(*map(_component, _concrete(Component))).map(plain).map(_told_apart)


@cache
def _component(kind: type[Struct]) -> SearchStrategy[Any]:
    return st.deferred(lambda: _props(kind))


def _concrete(base: type[Struct]) -> list[type[Struct]]:
    """Name the classes that can stand where a base is asked for: those that nothing is derived from."""
    # A base has a tag as well, its own name, so only the leaves are components.
    below = [kind for child in base.__subclasses__() for kind in _concrete(child)]
    return below or [base]


def _props(kind: type[Struct]) -> SearchStrategy[Any]:
    needed = {field.name: of(field.type) for field in fields(kind) if field.required}
    optional = {field.name: of(field.type) for field in fields(kind) if not field.required}
    return _some(needed, optional).map(lambda props: kind(**props))


def _some(
    needed: dict[str, SearchStrategy[Any]], optional: dict[str, SearchStrategy[Any]]
) -> SearchStrategy[dict[str, Any]]:
    """Draw an object with all of the first fields and a few of the others."""
    if not optional:
        return st.fixed_dictionaries(needed)
    chosen = st.lists(st.sampled_from(sorted(optional)), unique=True, max_size=MOST_PROPS)
    return chosen.flatmap(lambda names: st.fixed_dictionaries(needed | {name: optional[name] for name in names}))


@cache
def of(hint: Any) -> SearchStrategy[Any]:
    """Derive a strategy from an annotation.

    Raises:
        TypeError: for an annotation that no builder uses yet.
    """
    if get_origin(hint) is NotRequired:
        return of(get_args(hint)[0])
    if is_typeddict(hint):
        return st.deferred(lambda: _typed_dict(hint))
    if isinstance(hint, type) and issubclass(hint, Struct):
        return st.one_of(*map(_component, _concrete(hint)))
    draw = _HINTS.get(get_origin(hint) or hint)
    if draw is None:
        raise TypeError(f"no strategy for {hint}")
    return draw(hint)


def _typed_dict(hint: Any) -> SearchStrategy[dict[str, Any]]:
    kinds = {name: of(kind) for name, kind in get_type_hints(hint).items()}
    needed = {name: kind for name, kind in kinds.items() if name in hint.__required_keys__}
    return _some(needed, {name: kind for name, kind in kinds.items() if name not in needed})


def _union(hint: Any) -> SearchStrategy[Any]:
    absent = {NoneType, UnsetType} if UnsetType in get_args(hint) else set()
    members = [kind for kind in get_args(hint) if kind not in absent]
    if BuiltInIcon in members:
        return icons
    # Beside a builder the free object stands for components that are not known yet; known ones are drawn.
    if any(isinstance(kind, type) and issubclass(kind, Struct) for kind in members):
        members = [kind for kind in members if kind != JSONObject]
    return st.one_of(*map(of, members))


def _mapping(hint: Any) -> SearchStrategy[Any]:
    key, value = get_args(hint)
    return objects if value is Any else st.dictionaries(of(key), of(value), max_size=3)


_HINTS: dict[Any, Callable[[Any], SearchStrategy[Any]]] = {
    Any: lambda _: free,
    NoneType: lambda _: st.none(),
    bool: lambda _: st.booleans(),
    int: lambda _: integers,
    float: lambda _: floats,
    str: lambda _: texts,
    datetime: lambda _: st.datetimes(),
    date: lambda _: st.dates(),
    Literal: lambda hint: st.sampled_from(get_args(hint)),
    Union: _union,
    UnionType: _union,
    Sequence: lambda hint: st.lists(of(get_args(hint)[0]), max_size=3),
    list: lambda hint: st.lists(of(get_args(hint)[0]), max_size=3),
    Mapping: _mapping,
    dict: _mapping,
}


def _told_apart(widget: JSONObject) -> JSONObject:
    """Take away every id that another component has already."""
    seen: set[str] = set()
    for component in _named(widget):
        if component["id"] in seen or not component["id"]:
            del component["id"]
        else:
            seen.add(component["id"])
    return widget


def _named(widget: JSONObject) -> Iterator[JSONObject]:
    return (component for component in parts_of(widget) if "id" in component)
