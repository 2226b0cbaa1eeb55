"""Who asks, and from where."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from chatkit_protocol.base import JSONObject

LOCAL_USER = "local"
"""The one user of a backend without accounts."""


class Context(Struct, kw_only=True):
    """What a request brings besides its body. The app's `identify` makes it; a responder reads it."""

    user: str = LOCAL_USER
    """Everything stored belongs to a user; no other user ever sees it."""
    locale: str | None = None
    """The first language of `accept-language`, e.g. `de-DE`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Request headers, names in lower case."""
    metadata: JSONObject = field(default_factory=dict)
    """The request's own `metadata`."""
    data: Any = None
    """The app's own: whatever `identify` puts here."""


def first_locale(accept_language: str) -> str | None:
    """Read the language that the widget sends: one, but a browser's list is understood too."""
    first = accept_language.partition(",")[0].partition(";")[0].strip()
    return first if first and first != "*" else None
