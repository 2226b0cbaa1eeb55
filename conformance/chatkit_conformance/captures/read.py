"""What a file holds, told by how it begins: a HAR of a browser, a transcript, `curl -i` output, a bare stream."""

from typing import Any

from chatkit_conformance.captures.bare import EVENT_STREAM, bare
from chatkit_conformance.captures.curl import from_curl
from chatkit_conformance.captures.har import from_har
from chatkit_conformance.transcript import Exchange, Header, Transcript, TranscriptError, numbered, parsed, read


class CaptureError(Exception):
    """The bytes are no capture that can be read; the message says what was tried."""


def read_capture(raw: bytes, name: str) -> Transcript:
    """Read a capture.

    Args:
        raw: the content of the file.
        name: of the file, for messages.

    Raises:
        CaptureError: with the file, and what is wrong with it.
    """
    if not raw.strip():
        raise CaptureError(f"{name}: there is nothing in it")
    transcript = _read(raw, name)
    if not transcript.exchanges:
        raise CaptureError(f"{name}: there is no ChatKit request in it: no POST with a JSON body that has a `type`")
    return numbered(transcript)


def _read(raw: bytes, name: str) -> Transcript:
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
    try:
        if start.startswith(b"HTTP/"):
            return _of(name, from_curl(start))
        if start.startswith(b"{"):
            return _json(raw, start, name)
    except (TranscriptError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CaptureError(f"{name}: {error or type(error).__name__}") from None
    return _of(name, [bare(raw, EVENT_STREAM)])


def _json(raw: bytes, start: bytes, name: str) -> Transcript:
    """Tell apart what begins with a brace: a HAR, a transcript, one reply, events a line each."""
    first = parsed(start.partition(b"\n")[0])
    whole = parsed(start)
    if isinstance(whole, dict) and isinstance(whole.get("log"), dict):
        return _of(name, from_har(whole["log"]))
    if isinstance(first, dict) and (b'\n{">"' in start or ("type" not in first and _is_header(first))):
        return read(start.decode(), name)
    # A body on its own, with or without frames: the rules say what is wrong with it.
    kind = "application/json" if isinstance(whole, dict) and not _is_event(whole) else EVENT_STREAM
    return _of(name, [bare(raw, kind)])


def _is_header(value: dict[str, Any]) -> bool:
    return value.keys() <= set(Header.__struct_fields__)


def _is_event(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    return isinstance(kind, str) and kind.partition(".")[0] in _EVENTS


_EVENTS = {"thread", "stream_options", "progress_update", "client_effect", "error", "notice"}


def _of(name: str, exchanges: list[Exchange]) -> Transcript:
    return Transcript(Header(name=name), exchanges)
