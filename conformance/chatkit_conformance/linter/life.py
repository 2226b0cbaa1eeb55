"""The life of items in a stream, step by step, by the tables of `chatkit_protocol.lifecycle`.

The server's guard reads the same tables over typed events. Here they are read over plain JSON, so a malformed item
does not hide the next; and a step that a table lacks is not the end, but a finding.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from chatkit_conformance.linter.growth import JSON, PART, Growth, Message, Workflow, begin, counted, mapped
from chatkit_conformance.linter.places import Look
from chatkit_conformance.linter.subjects import Event, Stream
from chatkit_protocol import lifecycle

HIDDEN = ("hidden_context_item", "sdk_hidden_context")
STEPS = {
    "thread.item.added": "added",
    "thread.item.updated": "updated",
    "thread.item.done": "done",
    "thread.item.removed": "removed",
    "thread.item.replaced": "replaced",
}
"""The step in an item's life that an event is."""

LEADS = {name: state for row in lifecycle.ITEM.values() for name, state in row.items() if name != "redrawn"}
"""Where a step leads that is not allowed: to where it always leads."""

RULES = {
    "item.added.open": "items.added.once",
    "item.added.stored": "items.id.unique",
    "item.added.gone": "items.gone.stays",
    "item.updated.unseen": "items.updated.needs-added",
    "item.updated.stored": "items.updated.not-after-done",
    "item.updated.gone": "items.gone.stays",
    "item.redrawn.unseen": "items.updated.needs-added",
    "item.redrawn.gone": "items.gone.stays",
    "item.done.stored": "items.done.once",
    "item.done.gone": "items.gone.stays",
    "item.replaced.unseen": "items.replaced.known",
    "item.replaced.gone": "items.gone.stays",
    "item.removed.unseen": "items.removed.known",
    "item.removed.gone": "items.gone.stays",
    "part.added.open": "messages.part.counted",
    "part.added.closed": "messages.part.counted",
    "part.added.gap": "messages.part.counted",
    "part.text_delta.absent": "messages.text.open-part",
    "part.text_delta.closed": "messages.text.open-part",
    "part.annotation_added.absent": "annotations.added.needs-part",
    "part.done.absent": "messages.text.open-part",
    "part.done.closed": "messages.part.done-once",
    "task.added.there": "workflows.task.counted",
    "task.added.gap": "workflows.task.counted",
    "task.updated.absent": "workflows.task.known",
}
"""The rule that each step breaks which a table lacks, by the name that the server's guard has for it."""


@dataclass(frozen=True)
class Step:
    """An event about an item, and the item as it was before."""

    event: Event
    name: str
    state: str
    earlier: bool
    """Whether it is of an earlier stream, and nothing came for it in this one."""
    first: JSON
    """The item as it last came whole; empty for one that nobody has seen."""
    growth: Growth | None
    """What updates made of it. None for an item that nobody has seen, and in `Life.facts`."""
    told: str | None = None
    """What `inner` was, where the growth is no longer at hand."""

    @property
    def violation(self) -> str:
        """The name of what forbids it; empty when it is allowed."""
        allowed = self.name in lifecycle.ITEM[self.state]
        return "" if allowed else f"item.{self.name}.{self.state}"

    @property
    def breaks(self) -> str:
        """The rule that it breaks; empty when it is allowed. Items of two streams under one id are two items."""
        if self.violation == "item.done.stored" and self.earlier:
            return "items.id.unique"
        return RULES.get(self.violation, "")

    @property
    def kind(self) -> str:
        """The type of the item; empty for one that nobody has seen."""
        kind = self.first.get("type")
        return kind if isinstance(kind, str) else ""

    @property
    def inner(self) -> str:
        """The name of what forbids the step of a part or a task; empty when it is allowed, or is none."""
        if self.told is not None:
            return self.told
        update = self.event.update
        if -1 in (counted(update.get("content_index", 0)), counted(update.get("task_index", 0))):
            return ""
        if isinstance(self.growth, Message) and str(update.get("type")).startswith(PART):
            part = self.growth.part(update)
            state = "absent" if part is None else "closed" if part.done else "open"
            step = str(update["type"]).removeprefix(PART)
            follows = counted(update.get("content_index")) == len(self.growth.parts)
            return _inner(f"part.{step}", state, lifecycle.PART[state], follows)
        if isinstance(self.growth, Workflow) and str(update.get("type")).startswith("workflow.task."):
            index = counted(update.get("task_index"))
            state = "there" if index in self.growth.tasks else "absent"
            step = str(update["type"]).removeprefix("workflow.task.")
            return _inner(f"task.{step}", state, lifecycle.TASK[state], index == len(self.growth.tasks))
        return ""


