"""What the public strategies draw: valid streams break no rule, broken ones break the rule that names the break."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

import chatkit_protocol as wire
from chatkit_conformance.linter.lint import lint as held
from chatkit_conformance.rules import Rule
from chatkit_conformance.strategies import (
    BREAKS,
    BrokenConversation,
    Stream,
    Told,
    WholeError,
    broken_conversations,
    components,
    conversations,
    drawn,
    exchanges,
    picking,
    requests,
    streams,
    told,
    widgets,
)
from chatkit_protocol import lifecycle
from chatkit_protocol.fold import components as parts_of
from chatkit_protocol.fold import find_component, fold
from chatkit_protocol.icons import is_icon
from chatkit_protocol.lifecycle import BEGINS, ITEM, PART, STREAM, TASK, Lives
from chatkit_protocol.widgets import ROOTS, Component
from support.profiles import share

Talk = list[Told]


@cache
def pool() -> list[list[Stream]]:
    """The same conversations each time, enough to have something of everything in them."""
    lasts = [name for name in BEGINS if name != "threads.create"]
    return drawn(conversations(), 40) + [c for name in lasts for c in drawn(conversations(most=1, last=name), 12)]


@cache
def talks() -> list[Talk]:
    return [[told(stream) for stream in conversation] for conversation in pool()]


def every_stream() -> Iterator[Stream]:
    for conversation in pool():
        yield from conversation


def tag(message: Any) -> str:
    return str(message.__struct_config__.tag)


def by_the_linter(talk: Talk) -> set[str]:
    """Name the rules that a conversation breaks, and the rows of the catalogue that they stand for."""
    return {name for finding in held(exchanges(talk)).findings for name in names(finding.rule)}


def names(rule: Rule) -> set[str]:
    return {rule.id, *rule.catalogue}


def violations(stream: Stream | Told, before: list[wire.ThreadItem]) -> list[str]:
    lives = Lives()
    for item in before:
        lives.know(item)
    found = [lives.step(event if isinstance(event, Struct) else _decoded(event)) for event in stream.events]
    return [violation.rule for violation in found if violation]


def _decoded(event: dict[str, Any]) -> wire.ThreadStreamEvent:
    return wire.decode_event(wire.encode(event))


def test_a_valid_stream_walks_through_the_tables() -> None:
    for stream in every_stream():
        state = BEGINS[tag(stream.request)]
        for event in stream.events:
            said = isinstance(event, wire.ThreadItemDone) and isinstance(event.item, wire.UserMessageItem)
            state = STREAM[state]["user_message" if said else tag(event)]
        assert state in {"answering", "refused"}
        assert violations(stream, stream.before) == []


def test_every_valid_conversation_lints_clean() -> None:
    for talk in talks():
        report = held(exchanges(talk))
        assert not report.findings
        assert not report.stumbled


def test_what_a_valid_stream_leaves_is_what_the_next_one_begins_with() -> None:
    """But for what the next request itself does to its thread, before its stream begins."""
    for conversation in pool():
        for stream, following in pairwise(conversation):
            if tag(following.request) not in {"threads.add_user_message", "threads.custom_action"}:
                continue
            view = fold(stream.events, fold(wire.ThreadItemDone(item=item) for item in stream.before))
            kept = [i for i in view.items.values() if i.id not in view.open or isinstance(i, wire.WorkflowItem)]
            failed = bool(view.errors)
            known = {item.id: item for item in following.before}
            assert {i.id: i for i in kept if not (failed and i.id in view.open)} == known


def test_valid_streams_are_varied() -> None:
    seen: Counter[str] = Counter()
    for stream in every_stream():
        seen[tag(stream.request)] += 1
        seen["interleaved"] += _most_open(stream) > 1
        seen["a workflow goes on"] += any(i.id in lifecycle_open(stream) for i in stream.before)
        for event in stream.events:
            seen[tag(event)] += 1
            seen.update(tag(part) for part in (getattr(event, "item", None), getattr(event, "update", None)) if part)
    unions = (wire.ThreadStreamEvent, wire.VisibleItem, wire.ThreadItemUpdate, wire.StreamingRequest)
    wanted = {tag(message) for union in unions for message in get_args(union)} | {"interleaved", "a workflow goes on"}
    assert {name: seen[name] for name in wanted if not seen[name]} == {}
    assert {step for _, _, step, _ in lifecycle.INNER.values()} <= {step.rpartition(".")[2] for step in seen}


def _most_open(stream: Stream) -> int:
    view, most = wire.ThreadView(), 0
    for event in stream.events:
        view.apply(event)
        most = max(most, len(view.open))
    return most


def lifecycle_open(stream: Stream) -> set[str]:
    """Name the workflows of earlier streams that this one goes on with."""
    touched = {event.item_id for event in stream.events if isinstance(event, wire.ThreadItemUpdated)}
    return {i.id for i in stream.before if isinstance(i, wire.WorkflowItem) and i.id in touched}


@pytest.mark.parametrize("name", sorted(BEGINS))
@share(0.1)
@given(data=st.data())
def test_a_stream_is_drawn_for_every_request(name: str, data: Any) -> None:
    stream = data.draw(streams(name))
    assert tag(stream.request) == name
    assert stream.opening == 0 or isinstance(stream.events[stream.opening - 1], wire.StreamOptionsEvent)


def test_hidden_items_are_drawn_when_asked_for() -> None:
    def hidden(stream: Stream) -> bool:
        return any(wire.is_hidden(event.item) for event in stream.events if isinstance(event, wire.ThreadItemDone))

    assert not any(map(hidden, every_stream()))
    assert any(map(hidden, drawn(streams("threads.create", hidden=True), 80)))


TABLES = [
    pytest.param(STREAM["answering"], "notice", None, "notice", id="no-notice"),
    pytest.param(ITEM["open"], "removed", "gone", "thread.item.removed", id="removed-as-before"),
    pytest.param(TASK["there"], "updated", None, "workflow.task.updated", id="no-task-changes"),
    pytest.param(PART["open"], "done", None, "assistant_message.content_part.done", id="no-part-is-done"),
    pytest.param(PART["open"], "text_delta", None, "assistant_message.content_part.text_delta", id="no-text"),
    pytest.param(ITEM["unseen"], "added", None, "thread.item.added", id="nothing-is-added"),
]


@pytest.mark.parametrize(("row", "step", "following", "told_as"), TABLES)
def test_a_changed_table_changes_what_is_drawn(
    row: dict[str, str], step: str, following: str | None, told_as: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if following is None:
        monkeypatch.delitem(row, step)
    seen = {
        tag(part)
        for stream in drawn(streams("threads.create"), 40)
        for event in stream.events
        for part in (event, getattr(event, "update", event))
    }
    assert (told_as in seen) is (following is not None)


def test_a_new_step_in_a_table_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(stream: Stream) -> bool:
        return sum(isinstance(event, wire.StreamOptionsEvent) for event in stream.events) > 1

    assert not any(map(twice, every_stream()))
    monkeypatch.setitem(STREAM["answering"], "stream_options", "answering")
    assert any(map(twice, drawn(streams("threads.create"), 40)))


CAUGHT_OFTEN = 3
"""So many streams, at most, are broken in each way."""


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_stream_is_caught_by_the_rule_that_names_the_break(name: str) -> None:
    one, caught = BREAKS[name], 0
    for number, talk in enumerate(talks()):
        for place, stream in enumerate(talk):
            try:
                damaged = one.broken(stream, picking(number))
            except WholeError:
                continue
            broken = [*talk[:place], damaged]
            assert set(one.rules) & by_the_linter(broken), damaged.events
            if one.violation:
                assert violations(damaged, pool()[number][place].before)[:1] == [one.violation], damaged.events
            caught += 1
            break
        if caught == CAUGHT_OFTEN:
            break
    assert caught
    assert one.about.endswith(".")


@share(0.1)
@given(broken_conversations())
def test_broken_conversations_are_drawn(drawn_one: BrokenConversation) -> None:
    assert set(drawn_one.broken.rules) & by_the_linter(drawn_one.streams)


@settings(max_examples=5)
@given(broken_conversations("done-twice", "options-missing"))
def test_a_break_can_be_chosen(drawn_one: BrokenConversation) -> None:
    assert drawn_one.broken.name in {"done-twice", "options-missing"}


def _leaves(base: type) -> set[str]:
    below = {name for child in base.__subclasses__() for name in _leaves(child)}
    return below or {tag(base)}


def test_every_component_is_drawn_and_every_id_once() -> None:
    found: Counter[str] = Counter()
    for widget in drawn(widgets(), 200):
        assert widget["type"] in ROOTS
        ids = [part["id"] for part in parts_of(widget) if "id" in part]
        assert len(ids) == len(set(ids))
        assert all(find_component(widget, one) for one in ids)
        found.update(part["type"] for part in parts_of(widget))
    for component in drawn(components(), 100):
        found[component["type"]] += 1
        assert is_icon(component["name"]) or component["type"] != "Icon" if "name" in component else True
    assert set(found) == _leaves(Component) | ROOTS | {"ListViewItem"}


def test_every_request_is_drawn() -> None:
    assert {type(request) for request in drawn(requests, 200)} == set(get_args(wire.Request))
