"""How one side sees the messages of a revision: which fields, which of them may be absent, which names.

The Structs read more than they write. A server *accepts* requests leniently: what has a default may be left out, a
null stands for it, unknown fields are ignored. What it *sends* is strict: defaults are written, an absent value is
left out and never null, and nothing is added.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypedDict, get_args, get_origin

from msgspec import NODEFAULT, Struct, inspect

import chatkit_protocol as wire
from chatkit_conformance.schemas import components
from chatkit_conformance.schemas.docs import about, about_fields
from chatkit_protocol import widgets
from chatkit_protocol.attachments import AttachmentBase
from chatkit_protocol.replies import REPLIES
from chatkit_protocol.revisions import Revision
from chatkit_protocol.widgets.actions import ActionConfig
from chatkit_protocol.widgets.chart import Series
from chatkit_protocol.widgets.parts import Node

Side = Literal["accepts", "sends", "builds"]
"""A server accepts requests and sends events and replies; a widget is built."""


class Widget(TypedDict):
    """A widget: a root with any props. `widgets.json` tells the known ones."""

    type: Literal["Basic", "Card", "ListView"]


class AnyComponent(TypedDict):
    """A component with any props. `widgets.json` tells the known ones."""

    type: str


_Place = tuple[type[Struct], str]
_FREE = (inspect.StrType(), inspect.AnyType())
NARROWED: Mapping[_Place, inspect.Type] = MappingProxyType(
    {
        (wire.WidgetItem, "widget"): inspect.type_info(Widget),
        (wire.WidgetRootUpdated, "widget"): inspect.type_info(Widget),
        (wire.WidgetComponentUpdated, "component"): inspect.type_info(AnyComponent),
        (wire.PagingParams, "limit"): inspect.UnionType(
            (inspect.IntType(ge=0), inspect.StrType(pattern="^[0-9]+$"), inspect.NoneType())
        ),
    }
)
"""What the type of a field cannot say."""

SENT: Mapping[_Place, inspect.Type | None] = MappingProxyType(
    {
        (wire.ThreadMetadata, "metadata"): inspect.DictType(*_FREE, max_length=0),
        (AttachmentBase, "metadata"): None,
        (wire.ClientToolCallItem, "output"): inspect.UnionType(
            (
                inspect.StrType(),
                inspect.FloatType(),
                inspect.BoolType(),
                inspect.DictType(*_FREE),
                inspect.ListType(inspect.AnyType()),
            )
        ),
    }
)
"""What is read and not sent: a thread's notes read `{}`, an attachment's are not there, a null result neither."""

ONE_NEEDED: Mapping[Any, tuple[str, ...]] = MappingProxyType({wire.WorkflowSummary: ("title", "duration")})
"""Messages of which at least one of these fields is there."""


class Field(NamedTuple):
    """A field as one side sees it. Where it may be null, `NoneType` is in its type."""

    name: str
    type: inspect.Type
    optional: bool
    about: str
    default: Any = NODEFAULT


class View(NamedTuple):
    """The messages of a revision as one side sees them."""

    revision: Revision
    side: Side
    hidden: bool = False
    """Whether items that never reach a client are seen: only stores have them."""
    documented: bool = True

    def about(self, message: Any) -> str:
        """Give what is said about a message, unless the view goes without words."""
        return about(message) if self.documented else ""

    def fields(self, message: inspect.StructType | inspect.TypedDictType) -> Iterator[Field]:
        """Give the fields of a message, but for its tag."""
        texts = about_fields(message.cls) if self.documented else {}
        for field in self._known(message):
            kind = self._seen(message.cls, field)
            if kind is not None:
                absent = field.default is NODEFAULT and field.default_factory is NODEFAULT
                optional = not field.required and (absent or self.side != "sends")
                yield Field(field.encode_name, kind, optional, texts.get(field.name, ""), field.default)

    def _known(self, message: inspect.StructType | inspect.TypedDictType) -> tuple[inspect.Field, ...]:
        if isinstance(message, inspect.TypedDictType):
            return tuple(message.fields)
        return components.fields(message.cls) if is_built(message.cls) else self.revision.fields(message)

    def _seen(self, owner: Any, field: inspect.Field) -> inspect.Type | None:
        lineage = (get_origin(owner) or owner).__mro__
        for table in (SENT, NARROWED) if self.side == "sends" else (NARROWED,):
            for base in lineage:
                if (base, field.name) in table:
                    return table[base, field.name]
        nullable = self.side == "accepts" or field.name == "children"
        return field.type if nullable else without_null(field.type)

    def members(self, union: inspect.UnionType) -> tuple[inspect.Type, ...]:
        """Give the members of a union that this side meets."""
        return tuple(
            kind
            for kind in self.revision.types(union)
            if self.hidden or not (isinstance(kind, inspect.StructType) and kind.cls in HIDDEN)
        )

    def name(self, kind: inspect.Type) -> str:
        """Name a type: as its Struct, or as its union; "" when it has no name.

        A message of requests that the server sends as well is `…Input` in requests, since the two differ.
        """
        if isinstance(kind, inspect.StructType):
            classes = frozenset({kind.cls})
            name = _struct_name(self, kind)
        elif isinstance(kind, inspect.TypedDictType):
            return str(kind.cls.__name__)
        else:
            classes = _classes(kind, hidden=self.hidden)
            name = UNIONS.get(classes, "")
        return f"{name}Input" if name and self.side == "accepts" and classes & shared() else name


def is_built(message: Any) -> bool:
    """Tell whether this is a component of a widget, or a part of one."""
    return isinstance(message, type) and issubclass(message, (Node, Series, ActionConfig))


def _struct_name(view: View, kind: inspect.StructType) -> str:
    generic: Any = get_origin(kind.cls)
    if generic is None:
        return str(kind.cls.__name__)
    parameter = inspect.type_info(get_args(kind.cls)[0])
    return f"{generic.__name__}Of{view.name(parameter)}"


def without_null(kind: inspect.Type) -> inspect.Type:
    """Give a type without the null that a union may hold."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    parts = tuple(part for part in kind.types if not isinstance(part, inspect.NoneType))
    return parts[0] if len(parts) == 1 else inspect.UnionType(parts)


