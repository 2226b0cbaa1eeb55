"""A HAR, as browsers export it: the requests to a ChatKit endpoint among all others.

A browser writes the text of a body, not its bytes: what it has already unpacked, and read as UTF-8.
"""

import base64
from datetime import datetime
from typing import Any

from chatkit_conformance.captures.bare import EVENT_STREAM, guessed
from chatkit_conformance.transcript import JSON, Exchange, parsed

UNPACKED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers of the body as it travelled, which is not the one in the file."""
CUT = ("INCOMPLETE_CHUNKED", "CONTENT_LENGTH_MISMATCH", "HTTP2_PROTOCOL_ERROR", "CONNECTION_RESET")
"""In a browser's word for a body that broke off."""
LEFT = ("ABORTED",)
"""In its word for a request that the page gave up."""


def from_har(log: JSON) -> list[Exchange]:
    """Give the exchanges with a ChatKit endpoint, in the order in which they began.

    Raises:
        KeyError, TypeError, ValueError: for what is no HAR.
    """
    entries = sorted(log["entries"], key=lambda entry: str(entry.get("startedDateTime", "")))
    return [_exchange(entry, _moment(entries[0])) for entry in entries if _is_ours(entry)]


def _is_ours(entry: JSON) -> bool:
    """Tell whether a POST carries a typed request, or was answered with events."""
    if entry["request"].get("method") != "POST":
        return False
    body = parsed(_sent(entry))
    typed = isinstance(body, dict) and isinstance(body.get("type"), str) and "." in body["type"]
    return typed or _headers(entry["response"]).get("content-type", "").startswith(EVENT_STREAM)


def _sent(entry: JSON) -> bytes:
    return str((entry["request"].get("postData") or {}).get("text", "")).encode()


def _headers(side: JSON) -> dict[str, str]:
    return {str(h["name"]).lower(): str(h["value"]) for h in side.get("headers", []) if not h["name"].startswith(":")}


def _exchange(entry: JSON, start: float) -> Exchange:
    response = entry["response"]
    error = str(entry.get("_error") or response.get("_error") or "")
    headers = {name: value for name, value in _headers(response).items() if name not in UNPACKED}
    status = int(response.get("status") or 0)
    return guessed(
        Exchange(
            _sent(entry),
            max(status, 0),
            headers,
            _body(response.get("content") or {}),
            path=str(entry["request"].get("url", "")),
            cut=any(word in error.upper() for word in CUT),
            left=any(word in error.upper() for word in LEFT),
            trouble=error if status <= 0 else "",
            began=max(0.0, _moment(entry) - start),
        )
    )


def _body(content: Any) -> bytes:
    text = str(content.get("text") or "")
    return base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()


def _moment(entry: JSON) -> float:
    try:
        return datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    except (KeyError, ValueError):
        return 0.0
