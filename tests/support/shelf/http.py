"""Faults of HTTP and of bytes."""

import gzip
import json

from support.shelf import spoils as s
from support.shelf.fault import fault
from support.shelf.front import Reply

HELLO = "stream.hello"
PAGES = "items.pages"


def as_events(one: Reply) -> None:
    """Send a page as if it were an event."""
    if not one.streams and one.status == 200:
        one.headers["content-type"] = "text/event-stream"
        one.body = b"data: " + one.body + b"\n\n"


def error_page(one: Reply) -> None:
    one.headers["content-type"] = "text/html"
    one.body = b"<html><body><h1>Bad Gateway</h1></body></html>"


def error_as_stream(one: Reply) -> None:
    if one.status >= 400:
        one.headers["content-type"] = "text/event-stream"
        one.body = b'data: {"type":"error","code":"stream.error","allow_retry":true}\n\n'


def refused_as_success(one: Reply) -> None:
    if one.status >= 400:
        one.status, one.body = 200, b"{}"


def break_off(one: Reply) -> None:
    one.breaks_off = one.streams


def break_off_page(one: Reply) -> None:
    one.breaks_off = not one.streams


def cut_in_half(one: Reply) -> None:
    one.body = one.body[: len(one.body) // 2]


def as_array(one: Reply) -> None:
    if one.streams:
        frames = [frame.removeprefix(b"data: ") for frame in one.body.split(b"\n\n") if frame]
        one.headers["content-type"], one.body = "application/json", b"[" + b",".join(frames) + b"]"


def zipped(one: Reply) -> None:
    one.body = gzip.compress(one.body)


def zipped_and_said(one: Reply) -> None:
    if one.streams:
        one.body, one.headers["content-encoding"] = gzip.compress(one.body), "gzip"


def latin(body: bytes) -> bytes:
    """Send what is not ASCII in Latin-1."""
    return json.dumps(json.loads(body), ensure_ascii=False).encode("latin-1", "replace")


TRACE = 'Traceback (most recent call last):\n  File "app.py", line 3, in handle\nKeyError: 1'


def refuse(one: Reply, status: int, message: str) -> None:
    one.status, one.headers["content-type"] = status, "application/json"
    one.body = json.dumps({"message": message}).encode()


def traced(one: Reply) -> None:
    if one.status >= 400:
        refuse(one, one.status, TRACE)


def type_first(one: Reply) -> None:
    if next(iter(one.request), "type") != "type":
        refuse(one, 400, "`type` comes first")


def short_only(one: Reply) -> None:
    if len(json.dumps(one.request)) > 8000:
        refuse(one, 413, "too long")


HTTP = [
    fault(
        "stream-as-json",
        "a stream says application/json",
        "http.stream.media",
        s.header("content-type", "application/json"),
        "http.prompt",
    ),
    fault(
        "stream-as-text",
        "a stream says text/plain",
        "http.stream.media",
        s.header("content-type", "text/plain"),
        "http.prompt",
    ),
    fault(
        "stream-without-type",
        "a stream has no content type",
        "http.stream.media",
        s.header("content-type", None),
        "http.prompt",
    ),
    fault(
        "page-as-text",
        "a page says text/plain",
        "http.reply.media",
        s.header("content-type", "text/plain", streams=False),
        "annotations.done",
    ),
    fault(
        "page-as-html",
        "a page says text/html",
        "body.no-page",
        s.header("content-type", "text/html", streams=False),
        "annotations.done",
    ),
    fault(
        "page-without-type",
        "a page has no content type",
        "http.reply.media",
        s.header("content-type", None, streams=False),
        "annotations.done",
    ),
    fault(
        "page-as-events", "a page comes as an event", "http.reply.not-streamed", s.reply(as_events), "annotations.done"
    ),
    fault(
        "page-is-html", "an HTML page comes with 200", "body.no-page", s.asking("items.list", then=error_page), PAGES
    ),
    fault(
        "page-is-text",
        "a page is Python, not JSON",
        "http.reply.json",
        s.plain(lambda b: b.replace(b'"', b"'")),
        "annotations.done",
    ),
    fault(
        "page-in-a-string",
        "JSON comes in a JSON string",
        "http.reply.encoded-once",
        s.plain(lambda b: json.dumps(b.decode()).encode()),
        "annotations.done",
    ),
    fault("page-is-null", "replies are null", "http.reply.json", s.plain(lambda _: b"null"), "annotations.done"),
    fault("page-is-empty", "replies have no body", "body.not-empty", s.plain(lambda _: b""), "annotations.done"),
    fault("stream-is-empty", "streams have no body", "body.not-empty", s.stream(lambda _: b""), "script.own-error"),
    fault(
        "stream-as-array", "the events come as one JSON array", "http.stream.not-json", s.reply(as_array), "http.prompt"
    ),
    fault(
        "page-cut-in-half",
        "the second half of a page is missing",
        "http.reply.json",
        s.asking("items.list", then=cut_in_half),
        "annotations.done",
    ),
    fault("page-breaks-off", "a page ends before its end", "body.ended", s.reply(break_off_page), "input.unknown-part"),
    fault("stream-breaks-off", "a stream ends before its end", "body.ended", s.reply(break_off), HELLO),
    fault("zipped-unsaid", "replies are gzip without saying so", "body.compression-said", s.reply(zipped), HELLO),
    fault("stream-zipped", "streams are compressed", "http.stream.not-compressed", s.reply(zipped_and_said), HELLO),
    fault(
        "stream-cached",
        "streams may be cached",
        "http.stream.not-cached",
        s.header("cache-control", "max-age=60"),
        HELLO,
    ),
    fault(
        "stream-cache-unsaid",
        "nothing is said about caching",
        "http.stream.not-cached",
        s.header("cache-control", None),
        HELLO,
    ),
    fault("latin-1", "pages are in Latin-1", "body.utf8", s.plain(latin), "script.any-text"),
    fault(
        "charset-latin-1",
        "pages say that they are in Latin-1",
        "body.charset",
        s.header("content-type", "application/json; charset=latin-1", streams=False),
        "annotations.done",
    ),
    fault(
        "not-utf-8",
        "a page has a byte that is no UTF-8",
        "body.utf8",
        s.plain(lambda b: b.replace(b'"id":"', b'"id":"\xff', 1)),
        "annotations.done",
    ),
    fault(
        "page-byte-order-mark",
        "pages begin with a byte order mark",
        "body.no-mark",
        s.plain(lambda b: b"\xef\xbb\xbf" + b),
        "annotations.done",
    ),
    fault(
        "stream-byte-order-mark",
        "streams begin with a byte order mark",
        "body.no-mark",
        s.stream(lambda b: b"\xef\xbb\xbf" + b),
        "script.own-error",
    ),
    fault(
        "stream-is-html",
        "an error page in place of a stream",
        "body.no-page",
        s.asking("threads.create", then=error_page),
        HELLO,
    ),
    fault(
        "buffered",
        "streams are held back until they are whole",
        "http.stream.prompt",
        s.reply(lambda _: None),
        "http.prompt",
    ),
    fault(
        "creates-with-500",
        "every new thread is a server error",
        "requests.taken",
        s.asking("threads.create", then=lambda r: setattr(r, "status", 500)),
        HELLO,
    ),
    fault(
        "status-201",
        "new threads are answered with 201",
        "http.refusal.not-streamed",
        s.asking("threads.create", then=lambda r: setattr(r, "status", 201)),
        HELLO,
    ),
    fault(
        "status-204",
        "feedback is answered with 204 and no body",
        "feedback.answered",
        s.asking("items.feedback", then=lambda r: (setattr(r, "status", 204), setattr(r, "body", b""))),
        "feedback.thumbs",
    ),
    fault(
        "redirected",
        "feedback is redirected",
        "feedback.answered",
        s.asking("items.feedback", then=lambda r: setattr(r, "status", 302)),
        "feedback.thumbs",
    ),
    fault(
        "no-json-500",
        "what is no JSON is a server error",
        "refusals.no-json.client-error",
        s.status([400], 500),
        "refusals.no-json",
    ),
    fault(
        "no-json-200",
        "what is no JSON is answered with success",
        "refusals.no-json.refused",
        s.reply(refused_as_success),
        "refusals.no-json",
    ),
    fault(
        "unknown-type-500",
        "an unknown type is a server error",
        "refusals.unknown-type.client-error",
        s.status([400], 500),
        "refusals.unknown-type",
    ),
    fault(
        "unknown-type-200",
        "an unknown type is answered with success",
        "refusals.unknown-type.refused",
        s.reply(refused_as_success),
        "refusals.unknown-type",
    ),
    fault(
        "missing-500",
        "a missing field is a server error",
        "refusals.missing.client-error",
        s.status([400], 500),
        "refusals.missing",
    ),
    fault(
        "missing-200",
        "a missing field is answered with success",
        "refusals.missing.refused",
        s.reply(refused_as_success),
        "refusals.missing",
    ),
    fault(
        "wrong-500",
        "a wrong field is a server error",
        "refusals.wrong.client-error",
        s.status([400], 500),
        "refusals.wrong",
    ),
    fault(
        "wrong-200",
        "a wrong field is answered with success",
        "feedback.kind.known",
        s.reply(refused_as_success),
        "refusals.wrong",
    ),
    fault(
        "unknown-thread-500",
        "an unknown thread is a server error",
        "refusals.unknown-thread.client-error",
        s.status([404], 500),
        "refusals.unknown-thread",
    ),
    fault(
        "unknown-thread-200",
        "an unknown thread is answered with success",
        "refusals.unknown-thread.refused",
        s.reply(refused_as_success),
        "refusals.unknown-thread",
    ),
    fault(
        "refusal-streams",
        "a refusal of a page comes as a stream",
        "http.refusal.not-streamed",
        s.reply(error_as_stream),
        "input.unknown-part",
    ),
    fault(
        "refusal-shows-trace",
        "a refusal shows a stack trace",
        "http.refusal.no-internals",
        s.reply(traced),
        "refusals.no-json",
    ),
    fault(
        "type-must-come-first",
        "a request is refused whose type is not the first field",
        "requests.type.anywhere",
        s.reply(type_first),
        "requests.type-last",
    ),
    fault(
        "long-messages-refused",
        "a request of more than 8,000 bytes is refused",
        "requests.taken",
        s.reply(short_only),
        "input.long",
    ),
]
