"""What stands before every route: which hosts and origins are served, and headers that keep browsers careful."""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatkit_protocol.codec import RequestError
from chatkit_server.refusing import refusal

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    # Nothing that is sent is a page: should a browser take it for one, it loads nothing and stands in no frame.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}

_ORIGIN = re.compile(r"(\*|null|(?!https://.*:443$|http://.*:80$)[a-z][a-z0-9+.-]*://[^\s/?#@*A-Z]+)")
"""An origin as browsers write it (RFC 6454, section 6.2): small letters, no path, no port that goes without saying."""
_HOST = re.compile(r"[^\s/:?#@*A-Z]+|\[[0-9a-f:.]+\]")
"""A name or an address without its port."""


def host_name(host: str) -> str:
    """Take the port off a `Host` header, or off what follows `//` in an origin."""
    return host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def checked_origins(names: Iterable[str]) -> list[str]:
    """Give origins that browsers do send; a slash at the end would lock everybody out. Raises ValueError."""
    return _checked(names, _ORIGIN, "no origin as browsers write it, such as https://chat.example.com")


def checked_hosts(names: Iterable[str]) -> list[str]:
    """Give names of hosts without anything around them. Raises ValueError."""
    return _checked(names, _HOST, "no name of a host alone, such as chat.example.com")


def _checked(names: Iterable[str], pattern: re.Pattern[str], fault: str) -> list[str]:
    names = list(names)
    for name in names:
        if not pattern.fullmatch(name):
            raise ValueError(f"{name!r} is {fault}")
    return names


class Origins:
    """Pages that may call: those listed, those that a pattern fits whole, and those of the server's own host.

    Raises:
        ValueError: for what is listed and no origin.
    """

    def __init__(self, listed: Iterable[str] = (), pattern: str | None = None) -> None:
        self._listed = frozenset(checked_origins(listed))
        self._pattern = re.compile(pattern) if pattern else None
        self.any = "*" in self._listed
        self.restricted = bool(self._listed or pattern) and not self.any

    def allow(self, headers: Headers) -> bool:
        """Tell whether the page that a request comes from may call. Programs other than browsers send no origin."""
        origin = headers.get("origin")
        if origin is None or self.any or origin in self._listed:
            return True
        own = origin.partition("://")[2] == headers.get("host")
        return own or bool(self._pattern and self._pattern.fullmatch(origin))


class Guard:
    """Refuses other hosts (against DNS rebinding) and other origins, and adds the security headers to replies."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], origins: Origins) -> None:
        self._app = app
        self._hosts = frozenset(checked_hosts(hosts))
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if not headers.get("cache-control"):
                    headers["cache-control"] = "no-store"
            await send(message)

        error = self._fault(scope)
        app = refusal(error) if error else self._app
        await app(scope, receive, send_guarded)

    def _fault(self, scope: Scope) -> RequestError | None:
        headers = Headers(scope=scope)
        if self._hosts and host_name(headers.get("host", "")) not in self._hosts:
            return RequestError("this host is not served here", code="forbidden", reason="host")
        # A preflight only asks; the CORS middleware answers it.
        if self._origins.restricted and scope["method"] != "OPTIONS" and not self._origins.allow(headers):
            return RequestError("pages of this origin may not call", code="forbidden", reason="origin")
        return None
