"""Replies that are neither a thread, a page, an item nor an attachment."""

from typing import Literal

from chatkit_protocol.base import UNSET, Lenient, Maybe, Wire
from chatkit_protocol.items import ThreadItem


class Empty(Wire, kw_only=True):
    """`{}`: done, nothing to say (feedback, delete)."""


class SyncCustomActionResponse(Lenient, kw_only=True):
    """What a sync action changed, if anything."""

    updated_item: Maybe[ThreadItem] = UNSET


class TranscriptionResult(Wire, kw_only=True):
    """The text of the speech."""

    text: str


ErrorCode = Literal["bad_request", "unauthorized", "forbidden", "not_found", "too_large", "unsupported", "internal"]

STATUS: dict[ErrorCode, int] = {
    "bad_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "too_large": 413,
    "unsupported": 501,
    "internal": 500,
}


class ErrorReply(Lenient, kw_only=True):
    """A refusal outside a stream (D1, D2). `message` stands at the top, where the widget looks for it."""

    message: str
    code: ErrorCode
    path: Maybe[str] = UNSET
    """The place in the body that is at fault, e.g. `$.params.input.content[0].type`."""
