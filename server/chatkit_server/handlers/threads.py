"""`threads.*`: create, say, read, list, rename, delete, retry."""

from contextlib import suppress

from chatkit_protocol.codec import RequestError
from chatkit_protocol.content import InferenceOptions, UserMessageInput
from chatkit_protocol.events import ThreadCreated, ThreadItemDone, ThreadStreamEvent
from chatkit_protocol.items import UserMessageItem
from chatkit_protocol.replies import Empty
from chatkit_protocol.requests import (
    DEFAULT_LIMIT,
    PagingParams,
    ThreadsAddUserMessage,
    ThreadsCreate,
    ThreadsDelete,
    ThreadsGetById,
    ThreadsList,
    ThreadsRetryAfterItem,
    ThreadsUpdate,
)
from chatkit_protocol.threads import Page, Thread, ThreadMetadata
from chatkit_server.handlers.attachments import claim, shown, shown_page
from chatkit_server.pipeline import Events, answer
from chatkit_server.stores.base import NotFound
from chatkit_server.turn import Turn
from chatkit_server.views import public_item, public_thread
from chatkit_server.whole import whole


async def create(turn: Turn, request: ThreadsCreate) -> Events:
    """Start a thread with a user message."""
    turn.enter(ThreadMetadata(id=turn.new_id("thread"), created_at=turn.now()))
    message = await _user_message(turn, request.params.input)
    await turn.claim(turn.thread.id)
    await whole(_begin(turn, message))
    return _respond(turn, message, ThreadCreated(thread=public_thread(turn.thread)), _said(message))


async def _begin(turn: Turn, message: UserMessageItem) -> None:
    """Store the thread with its first message, or, so far as the store lets us, neither of them."""
    try:
        await turn.store.save_thread(turn.user, turn.thread)
        await _save_message(turn, message)
    except Exception:
        with suppress(Exception):
            await turn.store.delete_thread(turn.user, turn.thread.id)
        raise


async def add_user_message(turn: Turn, request: ThreadsAddUserMessage) -> Events:
    """Say something in a thread."""
    await turn.claim(request.params.thread_id)
    await turn.load(request.params.thread_id)
    message = await _user_message(turn, request.params.input)
    await whole(_save_message(turn, message))
    return _respond(turn, message, _said(message))


def _said(message: UserMessageItem) -> ThreadItemDone:
    return ThreadItemDone(item=public_item(message))


def _respond(turn: Turn, message: UserMessageItem, *opening: ThreadStreamEvent) -> Events:
    turn.message = message
    return answer(turn, turn.backend.hooks.respond(turn), *opening)


async def _user_message(turn: Turn, given: UserMessageInput) -> UserMessageItem:
    """Make the item of a user message; nothing is stored before every attachment is known (ATT-006)."""
    turn.backend.limits.check(given)
    attachments = []
    for index, attachment_id in enumerate(given.attachments or ()):
        try:
            attachment = await turn.store.load_attachment(turn.user, attachment_id)
        except NotFound:
            raise NotFound("attachment", path=f"$.params.input.attachments[{index}]") from None
        attachment = shown(turn, attachment)
        attachment.thread_id = turn.thread.id
        attachments.append(attachment)
    return UserMessageItem(
        **turn.base(),
        content=given.content,
        attachments=attachments,
        quoted_text=given.quoted_text,
        inference_options=given.inference_options or InferenceOptions(),
    )


async def _save_message(turn: Turn, message: UserMessageItem) -> None:
    for attachment in message.attachments:
        await claim(turn, attachment, message.id)
        await turn.store.save_attachment(turn.user, attachment)
    await turn.store.save_item(turn.user, turn.thread.id, message)


async def retry_after_item(turn: Turn, request: ThreadsRetryAfterItem) -> Events:
    """Forget everything after a user message and answer it again; nothing is announced as removed."""
    params = request.params
    await turn.claim(params.thread_id)
    await turn.load(params.thread_id)
    item = await turn.store.load_item(turn.user, params.thread_id, params.item_id)
    if not isinstance(item, UserMessageItem):
        raise RequestError("only a user message can be answered again", path="$.params.item_id")
    await turn.store.delete_items_after(turn.user, params.thread_id, item.id)
    return _respond(turn, item)


async def get_by_id(turn: Turn, request: ThreadsGetById) -> Thread:
    """Read a thread with its first twenty items, oldest first."""
    thread = await turn.load(request.params.thread_id)
    items = await turn.store.list_items(turn.user, thread.id, limit=DEFAULT_LIMIT, order="asc")
    return public_thread(thread, shown_page(turn, items))


async def list_(turn: Turn, request: ThreadsList) -> Page[Thread]:
    """List threads, each with an empty page of items."""
    params = request.params or PagingParams()
    page = await turn.store.list_threads(turn.user, limit=params.size, order=params.order, after=params.after or None)
    return Page(data=[public_thread(t) for t in page.data], has_more=page.has_more, after=page.after)


async def update(turn: Turn, request: ThreadsUpdate) -> Thread:
    """Rename a thread."""
    thread = await turn.load(request.params.thread_id)
    thread.title = request.params.title
    await turn.store.save_thread(turn.user, thread)
    return public_thread(thread)


async def delete(turn: Turn, request: ThreadsDelete) -> Empty:
    """Delete a thread and its items."""
    thread = await turn.load(request.params.thread_id)
    await turn.store.delete_thread(turn.user, thread.id)
    return Empty()
