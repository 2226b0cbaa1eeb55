"""What a user of this package writes: a responder, actions, hooks. Collected once into `Hooks`."""

import inspect
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from msgspec import Struct, field

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.requests import AttachmentCreateParams

if TYPE_CHECKING:
    from chatkit_server.turn import Turn

Answer = AsyncIterator[ThreadStreamEvent | AsyncIterable[Any]]
"""What a responder yields: events, or streams of events such as `turn.stream(...)` gives, however nested."""

Respond = Callable[["Turn"], Answer]
FeedbackKind = Literal["positive", "negative"]


class Audio(Struct, frozen=True):
    """Recorded speech."""

    data: bytes
    mime_type: str
    """As the browser says it, e.g. `audio/webm;codecs=opus`."""

    @property
    def media_type(self) -> str:
        """The type without its parameters, e.g. `audio/webm`."""
        return self.mime_type.split(";", 1)[0].strip()


class Attachments(Protocol):
    """Where attachments live. `create` answers with an `upload_descriptor` for two-phase upload."""

    async def create(self, turn: "Turn", params: AttachmentCreateParams) -> Attachment:
        """Register a file; its id comes from `turn.new_id("attachment")`."""
        ...

    async def delete(self, turn: "Turn", attachment: Attachment) -> None:
        """Delete its bytes; the record is deleted afterwards."""
        ...


@runtime_checkable
class AttachmentBytes(Protocol):
    """What an attachment store has besides, if the files are to be read on the server, by a model for instance."""

    async def read(self, turn: "Turn", attachment: Attachment) -> bytes:
        """Give its bytes. Raises NotFound when they never came, or are gone."""
        ...


@runtime_checkable
class KeptAttachments(Protocol):
    """What an attachment store has besides, if it tells files that messages carry from those that nobody needs."""

    async def claim(self, turn: "Turn", attachment: Attachment, item_id: str) -> None:
        """Note that the message `item_id` of `turn.thread` is about to carry it."""
        ...

    def shown(self, turn: "Turn", attachment: Attachment) -> Attachment:
        """Give it as it is shown now, for instance with an address that has not expired."""
        ...


class ActionHandler(Struct, frozen=True):
    """A function that an action of this type runs."""

    type: str
    """`*` takes every action that no other handler names."""
    run: Callable[..., Any]
    payload: Any
    """The type into which the payload is converted before `run` sees it."""

    @property
    def streams(self) -> bool:
        """Whether it is an async generator of events; otherwise it returns the changed item or None."""
        return inspect.isasyncgenfunction(self.run)


def action(type: str, *, payload: Any = Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # noqa: A002
    """Mark a function as the handler of an action.

    It is called with `(turn, payload)`. An async generator yields events like a responder; a coroutine function
    returns the item that it changed, or None, and also serves `threads.sync_custom_action`; one action may have
    one of each. The widget that was clicked is `turn.sender`, the type that was asked for `turn.action.type`.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.chatkit_action = (type, payload)  # type: ignore[attr-defined]
        return function

    return mark


Feedback = Callable[["Turn", list[str], FeedbackKind], Awaitable[None]]
Transcribe = Callable[["Turn", Audio], Awaitable[str]]
Title = Callable[["Turn"], Awaitable[str | None]]
OnStop = Callable[["Turn", list[ThreadItem]], Awaitable[None]]


class Hooks(Struct, kw_only=True, frozen=True):
    """Everything that an app brings. Only `respond` is needed."""

    respond: Respond
    actions: dict[tuple[str, bool], ActionHandler] = field(default_factory=dict)
    """By type, and by whether the handler streams."""
    feedback: Feedback | None = None
    """Called with the ids of the items and the kind."""
    transcribe: Transcribe | None = None
    """Gives the text of the speech."""
    title: Title | None = None
    """Asked once for each thread without a title, while the answer streams; None leaves it without."""
    on_stop: OnStop | None = None
    """Called with the unfinished items after the user stopped the answer and what was sent has been saved."""
    attachments: Attachments | None = None

    def handler(self, action_type: str, *, streams: bool) -> ActionHandler | None:
        """Find the handler of an action: any can answer with a stream, only one that does not stream with one item."""
        kinds = (True, False) if streams else (False,)
        named = any((action_type, kind) in self.actions for kind in (True, False))
        name = action_type if named else "*"
        return next((self.actions[name, kind] for kind in kinds if (name, kind) in self.actions), None)


_HOOKS = ("feedback", "transcribe", "title", "on_stop", "attachments")


def collect(responder: object, *, actions: Iterable[Callable[..., Any]] = (), **hooks: Any) -> Hooks:
    """Read the hooks off a responder: an async generator function, or an object with `respond` and more.

    Raises:
        TypeError: when it has no `respond`, or when two handlers of the same kind take the same action.
    """
    respond = getattr(responder, "respond", responder)
    if inspect.isclass(responder) or not callable(respond):
        raise TypeError("a responder is an async generator function, or an object with a `respond` method")
    if inspect.iscoroutinefunction(respond):
        raise TypeError("`respond` must yield its events: write an async generator, not a coroutine")
    given = {name: value for name, value in hooks.items() if value is not None}
    found = {name: getattr(responder, name) for name in _HOOKS if hasattr(responder, name)}
    methods = (getattr(responder, name, None) for name in dir(responder) if not name.startswith("_"))
    handlers: dict[tuple[str, bool], ActionHandler] = {}
    for function in (*actions, *(m for m in methods if hasattr(m, "chatkit_action"))):
        handler = ActionHandler(*_mark(function))
        if handlers.setdefault((handler.type, handler.streams), handler) is not handler:
            raise TypeError(f"two handlers take the action {handler.type!r}")
    return Hooks(respond=respond, actions=handlers, **(found | given))


def _mark(function: Any) -> tuple[str, Callable[..., Any], Any]:
    marked = getattr(function, "chatkit_action", None)
    if marked is None:
        raise TypeError(f"{function!r} is not marked with @action")
    return marked[0], function, marked[1]
