"""Drawn updates: what may change in an item by the tables of parts and tasks, with contents that add up."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from chatkit_conformance.strategies import contents
from chatkit_conformance.strategies.derived import texts
from chatkit_conformance.strategies.thread import Life
from chatkit_conformance.strategies.widgets import components, widgets
from chatkit_protocol import updates as u
from chatkit_protocol.base import UNSET, JSONObject
from chatkit_protocol.content import AssistantMessageContent
from chatkit_protocol.fold import components as parts_of
from chatkit_protocol.items import GeneratedImage
from chatkit_protocol.lifecycle import FITS, INNER
from chatkit_protocol.widgets import ROOTS

TEXTS = {"Text", "Markdown"}
"""Components whose value can grow."""
LIKELY = {u.AssistantMessageContentPartTextDelta, u.WidgetStreamingTextValueDelta, u.WorkflowTaskUpdated}
"""What most updates of a real answer are."""
Change = tuple[type, Any]
"""A type of update, and the index of the part or task, or the id of the component, that it is for."""


def possible(life: Life) -> list[Change]:
    """List what may change in an item now."""
    kinds = [kind for kind, item in FITS.items() if item is type(life.item)]
    return [(kind, place) for kind in kinds for place in _places(kind, life)]


def _places(kind: type, life: Life) -> list[Any]:
    if kind not in INNER:
        return _PLACES[kind](life) if kind in _PLACES else [None]
    table, _, step, _ = INNER[kind]
    found = [index for index, state in enumerate(life.inner) if step in table[state]]
    return found + [len(life.inner)] * (step in table["absent"])


def growing(life: Life) -> list[str]:
    """Name the texts of a widget that more can be appended to."""
    named = [part for part in _named(life) if part["type"] in TEXTS and isinstance(part["value"], str)]
    return [part["id"] for part in named if part["id"] not in life.ended]


def _named(life: Life) -> list[JSONObject]:
    return [part for part in parts_of(life.item.widget) if "id" in part]


_PLACES: dict[type, Callable[[Life], list[Any]]] = {
    u.WidgetStreamingTextValueDelta: growing,
    u.WidgetComponentUpdated: lambda life: [part["id"] for part in _named(life) if part["type"] not in ROOTS],
}
"""Where in a widget an update can apply; any other update is for the whole item."""


@st.composite
def update_of(draw: st.DrawFn, life: Life) -> u.ThreadItemUpdate:
    """Draw one of the possible changes, and move the part or task in its table."""
    changes = possible(life)
    kind, place = draw(st.sampled_from([*changes, *[change for change in changes if change[0] in LIKELY] * 4]))
    if kind in INNER:
        table, _, step, _ = INNER[kind]
        state = life.inner[place] if place < len(life.inner) else "absent"
        life.inner[place : place + 1] = [table[state][step]]
    made: u.ThreadItemUpdate = _MAKE[kind](draw, life, place)
    return made


def _part_added(draw: st.DrawFn, _: Life, index: int) -> Any:
    content = AssistantMessageContent(text=draw(st.one_of(st.just(""), texts)))
    return u.AssistantMessageContentPartAdded(content_index=index, content=content)


def _text_delta(draw: st.DrawFn, _: Life, index: int) -> Any:
    return u.AssistantMessageContentPartTextDelta(content_index=index, delta=draw(texts))


def _annotation_added(draw: st.DrawFn, life: Life, index: int) -> Any:
    part = life.item.content[index]
    note = contents.within(draw(contents.annotations), part.text)
    return u.AssistantMessageContentPartAnnotationAdded(
        content_index=index,
        annotation_index=len(part.annotations),
        annotation=note,
    )


def _part_done(draw: st.DrawFn, life: Life, index: int) -> Any:
    part = deepcopy(life.item.content[index])
    part.annotations = part.annotations if draw(st.booleans()) else []
    return u.AssistantMessageContentPartDone(content_index=index, content=part)


def _value_delta(draw: st.DrawFn, life: Life, component_id: str) -> Any:
    done = draw(st.booleans())
    life.ended |= {component_id} if done else set()
    return u.WidgetStreamingTextValueDelta(component_id=component_id, delta=draw(texts), done=done)


def _root_updated(draw: st.DrawFn, life: Life, _: None) -> Any:
    # The texts that grew keep their ids (WGT-009): the new state wraps the old one, or changes a prop of it.
    old = deepcopy(life.item.widget)
    fresh = draw(widgets()) if not _named(life) else old | {"key": draw(texts)}
    return u.WidgetRootUpdated(widget=fresh)


def _component_updated(draw: st.DrawFn, life: Life, component_id: str) -> Any:
    old = next(part for part in _named(life) if part["id"] == component_id)
    if old["type"] not in TEXTS:
        # Rows stay rows and cells cells: a component is drawn anew only in its type.
        return u.WidgetComponentUpdated(component_id=component_id, component=deepcopy(old) | {"key": draw(texts)})
    fresh = draw(components().filter(lambda part: not part.get("children"))) | {"id": component_id}
    return u.WidgetComponentUpdated(
        component_id=component_id, component=fresh if draw(st.booleans()) else deepcopy(old)
    )


def _task_added(draw: st.DrawFn, _: Life, index: int) -> Any:
    return u.WorkflowTaskAdded(task_index=index, task=draw(contents.tasks))


def _task_updated(draw: st.DrawFn, _: Life, index: int) -> Any:
    return u.WorkflowTaskUpdated(task_index=index, task=draw(contents.tasks))


def _image_updated(draw: st.DrawFn, life: Life, _: None) -> Any:
    sketch = life.item.image
    image = draw(contents.images)
    image.id = sketch.id if isinstance(sketch, GeneratedImage) else image.id
    if draw(st.booleans()):
        return u.GeneratedImageUpdated(image=image, progress=UNSET)
    life.progress = draw(st.floats(life.progress, 1.0))
    return u.GeneratedImageUpdated(image=image, progress=life.progress)


_MAKE: dict[type, Callable[[st.DrawFn, Life, Any], Any]] = {
    u.AssistantMessageContentPartAdded: _part_added,
    u.AssistantMessageContentPartTextDelta: _text_delta,
    u.AssistantMessageContentPartAnnotationAdded: _annotation_added,
    u.AssistantMessageContentPartDone: _part_done,
    u.WidgetStreamingTextValueDelta: _value_delta,
    u.WidgetRootUpdated: _root_updated,
    u.WidgetComponentUpdated: _component_updated,
    u.WorkflowTaskAdded: _task_added,
    u.WorkflowTaskUpdated: _task_updated,
    u.GeneratedImageUpdated: _image_updated,
}
