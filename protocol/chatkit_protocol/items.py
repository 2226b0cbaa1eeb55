"""Items: what a thread consists of. Nine kinds are for the client, two are hidden."""

from datetime import datetime
from typing import Any, Literal

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET, JSONObject, Lenient, Maybe, Wire, field
from chatkit_protocol.content import AssistantMessageContent, InferenceOptions, UserMessageContent
from chatkit_protocol.tasks import Task, Workflow
from chatkit_protocol.widgets.plain import plain


class ItemBase(Lenient, kw_only=True):
    """What every item has."""

    id: str
    thread_id: str
    created_at: datetime
    """Ours is UTC and written with `Z` (D7); a naive one that is read stays naive."""


class UserMessageItem(ItemBase, tag_field="type", tag="user_message", kw_only=True):
    """What the user said."""

    content: list[UserMessageContent]
    attachments: list[Attachment] = field(default_factory=list)
    quoted_text: Maybe[str] = UNSET
    """The earlier text that the user selected and replies to."""
    inference_options: InferenceOptions


class AssistantMessageItem(ItemBase, tag_field="type", tag="assistant_message", kw_only=True):
    """What the assistant said."""

    content: list[AssistantMessageContent]


class ClientToolCallItem(ItemBase, tag_field="type", tag="client_tool_call", kw_only=True):
    """A call that the page itself answers; while it is pending, the turn waits for it."""

    status: Literal["pending", "completed"] = "pending"
    call_id: str
    name: str
    arguments: JSONObject
    output: Maybe[Any] = UNSET
    """Any JSON. A null result is left out, as the reference leaves it out."""


class WidgetItem(ItemBase, tag_field="type", tag="widget", kw_only=True):
    """A widget: a tree of components as a free JSON object, so that unknown ones survive."""

    widget: JSONObject
    """A root: Card, ListView or Basic. Builders of `chatkit_protocol.widgets` become plain JSON here."""
    copy_text: Maybe[str] = UNSET
    """What the copy button copies."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.widget = plain(self.widget)


class GeneratedImage(Wire, kw_only=True):
    """An image the model made. The id stays the same from the first sketch to the final image."""

    id: str
    url: str


class GeneratedImageItem(ItemBase, tag_field="type", tag="generated_image", kw_only=True):
    """An image being made, or made. Since 1.4.1."""

    image: Maybe[GeneratedImage] = UNSET


class StructuredInputAnswer(Wire, kw_only=True):
    """What was answered to one question."""

    values: list[str] = field(default_factory=list)
    skipped: bool = False


class StructuredInputMultipleChoiceOption(Wire, kw_only=True):
    """A choice to pick."""

    value: str


class StructuredInputBase(Lenient, kw_only=True):
    """A question with an id that the answer names. Since 1.6.4."""

    id: str
    question: str
    answer: Maybe[StructuredInputAnswer] = UNSET


class StructuredInputMultipleChoice(StructuredInputBase, tag_field="type", tag="multiple_choice", kw_only=True):
    """A question with choices; the user may write another answer than those."""

    options: list[StructuredInputMultipleChoiceOption]
    multiple: bool = False


class StructuredInputFreeform(StructuredInputBase, tag_field="type", tag="freeform", kw_only=True):
    """A question answered in free text."""

    description: Maybe[str] = UNSET


StructuredInput = StructuredInputMultipleChoice | StructuredInputFreeform


class StructuredInputItem(ItemBase, tag_field="type", tag="structured_input", kw_only=True):
    """Questions that the user answers or skips, all at once. Since 1.6.4."""

    status: Literal["pending", "answered", "skipped"] = "pending"
    inputs: list[StructuredInput]


class TaskItem(ItemBase, tag_field="type", tag="task", kw_only=True):
    """A single task outside a workflow."""

    task: Task


class WorkflowItem(ItemBase, tag_field="type", tag="workflow", kw_only=True):
    """A workflow. It may open in one stream and close in a later one."""

    workflow: Workflow


class EndOfTurnItem(ItemBase, tag_field="type", tag="end_of_turn", kw_only=True):
    """The assistant's turn ends here."""


class HiddenContextItem(ItemBase, tag_field="type", tag="hidden_context_item", kw_only=True):
    """Something the model is told and the client never sees."""

    content: Any


class SDKHiddenContextItem(ItemBase, tag_field="type", tag="sdk_hidden_context", kw_only=True):
    """The same, written by the server itself, e.g. that the user stopped the answer. Since 1.4."""

    content: str


VisibleItem = (
    UserMessageItem
    | AssistantMessageItem
    | ClientToolCallItem
    | WidgetItem
    | GeneratedImageItem
    | StructuredInputItem
    | TaskItem
    | WorkflowItem
    | EndOfTurnItem
)
HiddenItem = HiddenContextItem | SDKHiddenContextItem
ThreadItem = VisibleItem | HiddenItem


def is_hidden(item: ThreadItem) -> bool:
    """Tell whether an item is for the model only. The one place that knows."""
    return isinstance(item, (HiddenContextItem, SDKHiddenContextItem))
