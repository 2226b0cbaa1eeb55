"""HTTP and the frames of a stream."""

import json
from typing import Any

from support.catalogue.exchange import STREAMING, Exchange, parsed
from support.catalogue.shapes import official
from support.catalogue.verdicts import Found, every

JSON_KINDS = frozenset(official()["requests"]) - STREAMING


@every("exchange", "HTTP-002")
def streams_are_event_streams(one: Exchange) -> Found:
    if one.streams:
        yield one.media == "text/event-stream", one.headers


@every("exchange", "HTTP-003")
def others_are_one_json_body(one: Exchange) -> Found:
    if one.kind in JSON_KINDS and one.status == 200:
        yield one.media == "application/json" and isinstance(one.json, dict), one


@every("exchange", "HTTP-005")
def bodies_are_utf8(one: Exchange) -> Found:
    charset = one.headers.get("content-type", "").lower().partition("charset=")[2]
    yield _utf8(one.body) and charset in {"", "utf-8"}, one


@every("stream", "HTTP-013")
def streams_are_not_cached(one: Any) -> Found:
    headers = one.exchange.headers
    yield "no-cache" in headers.get("cache-control", "") and "content-encoding" not in headers, headers


@every("exchange", "HTTP-015")
def bodies_end_properly(one: Exchange) -> Found:
    yield one.whole, one


@every("frame", "SSE-001", "SSE-004")
def a_frame_is_one_line_of_data(frame: bytes) -> Found:
    yield frame.startswith(b"data: ") and not set(frame) & set(b"\r\n"), frame


@every("frame", "SSE-002", "STR-010")
def data_is_a_known_event(frame: bytes) -> Found:
    event = parsed(frame.partition(b"data:")[2])
    yield isinstance(event, dict) and event.get("type") in official()["events"], frame


@every("frame", "SSE-003")
def there_are_no_other_fields(frame: bytes) -> Found:
    yield not any(line.startswith((b"event:", b"id:", b"retry:")) for line in frame.split(b"\n")), frame


@every("stream", "SSE-005")
def the_last_frame_has_its_blank_line(one: Any) -> Found:
    lines = [line for line in one.exchange.body.split(b"\n") if not line.startswith(b":")]
    yield lines[-2:] == [b"", b""], one.exchange.body[-200:]


@every("stream", "SSE-006")
def streams_are_utf8_without_a_mark(one: Any) -> Found:
    yield _utf8(one.exchange.body) and not one.exchange.body.startswith(b"\xef\xbb\xbf"), one.exchange.body[:200]


@every("frame", "SSE-007")
def there_is_no_sentinel(frame: bytes) -> Found:
    yield frame.partition(b"data:")[2].lstrip().startswith(b"{"), frame


@every("stream", "SSE-008")
def comments_do_not_disturb(one: Any) -> Found:
    lines = one.exchange.body.split(b"\n")
    for place, line in enumerate(lines):
        if line.startswith(b":"):
            # A comment with a blank line after it makes some readers see an empty message (protocol.md §1).
            alone = lines[place + 1 : place + 2] == [b""] and place + 2 < len(lines)
            yield not alone, lines[place : place + 3]


@every("stream", "SSE-009")
def lines_end_with_lf(one: Any) -> Found:
    yield b"\r\n" not in one.exchange.body, one.exchange.body[:200]


@every("exchange", "JSN-010")
def no_key_comes_twice(one: Exchange) -> Found:
    texts = [frame.partition(b"data:")[2] for frame in one.frames] if one.streams else [one.body]
    for text in texts:
        if parsed(text) is not None:
            doubled = _doubled(text)
            yield not doubled, doubled


def _doubled(text: bytes) -> list[str]:
    found: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        found.extend(name for name in names if names.count(name) > 1)

    json.loads(text, object_pairs_hook=note)
    return found


def _utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
