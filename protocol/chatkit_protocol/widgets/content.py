# ruff: noqa: N815 - props are spelled as on the wire
"""The components that show something: text, badges, icons and images."""

from typing import Literal

from chatkit_protocol.base import UNSET, Maybe
from chatkit_protocol.icons import IconName
from chatkit_protocol.widgets.parts import Block, Component, Typography
from chatkit_protocol.widgets.values import CaptionSize, Color, Editable, IconSize, Size, TextSize, TitleSize


class Text(Typography, kw_only=True, tag="Text"):
    """Plain text. With an `id` it can be streamed and, with `editable`, edited in place."""

    streaming: Maybe[bool] = UNSET
    """True while more text is to come."""
    italic: Maybe[bool] = UNSET
    lineThrough: Maybe[bool] = UNSET
    width: Maybe[Size] = UNSET
    size: Maybe[TextSize] = UNSET
    minLines: Maybe[int] = UNSET
    """Room that is kept free before the text fills it."""
    editable: Maybe[Literal[False] | Editable] = UNSET


class Title(Typography, kw_only=True, tag="Title"):
    """A headline."""

    size: Maybe[TitleSize] = UNSET


class Caption(Typography, kw_only=True, tag="Caption"):
    """A small text beside something else."""

    size: Maybe[CaptionSize] = UNSET


class Markdown(Component, kw_only=True, tag="Markdown"):
    """Formatted text. With an `id` it can be streamed."""

    value: str
    streaming: Maybe[bool] = UNSET
    """True while more text is to come."""


class Badge(Component, kw_only=True, tag="Badge"):
    """A short coloured label: a state, a category, a count."""

    label: str
    color: Maybe[Literal["secondary", "success", "danger", "warning", "info", "discovery"]] = UNSET
    variant: Maybe[Literal["solid", "soft", "outline"]] = UNSET
    size: Maybe[Literal["sm", "md", "lg"]] = UNSET
    pill: Maybe[bool] = UNSET


class Icon(Component, kw_only=True, tag="Icon"):
    """An icon."""

    name: IconName
    color: Maybe[Color] = UNSET
    size: Maybe[IconSize] = UNSET


class Image(Block, kw_only=True, tag="Image"):
    """A picture. Its `background` and `flex` are known to the Python SDK only."""

    src: str
    alt: Maybe[str] = UNSET
    frame: Maybe[bool] = UNSET
    fit: Maybe[Literal["cover", "contain", "fill", "scale-down", "none"]] = UNSET
    position: Maybe[
        Literal[
            "top left",
            "top",
            "top right",
            "left",
            "center",
            "right",
            "bottom left",
            "bottom",
            "bottom right",
        ]
    ] = UNSET
    """The part of the picture that stays in view when `fit` cuts some of it off."""
    flush: Maybe[bool] = UNSET
    """Reach the edges of the container, over its padding."""
