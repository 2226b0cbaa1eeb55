"""Components: what widgets are made of, wherever one is sent."""

from collections import Counter
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.components import Component
from chatkit_conformance.linter.growth import components, mapped
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.transcript import JSON, Exchange
from chatkit_protocol import widgets
from chatkit_protocol.icons import is_icon
from chatkit_protocol.items import WidgetItem
from chatkit_protocol.updates import WidgetRootUpdated

SDK = "openai-chatkit 1.6.5, chatkit/widgets.py"
TYPES = [value for value in vars(widgets).values() if isinstance(value, type) and issubclass(value, widgets.Node)]
KNOWN = {str(kind.__struct_config__.tag) for kind in TYPES if kind.__struct_config__.tag}
"""The types of components that the types of the widget name."""
VALUED = ("Text", "Title", "Caption", "Markdown")


def text(value: Any = "Hello", **props: Any) -> JSON:
    """Write a text."""
    return {"type": "Text", "value": value} | props


def card(*children: Any, **props: Any) -> JSON:
    """Write a card."""
    return {"type": "Card", "children": list(children)} | props


def shown(widget: Any) -> Exchange:
    """Show a widget."""
    return e.create(e.done(e.item("widget", "wid_1", widget=widget)))


ROWS: JSON = {"type": "ListView", "children": [{"type": "ListViewItem", "children": [text()]}]}
GO: JSON = {"type": "go", "handler": "server", "loadingBehavior": "self", "streaming": True}
BUTTON: JSON = {"type": "Button", "label": "Go", "iconStart": "bolt", "onClickAction": GO}
GOOD = [shown(card(text(id="t"), BUTTON)), e.say(e.done(e.item("widget", "wid_2", widget=ROWS)))]


@rule(
    "components.root.known",
    "MUST",
    "L0",
    catalogue="WGT-001",
    source=f"{SDK}:1101",
    why="The widget draws nothing for any other root.",
    mend="Put the components into a Card, a ListView or a Basic.",
    good=GOOD,
    bad=shown({"type": "Box", "children": [text()]}),
)
def roots_are_known(component: Component) -> Looks:
    """The root of a widget is a Card, a ListView or a Basic."""
    if component.root and component.type:
        yield component.look(component.type in widgets.ROOTS, "Card, ListView or Basic", component.type)


@rule(
    "components.type.there",
    "MUST",
    "L0",
    catalogue="WGT-002",
    source=f"{SDK}:180,190",
    why="Nobody can tell what to draw.",
    mend="Write every component as an object with its `type`, also where it is the usual one.",
    good=GOOD,
    bad=shown(card({"value": "Hello"})),
)
def components_have_a_type(component: Component) -> Looks:
    """Every component is an object with a `type`."""
    yield component.look(component.type, "an object with a type", component.given)


@rule(
    "components.type.known",
    "INFO",
    "L0",
    catalogue="WGT-015",
    source=f"{SDK}:1062; @openai/chatkit 1.9.0, types/widgets.d.ts",
    why="A page that does not know the component leaves it out.",
    mend="Look whether the type is spelled as the widget spells it.",
    good=GOOD,
    bad=shown(card({"type": "Carousel"})),
)
def components_are_known(component: Component) -> Looks:
    """A component is one of those that the widget's types name."""
    if component.type and not component.root:
        yield component.look(component.type in KNOWN, "a known component", component.type)


@rule(
    "components.list.items",
    "MUST",
    "L0",
    catalogue="WGT-011",
    source=f"{SDK}:224,239; docs/concepts/widgets.md:29",
    why="The list draws rows and nothing else; a row outside of one has no place.",
    mend="Put a ListViewItem around each row of a ListView, and use it only there.",
    good=GOOD,
    bad=shown({"type": "ListView", "children": [text()]}),
)
def list_items_are_in_lists(component: Component) -> Looks:
    """The children of a ListView are ListViewItems, and a ListViewItem stands only there."""
    parent = component.parent.get("type")
    # A whole list may stand in a Basic root; only its rows are bound to it.
    if isinstance(parent, str) and component.type and (parent == "ListView" or component.type == "ListViewItem"):
        holds = (parent, component.type) == ("ListView", "ListViewItem")
        yield component.look(holds, "ListViewItem in a ListView", f"{component.type} in a {parent}")


