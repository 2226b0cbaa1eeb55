# ruff: noqa: N815 - props are spelled as on the wire
"""What happens when somebody clicks, changes or submits something in a widget."""

from typing import Any, Literal, TypedDict

from chatkit_protocol.base import UNSET, Maybe, Wire

Handler = Literal["client", "server"]
LoadingBehavior = Literal["auto", "none", "self", "container"]


class ActionConfig(Wire, kw_only=True):
    """What a click or change sends back: `threads.custom_action`, or `threads.sync_custom_action`."""

    type: str
    payload: Maybe[Any] = UNSET
    """Any JSON. Nulls in it are dropped with those of the widget around it."""
    handler: Handler = "server"
    """`client` hands the action to the page instead of the backend."""
    loadingBehavior: LoadingBehavior = "auto"
    """Which part of the widget looks busy: the control itself, its card or form, or nothing."""
    streaming: bool = True
    """False asks for one JSON reply (`threads.sync_custom_action`), also while a stream is running."""


class CardAction(TypedDict):
    """A button in the footer of a card."""

    label: str
    action: ActionConfig


__all__ = ["ActionConfig", "CardAction", "Handler", "LoadingBehavior"]
