"""Requests: sixteen things a client can ask, six of them answered by a stream."""

from typing import Any, Literal

from msgspec import Struct

from chatkit_protocol.base import UNSET, JSONObject, Lenient, Maybe, UnsetType, Wire, field
from chatkit_protocol.content import UserMessageInput

Order = Literal["asc", "desc"]
DEFAULT_LIMIT = 20
"""Rows of a page when `limit` is left out, null or 0."""
MAX_LIMIT = 1000
"""A larger `limit` is cut to this, never refused (D5): clients in the wild ask for 9999."""


def page_size(limit: float | str | UnsetType | None) -> int:
    """Read the `limit` of a list request (D5): absent, null and 0 mean 20, "5" means 5, at most 1000.

    Raises:
        ValueError: for anything but a whole number that is not negative.
    """
    try:
        number = int(limit or 0)
    except ValueError:
        number = -1
    if number < 0 or (isinstance(limit, float) and limit != number):
        raise ValueError("`limit` must be a whole number that is not negative")
    return min(number or DEFAULT_LIMIT, MAX_LIMIT)


class RequestBase(Lenient, kw_only=True):
    """What every request may carry beside its type and parameters."""

    metadata: JSONObject | None = field(default_factory=dict)
    """Free; handed to the app, never interpreted. Null counts as empty (D20)."""


class ThreadParams(Wire, kw_only=True):
    """Names a thread."""

    thread_id: str


class PagingParams(Lenient, kw_only=True):
    """Which part of a list, and from which end."""

    limit: Maybe[int | float | str] = UNSET
    order: Order = "desc"
    after: Maybe[str] = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        page_size(self.limit)

    @property
    def size(self) -> int:
        """How many rows the page may have."""
        return page_size(self.limit)


class ItemParams(ThreadParams, kw_only=True):
    """Names an item of a thread."""

    item_id: str


class InputParams(Wire, kw_only=True):
    """A user message."""

    input: UserMessageInput


class ThreadsCreate(RequestBase, tag_field="type", tag="threads.create", kw_only=True):
    """Start a thread with a user message. Streams."""

    params: InputParams


class AddUserMessageParams(ThreadParams, kw_only=True):
    """A user message for a thread."""

    input: UserMessageInput


class ThreadsAddUserMessage(RequestBase, tag_field="type", tag="threads.add_user_message", kw_only=True):
    """Say something in a thread. Streams."""

    params: AddUserMessageParams


class AddClientToolOutputParams(ThreadParams, kw_only=True):
    """What the page's tool returned."""

    result: Any
    """Any JSON, null included."""


class ThreadsAddClientToolOutput(RequestBase, tag_field="type", tag="threads.add_client_tool_output", kw_only=True):
    """Answer the pending client tool call. Streams."""

    params: AddClientToolOutputParams


class StructuredInputAnswerSubmission(Lenient, kw_only=True):
    """The answer to one question."""

    values: list[str] | None = field(default_factory=list)
    skipped: bool = False


class StructuredInputSubmission(Lenient, kw_only=True):
    """The answers to a structured input, by question id."""

    status: Literal["answered", "skipped"] = "answered"
    answers: dict[str, StructuredInputAnswerSubmission] | None = field(default_factory=dict)


class AddStructuredInputParams(ItemParams, kw_only=True):
    """Answers for a pending structured input."""

    input: StructuredInputSubmission


class ThreadsAddStructuredInput(RequestBase, tag_field="type", tag="threads.add_structured_input", kw_only=True):
    """Answer or skip a structured input. Streams. Since 1.6.4."""

    params: AddStructuredInputParams


class ThreadsRetryAfterItem(RequestBase, tag_field="type", tag="threads.retry_after_item", kw_only=True):
    """Forget everything after a user message and answer it again. Streams."""

    params: ItemParams


class Action(Struct, kw_only=True):
    """What a widget, or the page, asks the server to do."""

    type: str
    payload: Any = None
    """Any JSON; absent means null. 1.0 demanded it, 1.1 does not."""


class CustomActionParams(Lenient, kw_only=True):
    """An action, and the widget it comes from if it comes from one."""

    thread_id: str
    item_id: Maybe[str] = UNSET
    action: Action


class ThreadsCustomAction(RequestBase, tag_field="type", tag="threads.custom_action", kw_only=True):
    """Run an action. Streams."""

    params: CustomActionParams


class ThreadsGetById(RequestBase, tag_field="type", tag="threads.get_by_id", kw_only=True):
    """Read a thread with its first items, oldest first."""

    params: ThreadParams


class ThreadsList(RequestBase, tag_field="type", tag="threads.list", kw_only=True):
    """List threads, newest first unless told otherwise."""

    params: PagingParams | None = field(default_factory=PagingParams)
    """May be left out (D20)."""


class UpdateParams(ThreadParams, kw_only=True):
    """A new title for a thread."""

    title: str


class ThreadsUpdate(RequestBase, tag_field="type", tag="threads.update", kw_only=True):
    """Rename a thread."""

    params: UpdateParams


class ThreadsDelete(RequestBase, tag_field="type", tag="threads.delete", kw_only=True):
    """Delete a thread and its items."""

    params: ThreadParams


class ThreadsSyncCustomAction(RequestBase, tag_field="type", tag="threads.sync_custom_action", kw_only=True):
    """Run an action that changes at most one item. Since 1.6.2."""

    params: CustomActionParams


class ItemsListParams(PagingParams, kw_only=True):
    """Which part of a thread's items."""

    thread_id: str


class ItemsList(RequestBase, tag_field="type", tag="items.list", kw_only=True):
    """List the items of a thread, newest first unless told otherwise."""

    params: ItemsListParams


class FeedbackParams(ThreadParams, kw_only=True):
    """A thumb up or down for items."""

    item_ids: list[str]
    kind: Literal["positive", "negative"]


class ItemsFeedback(RequestBase, tag_field="type", tag="items.feedback", kw_only=True):
    """Tell what the user thinks of items."""

    params: FeedbackParams


class AttachmentCreateParams(Wire, kw_only=True):
    """A file that the user picked."""

    name: str
    size: int
    """Bytes."""
    mime_type: str


class AttachmentsCreate(RequestBase, tag_field="type", tag="attachments.create", kw_only=True):
    """Register a file before its bytes are sent (two-phase upload)."""

    params: AttachmentCreateParams


class AttachmentDeleteParams(Wire, kw_only=True):
    """Names an attachment."""

    attachment_id: str


class AttachmentsDelete(RequestBase, tag_field="type", tag="attachments.delete", kw_only=True):
    """Delete an attachment that the user took out of the composer."""

    params: AttachmentDeleteParams


class TranscribeParams(Wire, kw_only=True):
    """Recorded speech."""

    audio_base64: str
    mime_type: str
    """With its codec, e.g. `audio/webm;codecs=opus`."""


class InputTranscribe(RequestBase, tag_field="type", tag="input.transcribe", kw_only=True):
    """Turn speech into text for the composer. Since 1.6."""

    params: TranscribeParams


StreamingRequest = (
    ThreadsCreate
    | ThreadsAddUserMessage
    | ThreadsAddClientToolOutput
    | ThreadsAddStructuredInput
    | ThreadsRetryAfterItem
    | ThreadsCustomAction
)
JSONRequest = (
    ThreadsGetById
    | ThreadsList
    | ThreadsUpdate
    | ThreadsDelete
    | ThreadsSyncCustomAction
    | ItemsList
    | ItemsFeedback
    | AttachmentsCreate
    | AttachmentsDelete
    | InputTranscribe
)
Request = StreamingRequest | JSONRequest
