"""The values that props of several components take."""

from typing import Literal, NotRequired, TypedDict

from chatkit_protocol.icons import IconName

Size = float | str
"""A number of px or of spacing units, or any CSS length."""

Alignment = Literal["start", "center", "end", "baseline", "stretch"]
Justification = Literal["start", "center", "end", "between", "around", "evenly", "stretch"]
Direction = Literal["row", "col"]
Theme = Literal["light", "dark"]
Radius = Literal["2xs", "xs", "sm", "md", "lg", "xl", "2xl", "3xl", "4xl", "full", "100%", "none"]

FontWeight = Literal["normal", "medium", "semibold", "bold"]
TextAlign = Literal["start", "center", "end"]
TextSize = Literal["xs", "sm", "md", "lg", "xl"]
TitleSize = Literal["sm", "md", "lg", "xl", "2xl", "3xl", "4xl", "5xl"]
CaptionSize = Literal["sm", "md", "lg"]
IconSize = Literal["xs", "sm", "md", "lg", "xl", "2xl", "3xl"]

ControlVariant = Literal["solid", "soft", "outline", "ghost"]
ControlSize = Literal["3xs", "2xs", "xs", "sm", "md", "lg", "xl", "2xl", "3xl"]
GutterSize = Literal["2xs", "xs", "sm", "md", "lg", "xl"]
FieldVariant = Literal["soft", "outline"]

CellAlign = Literal["start", "center", "end"]
ColumnSize = Literal["xs", "sm", "md", "lg", "xl"]
LineStyle = Literal["solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset"]


class ThemeColor(TypedDict):
    """A colour for each theme."""

    dark: str
    light: str


Color = str | ThemeColor
"""A token of the place (`secondary`, `surface`, `strong`), a palette shade (`red-100`), or any CSS colour."""


class Spacing(TypedDict, total=False):
    """Space on single sides; `x` and `y` stand for two each."""

    top: Size
    right: Size
    bottom: Size
    left: Size
    x: Size
    y: Size


Space = Size | Spacing


class Border(TypedDict):
    """A line around something, or along one of its sides."""

    size: float
    color: NotRequired[Color]
    style: NotRequired[LineStyle]


class Borders(TypedDict, total=False):
    """Lines on single sides; `x` and `y` stand for two each."""

    top: float | Border
    right: float | Border
    bottom: float | Border
    left: float | Border
    x: float | Border
    y: float | Border


BorderValue = float | Border | Borders


class WidgetStatus(TypedDict):
    """The line above a card or list: either a `favicon` or an `icon` in front of its text."""

    text: str
    favicon: NotRequired[str]
    """The address of an image."""
    frame: NotRequired[bool]
    """A frame around the favicon."""
    icon: NotRequired[IconName]


class Editable(TypedDict):
    """How a text is edited in place, as the form field `name`."""

    name: str
    autoFocus: NotRequired[bool]
    autoSelect: NotRequired[bool]
    autoComplete: NotRequired[str]
    """The browser's own hint, such as `email`."""
    allowAutofillExtensions: NotRequired[bool]
    pattern: NotRequired[str]
    placeholder: NotRequired[str]
    required: NotRequired[bool]


class SelectOption(TypedDict):
    """One choice of a `Select`. The JS types have no `disabled` and no `description`."""

    value: str
    label: str
    disabled: NotRequired[bool]
    description: NotRequired[str]


class RadioOption(TypedDict):
    """One choice of a `RadioGroup`."""

    label: str
    value: str
    disabled: NotRequired[bool]