def _inner(label: str, state: str, row: dict[str, str], follows: bool) -> str:
    if label.partition(".")[2] not in row:
        return f"{label}.{state}"
    return f"{label}.gap" if state == "absent" and not follows else ""


def opened(item: JSON) -> bool:
    """Tell whether an item of an earlier stream is still open: a workflow without a summary may be (§7.13)."""
    return item.get("type") == "workflow" and "summary" not in mapped(item.get("workflow"))


class Life:
    """Follows the items of one stream."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.states: dict[str, str] = {}
        self.growths: dict[str, Growth] = {}

    def steps(self) -> Iterator[Step]:
        """Give the events about items. What a step shows of its item is only there until the next is asked for."""
        hidden = set[str]()
        for event in self.stream.events:
            name = STEPS.get(event.type)
            if event.item_type in HIDDEN:
                # That it is there at all is the fault, and another rule's.
                hidden.add(event.item_id)
            elif name and event.item_id and event.item_id not in hidden:
                widget = str(event.update.get("type")).startswith("widget.")
                step = self._step(event, "redrawn" if widget else name)
                yield step
                self._take(step)

    def _step(self, event: Event, name: str) -> Step:
        who = event.item_id
        before = self.stream.before.get(who)
        earlier = before is not None and who not in self.states
        if before is not None and who not in self.states:
            self.growths[who] = begin(before, announced=True)
            self.states[who] = "open" if opened(before) else "stored"
        growth = self.growths.get(who)
        # To tell of what a retry deletes is needless, but no fault (`retry.truncation-is-silent`).
        unseen = "stored" if name == "removed" and who in self.stream.deleted else "unseen"
        return Step(event, name, self.states.get(who, unseen), earlier, growth.first if growth else {}, growth)

    def _take(self, step: Step) -> None:
        who, state = step.event.item_id, step.state
        following = lifecycle.ITEM[state].get(step.name)
        stays = state == "gone" or (state == "stored" and step.name == "updated")
        usual = state if stays and step.name != "added" else LEADS.get(step.name, state)
        self.states[who] = following or usual
        if step.event.item:
            announced = step.name == "added" or (step.growth is not None and step.growth.announced)
            self.growths[who] = begin(step.event.item, announced=announced)
        elif step.growth and step.event.update:
            step.growth.take(step.event.update)


def walk(stream: Stream) -> Iterator[Step]:
    """Follow the items of a stream from its beginning."""
    return Life(stream).steps()


def facts(stream: Stream) -> Sequence[Step]:
    """Give the same steps without what updates made of the items: worked out once for all rules."""
    if "steps" not in stream.notes:
        life = Life(stream)
        stream.notes["steps"] = [replace(step, growth=None, told=step.inner) for step in life.steps()]
        stream.notes["states"] = life.states
    steps: Sequence[Step] = stream.notes["steps"]
    return steps


def states(stream: Stream) -> dict[str, str]:
    """Tell where each item is in its life when the stream ends."""
    facts(stream)
    found: dict[str, str] = stream.notes["states"]
    return found


def judged(stream: Stream, wanted: str, expected: str, *kinds: str) -> Iterator[Look]:
    """Look at the updates of these types: whether one breaks the rule of this id within its item."""
    for step in facts(stream):
        if step.event.update.get("type") in kinds and step.first and not step.breaks:
            breaks = RULES.get(step.inner, "")
            if breaks in {"", wanted}:
                yield step.event.look(not breaks, expected, step.event.update, path="$.update")
