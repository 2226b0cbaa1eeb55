"""Widgets: how one grows, by pieces of text and by new states, and what it is in the end."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import JSON, Widget, components, listed, mapped
from chatkit_conformance.linter.life import Step, walk
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Event, Stream
from chatkit_conformance.transcript import Exchange, compact
from chatkit_protocol.items import WidgetItem
from chatkit_protocol.updates import WidgetComponentUpdated, WidgetRootUpdated, WidgetStreamingTextValueDelta

SDK = "openai-chatkit 1.6.5, chatkit/server.py"
DELTA = "widget.streaming_text.value_delta"
ROOT = "widget.root.updated"


def card(value: str, *more: Any, **props: Any) -> JSON:
    """Write a card with a text that can grow."""
    return {"type": "Card", "children": [{"type": "Text", "id": "t", "value": value} | props, *more]}


def item(widget: Any, **given: Any) -> JSON:
    """Write a widget as an item."""
    return e.item("widget", "wid_1", widget=widget) | given


def grow(delta: str, *, done: bool = False, name: str = "t") -> JSON:
    """A piece of text comes."""
    return e.updated("wid_1", DELTA, component_id=name, delta=delta, done=done)


def redraw(widget: Any) -> JSON:
    """A new state comes."""
    return e.updated("wid_1", ROOT, widget=widget)


def drawn(first: Any, *updates: JSON, last: Any) -> Exchange:
    """Stream a widget."""
    return e.create(e.added(item(first)), *updates, e.done(item(last)))


GROWN = drawn(card("Hel"), grow("lo"), grow(" you", done=True), last=card("Hello you"))


@rule(
    "widgets.shape",
    "MUST",
    "L0",
    source="openai-chatkit 1.6.5, chatkit/types.py:676",
    why="The widget cannot be drawn, or the piece of text cannot be appended.",
    mend="Send the widget as an object; a delta with `component_id`, `delta` and `done`.",
    good=GROWN,
    bad=e.create(e.done(item("Hello"))),
)
def widgets_are_well_formed(node: Node) -> Looks:
    """A widget is an object, and its updates say what they change."""
    if node.is_a(WidgetItem):
        yield from node.shaped("widget", "copy_text")
    elif node.is_a(WidgetStreamingTextValueDelta, WidgetRootUpdated, WidgetComponentUpdated):
        yield from node.shaped()


def _updates(stream: Stream, kind: str) -> Iterator[tuple[Event, JSON, Widget]]:
    """Give the updates of widgets of one kind, with the widget before each."""
    for step in walk(stream):
        if isinstance(step.growth, Widget) and step.event.update.get("type") == kind and not step.breaks:
            yield step.event, step.event.update, step.growth


@rule(
    "widgets.delta.names-text",
    "MUST",
    "L0",
    catalogue="WGT-003",
    source=f"{SDK}:108,158",
    why="The text goes nowhere: the widget finds no component to append to.",
    mend="Give the Text or Markdown that grows an `id`, and name it in `component_id`.",
    good=GROWN,
    bad=drawn(card("Hello"), grow(" you", name="ghost"), last=card("Hello")),
)
def a_delta_names_a_text(stream: Stream) -> Looks:
    """A delta names a Text or a Markdown that is in the widget."""
    for event, update, growth in _updates(stream, DELTA):
        kind = (growth.named(update.get("component_id")) or {}).get("type")
        place = "$.update.component_id"
        yield event.look(kind in {"Text", "Markdown"}, "a Text or Markdown of the widget", kind, path=place)


@rule(
    "widgets.component.known",
    "MUST",
    "L0",
    catalogue="WGT-010",
    source="openai-chatkit 1.6.5, chatkit/types.py:538",
    why="The change goes nowhere: the widget finds no such component.",
    mend="Name a component of the widget in `component_id`.",
    good=drawn(
        card("Hello"),
        e.updated("wid_1", "widget.component.updated", component_id="t", component=card("Bye")["children"][0]),
        last=card("Bye"),
    ),
    bad=drawn(
        card("Hello"),
        e.updated("wid_1", "widget.component.updated", component_id="x", component={"type": "Divider"}),
        last=card("Hello"),
    ),
)
def a_changed_component_is_there(stream: Stream) -> Looks:
    """A component that changes is in the widget."""
    for event, update, growth in _updates(stream, "widget.component.updated"):
        name = update.get("component_id")
        yield event.look(growth.named(name) is not None, "an id in the widget", name, path="$.update.component_id")


@rule(
    "widgets.delta.not-after-end",
    "INFO",
    "L0",
    catalogue="WGT-005",
    source=f"{SDK}:193",
    why="The cursor is gone, and the text still grows.",
    mend="Say `done: true` with the last piece only.",
    good=GROWN,
    bad=drawn(card("a", streaming=True), grow("b", done=True), grow("c", done=True), last=card("abc", streaming=True)),
)
def nothing_comes_after_the_last_delta(stream: Stream) -> Looks:
    """No delta follows the last one of a text, unless the text does not say whether it is streaming."""
    for event, update, growth in _updates(stream, DELTA):
        name = update.get("component_id")
        if "streaming" in (growth.named(name) or {}) or name not in growth.ended:
            yield event.look(name not in growth.ended, "no further delta", update.get("delta"), path="$.update")


@rule(
    "widgets.text.keeps-id",
    "MUST",
    "L0",
    catalogue="WGT-009",
    source=f"{SDK}:178",
    why="The text vanishes while it is being written.",
    mend="Keep the component and its id in every state until its text has ended.",
    good=drawn(card("Hel"), grow("lo"), redraw(card("Hello")), last=card("Hello")),
    bad=drawn(card("Hel"), grow("lo"), redraw({"type": "Card", "children": []}), last={"type": "Card", "children": []}),
)
def growing_texts_keep_their_id(stream: Stream) -> Looks:
    """A text that is growing is there, under its id, in every state of the widget until it has ended."""
    for event, update, growth in _updates(stream, ROOT):
        if growing := growth.grew - growth.ended:
            state = {mapped(one).get("id") for one, _, _ in components(update.get("widget")) if _hashable(one)}
            lost = sorted(growing - state)
            yield event.look(not lost, "the texts that are growing", lost, path="$.update.widget")


def _hashable(component: Any) -> bool:
    return isinstance(mapped(component).get("id"), str)


def _finished(stream: Stream) -> Iterator[tuple[Step, Widget, list[str]]]:
    """Give the `done` of each streamed widget, with the texts that came whole again and again."""
    for step in walk(stream):
        growth = step.growth
        if step.name == "done" and isinstance(growth, Widget) and growth.changed:
            found = (mapped(one) for one, _, _ in components(step.event.item.get("widget")))
            values = {one["id"]: one.get("value") for one in found if isinstance(one.get("id"), str)}
            wrong = (name for name, last in growth.last.items() if values.get(name) == last != growth.value(name))
            yield step, growth, sorted(wrong)


@rule(
    "widgets.delta.suffix",
    "MUST",
    "L0",
    catalogue="WGT-004",
    source=f"{SDK}:185",
    why="The text appears again and again: HelHelloHello you.",
    mend="Send what is new since the last update, not the whole value.",
    good=GROWN,
    bad=drawn(card("Hel"), grow("Hello"), grow("Hello you"), last=card("Hello you")),
)
def deltas_are_suffixes(stream: Stream) -> Looks:
    """A delta is what is appended to the text, never the whole of it."""
    for step, growth, wrong in _finished(stream):
        if growth.last:
            yield step.event.look(not wrong, "deltas that add up to the value", wrong, path="$.item.widget")


@rule(
    "widgets.done.as-streamed",
    "MUST",
    "L0",
    catalogue="WGT-006",
    source=f"{SDK}:226",
    why="The widget jumps when it is done: part of it had never been shown.",
    mend="Send an update for every change; what is no text appended to an id is a `widget.root.updated`.",
    good=GROWN,
    bad=drawn(card("Hel"), grow("lo"), last=card("Hello you")),
)
def updates_add_up_to_done(stream: Stream) -> Looks:
    """A widget that is done is what its updates had made of it."""
    for step, growth, wrong in _finished(stream):
        told = step.event.item.get("widget")
        if not wrong and isinstance(told, dict):
            streamed = growth.item["widget"]
            yield step.event.look(told == streamed, compact(streamed), told, path="$.item.widget")


class Change(NamedTuple):
    """From one state of a scripted widget to the next."""

    before: JSON
    after: JSON
    appended: dict[str, tuple[str, bool]]
    """The texts that only grew, by id: what is new, and whether they have ended. Empty when more changed."""
    event: Event | None
    """The first update for it; none when it did not come."""
    updates: list[JSON]


def _texts(widget: JSON) -> dict[str, JSON]:
    found = (mapped(one) for one, _, _ in components(widget))
    return {
        one["id"]: one for one in found if isinstance(one.get("id"), str) and one.get("type") in {"Text", "Markdown"}
    }


def _blank(widget: Any) -> Any:
    """Leave out what may grow."""
    if isinstance(widget, list):
        return [_blank(one) for one in widget]
    if not isinstance(widget, dict):
        return widget
    grows = widget.get("type") in {"Text", "Markdown"} and isinstance(widget.get("id"), str)
    return {key: _blank(value) for key, value in widget.items() if not (grows and key == "value")}


def _appended(before: JSON, after: JSON) -> dict[str, tuple[str, bool]]:
    old, new = _texts(before), _texts(after)
    if _blank(before) != _blank(after):
        return {}
    pairs = {name: (str(old[name].get("value", "")), str(new[name].get("value", ""))) for name in new if name in old}
    if not all(b.startswith(a) for a, b in pairs.values()):
        return {}
    return {name: (b[len(a) :], not new[name].get("streaming")) for name, (a, b) in pairs.items() if a != b}


def _changes(stream: Stream) -> Iterator[Change]:
    """Give the changes of the one widget that the script of a stream has the test bed stream."""
    script = stream.script or []
    asked = [step for step in script if isinstance(step, list) and step[:1] == ["widget"] and len(step) > 1]
    events = [event for event in stream.of("thread.item.updated") if str(event.update["type"]).startswith("widget.")]
    states = [mapped(state) for state in listed(asked[0][1])] if len(asked) == 1 and len(script) == 1 else []
    for before, after in pairwise(states):
        if before != after and not stream.failed:
            appended = _appended(before, after)
            taken = events[: max(len(appended), 1)]
            events = events[len(taken) :]
            yield Change(before, after, appended, taken[0] if taken else None, [event.update for event in taken])


def _stream_of(*states: JSON, shown: tuple[JSON, ...] = (), error: JSON | None = None) -> Exchange:
    events = (e.added(item(states[0])), *shown, e.done(item(states[-1])))
    return e.create(*([error] if error else events), said=e.script(["widget", list(states)]))


APPENDS = (card("Hel"), card("Hello"), card("Hello you"))
REDRAWS = (card("a"), card("a", {"type": "Divider"}))
APPENDED = _stream_of(*APPENDS, shown=(grow("lo", done=True), grow(" you", done=True)))


@rule(
    "widgets.streamed.by-deltas",
    "SHOULD",
    "L3",
    catalogue="WGT-020",
    source=f"{SDK}:240; tests/test_chatkit_server.py:1865",
    why="Long texts appear in jumps, or only when they are whole.",
    mend="Compare each state with the one before; where only a text with an `id` grew, send what is new as a delta.",
    good=APPENDED,
    bad=_stream_of(*APPENDS, shown=(redraw(APPENDS[1]), redraw(APPENDS[2]))),
)
def appended_text_is_a_delta(stream: Stream) -> Looks:
    """Where only texts grew from one state of a widget to the next, each is a delta with what is new."""
    for change in _changes(stream):
        if change.appended:
            told = [(one.get("component_id"), one.get("delta")) for one in change.updates if one.get("type") == DELTA]
            wanted = [(name, text) for name, (text, _) in change.appended.items()]
            yield (change.event or stream).look(sorted(map(str, told)) == sorted(map(str, wanted)), f"{wanted}", told)


@rule(
    "widgets.streamed.end-of-text",
    "MUST",
    "L3",
    catalogue="WGT-008",
    source=f"{SDK}:193",
    why="A cursor blinks behind a text that is whole, or is missing behind one that grows.",
    mend="Write `done` as the opposite of what the new state says of `streaming`.",
    good=APPENDED,
    bad=_stream_of(*APPENDS, shown=(grow("lo", done=False), grow(" you", done=True))),
)
def the_end_of_a_text_is_told(stream: Stream) -> Looks:
    """A delta is the last one unless the new state of its text says that it is streaming."""
    for change in _changes(stream):
        for update in change.updates:
            name = update.get("component_id")
            if update.get("type") == DELTA and isinstance(name, str) and name in change.appended and change.event:
                ended = change.appended[name][1]
                yield change.event.look(update.get("done") is ended, f"done: {ended}", update.get("done"))


@rule(
    "widgets.streamed.redraws",
    "SHOULD",
    "L3",
    catalogue="WGT-018",
    source=f"{SDK}:113",
    why="The new part of the widget appears late, or never.",
    mend="Send `widget.root.updated` for every change that is more than text at the end of a text.",
    good=_stream_of(*REDRAWS, shown=(redraw(REDRAWS[1]),)),
    bad=_stream_of(
        *REDRAWS,
        shown=(
            e.updated(
                "wid_1",
                "widget.component.updated",
                component_id="t",
                component={"type": "Text", "id": "t", "value": "a"},
            ),
            redraw(REDRAWS[1]),
        ),
    ),
)
def what_is_more_than_text_redraws(stream: Stream) -> Looks:
    """A change that is more than appended text is a `widget.root.updated` with the new state."""
    for change in _changes(stream):
        if not change.appended:
            told = change.updates[0].get("type") if change.updates else None
            yield (change.event or stream).look(told == ROOT, ROOT, told)


@rule(
    "widgets.plain.one-event",
    "SHOULD",
    "L3",
    catalogue="WGT-007",
    source=f"{SDK}:214; tests/test_agents.py:208",
    why="An empty widget flashes before the whole one.",
    mend="Send a widget that does not grow as one `thread.item.done`.",
    good=e.create(e.done(item(card("a"))), said=e.script(["widget", [card("a")]])),
    bad=_stream_of(card("a")),
)
def a_plain_widget_is_one_event(stream: Stream) -> Looks:
    """A widget of one state is one `thread.item.done`."""
    script = stream.script or []
    if len(script) == 1 and script[0][:1] == ["widget"] and len(listed(script[0][1])) == 1:
        told = [event.type for event in stream.events if event.item_type == "widget" or event.update]
        yield stream.look(told == ["thread.item.done"], "thread.item.done", told)


@rule(
    "widgets.copy-text.kept",
    "MUST",
    "L3",
    catalogue="WGT-014",
    source=f"{SDK}:209,221,232; chatkit/types.py:681",
    why="The copy button is missing, or copies something else.",
    mend="Send the `copy_text` that the app gave.",
    good=e.create(
        e.done(item(card("a"), copy_text="as text")), said=e.script(["emit", e.done(item({}, copy_text="as text"))])
    ),
    bad=e.create(e.done(item(card("a"))), said=e.script(["emit", e.done(item({}, copy_text="as text"))])),
)
def copy_text_is_kept(stream: Stream) -> Looks:
    """The `copy_text` of a widget reaches the client."""
    script = [step for step in stream.script or [] if isinstance(step, list) and len(step) > 1 and step[0] == "emit"]
    given = [
        mapped(mapped(step[1]).get("item")) for step in script if mapped(step[1]).get("type") == "thread.item.done"
    ]
    wanted = [one["copy_text"] for one in given if "copy_text" in one]
    told = [event.item.get("copy_text") for event in stream.of("thread.item.done") if event.item_type == "widget"]
    if wanted and not stream.failed:
        yield stream.look(all(text in told for text in wanted), f"{wanted}", told)
