"""Effects: progress, effects on the page and notices, which are shown and never stored."""

from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.transcript import JSON
from chatkit_protocol.events import ClientEffect, Notice, ProgressUpdate
from chatkit_protocol.icons import is_icon

TYPES = "openai-chatkit 1.6.5, chatkit/types.py:"


def progress(**given: Any) -> JSON:
    """Something is going on."""
    return {"type": "progress_update", "text": "Looking", "icon": "search"} | given


def effect(**given: Any) -> JSON:
    """The page has to do something."""
    return {"type": "client_effect", "name": "zoom", "data": {}} | given


@rule(
    "effects.progress.complete",
    "MUST",
    "L0",
    catalogue="EVT-001",
    source=TYPES + "422",
    why="An empty line stands where the user should read what is going on.",
    mend="Send `text`.",
    good=e.create(progress()),
    bad=e.create(progress(text=None)),
)
def progress_says_something(node: Node) -> Looks:
    """A `progress_update` has a text."""
    if node.is_a(ProgressUpdate):
        yield node.look(isinstance(node.value.get("text"), str), "a text", node.value.get("text"), path=".text")


@rule(
    "effects.progress.icon",
    "SHOULD",
    "L0",
    catalogue="EVT-001",
    source=TYPES + "427; chatkit/icons.py:5",
    why="The widget has no such picture, and shows none.",
    mend="Take an icon of the list, or one with the prefix `vendor:` or `lucide:`.",
    good=e.create(progress()),
    bad=e.create(progress(icon="sparkling-unicorn")),
)
def progress_has_a_known_icon(node: Node) -> Looks:
    """The icon of a `progress_update` is one that the widget has."""
    icon = node.value.get("icon")
    if node.is_a(ProgressUpdate) and isinstance(icon, str):
        yield node.look(is_icon(icon), "an icon of the list, vendor:… or lucide:…", icon, path=".icon")


@rule(
    "effects.effect.complete",
    "MUST",
    "L0",
    catalogue="EVT-002",
    source=TYPES + "430",
    why="The page does not know what to do, or fails at what it is given.",
    mend="Send `name`, a text, and `data`, an object, `{}` if there is nothing to say.",
    since="1.4",
    good=e.create(effect()),
    bad=e.create(effect(data=[])),
)
def effects_are_complete(node: Node) -> Looks:
    """A `client_effect` has a name, and an object as its data."""
    if node.is_a(ClientEffect):
        fits = isinstance(node.value.get("name"), str) and isinstance(node.value.get("data", {}), dict)
        yield node.look(fits, "name and data", node.value)


@rule(
    "effects.notice.complete",
    "MUST",
    "L0",
    catalogue="EVT-003",
    source=TYPES + "447",
    why="The widget does not know how to show it, and shows nothing.",
    mend="Send `level`, one of info, warning and danger, and `message`, a text.",
    good=e.create(e.notice()),
    bad=e.create(e.notice() | {"level": "loud"}),
)
def notices_are_complete(node: Node) -> Looks:
    """A `notice` has a level, which is info, warning or danger, and a message."""
    if node.is_a(Notice):
        fits = node.value.get("level") in ("info", "warning", "danger") and isinstance(node.value.get("message"), str)
        yield node.look(fits, "level and message", node.value)
