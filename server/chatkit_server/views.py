"""What a client may see of what is stored. Nothing else takes metadata or hidden items out."""

from copy import copy

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.base import UNSET
from chatkit_protocol.items import ThreadItem, UserMessageItem, is_hidden
from chatkit_protocol.threads import Page, Thread, ThreadMetadata


def public_attachment(attachment: Attachment) -> Attachment:
    """Show an attachment without the app's own notes."""
    if attachment.metadata is UNSET:
        return attachment
    shown = copy(attachment)
    shown.metadata = UNSET
    return shown


def public_item(item: ThreadItem) -> ThreadItem:
    """Show an item; only user messages carry something that is not for the client."""
    if not isinstance(item, UserMessageItem) or not item.attachments:
        return item
    shown = copy(item)
    shown.attachments = [public_attachment(attachment) for attachment in item.attachments]
    return shown


def public_page(page: Page[ThreadItem]) -> Page[ThreadItem]:
    """Show a page of items."""
    data = [public_item(item) for item in page.data if not is_hidden(item)]
    return Page(data=data, has_more=page.has_more, after=page.after)


def public_thread(thread: ThreadMetadata, items: Page[ThreadItem] | None = None) -> Thread:
    """Show a thread, with `items` or with an empty page of them; its metadata reads `{}`."""
    return Thread(
        id=thread.id,
        created_at=thread.created_at,
        title=thread.title,
        status=thread.status,
        allowed_image_domains=thread.allowed_image_domains,
        items=public_page(items) if items else Page(),
    )
