"""Threads and the pages in which lists come."""

from datetime import datetime
from typing import Generic, TypeVar

from chatkit_protocol.base import UNSET, JSONObject, Lenient, Maybe, field
from chatkit_protocol.items import ThreadItem

T = TypeVar("T")


class Page(Lenient, Generic[T], kw_only=True):
    """A part of a list. `has_more` comes with `after`, the cursor that the next request passes on."""

    data: list[T] = field(default_factory=list)
    has_more: bool = False
    after: Maybe[str] = UNSET


class ActiveStatus(Lenient, tag_field="type", tag="active", kw_only=True):
    """The user may write."""


class LockedStatus(Lenient, tag_field="type", tag="locked", kw_only=True):
    """The user may not write for now."""

    reason: Maybe[str] = UNSET


class ClosedStatus(Lenient, tag_field="type", tag="closed", kw_only=True):
    """The user may not write any more."""

    reason: Maybe[str] = UNSET


ThreadStatus = ActiveStatus | LockedStatus | ClosedStatus


class ThreadMetadata(Lenient, kw_only=True):
    """A thread without its items: what a store keeps."""

    id: str
    created_at: datetime
    title: Maybe[str] = UNSET
    status: ThreadStatus = field(default_factory=ActiveStatus)
    allowed_image_domains: Maybe[list[str]] = UNSET
    """From where the client loads images; unset means from anywhere. Since 1.6.3."""
    metadata: JSONObject = field(default_factory=dict)
    """The app's own notes: stored, never sent; a client always reads `{}`."""


class Thread(ThreadMetadata, kw_only=True):
    """A thread with a page of its items, as replies and events carry it."""

    items: Page[ThreadItem]
