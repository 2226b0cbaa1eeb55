"""Events folded into what a client shows: whole answers, every update, and tolerance of what fits nothing."""

import json
from copy import deepcopy
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chatkit_protocol as wire
from chatkit_conformance.strategies import strategy
from chatkit_protocol.fold import MAX_PARTS, ThreadView, apply_update, components, find_component, fold

WHO: dict[str, Any] = {"id": "i", "thread_id": "t", "created_at": "2026-01-02T03:04:05Z"}
URL = {"type": "url", "title": "T", "url": "u"}
NOTE = {"type": "annotation", "source": URL}
OTHER = {"type": "annotation", "source": URL, "index": 3}
LOADING = {"type": "custom", "title": "a", "status_indicator": "loading"}
COMPLETE = {"type": "custom", "title": "a", "status_indicator": "complete"}
CARD = {"type": "Card", "children": [{"type": "Row", "children": {"type": "Text", "id": "c", "value": "a"}}]}
IMAGE = {"id": "g", "url": "u"}


def part(text: str, *annotations: Any) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": list(annotations)}


def item(kind: str, **fields: Any) -> wire.ThreadItem:
    return wire.decode_item(json.dumps({"type": kind, **WHO, **fields}))


def message(*parts: dict[str, Any]) -> wire.ThreadItem:
    return item("assistant_message", content=list(parts))


def workflow(*tasks: dict[str, Any]) -> wire.ThreadItem:
    return item("workflow", workflow={"type": "custom", "tasks": list(tasks)})


def card(**text: Any) -> dict[str, Any]:
    component = {"type": "Text", "id": "c", "value": "a", **text}
    return {"type": "Card", "children": [{"type": "Row", "children": component}]}


def update(kind: str, **fields: Any) -> wire.ThreadItemUpdate:
    return wire.decode_update(json.dumps({"type": kind, **fields}))


def on_part(step: str, index: int, **fields: Any) -> wire.ThreadItemUpdate:
    return update(f"assistant_message.content_part.{step}", content_index=index, **fields)


def on_task(step: str, index: int, task: dict[str, Any]) -> wire.ThreadItemUpdate:
    return update(f"workflow.task.{step}", task_index=index, task=task)


def typed(component_id: str, delta: str) -> wire.ThreadItemUpdate:
    return update("widget.streaming_text.value_delta", component_id=component_id, delta=delta, done=False)


UPDATES = [
    pytest.param(message(), on_part("added", 0, content=part("a")), message(part("a")), id="part-added"),
    pytest.param(message(part("a")), on_part("text_delta", 0, delta="b"), message(part("ab")), id="text"),
    pytest.param(
        message(part("a"), part("b")), on_part("text_delta", 1, delta="c"), message(part("a"), part("bc")), id="text-1"
    ),
    pytest.param(
        message(part("a", NOTE)),
        on_part("annotation_added", 0, annotation_index=1, annotation=OTHER),
        message(part("a", NOTE, OTHER)),
        id="annotation",
    ),
    pytest.param(
        message(part("a", NOTE)),
        on_part("annotation_added", 0, annotation_index=0, annotation=OTHER),
        message(part("a", OTHER, NOTE)),
        id="annotation-before",
    ),
    pytest.param(
        message(part("a", NOTE)), on_part("done", 0, content=part("ab")), message(part("ab", NOTE)), id="part-done"
    ),
    pytest.param(
        message(part("a", NOTE)),
        on_part("done", 0, content=part("a", OTHER)),
        message(part("a", OTHER)),
        id="part-done-with-annotations",
    ),
    pytest.param(workflow(), on_task("added", 0, LOADING), workflow(LOADING), id="task-added"),
    pytest.param(workflow(LOADING), on_task("added", 1, LOADING), workflow(LOADING, LOADING), id="equal-task-added"),
    pytest.param(workflow(LOADING), on_task("updated", 0, COMPLETE), workflow(COMPLETE), id="task-updated"),
    pytest.param(
        item("widget", widget=CARD), typed("c", "b"), item("widget", widget=card(value="ab")), id="value-of-a-component"
    ),
    pytest.param(
        item("widget", widget={"type": "Basic", "id": "c"}),
        typed("c", "b"),
        item("widget", widget={"type": "Basic", "id": "c", "value": "b"}),
        id="value-of-the-root",
    ),
    pytest.param(
        item("widget", widget=CARD),
        update("widget.root.updated", widget={"type": "Basic"}),
        item("widget", widget={"type": "Basic"}),
        id="root",
    ),
    pytest.param(
        item("widget", widget=CARD, copy_text="x"),
        update("widget.component.updated", component_id="c", component={"type": "Badge", "id": "c"}),
        item(
            "widget",
            copy_text="x",
            widget={"type": "Card", "children": [{"type": "Row", "children": {"type": "Badge", "id": "c"}}]},
        ),
        id="component",
    ),
    pytest.param(
        item("generated_image"),
        update("generated_image.updated", image=IMAGE, progress=0.5),
        item("generated_image", image=IMAGE),
        id="image",
    ),
]


