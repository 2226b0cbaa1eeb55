"""A tiny picture on its way: announced, sent, shown, as the widget does it in two phases or directly."""

import base64
from dataclasses import dataclass
from urllib.parse import urljoin

from chatkit_conformance.doctor.backend.backend import Backend, origin_of
from chatkit_conformance.doctor.backend.calling import Reply, call
from chatkit_conformance.transcript import JSON, OK, Exchange

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""The smallest PNG: one black pixel."""
NAME, TYPE = "doctor.png", "image/png"
BOUNDARY = "chatkit-wire-doctor"


@dataclass(frozen=True)
class Upload:
    """What came of announcing a file, as far as the server offers files."""

    created: Reply
    url: str
    """Where the bytes go; empty without an address, and as it was written where it is a path."""
    method: str
    headers: dict[str, str]
    preview: str

    @property
    def absolute(self) -> bool:
        """Whether the address says by itself where it is."""
        return self.url.startswith(("http://", "https://"))


def announced(backend: Backend) -> Upload | None:
    """Announce the picture, once; None where no files are offered."""
    if "upload" not in backend.notes:
        backend.notes["upload"] = _announce(backend)
    found: Upload | None = backend.notes["upload"]
    return found


def _announce(backend: Backend) -> Upload | None:
    reply = backend.ask("attachments.create", {"name": NAME, "size": len(PICTURE), "mime_type": TYPE})
    if reply.status != OK:
        return None
    backend.keep(reply)
    made = reply.json.get("id")
    if isinstance(made, str):
        backend.leaves(lambda: backend.ask("attachments.delete", {"attachment_id": made}))
    told = reply.json.get("upload_descriptor")
    place: JSON = told if isinstance(told, dict) else {}
    headers = place.get("headers")
    return Upload(
        reply,
        str(place.get("url") or ""),
        str(place.get("method") or ""),
        {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {},
        str(reply.json.get("preview_url") or ""),
    )


def sent(backend: Backend, upload: Upload) -> Reply:
    """Send the bytes to where the descriptor says, once, as the page would."""
    if "sent" not in backend.notes:
        origin = backend.let_in if origin_of(upload.url) == backend.own_origin else backend.origin
        headers = {"content-type": TYPE} | ({"origin": origin} if origin else {}) | upload.headers
        asked = Exchange(PICTURE, method=upload.method)
        backend.notes["sent"] = call(upload.url, asked, headers, backend.timeout)
    reply: Reply = backend.notes["sent"]
    return reply


def shown(backend: Backend, upload: Upload) -> Reply:
    """Get the preview, as an `img` would."""
    return call(urljoin(backend.url, upload.preview), Exchange(method="GET"), {"accept": "image/*"}, backend.timeout)


def sent_directly(backend: Backend) -> Reply:
    """Send the picture as a form, the way of `uploadStrategy: { type: "direct" }`."""
    part = f'content-disposition: form-data; name="file"; filename="{NAME}"\r\ncontent-type: {TYPE}'
    form = f"--{BOUNDARY}\r\n{part}\r\n\r\n".encode() + PICTURE + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"} | backend.given
    headers |= {"origin": backend.let_in} if backend.let_in else {}
    reply = call(backend.upload_url, Exchange(form), headers, backend.timeout)
    made = reply.json.get("id")
    if isinstance(made, str):
        backend.leaves(lambda: backend.ask("attachments.delete", {"attachment_id": made}))
    return reply
