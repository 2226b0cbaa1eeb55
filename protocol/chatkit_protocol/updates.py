"""Updates: what changes in an item between `added` and `done`."""

from chatkit_protocol.base import UNSET, JSONObject, Lenient, Maybe, Wire
from chatkit_protocol.content import Annotation, AssistantMessageContent
from chatkit_protocol.items import GeneratedImage
from chatkit_protocol.tasks import Task
from chatkit_protocol.widgets.plain import plain


class AssistantMessageContentPartAdded(
    Wire, tag_field="type", tag="assistant_message.content_part.added", kw_only=True
):
    """A part begins. Parts count from 0 without gaps."""

    content_index: int
    content: AssistantMessageContent


class AssistantMessageContentPartTextDelta(
    Wire, tag_field="type", tag="assistant_message.content_part.text_delta", kw_only=True
):
    """Text is appended to a part."""

    content_index: int
    delta: str


class AssistantMessageContentPartAnnotationAdded(
    Wire, tag_field="type", tag="assistant_message.content_part.annotation_added", kw_only=True
):
    """A part gets an annotation. Annotations count from 0 without gaps in each part. Sent since 1.2."""

    content_index: int
    annotation_index: int
    annotation: Annotation


class AssistantMessageContentPartDone(Wire, tag_field="type", tag="assistant_message.content_part.done", kw_only=True):
    """A part is whole; its text is the sum of its deltas. Annotations may be missing here, not in the item."""

    content_index: int
    content: AssistantMessageContent


class WidgetStreamingTextValueDelta(Wire, tag_field="type", tag="widget.streaming_text.value_delta", kw_only=True):
    """Text is appended to the `value` of the Text or Markdown with this id."""

    component_id: str
    delta: str
    done: bool


class WidgetRootUpdated(Wire, tag_field="type", tag="widget.root.updated", kw_only=True):
    """The whole widget has a new state."""

    widget: JSONObject

    def __post_init__(self) -> None:
        self.widget = plain(self.widget)


class WidgetComponentUpdated(Wire, tag_field="type", tag="widget.component.updated", kw_only=True):
    """The component with this id has a new state."""

    component_id: str
    component: JSONObject

    def __post_init__(self) -> None:
        self.component = plain(self.component)


class WorkflowTaskAdded(Wire, tag_field="type", tag="workflow.task.added", kw_only=True):
    """A workflow gets a task; its index is the number of tasks before it."""

    task_index: int
    task: Task


class WorkflowTaskUpdated(Wire, tag_field="type", tag="workflow.task.updated", kw_only=True):
    """A task of a workflow has a new state."""

    task_index: int
    task: Task


class GeneratedImageUpdated(Lenient, tag_field="type", tag="generated_image.updated", kw_only=True):
    """A better sketch of the image. Since 1.4.1."""

    image: GeneratedImage
    progress: Maybe[float] = UNSET
    """From 0 to 1."""


ThreadItemUpdate = (
    AssistantMessageContentPartAdded
    | AssistantMessageContentPartTextDelta
    | AssistantMessageContentPartAnnotationAdded
    | AssistantMessageContentPartDone
    | WidgetStreamingTextValueDelta
    | WidgetRootUpdated
    | WidgetComponentUpdated
    | WorkflowTaskAdded
    | WorkflowTaskUpdated
    | GeneratedImageUpdated
)
