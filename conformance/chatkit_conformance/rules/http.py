"""HTTP: what a request is answered with, and when it arrives."""

import re
from dataclasses import replace

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.frames import instead
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Stream, asked
from chatkit_conformance.transcript import OK, STREAMING, Exchange, parsed

HELLO = e.create(*e.STREAMED)
THREADS = e.reply("threads.list", {}, e.page())
SDK = "openai-chatkit 1.6.5, chatkit/server.py:428"
AGAIN = "The widget takes the reply for a failure and sends the same message again, about five times."


def answered(exchange: Exchange) -> bool:
    """Tell whether there was a reply with status 200."""
    return exchange.status == OK and not exchange.trouble


def _replies(exchange: Exchange) -> bool:
    """Tell whether there is a reply in JSON to be judged: asked for, and nothing else in its place."""
    asked_for = bool(exchange.kind) and exchange.kind not in STREAMING
    return asked_for and answered(exchange) and not exchange.streams and not instead(exchange)


REFUSED, BROKEN, UNSUPPORTED = 400, 500, 501


@rule(
    "http.stream.media",
    "MUST",
    "L0",
    catalogue="HTTP-002",
    source="openai-chatkit 1.6.5, docs/quickstart.md:104",
    why=AGAIN,
    mend="Answer the six streaming types with `content-type: text/event-stream`.",
    good=HELLO,
    bad=e.with_headers(HELLO, content_type="application/octet-stream"),
)
def streams_say_what_they_are(exchange: Exchange) -> Looks:
    """An answer in events is of type `text/event-stream`."""
    if exchange.streams and not instead(exchange):
        yield asked(exchange, exchange.media == "text/event-stream", "text/event-stream", exchange.media)


@rule(
    "http.stream.not-json",
    "MUST",
    "L0",
    catalogue="HTTP-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:435",
    why="A client that asked for events finds none, whatever the JSON says: the answer never ends, or is asked again.",
    mend="Answer a streaming type with events, or refuse it with a status of 400 or more; never 200 and JSON.",
    good=HELLO,
    bad=replace(HELLO, headers=e.JSON_HEADERS, received=b'{"message":"no such thread"}'),
)
def streams_are_no_json(exchange: Exchange) -> Looks:
    """The type of a request alone decides the kind of its reply: a streaming one is never answered by JSON and 200."""
    if exchange.streams and exchange.kind in STREAMING:
        yield asked(exchange, instead(exchange) != "document", "events", exchange.received[:200])


@rule(
    "http.reply.not-streamed",
    "MUST",
    "L0",
    catalogue="HTTP-003",
    source="openai-chatkit 1.6.5, docs/quickstart.md:105",
    why="The client reads one JSON body; events are no JSON, and the list stays empty.",
    mend="Answer the ten other types with one JSON body.",
    good=THREADS,
    bad=replace(THREADS, headers=e.STREAM_HEADERS, received=b"data: " + THREADS.received + b"\n\n"),
)
def replies_are_not_streamed(exchange: Exchange) -> Looks:
    """A request that is not one of the six streaming ones is never answered by events."""
    if exchange.kind and exchange.kind not in STREAMING and answered(exchange) and parsed(exchange.sent) is not None:
        yield asked(exchange, not exchange.streams, "one JSON body", exchange.media)


@rule(
    "http.reply.media",
    "MUST",
    "L0",
    catalogue="HTTP-003",
    source="openai-chatkit 1.6.5, docs/quickstart.md:105",
    why="Clients that look at the type before they read find no JSON.",
    mend="Send `content-type: application/json`.",
    good=THREADS,
    bad=e.with_headers(THREADS, content_type="text/plain"),
)
def replies_say_what_they_are(exchange: Exchange) -> Looks:
    """A reply that is no stream is of type `application/json`."""
    if _replies(exchange):
        yield asked(exchange, exchange.media == "application/json", "application/json", exchange.media)


@rule(
    "http.reply.json",
    "MUST",
    "L0",
    catalogue="HTTP-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:440",
    why="What cannot be parsed is a failed request to the client.",
    mend="Send exactly one JSON object as the body.",
    good=THREADS,
    bad=replace(THREADS, received=THREADS.received * 2),
)
def replies_are_one_object(exchange: Exchange) -> Looks:
    """A reply that is no stream is one JSON object."""
    if _replies(exchange):
        yield asked(exchange, isinstance(exchange.json, dict), "one JSON object", exchange.received[:200])


