"""Content-Security-Policy, read and decided as a browser does."""

from urllib.parse import SplitResult, urlsplit

_FALLBACK = {
    "script-src-elem": ("script-src-elem", "script-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
}
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
STRICT = "'strict-dynamic'"
"""Trusts what a trusted script loads, and no list of hosts."""


def read(text: str) -> dict[str, list[str]]:
    """Read a policy: directives with their sources; of two alike the first counts, as in a browser."""
    found: dict[str, list[str]] = {}
    for piece in text.split(";"):
        words = piece.split()
        if words:
            found.setdefault(words[0].lower(), words[1:])
    return found


def sources(directives: dict[str, list[str]], kind: str) -> tuple[str, list[str]] | None:
    """Give the directive that decides about a kind, with its sources; None where everything is allowed."""
    return next(((name, directives[name]) for name in _FALLBACK[kind] if name in directives), None)


def allows(listed: list[str], address: str, own: str = "") -> bool:
    """Whether a list of sources has an address; `own` is the page's."""
    return any(_matches(one, urlsplit(address), own) for one in listed)


def _matches(source: str, to: SplitResult, own: str) -> bool:
    if source.lower() == "'self'":
        return bool(own) and urlsplit(own)[:2] == to[:2]
    if source == "*":
        return to.scheme in _PORTS
    if source.endswith(":"):
        return _upgraded(source[:-1], to.scheme)
    listed = urlsplit(source if "//" in source else f"//{source}")
    host, _, port = listed.netloc.partition(":")
    return (
        (not listed.scheme or _upgraded(listed.scheme, to.scheme))
        and ((to.hostname or "").endswith(host[1:]) if host.startswith("*.") else host in {to.hostname, "*"})
        and (port in {"*", str(to.port or _PORTS.get(to.scheme))} if port else to.port in {None, _PORTS.get(to.scheme)})
        and (to.path.startswith(listed.path) if listed.path.endswith("/") else listed.path in {"", to.path})
    )


def _upgraded(listed: str, scheme: str) -> bool:
    """Whether a scheme is the listed one, or its safer sister."""
    return listed == scheme or (listed, scheme) in {("http", "https"), ("ws", "wss")}


def allowing(directive: str, listed: list[str], kind: str, wanted: str) -> str:
    """Write the directive that allows a host, too; what the default decided gets one of its own."""
    kept = [one for one in listed if one != "'none'"]
    return " ".join((kind if directive == "default-src" else directive, *kept, wanted))
