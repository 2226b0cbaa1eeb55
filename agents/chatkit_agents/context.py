"""What tools get to reach the user: the run context. What they send is merged with the run in order."""

import asyncio
from collections.abc import AsyncIterable, Callable, Generator, Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from chatkit_agents.run import Run
from chatkit_protocol.base import UNSET, JSONObject, Maybe
from chatkit_protocol.events import (
    ThreadItemAdded,
    ThreadItemDone,
    ThreadStreamEvent,
)
from chatkit_protocol.items import WorkflowItem
from chatkit_protocol.tasks import Task, WorkflowSummary
from chatkit_server.compose import Widget
from chatkit_server.pipeline import flatten
from chatkit_server.turn import Turn
from chatkit_server.workflow import WorkflowWriter

TData = TypeVar("TData")
Command = Callable[[Run], Iterable[ThreadStreamEvent]]


@dataclass(frozen=True)
class ClientToolCall:
    """A call that the page answers; it is the last thing of its run."""

    name: str
    arguments: JSONObject


class Sent:
    """What sending returns. Awaiting it lets the event out at once; not awaiting it is fine, too."""

    def __await__(self) -> Generator[Any, None, None]:
        yield from asyncio.sleep(0).__await__()


class Channel:
    """The one line on which the run and its tools speak, so that what happened first is told first."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[object] = asyncio.Queue()

    def put(self, value: object) -> None:
        """Say something, from the event loop or from the thread in which a tool runs."""
        try:
            here = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            here = False
        if here:
            self._queue.put_nowait(value)
        else:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, value)

    async def get(self) -> object:
        """Wait for the next thing said."""
        return await self._queue.get()


class ToolContext(Generic[TData]):
    """The `context` of a run: a tool finds it as `wrapper.context`.

    Attributes:
        turn: the turn that the run answers: thread, user, store.
        data: the app's own object.
        client_tool_call: what `client_tool` was called with.
    """

    def __init__(self, turn: Turn, data: TData) -> None:
        self.turn = turn
        self.data = data
        self.client_tool_call: ClientToolCall | None = None
        self.channel = Channel()

    def send(self, event: ThreadStreamEvent) -> Sent:
        """Send any event. Everything that `turn` builds fits: `context.send(context.turn.say("…"))`."""
        return self._do(lambda run: _passed_on(run, event))

    async def stream(self, events: AsyncIterable[ThreadStreamEvent]) -> None:
        """Send a stream of events, such as `turn.stream(…)` gives."""
        async for event in flatten(events):
            await self.send(event)

    def say(self, text: str) -> Sent:
        """Say a whole text beside what the model says."""
        return self.send(self.turn.say(text))

    def widget(self, widget: Widget, *, copy_text: Maybe[str] = UNSET) -> Sent:
        """Show a widget."""
        return self.send(self.turn.widget(widget, copy_text=copy_text))

    async def stream_widget(
        self, states: AsyncIterable[Widget] | Iterable[Widget], *, copy_text: Maybe[str] = UNSET
    ) -> None:
        """Show a widget that changes; each state is a whole root."""
        await self.stream(self.turn.stream_widget(states, copy_text=copy_text))

    def progress(self, text: str, icon: Maybe[str] = UNSET) -> Sent:
        """Say what is going on until the next item appears."""
        return self.send(self.turn.progress(text, icon))

    def effect(self, name: str, data: JSONObject | None = None) -> Sent:
        """Have the page do something, without an answer."""
        return self.send(self.turn.effect(name, data))

    def notice(
        self,
        message: str,
        level: Literal["info", "warning", "danger"] = "info",
        title: Maybe[str] = UNSET,
    ) -> Sent:
        """Tell the user something about the conversation (Markdown)."""
        return self.send(self.turn.notice(message, level, title))

    def hidden(self, content: Any) -> Sent:
        """Keep something in the thread for the model alone."""
        return self.send(self.turn.hidden(content))

    def task(self, task: Task) -> "Step":
        """Show a step in the open workflow, or in a new one."""
        step = Step(self)
        self._do(lambda run: step.begin(run, task))
        return step

    def end_workflow(self, summary: WorkflowSummary | str | None = None, *, expanded: bool = False) -> Sent:
        """Close the open workflow, with a title or, without one, with how many seconds it took."""
        return self._do(lambda run: _ended(run, summary, expanded))

    def client_tool(self, name: str, arguments: JSONObject | None = None) -> None:
        """Have the page run one of its tools when this run ends.

        The agent must stop at the tool that calls this: name it in `StopAtTools` (`tool_use_behavior`), or use
        `chatkit_agents.stop_at`. The page's result starts the next turn.
        """
        self.client_tool_call = ClientToolCall(name, arguments or {})

    def _do(self, command: Command) -> Sent:
        self.channel.put(command)
        return Sent()


class Step:
    """A step that a tool has shown and may change as long as it likes."""

    def __init__(self, context: ToolContext[Any]) -> None:
        self._context = context
        self._writer: WorkflowWriter | None = None
        self._place = 0

    def change(self, task: Task) -> Sent:
        """Give the step a new state."""
        return self._context._do(lambda run: self._changed(run, task))  # noqa: SLF001 - the context's other half

    def begin(self, run: Run, task: Task) -> Iterable[ThreadStreamEvent]:
        """Add the step when its turn on the line has come."""
        self._writer, events = run.add_task(task)
        self._place = len(self._writer.item.workflow.tasks) - 1
        return events

    def _changed(self, run: Run, task: Task) -> Iterable[ThreadStreamEvent]:
        if self._writer is None:
            return []
        return run.change_task(self._writer, self._place, task)


def _passed_on(run: Run, event: ThreadStreamEvent) -> Iterable[ThreadStreamEvent]:
    """Let an event through; an item that appears closes the open workflow, a workflow that appears is the open one."""
    if isinstance(event, (ThreadItemAdded, ThreadItemDone)):
        if run.makes_way(event.item):
            yield from run.close_workflow()
        if isinstance(event, ThreadItemAdded) and isinstance(event.item, WorkflowItem):
            run.workflow = run.turn.workflow(event.item.workflow.type)
            run.workflow.item = deepcopy(event.item)
        run.note(event.item)
    yield event


def _ended(run: Run, summary: WorkflowSummary | str | None, expanded: bool) -> Iterable[ThreadStreamEvent]:
    if run.workflow is None:
        return []
    writer, run.workflow, run.thought = run.workflow, None, None
    return [writer.finish(summary, expanded=expanded)]
