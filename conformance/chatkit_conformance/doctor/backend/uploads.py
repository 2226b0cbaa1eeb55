"""Files on their way: announced, sent to the address that was given, shown. Not asked where no files are offered."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from chatkit_conformance.doctor.backend.backend import Backend, origin_of
from chatkit_conformance.doctor.backend.calling import REDIRECTS
from chatkit_conformance.doctor.backend.cors import ALLOW, allows
from chatkit_conformance.doctor.backend.uploading import PICTURE, announced, sent, sent_directly, shown
from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.transcript import OK

STUCK = "The file stays at its progress bar, or is marked as failed, and the message goes out without it."
SENT = range(200, 300)
LONGEST = 32
"""Characters of a part of an address that is no secret."""


@check(
    "backend.uploads.descriptor",
    "fault",
    why=STUCK,
    mend='Answer `attachments.create` with `upload_descriptor: { url: "https://…", method: "PUT" }`.',
)
def place_is_told(backend: Backend) -> Iterator[Found]:
    """`attachments.create` says where the bytes go: an absolute address, and POST or PUT."""
    upload = announced(backend)
    if upload is None:
        return
    if not upload.absolute:
        told = f"is {upload.url!r}, no absolute address" if upload.url else "is missing"
        yield Found(what=f"attachments.create: upload_descriptor.url {told}", where=backend.url)
    elif upload.method not in {"POST", "PUT"}:
        yield Found(what=f"attachments.create: upload_descriptor.method is {upload.method!r}", where=backend.url)


@check(
    "backend.uploads.mixed",
    "fault",
    after=("backend.uploads.descriptor",),
    why=f"Browsers send nothing to http from a page of https. {STUCK}",
    mend="Build addresses from the public URL: set it, or have the app believe the proxy's `x-forwarded-proto`.",
)
def place_is_as_secure(backend: Backend) -> Iterator[Found]:
    """Files of a backend on https go to https."""
    upload = announced(backend)
    secure = urlsplit(backend.url).scheme == "https"
    if upload and secure and upload.url.startswith("http://"):
        yield Found(what=f"bytes go to {_short(upload.url)}", where=backend.url)


@check(
    "backend.uploads.cors",
    "fault",
    after=("backend.uploads.descriptor", "backend.uploads.mixed"),
    why=f"The browser does not send the bytes. {STUCK}",
    mend="Allow the page's origin, the method and `content-type` where the bytes go, too; buckets have CORS rules.",
)
def page_may_send(backend: Backend) -> Iterator[Found]:
    """The page may send to where the bytes go."""
    upload = announced(backend)
    if upload is None or not backend.origin or upload.url.startswith(f"{backend.origin}/"):
        return
    if origin_of(upload.url) == backend.own_origin and not allows(backend.allowed, backend.origin):
        return  # the same server, which lets the page do nothing at all
    names = {"content-type", *(name.lower() for name in upload.headers)}
    reply = backend.preflight(upload.url, upload.method, names)
    methods, allowed = reply.names(f"{ALLOW}methods"), reply.names(f"{ALLOW}headers")
    if not reply.status:
        return  # who does not answer is the matter of the next check
    missing = sorted(names - allowed) if "*" not in allowed else []
    if reply.header(f"{ALLOW}origin") not in {backend.origin, "*"}:
        yield Found(what=f"a page of {backend.origin} may not send there ({reply.status})", where=_short(upload.url))
    elif upload.method == "PUT" and not methods & {"put", "*"}:
        yield Found(what=f"PUT is not allowed there ({', '.join(sorted(methods))})", where=_short(upload.url))
    elif missing:
        yield Found(what=f"the page may not send {', '.join(missing)} there", where=_short(upload.url))


@check(
    "backend.uploads.taken",
    "fault",
    after=("backend.uploads.descriptor", "backend.uploads.mixed", "backend.uploads.cors"),
    why=STUCK,
    mend="The address has to be one that the page reaches, take the method that it names, and ask for no credentials.",
)
def bytes_are_taken(backend: Backend) -> Iterator[Found]:
    """The bytes are taken where the descriptor says, the way it says."""
    upload = announced(backend)
    if upload is None:
        return
    reply = sent(backend, upload)
    if not reply.status:
        yield Found(what=f"nothing takes the bytes: {reply.exchange.trouble}", where=_short(upload.url))
    elif reply.status in REDIRECTS or reply.status not in SENT:
        told = f"{upload.method} is answered with {reply.status}: {reply.said()}"
        yield Found(what=told.rstrip(": "), where=_short(upload.url))


@check(
    "backend.uploads.preview",
    "warning",
    after=("backend.uploads.descriptor", "backend.uploads.taken", "backend.uploads.mixed", "backend.uploads.cors"),
    why="The user sees a broken picture in the message.",
    mend="Serve the picture at `preview_url` to who has the address: an `img` sends no headers of yours.",
)
def pictures_are_shown(backend: Backend) -> Iterator[Found]:
    """The preview of a picture that was sent can be had without credentials, and is a picture."""
    upload = announced(backend)
    if upload is None:
        return
    if not upload.preview:
        yield Found(what="a picture has no preview_url", where=backend.url)
        return
    reply = shown(backend, upload)
    if reply.status != OK or not reply.exchange.media.startswith("image/"):
        told = f"{reply.status} {reply.exchange.media}".rstrip() if reply.status else reply.exchange.trouble
        yield Found(what=f"the preview of a picture is answered by {told}", where=_short(upload.preview))


@check(
    "backend.uploads.direct",
    "fault",
    why=STUCK,
    mend="Take a form with the field `file`, and answer with the attachment: `id`, `type`, `name`, `mime_type`.",
)
def a_form_is_taken(backend: Backend) -> Iterator[Found]:
    """Where files are uploaded directly, a form with the field `file` is answered with the attachment."""
    if not backend.upload_url:
        return
    reply = sent_directly(backend)
    if reply.status not in SENT:
        told = (
            f"is answered with {reply.status}: {reply.said()}" if reply.status else f"fails: {reply.exchange.trouble}"
        )
        yield Found(what=f"a form with a file of {len(PICTURE)} bytes {told}", where=backend.upload_url)
    elif not isinstance(reply.json.get("id"), str):
        yield Found(what=f"the reply is no attachment: {reply.said()}", where=backend.upload_url)


def _short(url: str) -> str:
    """Leave out what signs an address: whoever has it may send or see the file."""
    place = urlsplit(url)
    path = "/".join(part if len(part) <= LONGEST else f"{part[:8]}…" for part in place.path.split("/"))
    return f"{place.scheme}://{place.netloc}{path}" if place.scheme else path
