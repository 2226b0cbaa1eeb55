"""The tables are closed and total, and what walks them has no fault; what leaves them breaks the rule that is named."""

import json
import random
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
import pytest

import chatkit_protocol as wire
from chatkit_protocol import lifecycle
from chatkit_protocol.lifecycle import BEGINS, FITS, ITEM, PART, STREAM, TASK, Lives, Table

AT = "2026-01-02T03:04:05Z"
URL = {"type": "url", "title": "T", "url": "u"}
TABLES = {
    "stream": (STREAM, set(BEGINS.values())),
    "item": (ITEM, {"unseen"}),
    "part": (PART, {"absent"}),
    "task": (TASK, {"absent"}),
}
TAGS = {message.__struct_config__.tag for message in get_args(wire.ThreadStreamEvent)}


@pytest.mark.parametrize("name", TABLES)
def test_every_step_leads_to_a_state_and_every_state_is_reached(name: str) -> None:
    table, reached = TABLES[name]
    assert {following for row in table.values() for following in row.values()} <= set(table)
    pending = list(reached)
    while pending:
        fresh = set(table[pending.pop()].values()) - reached
        reached = reached | fresh
        pending += fresh
    assert reached == set(table)


def test_a_stream_begins_for_every_request_that_streams() -> None:
    assert set(BEGINS) == {message.__struct_config__.tag for message in get_args(wire.StreamingRequest)}


def test_the_steps_of_a_stream_are_all_the_events() -> None:
    assert {step for row in STREAM.values() for step in row} == TAGS | {"user_message"}
    assert set(STREAM["answering"]) == TAGS - {"thread.created", "stream_options"}


def test_every_update_fits_an_item() -> None:
    assert set(FITS) == set(get_args(wire.ThreadItemUpdate))
    assert set(FITS.values()) <= set(get_args(wire.VisibleItem))


def test_every_step_of_an_item_is_taken_by_an_event() -> None:
    assert {step for row in ITEM.values() for step in row} == {*lifecycle.ITEM_STEPS.values(), "redrawn"}
    for table, name in ((PART, "part"), (TASK, "task")):
        inner = {step for _, label, step, _ in lifecycle.INNER.values() if label == name}
        assert {step for row in table.values() for step in row} == inner


def takes(table: Table, state: str, steps: Iterable[str]) -> bool:
    for step in steps:
        if step not in table[state]:
            return False
        state = table[state][step]
    return True


STREAMS = [
    pytest.param("threads.create", "thread.created user_message stream_options notice error", True, id="create"),
    pytest.param("threads.create", "user_message stream_options", False, id="create-without-thread"),
    pytest.param("threads.create", "thread.created thread.created", False, id="created-twice"),
    pytest.param("threads.create", "thread.created stream_options", False, id="created-without-question"),
    pytest.param("threads.add_user_message", "user_message stream_options thread.updated", True, id="say"),
    pytest.param("threads.add_user_message", "thread.created", False, id="say-creates-nothing"),
    pytest.param("threads.add_user_message", "user_message notice", False, id="options-missing"),
    pytest.param("threads.add_user_message", "user_message stream_options stream_options", False, id="options-twice"),
    pytest.param("threads.add_client_tool_output", "stream_options thread.item.added", True, id="tool"),
    pytest.param("threads.add_client_tool_output", "user_message", False, id="tool-asks-nothing"),
    pytest.param("threads.add_structured_input", "stream_options thread.item.replaced", True, id="structured"),
    pytest.param("threads.retry_after_item", "stream_options thread.item.removed", True, id="retry"),
    pytest.param("threads.retry_after_item", "error", False, id="retry-error-first"),
    pytest.param("threads.custom_action", "error", True, id="action-refused"),
    pytest.param("threads.custom_action", "error notice", False, id="action-refused-and-more"),
    pytest.param("threads.custom_action", "stream_options thread.item.updated", True, id="action"),
]


@pytest.mark.parametrize(("request_", "steps", "allowed"), STREAMS)
def test_the_order_of_a_stream(request_: str, steps: str, allowed: bool) -> None:
    assert takes(STREAM, BEGINS[request_], steps.split()) is allowed


