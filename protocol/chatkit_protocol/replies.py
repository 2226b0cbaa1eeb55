"""Replies: what each request that is not streamed gets back, and how a refusal is told."""

from typing import Any, Literal

from msgspec import Struct

from chatkit_protocol import requests as r
from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET, Lenient, Maybe, Wire
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.threads import Page, Thread


class Empty(Wire, kw_only=True):
    """`{}`: done, nothing to say (feedback, delete)."""


class SyncCustomActionResponse(Lenient, kw_only=True):
    """What a sync action changed, if anything. Since 1.6.2."""

    updated_item: Maybe[ThreadItem] = UNSET


class TranscriptionResult(Wire, kw_only=True):
    """The text of the speech. Since 1.6."""

    text: str


REPLIES: dict[type[Struct], Any] = {
    r.ThreadsGetById: Thread,
    r.ThreadsList: Page[Thread],
    r.ThreadsUpdate: Thread,
    r.ThreadsDelete: Empty,
    r.ThreadsSyncCustomAction: SyncCustomActionResponse,
    r.ItemsList: Page[ThreadItem],
    r.ItemsFeedback: Empty,
    r.AttachmentsCreate: Attachment,
    r.AttachmentsDelete: Empty,
    r.InputTranscribe: TranscriptionResult,
}
"""What a request is answered with. The requests that have no row are answered with a stream."""

ErrorCode = Literal[
    "bad_request",
    "unauthorized",
    "forbidden",
    "not_found",
    "conflict",
    "too_large",
    "too_many",
    "unsupported",
    "internal",
]

STATUS: dict[ErrorCode, int] = {
    "bad_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "too_many": 429,
    "unsupported": 501,
    "internal": 500,
}


class ErrorReply(Lenient, kw_only=True):
    """A refusal outside a stream (D1, D2). `message` stands at the top, where the widget looks for it."""

    message: str
    code: ErrorCode
    path: Maybe[str] = UNSET
    """The place in the body that is at fault, e.g. `$.params.input.content[0].type`."""
    reason: Maybe[str] = UNSET
    """A word for programs where one code has several causes, e.g. `expired` for a token."""
