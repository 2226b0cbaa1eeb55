"""CORS: whether the page's browser lets the widget's requests out, and their replies in."""

from collections.abc import Iterator

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.backend.calling import REDIRECTS, Reply
from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.transcript import OK

ALLOW = "access-control-allow-"
STRANGER = "https://doctor.invalid"
"""No page of anybody's."""
BLOCKED = "The browser sends no request at all; its console says that CORS blocked it, and the widget shows an error."
UNREAD = "The server did everything, but the browser keeps the reply from the page: the widget takes it for a failure."
MIDDLEWARE = "create_app(…, allow_origins=[…]), or CORSMiddleware around the whole app"


@check(
    "backend.cors.page",
    "hint",
    why="Whether browsers let a page's requests out, and replies in, depends on the page, and was not looked at.",
    mend="Give the doctor the page: --origin https://www.example.com, or --page with its address.",
)
def page_is_known(backend: Backend) -> Iterator[Found]:
    """The doctor knows from which page a server is called that others reach."""
    if not (backend.origin or backend.local):
        yield Found(what="no page was named that calls it", where=backend.url)


@check(
    "backend.cors.mixed",
    "fault",
    why="Browsers block what a page of https asks over http (mixed content): the widget shows an error.",
    mend="Serve the backend over https, too; behind the page's own host is simplest.",
)
def page_is_no_more_secure(backend: Backend) -> Iterator[Found]:
    """A page of https calls a backend of https; only this machine may do without."""
    if backend.origin.startswith("https:") and backend.url.startswith("http:") and not backend.local:
        after = f"url: https{backend.url.removeprefix('http')}"
        yield Found(
            what=f"a page of {backend.origin} calls over plain http",
            where=backend.url,
            before=f"url: {backend.url}",
            after=after,
        )


@check(
    "backend.cors.preflight",
    "fault",
    why=BLOCKED,
    mend="Answer OPTIONS with 200 or 204 before anything asks who it is: a preflight never carries credentials.",
)
def preflight_is_answered(backend: Backend) -> Iterator[Found]:
    """The browser's preflight, an OPTIONS request without credentials, is answered with a status of success."""
    if not backend.crosses:
        return
    reply = backend.allowed
    if not reply.status:
        yield Found(what=f"OPTIONS is not answered: {reply.exchange.trouble}", where=backend.url)
    elif reply.status in REDIRECTS or reply.status in {401, 403, 404, 405} or reply.fails:
        yield Found(
            what=f"OPTIONS is answered with {reply.status}: {_MEANING.get(reply.status, 'browsers want 200 or 204')}",
            where=backend.url,
            after=f"Use {MIDDLEWARE}, with {backend.origin}." if reply.status == 405 else "",  # noqa: PLR2004
        )


_MEANING = {
    401: "it asks for credentials, which browsers never send with it",
    403: "it is forbidden",
    404: "OPTIONS has no route",
    405: "nothing answers for CORS",
}


@check(
    "backend.cors.origin",
    "fault",
    after=("backend.cors.preflight",),
    why=BLOCKED,
    mend=f"List the page's origin exactly as browsers write it, without a path or a final slash: {MIDDLEWARE}.",
)
def origin_is_allowed(backend: Backend) -> Iterator[Found]:
    """The preflight's answer allows the origin of the page."""
    if backend.crosses and not allows(backend.allowed, backend.origin):
        yield _not_allowed(backend, backend.allowed, "OPTIONS")


def allows(reply: Reply, origin: str) -> bool:
    """Tell whether a reply is for a page of this origin to read."""
    return reply.header(f"{ALLOW}origin") in {origin, "*"}


def _not_allowed(backend: Backend, reply: Reply, what: str) -> Found:
    told = reply.header(f"{ALLOW}origin")
    seen = f"it allows {told}" if told else f"there is no {ALLOW}origin"
    mend = ""
    if told.rstrip("/") == backend.origin:
        mend = "Take the slash off the end of the origin: browsers compare the text."
    elif "," in told:
        mend = "Let one place alone answer for CORS: the proxy in front and the app both add the header."
    return Found(
        what=f"{what}: a page of {backend.origin} may not call: {seen}",
        where=backend.url,
        mend=mend,
        before=f"{ALLOW}origin: {told}" if told else "",
        after=f"{ALLOW}origin: {backend.origin}",
    )


