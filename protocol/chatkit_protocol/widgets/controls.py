# ruff: noqa: N815 - props are spelled as on the wire
"""The components that people click, fill in and choose from."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from chatkit_protocol.base import UNSET, Maybe
from chatkit_protocol.icons import IconName
from chatkit_protocol.widgets.actions import ActionConfig
from chatkit_protocol.widgets.parts import Component
from chatkit_protocol.widgets.values import (
    Color,
    ControlSize,
    ControlVariant,
    Direction,
    FieldVariant,
    FontWeight,
    GutterSize,
    RadioOption,
    SelectOption,
    TextAlign,
    TextSize,
)

Moment = str | datetime | date
"""An ISO 8601 text, or a value that is written as one."""


class Control(Component, kw_only=True):
    """A control that a form submits under `name`."""

    name: str
    disabled: Maybe[bool] = UNSET


class Field(Control, kw_only=True):
    """A control to type into."""

    defaultValue: Maybe[str] = UNSET
    required: Maybe[bool] = UNSET
    pattern: Maybe[str] = UNSET
    """A regular expression that the browser checks."""
    placeholder: Maybe[str] = UNSET
    allowAutofillExtensions: Maybe[bool] = UNSET
    """Let password managers offer to fill the field."""
    autoSelect: Maybe[bool] = UNSET
    autoFocus: Maybe[bool] = UNSET
    variant: Maybe[FieldVariant] = UNSET
    size: Maybe[ControlSize] = UNSET
    gutterSize: Maybe[GutterSize] = UNSET
    """The room at the edges of the field, in place of what `size` gives."""


class Input(Field, kw_only=True, tag="Input"):
    """A field of one line."""

    inputType: Maybe[Literal["number", "email", "text", "password", "tel", "url"]] = UNSET
    pill: Maybe[bool] = UNSET


class Textarea(Field, kw_only=True, tag="Textarea"):
    """A field of several lines."""

    rows: Maybe[int] = UNSET
    autoResize: Maybe[bool] = UNSET
    maxRows: Maybe[int] = UNSET
    """Where `autoResize` stops."""


class Dropdown(Control, kw_only=True):
    """A control that opens to choose from."""

    onChangeAction: Maybe[ActionConfig] = UNSET
    placeholder: Maybe[str] = UNSET
    variant: Maybe[ControlVariant] = UNSET
    size: Maybe[ControlSize] = UNSET
    pill: Maybe[bool] = UNSET
    block: Maybe[bool] = UNSET
    """As wide as the container."""
    clearable: Maybe[bool] = UNSET


class Select(Dropdown, kw_only=True, tag="Select"):
    """A list that drops down."""

    options: Sequence[SelectOption]
    defaultValue: Maybe[str] = UNSET
    searchable: Maybe[bool] = UNSET
    """Known to the Python SDK only. Left out, the client decides by the number of options."""


class DatePicker(Dropdown, kw_only=True, tag="DatePicker"):
    """A calendar that drops down."""

    defaultValue: Maybe[Moment] = UNSET
    min: Maybe[Moment] = UNSET
    """The first day that can be chosen."""
    max: Maybe[Moment] = UNSET
    """The last day that can be chosen."""
    side: Maybe[Literal["top", "bottom", "left", "right"]] = UNSET
    align: Maybe[Literal["start", "center", "end"]] = UNSET


class Checkbox(Control, kw_only=True, tag="Checkbox"):
    """A box to tick."""

    label: Maybe[str] = UNSET
    defaultChecked: Maybe[bool] = UNSET
    onChangeAction: Maybe[ActionConfig] = UNSET
    required: Maybe[bool] = UNSET


class RadioGroup(Control, kw_only=True, tag="RadioGroup"):
    """Choices of which one can be taken."""

    options: Maybe[Sequence[RadioOption]] = UNSET
    ariaLabel: Maybe[str] = UNSET
    """What a screen reader says, in place of `name`."""
    onChangeAction: Maybe[ActionConfig] = UNSET
    defaultValue: Maybe[str] = UNSET
    direction: Maybe[Direction] = UNSET
    required: Maybe[bool] = UNSET


class Label(Component, kw_only=True, tag="Label"):
    """The caption of a control."""

    value: str
    fieldName: str
    """The `name` of the control."""
    size: Maybe[TextSize] = UNSET
    weight: Maybe[FontWeight] = UNSET
    textAlign: Maybe[TextAlign] = UNSET
    color: Maybe[Color] = UNSET


class Button(Component, kw_only=True, tag="Button"):
    """A button: with an action of its own, or submitting the form around it."""

    submit: Maybe[bool] = UNSET
    label: Maybe[str] = UNSET
    onClickAction: Maybe[ActionConfig] = UNSET
    iconStart: Maybe[IconName] = UNSET
    iconEnd: Maybe[IconName] = UNSET
    style: Maybe[Literal["primary", "secondary"]] = UNSET
    """A colour and variant in one word."""
    iconSize: Maybe[Literal["sm", "md", "lg", "xl", "2xl"]] = UNSET
    color: Maybe[Literal["primary", "secondary", "info", "discovery", "success", "caution", "warning", "danger"]] = (
        UNSET
    )
    variant: Maybe[ControlVariant] = UNSET
    size: Maybe[ControlSize] = UNSET
    pill: Maybe[bool] = UNSET
    uniform: Maybe[bool] = UNSET
    """As wide as it is high."""
    block: Maybe[bool] = UNSET
    """As wide as the container."""
    disabled: Maybe[bool] = UNSET
