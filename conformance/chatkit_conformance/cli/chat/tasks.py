"""Tasks and workflows as lines."""

from collections.abc import Callable
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from chatkit_conformance.cli.chat.text import described, markdown
from chatkit_protocol.tasks import CustomTask, FileTask, ImageTask, SearchTask, Task, ThoughtTask, Workflow

INDICATORS = {"none": "·", "loading": "◌", "complete": "✓"}


def _search_title(task: SearchTask) -> str:
    title = task.title or "Search the web"
    return f"{title}: {task.title_query}" if task.title_query else title


def _search_body(task: SearchTask) -> list[RenderableType]:
    lines = [Text(f"“{query}”", style="dim") for query in task.queries]
    return [*lines, *(Text(described(source), style="dim") for source in task.sources)]


def _custom_title(task: CustomTask) -> str:
    return task.title or "Step"


def _custom_body(task: CustomTask) -> list[RenderableType]:
    return [markdown(task.content)] if task.content else []


def _thought_title(task: ThoughtTask) -> str:
    return task.title or "Thought"


def _thought_body(task: ThoughtTask) -> list[RenderableType]:
    return [markdown(task.content)]


def _file_title(task: FileTask) -> str:
    return task.title or "Files"


def _file_body(task: FileTask) -> list[RenderableType]:
    return [Text(described(source), style="dim") for source in task.sources]


def _image_title(task: ImageTask) -> str:
    return task.title or "Image"


def _image_body(_task: ImageTask) -> list[RenderableType]:
    return []


_TASKS: dict[type, tuple[Callable[[Any], str], Callable[[Any], list[RenderableType]]]] = {
    CustomTask: (_custom_title, _custom_body),
    SearchTask: (_search_title, _search_body),
    ThoughtTask: (_thought_title, _thought_body),
    FileTask: (_file_title, _file_body),
    ImageTask: (_image_title, _image_body),
}


def task_view(task: Task) -> RenderableType:
    """Show how far a task is, its title, and what it tells."""
    title, body = _TASKS[type(task)]
    head = Text(f"{INDICATORS[task.status_indicator]} {title(task)}")
    return Group(head, *(Padding(line, (0, 0, 0, 2)) for line in body(task)))


def workflow_view(workflow: Workflow) -> RenderableType:
    """Show a workflow's summary, or that it goes on, and its tasks."""
    name = {"reasoning": "Reasoning", "custom": "Workflow"}[workflow.type]
    summary = workflow.summary
    if not summary:
        head = f"{name} …"
    elif summary.title:
        head = summary.title
    else:
        head = f"{name}, {summary.duration} s"
    return Group(Text(f"▸ {head}", style="bold"), *(Padding(task_view(task), (0, 0, 0, 2)) for task in workflow.tasks))
