"""The content of messages: parts of an answer, parts of a question."""

from chatkit_protocol.base import UNSET, JSONObject, Lenient, Maybe, Wire, field
from chatkit_protocol.sources import AnySource


class Annotation(Lenient, tag_field="type", tag="annotation", kw_only=True):
    """A reference to a source, at a place in the text of its part."""

    source: AnySource
    index: Maybe[int] = UNSET
    """Characters of the part's text before the reference. Without it the source belongs to the whole part."""


class AssistantMessageContent(Wire, tag_field="type", tag="output_text", kw_only=True):
    """One part of an assistant message: Markdown text and its annotations."""

    text: str
    annotations: list[Annotation] = field(default_factory=list)


class UserMessageTextContent(Wire, tag_field="type", tag="input_text", kw_only=True):
    """Text as the user typed it."""

    text: str


class UserMessageTagContent(Lenient, tag_field="type", tag="input_tag", kw_only=True):
    """A tag (an @-mention) inside the user's text."""

    id: str
    text: str
    data: JSONObject | None = field(default_factory=dict)
    """What the page attached to the tag. May be left out (D4)."""
    group: Maybe[str] = UNSET
    """Tags of the same group stand together in the composer's menu. Since 1.3.1."""
    interactive: bool = False


UserMessageContent = UserMessageTextContent | UserMessageTagContent


class ToolChoice(Wire, kw_only=True):
    """The tool that the user picked in the composer."""

    id: str


class InferenceOptions(Lenient, kw_only=True):
    """What the user picked in the composer: a model, a tool."""

    tool_choice: Maybe[ToolChoice] = UNSET
    model: Maybe[str] = UNSET


class UserMessageInput(Lenient, kw_only=True):
    """A user message as the widget submits it."""

    content: list[UserMessageContent]
    attachments: list[str] | None = field(default_factory=list)
    """Ids of attachments created before. May be left out or null (D20)."""
    quoted_text: Maybe[str] = UNSET
    inference_options: InferenceOptions | None = field(default_factory=InferenceOptions)
    """May be left out or null (D20)."""
