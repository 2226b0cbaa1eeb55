"""The linter reads what is framed or encoded wrongly as it was meant, and knows what a revision has."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.subjects import Conversation
from chatkit_conformance.rules import lint
from chatkit_conformance.transcript import Exchange

HELLO = e.create(*e.STREAMED)
EVENTS = [event.value for event in Conversation([HELLO]).events]


def answered(body: bytes, **headers: str | None) -> Exchange:
    return e.with_headers(replace(HELLO, received=body), **headers)


def framed(write: Any) -> bytes:
    return b"".join(write(event).encode() for event in EVENTS)


def pretty(event: Any) -> str:
    return f"data: {json.dumps(event, indent=2)}\n\n"


def twice(event: Any) -> str:
    return f"data: {json.dumps(json.dumps(event))}\n\n"


READ = [
    pytest.param(answered(framed(pretty)), ["sse.frame.not-pretty-printed"], id="pretty-printed"),
    pytest.param(answered(framed(lambda one: json.dumps(one) + "\n")), ["sse.frame.data-prefix"], id="json-lines"),
    pytest.param(answered(framed(lambda one: json.dumps(one) + "\n\n")), ["sse.frame.data-prefix"], id="no-prefix"),
    pytest.param(
        answered(framed(lambda one: f"data: {json.dumps(one)}\n")), ["sse.frame.blank-line-between"], id="no-blank-line"
    ),
    pytest.param(answered(framed(twice)), ["sse.data.encoded-once"], id="encoded-twice"),
    pytest.param(answered(HELLO.received.replace(b"\n", b"\r\n")), ["sse.lines.lf"], id="crlf"),
    pytest.param(answered(HELLO.received.replace(b"\n", b"\r")), ["sse.lines.lf"], id="cr"),
    pytest.param(answered(b"\xef\xbb\xbf" + HELLO.received), ["body.no-mark"], id="mark"),
    pytest.param(answered(HELLO.received.replace(b"Hello", b"H\xe9llo")), ["body.utf8"], id="latin-1"),
    pytest.param(answered(HELLO.received + b"data: [DONE]\n\n"), ["sse.frame.no-sentinel"], id="sentinel"),
]


@pytest.mark.parametrize(("exchange", "broken"), READ)
def test_what_is_framed_wrongly_is_read_as_it_was_meant(exchange: Exchange, broken: list[str]) -> None:
    assert len(Conversation([exchange]).events) == len(EVENTS)
    assert lint([exchange]).broken == broken


PAGE = b"<!DOCTYPE html><h1>502 Bad Gateway</h1>"
INSTEAD = [
    pytest.param(answered(gzip.compress(HELLO.received)), ["body.compression-said"], id="gzip-unsaid"),
    pytest.param(
        answered(gzip.compress(HELLO.received), content_encoding="gzip"), ["http.stream.not-compressed"], id="gzip"
    ),
    pytest.param(answered(PAGE), ["body.no-page"], id="page"),
    pytest.param(answered(b""), ["body.not-empty"], id="nothing"),
    pytest.param(answered(b'{"error": "no"}', content_type="application/json"), ["http.stream.not-json"], id="json"),
]


@pytest.mark.parametrize(("exchange", "broken"), INSTEAD)
def test_what_comes_in_place_of_a_stream_is_one_finding(exchange: Exchange, broken: list[str]) -> None:
    assert lint([exchange]).broken == broken


EFFECT = e.create({"type": "client_effect", "name": "zoom", "data": {}})
LABEL = {"type": "entity", "id": "u1", "title": "Ann", "data": {}, "interactive": False, "label": "Ann"}
NOTE = {"type": "annotation", "source": LABEL}
LABELLED = e.create(e.done(e.message() | {"content": [e.part("hi Ann", NOTE)]}))
REVISIONS = [
    pytest.param(EFFECT, "1.6.4", [], id="an-event-of-now"),
    pytest.param(EFFECT, "1.3.1", ["shape.event.known"], id="an-event-of-later"),
    pytest.param(LABELLED, "1.4.1", [], id="a-field-of-now"),
    pytest.param(LABELLED, "1.4", ["shape.field.known"], id="a-field-of-later"),
]


@pytest.mark.parametrize(("exchange", "revision", "broken"), REVISIONS)
def test_a_revision_does_not_know_what_came_later(exchange: Exchange, revision: str, broken: list[str]) -> None:
    assert lint([exchange], revision=revision).broken == broken
