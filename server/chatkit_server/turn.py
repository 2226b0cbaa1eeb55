"""A turn: what a responder is given to answer a request."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.content import UserMessageContent, UserMessageTagContent
from chatkit_protocol.events import StreamOptions
from chatkit_protocol.items import (
    ClientToolCallItem,
    StructuredInputItem,
    ThreadItem,
    UserMessageItem,
    WidgetItem,
)
from chatkit_protocol.requests import DEFAULT_LIMIT, MAX_LIMIT, Action, Request
from chatkit_protocol.threads import ThreadMetadata
from chatkit_server.compose import Composer
from chatkit_server.context import Context
from chatkit_server.errors import Answering
from chatkit_server.ids import Clock, NewId, random_id, utc_now
from chatkit_server.limits import Limits
from chatkit_server.locks import Busy, LocalLocks, Locks
from chatkit_server.responder import AttachmentBytes, Hooks
from chatkit_server.stores.base import NotFound, Store
from chatkit_server.window import Window

THREAD_WAIT = 20.0
"""Less than the widget, or a proxy, waits for the first byte of a reply."""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """What all turns of an app share."""

    hooks: Hooks
    store: Store
    allow_cancel: bool = True
    """Whether the widget shows a stop button; a turn may say otherwise."""
    strict: bool = False
    """Whether an event that breaks the lifecycle ends the answer with an error instead of a log line."""
    new_id: NewId = random_id
    now: Clock = utc_now
    limits: Limits = field(default_factory=Limits)
    locks: Locks = field(default_factory=LocalLocks)
    thread_wait: float | None = THREAD_WAIT
    """Seconds that an answer waits for the one that is being written in its thread; None lets both be written."""
    title_timeout: float = 30.0
    """Seconds that the title may take beyond the answer itself."""


class Turn(Composer):
    """One request to be answered, and everything needed for it.

    Attributes:
        thread: the thread; change its title, status, image domains or metadata and the client is told.
        message: the user message to answer; None when a tool output, answers or an action start the turn.
        tool_call: the client tool call that was just completed, if that starts the turn.
        answers: the structured input that was just answered or skipped, if that starts the turn.
        action: the action that starts the turn, if one does.
        sender: the widget that the action comes from, if it comes from one.
        context: who asks: user, tenant, scopes, locale, headers, the request's metadata.
        request: the request itself.
        store: the app's store.
        held: what is let go of when the answer has ended.
    """

    thread: ThreadMetadata

    def __init__(self, backend: Backend, context: Context, request: Request) -> None:
        super().__init__("", backend.new_id, backend.now)
        self.backend = backend
        self.context = context
        self.request = request
        self.store = backend.store
        self.message: UserMessageItem | None = None
        self.tool_call: ClientToolCallItem | None = None
        self.answers: StructuredInputItem | None = None
        self.action: Action | None = None
        self.sender: WidgetItem | None = None
        self.options = StreamOptions(allow_cancel=backend.allow_cancel)
        self.held = AsyncExitStack()

    @property
    def user(self) -> str:
        """Whose thread it is: what the store keeps it under, so the name and, if there is one, the tenant before it."""
        return self.context.owner

    @property
    def text(self) -> str:
        """What the user wrote, tags as `@text`; empty when no message starts the turn."""
        return plain_text(self.message.content) if self.message else ""

    def enter(self, thread: ThreadMetadata) -> None:
        """Make `thread` the thread of this turn."""
        self.thread = thread
        self.thread_id = thread.id

    async def claim(self, thread_id: str) -> None:
        """Have the thread for this turn alone until its answer has ended. Raises Answering when another one goes on."""
        if self.backend.thread_wait is None:
            return
        try:
            name = f"thread\0{self.user}\0{thread_id}"
            self.held.push_async_callback(await self.backend.locks.take(name, self.backend.thread_wait))
        except Busy:
            raise Answering from None

    async def load(self, thread_id: str) -> ThreadMetadata:
        """Load the thread of this turn. Raises NotFound."""
        self.enter(await self.store.load_thread(self.user, thread_id))
        return self.thread

    async def read_attachment(self, attachment: Attachment) -> bytes | None:
        """Give the bytes of an attachment; None without them, or when the app's attachment store has no `read`."""
        source = self.backend.hooks.attachments
        if not isinstance(source, AttachmentBytes):
            return None
        try:
            return await source.read(self, attachment)
        except NotFound:
            return None

    async def history(self, window: int | Window | None = None) -> list[ThreadItem]:
        """Give the thread's items, oldest first, hidden ones included: all, the newest so many, or a window of them."""
        window = window if isinstance(window, Window) else Window(items=window)
        async with aclosing(self._newest_first(window)) as items:
            return await window.of(items)

    async def _newest_first(self, window: Window) -> AsyncGenerator[ThreadItem, None]:
        size = MAX_LIMIT if window.tokens is None else DEFAULT_LIMIT
        size = size if window.items is None else min(size, window.items)
        after: str | None = None
        more = True
        while more:
            page = await self.store.list_items(
                self.user, self.thread.id, limit=size, order="desc", after=after, hidden=True
            )
            for item in page.data:
                yield item
                after = item.id
            more = page.has_more and bool(page.data)


def plain_text(content: list[UserMessageContent]) -> str:
    """Join a user message's parts into text, a tag as `@` and its text."""
    return "".join(f"@{part.text}" if isinstance(part, UserMessageTagContent) else part.text for part in content)