# Items of short streams: the first letter of an id tells the kind.
KINDS: dict[str, dict[str, Any]] = {
    "m": {"type": "assistant_message", "content": []},
    "w": {"type": "workflow", "workflow": {"type": "custom", "tasks": []}},
    "c": {"type": "widget", "widget": {"type": "Card"}},
    "g": {"type": "generated_image"},
    "e": {"type": "end_of_turn"},
}
PART_TEXT = {"type": "output_text", "text": ""}
TASK_NONE = {"type": "custom"}
CHANGES: dict[str, dict[str, Any]] = {
    "part+": {"type": "assistant_message.content_part.added", "content": PART_TEXT},
    "text": {"type": "assistant_message.content_part.text_delta", "delta": "x"},
    "part.": {"type": "assistant_message.content_part.done", "content": PART_TEXT},
    "note": {
        "type": "assistant_message.content_part.annotation_added",
        "annotation": {"type": "annotation", "source": URL},
    },
    "task+": {"type": "workflow.task.added", "task": TASK_NONE},
    "task": {"type": "workflow.task.updated", "task": TASK_NONE},
    "root": {"type": "widget.root.updated", "widget": {"type": "Card"}},
    "typed": {"type": "widget.streaming_text.value_delta", "component_id": "x", "delta": "x", "done": False},
    "component": {"type": "widget.component.updated", "component_id": "x", "component": {"type": "Text"}},
    "image": {"type": "generated_image.updated", "image": {"id": "g", "url": "u"}},
}


def event(word: str) -> wire.ThreadStreamEvent:
    """Read `m1 added`, `m1 text 0`, `m1 note 0 2`, `m1 done 2` (of two parts or tasks), or an event's bare tag."""
    name, step, *numbers = word.split()
    indices = list(map(int, numbers))
    if step in CHANGES:
        places = {"content_index": indices[0], "task_index": indices[0]} if indices else {}
        places |= {"annotation_index": indices[1]} if indices[1:] else {}
        body = {"type": "thread.item.updated", "item_id": name, "update": CHANGES[step] | places}
    elif step == "removed":
        body = {"type": "thread.item.removed", "item_id": name}
    else:
        body = {"type": f"thread.item.{step}", "item": item(name, *indices)}
    return wire.decode_event(json.dumps(body))


def item(name: str, count: int = 0) -> dict[str, Any]:
    made = {**KINDS[name[0]], "id": name, "thread_id": "t", "created_at": AT}
    if name[0] == "m":
        made["content"] = [PART_TEXT] * count
    if name[0] == "w":
        made["workflow"] = {"type": "custom", "tasks": [TASK_NONE] * count}
    return made


def faults(events: Iterable[wire.ThreadStreamEvent], *known: wire.ThreadItem) -> list[str]:
    lives = Lives()
    for one in known:
        lives.know(one)
    found = [lives.step(one) for one in events]
    return [violation.rule for violation in found if violation]


def faults_of(stream: str, *known: wire.ThreadItem) -> list[str]:
    return faults([event(word.strip()) for word in stream.split(",")], *known)


GOOD = [
    pytest.param("e1 done", id="done-alone"),
    pytest.param("m1 added, m1 done", id="added-done"),
    pytest.param("m1 added, m1 part+ 0, m1 text 0, m1 part. 0, m1 part+ 1, m1 part. 1, m1 done 2", id="parts"),
    pytest.param("m1 added, m1 part+ 0, m1 part+ 1, m1 text 0, m1 text 1", id="parts-side-by-side"),
    pytest.param("m1 added, m1 part+ 0, m1 note 0 0, m1 note 0 1, m1 part. 0, m1 note 0 2", id="annotations"),
    pytest.param("m1 added, m1 part+ 0, m1 part+ 1, m1 note 0 0, m1 note 1 0", id="annotations-count-by-part"),
    pytest.param("m1 added 1, m1 text 0, m1 part+ 1", id="added-with-a-part"),
    pytest.param("w1 added, w1 task+ 0, w1 task 0, w1 task+ 1, w1 task 0, w1 done 2", id="tasks"),
    pytest.param("w1 added 2, w1 task 1, w1 task+ 2", id="added-with-tasks"),
    pytest.param("c1 added, c1 root, c1 typed, c1 component, c1 done, c1 root", id="D9-widget-redrawn-when-done"),
    pytest.param("g1 added, g1 image, g1 image, g1 done", id="image"),
    pytest.param("m1 added, m1 removed", id="open-removed"),
    pytest.param("m1 done, m1 removed", id="stored-removed"),
    pytest.param("m1 added, m1 replaced, m1 replaced", id="replaced"),
    pytest.param("m1 added, m2 added, m2 done, m1 done", id="two-at-once"),
]


@pytest.mark.parametrize("stream", GOOD)
def test_a_good_stream_breaks_no_rule(stream: str) -> None:
    assert faults_of(stream) == []


