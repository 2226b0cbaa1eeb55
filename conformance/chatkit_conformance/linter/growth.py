"""Items as their updates make them: folds over plain JSON, one for each kind of item that grows.

Each is linear in what it is given and tolerant: what fits nothing changes nothing. A fold copies an event's objects
before it changes them, for the events themselves are looked at again.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

JSON = dict[str, Any]


def listed(value: Any) -> list[Any]:
    """Give a list; an empty one for anything else."""
    return value if isinstance(value, list) else []


def mapped(value: Any) -> JSON:
    """Give an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def counted(value: Any) -> int:
    """Give a whole number; -1 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


class Growth:
    """An item and what its updates did to it."""

    def __init__(self, item: JSON, *, announced: bool) -> None:
        self.first = item
        self.announced = announced
        """Whether it was `added`, so that updates may follow."""
        self.changed = False
        """Whether an update came."""
        self.gaps = False
        """Whether parts or tasks were not numbered 0, 1, 2 …, so that nobody can say what they add up to."""

    def take(self, update: JSON) -> None:
        """Take the next update."""
        self.changed |= bool(update)

    @property
    def item(self) -> JSON:
        """The item as it stands now."""
        return self.first


class Part:
    """A part of an assistant message. Its text is kept in the pieces in which it came."""

    def __init__(self, given: Any) -> None:
        part = mapped(given)
        self.pieces = [str(part.get("text", ""))]
        self.annotations = list(listed(part.get("annotations")))
        self.streamed = False
        """Whether annotations came one by one."""
        self.done = False

    @property
    def text(self) -> str:
        """The text so far."""
        self.pieces = ["".join(self.pieces)]
        return self.pieces[0]


PART = "assistant_message.content_part."


class Message(Growth):
    """An assistant message: parts, their texts and annotations."""

    def __init__(self, item: JSON, *, announced: bool) -> None:
        super().__init__(item, announced=announced)
        self.parts = dict(enumerate(Part(part) for part in listed(item.get("content"))))
        """By their numbers."""

    def part(self, update: JSON) -> Part | None:
        """Find the part that an update is about; none while it is not there."""
        return self.parts.get(counted(update.get("content_index")))

    def take(self, update: JSON) -> None:
        """Take the next update of a part."""
        super().take(update)
        part = self.part(update)
        step = str(update.get("type", "")).removeprefix(PART)
        if step == "added":
            self._begin(update)
        elif part is None:
            self.gaps = True
        elif step == "text_delta":
            part.pieces.append(str(update.get("delta", "")))
        elif step == "annotation_added":
            part.annotations.append(update.get("annotation"))
            part.streamed = True
        elif step == "done":
            part.pieces = [str(mapped(update.get("content")).get("text", ""))]
            part.done = True

    def _begin(self, update: JSON) -> None:
        index = counted(update.get("content_index"))
        self.gaps |= index != len(self.parts)
        if index >= 0:
            self.parts.setdefault(index, Part(update.get("content")))

    @property
    def item(self) -> JSON:
        """The item as it stands now."""
        parts = self.parts.values()
        content = [{"type": "output_text", "text": part.text, "annotations": part.annotations} for part in parts]
        return {**self.first, "content": content} if self.changed else self.first


class Workflow(Growth):
    """A workflow: its tasks."""

    def __init__(self, item: JSON, *, announced: bool) -> None:
        super().__init__(item, announced=announced)
        self.tasks = dict(enumerate(listed(mapped(item.get("workflow")).get("tasks"))))
        """By their numbers."""

    def take(self, update: JSON) -> None:
        """Take the next update of a task."""
        super().take(update)
        index = counted(update.get("task_index"))
        added = update.get("type") == "workflow.task.added"
        self.gaps |= index != len(self.tasks) if added else index not in self.tasks
        if index >= 0:
            self.tasks[index] = update.get("task")

    @property
    def item(self) -> JSON:
        """The item as it stands now."""
        return {**self.first, "workflow": {**mapped(self.first.get("workflow")), "tasks": list(self.tasks.values())}}


def components(widget: Any) -> Iterator[tuple[Any, JSON, str]]:
    """Walk a widget: each component, the one that it stands in, and its path. Parents come before children."""
    pending: list[tuple[Any, JSON, str]] = [(widget, {}, "")]
    while pending:
        component, parent, path = pending.pop()
        yield component, parent, path
        children = component.get("children") if isinstance(component, dict) else None
        if isinstance(children, list):
            rows = [(child, component, f"{path}.children[{n}]") for n, child in enumerate(children)]
            pending.extend(reversed(rows))
        elif children is not None:
            pending.append((children, component, f"{path}.children"))


class Widget(Growth):
    """A widget: its components by their ids. Texts that grow are kept in pieces until somebody asks."""

    def __init__(self, item: JSON, *, announced: bool) -> None:
        super().__init__(item, announced=announced)
        self.grew: set[str] = set()
        """The ids of texts that deltas came for."""
        self.ended: set[str] = set()
        """The ids of those whose last delta came."""
        self.last: dict[str, str] = {}
        """The last delta of each."""
        self._draw(mapped(item.get("widget")))

    def _draw(self, widget: JSON) -> None:
        self.root = deepcopy(widget)
        self._pieces: dict[str, list[str]] = {}
        self._named: dict[str, JSON] = {}
        self._enter(self.root)

    def _enter(self, root: JSON) -> None:
        for component, _, _ in components(root):
            if isinstance(component, dict) and isinstance(component.get("id"), str):
                self._named.setdefault(component["id"], component)

    def named(self, name: Any) -> JSON | None:
        """Find the component of an id. The value of a text that grows may be behind."""
        return self._named.get(name) if isinstance(name, str) else None

    def take(self, update: JSON) -> None:
        """Take the next update of the widget."""
        super().take(update)
        name = update.get("component_id")
        one = self.named(name)
        if update.get("type") == "widget.root.updated":
            self._draw(mapped(update.get("widget")))
        elif one is None or not isinstance(name, str):
            return
        elif update.get("type") == "widget.streaming_text.value_delta":
            self.last[name] = str(update.get("delta", ""))
            self._pieces.setdefault(name, [str(one.get("value", ""))]).append(self.last[name])
            self.grew.add(name)
            if update.get("done") is True:
                self.ended.add(name)
        else:
            self._exchange(one, name, deepcopy(mapped(update.get("component"))))

    def _exchange(self, one: JSON, name: str, new: JSON) -> None:
        """Put a component in the place of another."""
        for old, _, _ in components(one):
            if isinstance(old, dict) and self._named.get(str(old.get("id"))) is old:
                del self._named[old["id"]]
        self._pieces.pop(name, None)
        one.clear()
        one.update(new)
        self._enter(one)

    def value(self, name: str) -> str:
        """Give the text of a component so far."""
        pieces = self._pieces.get(name)
        return "".join(pieces) if pieces else str((self.named(name) or {}).get("value", ""))

    @property
    def item(self) -> JSON:
        """The item as it stands now."""
        for name in self._pieces.keys() & self._named.keys():
            self._named[name]["value"] = self.value(name)
        return {**self.first, "widget": deepcopy(self.root)}


class Image(Growth):
    """A generated image: the sketches of it."""

    def __init__(self, item: JSON, *, announced: bool) -> None:
        super().__init__(item, announced=announced)
        self.ids = [mapped(item["image"]).get("id")] if "image" in item else []
        self.progress = 0.0

    def take(self, update: JSON) -> None:
        """Take the next sketch."""
        super().take(update)
        self.ids.append(mapped(update.get("image")).get("id"))
        progress = update.get("progress")
        if isinstance(progress, int | float):
            self.progress = float(progress)


KINDS: dict[str, type[Growth]] = {
    "assistant_message": Message,
    "workflow": Workflow,
    "widget": Widget,
    "generated_image": Image,
}
"""The items that grow, by their type."""


def begin(item: JSON, *, announced: bool) -> Growth:
    """Begin to follow an item."""
    kind = item.get("type")
    return KINDS.get(kind if isinstance(kind, str) else "", Growth)(item, announced=announced)
