"""Widgets: what they are made of, and how they grow."""

from copy import deepcopy
from typing import Any

from support.catalogue.exchange import Stream
from support.catalogue.lint.order import of
from support.catalogue.lint.spelling import is_icon
from support.catalogue.shapes import Node
from support.catalogue.verdicts import Found, every

KNOWN = (
    {"Card", "ListView", "ListViewItem", "Basic", "Box", "Row", "Col", "Form", "Divider", "Spacer", "Transition"}
    | {"Text", "Title", "Caption", "Badge", "Markdown", "Icon", "Image", "Chart", "Table", "Table.Row", "Table.Cell"}
    | {"Button", "Select", "DatePicker", "Checkbox", "Input", "Label", "RadioGroup", "Textarea"}
)
VALUED = {"Text", "Markdown", "Title", "Caption"}
ACTION = {
    "type": str,
    "handler": {"client", "server"},
    "loadingBehavior": {"auto", "none", "self", "container"},
    "streaming": bool,
}
ICON_PROPS = ("iconStart", "iconEnd", "icon")


def components(widget: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the components of a widget, the root first."""
    found, pending = [], [widget]
    while pending:
        one = pending.pop(0)
        found.append(one)
        children = one.get("children") or []
        pending.extend(c for c in (children if isinstance(children, list) else [children]) if isinstance(c, dict))
    return found


def named(widget: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((one for one in components(widget) if one.get("id") == name), None)


class Growth:
    """A widget between `added` and `done`."""

    def __init__(self, widget: dict[str, Any]) -> None:
        self.widget = deepcopy(widget)
        self.ended: set[str] = set()
        self.grew: set[str] = set()

    def take(self, update: dict[str, Any]) -> None:
        kind, name = update["type"], update.get("component_id", "")
        if kind == "widget.root.updated":
            self.widget = deepcopy(update["widget"])
            return
        one = named(self.widget, name)
        if one is not None and kind == "widget.streaming_text.value_delta":
            one["value"] = one.get("value", "") + update["delta"]
            self.grew.add(name)
            self.ended |= {name} if update["done"] and "streaming" in one else set()
        elif one is not None:
            one.clear()
            one.update(deepcopy(update["component"]))


def steps(one: Stream) -> list[tuple[dict[str, Any], Growth]]:
    """Give each update of a widget and each `done`, with the widget as it was before."""
    growing = {name: Growth(item["widget"]) for name, item in one.before.items() if item["type"] == "widget"}
    found = []
    for event in of(one, "thread.item.added", "thread.item.updated", "thread.item.done"):
        item, update = event.get("item", {}), event.get("update", {})
        if item.get("type") == "widget" and event["type"] == "thread.item.added":
            growing[item["id"]] = Growth(item["widget"])
        elif item.get("id") in growing:
            found.append((item, growing[item["id"]]))
        elif event.get("item_id") in growing and str(update.get("type")).startswith("widget."):
            found.append((update, deepcopy(growing[event["item_id"]])))
            growing[event["item_id"]].take(update)
    return found


@every("widget", "WGT-001")
def roots_are_known(node: Node) -> Found:
    if not node.where.endswith(".component"):
        yield node.value.get("type") in {"Card", "ListView", "Basic"}, node.value


@every("component", "WGT-002")
def components_have_a_type(node: Node) -> Found:
    yield isinstance(node.value.get("type"), str), (node.where, node.value)


@every("stream", "WGT-003")
def a_delta_names_a_text(one: Stream) -> Found:
    for update, growth in steps(one):
        if update["type"] == "widget.streaming_text.value_delta":
            target = named(growth.widget, update["component_id"]) or {}
            yield target.get("type") in {"Text", "Markdown"}, update


@every("stream", "WGT-005")
def a_finished_text_stays(one: Stream) -> Found:
    for update, growth in steps(one):
        if update["type"] == "widget.streaming_text.value_delta":
            yield update["component_id"] not in growth.ended, update


@every("stream", "WGT-006")
def updates_add_up_to_done(one: Stream) -> Found:
    for item, growth in steps(one):
        if item["type"] == "widget":
            yield item["widget"] == growth.widget, (item["widget"], growth.widget)


@every("stream", "WGT-009")
def growing_texts_keep_their_id(one: Stream) -> Found:
    for step, growth in steps(one):
        state = step.get("widget", {})
        for name in growth.grew if state else ():
            yield named(state, name) is not None, (name, state)


@every("stream", "WGT-010")
def a_changed_component_is_there(one: Stream) -> Found:
    for update, growth in steps(one):
        if update["type"] == "widget.component.updated":
            yield named(growth.widget, update["component_id"]) is not None, update


@every("component", "WGT-011")
def list_items_are_in_lists(node: Node) -> Found:
    parent = node.fields["parent"] or {}
    if node.where.endswith(".component"):
        return  # a component by itself does not say where it stands
    if parent.get("type") == "ListView" or node.value.get("type") == "ListViewItem":
        yield (parent.get("type"), node.value.get("type")) == ("ListView", "ListViewItem"), node.value


@every("widget", "WGT-012")
def component_ids_are_unique(node: Node) -> Found:
    ids = [one["id"] for one in components(node.value) if "id" in one]
    if ids:
        yield len(set(ids)) == len(ids), ids


@every("component", "WGT-013")
def actions_are_well_formed(node: Node) -> Found:
    """D21: action defaults are not filled in, so only what is there is looked at."""
    for prop, action in node.value.items():
        if prop.endswith("Action") and isinstance(action, dict):
            yield isinstance(action.get("type"), str), action
            yield all(_fits(action[name], wanted) for name, wanted in ACTION.items() if name in action), action


def _fits(value: Any, wanted: Any) -> bool:
    return isinstance(value, wanted) if isinstance(wanted, type) else value in wanted


@every("component", "WGT-015")
def components_are_known(node: Node) -> Found:
    yield node.value.get("type") in KNOWN, node.value


@every("component", "WGT-016")
def icons_are_known(node: Node) -> Found:
    names = [node.value[prop] for prop in ICON_PROPS if prop in node.value]
    names += [node.value["name"]] if node.value.get("type") == "Icon" else []
    for name in names:
        yield is_icon(name), name


@every("component", "WGT-017")
def values_are_texts(node: Node) -> Found:
    if node.value.get("type") in VALUED:
        yield isinstance(node.value.get("value"), str), node.value
