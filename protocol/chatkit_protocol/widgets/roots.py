# ruff: noqa: N815 - props are spelled as on the wire
"""The three components that a widget can start with, and the item of a list."""

from collections.abc import Sequence
from typing import Literal

from chatkit_protocol.base import UNSET, JSONObject, Maybe
from chatkit_protocol.widgets.actions import ActionConfig, CardAction
from chatkit_protocol.widgets.parts import Child, Node
from chatkit_protocol.widgets.values import (
    Alignment,
    BorderValue,
    Color,
    Direction,
    Justification,
    Size,
    Space,
    Theme,
    WidgetStatus,
)

ROOTS = frozenset({"Card", "ListView", "Basic"})
"""The types that a widget can start with."""


class Root(Node, kw_only=True):
    """What a widget starts with."""

    theme: Maybe[Theme] = UNSET
    """Left out, the widget follows the page."""


class Card(Root, kw_only=True, tag="Card"):
    """A framed area, with an optional status line above and action buttons below."""

    children: Sequence[Child]
    asForm: Maybe[bool] = UNSET
    """Send the values of the controls in the card along with `confirm` and `cancel`."""
    background: Maybe[Color] = UNSET
    border: Maybe[BorderValue] = UNSET
    """Known to the JS types only."""
    size: Maybe[Literal["sm", "md", "lg", "full"]] = UNSET
    padding: Maybe[Space] = UNSET
    status: Maybe[WidgetStatus] = UNSET
    collapsed: Maybe[bool] = UNSET
    """Fold the card away, as after its main action."""
    confirm: Maybe[CardAction] = UNSET
    cancel: Maybe[CardAction] = UNSET


class ListViewItem(Node, kw_only=True, tag="ListViewItem"):
    """One row of a `ListView`, and only there."""

    children: Sequence[Child]
    onClickAction: Maybe[ActionConfig] = UNSET
    gap: Maybe[Size] = UNSET
    align: Maybe[Alignment] = UNSET


class ListView(Root, kw_only=True, tag="ListView"):
    """A list of rows."""

    children: Sequence[ListViewItem | JSONObject]
    limit: Maybe[int | Literal["auto"]] = UNSET
    """How many rows there are before a button shows the rest."""
    status: Maybe[WidgetStatus] = UNSET


class Basic(Root, kw_only=True, tag="Basic"):
    """An area without a frame, which may also hold cards and lists."""

    children: Sequence[Child | Root]
    direction: Maybe[Direction] = UNSET
    gap: Maybe[Size] = UNSET
    padding: Maybe[Space] = UNSET
    align: Maybe[Alignment] = UNSET
    justify: Maybe[Justification] = UNSET