@pytest.mark.parametrize(("before", "change", "after"), UPDATES)
def test_an_update_changes_its_item(before: Any, change: wire.ThreadItemUpdate, after: Any) -> None:
    given = deepcopy(before)
    events = [wire.ThreadItemAdded(item=given), wire.ThreadItemUpdated(item_id="i", update=change)]
    view = fold(events)
    assert view.items == {"i": after}
    assert view.open == {"i"}
    assert given == before


def test_the_table_has_every_update() -> None:
    assert {type(row.values[1]) for row in UPDATES} == set(get_args(wire.ThreadItemUpdate))


TOLERANT = [
    pytest.param(message(), on_part("text_delta", 0, delta="b"), message(part("b")), id="part-never-added"),
    pytest.param(message(), on_part("text_delta", 1, delta="b"), message(part(""), part("b")), id="part-skipped"),
    pytest.param(message(part("a")), on_part("text_delta", -1, delta="b"), message(part("a")), id="part-negative"),
    pytest.param(message(), on_part("text_delta", MAX_PARTS, delta="b"), message(), id="part-gone-wrong"),
    pytest.param(message(), on_part("text_delta", 2**62, delta="b"), message(), id="part-enormous"),
    pytest.param(
        message(part("a", NOTE)),
        on_part("annotation_added", 0, annotation_index=-1, annotation=OTHER),
        message(part("a", NOTE)),
        id="annotation-negative",
    ),
    pytest.param(
        message(part("a")),
        on_part("annotation_added", 0, annotation_index=9, annotation=OTHER),
        message(part("a", OTHER)),
        id="annotation-skipped",
    ),
    pytest.param(workflow(LOADING), on_task("updated", 1, COMPLETE), workflow(LOADING), id="no-such-task"),
    pytest.param(workflow(LOADING), on_task("updated", -1, COMPLETE), workflow(LOADING), id="task-negative"),
    pytest.param(workflow(LOADING), on_task("added", -1, COMPLETE), workflow(LOADING), id="task-added-negative"),
    pytest.param(item("widget", widget=CARD), typed("x", "b"), item("widget", widget=CARD), id="no-such-text"),
    pytest.param(
        item("widget", widget=CARD),
        update("widget.component.updated", component_id="x", component={"type": "Text"}),
        item("widget", widget=CARD),
        id="no-such-component",
    ),
    pytest.param(message(part("a")), on_task("added", 0, LOADING), message(part("a")), id="another-kind"),
    pytest.param(workflow(), on_part("text_delta", 0, delta="b"), workflow(), id="another-kind-again"),
]


@pytest.mark.parametrize(("before", "change", "after"), TOLERANT)
def test_what_fits_nothing_does_no_harm(before: Any, change: wire.ThreadItemUpdate, after: Any) -> None:
    own = deepcopy(before)
    apply_update(own, change)
    assert own == after


THREAD = wire.decode_thread(json.dumps({"id": "t", "created_at": WHO["created_at"], "items": {}}))
RENAMED = wire.decode_thread(json.dumps({"id": "t", "title": "T", "created_at": WHO["created_at"], "items": {}}))
ASKED = item("user_message", id="u", content=[], inference_options={})
SAID = item("assistant_message", id="a", content=[part("Hello", NOTE), part("you")])
THOUGHT = item("workflow", id="w", workflow={"type": "reasoning", "tasks": [COMPLETE], "summary": {"duration": 3}})
ANSWER: list[wire.ThreadStreamEvent] = [
    wire.ThreadCreated(thread=THREAD),
    wire.ThreadItemDone(item=ASKED),
    wire.StreamOptionsEvent(stream_options=wire.StreamOptions(allow_cancel=True)),
    wire.ProgressUpdate(text="thinking"),
    wire.ThreadItemAdded(item=item("workflow", id="w", workflow={"type": "reasoning", "tasks": []})),
    wire.ThreadItemUpdated(item_id="w", update=on_task("added", 0, LOADING)),
    wire.ThreadItemUpdated(item_id="w", update=on_task("updated", 0, COMPLETE)),
    wire.ThreadItemDone(item=THOUGHT),
    wire.ThreadItemAdded(item=item("assistant_message", id="a", content=[])),
    wire.ThreadItemUpdated(item_id="a", update=on_part("added", 0, content=part(""))),
    wire.ThreadItemUpdated(item_id="a", update=on_part("text_delta", 0, delta="Hel")),
    wire.ThreadItemUpdated(item_id="a", update=on_part("annotation_added", 0, annotation_index=0, annotation=NOTE)),
    wire.ThreadItemUpdated(item_id="a", update=on_part("text_delta", 0, delta="lo")),
    wire.ThreadItemUpdated(item_id="a", update=on_part("done", 0, content=part("Hello"))),
    wire.ThreadItemUpdated(item_id="a", update=on_part("added", 1, content=part("you"))),
    wire.ThreadItemUpdated(item_id="a", update=on_part("done", 1, content=part("you"))),
    wire.ThreadItemDone(item=SAID),
    wire.ThreadUpdated(thread=RENAMED),
    wire.ClientEffect(name="n"),
    wire.Notice(level="info", message="m"),
    wire.ErrorEvent(),
]


