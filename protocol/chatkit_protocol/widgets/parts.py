# ruff: noqa: N815 - props are spelled as on the wire
"""The groups of props that components share."""

from collections.abc import Sequence
from typing import Literal

from chatkit_protocol.base import UNSET, JSONObject, Maybe, Wire
from chatkit_protocol.widgets.values import (
    Alignment,
    BorderValue,
    Color,
    FontWeight,
    Justification,
    Radius,
    Size,
    Space,
    TextAlign,
)


class Node(Wire, kw_only=True, tag_field="type"):
    """Anything in a widget that has a `type`."""

    key: Maybe[str] = UNSET
    """Tells siblings apart, so that a list keeps its rows when their order changes."""
    id: Maybe[str] = UNSET
    """What streamed text and component updates are addressed to."""


class Component(Node, kw_only=True):
    """What may stand among the `children` of a root or a box. Subclass it for a component not listed here."""


Child = Component | JSONObject
"""A typed component, or the JSON of any other."""


class Sized(Component, kw_only=True):
    """Height, width and their bounds. `size`, `minSize` and `maxSize` set both at once."""

    height: Maybe[Size] = UNSET
    width: Maybe[Size] = UNSET
    size: Maybe[Size] = UNSET
    minHeight: Maybe[Size] = UNSET
    minWidth: Maybe[Size] = UNSET
    minSize: Maybe[Size] = UNSET
    maxHeight: Maybe[Size] = UNSET
    maxWidth: Maybe[Size] = UNSET
    maxSize: Maybe[Size] = UNSET
    aspectRatio: Maybe[Size] = UNSET
    """Width by height, as a number or in CSS: `16 / 9`."""
    flex: Maybe[Size] = UNSET


class Block(Sized, kw_only=True):
    """A sized area with round corners and space around it."""

    radius: Maybe[Radius] = UNSET
    margin: Maybe[Space] = UNSET
    background: Maybe[Color] = UNSET


class Flexbox(Block, kw_only=True):
    """A block that lays out its children in a line."""

    children: Maybe[Sequence[Child]] = UNSET
    align: Maybe[Alignment] = UNSET
    justify: Maybe[Justification] = UNSET
    wrap: Maybe[Literal["nowrap", "wrap", "wrap-reverse"]] = UNSET
    gap: Maybe[Size] = UNSET
    padding: Maybe[Space] = UNSET
    border: Maybe[BorderValue] = UNSET


class Typography(Component, kw_only=True):
    """A text and how it is set."""

    value: str
    color: Maybe[Color] = UNSET
    weight: Maybe[FontWeight] = UNSET
    textAlign: Maybe[TextAlign] = UNSET
    truncate: Maybe[bool] = UNSET
    """Cut what does not fit, with an ellipsis."""
    maxLines: Maybe[int] = UNSET
