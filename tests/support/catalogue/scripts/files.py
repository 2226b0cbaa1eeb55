"""Attachments, speech and feedback."""

import base64
from typing import Any

from support.catalogue.bed import Bed
from support.catalogue.exchange import Exchange
from support.catalogue.verdicts import script

FILES = (("a.txt", "text/plain", "file"), ("b.png", "image/png", "image"))


def upload(bed: Bed, name: str = "a.txt", mime: str = "text/plain") -> Exchange:
    return bed.ask("attachments.create", name=name, size=3, mime_type=mime)


def clean(replies: list[Exchange]) -> bool:
    return not any(b"ATT-CANARY" in reply.body for reply in replies)


@script("ATT-001", "ATT-002", "ATT-003", "ATT-005", "ATT-006", "ATT-009")
def files_are_attached(bed: Bed) -> None:
    made: list[dict[str, Any]] = []
    for name, mime, kind in FILES:
        reply = upload(bed, name, mime)
        told = reply.json
        bed.same("ATT-001", (told["name"], told["mime_type"], told["type"]), (name, mime, kind))
        bed.same("ATT-001", isinstance(told.get("preview_url"), str), kind == "image")
        descriptor = told["upload_descriptor"]
        bed.holds("ATT-002", descriptor["method"] in {"POST", "PUT"} and isinstance(descriptor["headers"], dict), told)
        bed.holds("ATT-002", descriptor["url"].startswith("http") and "upload_url" not in told, told)
        bed.holds("ATT-003", clean([reply]) and "metadata" not in told, told)
        made.append(told)
    names = [one["id"] for one in made[::-1]]
    said = bed.create("look", attachments=names)
    shown = said.events[1]["item"]["attachments"]
    bed.same("ATT-005", shown, [one | {"thread_id": said.thread_id} for one in made[::-1]])
    listed = bed.items(said.thread_id)[0]["attachments"]
    bed.same("ATT-005", listed, shown)
    page = bed.ask("threads.get_by_id", thread_id=said.thread_id)
    bed.holds("ATT-009", clean([said, page, *bed.exchanges]) and "metadata" not in shown[0] | listed[0], shown)
    before = bed.items(said.thread_id)
    for reply in (bed.create("x", attachments=["atc_no"]), bed.say(said.thread_id, "x", attachments=["atc_no"])):
        bed.holds("ATT-006", reply.refused, reply)
    bed.same("ATT-006", bed.items(said.thread_id), before)


@script("ATT-007", "ATT-010")
def files_go_away(bed: Bed) -> None:
    name = upload(bed).json["id"]
    gone = bed.ask("attachments.delete", attachment_id=name)
    bed.same("ATT-007", (gone.status, gone.json), (200, {}))
    bed.holds("ATT-007", bed.create("x", attachments=[name]).refused)
    bed.holds("ATT-007", bed.ask("attachments.delete", attachment_id=name).refused)
    for kind, params in {
        "attachments.create": {"name": "a", "size": 1, "mime_type": "text/plain"},
        "attachments.delete": {"attachment_id": name},
    }.items():
        reply = bed.post({"type": kind, "params": params}, "/bare")
        bed.holds("ATT-010", reply.status >= 400 and reply.media != "text/event-stream", reply)


@script("AUD-001", "AUD-002", "AUD-003")
def speech_becomes_text(bed: Bed) -> None:
    speech = base64.b64encode(b"12345").decode()
    for mime in ("audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"):
        reply = bed.ask("input.transcribe", audio_base64=speech, mime_type=mime)
        bed.same("AUD-001", reply.json, {"text": f"5|{mime.partition(';')[0]}"})
        bed.same("AUD-002", reply.status, 200)
    for broken in ("%%%", "abc", "é"):
        bed.holds("AUD-003", bed.ask("input.transcribe", audio_base64=broken, mime_type="audio/mp4").refused, broken)


@script("FBK-001", "FBK-003")
def thumbs(bed: Bed) -> None:
    thread = bed.create().thread_id
    before = bed.items(thread)
    for kind in ("positive", "negative"):
        reply = bed.ask("items.feedback", thread_id=thread, item_ids=[before[0]["id"]], kind=kind)
        bed.same("FBK-001", (reply.status, reply.json), (200, {}))
        bed.same("FBK-003", bed.items(thread), before)
