# ruff: noqa: N815 - props are spelled as on the wire
"""Charts. The Python SDK has them, the JS types do not."""

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from chatkit_protocol.base import UNSET, JSONObject, Maybe, Wire
from chatkit_protocol.widgets.parts import Sized
from chatkit_protocol.widgets.values import Color

CurveType = Literal[
    "basis",
    "basisClosed",
    "basisOpen",
    "bumpX",
    "bumpY",
    "bump",
    "linear",
    "linearClosed",
    "natural",
    "monotoneX",
    "monotoneY",
    "monotone",
    "step",
    "stepBefore",
    "stepAfter",
]
"""How the line goes from one point to the next."""


class XAxis(TypedDict):
    """The axis of the categories."""

    dataKey: str
    hide: NotRequired[bool]
    labels: NotRequired[dict[str, str]]
    """What stands on the axis in place of a value, by value."""


class Series(Wire, kw_only=True, tag_field="type"):
    """One line of numbers in a chart."""

    dataKey: str
    """The field of each row of `data` that holds the number."""
    label: Maybe[str] = UNSET
    color: Maybe[Color] = UNSET
    """Left out, the client gives each series the next colour of its own."""


class BarSeries(Series, kw_only=True, tag="bar"):
    """Numbers drawn as bars."""

    stack: Maybe[str] = UNSET
    """Series with the same name here are stacked."""


class AreaSeries(Series, kw_only=True, tag="area"):
    """Numbers drawn as a filled area."""

    stack: Maybe[str] = UNSET
    """Series with the same name here are stacked."""
    curveType: Maybe[CurveType] = UNSET


class LineSeries(Series, kw_only=True, tag="line"):
    """Numbers drawn as a line."""

    curveType: Maybe[CurveType] = UNSET


class Chart(Sized, kw_only=True, tag="Chart"):
    """Bars, areas and lines over one table of data."""

    data: Sequence[Mapping[str, str | float]]
    """One row for each category."""
    series: Sequence[Series | JSONObject]
    xAxis: str | XAxis
    """The field of each row that names its category, alone or with more about the axis."""
    showYAxis: Maybe[bool] = UNSET
    showLegend: Maybe[bool] = UNSET
    showTooltip: Maybe[bool] = UNSET
    barGap: Maybe[int] = UNSET
    """Between the bars of one category, in px."""
    barCategoryGap: Maybe[int] = UNSET
    """Between two categories, in px."""