@check(
    "backend.cors.headers",
    "fault",
    after=("backend.cors.preflight", "backend.cors.origin"),
    why=BLOCKED,
    mend="Allow each header that the widget and the page's `fetch` send, by name.",
)
def headers_are_allowed(backend: Backend) -> Iterator[Found]:
    """The preflight's answer allows every header that the widget sends."""
    if not backend.crosses:
        return
    allowed = backend.allowed.names(f"{ALLOW}headers")
    credentials = backend.allowed.header(f"{ALLOW}credentials") == "true"
    covered = backend.named - {"authorization"} if "*" in allowed and not credentials else set()
    missing = sorted(backend.named - allowed - covered)
    if missing:
        told = backend.allowed.header(f"{ALLOW}headers")
        yield Found(
            what=f"the page may not send {', '.join(missing)}",
            where=backend.url,
            before=f"{ALLOW}headers: {told}" if told else "",
            after=f"{ALLOW}headers: {', '.join(sorted((allowed - {'*'}) | backend.named))}",
        )


@check(
    "backend.cors.reply",
    "fault",
    after=("backend.cors.preflight", "backend.cors.origin"),
    why=UNREAD,
    mend="Add the header to every reply, not only to the preflight's.",
)
def replies_are_readable(backend: Backend) -> Iterator[Found]:
    """Replies to POST carry `access-control-allow-origin` as well, JSON and streams alike."""
    if not backend.crosses:
        return
    if not allows(backend.page_listing, backend.origin):
        yield _not_allowed(backend, backend.page_listing, "threads.list")
    elif backend.hello.status == OK and not allows(backend.hello, backend.origin):
        yield _not_allowed(backend, backend.hello, "the stream of threads.create")


@check(
    "backend.cors.refusals",
    "warning",
    after=("backend.cors.preflight", "backend.cors.origin", "backend.cors.reply"),
    why="The widget cannot read what is wrong: every refusal looks like a network that is down.",
    mend="Put the CORS middleware outside of all that may refuse or crash, so that its headers are on every reply.",
)
def refusals_are_readable(backend: Backend) -> Iterator[Found]:
    """What is refused carries `access-control-allow-origin` as well."""
    if not backend.crosses:
        return
    reply = backend.ask("no.such_type", {}, origin=backend.origin)
    if reply.status and not allows(reply, backend.origin):
        yield Found(
            what=f"a refusal ({reply.status}) has no {ALLOW}origin for {backend.origin}",
            where=backend.url,
            after=f"{ALLOW}origin: {backend.origin}",
        )


@check(
    "backend.cors.credentials",
    "fault",
    after=("backend.cors.preflight", "backend.cors.origin"),
    why="The browser sends the page's cookies, and then keeps the reply from the page.",
    mend="Allow credentials for the page's origin: allow_credentials=True.",
)
def cookies_may_cross(backend: Backend) -> Iterator[Found]:
    """Where the page sends cookies to another origin, credentials are allowed."""
    told = backend.allowed.header(f"{ALLOW}credentials") if backend.crosses and "cookie" in backend.given else "true"
    if told != "true":
        yield Found(
            what="the page sends cookies, and credentials are not allowed",
            where=backend.url,
            before=f"{ALLOW}credentials: {told}" if told else "",
            after=f"{ALLOW}credentials: true",
        )


@check(
    "backend.cors.wildcard",
    "fault",
    after=("backend.cors.preflight", "backend.cors.origin"),
    why="Browsers refuse a reply to a request with cookies whose origin is `*`: whoever signed in is not known.",
    mend="Name the origins instead of `*`, or allow no credentials.",
)
def no_wildcard_with_credentials(backend: Backend) -> Iterator[Found]:
    """`access-control-allow-origin: *` and `access-control-allow-credentials: true` never come together."""
    if backend.crosses:
        for reply, name in ((backend.allowed, "OPTIONS"), (backend.page_listing, "threads.list")):
            if reply.header(f"{ALLOW}origin") == "*" and reply.header(f"{ALLOW}credentials") == "true":
                yield Found(
                    what=f"{name}: every origin is allowed by *, with credentials",
                    where=backend.url,
                    before=f"{ALLOW}origin: *",
                    after=f"{ALLOW}origin: {backend.origin}",
                )
                return


@check(
    "backend.cors.strangers",
    "fault",
    after=("backend.cors.preflight", "backend.cors.origin", "backend.cors.wildcard"),
    why="Any page that a signed-in user opens can read and write that user's threads with the user's cookie.",
    mend="Allow credentials to listed origins only; never give back whichever origin asks.",
)
def strangers_get_no_credentials(backend: Backend) -> Iterator[Found]:
    """A page of any other origin is not allowed with credentials."""
    if not backend.crosses:
        return
    reply = backend.preflight(backend.url, "POST", backend.named, origin=STRANGER)
    if reply.header(f"{ALLOW}origin") == STRANGER and reply.header(f"{ALLOW}credentials") == "true":
        yield Found(what=f"a page of {STRANGER} is allowed, with credentials", where=backend.url)
