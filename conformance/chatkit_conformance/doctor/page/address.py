"""Where the page is: its address decides about https, the domain key, and whether the backend lets it in."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.doctor.page.page import Page
from chatkit_conformance.doctor.tree.domain_keys import is_real, malformed
from chatkit_conformance.doctor.tree.origins import allowed_origins, is_local
from chatkit_conformance.doctor.tree.secrets import hide, keys_in

_SAID = re.compile(r"""\bdomainKey["']?\s*:\s*["'`]([^"'`]*)["'`]""")
_VERIFY = "`IntegrationError: Domain verification failed`"


@check(
    "page.address.https",
    "fault",
    why="Browsers give pages on plain http no microphone and no secure cookies, and OpenAI verifies domains on https: "
    "the widget disappears.",
    mend="Serve the page over https. Only localhost may do without.",
)
def https(page: Page) -> Iterator[Found]:
    """A page that is not on this machine is on https."""
    if page.address.startswith("http://") and not is_local(page.address):
        yield Found(
            what=f"{_origin(page)} is not on https",
            where=page.address,
            before=page.address,
            after=page.address.replace("http://", "https://", 1),
        )


@check(
    "page.address.domain-key",
    "fault",
    why=f"OpenAI knows the page's domain by the key: {_VERIFY}, and the widget disappears after a second.",
    mend="Add the page's domain to the allow list in OpenAI's dashboard, and give the widget the key that it shows.",
)
def domain_key(page: Page) -> Iterator[Found]:
    """A public page gives the widget a domain key that OpenAI handed out."""
    if not page.address:
        return
    said = dict.fromkeys(_keys(page))
    real = [one for one in said if is_real(one)]
    for key in said:
        fault = malformed(key) or (
            "" if is_local(page.address) or real else f"is {key!r}, which only does on localhost"
        )
        if fault:
            yield Found(
                what=f"domainKey {fault}; the page is {_origin(page)}",
                where=page.address,
                before=f'domainKey: "{hide(key)}"',
                after='domainKey: "domain_pk_…"',
            )


@check(
    "page.address.origin",
    "fault",
    why="The browser blocks each of the widget's requests: `blocked by CORS policy`. It loads, and nothing answers.",
    mend="Add the page's origin to the backend's list. localhost and 127.0.0.1 are two origins, and so is each port.",
)
def origin(page: Page) -> Iterator[Found]:
    """The project's backend lists the page's origin."""
    here = _origin(page)
    lists = allowed_origins(page.project) if page.address else []
    cross = any(urlsplit(api)[:2] != urlsplit(page.address)[:2] for api in page.apis)
    if lists and cross and not any(here in one.origins for one in lists):
        one = lists[0]
        start, end = one.module.start(one.node), one.module.end(one.node)
        listed = page.project.named(one.source.name) or one.source
        new = f"{listed.text[start : end - 1].rstrip(', ')}, " if one.origins else "["
        yield Found(
            what=f"The backend does not allow {here}",
            where=one.module.where(one.node),
            before=one.module.lines(one.node),
            after=one.source.mended(start, end, f'{new}"{here}"]'),
        )


@check(
    "page.address.key",
    "fault",
    why="Whoever opens the page reads the key in the browser's tools and spends your money with it.",
    mend="Delete the key at the provider now, and call the model from the backend alone.",
)
def key(page: Page) -> Iterator[Found]:
    """Nothing that the page loads from its own host holds a secret key."""
    for name, text in ((page.address, page.source.text), *page.bundles.items()) if page.address else ():
        for found in keys_in(text):
            around = text[max(0, found.start - 40) : found.start + len(found.value) + 10]
            yield Found(
                what=f"A key of {found.provider} ({found.shown}) is published",
                where=f"{name} (character {found.start + 1})",
                before=hide(around),
                after="(no key: the backend has it)",
            )


def _keys(page: Page) -> Iterator[str]:
    for widget in page.widgets:
        said = widget.api.text("domainKey") if widget.api else None
        if said:
            yield said
    for text in page.bundles.values():
        yield from _SAID.findall(text)


def _origin(page: Page) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(page.address))