@rule(
    "http.reply.encoded-once",
    "MUST",
    "L0",
    catalogue="HTTP-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:440",
    why="A client reads a text where it expects an object, and shows nothing.",
    mend="Hand the object to the framework, or the JSON as bytes, not JSON to something that encodes it again.",
    good=THREADS,
    bad=replace(THREADS, received=b'"{\\"data\\":[],\\"has_more\\":false}"'),
)
def replies_are_encoded_once(exchange: Exchange) -> Looks:
    """A reply is the object itself, not a text that holds its JSON."""
    if _replies(exchange) and isinstance(exchange.json, dict):
        yield asked(exchange, not isinstance(parsed(exchange.received), str), "an object", exchange.received[:200])


@rule(
    "http.stream.not-compressed",
    "SHOULD",
    "L0",
    catalogue="HTTP-013",
    source="openai-chatkit 1.6.5, docs/guides/update-client-during-response.md:13",
    why="A compressor holds events back until its block is full: nothing is seen to grow.",
    mend="Leave event streams out of the compression of your server or proxy (`no-transform` asks proxies for it).",
    good=HELLO,
    bad=e.with_headers(HELLO, content_encoding="gzip"),
)
def streams_are_not_compressed(exchange: Exchange) -> Looks:
    """An event stream has no `content-encoding`."""
    if exchange.streams:
        encoding = exchange.headers.get("content-encoding", "identity")
        yield asked(exchange, encoding == "identity", "no content-encoding", encoding)


@rule(
    "http.stream.not-cached",
    "SHOULD",
    "L0",
    catalogue="HTTP-013",
    source="openai-chatkit 1.6.5, docs/guides/update-client-during-response.md:3; WHATWG HTML 9.2.1",
    why="A proxy that may cache may also hold the stream back, or give it to somebody else.",
    mend="Send `cache-control: no-cache` (and `no-transform`, `x-accel-buffering: no`) with every stream.",
    good=HELLO,
    bad=e.with_headers(HELLO, cache_control=None),
)
def streams_are_not_cached(exchange: Exchange) -> Looks:
    """An event stream says `cache-control: no-cache`, or `no-store`."""
    # Where only the type was kept of the headers, nobody knows.
    if exchange.streams and not instead(exchange) and exchange.headers.keys() - {"content-type"}:
        told = exchange.headers.get("cache-control", "")
        yield asked(exchange, "no-cache" in told or "no-store" in told, "no-cache", told)


@rule(
    "http.reply.there",
    "MUST",
    "L1",
    catalogue="HTTP-001",
    source="RFC 9110 section 15",
    why="The client waits, and then sends the same message again.",
    mend="Answer every request, also one that fails; see why the server hangs or closes the connection.",
    good=HELLO,
    bad=Exchange(HELLO.sent, trouble="no end within 15 s"),
)
def there_is_a_reply(exchange: Exchange) -> Looks:
    """Every request gets a reply, in time."""
    yield asked(exchange, not exchange.trouble, "a reply", exchange.trouble)


@rule(
    "http.refusal.not-streamed",
    "MUST",
    "L0",
    catalogue="HTTP-017",
    source="openai-chatkit 1.6.5, chatkit/server.py:442",
    why="A client looks at the status first and never reads the events that say what went wrong.",
    mend="With an error status send JSON; an answer that has begun tells an error in an event, under status 200.",
    good=e.refused("threads.get_by_id", {"thread_id": "thr_9"}, 404, "not_found"),
    bad=e.go_on("threads.retry_after_item", {"item_id": "msg_1"}, e.error(), status=500),
)
def refusals_are_not_streamed(exchange: Exchange) -> Looks:
    """A status other than 200 never comes with an event stream."""
    if exchange.status not in {0, OK}:
        yield asked(exchange, exchange.media != "text/event-stream", "JSON", exchange.media)


def _refusal(exchange: Exchange) -> bool:
    """Tell whether it is a refusal that is sent as one."""
    return exchange.status >= REFUSED and exchange.method == "POST" and exchange.media != "text/event-stream"


@rule(
    "http.status.plain",
    "MUST",
    "L0",
    catalogue="HTTP-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:440; docs/quickstart.md:105",
    why="The client takes it for success and finds no body, or for a failure.",
    mend="Answer with 200, also where something is made or nothing is told, or refuse with 4xx.",
    good=e.reply("threads.list", {}, e.page()),
    bad=e.reply("threads.delete", {"thread_id": "thr_1"}, {}, status=204),
    general=True,
)
def the_status_is_plain(exchange: Exchange) -> Looks:
    """What is done is answered with 200, what is refused with 400 or more; there is nothing between."""
    if exchange.status and exchange.method == "POST":
        plain = exchange.status == OK or exchange.status >= REFUSED
        yield asked(exchange, plain, "200, or 400 and more", exchange.status)


