"""Audio: speech that becomes text."""

import base64
import binascii
import re

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import asked
from chatkit_conformance.transcript import OK, Exchange

SDK = "openai-chatkit 1.6.5, chatkit/"
SPOKEN = ("audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus")
"""What browsers record."""
_TALLY = re.compile(r"\d+\|.*")
WEBM = {"audio_base64": "MTIzNDU=", "mime_type": SPOKEN[0]}
BROKEN = {"audio_base64": "%%%", "mime_type": "audio/mp4"}


def _speech(exchange: Exchange) -> bytes | None:
    """Read what was said; None where nothing can be read."""
    try:
        return base64.b64decode(exchange.params.get("audio_base64", ""), validate=True)
    except (binascii.Error, ValueError, TypeError):
        return None


def _is(exchange: Exchange) -> bool:
    return exchange.kind == "input.transcribe" and bool(exchange.status)


@rule(
    "audio.text.answered",
    "MUST",
    "L1",
    catalogue="AUD-001",
    source=SDK + "server.py:492",
    why="The user speaks, and nothing appears in the composer.",
    mend='Answer `{"text": …}`.',
    since="1.6",
    good=e.reply("input.transcribe", WEBM, {"text": "hello"}),
    bad=e.reply("input.transcribe", WEBM, {"text": 5}),
)
def speech_becomes_text(exchange: Exchange) -> Looks:
    """`input.transcribe` answers with the text."""
    if _is(exchange) and exchange.status == OK and isinstance(exchange.json, dict):
        found = exchange.json.get("text")
        yield asked(exchange, isinstance(found, str), "a text", found, path="$.text")


@rule(
    "audio.speech.whole",
    "MUST",
    "L3",
    catalogue="AUD-001",
    source=SDK + "types.py:249; tests/test_chatkit_server.py:2482",
    why="The recogniser gets a type that it does not know, or bytes that are no sound.",
    mend="Hand on the decoded bytes, and the media type without its parameters.",
    since="1.6",
    good=e.reply("input.transcribe", WEBM, {"text": "5|audio/webm"}),
    bad=e.reply("input.transcribe", WEBM, {"text": "8|audio/webm;codecs=opus"}),
)
def speech_arrives_whole(exchange: Exchange) -> Looks:
    """The handler gets the decoded speech and its base media type, which a test bed tells."""
    speech = _speech(exchange) if _is(exchange) and exchange.status == OK else None
    told = exchange.json.get("text") if isinstance(exchange.json, dict) else None
    if speech is not None and isinstance(told, str) and _TALLY.fullmatch(told):
        wanted = f"{len(speech)}|{str(exchange.params.get('mime_type')).partition(';')[0].strip()}"
        yield asked(exchange, told == wanted, wanted, told, path="$.text")


@rule(
    "audio.types.taken",
    "MUST",
    "L1",
    catalogue="AUD-002",
    source="openai-chatkit 1.6.5, docs/guides/accept-rich-user-input.md:201",
    why="Users of one browser cannot speak.",
    mend="Take the three types that browsers record: webm and ogg with opus, and mp4.",
    since="1.6",
    good=e.reply("input.transcribe", WEBM, {"text": "hello"}),
    bad=e.refused("input.transcribe", WEBM),
)
def what_browsers_record_is_taken(exchange: Exchange) -> Looks:
    """Speech as browsers record it is taken."""
    if _is(exchange) and exchange.params.get("mime_type") in SPOKEN and _speech(exchange):
        yield asked(exchange, exchange.status == OK, "status 200", exchange.status)


@rule(
    "audio.broken.refused",
    "SHOULD",
    "L1",
    catalogue="AUD-003",
    source="RFC 4648 section 3.3; protocol.md section 9",
    why="The recogniser hears noise, and the user reads nonsense.",
    mend="Decode strictly, and refuse with 400 what is no base64.",
    since="1.6",
    good=e.refused("input.transcribe", BROKEN),
    bad=e.reply("input.transcribe", BROKEN, {"text": ""}),
)
def what_is_no_base64_is_refused(exchange: Exchange) -> Looks:
    """Speech that is no base64 is refused."""
    if _is(exchange) and isinstance(exchange.params.get("audio_base64"), str) and _speech(exchange) is None:
        yield asked(exchange, exchange.refused, "a refusal, best with 400", exchange.status)
