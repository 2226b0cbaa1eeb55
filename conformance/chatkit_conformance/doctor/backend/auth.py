"""Who is let in: the page with its credentials, and nobody without them."""

from collections.abc import Iterator

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.backend.calling import REDIRECTS, Reply
from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.transcript import OK

UNAUTHORIZED, FORBIDDEN = 401, 403
EVERYONE = "Whoever reaches the address reads, continues and deletes the threads of all users."


@check(
    "backend.auth.accepted",
    "fault",
    stops=True,
    why="The widget shows an error: the server does not know who asks.",
    mend="Send what a signed-in page sends; the server's log may say which issuer, audience or secret it wants.",
)
def credentials_are_accepted(backend: Backend) -> Iterator[Found]:
    """The request is let in with the credentials that the page sends."""
    reply = backend.listing
    if not (reply.status in {UNAUTHORIZED, FORBIDDEN} or reply.status in REDIRECTS):
        return
    reason = _reason(reply)
    if backend.given:
        names = ", ".join(sorted(backend.given))
        yield Found(what=f"the request is refused ({reply.status}) although it has {names}{reason}", where=backend.url)
    else:
        yield Found(
            what=f"the server wants credentials ({reply.status}), and none were given{reason}",
            where=backend.url,
            mend="Give the doctor --token TOKEN, or -H 'cookie: …'. In the page, the widget's `fetch` adds it.",
            before='api: { url: "…", domainKey: "…" }',
            after='api: { url: "…", domainKey: "…", fetch: (input, init) => fetch(input, { ...init, headers: '
            "{ ...init?.headers, authorization: `Bearer ${token}` } }) }",
        )


def _reason(reply: Reply) -> str:
    told = reply.json.get("reason") or reply.header("www-authenticate") or reply.header("location") or reply.said()
    return f": {told}" if told else ""


@check(
    "backend.auth.needed",
    "fault",
    why=EVERYONE,
    mend="Refuse with 401 whoever has no credentials: `identify` in create_app, a dependency or middleware elsewhere.",
)
def nobody_is_refused(backend: Backend) -> Iterator[Found]:
    """Where the page sends credentials, a request without them is refused."""
    if backend.given and backend.bare_listing.status == OK:
        names = ", ".join(sorted(backend.given))
        yield Found(what=f"a request without {names} is let in (200)", where=backend.url)


@check(
    "backend.auth.checked",
    "fault",
    after=("backend.auth.needed",),
    why=f"{EVERYONE} A header alone is enough.",
    mend="Verify the token's signature, issuer, audience and time: `bearer(…)` does; decoding alone does not.",
)
def a_wrong_token_is_refused(backend: Backend) -> Iterator[Found]:
    """A token that nobody has signed is refused."""
    token = backend.given.get("authorization", "")
    if not token:
        return
    kind, blank, secret = token.rpartition(" ")
    wrong = secret[::-1] if secret[::-1] != secret else f"{secret}x"
    reply = backend.ask("threads.list", {}, credentials={"authorization": f"{kind}{blank}{wrong}"})
    if reply.status == OK:
        yield Found(what="a token that is the right one written backwards is let in (200)", where=backend.url)


@check(
    "backend.auth.status",
    "warning",
    after=("backend.auth.needed",),
    why="A 5xx makes the widget send the same five times; a redirect is a web page to it. Neither says: sign in again.",
    mend="Answer 401 with `www-authenticate` to who is not known, 403 to who may not.",
)
def refusals_say_so(backend: Backend) -> Iterator[Found]:
    """A request without credentials is refused with 401 or 403."""
    status = backend.bare_listing.status if backend.given else UNAUTHORIZED
    if status not in {OK, UNAUTHORIZED, FORBIDDEN}:
        yield Found(what=f"a request without credentials is answered with {status}", where=backend.url)


@check(
    "backend.auth.open",
    "warning",
    why=EVERYONE,
    mend="Have users sign in, and give the doctor a --token; or keep the address from others: listen on 127.0.0.1.",
)
def not_open_to_all(backend: Backend) -> Iterator[Found]:
    """An address that others reach does not serve who has no credentials."""
    if not (backend.local or backend.given) and backend.listing.status == OK:
        yield Found(what="requests without credentials are served, and not only to this machine", where=backend.url)
