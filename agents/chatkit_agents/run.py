"""What is known of a run while its events become items: which messages, workflow and image are open."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chatkit_protocol.base import UNSET
from chatkit_protocol.content import Annotation, AssistantMessageContent
from chatkit_protocol.events import (
    ThreadItemAdded,
    ThreadItemDone,
    ThreadItemReplaced,
    ThreadItemUpdated,
    ThreadStreamEvent,
)
from chatkit_protocol.items import (
    AssistantMessageItem,
    ClientToolCallItem,
    GeneratedImageItem,
    ThreadItem,
    WorkflowItem,
    is_hidden,
)
from chatkit_protocol.tasks import Task
from chatkit_protocol.updates import ThreadItemUpdate
from chatkit_server.keeping import find
from chatkit_server.turn import Turn
from chatkit_server.workflow import WorkflowWriter

PLACEHOLDERS = frozenset({"", "__fake_id__"})
"""Ids that the Agents SDK gives to items of models that have none, so that every item has the same one (D16)."""


async def data_url(_image_id: str, data: str, media_type: str) -> str:
    """Carry an image inside its own address, when there is nowhere to store it."""
    return f"data:{media_type};base64,{data}"


@dataclass(frozen=True, kw_only=True)
class Images:
    """How images that the model makes reach the client."""

    partial_images: int = 0
    """How many sketches the image tool was told to send; progress is counted against it."""
    store: Callable[[str, str, str], Awaitable[str]] = data_url
    """Takes the id of the call, the Base64 of the image and its media type; gives the URL to show it from."""

    def progress(self, index: int) -> float:
        """Tell how far sketch `index` is, from 0 to 1."""
        return min(1.0, index / self.partial_images) if self.partial_images > 0 else 0.0


Shown = Literal["task", "progress", "off"]


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Which tool calls are shown, and how."""

    default: Shown = "off"
    tools: Mapping[str, Shown] = field(default_factory=dict)
    """By the name of a function tool or MCP tool, or by kind: `web_search`, `file_search`, `code_interpreter`,
    `handoff`, `computer`, `shell`."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What to call a tool, by the same names; otherwise its name with blanks for underscores."""

    def shown(self, name: str) -> Shown:
        """Tell how calls of a tool are shown."""
        return self.tools.get(name, self.default)

    def title(self, name: str, usual: str = "") -> str:
        """Tell what to call a tool."""
        return self.titles.get(name) or usual or name.replace("_", " ").strip().capitalize()


@dataclass
class OpenMessage:
    """An assistant message between `added` and `done`."""

    item: AssistantMessageItem
    said: dict[int, str] = field(default_factory=dict)
    """The text streamed so far, by part."""
    annotations: dict[int, list[Annotation]] = field(default_factory=dict)
    """Annotations shown so far, by part."""
    closed: set[int] = field(default_factory=set)
    places: dict[int, int] = field(default_factory=dict)

    def place(self, index: int) -> int:
        """Give the number of a part here: counted from 0 without gaps, which not every version of the SDK does."""
        return self.places.setdefault(index, len(self.places))

    def whole(self, content: list[AssistantMessageContent]) -> AssistantMessageItem:
        """Give the finished item: the id and the time are those of `added` (D18)."""
        item = self.item
        return AssistantMessageItem(id=item.id, thread_id=item.thread_id, created_at=item.created_at, content=content)

    def streamed(self) -> list[AssistantMessageContent]:
        """Give the parts as far as they were streamed."""
        return [
            AssistantMessageContent(text=text, annotations=self.annotations.get(index, []))
            for index, text in sorted(self.said.items())
        ]


@dataclass
class Thought:
    """The thought that is being streamed into a reasoning workflow."""

    item_id: str
    index: int
    place: int
    """Its number among the workflow's tasks; tasks are counted, not searched (D17)."""
    text: str = ""


class FunctionCall(NamedTuple):
    """A function call of the model."""

    name: str
    item_id: str
    call_id: str


