"""A thread as drawn streams know it: its items in the order in which they were stored, each with its state."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chatkit_protocol.content import InferenceOptions, UserMessageInput
from chatkit_protocol.items import (
    AssistantMessageItem,
    ClientToolCallItem,
    StructuredInputItem,
    ThreadItem,
    UserMessageItem,
    WidgetItem,
    WorkflowItem,
)
from chatkit_protocol.threads import Page, Thread

EPOCH = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
"""When the drawn thread is created; each of its items comes a second later."""


@dataclass
class Life:
    """An item, folded as far as it was told, and its states in the tables."""

    item: Any
    """A ThreadItem; `Any`, since whoever changes it knows of which kind it is."""
    state: str = "unseen"
    inner: list[str] = field(default_factory=list)
    """The state of each part of a message, or of each task of a workflow."""
    fresh: bool = True
    """Whether this very stream has begun or finished it."""
    progress: float = 0.0
    """How far an image was said to be."""
    ended: set[str] = field(default_factory=set)
    """Ids of texts in a widget that were said to be complete."""

    def now_is(self, item: ThreadItem) -> None:
        """Take the item as an event brings it, its parts and tasks with it."""
        self.item = item
        if isinstance(item, AssistantMessageItem):
            self.inner = ["open"] * len(item.content)
        elif isinstance(item, WorkflowItem):
            self.inner = ["there"] * len(item.workflow.tasks)


class DrawnThread:
    """The thread of a drawn conversation."""

    def __init__(self) -> None:
        self.shown = Thread(id="thr_1", created_at=EPOCH, items=Page())
        self.lives: dict[str, Life] = {}
        """Items that are there, by id: stored ones in their order, open ones among them."""
        self._count = 0

    def enter(self, item: ThreadItem) -> Life:
        """Give a new item its id, thread and time."""
        self._count += 1
        item.id, item.thread_id = f"itm_{self._count}", self.shown.id
        item.created_at = EPOCH + timedelta(seconds=self._count)
        life = Life(item)
        life.now_is(item)
        return life

    def said(self, given: UserMessageInput) -> Life:
        """Make the item of a user's message."""
        message = UserMessageItem(
            id="",
            thread_id="",
            created_at=EPOCH,
            content=deepcopy(given.content),
            quoted_text=given.quoted_text,
            inference_options=deepcopy(given.inference_options) or InferenceOptions(),
        )
        return self.enter(message)

    def moved(self, life: Life, state: str) -> None:
        """Note the next state of an item: gone from the thread, or there; what is stored late stands late."""
        before, life.state = life.state, state
        if state == "gone" or (state == "stored" and before == "open"):
            self.lives.pop(life.item.id, None)
        if state != "gone":
            self.lives[life.item.id] = life

    def forget_after(self, item_id: str) -> None:
        """Drop what comes after an item, as a retry does."""
        ids = list(self.lives)
        for later in ids[ids.index(item_id) + 1 :]:
            del self.lives[later]

    def close(self, *, failed: bool) -> None:
        """End a stream: what an error left open was never stored; the rest belongs to earlier turns from now on."""
        for name, life in list(self.lives.items()):
            if life.state == "open" and (failed or not isinstance(life.item, WorkflowItem)):
                del self.lives[name]
            life.fresh = False

    def snapshot(self) -> list[ThreadItem]:
        """Give copies of the items as they stand."""
        return [deepcopy(life.item) for life in self.lives.values()]

    @property
    def workflow(self) -> Life | None:
        """The workflow that is open, if one is."""
        opened = (life for life in self.lives.values() if isinstance(life.item, WorkflowItem) and life.state == "open")
        return next(opened, None)

    @property
    def calls(self) -> list[ClientToolCallItem]:
        """The client tool calls that wait for their output."""
        found = [life.item for life in self.lives.values()]
        return [item for item in found if isinstance(item, ClientToolCallItem) and item.status == "pending"]

    @property
    def questions(self) -> list[StructuredInputItem]:
        """The questions that wait for their answers."""
        found = [life.item for life in self.lives.values()]
        return [item for item in found if isinstance(item, StructuredInputItem) and item.status == "pending"]

    @property
    def messages(self) -> list[UserMessageItem]:
        """What the user said."""
        return [life.item for life in self.lives.values() if isinstance(life.item, UserMessageItem)]

    def stored(self, *, widget: bool) -> list[ThreadItem]:
        """The stored items that are widgets, or those that are not."""
        found = [life.item for life in self.lives.values() if life.state == "stored"]
        return [item for item in found if isinstance(item, WidgetItem) is widget]
