"""A workflow as it is written: tasks are added and changed, then it is closed."""

from copy import deepcopy
from typing import Any

from chatkit_protocol.base import UNSET
from chatkit_protocol.events import ThreadItemAdded, ThreadItemDone, ThreadItemUpdated
from chatkit_protocol.items import WorkflowItem
from chatkit_protocol.tasks import Task, Workflow, WorkflowSummary
from chatkit_protocol.updates import WorkflowTaskAdded, WorkflowTaskUpdated
from chatkit_server.ids import Clock


class WorkflowWriter:
    """Gives the events of one workflow: `start`, then `add` and `change`, then `finish`."""

    def __init__(self, base: dict[str, Any], workflow: Workflow, now: Clock) -> None:
        self.item = WorkflowItem(**base, workflow=workflow)
        self._now = now

    def start(self, *tasks: Task) -> ThreadItemAdded:
        """Announce the workflow with its first tasks: clients show nothing of one that has none."""
        self.item.workflow.tasks.extend(tasks)
        return ThreadItemAdded(item=deepcopy(self.item))

    def add(self, task: Task) -> ThreadItemUpdated:
        """Append a task."""
        tasks = self.item.workflow.tasks
        tasks.append(task)
        return self._updated(WorkflowTaskAdded(task_index=len(tasks) - 1, task=deepcopy(task)))

    def change(self, task: Task, index: int = -1) -> ThreadItemUpdated:
        """Give a task a new state; the last one, unless told otherwise.

        Raises:
            IndexError: when there is no such task.
        """
        tasks = self.item.workflow.tasks
        place = range(len(tasks))[index]
        tasks[place] = task
        return self._updated(WorkflowTaskUpdated(task_index=place, task=deepcopy(task)))

    def finish(self, summary: WorkflowSummary | str | None = None, *, expanded: bool = False) -> ThreadItemDone:
        """Close the workflow, with a title or, without one, with how many seconds it took."""
        if isinstance(summary, str):
            summary = WorkflowSummary(title=summary)
        workflow = self.item.workflow
        if summary is None and workflow.summary is UNSET:
            summary = WorkflowSummary(duration=int((self._now() - self.item.created_at).total_seconds()))
        workflow.summary = summary or workflow.summary
        workflow.expanded = expanded
        return ThreadItemDone(item=deepcopy(self.item))

    def _updated(self, update: WorkflowTaskAdded | WorkflowTaskUpdated) -> ThreadItemUpdated:
        return ThreadItemUpdated(item_id=self.item.id, update=update)
