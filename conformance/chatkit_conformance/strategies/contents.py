"""What drawn items, updates and events contain: any value that the types allow and that makes sense to a client."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from chatkit_conformance.strategies.derived import Given, strategy, texts
from chatkit_conformance.strategies.widgets import components, icons, widgets
from chatkit_protocol.base import UNSET, JSONObject
from chatkit_protocol.content import Annotation, ToolChoice, UserMessageInput, UserMessageTagContent
from chatkit_protocol.events import ClientEffect, ErrorEvent, Notice, ProgressUpdate
from chatkit_protocol.fold import components as parts_of
from chatkit_protocol.items import (
    AssistantMessageItem,
    ClientToolCallItem,
    GeneratedImage,
    GeneratedImageItem,
    ItemBase,
    StructuredInputBase,
    StructuredInputItem,
    ThreadItem,
    WidgetItem,
    WorkflowItem,
)
from chatkit_protocol.sources import EntitySource
from chatkit_protocol.tasks import CustomTask, Task, WorkflowSummary
from chatkit_protocol.threads import ThreadStatus
from chatkit_protocol.widgets import plain

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
"""Ids that are the app's own business: anything but empty."""
urls = st.sampled_from(["https://example.com", "https://example.com/a?b=c#d", "data:image/png;base64,AA=="])
summaries = st.one_of(
    st.builds(WorkflowSummary, title=texts, icon=st.one_of(st.just(UNSET), icons)),
    st.builds(WorkflowSummary, duration=st.integers(0, 3600)),
)
images = st.builds(GeneratedImage, id=names, url=urls)
_unset = st.just(UNSET)
_growing = st.builds(
    lambda before, kind, value, after: plain({"type": "Card", "children": [*before, text(kind, value), *after]}),
    st.lists(components(), max_size=1),
    st.sampled_from(["Text", "Markdown"]),
    texts,
    st.lists(components(), max_size=1),
).filter(lambda widget: len(ids := [part["id"] for part in parts_of(widget) if "id" in part]) == len(set(ids)))


def text(kind: str, value: str) -> JSONObject:
    """Write a text that can grow."""
    return {"type": kind, "id": "grows", "value": value}


SENSIBLE: Given = MappingProxyType(
    {
        WorkflowSummary: summaries,
        GeneratedImage: images,
        (ItemBase, "id"): st.just(""),
        (ItemBase, "thread_id"): st.just(""),
        (ProgressUpdate, "icon"): icons,
        (CustomTask, "icon"): icons,
        (EntitySource, "icon"): icons,
        (EntitySource, "id"): names,
        (UserMessageTagContent, "id"): names,
        (ToolChoice, "id"): names,
        (Annotation, "index"): st.integers(0, 12),
        (UserMessageInput, "attachments"): st.just([]),
        (WidgetItem, "widget"): st.one_of(_growing, widgets()),
        (StructuredInputItem, "status"): st.just("pending"),
        (StructuredInputBase, "id"): names,
        (StructuredInputBase, "answer"): _unset,
        (ClientToolCallItem, "status"): st.just("pending"),
        (ClientToolCallItem, "output"): _unset,
        (ClientToolCallItem, "call_id"): names,
        (ClientToolCallItem, "name"): names,
    }
)
"""What the types cannot say: icons are known, ids say something, a question has no answer when it is asked."""

tasks = strategy(Task, SENSIBLE)
annotations = strategy(Annotation, SENSIBLE)
statuses = strategy(ThreadStatus, SENSIBLE)
inputs = strategy(UserMessageInput, SENSIBLE)
asides: Mapping[str, SearchStrategy[Any]] = {
    str(kind.__struct_config__.tag): strategy(kind, SENSIBLE)
    for kind in (ProgressUpdate, ClientEffect, Notice, ErrorEvent)
}
"""Events that are about no item and no thread, by type."""
_whole = {kind: strategy(kind, SENSIBLE) for kind in get_args(ThreadItem)}


@st.composite
def whole(draw: st.DrawFn, kind: type[ThreadItem]) -> ThreadItem:
    """Draw an item as `done` may bring it; its id, thread and time are for the caller to set."""
    item: ThreadItem = draw(_whole[kind])
    if isinstance(item, GeneratedImageItem) and item.image is UNSET:
        item.image = draw(images)
    if isinstance(item, AssistantMessageItem):
        for part in item.content:
            part.annotations = [within(note, part.text) for note in part.annotations]
    elif isinstance(item, WorkflowItem) and item.workflow.summary is UNSET:
        item.workflow.summary = draw(summaries)
    elif isinstance(item, StructuredInputItem):
        item.inputs = list({question.id: question for question in item.inputs}.values())
    return item


def within(note: Annotation, text: str) -> Annotation:
    """Put an annotation at a place that the text has."""
    if isinstance(note.index, int):
        note.index = min(note.index, len(text))
    return note
