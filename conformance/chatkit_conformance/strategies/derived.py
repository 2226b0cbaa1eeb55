"""Random messages, derived from their types: one fold over `msgspec.inspect`, so no type is listed twice.

`strategy(ThreadStreamEvent)` draws any event that the protocol has. What a type cannot say (a summary needs a
title or a duration, a limit is a whole number) stands in `NARROWED`; a caller narrows further.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta, timezone
from types import MappingProxyType
from typing import Any, TypeVar, get_origin

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import Struct, inspect

from chatkit_protocol.requests import PagingParams
from chatkit_protocol.tasks import WorkflowSummary

T = TypeVar("T")
Key = type[Struct] | tuple[type[Struct], str]
Given = Mapping[Key, SearchStrategy[Any]]
"""What to draw for a message, or for a field of a message and of those that inherit it."""

texts: SearchStrategy[str] = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
"""Any text that JSON carries: line ends, U+2028 and emoji, but no half surrogate pairs."""
_WIDEST = 2**63
integers = st.one_of(st.integers(0, 9), st.integers(-_WIDEST, _WIDEST - 1))
floats = st.floats(allow_nan=False, allow_infinity=False)
scalars: SearchStrategy[Any] = st.one_of(st.none(), st.booleans(), integers, floats, texts)
_keys = st.one_of(texts, st.sampled_from(["children", "type", "snake_case", "camelCase", "", "a.b", "`"]))
free: SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=3)),
    max_leaves=6,
)
"""Any JSON value, nulls included."""
objects = st.dictionaries(_keys, free, max_size=3)
"""Any JSON object."""

_offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.one_of(st.datetimes(), st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=_offsets))
"""Times to the microsecond: without a zone, with `Z`, with an offset."""

NARROWED: Given = MappingProxyType(
    {
        WorkflowSummary: st.one_of(
            st.builds(WorkflowSummary, title=texts),
            st.builds(WorkflowSummary, title=texts, icon=texts),
            st.builds(WorkflowSummary, duration=integers),
        ),
        (PagingParams, "limit"): st.one_of(
            st.none(), st.integers(0, 9999), st.integers(0, 9999).map(str), st.integers(0, 99).map(float)
        ),
    }
)


def strategy(shape: Any, narrowed: Given = MappingProxyType({})) -> SearchStrategy[Any]:
    """Derive a strategy for the values of a type: a message, a union of messages, or anything they consist of.

    Raises:
        TypeError: for a kind of type that no message uses yet.
    """
    return _Fold({**NARROWED, **narrowed}).of(inspect.type_info(shape))


def drawn(values: SearchStrategy[T], number: int) -> list[T]:
    """Draw so many values, the first the simplest; the same ones each time that the same modules are loaded.

    Hypothesis puts constants of all modules that are loaded among what it draws, so a test of the values has to draw
    until it has those that it needs.
    """
    found: list[T] = []

    @settings(
        max_examples=number,
        database=None,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(values)
    def draw(value: T) -> None:
        found.append(value)

    draw()
    return found


class _Fold:
    """One walk over a type; a Struct is derived once, and met again it is referred to."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._made: dict[type, SearchStrategy[Any]] = {}

    def of(self, kind: inspect.Type) -> SearchStrategy[Any]:
        draw = _KINDS.get(type(kind))
        if draw is None:
            raise TypeError(f"no strategy for {type(kind).__name__}")
        return draw(self, kind)

    def union(self, kind: inspect.UnionType) -> SearchStrategy[Any]:
        return st.one_of(*map(self.of, kind.types))

    def array(self, kind: inspect.ListType) -> SearchStrategy[Any]:
        return st.lists(self.of(kind.item_type), max_size=3)

    def mapping(self, kind: inspect.DictType) -> SearchStrategy[Any]:
        if isinstance(kind.value_type, inspect.AnyType):
            return objects
        return st.dictionaries(self.of(kind.key_type), self.of(kind.value_type), max_size=3)

    def message(self, kind: inspect.StructType) -> SearchStrategy[Any]:
        if kind.cls not in self._made:
            self._made[kind.cls] = st.deferred(lambda: self._fields(kind))
        return self._made[kind.cls]

    def _fields(self, kind: inspect.StructType) -> SearchStrategy[Any]:
        whole = self._given.get(kind.cls)
        if whole is not None:
            return whole
        drawn = {field.name: self._field(kind.cls, field) for field in kind.fields}
        needed = {field.name for field in kind.fields if field.required}
        return st.fixed_dictionaries(
            {name: drawn[name] for name in drawn if name in needed},
            optional={name: drawn[name] for name in drawn if name not in needed},
        ).map(lambda values: kind.cls(**values))

    def _field(self, owner: type[Struct], field: inspect.Field) -> SearchStrategy[Any]:
        rows = (self._given.get((base, field.name)) for base in (get_origin(owner) or owner).__mro__)
        return next((row for row in rows if row is not None), self.of(field.type))


_KINDS: dict[type[inspect.Type], Callable[[_Fold, Any], SearchStrategy[Any]]] = {
    inspect.AnyType: lambda _, __: free,
    inspect.NoneType: lambda _, __: st.none(),
    inspect.BoolType: lambda _, __: st.booleans(),
    inspect.IntType: lambda _, __: integers,
    inspect.FloatType: lambda _, __: floats,
    inspect.StrType: lambda _, __: texts,
    inspect.DateTimeType: lambda _, __: times,
    inspect.LiteralType: lambda _, kind: st.sampled_from(kind.values),
    inspect.ListType: _Fold.array,
    inspect.DictType: _Fold.mapping,
    inspect.UnionType: _Fold.union,
    inspect.StructType: _Fold.message,
}
