"""Who may follow whom, as tables: in a stream, in an item's life, in a part and in a workflow.

Two rules are behind every table. What was never announced cannot change, and what is finished stays as it is.
The server's guard, the linter, the drawing of random streams and the diagrams all read these tables.
"""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Struct, field

from chatkit_protocol import updates as u
from chatkit_protocol.events import (
    ThreadItemAdded,
    ThreadItemDone,
    ThreadItemRemoved,
    ThreadItemReplaced,
    ThreadItemUpdated,
    ThreadStreamEvent,
)
from chatkit_protocol.items import (
    AssistantMessageItem,
    GeneratedImageItem,
    ThreadItem,
    WidgetItem,
    WorkflowItem,
)
from chatkit_protocol.updates import AssistantMessageContentPartTextDelta as TextDelta

Table = dict[str, dict[str, str]]
"""State → step → next state. A step that a row lacks is not allowed there; empty rows are spelled out."""

STREAM: Table = {
    "create": {"thread.created": "created"},
    "created": {"user_message": "asked"},
    "say": {"user_message": "asked"},
    "asked": {"stream_options": "answering"},
    "continue": {"stream_options": "answering"},
    "act": {"stream_options": "answering", "error": "refused"},
    "answering": {
        "thread.updated": "answering",
        "thread.item.added": "answering",
        "thread.item.updated": "answering",
        "thread.item.done": "answering",
        "thread.item.removed": "answering",
        "thread.item.replaced": "answering",
        "progress_update": "answering",
        "client_effect": "answering",
        "notice": "answering",
        "error": "answering",
    },
    "refused": {},
}
"""The stream. `user_message` is the `thread.item.done` of the question that the request brought."""

BEGINS: dict[str, str] = {
    "threads.create": "create",
    "threads.add_user_message": "say",
    "threads.add_client_tool_output": "continue",
    "threads.add_structured_input": "continue",
    "threads.retry_after_item": "continue",
    "threads.custom_action": "act",
}
"""The state in which the stream of a request begins."""

ITEM: Table = {
    "unseen": {"added": "open", "done": "stored"},
    "open": {
        "updated": "open",
        "redrawn": "open",
        "done": "stored",
        "replaced": "stored",
        "removed": "gone",
    },
    "stored": {"redrawn": "stored", "replaced": "stored", "removed": "gone"},
    "gone": {},
}
"""An item. `redrawn` is an update of a widget: an action may redraw a widget that an earlier turn finished (D9)."""

PART: Table = {
    "absent": {"added": "open"},
    "open": {"text_delta": "open", "annotation_added": "open", "done": "closed"},
    "closed": {"annotation_added": "closed"},
}
"""A part of an assistant message. Indices count from 0 without gaps."""

TASK: Table = {
    "absent": {"added": "there"},
    "there": {"updated": "there"},
}
"""A task of a workflow. Indices count from 0 without gaps."""

FITS: dict[type, type] = {
    u.AssistantMessageContentPartAdded: AssistantMessageItem,
    u.AssistantMessageContentPartTextDelta: AssistantMessageItem,
    u.AssistantMessageContentPartAnnotationAdded: AssistantMessageItem,
    u.AssistantMessageContentPartDone: AssistantMessageItem,
    u.WidgetStreamingTextValueDelta: WidgetItem,
    u.WidgetRootUpdated: WidgetItem,
    u.WidgetComponentUpdated: WidgetItem,
    u.WorkflowTaskAdded: WorkflowItem,
    u.WorkflowTaskUpdated: WorkflowItem,
    u.GeneratedImageUpdated: GeneratedImageItem,
}
"""Which item an update is for."""


class Violation(Struct, frozen=True):
    """A step that a table does not have."""

    rule: str
    """Stable dotted id, e.g. `item.updated.unseen`: table, step, and the state that forbids it."""
    message: str
    item_id: str = ""


class ItemLife(Struct):
    """Where an item is in its life, and its parts or tasks with it."""

    state: str = "unseen"
    kind: type | None = None
    parts: list[str] = field(default_factory=list)
    """The state of each part of a message, or of each task of a workflow."""
    annotations: dict[int, int] = field(default_factory=dict)
    """How many annotations each part has had."""


def earlier(item: ThreadItem) -> ItemLife:
    """Tell where an item of an earlier stream is: a workflow without a summary may still be open (§7.13)."""
    unfinished = isinstance(item, WorkflowItem) and item.workflow.summary is UNSET
    life = ItemLife(state="open" if unfinished else "stored")
    _contents(life, item)
    return life