BAD = [
    pytest.param("m1 added, m1 added", "item.added.open", id="added-twice"),
    pytest.param("m1 done, m1 added", "item.added.stored", id="added-when-done"),
    pytest.param("m1 added, m1 removed, m1 added", "item.added.gone", id="added-when-removed"),
    pytest.param("m1 done, m1 done", "item.done.stored", id="done-twice"),
    pytest.param("m1 added, m1 removed, m1 done", "item.done.gone", id="done-when-removed"),
    pytest.param("m1 text 0", "item.updated.unseen", id="updated-unseen"),
    pytest.param("m1 done 1, m1 text 0", "item.updated.stored", id="updated-when-done"),
    pytest.param("m1 added, m1 removed, m1 text 0", "item.updated.gone", id="updated-when-removed"),
    pytest.param("c1 root", "item.redrawn.unseen", id="redrawn-unseen"),
    pytest.param("c1 done, c1 removed, c1 typed", "item.redrawn.gone", id="redrawn-when-removed"),
    pytest.param("e1 removed", "item.removed.unseen", id="removed-unseen"),
    pytest.param("e1 done, e1 removed, e1 removed", "item.removed.gone", id="removed-twice"),
    pytest.param("e1 replaced", "item.replaced.unseen", id="replaced-unseen"),
    pytest.param("e1 done, e1 removed, e1 replaced", "item.replaced.gone", id="replaced-when-removed"),
    pytest.param("m1 added, m1 task+ 0", "item.updated.misfit", id="task-of-a-message"),
    pytest.param("w1 added, w1 root", "item.updated.misfit", id="root-of-a-workflow"),
    pytest.param("c1 added, c1 image", "item.updated.misfit", id="image-of-a-widget"),
    pytest.param("m1 added, m1 text 0", "part.text_delta.absent", id="text-without-part"),
    pytest.param("m1 added, m1 part. 0", "part.done.absent", id="part-done-without-part"),
    pytest.param("m1 added, m1 note 0 0", "part.annotation_added.absent", id="annotation-without-part"),
    pytest.param("m1 added, m1 part+ 1", "part.added.gap", id="part-skipped"),
    pytest.param("m1 added, m1 part+ -1", "part.added.gap", id="part-negative"),
    pytest.param("m1 added, m1 part+ 0, m1 part+ 0", "part.added.open", id="part-added-twice"),
    pytest.param("m1 added, m1 part+ 0, m1 part. 0, m1 part+ 0", "part.added.closed", id="part-added-when-done"),
    pytest.param("m1 added, m1 part+ 0, m1 part. 0, m1 text 0", "part.text_delta.closed", id="text-when-done"),
    pytest.param("m1 added, m1 part+ 0, m1 part. 0, m1 part. 0", "part.done.closed", id="part-done-twice"),
    pytest.param("m1 added, m1 part+ 0, m1 note 0 1", "annotation.added.gap", id="annotation-skipped"),
    pytest.param("m1 added, m1 part+ 0, m1 note 0 0, m1 note 0 0", "annotation.added.gap", id="annotation-twice"),
    pytest.param("w1 added, w1 task 0", "task.updated.absent", id="task-never-added"),
    pytest.param("w1 added, w1 task -1", "task.updated.absent", id="task-negative"),
    pytest.param("w1 added, w1 task+ 1", "task.added.gap", id="task-skipped"),
    pytest.param("w1 added, w1 task+ 0, w1 task+ 1, w1 task+ 0", "task.added.there", id="D17-index-of-the-equal-task"),
]


@pytest.mark.parametrize(("stream", "rule"), BAD)
def test_a_bad_stream_breaks_exactly_its_rule(stream: str, rule: str) -> None:
    assert faults_of(stream) == [rule]


def test_an_item_keeps_its_type() -> None:
    added, done = (
        event("m1 added"),
        wire.decode_event(json.dumps({"type": "thread.item.done", "item": item("e") | {"id": "m1"}})),
    )
    assert faults([added, done]) == ["item.done.changed-type"]


def test_a_violation_names_the_item_and_says_what_is_wrong() -> None:
    violation = Lives().step(event("m1 text 0"))
    assert violation == lifecycle.Violation("item.updated.unseen", "an item that is unseen cannot be updated", "m1")


def known(name: str, count: int = 0, **workflow: Any) -> wire.ThreadItem:
    made = item(name, count)
    if workflow:
        made["workflow"] |= workflow
    return wire.decode_item(json.dumps(made))


