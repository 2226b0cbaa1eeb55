"""Whether the URL is that of a ChatKit endpoint, and what answers there if it is not."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.backend.calling import REDIRECTS, call
from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.transcript import OK, Exchange

USUAL = ("/chatkit/api", "/chatkit", "/api/chatkit", "/chatkit/")
"""Where endpoints are mounted most often."""
QUESTION = b'{"type":"threads.list","params":{}}'
NOT_FOUND, NO_METHOD = 404, 405
GATEWAY = (502, 503, 504)
NO_THREADS = "The widget cannot load its threads, and no message arrives."


@check("backend.path.redirect", "fault", stops=True, why=NO_THREADS, mend="Use the address that it points to.")
def no_redirect(backend: Backend) -> Iterator[Found]:
    """The endpoint answers itself: a browser's preflight follows no redirect, and some turn the POST into a GET."""
    reply = backend.listing
    if reply.status in REDIRECTS and not _signs_in(reply.header("location")):
        place = urljoin(backend.url, reply.header("location"))
        yield Found(
            what=f"it answers with a redirect ({reply.status}) to {place}",
            where=backend.url,
            before=f"url: {backend.url}",
            after=f"url: {place}",
        )


def _signs_in(location: str) -> bool:
    """Tell whether an address is that of a sign-in page: then it is about who asks."""
    return any(word in location.lower() for word in ("login", "signin", "sign-in", "auth", "sso"))


@check(
    "backend.path.found",
    "fault",
    stops=True,
    why=NO_THREADS,
    mend="Give the widget the address at which the app mounts the endpoint: prefixes of routers and proxies count.",
)
def path_exists(backend: Backend) -> Iterator[Found]:
    """There is something at the path of the URL."""
    if backend.listing.status == NOT_FOUND:
        yield _elsewhere(backend, f"there is nothing at {urlsplit(backend.url).path or '/'} (404)")


@check(
    "backend.path.method",
    "fault",
    stops=True,
    why=NO_THREADS,
    mend="Route POST to the handler. If it does: this is another address than the endpoint's.",
)
def post_is_taken(backend: Backend) -> Iterator[Found]:
    """The path takes POST."""
    if backend.listing.status == NO_METHOD:
        takes = backend.listing.header("allow")
        yield _elsewhere(backend, f"POST is not taken there (405{f'; it takes {takes}' if takes else ''})")


@check(
    "backend.path.page",
    "fault",
    stops=True,
    why=NO_THREADS,
    mend="Give the widget the backend's address, or have the front end's server pass the path on to the backend.",
)
def no_web_page(backend: Backend) -> Iterator[Found]:
    """What answers is the backend, not the web server of the front end."""
    if backend.listing.status == OK and backend.listing.page:
        yield _elsewhere(backend, f"a web page answers: {backend.listing.said(60)}")


@check(
    "backend.path.gateway",
    "fault",
    stops=True,
    why=NO_THREADS,
    mend="Start the backend, and see that the proxy in front has its right address and port.",
)
def proxy_reaches_it(backend: Backend) -> Iterator[Found]:
    """A proxy in front reaches the backend."""
    if backend.listing.status in GATEWAY:
        by = backend.listing.header("server")
        what = f"a proxy answers for the backend{f' ({by})' if by else ''}: {backend.listing.status}"
        yield Found(what=what, where=backend.url)


@check(
    "backend.path.crash",
    "fault",
    stops=True,
    why=f"{NO_THREADS} It also sends each request about five times, since a 5xx looks as if it would pass.",
    mend="Read the exception in the server's log: the smallest request there is, `threads.list`, makes it crash.",
)
def smallest_request_works(backend: Backend) -> Iterator[Found]:
    """The smallest request, `threads.list`, does not crash the backend."""
    reply = backend.listing
    if reply.fails and reply.status not in GATEWAY:
        yield Found(what=f"threads.list fails ({reply.status}): {reply.said()}", where=backend.url)


@check(
    "backend.path.host",
    "fault",
    stops=True,
    why=NO_THREADS,
    mend="Add the host to those that are served: allow_hosts, TrustedHostMiddleware, or Django's ALLOWED_HOSTS.",
)
def host_is_served(backend: Backend) -> Iterator[Found]:
    """The server serves the host by which it is called."""
    reply = backend.listing
    told = reply.text.lower()
    if reply.refused and ("host header" in told or "disallowedhost" in told or reply.json.get("reason") == "host"):
        host = urlsplit(backend.url).netloc
        yield Found(
            what=f"the server does not serve the host {host} ({reply.status}): {reply.said()}", where=backend.url
        )


def _elsewhere(backend: Backend, what: str) -> Found:
    """Tell what is wrong with the address, and which one would be right, if a usual one is."""
    right = next((place for place in _candidates(backend.url) if _answers(backend, place)), "")
    if right:
        mend = f"Use {right}, where a ChatKit endpoint answers."
        return Found(what=what, where=backend.url, mend=mend, before=f"url: {backend.url}", after=f"url: {right}")
    root = call(urljoin(backend.url, "/"), Exchange(method="GET"), {"accept": "*/*"}, backend.timeout)
    told = f"at / it answers {root.status} {root.exchange.media}".rstrip() if root.status else "at / nothing answers"
    return Found(what=f"{what}; {told}", where=backend.url)


def _candidates(url: str) -> Iterator[str]:
    path = urlsplit(url).path
    other = path[:-1] if path.endswith("/") else f"{path}/"
    for place in dict.fromkeys((other or "/", *USUAL)):
        if place != path:
            yield urljoin(url, place)


def _answers(backend: Backend, url: str) -> bool:
    reply = call(url, Exchange(QUESTION), backend.sent(backend.given), backend.timeout)
    told = isinstance(reply.json.get("data"), list) and "has_more" in reply.json
    return told or (reply.status == 401 and isinstance(reply.json.get("message"), str))  # noqa: PLR2004 - HTTP's own
