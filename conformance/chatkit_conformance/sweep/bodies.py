"""Every kind of reply: another status, other headers, other bytes, something else altogether, or nothing."""

import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from chatkit_conformance.transcript import Exchange

NAME = "reply"
Change = Callable[[Sequence[Exchange]], list[Exchange]]
ERROR = b'{"message":"no","code":"internal"}'
PAGE = b"<html><body>Bad Gateway</body></html>"


def places(conversation: Sequence[Exchange]) -> Iterable[str]:
    """Name the types of request that are answered, and those that are refused."""
    return sorted({_kind(one) for one in conversation if one.status and not one.left})


def _kind(one: Exchange) -> str:
    return f"{one.kind or one.method} {'refused' if one.refused else 'answered'}"


def changes(place: str) -> dict[str, Change]:
    """Give the ways in which a server answers this request wrongly."""
    told = {name: _spoiling(place, change) for name, change in OPERATIONS.items()}
    return told | {"answer as before": _before(place)}


def _spoiling(place: str, change: Callable[[Exchange], Exchange]) -> Change:
    def spoil(conversation: Sequence[Exchange]) -> list[Exchange]:
        return [change(one) if one.status and not one.left and _kind(one) == place else one for one in conversation]

    return spoil


def _before(place: str) -> Change:
    """Answer with what was answered to the request before."""

    def spoil(conversation: Sequence[Exchange]) -> list[Exchange]:
        earlier = [None, *conversation[:-1]]
        return [
            replace(one, status=old.status, headers=old.headers, received=old.received, arrivals=())
            if old and _kind(one) == place and not one.left
            else one
            for old, one in zip(earlier, conversation, strict=True)
        ]

    return spoil


def _body(change: Callable[[bytes], bytes]) -> Callable[[Exchange], Exchange]:
    def spoil(one: Exchange) -> Exchange:
        received = change(one.received)
        return one if received == one.received else replace(one, received=received, arrivals=())

    return spoil


def _media(media: str) -> Callable[[Exchange], Exchange]:
    return lambda one: replace(one, headers={**one.headers, "content-type": media})


def _status(status: int, body: bytes | None = None) -> Callable[[Exchange], Exchange]:
    headers = {"content-type": "application/json"}
    if body is None:
        return lambda one: replace(one, status=status)
    return lambda one: replace(one, status=status, received=body, headers=headers, arrivals=())


def _without(name: str) -> Callable[[Exchange], Exchange]:
    return lambda one: replace(one, headers={key: value for key, value in one.headers.items() if key != name})


OPERATIONS: dict[str, Callable[[Exchange], Exchange]] = {
    "hang at": lambda one: replace(one, status=0, headers={}, received=b"", arrivals=(), trouble="no end within 20 s"),
    "break off": lambda one: replace(one, cut=True, received=one.received[: len(one.received) // 2], arrivals=()),
    "cut": _body(lambda body: body[: len(body) // 2]),
    "empty": _body(lambda _: b""),
    "answer {} to": _body(lambda _: b"{}"),
    "answer [] to": _body(lambda _: b"[]"),
    "answer null to": _body(lambda _: b"null"),
    "answer a page to": lambda one: replace(one, received=PAGE, headers={"content-type": "text/html"}, arrivals=()),
    "500 for": _status(500, ERROR),
    "404 for": _status(404, ERROR),
    "200 and {} for": _status(200, b"{}"),
    "201 for": _status(201),
    "204 for": _status(204, b""),
    "302 for": _status(302),
    "text/plain for": _media("text/plain"),
    "text/html for": _media("text/html"),
    "application/json for": _media("application/json"),
    "text/event-stream for": _media("text/event-stream"),
    "no type for": _without("content-type"),
    "no cache-control for": _without("cache-control"),
    "Latin-1 said for": lambda one: _media(f"{one.media}; charset=latin-1")(one),
    "byte order mark for": _body(lambda body: b"\xef\xbb\xbf" + body),
    "CR LF for": _body(lambda body: body.replace(b"\n", b"\r\n")),
    "Latin-1 for": _body(lambda body: body.decode("utf-8", "replace").encode("latin-1", "replace")),
    "gzip for": _body(gzip.compress),
    "twice": _body(lambda body: body + body),
}