EARLIER = [
    pytest.param(known("w1", 1), "w1 task 0, w1 task+ 1, w1 done 2", [], id="an-open-workflow-goes-on"),
    pytest.param(
        known("w1", 1, summary={"title": "x"}), "w1 task 0", ["item.updated.stored"], id="a-closed-workflow-does-not"
    ),
    pytest.param(known("m1", 1), "m1 text 0", ["item.updated.stored"], id="a-message-is-whole"),
    pytest.param(known("m1"), "m1 done", ["item.done.stored"], id="a-message-is-done-once"),
    pytest.param(known("c1"), "c1 root, c1 typed", [], id="D9-a-widget-is-redrawn"),
    pytest.param(known("e1"), "e1 replaced, e1 removed", [], id="replaced-and-removed"),
    pytest.param(known("e1"), "e2 removed", ["item.removed.unseen"], id="another-is-unseen"),
]


@pytest.mark.parametrize(("earlier", "stream", "rules"), EARLIER)
def test_items_of_earlier_streams_are_known(earlier: wire.ThreadItem, stream: str, rules: list[str]) -> None:
    assert faults_of(stream, earlier) == rules


OPEN = [
    pytest.param("m1 added", ["m1"], id="message"),
    pytest.param("m1 added, c1 added, m1 done", ["c1"], id="widget"),
    pytest.param("w1 added", [], id="a-workflow-may-stay-open"),
    pytest.param("m1 added, m1 removed, g1 added, g1 replaced", [], id="settled"),
]


@pytest.mark.parametrize(("stream", "left"), OPEN)
def test_what_was_left_open_is_named(stream: str, left: list[str]) -> None:
    lives = Lives()
    for word in stream.split(","):
        assert lives.step(event(word.strip())) is None
    assert lives.left_open() == left


@pytest.mark.parametrize("tag", sorted(tag for tag in TAGS if not tag.startswith("thread.item.")))
def test_events_about_no_item_have_no_life(tag: str) -> None:
    thread = {"id": "t", "created_at": AT, "items": {}}
    body = {
        "type": tag,
        "thread": thread,
        "text": "",
        "name": "",
        "level": "info",
        "message": "",
        "stream_options": {"allow_cancel": True},
    }
    assert faults([wire.decode_event(json.dumps(body))]) == []


# Streams drawn by walking the tables. A walk is words that `event` reads, so that a failure can be read aloud.
STEPS_OF = {"m": "part", "w": "task", "c": "redrawn", "g": "image", "e": ""}
PART_WORDS = {"added": "part+", "text_delta": "text", "annotation_added": "note", "done": "part."}
TASK_WORDS = {"added": "task+", "updated": "task"}


