"""Bodies: whole, in UTF-8, and what the client asked for rather than a page."""

import re
from dataclasses import replace

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.frames import GZIP, instead
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import asked
from chatkit_conformance.transcript import OK, Exchange

HELLO = e.create(*e.STREAMED)
PAGE = b"<!doctype html><title>502 Bad Gateway</title>"
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)


@rule(
    "body.not-empty",
    "MUST",
    "L0",
    catalogue="HTTP-003 HTTP-015",
    source="openai-chatkit 1.6.5, docs/quickstart.md:104",
    why="Nothing tells the user that something failed: the message stays without an answer.",
    mend="Refuse with a status, or send events; where there is nothing to say, answer `{}`.",
    good=HELLO,
    bad=e.stream("threads.retry_after_item", {"thread_id": "thr_1", "item_id": "msg_9"}),
)
def bodies_are_not_empty(exchange: Exchange) -> Looks:
    """A reply with status 200 has a body: events, or JSON."""
    if exchange.kind and exchange.status == OK and not (exchange.cut or exchange.left):
        yield asked(exchange, instead(exchange) != "empty", "a body")


@rule(
    "body.no-page",
    "MUST",
    "L0",
    catalogue="HTTP-003",
    source="openai-chatkit 1.6.5, docs/quickstart.md:104",
    why="A client cannot read a page: a proxy, a login or a framework's error page stands between it and the server.",
    mend="See what answers at this address. Behind a login, refuse with 401 and JSON; show no debug pages to clients.",
    good=HELLO,
    bad=replace(HELLO, headers={"content-type": "text/html"}, received=PAGE),
)
def bodies_are_no_pages(exchange: Exchange) -> Looks:
    """No HTML page stands in the place of a reply, whatever the status."""
    if exchange.kind and exchange.status:
        yield asked(exchange, instead(exchange) != "page", "events or JSON", exchange.received[:200])


@rule(
    "body.compression-said",
    "MUST",
    "L0",
    catalogue="HTTP-005 HTTP-013",
    source="RFC 9110 section 8.4",
    why="Nobody unpacks what is not said to be packed: the client reads noise.",
    mend="Do not compress event streams at all; elsewhere send `content-encoding` with what is compressed.",
    good=HELLO,
    bad=replace(HELLO, received=GZIP + b"\x08\x00" + bytes(8)),
)
def compression_is_said(exchange: Exchange) -> Looks:
    """A compressed body has its `content-encoding`."""
    if exchange.status:
        plain = instead(exchange) != "compressed" or "content-encoding" in exchange.headers
        yield asked(exchange, plain, "a body as it is, or a content-encoding", exchange.received[:16])


@rule(
    "body.charset",
    "MUST",
    "L0",
    catalogue="HTTP-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:1042; RFC 8259 section 8.1",
    why="Clients that believe the header show broken letters, those that do not are right only by luck.",
    mend="Say `charset=utf-8`, or nothing.",
    good=HELLO,
    bad=e.with_headers(HELLO, content_type="text/event-stream; charset=iso-8859-1"),
)
def the_charset_is_utf8(exchange: Exchange) -> Looks:
    """A charset that is told is UTF-8."""
    told = _CHARSET.search(exchange.headers.get("content-type", ""))
    if told and exchange.kind and instead(exchange) != "page":
        yield asked(exchange, told[1].lower() in {"utf-8", "utf8"}, "utf-8", told[1])


@rule(
    "body.utf8",
    "MUST",
    "L0",
    catalogue="HTTP-005 SSE-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:1042; RFC 8259 section 8.1",
    why="Letters become replacement marks, and some clients refuse the whole reply.",
    mend="Encode replies as UTF-8; bytes above 0x7f that stand alone are mostly Latin-1.",
    good=e.create(e.notice("für")),
    bad=e.with_body(e.create(e.notice("für")), "für".encode(), b"f\xfcr"),
)
def bodies_are_utf8(exchange: Exchange) -> Looks:
    """The body of a reply is UTF-8."""
    if exchange.status and instead(exchange) in {"", "document"}:
        wrong = _first_odd(exchange)
        yield asked(exchange, wrong is None, "UTF-8", wrong)


def _first_odd(exchange: Exchange) -> bytes | None:
    try:
        exchange.received.decode()
    except UnicodeDecodeError as error:
        # A body that breaks off may do so within a letter.
        broken_off = (exchange.cut or exchange.left) and error.end == len(exchange.received)
        return None if broken_off else exchange.received[max(0, error.start - 16) : error.end + 16]
    return None


@rule(
    "body.no-mark",
    "MUST",
    "L0",
    catalogue="SSE-006",
    source="RFC 8259 section 8.1; WHATWG HTML 9.2.5",
    why="Parsers that do not expect the mark lose the first event, or the whole JSON.",
    mend="Write UTF-8 without a byte order mark (in Python `utf-8`, not `utf-8-sig`).",
    good=HELLO,
    bad=replace(HELLO, received=b"\xef\xbb\xbf" + HELLO.received),
)
def bodies_have_no_mark(exchange: Exchange) -> Looks:
    """A body does not begin with a byte order mark."""
    if exchange.received:
        marked = exchange.received.startswith(b"\xef\xbb\xbf")
        yield asked(exchange, not marked, "no byte order mark", exchange.received[:16])


@rule(
    "body.ended",
    "SHOULD",
    "L0",
    catalogue="HTTP-015",
    source="protocol.md section 1; RFC 9112 section 8",
    why="A cut body looks like a broken connection: the widget sends the same message again, about five times.",
    mend="Catch what fails while streaming, tell it as an `error` event, and let the body end.",
    good=HELLO,
    bad=e.create(*e.STREAMED[:-1], cut=True),
)
def bodies_end(exchange: Exchange) -> Looks:
    """A body ends as HTTP has it end, also when an answer fails."""
    if exchange.status and not exchange.left:
        yield asked(exchange, not exchange.cut, "the end of the body", exchange.received[-80:])
