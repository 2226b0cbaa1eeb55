"""One stream, drawn step by step: each step is one that the lifecycle tables allow in the state that is reached."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import get_args

from hypothesis import strategies as st

from chatkit_conformance.strategies import contents, updates
from chatkit_conformance.strategies.derived import texts
from chatkit_conformance.strategies.thread import DrawnThread, Life
from chatkit_protocol.base import UNSET
from chatkit_protocol.events import (
    StreamOptions,
    StreamOptionsEvent,
    ThreadCreated,
    ThreadItemAdded,
    ThreadItemDone,
    ThreadItemRemoved,
    ThreadItemReplaced,
    ThreadItemUpdated,
    ThreadStreamEvent,
    ThreadUpdated,
)
from chatkit_protocol.fold import apply_update
from chatkit_protocol.items import (
    AssistantMessageItem,
    ClientToolCallItem,
    GeneratedImageItem,
    HiddenItem,
    ThreadItem,
    UserMessageItem,
    VisibleItem,
    WidgetItem,
    WorkflowItem,
)
from chatkit_protocol.lifecycle import ITEM, ITEM_STEPS, STREAM
from chatkit_protocol.tasks import Workflow


def tag(message: type) -> str:
    """Give the `type` of a message."""
    return str(message.__struct_config__.tag)  # type: ignore[attr-defined]  # every message has one


APART = (UserMessageItem, ClientToolCallItem)
"""Items that no step in the middle of an answer is about: what the user said, and calls, which end an answer."""
LIKELY: Mapping[str, int] = {
    "thread.item.updated": 16,
    "thread.item.added": 5,
    "thread.item.done": 4,
    "assistant_message": 6,
    "workflow": 2,
    "widget": 4,
    "generated_image": 2,
    "hidden_context_item": 2,
    "sdk_hidden_context": 2,
}
"""How much likelier these steps and kinds are than any other, or items would hardly grow. An error ends an answer."""
STEPS: Mapping[str, tuple[str, ...]] = {
    tag(event): (step, "redrawn") if step == "updated" else (step,) for event, step in ITEM_STEPS.items()
}
"""The steps in the life of an item that an event can be."""


class Walk:
    """A stream as far as it is drawn."""

    def __init__(self, draw: st.DrawFn, thread: DrawnThread, *, hidden: bool = False) -> None:
        self.draw = draw
        self.thread = thread
        self.events: list[ThreadStreamEvent] = []
        self.over = False
        """After a client tool call no item changes any more (CTL-002)."""
        kinds = get_args(VisibleItem) + get_args(HiddenItem) * hidden
        self.kinds = [kind for kind in kinds if kind not in APART for _ in range(LIKELY.get(tag(kind), 1))]

    def go(self, state: str, *, most: int) -> str:
        """Take up to `most` steps, and as many as there are while a step leads to another state."""
        while steps := self._steps(state):
            lasting = state in STREAM[state].values()
            if lasting and most <= 0:
                break
            most -= lasting
            state = self.take(self.draw(st.sampled_from(steps)), state)
        return state

    def take(self, step: str, state: str) -> str:
        """Take a step of the stream; give the state that it leads to."""
        self.events.append(_EVENTS[step](self) if step in _EVENTS else self._of_an_item(step))
        return STREAM[state][step]

    def _steps(self, state: str) -> list[str]:
        found = [step for step in STREAM[state] if step != "error" and (step not in STEPS or self._takers(step))]
        likely = sorted(found, key=lambda step: -LIKELY.get(step, 1))
        return [step for step in likely for _ in range(LIKELY.get(step, 1))]

    def _takers(self, event: str) -> list[tuple[str, Life | None]]:
        """Find who can take a step of an item's life now; None stands for an item that is yet to come."""
        if self.over:
            return []
        found: list[tuple[str, Life | None]] = []
        for step in STEPS[event]:
            found += [(step, life) for life in self.thread.lives.values() if self._may(life, step)]
            # While a workflow is open nothing else appears or is finished (WFL-007).
            if step in ITEM["unseen"] and not self.thread.workflow:
                found.append((step, None))
        return found

    def _may(self, life: Life, step: str) -> bool:
        if step not in ITEM[life.state] or isinstance(life.item, APART):
            return False
        if step in {"done", "replaced"}:
            return self.thread.workflow is None or self.thread.workflow is life
        if step not in {"updated", "redrawn"}:
            return True
        # A widget of an earlier turn may be redrawn (D9); what this very stream has finished stays (ITM-005).
        fits = isinstance(life.item, WidgetItem) is (step == "redrawn") and not (life.state == "stored" and life.fresh)
        return fits and bool(updates.possible(life))

    def _of_an_item(self, event: str) -> ThreadStreamEvent:
        step, life = self.draw(st.sampled_from(self._takers(event)))
        return self.live(step, life or self._fresh(step))

    def _fresh(self, step: str) -> Life:
        item = self.draw(contents.whole(self.draw(st.sampled_from(self.kinds))))
        return self.thread.enter(begun(item) if step == "added" else item)

    def live(self, step: str, life: Life) -> ThreadStreamEvent:
        """Take a step of an item's life; give the event that tells it."""
        if step in {"updated", "redrawn"}:
            update = self.draw(updates.update_of(life))
            apply_update(life.item, deepcopy(update))
            life.state = ITEM[life.state][step]
            return ThreadItemUpdated(item_id=life.item.id, update=update)
        if step == "replaced":
            life.now_is(self._other(life.item))
        elif step == "done" and life.state == "open":
            self._complete(life.item)
        life.fresh = True
        self.thread.moved(life, ITEM[life.state][step])
        return _LIVES[step](life)

    def _other(self, item: ThreadItem) -> ThreadItem:
        other = self.draw(contents.whole(type(item)))
        other.id, other.thread_id, other.created_at = item.id, item.thread_id, item.created_at
        return other

    def _complete(self, item: ThreadItem) -> None:
        """Say what an item has to say when it is done: an image is there, a workflow has a summary (WFL-008)."""
        if isinstance(item, GeneratedImageItem) and item.image is UNSET:
            item.image = self.draw(contents.images)
        elif isinstance(item, WorkflowItem):
            item.workflow.summary = self.draw(contents.summaries)

    def settle(self) -> None:
        """Finish what is open, a workflow first, as far as the table has an end for it."""
        opened = [life for life in self.thread.lives.values() if life.state == "open"]
        for life in sorted(opened, key=lambda one: one is not self.thread.workflow):
            ends = [step for step in ("done", "done", "replaced", "removed") if step in ITEM["open"]]
            if ends:
                self.events.append(self.live(self.draw(st.sampled_from(ends)), life))

    def ask(self, kind: type[ThreadItem]) -> None:
        """End the answer with what waits for the client: questions, or a call, with which a workflow may wait."""
        self.settle()
        if kind is ClientToolCallItem and "added" in ITEM["unseen"] and self.draw(st.booleans()):
            waiting = begun(self.draw(contents.whole(WorkflowItem)))
            self.events.append(self.live("added", self.thread.enter(waiting)))
        self.events.append(self.live("done", self.thread.enter(self.draw(contents.whole(kind)))))
        self.over = kind is ClientToolCallItem


