"""What the model is shown of attached files: images as images, text as text, other files as files."""

import base64
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from chatkit_protocol.attachments import Attachment
from chatkit_protocol.items import ThreadItem, UserMessageItem
from chatkit_server.turn import Turn

logger = logging.getLogger("chatkit_agents")

Parts = list[dict[str, Any]]
Form = Literal["image", "text", "file", "note"]

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What models with eyes read, at OpenAI and elsewhere."""
TEXTS = ("json", "xml", "yaml", "toml", "javascript", "typescript", "x-sh", "sql", "csv", "graphql")
"""Kinds of `application/…` that are text, also as the ending of another kind (`application/geo+json`)."""
MIB = 1024 * 1024


def text_part(text: str) -> dict[str, Any]:
    """Make a content part of text."""
    return {"type": "input_text", "text": text}


def media_type(attachment: Attachment) -> str:
    """Give the type of a file without its parameters."""
    return attachment.mime_type.partition(";")[0].strip().lower()


def usual_form(attachment: Attachment) -> Form:
    """Tell how a file is shown by its type; sound, films and images that models do not read are only named."""
    kind = media_type(attachment)
    if kind in IMAGES:
        return "image"
    top, _, sub = kind.partition("/")
    if top == "text" or (top == "application" and sub.rpartition("+")[2] in TEXTS) or kind == "image/svg+xml":
        return "text"
    return "note" if top in {"image", "audio", "video"} else "file"


@dataclass(frozen=True, kw_only=True)
class Files:
    """Which attached files the model is shown, if the app's attachment store can `read` them."""

    form: Callable[[Attachment], Form] = usual_form
    """How a file is shown: as an image, as text, as a file, or only by name and type."""
    max_bytes: int = 8 * MIB
    """Of one image or file."""
    max_text: int = MIB // 4
    """Bytes of one text."""
    max_total: int = 32 * MIB
    """Bytes of all that the model is shown; those of older messages are the first to be only named."""


def note(attachment: Attachment, reason: str = "") -> Parts:
    """Tell the model that there is an attachment, and why it cannot see it."""
    told = f"The user attached a file named {attachment.name!r} ({attachment.mime_type})."
    return [text_part(f"{told} {reason}" if reason else told)]


async def shown(turn: Turn, items: Iterable[ThreadItem], files: Files) -> dict[str, Parts]:
    """Give the parts of all attachments of which there are bytes, by id: newer ones first have a part of the total."""
    left = files.max_total
    parts: dict[str, Parts] = {}
    messages = [item for item in items if isinstance(item, UserMessageItem)]
    for attachment in (a for message in reversed(messages) for a in message.attachments):
        form = files.form(attachment)
        data = await _read(turn, attachment) if form != "note" and attachment.id not in parts else None
        if not data:
            continue
        most = min(files.max_text if form == "text" else files.max_bytes, left)
        if len(data) > most:
            parts[attachment.id] = note(attachment, f"With {len(data)} bytes it is too large to be shown to you.")
            continue
        left -= len(data)
        parts[attachment.id] = FORMS[form](attachment, data)
    return parts


async def _read(turn: Turn, attachment: Attachment) -> bytes | None:
    try:
        return await turn.read_attachment(attachment)
    except Exception:
        logger.exception("an attachment cannot be read: the model is only told of it")
        return None


def _image(attachment: Attachment, data: bytes) -> Parts:
    name = text_part(f"The user attached the image {attachment.name!r}:")
    return [name, {"type": "input_image", "detail": "auto", "image_url": _url(attachment, data)}]


def _text(attachment: Attachment, data: bytes) -> Parts:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _file(attachment, data)
    return [text_part(f"The user attached the file {attachment.name!r}:\n<Attachment>\n{text}\n</Attachment>")]


def _file(attachment: Attachment, data: bytes) -> Parts:
    return [{"type": "input_file", "filename": attachment.name, "file_data": _url(attachment, data)}]


def _url(attachment: Attachment, data: bytes) -> str:
    return f"data:{media_type(attachment)};base64,{base64.b64encode(data).decode()}"


FORMS: dict[Form, Callable[[Attachment, bytes], Parts]] = {"image": _image, "text": _text, "file": _file}
