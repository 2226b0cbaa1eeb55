"""Widget streaming: from state to state with the least said (protocol.md §7.14, D14)."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatkit_protocol import SSEDecoder, WidgetItem, WidgetRootUpdated, WidgetStreamingTextValueDelta
from chatkit_protocol.codec import decode_event
from chatkit_protocol.fold import apply_update, fold
from chatkit_protocol.widgets import Card, Text
from chatkit_server import Answer, Turn, create_app
from chatkit_server.ids import utc_now
from chatkit_server.widget_stream import widget_updates
from support.asgi import Client
from support.wire import message


def card(*children: Any, **props: Any) -> dict[str, Any]:
    return {"type": "Card", "children": list(children), **props}


def text(value: str, **props: Any) -> dict[str, Any]:
    return {"type": "Text", "value": value, **props}


def delta(component_id: str, delta: str, *, done: bool = True) -> WidgetStreamingTextValueDelta:
    return WidgetStreamingTextValueDelta(component_id=component_id, delta=delta, done=done)


T = text("a", id="x")
CASES = [
    pytest.param(card(T), card(T), [], id="nothing"),
    pytest.param(card(T), card(text("ab", id="x")), [delta("x", "b")], id="append"),
    pytest.param(
        card(text("a", id="x", streaming=True)),
        card(text("ab", id="x", streaming=True)),
        [delta("x", "b", done=False)],
        id="append-while-streaming",
    ),
    pytest.param(
        card({"type": "Markdown", "value": "a", "id": "x"}, text("b", id="y")),
        card({"type": "Markdown", "value": "ab", "id": "x"}, text("bc", id="y")),
        [delta("x", "b"), delta("y", "c")],
        id="two-appends",
    ),
    pytest.param(card(T), card(text("b", id="x")), "root", id="not-an-extension"),
    pytest.param(card(T), card(text("ab", id="y")), "root", id="another-id"),
    pytest.param(card(T), card(T, text("n", id="z")), "root", id="a-new-text"),
    pytest.param(card(T), card(text("ab", id="x"), size="lg"), "root", id="append-and-a-prop"),
    pytest.param(card(text("a", id="x", streaming=True)), card(text("ab", id="x", streaming=False)), "root", id="end"),
    pytest.param(
        card({"type": "Title", "value": "a", "id": "x"}),
        card({"type": "Title", "value": "ab", "id": "x"}),
        "root",
        id="title-does-not-grow",
    ),
    pytest.param(card(text("a")), card(text("ab")), "root", id="D14-text-without-id"),
    pytest.param(
        {"type": "Basic", "children": T},
        {"type": "Basic", "children": text("ab", id="x")},
        [delta("x", "b")],
        id="D14-single-child",
    ),
    pytest.param(
        {"type": "Basic", "children": [T]},
        {"type": "Basic", "children": [text("ab", id="x", color="red")]},
        "root",
        id="D14-a-prop-appears",
    ),
    pytest.param(card(T, text("b", id="x")), card(text("ab", id="x"), text("bc", id="x")), "root", id="D14-same-id"),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_the_least_is_said(before: dict[str, Any], after: dict[str, Any], expected: Any) -> None:
    assert widget_updates(before, after) == ([WidgetRootUpdated(widget=after)] if expected == "root" else expected)


words = st.sampled_from(["", "a", "ab", "abc", "b"])
leaves = st.builds(
    lambda kind, value, extra: {"type": kind, "value": value, **extra},
    st.sampled_from(["Text", "Markdown", "Title"]),
    words,
    st.dictionaries(st.sampled_from(["id", "color"]), st.sampled_from(["x", "y"])),
)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda kind, children: {"type": kind, "children": children},
        st.sampled_from(["Row", "Col"]),
        st.lists(inner, max_size=3) | inner,
    ),
    max_leaves=5,
)
widgets = st.builds(lambda children: {"type": "Card", "children": children}, st.lists(trees, max_size=3))


@given(widgets, widgets)
def test_applying_the_updates_gives_the_next_state(before: dict[str, Any], after: dict[str, Any]) -> None:
    item = WidgetItem(id="w", thread_id="t", created_at=utc_now(), widget=before)
    for update in widget_updates(item.widget, after):
        apply_update(item, update)
    assert item.widget == after


def test_a_streamed_widget_folds_to_its_last_state() -> None:
    states = [
        Card(children=[Text(value="", id="t", streaming=True)]),
        Card(children=[Text(value="Hel", id="t", streaming=True)]),
        Card(children=[Text(value="Hello", id="t", streaming=True)]),
        Card(children=[Text(value="Hello", id="t", streaming=False)]),
    ]

    async def respond(turn: Turn) -> Answer:
        yield turn.stream_widget(states, copy_text="Hello")

    body = asyncio.run(
        Client(create_app(respond, strict=True)).post({"type": "threads.create", "params": {"input": message("x")}})
    )
    events = [decode_event(m.data) for m in SSEDecoder().feed(body)][3:]
    kinds = [getattr(getattr(e, "update", None), "__struct_config__", e.__struct_config__).tag for e in events]
    assert kinds == [
        "thread.item.added",
        "widget.streaming_text.value_delta",
        "widget.streaming_text.value_delta",
        "widget.root.updated",
        "thread.item.done",
    ]
    before_done = next(iter(fold(events[:-1]).items.values()))
    assert before_done == events[-1].item
    assert events[-1].item.copy_text == "Hello"
