"""Fold: events into the thread that a client would show."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from msgspec import Struct, field

from chatkit_protocol.base import JSONObject
from chatkit_protocol.content import AssistantMessageContent
from chatkit_protocol.events import (
    ErrorEvent,
    Notice,
    ProgressUpdate,
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
from chatkit_protocol.items import (
    AssistantMessageItem,
    GeneratedImageItem,
    ThreadItem,
    WidgetItem,
    WorkflowItem,
)
from chatkit_protocol.threads import Thread
from chatkit_protocol.updates import (
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    GeneratedImageUpdated,
    ThreadItemUpdate,
    WidgetComponentUpdated,
    WidgetRootUpdated,
    WidgetStreamingTextValueDelta,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)


class ThreadView(Struct, kw_only=True):
    """What a client shows of a thread, and what it learned besides."""

    thread: Thread | None = None
    items: dict[str, ThreadItem] = field(default_factory=dict)
    """By id, in their order, open ones included."""
    open: set[str] = field(default_factory=set)
    """Ids of items that were added and are not done."""
    options: StreamOptions | None = None
    progress: ProgressUpdate | None = None
    notices: list[Notice] = field(default_factory=list)
    errors: list[ErrorEvent] = field(default_factory=list)

    def apply(self, event: ThreadStreamEvent) -> None:
        """Take the next event. Tolerant as clients are: what fits nothing changes nothing."""
        step = _STEPS.get(type(event))
        if step:
            step(self, event)


def fold(events: Iterable[ThreadStreamEvent], view: ThreadView | None = None) -> ThreadView:
    """Fold `events` into `view`, or into a new one."""
    view = view or ThreadView()
    for event in events:
        view.apply(event)
    return view


def apply_update(item: ThreadItem, update: ThreadItemUpdate) -> None:
    """Change `item`, which must be the caller's own copy, as `update` says.

    Parts that were never announced are made up empty, as the reference does; an update for another kind of
    item, an unknown component or a task that is not there changes nothing.
    """
    kind, change = _UPDATES[type(update)]
    if isinstance(item, kind):
        change(item, update)


def find_component(widget: JSONObject, component_id: str) -> JSONObject | None:
    """Find the component with this id in a widget, the root included."""
    return next((c for c in components(widget) if c.get("id") == component_id), None)


def components(widget: JSONObject) -> Iterable[JSONObject]:
    """Walk a widget, parents before children; `children` may be a list or a single component."""
    pending: list[Any] = [widget]
    while pending:
        component = pending.pop()
        if not isinstance(component, dict):
            continue
        yield component
        children = component.get("children")
        pending.extend(reversed(children) if isinstance(children, list) else [children])


MAX_PARTS = 1000
"""A part beyond this is ignored: an index gone wrong must not fill the memory."""


def _part(item: AssistantMessageItem, index: int) -> AssistantMessageContent:
    if not 0 <= index < MAX_PARTS:
        return AssistantMessageContent(text="")
    while len(item.content) <= index:
        item.content.append(AssistantMessageContent(text=""))
    return item.content[index]


def _set_part(item: AssistantMessageItem, update: AssistantMessageContentPartAdded) -> None:
    part = _part(item, update.content_index)
    part.text, part.annotations = update.content.text, list(update.content.annotations)


def _finish_part(item: AssistantMessageItem, update: AssistantMessageContentPartDone) -> None:
    part = _part(item, update.content_index)
    part.text = update.content.text
    part.annotations = list(update.content.annotations) or part.annotations


def _append_text(item: AssistantMessageItem, update: AssistantMessageContentPartTextDelta) -> None:
    _part(item, update.content_index).text += update.delta


def _annotate(item: AssistantMessageItem, update: AssistantMessageContentPartAnnotationAdded) -> None:
    if update.annotation_index >= 0:
        _part(item, update.content_index).annotations.insert(update.annotation_index, update.annotation)


def _append_value(item: WidgetItem, update: WidgetStreamingTextValueDelta) -> None:
    component = find_component(item.widget, update.component_id)
    if component is not None:
        component["value"] = str(component.get("value", "")) + update.delta


def _set_root(item: WidgetItem, update: WidgetRootUpdated) -> None:
    item.widget = deepcopy(update.widget)


def _set_component(item: WidgetItem, update: WidgetComponentUpdated) -> None:
    component = find_component(item.widget, update.component_id)
    if component is not None:
        component.clear()
        component.update(deepcopy(update.component))


def _add_task(item: WorkflowItem, update: WorkflowTaskAdded) -> None:
    if update.task_index >= 0:
        item.workflow.tasks.insert(update.task_index, update.task)


def _set_task(item: WorkflowItem, update: WorkflowTaskUpdated) -> None:
    if 0 <= update.task_index < len(item.workflow.tasks):
        item.workflow.tasks[update.task_index] = update.task


def _set_image(item: GeneratedImageItem, update: GeneratedImageUpdated) -> None:
    item.image = update.image


_UPDATES: dict[type, tuple[type, Callable[[Any, Any], None]]] = {
    AssistantMessageContentPartAdded: (AssistantMessageItem, _set_part),
    AssistantMessageContentPartTextDelta: (AssistantMessageItem, _append_text),
    AssistantMessageContentPartAnnotationAdded: (AssistantMessageItem, _annotate),
    AssistantMessageContentPartDone: (AssistantMessageItem, _finish_part),
    WidgetStreamingTextValueDelta: (WidgetItem, _append_value),
    WidgetRootUpdated: (WidgetItem, _set_root),
    WidgetComponentUpdated: (WidgetItem, _set_component),
    WorkflowTaskAdded: (WorkflowItem, _add_task),
    WorkflowTaskUpdated: (WorkflowItem, _set_task),
    GeneratedImageUpdated: (GeneratedImageItem, _set_image),
}


def _thread(view: ThreadView, event: ThreadCreated | ThreadUpdated) -> None:
    view.thread = event.thread


def _added(view: ThreadView, event: ThreadItemAdded) -> None:
    view.items[event.item.id] = deepcopy(event.item)
    view.open.add(event.item.id)
    view.progress = None


def _settled(view: ThreadView, event: ThreadItemDone | ThreadItemReplaced) -> None:
    view.items[event.item.id] = event.item
    view.open.discard(event.item.id)
    view.progress = None


def _updated(view: ThreadView, event: ThreadItemUpdated) -> None:
    item = view.items.get(event.item_id)
    if item is not None:
        if event.item_id not in view.open:
            item = view.items[event.item_id] = deepcopy(item)
        apply_update(item, event.update)


def _removed(view: ThreadView, event: ThreadItemRemoved) -> None:
    view.items.pop(event.item_id, None)
    view.open.discard(event.item_id)


def _options(view: ThreadView, event: StreamOptionsEvent) -> None:
    view.options = event.stream_options


def _progress(view: ThreadView, event: ProgressUpdate) -> None:
    view.progress = event


def _notice(view: ThreadView, event: Notice) -> None:
    view.notices.append(event)


def _error(view: ThreadView, event: ErrorEvent) -> None:
    view.errors.append(event)


_STEPS: dict[type, Callable[[ThreadView, Any], None]] = {
    ThreadCreated: _thread,
    ThreadUpdated: _thread,
    ThreadItemAdded: _added,
    ThreadItemUpdated: _updated,
    ThreadItemDone: _settled,
    ThreadItemRemoved: _removed,
    ThreadItemReplaced: _settled,
    StreamOptionsEvent: _options,
    ProgressUpdate: _progress,
    Notice: _notice,
    ErrorEvent: _error,
}
