"""Helpers that spare a responder the building of items and events by hand."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any, Literal

from chatkit_protocol import updates
from chatkit_protocol.base import UNSET, JSONObject, Maybe
from chatkit_protocol.content import Annotation, AssistantMessageContent
from chatkit_protocol.events import (
    ClientEffect,
    Notice,
    ProgressUpdate,
    ThreadItemAdded,
    ThreadItemDone,
    ThreadItemRemoved,
    ThreadItemReplaced,
    ThreadItemUpdated,
    ThreadStreamEvent,
)
from chatkit_protocol.items import (
    AssistantMessageItem,
    ClientToolCallItem,
    EndOfTurnItem,
    GeneratedImage,
    GeneratedImageItem,
    HiddenContextItem,
    StructuredInput,
    StructuredInputItem,
    TaskItem,
    ThreadItem,
    WidgetItem,
)
from chatkit_protocol.tasks import Task, Workflow
from chatkit_protocol.updates import AssistantMessageContentPartTextDelta as TextDelta
from chatkit_protocol.widgets.parts import Node
from chatkit_protocol.widgets.plain import plain
from chatkit_server.ids import Clock, IdKind, NewId
from chatkit_server.widget_stream import widget_updates
from chatkit_server.workflow import WorkflowWriter

Widget = Node | JSONObject
"""A root: a builder of `chatkit_protocol.widgets`, or plain JSON (a template's, say)."""


class Composer:
    """Builds the events of one thread. `Turn` is one; each method returns an event, or a stream of them, to yield."""

    def __init__(self, thread_id: str, new_id: NewId, now: Clock) -> None:
        self.thread_id = thread_id
        self.new_id = new_id
        self.now = now

    def base(self, kind: IdKind = "message") -> dict[str, Any]:
        """Make the fields that every new item needs: id, thread and time."""
        return {"id": self.new_id(kind), "thread_id": self.thread_id, "created_at": self.now()}

    def say(self, text: str, annotations: Iterable[Annotation] = ()) -> ThreadItemDone:
        """Say a whole text (Markdown) at once."""
        part = AssistantMessageContent(text=text, annotations=list(annotations))
        return ThreadItemDone(item=AssistantMessageItem(**self.base(), content=[part]))

    async def stream(self, pieces: AsyncIterable[str] | Iterable[str]) -> AsyncIterator[ThreadStreamEvent]:
        """Say a text piece by piece, as the pieces come."""
        item = AssistantMessageItem(**self.base(), content=[])
        part = AssistantMessageContent(text="")
        yield ThreadItemAdded(item=item)
        yield _update(item, updates.AssistantMessageContentPartAdded(content_index=0, content=part))
        said: list[str] = []
        async for piece in _each(pieces):
            said.append(piece)
            yield ThreadItemUpdated(item_id=item.id, update=TextDelta(content_index=0, delta=piece))
        part = AssistantMessageContent(text="".join(said))
        yield _update(item, updates.AssistantMessageContentPartDone(content_index=0, content=part))
        yield ThreadItemDone(
            item=AssistantMessageItem(id=item.id, thread_id=item.thread_id, created_at=item.created_at, content=[part])
        )

    def widget(self, widget: Widget, *, copy_text: Maybe[str] = UNSET) -> ThreadItemDone:
        """Show a widget."""
        return ThreadItemDone(item=WidgetItem(**self.base(), widget=plain(widget), copy_text=copy_text))

    async def stream_widget(
        self, states: AsyncIterable[Widget] | Iterable[Widget], *, copy_text: Maybe[str] = UNSET
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Show a widget that changes: each state is a whole root, only what changed is sent (protocol.md §7.14)."""
        item: WidgetItem | None = None
        base = self.base()
        async for state in _each(states):
            following = plain(state)
            if item is None:
                item = WidgetItem(**base, widget=following, copy_text=copy_text)
                yield ThreadItemAdded(item=item)
                continue
            for update in widget_updates(item.widget, following):
                yield _update(item, update)
            item = WidgetItem(**base, widget=following, copy_text=copy_text)
        if item is not None:
            yield ThreadItemDone(item=item)

    def workflow(self, kind: Literal["custom", "reasoning"] = "custom", *, expanded: bool = False) -> WorkflowWriter:
        """Begin a list of steps; its methods give the events."""
        workflow = Workflow(type=kind, tasks=[], expanded=expanded)
        return WorkflowWriter(self.base("workflow"), workflow, self.now)

    def task(self, task: Task) -> ThreadItemDone:
        """Show a single step."""
        return ThreadItemDone(item=TaskItem(**self.base("task"), task=task))

    def image(self, url: str) -> ThreadItemDone:
        """Show an image that is already made."""
        base = self.base()
        return ThreadItemDone(item=GeneratedImageItem(**base, image=GeneratedImage(id=base["id"], url=url)))

    def client_tool(self, name: str, arguments: JSONObject | None = None, *, call_id: str = "") -> ThreadItemDone:
        """Ask the page to run one of its tools. End the answer with it: the result starts the next one."""
        base = self.base("tool_call")
        return ThreadItemDone(
            item=ClientToolCallItem(**base, call_id=call_id or base["id"], name=name, arguments=arguments or {})
        )

    def ask(self, *questions: StructuredInput) -> ThreadItemDone:
        """Ask the user questions. End the answer with it: the answers start the next one."""
        return ThreadItemDone(item=StructuredInputItem(**self.base(), inputs=list(questions)))

    def hidden(self, content: Any) -> ThreadItemDone:
        """Keep something in the thread for the model alone."""
        return ThreadItemDone(item=HiddenContextItem(**self.base("sdk_hidden_context"), content=content))

    def end_of_turn(self) -> ThreadItemDone:
        """Mark the end of the assistant's turn."""
        return ThreadItemDone(item=EndOfTurnItem(**self.base()))

    def remove(self, item_id: str) -> ThreadItemRemoved:
        """Take an item out of the thread."""
        return ThreadItemRemoved(item_id=item_id)

    def replace(self, item: ThreadItem) -> ThreadItemReplaced:
        """Put a new state of an item in its place."""
        return ThreadItemReplaced(item=item)

    def progress(self, text: str, icon: Maybe[str] = UNSET) -> ProgressUpdate:
        """Say what is going on until the next item appears."""
        return ProgressUpdate(text=text, icon=icon)

    def effect(self, name: str, data: JSONObject | None = None) -> ClientEffect:
        """Have the page do something, without an answer."""
        return ClientEffect(name=name, data=data or {})

    def notice(
        self,
        message: str,
        level: Literal["info", "warning", "danger"] = "info",
        title: Maybe[str] = UNSET,
    ) -> Notice:
        """Tell the user something about the conversation (Markdown)."""
        return Notice(level=level, message=message, title=title)


def _update(item: ThreadItem, update: updates.ThreadItemUpdate) -> ThreadItemUpdated:
    return ThreadItemUpdated(item_id=item.id, update=update)


def _each(values: AsyncIterable[Any] | Iterable[Any]) -> AsyncIterable[Any]:
    return values if isinstance(values, AsyncIterable) else _one_by_one(values)


async def _one_by_one(values: Iterable[Any]) -> AsyncIterator[Any]:
    for value in values:
        yield value
