# ruff: noqa: N815 - props are spelled as on the wire
"""The components that arrange others."""

from collections.abc import Sequence

from chatkit_protocol.base import UNSET, JSONObject, Maybe
from chatkit_protocol.widgets.actions import ActionConfig
from chatkit_protocol.widgets.parts import Child, Component, Flexbox
from chatkit_protocol.widgets.values import CellAlign, Color, ColumnSize, Direction, Size, Spacing


class Box(Flexbox, kw_only=True, tag="Box"):
    """A flexible box in either direction."""

    direction: Maybe[Direction] = UNSET


class Row(Flexbox, kw_only=True, tag="Row"):
    """A box whose children stand side by side."""


class Col(Flexbox, kw_only=True, tag="Col"):
    """A box whose children stand one below the other."""


class Form(Flexbox, kw_only=True, tag="Form"):
    """A box whose named controls are submitted together."""

    onSubmitAction: Maybe[ActionConfig] = UNSET
    direction: Maybe[Direction] = UNSET


class Spacer(Component, kw_only=True, tag="Spacer"):
    """Empty room that pushes its neighbours apart."""

    minSize: Maybe[Size] = UNSET
    """Along the direction of the box around it."""


class Divider(Component, kw_only=True, tag="Divider"):
    """A line between two parts."""

    color: Maybe[Color] = UNSET
    size: Maybe[Size] = UNSET
    """How thick the line is."""
    spacing: Maybe[Size] = UNSET
    """The room on both sides of the line."""
    flush: Maybe[bool] = UNSET
    """Reach the edges of the container, over its padding."""


class Transition(Component, kw_only=True, tag="Transition"):
    """A place that moves smoothly from one child to the next. It has exactly one, not a list."""

    children: Child | None
    """None, written as null, while there is nothing to show."""


class TableCell(Component, kw_only=True, tag="Table.Cell"):
    """A cell of a table."""

    children: Maybe[Sequence[Child]] = UNSET
    width: Maybe[Size] = UNSET
    padding: Maybe[Spacing] = UNSET
    colSpan: Maybe[int] = UNSET
    rowSpan: Maybe[int] = UNSET
    align: Maybe[CellAlign] = UNSET
    vAlign: Maybe[CellAlign] = UNSET
    colSize: Maybe[ColumnSize] = UNSET
    """The width of the cell's whole column, as a token."""


class TableRow(Component, kw_only=True, tag="Table.Row"):
    """A row of a table."""

    children: Maybe[Sequence[TableCell | JSONObject]] = UNSET
    header: Maybe[bool] = UNSET


class Table(Component, kw_only=True, tag="Table"):
    """Rows and columns. The Python SDK has no class for it, only the JS types do."""

    children: Maybe[Sequence[TableRow | JSONObject]] = UNSET
