"""Cookies that the backend sets: whether they come back from the page that it was set for."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.check import Found, check

LOST = "The browser does not send it back, so that whoever signed in is nobody with the next request."


def cookies(backend: Backend) -> list[tuple[str, dict[str, str]]]:
    """Give the cookies that were set, each as its name and its attributes in lower case."""
    lines = [line for reply in (backend.listing, backend.hello) for line in reply.every("set-cookie")]
    return [_cookie(line) for line in dict.fromkeys(lines)]


def _cookie(line: str) -> tuple[str, dict[str, str]]:
    name, *rest = (part.strip() for part in line.split(";"))
    pairs = (part.partition("=") for part in rest)
    return name.partition("=")[0], {key.strip().lower(): value.strip().lower() for key, _, value in pairs}


def one_site(page: str, server: str) -> bool:
    """Tell whether two addresses are of one site: as far as names tell, the last two labels of the host."""
    one, other = urlsplit(page).hostname or "", urlsplit(server).hostname or ""
    return _site(one) == _site(other)


def _site(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ".".join(host.split(".")[-2:])
    return host


@check(
    "backend.cookies.secure",
    "fault",
    why="Browsers throw such a cookie away.",
    mend="Add `Secure`; it works on localhost over plain http as well.",
)
def open_cookies_are_secure(backend: Backend) -> Iterator[Found]:
    """A cookie with `SameSite=None` is `Secure`."""
    for name, how in cookies(backend):
        if how.get("samesite") == "none" and "secure" not in how:
            yield Found(what=f"the cookie {name} has SameSite=None without Secure", where=backend.url)


@check(
    "backend.cookies.site",
    "warning",
    why=LOST,
    mend="Set `SameSite=None; Secure`; better, serve the backend under the page's own host, or send a token instead.",
)
def cookies_cross_sites(backend: Backend) -> Iterator[Found]:
    """A cookie for a page of another site has `SameSite=None`."""
    if not backend.crosses or one_site(backend.origin, backend.url):
        return
    for name, how in cookies(backend):
        if how.get("samesite") != "none":
            told = f"SameSite={how['samesite'].title()}" if "samesite" in how else "no SameSite, which means Lax"
            yield Found(
                what=f"the cookie {name} has {told}; the page {backend.origin} is another site", where=backend.url
            )