class Walk:
    """One stream, drawn step by step from the rows of ITEM, PART and TASK."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.words: list[str] = []
        self.states: dict[str, str] = {}
        self.inner: dict[str, list[str]] = {}
        self.notes: dict[tuple[str, int], int] = {}
        for number in range(self.chance.randint(1, 4)):
            self.states[f"{self.chance.choice('mwcge')}{number}"] = "unseen"
        for _ in range(self.chance.randint(3, 40)):
            self.step(self.chance.choice(list(self.states)))
        for name in [name for name, state in self.states.items() if state == "open"]:
            self.take(name, "done")

    def step(self, name: str) -> None:
        row = [step for step in ITEM[self.states[name]] if self.possible(name, step)]
        # Ends are rare, so that most of a stream is about open items.
        rare = [step for step in row if step in {"done", "replaced", "removed"}]
        if row:
            self.take(name, self.chance.choice([*row, *[s for s in row if s not in rare] * 4]))

    def possible(self, name: str, step: str) -> bool:
        if step == "redrawn":
            return name[0] == "c"
        return step != "updated" or name[0] in "mwg"

    def take(self, name: str, step: str) -> None:
        self.states[name] = ITEM[self.states[name]][step]
        if step == "updated":
            self.words.append(self.change(name))
        elif step == "redrawn":
            self.words.append(f"{name} {self.chance.choice(['root', 'typed', 'component'])}")
        else:
            self.words.append(f"{name} {step} {len(self.inner.get(name, []))}")

    def change(self, name: str) -> str:
        if name[0] == "g":
            return f"{name} image"
        table, words = (PART, PART_WORDS) if name[0] == "m" else (TASK, TASK_WORDS)
        states = self.inner.setdefault(name, [])
        index = self.chance.randint(0, len(states))
        state = states[index] if index < len(states) else "absent"
        step = self.chance.choice(list(table[state]))
        states[index : index + 1] = [table[state][step]]
        if step != "annotation_added":
            return f"{name} {words[step]} {index}"
        self.notes[name, index] = self.notes.get((name, index), -1) + 1
        return f"{name} note {index} {self.notes[name, index]}"


WALKS = [Walk(seed).words for seed in range(600)]


def test_walks_are_varied() -> None:
    steps = {word.split()[1] for words in WALKS for word in words}
    assert steps == {*CHANGES, "added", "done", "removed", "replaced"}
    assert sum(map(len, WALKS)) > 4_000


def broken(words: list[str]) -> list[str]:
    return faults(map(event, words))


def test_a_walk_through_the_tables_breaks_no_rule() -> None:
    for words in WALKS:
        lives = Lives()
        assert [word for word in words if lives.step(event(word))] == []
        assert lives.left_open() == []


TWICE: dict[str, str | None] = {
    "added": "item.added.open",
    "done": "item.done.stored",
    "removed": "item.removed.gone",
    "replaced": None,
    "part+": "part.added.open",
    "part.": "part.done.closed",
    "text": None,
    "note": "annotation.added.gap",
    "task+": "task.added.there",
    "task": None,
    "root": None,
    "typed": None,
    "component": None,
    "image": None,
}
"""What it breaks to say each step twice; None where twice is as good as once to the tables."""


def test_an_event_said_twice_is_caught_unless_twice_is_allowed() -> None:
    seen = set()
    for words in WALKS:
        for place, word in enumerate(words):
            step = word.split()[1]
            rule = TWICE[step]
            assert broken([*words[: place + 1], word]) == ([rule] if rule else []), (words, place)
            seen.add(step)
    assert seen == set(TWICE)


def test_an_item_that_was_never_added_is_caught_by_its_next_step() -> None:
    caught = 0
    for words in WALKS:
        for place, word in enumerate(words):
            name, step, *_ = word.split()
            following = next((one for one in words[place + 1 :] if one.split()[0] == name), None)
            if step != "added" or following is None:
                continue
            taken = "redrawn" if name[0] == "c" and following.split()[1] in CHANGES else following.split()[1]
            taken = "updated" if taken in CHANGES else taken
            expected = [] if taken in ITEM["unseen"] else [f"item.{taken}.unseen"]
            short = words[:place] + words[place + 1 : words.index(following, place) + 1]
            assert broken(short) == expected, (words, place)
            caught += bool(expected)
    assert caught > 150


def test_a_part_or_task_that_was_never_added_is_caught_by_its_next_step() -> None:
    labels = {
        "part+": ("part", {v: k for k, v in PART_WORDS.items()}),
        "task+": ("task", {v: k for k, v in TASK_WORDS.items()}),
    }
    caught = 0
    for words in WALKS:
        for place, word in enumerate(words):
            name, step, *where = word.split()
            following = next((i for i in range(place + 1, len(words)) if _about(words[i], name, step, where)), None)
            if step not in labels or following is None:
                continue
            label, steps = labels[step]
            taken = words[following].split()
            reason = "absent" if taken[2] == where[0] else "gap"
            assert broken(words[:place] + words[place + 1 : following + 1]) == [
                f"{label}.{steps[taken[1]]}.{reason}"
            ], (words, place)
            caught += 1
    assert caught > 150


def _about(word: str, name: str, step: str, where: list[str]) -> bool:
    """Whether a step needs the part or task that `name step where` announced: the same, or the next to be added."""
    other, taken, *place = word.split()
    if other != name or taken in {"added", "done", "replaced", "removed"}:
        return False
    return place[:1] == where or (taken == step and int(place[0]) == int(where[0]) + 1)


def test_a_step_moved_before_what_announced_it_is_caught() -> None:
    caught = kept = 0
    for words in WALKS:
        for place in range(1, len(words)):
            before, after = words[place - 1 : place + 1]
            swapped = [*words[: place - 1], after, before]
            if before.split()[0] != after.split()[0]:
                assert broken(swapped) == [], (words, place)
                kept += 1
            elif before.split()[1] == "added":
                assert broken(swapped)
                caught += 1
    assert caught > 150 < kept


def test_a_piece_of_text_changes_no_state_so_that_the_next_one_needs_no_look() -> None:
    assert lifecycle.PART["open"]["text_delta"] == "open"
    assert lifecycle.ITEM["open"]["updated"] == "open"


def test_a_violation_is_a_value() -> None:
    assert msgspec.structs.asdict(lifecycle.Violation("a.b", "m")) == {"rule": "a.b", "message": "m", "item_id": ""}