@rule(
    "http.refusal.not-5xx",
    "SHOULD",
    "L0",
    catalogue="HTTP-006s",
    source="protocol.md section 1 and 9",
    why="The widget sends the same again about five times, and so does whatever it sets off.",
    mend="Refuse what the client did wrong with 4xx; tell a failure of an answer in an `error` event.",
    good=e.refused("threads.get_by_id", {"thread_id": "thr_9"}, 404, "not_found"),
    bad=e.refused("attachments.delete", {"attachment_id": "atc_9"}, 500, "internal"),
    general=True,
)
def failures_are_not_sent_again(exchange: Exchange) -> Looks:
    """No reply has a 5xx status, but for 501, which says that the server does not offer this."""
    if _refusal(exchange):
        fits = exchange.status < BROKEN or exchange.status == UNSUPPORTED
        yield asked(exchange, fits, "a status from 400 to 499, or 501", exchange.status)


@rule(
    "http.refusal.says-why",
    "SHOULD",
    "L0",
    catalogue="HTTP-017",
    source="protocol.md section 9",
    why="The widget shows `message` of the body; without one the user learns nothing.",
    mend="Refuse with a JSON object whose `message` says what is wrong.",
    good=e.refused("threads.get_by_id", {"thread_id": "thr_9"}, 404, "not_found"),
    bad=e.reply("threads.get_by_id", {"thread_id": "thr_9"}, {"detail": "no"}, status=404),
    general=True,
)
def refusals_say_why(exchange: Exchange) -> Looks:
    """A refusal is a JSON object with a `message` for people."""
    if _refusal(exchange):
        message = exchange.json.get("message") if isinstance(exchange.json, dict) else None
        fits = isinstance(message, str) and message and exchange.media == "application/json"
        yield asked(exchange, fits, "JSON with a message", f"{exchange.media} {exchange.received[:200]!r}")


_INTERNALS = re.compile(
    rb"Traceback \(most recent call|\\n +at [^\"]{1,200}?:\d+:\d+|goroutine \d+ \[|\\n\\tat [^\"]{1,200}?\.java:\d+"
)
"""What stack traces of Python, Node, Go and Java have in them, as they stand in JSON."""
TRACE = {"message": 'Traceback (most recent call last):\n  File "app.py", line 3, in handle', "code": "internal"}


@rule(
    "http.refusal.no-internals",
    "MUST",
    "L0",
    catalogue="ERR-005",
    source="protocol.md section 9; openai-chatkit 1.6.5, chatkit/server.py:924",
    why="Whoever looks into the browser's console learns how the server is built, and what its exceptions tell.",
    mend="Log the exception on the server, and refuse with a message for people.",
    good=e.refused("threads.get_by_id", {"thread_id": "thr_9"}, 404, "not_found"),
    bad=e.reply("threads.get_by_id", {"thread_id": "thr_9"}, TRACE, status=404),
)
def refusals_show_no_internals(exchange: Exchange) -> Looks:
    """A refusal has no stack trace in it, whatever broke."""
    if exchange.status >= REFUSED:
        found = _INTERNALS.search(exchange.received)
        yield asked(exchange, found is None, "no stack trace", found and found[0].decode(errors="replace"))


WAITING = e.create(e.notice("late"), said=e.script(["sleep", 200], ["notice", "late"]))
_TOLD = len(WAITING.received) - len(e.body([e.notice("late")]))


@rule(
    "http.stream.prompt",
    "MUST",
    "L3",
    catalogue="HTTP-014",
    source="openai-chatkit 1.6.5, docs/guides/update-client-during-response.md:13",
    why="The user stares at nothing until the answer is complete.",
    mend="Flush each event as it is made; switch off buffering and compression in the server and in proxies.",
    good=replace(WAITING, arrivals=((_TOLD, 0.01), (len(WAITING.received), 0.21))),
    bad=replace(WAITING, arrivals=((len(WAITING.received), 0.21),)),
)
def events_come_as_they_are_made(stream: Stream) -> Looks:
    """Events are sent when they are made: what comes before a pause is there before the pause is over."""
    pauses = [step[1] for step in stream.script or [] if isinstance(step, list) and step[:1] == ["sleep"]]
    times = [frame.arrived for frame in stream.frames if frame.arrived is not None]
    if pauses and len(times) > 1 and stream.script and stream.script[0][0] == "sleep":
        spread = times[-1] - times[0]
        yield stream.look(spread > pauses[0] / 2000, f"{pauses[0]} ms between the first and the last event", spread)
