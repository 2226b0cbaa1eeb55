"""Widget streaming: from one state of a widget to the next with the least said."""

from chatkit_protocol.base import JSONObject
from chatkit_protocol.fold import components
from chatkit_protocol.updates import WidgetRootUpdated, WidgetStreamingTextValueDelta

WidgetUpdate = WidgetStreamingTextValueDelta | WidgetRootUpdated

GROWING = frozenset({"Text", "Markdown"})
"""Components whose `value` may grow by deltas, if they have an id."""


def widget_updates(before: JSONObject, after: JSONObject) -> list[WidgetUpdate]:
    """Say what changed from `before` to `after`, both plain widgets.

    Text appended to a Text or Markdown with an id is a delta; whatever else changed redraws the root (D14).
    """
    old, new = _texts(before), _texts(after)
    if old is None or new is None or _skeleton(before) != _skeleton(after):
        return [] if before == after else [WidgetRootUpdated(widget=after)]
    if any(not new[name]["value"].startswith(text["value"]) for name, text in old.items()):
        return [WidgetRootUpdated(widget=after)]
    return [
        WidgetStreamingTextValueDelta(
            component_id=name,
            delta=text["value"][len(old[name]["value"]) :],
            done=not text.get("streaming", False),
        )
        for name, text in new.items()
        if text["value"] != old[name]["value"]
    ]


def _grows(component: JSONObject) -> bool:
    return (
        component.get("type") in GROWING
        and isinstance(component.get("id"), str)
        and isinstance(component.get("value"), str)
    )


def _texts(widget: JSONObject) -> dict[str, JSONObject] | None:
    """Find the texts that may grow, by id; None when two share an id and a delta could not say which."""
    found: dict[str, JSONObject] = {}
    for component in components(widget):
        if _grows(component) and found.setdefault(component["id"], component) is not component:
            return None
    return found


def _skeleton(component: object) -> object:
    """Give the widget without the values that may grow."""
    if isinstance(component, list):
        return [_skeleton(child) for child in component]
    if not isinstance(component, dict):
        return component
    bare = {k: _skeleton(v) if k == "children" else v for k, v in component.items()}
    if _grows(component):
        bare["value"] = None
    return bare