class Lives:
    """Follows the items of one stream through the tables."""

    def __init__(self) -> None:
        self.items: dict[str, ItemLife] = {}
        self._growing: tuple[str | None, int] = (None, 0)
        """The item and the part that the last event gave a piece of text to."""

    def know(self, item: ThreadItem) -> None:
        """Take in an item that was in the thread before this stream."""
        if item.id not in self.items or self.items[item.id].state == "unseen":
            self.items[item.id] = earlier(item)

    def step(self, event: ThreadStreamEvent) -> Violation | None:
        """Take the next event of the answer; tell which rule it breaks, if it breaks one.

        Nearly every event is a piece of text after another one of the same part. An open part stays open then, so
        what was no violation is none again.
        """
        if type(event) is not ThreadItemUpdated or type(event.update) is not TextDelta:
            self._growing = (None, 0)
            return self._step(event)
        item_id, part = self._growing
        if event.item_id == item_id and event.update.content_index == part:
            return None
        violation = self._step(event)
        self._growing = (None, 0) if violation else (event.item_id, event.update.content_index)
        return violation

    def _step(self, event: ThreadStreamEvent) -> Violation | None:
        name = ITEM_STEPS.get(type(event))
        if name is None:
            return None
        item_id, item = _subject(event)
        life = self.items.setdefault(item_id, ItemLife())
        if isinstance(event, ThreadItemUpdated):
            if FITS[type(event.update)] is WidgetItem:
                name = "redrawn"
            if life.kind and life.kind is not FITS[type(event.update)]:
                return Violation("item.updated.misfit", "the update is for another kind of item", item_id)
        elif item and life.kind and life.kind is not type(item):
            return Violation(f"item.{name}.changed-type", "an item keeps its type", item_id)
        following = ITEM[life.state].get(name)
        if following is None:
            return Violation(f"item.{name}.{life.state}", f"an item that is {life.state} cannot be {name}", item_id)
        life.state = following
        if item:
            _contents(life, item)
        return _inside(life, event.update, item_id) if isinstance(event, ThreadItemUpdated) else None

    def left_open(self) -> list[str]:
        """Name the items that were added and never settled; a workflow may stay open for the next stream."""
        return [i for i, life in self.items.items() if life.state == "open" and life.kind is not WorkflowItem]


ITEM_STEPS: dict[type, str] = {
    ThreadItemAdded: "added",
    ThreadItemUpdated: "updated",
    ThreadItemDone: "done",
    ThreadItemRemoved: "removed",
    ThreadItemReplaced: "replaced",
}
"""The step in an item's life that an event is; an update of a widget is `redrawn`."""


def _subject(event: Any) -> tuple[str, ThreadItem | None]:
    item: ThreadItem | None = getattr(event, "item", None)
    return (item.id, item) if item else (event.item_id, None)


def _contents(life: ItemLife, item: ThreadItem) -> None:
    life.kind = type(item)
    if isinstance(item, AssistantMessageItem):
        life.parts = ["open"] * len(item.content)
        life.annotations = {i: len(part.annotations) for i, part in enumerate(item.content)}
    elif isinstance(item, WorkflowItem):
        life.parts = ["there"] * len(item.workflow.tasks)


def _inside(life: ItemLife, update: Any, item_id: str) -> Violation | None:
    inner = INNER.get(type(update))
    if inner is None:
        return None
    table, label, step, index_of = inner
    index = index_of(update)
    absent = not 0 <= index < len(life.parts)
    state = "absent" if absent else life.parts[index]
    following = table[state].get(step)
    if following is None:
        return Violation(f"{label}.{step}.{state}", f"{label} {index} is {state}", item_id)
    if absent and index != len(life.parts):
        return Violation(f"{label}.{step}.gap", f"{label} {index} follows {len(life.parts)} others", item_id)
    if absent:
        life.parts.append(following)
    else:
        life.parts[index] = following
    if isinstance(update, u.AssistantMessageContentPartAnnotationAdded):
        seen = life.annotations.get(index, 0)
        life.annotations[index] = seen + 1
        if update.annotation_index != seen:
            return Violation(
                "annotation.added.gap", f"annotation {update.annotation_index} follows {seen} others", item_id
            )
    return None


def _content_index(update: Any) -> int:
    index: int = update.content_index
    return index


def _task_index(update: Any) -> int:
    index: int = update.task_index
    return index


INNER: dict[type, tuple[Table, str, str, Callable[[Any], int]]] = {
    u.AssistantMessageContentPartAdded: (PART, "part", "added", _content_index),
    u.AssistantMessageContentPartTextDelta: (PART, "part", "text_delta", _content_index),
    u.AssistantMessageContentPartAnnotationAdded: (PART, "part", "annotation_added", _content_index),
    u.AssistantMessageContentPartDone: (PART, "part", "done", _content_index),
    u.WorkflowTaskAdded: (TASK, "task", "added", _task_index),
    u.WorkflowTaskUpdated: (TASK, "task", "updated", _task_index),
}
"""The step in a part's or a task's life that an update is: its table, what the table is of, step, and which one."""
