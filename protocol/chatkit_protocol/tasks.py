"""Tasks and the workflows they are steps of."""

from typing import Literal

from chatkit_protocol.base import UNSET, Lenient, Maybe, field
from chatkit_protocol.sources import FileSource, URLSource

StatusIndicator = Literal["none", "loading", "complete"]


class TaskBase(Lenient, kw_only=True):
    """What every task has: how far it is, shown only inside a workflow."""

    status_indicator: StatusIndicator = "none"
    title: Maybe[str] = UNSET


class CustomTask(TaskBase, tag_field="type", tag="custom", kw_only=True):
    """A step in the app's own words."""

    icon: Maybe[str] = UNSET
    content: Maybe[str] = UNSET
    """Markdown."""


class SearchTask(TaskBase, tag_field="type", tag="web_search", kw_only=True):
    """A search of the web: what was asked, what was found."""

    title_query: Maybe[str] = UNSET
    """The query shown in the title."""
    queries: list[str] = field(default_factory=list)
    sources: list[URLSource] = field(default_factory=list)


class ThoughtTask(TaskBase, tag_field="type", tag="thought", kw_only=True):
    """A piece of the model's reasoning summary."""

    content: str
    """Markdown."""


class FileTask(TaskBase, tag_field="type", tag="file", kw_only=True):
    """Files that were read or searched."""

    sources: list[FileSource] = field(default_factory=list)


class ImageTask(TaskBase, tag_field="type", tag="image", kw_only=True):
    """An image that was looked at or made."""


Task = CustomTask | SearchTask | ThoughtTask | FileTask | ImageTask


class WorkflowSummary(Lenient, kw_only=True):
    """What a closed workflow says of itself: a title (and icon), or how long it took.

    The wire tells the two apart by their fields alone, so one Struct serves both.
    """

    title: Maybe[str] = UNSET
    icon: Maybe[str] = UNSET
    duration: Maybe[int] = UNSET
    """Whole seconds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.title is UNSET and self.duration is UNSET:
            raise ValueError("a workflow summary needs a `title` or a `duration`")


class Workflow(Lenient, kw_only=True):
    """A list of tasks that belong together: the app's steps, or the model's reasoning."""

    type: Literal["custom", "reasoning"]
    tasks: list[Task]
    summary: Maybe[WorkflowSummary] = UNSET
    expanded: bool = False
