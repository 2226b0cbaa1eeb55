"""Faults of widgets."""

from support.shelf import spoils as s
from support.shelf.fault import fault

WIDGETS = [
    fault(
        "root-unknown",
        "the root of a widget is a Box",
        "components.root.known",
        s.wherever("widget", lambda w: {"type": "Box", "children": [w]}),
        "widgets.basic",
    ),
    fault(
        "component-without-type",
        "a component has no type",
        "components.type.there",
        s.of("Text", s.without("type")),
        "widgets.text-grows",
    ),
    fault(
        "component-unknown",
        "a component of an unknown type",
        "components.type.known",
        s.of("Text", s.put(type="Words")),
        "widgets.text-grows",
    ),
    fault(
        "list-of-rows",
        "a list view holds what is no list item",
        "components.list.items",
        s.of("ListViewItem", s.put(type="Row")),
        "widgets.roots",
    ),
    fault(
        "component-ids-equal",
        "two components have one id",
        "components.id.unique",
        s.of("Text", s.put(id="same")),
        "widgets.roots",
    ),
    fault(
        "action-loading-unknown",
        "an action with an unknown loading behaviour",
        "components.action.shape",
        s.wherever("onClickAction", lambda a: a | {"loadingBehavior": "spin"}),
        "widgets.roots",
    ),
    fault(
        "action-without-type",
        "an action has no type",
        "components.action.shape",
        s.wherever("onClickAction", lambda a: {k: v for k, v in a.items() if k != "type"}),
        "widgets.roots",
    ),
    fault(
        "action-handler-unknown",
        "an action with an unknown handler",
        "components.action.shape",
        s.wherever("onClickAction", lambda a: a | {"handler": "browser"}),
        "widgets.roots",
    ),
    fault(
        "icon-unknown",
        "a widget has an unknown icon",
        "components.icon.known",
        s.of("Icon", s.put(name="no-such-icon")),
        "widgets.roots",
    ),
    fault(
        "value-number",
        "the value of a text is a number",
        "components.value.text",
        s.of("Text", s.put(value=3)),
        "widgets.text-grows",
    ),
    fault(
        "widget-missing",
        "a widget item has no widget",
        "widgets.shape",
        s.of("widget", s.without("widget")),
        "widgets.basic",
    ),
    fault(
        "widget-as-text",
        "a widget is JSON in a text",
        "widgets.shape",
        s.wherever("widget", str),
        "widgets.basic",
    ),
    fault(
        "widget-copy-text-lost",
        "the copy text is lost",
        "widgets.copy-text.kept",
        s.values(s.without("copy_text")),
        "widgets.copy-text",
    ),
    fault(
        "delta-for-a-ghost",
        "text is appended to a component that is not there",
        "widgets.delta.names-text",
        s.wherever("component_id", lambda _: "ghost"),
        "widgets.text-grows",
    ),
    fault(
        "component-update-for-a-ghost",
        "a component is updated that is not there",
        "widgets.component.known",
        s.of("widget.component.updated", s.put(component_id="ghost")),
        "widgets.updates",
    ),
    fault(
        "widget-delta-is-whole",
        "a delta holds the whole text",
        "widgets.done.as-streamed",
        s.of("widget.streaming_text.value_delta", lambda v: v.update(delta="Hel" + v["delta"])),
        "widgets.text-grows",
    ),
    fault(
        "widget-delta-changed",
        "a delta is not what `done` has",
        "widgets.done.as-streamed",
        s.of("widget.streaming_text.value_delta", lambda v: v.update(delta=v["delta"].upper())),
        "widgets.text-grows",
    ),
    fault(
        "widget-text-never-ends",
        "no delta says that it is the last",
        "widgets.streamed.end-of-text",
        s.of("widget.streaming_text.value_delta", s.put(done=False)),
        "widgets.bare-text-grows",
    ),
    fault(
        "widget-redraws-lost",
        "a widget is not redrawn",
        "widgets.done.as-streamed",
        s.drop_update("widget.root.updated"),
        "widgets.redrawn-while-streaming",
    ),
    fault(
        "widget-deltas-lost",
        "a widget's text is not streamed",
        "widgets.streamed.by-deltas",
        s.drop_update("widget.streaming_text.value_delta"),
        "widgets.text-grows",
    ),
    fault(
        "widget-added-and-done",
        "a widget that does not change is added and done",
        "widgets.plain.one-event",
        s.each(
            lambda e: (
                [e | {"type": "thread.item.added"}, e]
                if e["type"] == "thread.item.done" and e["item"]["type"] == "widget"
                else [e]
            )
        ),
        "widgets.basic",
    ),
    fault(
        "widget-props-lost",
        "props that the server does not know are lost",
        "replay.content",
        s.finished("widget", lambda i: i["widget"].pop("children", None)),
        "widgets.basic",
    ),
]
