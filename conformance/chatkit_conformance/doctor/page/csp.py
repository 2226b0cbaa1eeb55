"""Content-Security-Policy, and what else in a page's headers keeps a frame from another host out."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.page.page import Page
from chatkit_conformance.doctor.tree.loader import CDN, SCRIPT
from chatkit_conformance.doctor.tree.policies import STRICT, allowing, allows, read, sources


class Policy(NamedTuple):
    """One policy: all of a page's have to allow a thing."""

    directives: dict[str, list[str]]
    where: str
    text: str


def policies(page: Page) -> list[Policy]:
    """Read the policies of a page, from its headers and its `meta` tags."""
    found = [Policy(read(one), f"{page.address} (header)", one) for one in _header(page, "content-security-policy")]
    for meta in page.tagged("meta"):
        if meta.attributes.get("http-equiv", "").lower() == "content-security-policy":
            said = meta.attributes.get("content", "")
            found.append(Policy(read(said), page.where(meta.start), said))
    return found


@check(
    "page.csp.script",
    "fault",
    why="The browser does not load the widget: `Loading the script … violates the following Content Security Policy "
    "directive`. The page shows an empty element.",
    mend=f"Add {CDN} to script-src.",
)
def script(page: Page) -> Iterator[Found]:
    """The page's policy lets chatkit.js load."""
    nonces = {f"'nonce-{one.attributes['nonce']}'" for one in page.loaders if one.attributes.get("nonce")}
    for policy in policies(page):
        decided = sources(policy.directives, "script-src-elem")
        if decided is None or nonces & set(decided[1]):
            continue
        strict = STRICT in decided[1]
        if strict and not page.loaders:
            continue  # a script of the page's own loads it, and is trusted to
        if strict or not allows(decided[1], SCRIPT, page.address):
            yield _blocked(policy, *decided, "the widget's script", CDN)


@check(
    "page.csp.frame",
    "fault",
    why=f"The widget draws itself in a frame of {CDN}: `Framing … violates the following Content Security Policy "
    "directive`. The page shows an empty element.",
    mend=f"Add {CDN} to frame-src.",
)
def frame(page: Page) -> Iterator[Found]:
    """The page's policy lets the widget's frame in."""
    for policy in policies(page):
        decided = sources(policy.directives, "frame-src")
        if decided and not allows(decided[1], CDN, page.address):
            yield _blocked(policy, *decided, "the widget's frame", CDN)


@check(
    "page.csp.connect",
    "fault",
    why="The widget's requests to the backend are the page's: `Connecting to … violates the following Content Security "
    "Policy directive`. The widget loads, and nothing answers.",
    mend="Add the backend's origin to connect-src.",
)
def connect(page: Page) -> Iterator[Found]:
    """The page's policy lets the backend be called."""
    for policy in policies(page):
        decided = sources(policy.directives, "connect-src")
        for api in page.apis if decided else ():
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(api))
            if decided and urlsplit(api).netloc and not allows(decided[1], api, page.address):
                yield _blocked(policy, *decided, "calls of the backend", origin)


@check(
    "page.csp.embedder",
    "fault",
    why="The widget's frame does not say that it may be embedded there: `… has the Cross-Origin Embedder Policy (COEP) "
    "enabled`. The frame stays empty.",
    mend="Leave the header out on pages with the widget.",
)
def embedder(page: Page) -> Iterator[Found]:
    """The page does not demand of frames what the widget's does not give."""
    for said in _header(page, "cross-origin-embedder-policy"):
        if said.partition(";")[0].strip() == "require-corp":
            yield Found(
                what=f"Cross-Origin-Embedder-Policy: {said} keeps the widget's frame out",
                where=f"{page.address} (header)",
                before=f"Cross-Origin-Embedder-Policy: {said}",
                after="Cross-Origin-Embedder-Policy: unsafe-none",
            )


def _header(page: Page, name: str) -> list[str]:
    return [page.headers[name]] if name in page.headers else []


def _blocked(policy: Policy, directive: str, listed: list[str], what: str, wanted: str) -> Found:
    kind = {"the widget's script": "script-src", "the widget's frame": "frame-src"}.get(what, "connect-src")
    return Found(
        what=f"{directive} blocks {what}",
        where=policy.where,
        before=" ".join((directive, *listed)),
        after=allowing(directive, listed, kind, wanted),
    )