def test_a_whole_answer() -> None:
    view = fold(ANSWER)
    assert view.items == {"u": ASKED, "w": THOUGHT, "a": SAID}
    assert list(view.items) == ["u", "w", "a"]
    assert view == ThreadView(
        thread=RENAMED,
        items=view.items,
        options=wire.StreamOptions(allow_cancel=True),
        notices=[wire.Notice(level="info", message="m")],
        errors=[wire.ErrorEvent()],
    )


def test_just_before_done_an_item_is_what_done_says() -> None:
    before = ANSWER[: ANSWER.index(wire.ThreadItemDone(item=SAID))]
    view = fold(before)
    assert view.open == {"a"}
    assert view.items["a"] == SAID


@pytest.mark.parametrize("cut", range(len(ANSWER) + 1))
def test_a_fold_continues_where_another_ended(cut: int) -> None:
    assert fold(ANSWER[cut:], fold(ANSWER[:cut])) == fold(ANSWER)


def test_progress_shows_until_an_item_appears() -> None:
    progress = wire.ProgressUpdate(text="x")
    assert fold([progress]).progress == progress
    for event in (wire.ThreadItemAdded, wire.ThreadItemDone, wire.ThreadItemReplaced):
        assert fold([progress, event(item=ASKED)]).progress is None


def test_replaced_keeps_the_place_and_removed_leaves_none() -> None:
    first, second = item("end_of_turn", id="1"), item("end_of_turn", id="2")
    task = item("task", id="1", task=LOADING)
    done: list[wire.ThreadStreamEvent] = [wire.ThreadItemDone(item=first), wire.ThreadItemDone(item=second)]
    assert list(fold([*done, wire.ThreadItemReplaced(item=task)]).items.values()) == [task, second]
    assert list(fold([*done, wire.ThreadItemRemoved(item_id="1")]).items) == ["2"]
    added = fold([wire.ThreadItemAdded(item=first), wire.ThreadItemRemoved(item_id="1")])
    assert (added.items, added.open) == ({}, set())


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(wire.ThreadItemRemoved(item_id="x"), id="removed"),
        pytest.param(wire.ThreadItemUpdated(item_id="x", update=typed("c", "b")), id="updated"),
        pytest.param(wire.ClientEffect(name="n"), id="effect"),
    ],
)
def test_an_event_about_nothing_known_changes_nothing(event: wire.ThreadStreamEvent) -> None:
    assert fold([event]) == ThreadView()


def test_d9_a_widget_that_is_done_may_be_redrawn_without_touching_the_event() -> None:
    widget = item("widget", widget=deepcopy(CARD))
    view = fold([wire.ThreadItemDone(item=widget), wire.ThreadItemUpdated(item_id="i", update=typed("c", "b"))])
    assert view.items["i"] == item("widget", widget=card(value="ab"))
    assert widget == item("widget", widget=CARD)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=st.lists(strategy(wire.ThreadStreamEvent), max_size=6), data=st.data())
def test_any_events_fold_and_stay_as_they_were(events: list[wire.ThreadStreamEvent], data: st.DataObject) -> None:
    for event in events:
        if isinstance(event, (wire.ThreadItemAdded, wire.ThreadItemDone, wire.ThreadItemReplaced)):
            event.item.id = data.draw(st.sampled_from("ab"))
        elif isinstance(event, (wire.ThreadItemUpdated, wire.ThreadItemRemoved)):
            event.item_id = data.draw(st.sampled_from("ab"))
    before = list(map(wire.encode, events))
    view = fold(events)
    assert list(map(wire.encode, events)) == before
    assert view.open <= set(view.items) <= {"a", "b"}


def test_components_come_parents_first() -> None:
    tree = {"id": 1, "children": [{"id": 2, "children": {"id": 3}}, None, "text", {"id": 4, "children": []}]}
    assert [component["id"] for component in components(tree)] == [1, 2, 3, 4]
    assert find_component(tree, "3") is None
    assert find_component({"id": "x", "children": None}, "x") == {"id": "x", "children": None}
