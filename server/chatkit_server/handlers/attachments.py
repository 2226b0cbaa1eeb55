"""`attachments.*`: register a file, delete it."""

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.codec import RequestError
from chatkit_protocol.replies import Empty
from chatkit_protocol.requests import AttachmentsCreate, AttachmentsDelete
from chatkit_server.errors import Unsupported
from chatkit_server.responder import Attachments
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