@dataclass
class Run:
    """The state of one run, shared by the functions of the inbound table and by what tools send."""

    turn: Turn
    images: Images = field(default_factory=Images)
    activity: Activity = field(default_factory=Activity)
    produced: list[str] = field(default_factory=list)
    """Ids of all items that this run announced; a guardrail takes them back."""
    messages: dict[tuple[str, int], OpenMessage] = field(default_factory=dict)
    """Open messages by the model's id and output index, which together name one even with placeholder ids."""
    steps: dict[str, tuple[WorkflowWriter, int]] = field(default_factory=dict)
    """Where the calls that are under way are shown, by call id."""
    workflow: WorkflowWriter | None = None
    thought: Thought | None = None
    image: GeneratedImageItem | None = None
    calls: list["FunctionCall"] = field(default_factory=list)
    """The model's function calls, in order."""

    async def item_id(self, model_id: str) -> str:
        """Keep the model's id if it names one item only, else make one (D16)."""
        if model_id in PLACEHOLDERS or model_id in self.produced or await find(self.turn, model_id):
            return self.turn.new_id("message")
        return model_id

    def message(self, model_id: str, output_index: int) -> OpenMessage | None:
        """Find the open message that an event is about; models without ids do not always count outputs."""
        exact = self.messages.get((model_id, output_index))
        if exact:
            return exact
        return next((m for key, m in reversed(self.messages.items()) if key[0] == model_id), None)

    def forget(self, message: OpenMessage) -> None:
        """Take a message that is done out of the open ones."""
        self.messages = {key: m for key, m in self.messages.items() if m is not message}

    def announce(self, item: ThreadItem) -> ThreadItemAdded:
        """Add an item, and remember that this run did."""
        self.note(item)
        return ThreadItemAdded(item=deepcopy(item))

    def note(self, item: ThreadItem) -> None:
        """Remember that this run produced an item."""
        if item.id not in self.produced:
            self.produced.append(item.id)

    def update(self, item_id: str, update: ThreadItemUpdate) -> ThreadItemUpdated:
        """Change an open item."""
        return ThreadItemUpdated(item_id=item_id, update=update)

    def open_workflow(self, writer: WorkflowWriter) -> ThreadItemAdded:
        """Begin a workflow."""
        self.workflow = writer
        self.note(writer.item)
        return writer.start()

    def add_task(self, task: Task) -> tuple[WorkflowWriter, Iterable[ThreadStreamEvent]]:
        """Add a step to the open workflow, or to a new one, which is announced with its first step."""
        if self.workflow:
            return self.workflow, [self.workflow.add(task)]
        writer = self.turn.workflow()
        writer.item.workflow.tasks.append(task)
        return writer, [self.open_workflow(writer)]

    def change_task(self, writer: WorkflowWriter, place: int, task: Task) -> Iterable[ThreadStreamEvent]:
        """Give a step a new state; a workflow that is closed by now is replaced as a whole."""
        event = writer.change(task, place)
        return [event] if writer is self.workflow else [ThreadItemReplaced(item=deepcopy(writer.item))]

    def close_workflow(self) -> Iterator[ThreadItemDone]:
        """Close the open workflow, if there is one: folded, with its summary or with its duration."""
        if self.workflow:
            writer, self.workflow, self.thought = self.workflow, None, None
            yield writer.finish()

    def makes_way(self, item: ThreadItem) -> bool:
        """Tell whether an item that appears closes the open workflow."""
        own = self.workflow is not None and self.workflow.item.id == item.id
        return not (own or is_hidden(item) or isinstance(item, ClientToolCallItem))

    async def resume_workflow(self) -> None:
        """Go on with the workflow that the previous stream left open, before a client tool call perhaps (§7.13)."""
        recent = [item for item in await self.turn.history(5) if not is_hidden(item)][-2:]
        if len(recent) > 1 and isinstance(recent[1], ClientToolCallItem):
            recent.pop()
        last = recent[-1] if recent else None
        if isinstance(last, WorkflowItem) and last.workflow.summary is UNSET:
            self.workflow = resumed(last, self.turn)


def resumed(item: WorkflowItem, turn: Turn) -> WorkflowWriter:
    """Take up a stored workflow."""
    writer = turn.workflow(item.workflow.type, expanded=item.workflow.expanded)
    writer.item = item
    return writer
