"""`threads.custom_action` and `threads.sync_custom_action`: what a widget or the page asks for."""

from typing import Any

import msgspec

from chatkit_protocol.codec import RequestError
from chatkit_protocol.events import ErrorEvent, ThreadItemReplaced
from chatkit_protocol.items import ThreadItem, WidgetItem
from chatkit_protocol.replies import SyncCustomActionResponse
from chatkit_protocol.requests import CustomActionParams, ThreadsCustomAction, ThreadsSyncCustomAction
from chatkit_server.errors import StreamError, Unsupported, logger
from chatkit_server.keeping import find
from chatkit_server.pipeline import Events, answer
from chatkit_server.responder import ActionHandler, Answer
from chatkit_server.turn import Turn


async def custom_action(turn: Turn, request: ThreadsCustomAction) -> Events:
    """Run an action; a sender that is no widget is refused with a single `error` (§7.8)."""
    await turn.claim(request.params.thread_id)
    if not await _enter(turn, request.params):
        return _refusal()
    handler = turn.backend.hooks.handler(request.params.action.type, streams=True)
    payload = _payload(handler, request.params) if handler else None
    return answer(turn, _run(turn, handler, payload))


async def _refusal() -> Events:
    yield ErrorEvent(code="stream.error", allow_retry=False)


async def sync_custom_action(turn: Turn, request: ThreadsSyncCustomAction) -> SyncCustomActionResponse:
    """Run an action that changes at most one item. A stored item that it changes is stored as it now is."""
    if not await _enter(turn, request.params):
        raise RequestError("the sender of an action is a widget", path="$.params.item_id")
    handler = turn.backend.hooks.handler(request.params.action.type, streams=False)
    if handler is None:
        raise Unsupported("this action", path="$.params.action.type")
    item: ThreadItem | None = await handler.run(turn, _payload(handler, request.params))
    if item is None:
        return SyncCustomActionResponse()
    if await find(turn, item.id):
        await turn.store.save_item(turn.user, turn.thread.id, item)
    return SyncCustomActionResponse(updated_item=item)


async def _enter(turn: Turn, params: CustomActionParams) -> bool:
    """Load the thread and the sender; tell whether the sender is a widget, or absent."""
    await turn.load(params.thread_id)
    turn.action = params.action
    if not params.item_id:
        return True
    sender = await turn.store.load_item(turn.user, params.thread_id, params.item_id)
    turn.sender = sender if isinstance(sender, WidgetItem) else None
    return turn.sender is not None


def _payload(handler: ActionHandler, params: CustomActionParams) -> Any:
    try:
        return msgspec.convert(params.action.payload, handler.payload)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$")
        path = "$.params.action.payload" + place.rstrip("`")
        raise RequestError(what, path=path) from None


async def _run(turn: Turn, handler: ActionHandler | None, payload: Any) -> Answer:
    if handler is None:
        logger.error("no handler takes the action %r", turn.action.type if turn.action else "")
        raise StreamError(allow_retry=False)
    if handler.streams:
        yield handler.run(turn, payload)
        return
    item: ThreadItem | None = await handler.run(turn, payload)
    if item is not None:
        yield ThreadItemReplaced(item=item)