def _classes(kind: inspect.Type, *, hidden: bool) -> frozenset[Any]:
    parts = kind.types if isinstance(kind, inspect.UnionType) else ()
    classes = frozenset(part.cls if isinstance(part, inspect.StructType) else type(part) for part in parts)
    return classes if hidden else classes - HIDDEN


HIDDEN = frozenset(get_args(wire.HiddenItem))
UNIONS: dict[frozenset[Any], str] = {
    frozenset(get_args(union)): name
    for name, union in vars(wire).items()
    if name in wire.__all__ and get_args(union) and all(isinstance(one, type) for one in get_args(union))
    if all(issubclass(one, Struct) for one in get_args(union))
} | {_classes(components.kind(widgets.Child), hidden=True): "AnyComponent"}
"""The names of unions, by their members."""


@cache
def shared() -> frozenset[Any]:
    """Name the Structs that stand in requests and in what is sent."""
    sent = (wire.ThreadStreamEvent, *REPLIES.values())
    return reached(wire.Request) & frozenset().union(*map(reached, sent))


def reached(shape: Any) -> frozenset[Any]:
    """Name the Structs that a message consists of, itself included."""
    return frozenset(_reach(inspect.type_info(shape)))


def _reach(kind: inspect.Type) -> Iterator[Any]:
    if isinstance(kind, inspect.StructType):
        yield kind.cls
        for field in kind.fields:
            yield from _reach(field.type)
    elif isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _reach(part)
    elif isinstance(kind, (inspect.ListType, inspect.DictType)):
        yield from _reach(kind.item_type if isinstance(kind, inspect.ListType) else kind.value_type)
