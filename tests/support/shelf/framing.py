"""Faults of how events are framed."""

import json
from typing import Any

from support.shelf import spoils as s
from support.shelf.fault import fault

HELLO = "stream.hello"


def pretty(body: bytes) -> bytes:
    frames = [frame.removeprefix(b"data: ") for frame in body.split(b"\n\n") if frame]
    told = [json.dumps(json.loads(frame), indent=2).encode() for frame in frames]
    return b"".join(b"data: " + text + b"\n\n" for text in told)


def quoted(body: bytes) -> bytes:
    frames = [frame.removeprefix(b"data: ").decode() for frame in body.split(b"\n\n") if frame]
    return b"".join(b"data: " + json.dumps(frame).encode() + b"\n\n" for frame in frames)


def named(body: bytes) -> bytes:
    """Name each event as event streams usually do."""
    frames = [frame for frame in body.split(b"\n\n") if frame]
    kinds = [json.loads(frame.removeprefix(b"data: "))["type"].encode() for frame in frames]
    return b"".join(b"event: " + kind + b"\n" + frame + b"\n\n" for kind, frame in zip(kinds, frames, strict=True))


def numbered(body: bytes) -> bytes:
    frames = [frame for frame in body.split(b"\n\n") if frame]
    return b"".join(b"id: %d\n" % number + frame + b"\n\n" for number, frame in enumerate(frames))


def swapped(before: bytes, after: bytes) -> Any:
    return s.stream(lambda body: body.replace(before, after))


FRAMING = [
    fault("pretty-printed", "events are pretty-printed", "sse.frame.not-pretty-printed", s.stream(pretty), HELLO),
    fault(
        "several-data-lines",
        "an event is broken into several data lines",
        "sse.frame.one-data-line",
        swapped(b"data: {", b"data: {\ndata: "),
        HELLO,
    ),
    fault(
        "json-lines",
        "events come as JSON lines, without data:",
        "sse.frame.data-prefix",
        swapped(b"data: {", b"{"),
        HELLO,
    ),
    fault("no-space", "data: has no space", "sse.frame.space", swapped(b"data: {", b"data:{"), HELLO),
    fault("upper-case-data", "DATA: in upper case", "sse.data.json", swapped(b"data: {", b"DATA: {"), HELLO),
    fault(
        "no-blank-line",
        "no blank line between events",
        "sse.frame.blank-line-between",
        swapped(b"}\n\n", b"}\n"),
        HELLO,
    ),
    fault(
        "last-frame-open", "no blank line after the last event", "sse.frame.ended", s.stream(lambda b: b[:-1]), HELLO
    ),
    fault("last-frame-bare", "no line end after the last event", "sse.frame.ended", s.stream(lambda b: b[:-2]), HELLO),
    fault("carriage-returns", "lines end in CR LF", "sse.lines.lf", swapped(b"\n", b"\r\n"), HELLO),
    fault("only-carriage-returns", "lines end in CR", "sse.lines.lf", swapped(b"\n", b"\r"), HELLO),
    fault(
        "raw-return-in-text",
        "a raw carriage return in a text",
        "sse.frame.no-raw-line-end",
        swapped(b'"text":"hello', b'"text":"hel\rlo'),
        HELLO,
    ),
    fault("sentinel", "[DONE] at the end", "sse.frame.no-sentinel", s.stream(lambda b: b + b"data: [DONE]\n\n"), HELLO),
    fault("end-event", "an empty object at the end", "sse.data.type", s.stream(lambda b: b + b"data: {}\n\n"), HELLO),
    fault(
        "empty-data",
        "an empty data line at the end",
        "sse.frame.no-sentinel",
        s.stream(lambda b: b + b"data: \n\n"),
        HELLO,
    ),
    fault("null-event", "null as an event", "sse.frame.no-sentinel", s.stream(lambda b: b"data: null\n\n" + b), HELLO),
    fault("event-is-array", "each event in an array", "sse.data.json", s.each(lambda e: [[e]]), HELLO),  # type: ignore[list-item]
    fault("event-in-a-string", "events as JSON in a JSON string", "sse.data.encoded-once", s.stream(quoted), HELLO),
    fault("event-is-python", "events as Python writes them", "sse.data.json", swapped(b'"', b"'"), HELLO),
    fault(
        "event-without-type",
        "events have no type",
        "sse.data.type",
        s.each(lambda e: [{k: v for k, v in e.items() if k != "type"}]),
        HELLO,
    ),
    fault(
        "event-type-is-null",
        "the type of an event is null",
        "sse.data.type",
        s.each(lambda e: [e | {"type": None}]),
        HELLO,
    ),
    fault(
        "event-type-unknown",
        "an event of an unknown type",
        "shape.event.known",
        s.events(lambda e: [*e, {"type": "thread.sparkled"}]),
        HELLO,
    ),
    fault(
        "event-type-in-camel-case",
        "threadCreated for thread.created",
        "shape.event.known",
        s.each(lambda e: [e | {"type": "threadCreated"} if e["type"] == "thread.created" else e]),
        HELLO,
    ),
    fault("id-lines", "every event has an id line", "sse.frame.no-id-field", s.stream(numbered), HELLO),
    fault("event-lines", "every event has an event line", "sse.frame.no-event-field", s.stream(named), HELLO),
    fault(
        "retry-line",
        "a stream begins with a retry line",
        "sse.frame.no-retry-field",
        s.stream(lambda b: b"retry: 3000\n" + b),
        HELLO,
    ),
    fault(
        "comment-alone",
        "a comment is followed by a blank line",
        "sse.comment.alone",
        s.stream(lambda b: b": ping\n\n" + b),
        HELLO,
    ),
    fault(
        "broken-separators",
        "a line separator in a text ends the frame",
        "sse.data.json",
        swapped("\u2028".encode(), b"\n\n"),
        "script.any-text",
    ),
    fault(
        "blank-line-too-many",
        "two blank lines between events",
        "sse.frame.one-blank-line",
        swapped(b"\n\n", b"\n\n\n"),
        HELLO,
    ),
]
