"""`attachments.*`: register a file, delete it."""

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.codec import RequestError
from chatkit_protocol.items import ThreadItem, UserMessageItem
from chatkit_protocol.replies import Empty
from chatkit_protocol.requests import AttachmentsCreate, AttachmentsDelete
from chatkit_protocol.threads import Page
from chatkit_server.errors import Unsupported
from chatkit_server.responder import Attachments, KeptAttachments
from chatkit_server.turn import Turn
from chatkit_server.views import public_attachment


def _attachments(turn: Turn) -> Attachments:
    if turn.backend.hooks.attachments is None:
        raise Unsupported("attaching files", path="$.type")
    return turn.backend.hooks.attachments


async def create(turn: Turn, request: AttachmentsCreate) -> Attachment:
    """Register a file before its bytes come."""
    if request.params.size < 0:
        raise RequestError("`size` must not be negative", path="$.params.size")
    attachment = await _attachments(turn).create(turn, request.params)
    await turn.store.save_attachment(turn.user, attachment)
    return public_attachment(attachment)


async def delete(turn: Turn, request: AttachmentsDelete) -> Empty:
    """Delete a file: its bytes first, so that a failure leaves something to try again with."""
    attachments = _attachments(turn)
    attachment = await turn.store.load_attachment(turn.user, request.params.attachment_id)
    await attachments.delete(turn, attachment)
    await turn.store.delete_attachment(turn.user, attachment.id)
    return Empty()


async def claim(turn: Turn, attachment: Attachment, item_id: str) -> None:
    """Tell the attachment store, if it wants to know, that a message is about to carry a file."""
    if isinstance(turn.backend.hooks.attachments, KeptAttachments):
        await turn.backend.hooks.attachments.claim(turn, attachment, item_id)


def shown(turn: Turn, attachment: Attachment) -> Attachment:
    """Give an attachment with addresses that are good now."""
    attachments = turn.backend.hooks.attachments
    return attachments.shown(turn, attachment) if isinstance(attachments, KeptAttachments) else attachment


def shown_page(turn: Turn, page: Page[ThreadItem]) -> Page[ThreadItem]:
    """Give a page of items, which is the caller's own copy, with such addresses."""
    for item in page.data:
        if isinstance(item, UserMessageItem) and item.attachments:
            item.attachments = [shown(turn, attachment) for attachment in item.attachments]
    return page