@rule(
    "components.id.unique",
    "SHOULD",
    "L0",
    catalogue="WGT-012",
    source="openai-chatkit 1.6.5, chatkit/server.py:161",
    why="Text that is streamed goes to the component of its id: with two, to one of them.",
    mend="Give components of one widget different ids.",
    good=GOOD,
    bad=shown(card(text(id="t"), text(id="t"))),
)
def component_ids_are_unique(node: Node) -> Looks:
    """The ids of the components of a widget differ."""
    if node.is_a(WidgetItem, WidgetRootUpdated):
        found = (mapped(component).get("id") for component, _, _ in components(node.value.get("widget")))
        ids = Counter(name for name in found if isinstance(name, str))
        if ids:
            twice = sorted(name for name, count in ids.items() if count > 1)
            yield node.look(not twice, "ids that differ", twice, path=".widget")


CHOICES: dict[str, Any] = {
    "handler": ("client", "server"),
    "loadingBehavior": ("auto", "none", "self", "container"),
    "streaming": (True, False),
}


def _actions(component: Component) -> list[tuple[str, Any]]:
    """Find the actions of a component: its `on…Action` props, and those of a card's footer."""
    found = [(name, value) for name, value in component.value.items() if name.endswith("Action") and value is not None]
    footer = [(name, component.value[name]) for name in ("confirm", "cancel") if name in component.value]
    return found + [(f"{name}.action", value["action"]) for name, value in footer if "action" in mapped(value)]


@rule(
    "components.action.shape",
    "MUST",
    "L0",
    catalogue="WGT-013",
    source="openai-chatkit 1.6.5, chatkit/actions.py:7",
    why="A click does nothing, or waits in the wrong way.",
    mend="Give an action its `type`; `handler` is client or server, `loadingBehavior` auto, none, self or container.",
    good=GOOD,
    bad=shown(card(BUTTON | {"onClickAction": GO | {"loadingBehavior": "spin"}})),
)
def actions_are_well_formed(component: Component) -> Looks:
    """An action has a `type`; what it says of handling, loading and streaming is one of what there is."""
    for name, action in _actions(component):
        one = mapped(action)
        odd = [key for key, choices in CHOICES.items() if key in one and one[key] not in choices]
        holds = isinstance(one.get("type"), str) and not odd
        yield component.look(holds, "an action", action, path=f".{name}")


ICONS = ("icon", "iconStart", "iconEnd")


@rule(
    "components.icon.known",
    "SHOULD",
    "L0",
    catalogue="WGT-016",
    source="openai-chatkit 1.6.5, chatkit/icons.py:5",
    why="No picture appears.",
    mend="Use a name of the list, or one behind `lucide:` or `vendor:`.",
    good=GOOD,
    bad=shown(card({"type": "Icon", "name": "unicorn"})),
)
def icons_are_known(component: Component) -> Looks:
    """An icon is one that ChatKit draws, or a name behind `lucide:` or `vendor:`."""
    props = [*ICONS, "name"] if component.type == "Icon" else ICONS
    for prop in props:
        if isinstance(component.value.get(prop), str):
            name = component.value[prop]
            yield component.look(is_icon(name), "a known icon", name, path=f".{prop}")


@rule(
    "components.value.text",
    "MUST",
    "L0",
    catalogue="WGT-017",
    source=f"{SDK}:296,307,346",
    why="The text does not appear.",
    mend="Write `value` as a string, numbers too.",
    good=GOOD,
    bad=shown(card(text(3))),
)
def values_are_texts(component: Component) -> Looks:
    """The `value` of a Text, a Title, a Caption or a Markdown is a string."""
    if component.type in VALUED:
        value = component.value.get("value")
        yield component.look(isinstance(value, str), "a string", value, path=".value")
