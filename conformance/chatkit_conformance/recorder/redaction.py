"""Credentials out of a recording: transcripts are made to be shown to others."""

import re
from collections.abc import Mapping
from dataclasses import replace

from chatkit_conformance.transcript import Exchange

REDACTED = "REDACTED"
SECRET = re.compile(r"authorization|cookie|token|secret|api-?key|password|session|csrf|signature", re.IGNORECASE)
"""In the name of a header, or of a query parameter of an address."""
SHORTEST = 8
"""Shorter values are not looked for in bodies: they could be anything."""
_QUERY = re.compile(
    rb"([?&](?:X-Amz-[A-Za-z-]+|[A-Za-z_-]*(?:sig|token|secret|key|expires)[A-Za-z_-]*)=)[^&\"\\\s]+", re.IGNORECASE
)


def redacted(exchange: Exchange) -> Exchange:
    """Give the exchange without what lets somebody in.

    That is: the values of headers that carry credentials, the same values wherever they stand in a body or an
    address, and the signatures in signed addresses.
    """
    headers = {**exchange.sent_headers, **exchange.headers}
    secrets = sorted(
        {part for name, value in headers.items() if SECRET.search(name) for part in _parts(value)}, key=len
    )
    return replace(
        exchange,
        sent=_clean(exchange.sent, secrets),
        received=_clean(exchange.received, secrets),
        path=_clean(exchange.path.encode(), secrets).decode(),
        sent_headers=_without(exchange.sent_headers),
        headers=_without(exchange.headers),
    )


def _parts(value: str) -> list[str]:
    """Cut a header's value into what may be a secret of its own: `Bearer TOKEN`, `a=SECRET; b=SECRET`."""
    return [part for part in re.split(r"[\s;,=]+", value) if len(part) >= SHORTEST]


def _without(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: REDACTED if SECRET.search(name) else value for name, value in headers.items()}


def _clean(text: bytes, secrets: list[str]) -> bytes:
    for secret in reversed(secrets):
        text = text.replace(secret.encode(), REDACTED.encode())
    return _QUERY.sub(rb"\1" + REDACTED.encode(), text)