def begun(item: ThreadItem) -> ThreadItem:
    """Leave of an item what `added` brings, so that there is something to come."""
    if isinstance(item, AssistantMessageItem):
        item.content = []
    elif isinstance(item, GeneratedImageItem):
        item.image = UNSET
    elif isinstance(item, WorkflowItem):
        # One of the app's own is not announced without a task (WFL-005), the model's reasoning may be.
        tasks = item.workflow.tasks[:1] if item.workflow.type == "custom" else []
        item.workflow = Workflow(type="custom" if tasks else "reasoning", tasks=tasks)
    return item


_LIVES: dict[str, Callable[[Life], ThreadStreamEvent]] = {
    "added": lambda life: ThreadItemAdded(item=deepcopy(life.item)),
    "done": lambda life: ThreadItemDone(item=deepcopy(life.item)),
    "replaced": lambda life: ThreadItemReplaced(item=deepcopy(life.item)),
    "removed": lambda life: ThreadItemRemoved(item_id=life.item.id),
}


def _created(walk: Walk) -> ThreadStreamEvent:
    return ThreadCreated(thread=deepcopy(walk.thread.shown))


def _updated(walk: Walk) -> ThreadStreamEvent:
    """Tell another state of the thread: the same one twice would be a fault (THR-018)."""
    shown = walk.thread.shown
    before = shown.title, shown.status
    states = st.tuples(texts, contents.statuses).filter(lambda state: state != before)
    shown.title, shown.status = walk.draw(states)
    return ThreadUpdated(thread=deepcopy(shown))


def _options(walk: Walk) -> ThreadStreamEvent:
    return StreamOptionsEvent(stream_options=StreamOptions(allow_cancel=walk.draw(st.booleans())))


def _aside(type_: str) -> Callable[[Walk], ThreadStreamEvent]:
    return lambda walk: walk.draw(contents.asides[type_])


_EVENTS: dict[str, Callable[[Walk], ThreadStreamEvent]] = {
    "thread.created": _created,
    "thread.updated": _updated,
    "stream_options": _options,
    **{type_: _aside(type_) for type_ in contents.asides},
}
"""What tells a step of the stream that is about no item; the user's message is the conversation's to say."""
