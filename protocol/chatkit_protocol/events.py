"""Events: what a stream consists of."""

from typing import Literal

from chatkit_protocol.base import UNSET, JSONObject, Lenient, Maybe, Wire, field
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.threads import Thread
from chatkit_protocol.updates import ThreadItemUpdate


class ThreadCreated(Wire, tag_field="type", tag="thread.created", kw_only=True):
    """First event of `threads.create`: the thread is stored and has an id."""

    thread: Thread


class ThreadUpdated(Wire, tag_field="type", tag="thread.updated", kw_only=True):
    """Title, status or image domains changed. The items page is empty and means nothing."""

    thread: Thread


class ThreadItemAdded(Wire, tag_field="type", tag="thread.item.added", kw_only=True):
    """An item appears and stays open for updates. Nothing is stored yet."""

    item: ThreadItem


class ThreadItemUpdated(Wire, tag_field="type", tag="thread.item.updated", kw_only=True):
    """An open item changes."""

    item_id: str
    update: ThreadItemUpdate


class ThreadItemDone(Wire, tag_field="type", tag="thread.item.done", kw_only=True):
    """An item is whole and stored, whether or not it was `added` before."""

    item: ThreadItem


class ThreadItemRemoved(Wire, tag_field="type", tag="thread.item.removed", kw_only=True):
    """An item is gone, from the client and from the store."""

    item_id: str


class ThreadItemReplaced(Wire, tag_field="type", tag="thread.item.replaced", kw_only=True):
    """An item has a new whole state, in its old place."""

    item: ThreadItem


class StreamOptions(Wire, kw_only=True):
    """What the client may do during this stream."""

    allow_cancel: bool
    """Whether a stop button shows."""


class StreamOptionsEvent(Wire, tag_field="type", tag="stream_options", kw_only=True):
    """Once in a stream, before the answer begins. Since 1.4."""

    stream_options: StreamOptions


class ProgressUpdate(Lenient, tag_field="type", tag="progress_update", kw_only=True):
    """A line that says what is going on; the next visible item takes its place. Never stored."""

    text: str
    icon: Maybe[str] = UNSET


class ClientEffect(Wire, tag_field="type", tag="client_effect", kw_only=True):
    """The page is told to do something; no answer is awaited. Never stored. Since 1.4."""

    name: str
    data: JSONObject = field(default_factory=dict)


class ErrorEvent(Lenient, tag_field="type", tag="error", kw_only=True):
    """The answer failed. The code set is open; `custom` comes with a message for the user."""

    code: str = "custom"
    message: Maybe[str] = UNSET
    allow_retry: bool = False


class Notice(Lenient, tag_field="type", tag="notice", kw_only=True):
    """A message about the conversation rather than in it. Never stored."""

    level: Literal["info", "warning", "danger"]
    message: str
    """Markdown."""
    title: Maybe[str] = UNSET


ThreadStreamEvent = (
    ThreadCreated
    | ThreadUpdated
    | ThreadItemAdded
    | ThreadItemUpdated
    | ThreadItemDone
    | ThreadItemRemoved
    | ThreadItemReplaced
    | StreamOptionsEvent
    | ProgressUpdate
    | ClientEffect
    | ErrorEvent
    | Notice
)
