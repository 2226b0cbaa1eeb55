"""Who asks, and from where."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from chatkit_protocol.base import JSONObject

LOCAL_USER = "local"
"""The one user of a backend without accounts."""
SEPARATOR = "\x1f"
"""Stands between tenant and user: the character that ASCII calls unit separator, which no name holds."""


class Context(Struct, kw_only=True):
    """What a request brings besides its body. The app's `identify` makes it; a responder reads it."""

    user: str = LOCAL_USER
    """Everything stored belongs to a user; no other user ever sees it."""
    tenant: str = ""
    """The organisation in which `user` is a name; users of two tenants are two users, whatever they are called."""
    scopes: frozenset[str] = frozenset()
    """What the user may do, as the token says it (`scope` or `scp`). The app decides what that means."""
    locale: str | None = None
    """The first language of `accept-language`, e.g. `de-DE`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Request headers, names in lower case."""
    base_url: str = ""
    """Where the app was reached, with a slash at the end, e.g. `https://chat.example.com/`."""
    metadata: JSONObject = field(default_factory=dict)
    """The request's own `metadata`."""
    data: Any = None
    """The app's own: whatever `identify` puts here."""

    @property
    def owner(self) -> str:
        """What everything stored is kept under: the user, and the tenant before it, if there is one."""
        return f"{self.tenant}{SEPARATOR}{self.user}" if self.tenant else self.user

    def __post_init__(self) -> None:
        """Refuse names that could be taken for another tenant's users."""
        if not self.user or SEPARATOR in self.user + self.tenant:
            raise ValueError("a user has a name, and no name holds the character U+001F")


def first_locale(accept_language: str) -> str | None:
    """Read the language that the widget sends: one, but a browser's list is understood too."""
    first = accept_language.partition(",")[0].partition(";")[0].strip()
    return first if first and first != "*" else None
