"""What an endpoint answers when it does not answer as ChatKit: told in words that help."""

import json
from typing import Any

import httpx

EXCERPT = 200
"""Characters of a strange body that are quoted."""


class ClientError(Exception):
    """The request got no answer that can be used; the message says what came and what to look at.

    Attributes:
        status: the HTTP status of a refusal.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def of_transport(error: httpx.TransportError, url: str) -> ClientError:
    """Tell trouble below HTTP: nobody listens, an unknown host, a cut connection."""
    for kind, words in _TRANSPORT:
        if isinstance(error, kind):
            return ClientError(f"{words.format(url=url)} ({str(error).strip() or type(error).__name__})")
    return ClientError(f"the connection to {url} failed: {error or type(error).__name__}")


_TRANSPORT: tuple[tuple[type[httpx.TransportError], str], ...] = (
    (httpx.ConnectTimeout, "{url} does not answer"),
    (httpx.ConnectError, "cannot connect to {url}: is the server running, and are host and port right?"),
    (httpx.UnsupportedProtocol, "{url} is no address: it begins with http:// or https://"),
    (httpx.RemoteProtocolError, "{url} cut the answer off before its end"),
    (httpx.ReadError, "{url} cut the answer off before its end"),
)


def of_status(status: int, headers: httpx.Headers, body: bytes) -> ClientError:
    """Tell a refusal: what the server says of it, and what the status usually means."""
    told = _told(body)
    said = f"the server refused the request with {status}"
    said += f": {told}" if told else f"; {_shape(headers, body)}"
    hint = _HINTS.get(status)
    return ClientError(f"{said}. {hint}" if hint else said, status)


_HINTS = {
    401: "It wants to know who asks: try --header 'Authorization: Bearer ...'",
    403: "Whoever this is may not do that",
    404: "Either it is not there, or the address is not the endpoint's: that usually ends in /chatkit/api or /chatkit",
    405: "The endpoint of ChatKit takes POST: is this its address?",
    415: "It does not take application/json: is this a ChatKit endpoint?",
    500: "An exception escaped on the server; its log says more",
}


def _told(body: bytes) -> str:
    """Find the words in an error body, ours or another server's."""
    try:
        value: Any = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(value, dict):
        return ""
    told = value.get("message") or value.get("detail") or value.get("error")
    if isinstance(told, dict):
        told = told.get("message")
    place = value.get("path")
    return (f"{told} (at {place})" if place else str(told)) if told else ""


def of_shape(headers: httpx.Headers, body: bytes, wanted: str) -> ClientError:
    """Tell a 200 that is not what was asked for."""
    return ClientError(f"expected {wanted}, but {_shape(headers, body)}")


def _shape(headers: httpx.Headers, body: bytes) -> str:
    kind = headers.get("content-type", "")
    text = body.decode(errors="replace").strip()
    if kind.startswith("text/html") or text[:9].lower().startswith(("<!doctype", "<html")):
        return "an HTML page came: this is the address of a page, not of a ChatKit endpoint"
    if not text:
        return f"an empty body came ({kind or 'no content type'})"
    quoted = text[:EXCERPT] + ("…" if len(text) > EXCERPT else "")
    return f"{kind or 'no content type'} came: {quoted}"
