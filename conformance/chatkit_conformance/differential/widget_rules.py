"""The divergences about widgets: what is passed on, and how two states of one are compared."""

from copy import deepcopy
from typing import Any

from chatkit_conformance.differential.compare import same
from chatkit_conformance.differential.rules import UPDATED, Scene, agreed

DEFAULTS: dict[str, Any] = {"handler": "server", "loadingBehavior": "auto", "streaming": True}
DROPPED = {("Card", "border")}
"""Props that the reference's classes lack, of those that the scripts use."""


def given(scene: Scene) -> bool:
    """D21: a widget is passed on as given; the reference writes defaults into actions and drops props."""
    return as_given(scene.official, scene.ours)


def as_given(official: Any, ours: Any) -> bool:
    """Put our widgets for the official ones wherever they differ in nothing else."""
    changed = False
    if isinstance(official, list) and isinstance(ours, list):
        # Not `any` over a generator: every pair has to be looked at.
        for one, other in zip(official, ours, strict=False):
            changed = as_given(one, other) or changed
        return changed
    if not isinstance(official, dict) or not isinstance(ours, dict):
        return False
    for key in official.keys() & ours.keys():
        one, other = official[key], ours[key]
        if key in {"widget", "component"} and not same(one, other) and covers(one, other):
            official[key] = deepcopy(other)
            changed = True
        elif as_given(one, other):
            changed = True
    return changed


def covers(official: Any, ours: Any) -> bool:
    """Tell whether a widget differs from the given one only as the reference's classes make it differ."""
    if isinstance(official, list) and isinstance(ours, list):
        return len(official) == len(ours) and all(map(covers, official, ours))
    if not isinstance(official, dict) or not isinstance(ours, dict):
        return same(official, ours)
    written = all(key in DEFAULTS and same(official[key], DEFAULTS[key]) for key in official.keys() - ours.keys())
    dropped = all((ours.get("type"), key) in DROPPED for key in ours.keys() - official.keys())
    return written and dropped and all(covers(official[key], ours[key]) for key in official.keys() & ours.keys())


def lost_updates(scene: Scene) -> bool:
    """D14: every state of a widget reaches the client; the reference loses some of the appends."""
    found = False
    pairs = zip(lives(scene.events(scene.official)), lives(scene.events(scene.ours)), strict=False)
    for official, ours in list(pairs):
        ended = official.done is not None and ours.whole and ours.moving
        if ended and is_part(official.updates, ours.updates):
            official.forget(scene.events(scene.official))
            ours.forget(scene.events(scene.ours))
            found = True
    return found


def is_part(some: list[dict[str, Any]], more: list[dict[str, Any]]) -> bool:
    """Tell whether the first updates are the second ones with some of them missing."""
    rest = iter(more)
    return len(some) < len(more) and all(any(covers(one["update"], other["update"]) for other in rest) for one in some)


def crashed_diff(scene: Scene) -> bool:
    """D14: a prop that comes or goes on a template's widget is an update, not an error."""
    official, ours = scene.events(scene.official), scene.events(scene.ours)
    ends = [place for place, event in enumerate(official) if event == CRASH]
    return any(is_crash(scene, deepcopy(official[:end]), ours) for end in ends) and agreed(scene, fork=True)


def is_crash(scene: Scene, before: list[Any], ours: list[Any]) -> bool:
    """Tell whether the reference stopped in a widget that ours goes on with, after which it may have lost appends."""
    official = lives(before)
    if not official or official[-1].done is not None or len(lives(ours)) < len(official):
        return False
    stopped, whole = official[-1], lives(ours)[len(official) - 1]
    if not is_part(stopped.updates, whole.updates):
        return False
    done = [place for place, event in enumerate(ours) if is_done(event, whole.id)]
    rest = ours[: done[-1]] if whole.done is not None else list(ours)
    stopped.forget(before)
    whole.forget(rest)
    as_given(before, rest)
    return scene.equal(before, rest)


def is_done(event: dict[str, Any], item_id: str) -> bool:
    """Tell whether an event finishes this item."""
    return bool(event["type"] == "thread.item.done" and event["item"]["id"] == item_id)


CRASH = {"type": "error", "code": "stream.error", "allow_retry": True}


class Life:
    """A widget that a stream announces, updates and finishes."""

    def __init__(self, item: dict[str, Any]) -> None:
        self.id = item["id"]
        self.widget = deepcopy(item["widget"])
        self.updates: list[dict[str, Any]] = []
        self.moving = True
        """No update says what the client has on its screen already."""
        self.done: Any = None

    @property
    def whole(self) -> bool:
        """Tell whether the updates add up to the end."""
        return same(self.widget, self.done)

    def update(self, event: dict[str, Any]) -> None:
        """Apply an update to the widget as a client would."""
        self.updates.append(event)
        shown = deepcopy(self.widget)
        change = event["update"]
        if change["type"] == "widget.root.updated":
            self.widget = deepcopy(change["widget"])
        elif change["type"] == "widget.streaming_text.value_delta":
            for component in components(self.widget):
                if component.get("id") == change["component_id"]:
                    component["value"] = component.get("value", "") + change["delta"]
        self.moving = self.moving and not same(shown, self.widget)

    def forget(self, events: list[Any]) -> None:
        """Take the updates out of the stream."""
        events[:] = [event for event in events if not any(event is update for update in self.updates)]


def lives(events: list[Any]) -> list[Life]:
    """Follow every widget of a stream from `added` to `done`."""
    followed: list[Life] = []
    opened: dict[str, Life] = {}
    for event in events:
        item = event.get("item", {})
        if event["type"] == "thread.item.added" and item.get("type") == "widget":
            opened[item["id"]] = Life(item)
            followed.append(opened[item["id"]])
        elif event["type"] == UPDATED and event["item_id"] in opened:
            opened[event["item_id"]].update(event)
        elif event["type"] == "thread.item.done" and item["id"] in opened:
            opened.pop(item["id"]).done = item.get("widget")
    return followed


def components(value: Any) -> list[dict[str, Any]]:
    """List all objects in a widget, at every depth."""
    if isinstance(value, list):
        return [found for inner in value for found in components(inner)]
    if not isinstance(value, dict):
        return []
    return [value, *(found for inner in value.values() for found in components(inner))]
