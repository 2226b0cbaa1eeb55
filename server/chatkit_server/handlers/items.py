"""`items.*`: list and feedback."""

from chatkit_protocol.items import ThreadItem
from chatkit_protocol.replies import Empty
from chatkit_protocol.requests import ItemsFeedback, ItemsList
from chatkit_protocol.threads import Page
from chatkit_server.handlers.attachments import shown_page
from chatkit_server.turn import Turn
from chatkit_server.views import public_page


async def list_(turn: Turn, request: ItemsList) -> Page[ThreadItem]:
    """List the items of a thread."""
    params = request.params
    page = await turn.store.list_items(
        turn.user, params.thread_id, limit=params.size, order=params.order, after=params.after or None
    )
    return public_page(shown_page(turn, page))


async def feedback(turn: Turn, request: ItemsFeedback) -> Empty:
    """Hand a thumb up or down to the app; without a hook for it, it is accepted and forgotten."""
    params = request.params
    await turn.load(params.thread_id)
    if turn.backend.hooks.feedback:
        await turn.backend.hooks.feedback(turn, params.item_ids, params.kind)
    return Empty()
