"""Faults of attachments, audio and feedback."""

from typing import Any

from support.shelf import spoils as s
from support.shelf.fault import fault
from support.shelf.front import JSON, Each, Spoil


def only(kind: str, change: Any) -> Spoil:
    """Change the JSON that answers one type of request."""

    def answer(value: JSON, request: JSON) -> list[JSON]:
        if request.get("type") == kind and isinstance(value, dict):
            change(value)
        return [value]

    return Each(answer)


FILES = [
    fault(
        "image-without-preview",
        "an image attachment has no preview",
        "shape.field.there",
        s.of("image", s.without("preview_url")),
        "attachments.sent",
    ),
    fault(
        "attachment-renamed",
        "an attachment has another name",
        "attachments.create.echoes",
        only("attachments.create", s.put(name="file")),
        "attachments.deleted",
    ),
    fault(
        "attachment-other-type",
        "an attachment has another mime type",
        "attachments.create.echoes",
        only("attachments.create", s.put(mime_type="application/octet-stream")),
        "attachments.deleted",
    ),
    fault(
        "upload-by-get",
        "bytes are to be sent with GET",
        "shape.field.type",
        s.wherever("method", lambda _: "GET"),
        "attachments.sent",
    ),
    fault(
        "upload-url-only",
        "upload_url for upload_descriptor",
        "attachments.create.says-where-to",
        only("attachments.create", lambda v: v.update(upload_url=v.pop("upload_descriptor", {"url": ""})["url"])),
        "attachments.deleted",
    ),
    fault(
        "upload-nowhere",
        "there is no place to send bytes to",
        "attachments.create.says-where-to",
        only("attachments.create", s.without("upload_descriptor")),
        "attachments.deleted",
    ),
    fault(
        "attachment-metadata-leaks",
        "an attachment's metadata is sent",
        "attachments.create.keeps-metadata-in",
        only("attachments.create", s.put(metadata={"canary": "ATT-CANARY"})),
        "attachments.deleted",
    ),
    fault(
        "attachment-metadata-in-messages",
        "an attachment's metadata is sent in messages",
        "attachments.messages.keep-metadata-in",
        s.of("user_message", lambda v: [a.update(metadata={"canary": "ATT-CANARY"}) for a in v["attachments"]]),
        "attachments.sent",
    ),
    fault(
        "attachments-of-messages-lost",
        "a message has lost its attachments",
        "attachments.message.resolved",
        s.of("user_message", s.put(attachments=[])),
        "attachments.sent",
    ),
    fault(
        "attachments-as-ids",
        "attachments of a message are ids",
        "attachments.message.resolved",
        s.of("user_message", lambda v: v.update(attachments=[a["id"] for a in v["attachments"]])),
        "attachments.sent",
    ),
    fault(
        "attachments-reversed",
        "attachments of a message in another order",
        "attachments.message.resolved",
        s.of("user_message", lambda v: v.update(attachments=v["attachments"][::-1])),
        "attachments.sent",
    ),
    fault(
        "attachment-delete-tells",
        "deleting an attachment answers with it",
        "attachments.delete.empty-reply",
        s.answering("attachments.delete", {"deleted": True}),
        "attachments.deleted",
    ),
    fault(
        "transcript-shouted",
        "a transcript is in capitals",
        "audio.speech.whole",
        only("input.transcribe", lambda v: v.update(text=v["text"].upper())),
        "audio.transcribed",
    ),
    fault(
        "transcript-bare",
        "a transcript is a JSON text",
        "http.reply.json",
        s.answering("input.transcribe", "5|audio/webm"),
        "audio.transcribed",
    ),
    fault(
        "transcript-elsewhere",
        "a transcript is in `transcript`",
        "audio.text.answered",
        only("input.transcribe", s.renamed("text", "transcript")),
        "audio.transcribed",
    ),
    fault(
        "transcript-with-codec",
        "the media type keeps its codecs",
        "audio.speech.whole",
        only("input.transcribe", lambda v: v.update(text=v["text"] + ";codecs=opus")),
        "audio.transcribed",
    ),
    fault(
        "audio-refused",
        "audio/ogg is refused",
        "audio.types.taken",
        s.asking(
            "input.transcribe",
            then=lambda r: (
                (setattr(r, "status", 400), setattr(r, "body", b'{"message":"no","code":"bad_request"}'))
                if "ogg" in r.request["params"]["mime_type"]
                else None
            ),
        ),
        "audio.transcribed",
    ),
    fault(
        "feedback-answers-with-text",
        "feedback is answered with something",
        "feedback.answered",
        s.answering("items.feedback", {"ok": True}),
        "feedback.thumbs",
    ),
    fault(
        "feedback-refused",
        "thumbs down are refused",
        "feedback.answered",
        s.asking(
            "items.feedback",
            then=lambda r: setattr(r, "status", 400) if r.request["params"].get("kind") == "negative" else None,
        ),
        "feedback.thumbs",
    ),
    fault(
        "attachment-ids-equal",
        "all attachments have one id",
        "attachments.create.own-id",
        only("attachments.create", s.put(id="atc_1")),
        "attachments.odd-names",
    ),
    fault(
        "attachment-name-cleaned",
        "names of attachments lose what is no letter",
        "attachments.create.echoes",
        s.wherever("name", lambda name: name.replace(" ", "_")),
        "attachments.odd-names",
    ),
]
