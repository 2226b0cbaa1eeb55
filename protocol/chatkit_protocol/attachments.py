"""Attachments: files that a user message carries."""

from typing import Literal

from chatkit_protocol.base import UNSET, JSONObject, Lenient, Maybe, Wire, field


class AttachmentUploadDescriptor(Wire, kw_only=True):
    """Where and how the browser sends the bytes (two-phase upload, since 1.5)."""

    url: str
    method: Literal["POST", "PUT"]
    headers: dict[str, str] = field(default_factory=dict)


class AttachmentBase(Lenient, kw_only=True):
    """What files and images have in common."""

    id: str
    name: str
    mime_type: str
    upload_descriptor: Maybe[AttachmentUploadDescriptor] = UNSET
    """Only until the bytes are there. Since 1.5; before, there was a bare `upload_url`."""
    thread_id: Maybe[str] = UNSET
    """The thread of the message that carries it, once there is one. Since 1.6."""
    metadata: Maybe[JSONObject] = UNSET
    """The app's own notes: stored, never sent to a client. Since 1.5.3."""


class FileAttachment(AttachmentBase, tag_field="type", tag="file", kw_only=True):
    """A file."""


class ImageAttachment(AttachmentBase, tag_field="type", tag="image", kw_only=True):
    """An image with an address to show it from."""

    preview_url: str


Attachment = FileAttachment | ImageAttachment
