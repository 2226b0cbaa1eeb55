"""Attachments: files that go with a message."""

from collections.abc import Iterator
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.requests import worth
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, asked
from chatkit_conformance.linter.visits import NOWHERE, visits
from chatkit_conformance.transcript import JSON, OK, Exchange
from chatkit_protocol.attachments import AttachmentBase

CREATE = "attachments.create"
DELETE = "attachments.delete"
SAYING = ("threads.create", "threads.add_user_message")
CANARY = b"ATT-CANARY"
"""What the test bed keeps in the metadata of attachments."""
WANTED: JSON = {"name": "a.txt", "size": 3, "mime_type": "text/plain"}
PLACE: JSON = {"url": "http://127.0.0.1/uploads/atc_1", "method": "PUT", "headers": {}}
FILE = {"type": "file", "id": "atc_1", "name": "a.txt", "mime_type": "text/plain", "upload_descriptor": PLACE}
SHOWN = FILE | {"thread_id": e.THREAD_ID}


def _create(**given: Any) -> Exchange:
    return e.reply(CREATE, WANTED, FILE | given)


def _delete(reply: Any = None) -> Exchange:
    return e.reply(DELETE, {"attachment_id": "atc_1"}, reply or {})


def _say(*shown: JSON, ids: Any = ("atc_1",)) -> Exchange:
    """Say something with attachments, of which the reply shows these."""
    asked_for = e.text_input(attachments=list(ids))
    echo = e.done(e.user_message(asked_for, attachments=list(shown)))
    return e.stream("threads.create", {"input": asked_for}, e.CREATED, echo, e.OPTIONS)


def _refused(item_id: str = "atc_1") -> Exchange:
    return e.refused("threads.create", {"input": e.text_input(attachments=[item_id])}, 404, "not_found")


def _created(told: Conversation) -> Iterator[tuple[Exchange, JSON]]:
    """Give the attachments that were created."""
    for exchange in told.exchanges:
        if exchange.kind == CREATE and exchange.status == OK:
            yield exchange, exchange.json if isinstance(exchange.json, dict) else {}


@rule(
    "attachments.create.echoes",
    "MUST",
    "L1",
    catalogue="ATT-001",
    source="openai-chatkit 1.6.5, chatkit/server.py:476-482; chatkit/types.py:893-938",
    why="The composer shows another file than the user chose.",
    mend="Give `name` and `mime_type` back as they came.",
    good=_create(),
    bad=_create(name="b.txt"),
)
def create_echoes(told: Conversation) -> Looks:
    """A new attachment has the name and the media type that were asked for, and an image is shown from somewhere."""
    for exchange, made in _created(told):
        wanted, got = ({key: side.get(key) for key in ("name", "mime_type")} for side in (exchange.params, made))
        yield asked(exchange, got == wanted and made.get("preview_url") != "", str(wanted), made)


@rule(
    "attachments.create.own-id",
    "MUST",
    "L1",
    catalogue="ATT-001",
    source="openai-chatkit 1.6.5, chatkit/store.py:57",
    why="The bytes of one file are those of another, and a message shows the wrong one.",
    mend="Make a new id for each attachment, of enough randomness.",
    good=[_create(), _create(id="atc_2")],
    bad=[_create(), _create()],
)
def attachments_have_ids_of_their_own(told: Conversation) -> Looks:
    """Every new attachment has an id that no other one has."""
    seen: set[str] = set()
    for exchange, made in _created(told):
        yield asked(exchange, made.get("id") not in seen, "another id", made.get("id"), path="$.id")
        seen.add(str(made.get("id")))


LACKING = (404, 405, 500, 502, 503)
"""What a server answers that has no such operation, or fails in it; 501, or a reason to refuse this file, is plain."""


@rule(
    "attachments.create.taken",
    "MUST",
    "L1",
    catalogue="ATT-001",
    source="openai-chatkit 1.6.5, chatkit/server.py:476-482",
    why="The user can choose a file, and nothing happens.",
    mend="Serve `attachments.create`, or answer 501 where files are not taken; refuse what is not wanted with 4xx.",
    since="1.0",
    good=_create(),
    bad=e.refused("attachments.create", {"name": "a.txt", "size": 1, "mime_type": "text/plain"}, 404, "not_found"),
)
def create_is_taken(exchange: Exchange) -> Looks:
    """An attachment can be created, or there is a reason why not."""
    if exchange.kind == "attachments.create" and exchange.status and not worth(exchange):
        yield asked(exchange, exchange.status not in LACKING, "200, or a reason", exchange.status)


@rule(
    "attachments.create.says-where-to",
    "MUST",
    "L1",
    catalogue="ATT-002",
    source="openai-chatkit 1.6.5, chatkit/types.py:883-905; docs, release.md 1.5.0",
    why="The widget does not know where the bytes go, and the upload never ends.",
    mend="Give `upload_descriptor` with a URL, the method POST or PUT, and headers; no `upload_url` any more.",
    since="1.5",
    good=_create(),
    bad=_create(upload_descriptor=PLACE | {"url": ""}),
)
def create_says_where_to(told: Conversation) -> Looks:
    """A new attachment says where its bytes go, in `upload_descriptor` and not in `upload_url`."""
    for exchange, made in _created(told):
        place = made.get("upload_descriptor")
        url = place.get("url") if isinstance(place, dict) else None
        holds = isinstance(url, str) and url.startswith(("http://", "https://")) and "upload_url" not in made
        yield asked(exchange, holds, "an upload_descriptor with a URL", place, path="$.upload_descriptor")


@rule(
    "attachments.create.keeps-metadata-in",
    "MUST",
    "L3",
    catalogue="ATT-003 ATT-012",
    source="openai-chatkit 1.6.5, chatkit/types.py:910-922; chatkit/server.py:1046",
    why="Metadata is the server's own: places in stores, owners, keys.",
    mend="Leave `metadata` out of every attachment that is sent, also where files are uploaded directly.",
    good=_create(),
    bad=_create(metadata={"bucket": "b"}),
)
def create_keeps_metadata_in(exchange: Exchange) -> Looks:
    """The reply to a creation, or to a direct upload, has no metadata of the attachment."""
    made = exchange.json if isinstance(exchange.json, dict) and exchange.status == OK else {}
    if exchange.kind in {CREATE, ""} and made.get("type") in ("file", "image") and "mime_type" in made:
        yield asked(exchange, not made.get("metadata"), "no metadata", made.get("metadata"), path="$.metadata")


@rule(
    "attachments.messages.keep-metadata-in",
    "MUST",
    "L3",
    catalogue="ATT-009",
    source="openai-chatkit 1.6.5, chatkit/server.py:1042-1047",
    why="Metadata is the server's own: places in stores, owners, keys.",
    mend="Leave `metadata` out of the attachments of messages, streamed and listed.",
    good=[_create(), _say(SHOWN)],
    bad=[_create(), _say(SHOWN | {"metadata": {"bucket": "b"}})],
)
def messages_keep_metadata_in(node: Node) -> Looks:
    """The attachments of messages have no metadata."""
    if node.is_a(AttachmentBase) and node.exchange.kind != CREATE:
        yield node.look(not node.value.get("metadata"), "no metadata", node.value.get("metadata"), path=node.where.path)


@rule(
    "attachments.metadata-stays",
    "MUST",
    "L3",
    catalogue="ATT-003 ATT-009",
    source="openai-chatkit 1.6.5, chatkit/types.py:910-922",
    why="Metadata is the server's own: places in stores, owners, keys.",
    mend="Search for where metadata of attachments gets out.",
    general=True,
    good=_create(),
    bad=[_create(), e.create(e.notice("ATT-CANARY"))],
)
def metadata_stays(told: Conversation) -> Looks:
    """What is kept in the metadata of attachments occurs in nothing that the server sends."""
    if any(_created(told)):
        for exchange in told.exchanges:
            yield asked(exchange, CANARY not in exchange.received, "no metadata", CANARY.decode())


@rule(
    "attachments.message.resolved",
    "MUST",
    "L1",
    catalogue="ATT-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:823-825,1004-1009",
    why="The message shows no files, or them in another order.",
    mend="Put the whole attachments into the message, in the order of their ids, with the thread's id.",
    since="1.6",
    good=[_create(), _say(SHOWN)],
    bad=[_create(), _say(FILE)],
)
def message_resolved(told: Conversation) -> Looks:
    """A message has its attachments whole, in the order of the request, each with the id of its thread."""
    known = {str(made.get("id")): made for _, made in _created(told)}
    for visit in visits(told, *SAYING):
        ids = _ids(visit.exchange)
        first = next((one for one in visit.told if one.item_type == "user_message"), None)
        if first and ids and visit.stream and all(name in known for name in ids):
            wanted = [_kept(known[name]) | {"thread_id": visit.stream.thread_id} for name in ids]
            got = [_kept(one) for one in first.item.get("attachments") or [] if isinstance(one, dict)]
            yield first.look(got == wanted, "the attachments that were created", got, path="$.item.attachments")


def _kept(attachment: JSON) -> JSON:
    """Leave out what may change: once the bytes are there, the place for them may be gone."""
    return {key: value for key, value in attachment.items() if key not in {"upload_descriptor", "metadata"}}


def _ids(exchange: Exchange) -> list[str]:
    said = exchange.params.get("input")
    ids = said.get("attachments") if isinstance(said, dict) else None
    return [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []


@rule(
    "attachments.message.unknown-id",
    "MUST",
    "L1",
    catalogue="ATT-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:1005",
    why="The model answers as if there had been no file, and the user does not know why.",
    mend="Refuse a message that names an attachment that does not exist.",
    good=_refused(NOWHERE),
    bad=_say(ids=[NOWHERE]),
)
def unknown_id(told: Conversation) -> Looks:
    """A message with an unknown attachment is refused."""
    for visit in visits(told, *SAYING):
        if NOWHERE in _ids(visit.exchange):
            items = [event.type for event in visit.told if event.item]
            yield visit.look(not items, "a refusal", items)


@rule(
    "attachments.delete.empty-reply",
    "MUST",
    "L1",
    catalogue="ATT-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:483-491",
    why="The widget takes the deletion for failed.",
    mend="Answer a deletion with `{}`.",
    good=[_create(), _delete()],
    bad=[_create(), _delete({"deleted": True})],
)
def delete_empty_reply(exchange: Exchange) -> Looks:
    """A deletion is answered by an empty object."""
    if exchange.kind == DELETE and exchange.status == OK:
        yield asked(exchange, exchange.json == {}, "{}", exchange.json)


@rule(
    "attachments.delete.gone",
    "MUST",
    "L1",
    catalogue="ATT-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:483-491",
    why="A file that the user took back is sent to the model all the same.",
    mend="Forget a deleted attachment: refuse messages that name it.",
    good=[_create(), _delete(), _refused()],
    bad=[_create(), _delete(), _say(SHOWN)],
)
def delete_gone(told: Conversation) -> Looks:
    """A deleted attachment can no longer be sent with a message."""
    gone: set[str] = set()
    for exchange in told.exchanges:
        if exchange.kind == DELETE and exchange.status == OK:
            gone.add(str(exchange.params.get("attachment_id")))
        elif exchange.kind in SAYING and gone.intersection(_ids(exchange)) and exchange.status:
            stream = told.stream_of(exchange)
            items = [event.type for event in stream.events if event.item] if stream else []
            yield asked(exchange, not items, "a refusal", items)


def _are(known: set[tuple[str, str]], exchange: Exchange) -> bool:
    """Tell whether all that a message brings is there for whoever says it."""
    return known.issuperset((exchange.user, one) for one in _ids(exchange))


@rule(
    "attachments.create.can-be-used",
    "MUST",
    "L1",
    catalogue="ATT-010",
    source="openai-chatkit 1.6.5, chatkit/server.py:296-302",
    why="The user chooses a file, sees it uploaded, and then cannot send the message.",
    mend="Refuse to create attachments where there is no store for them.",
    good=[_create(), _say(SHOWN)],
    bad=[_create(), _refused()],
)
def can_be_used(told: Conversation) -> Looks:
    """An attachment that was created and not deleted can be sent with a message, by whoever created it."""
    known: set[tuple[str, str]] = set()
    for exchange in told.exchanges:
        if exchange.kind == CREATE and exchange.status == OK and isinstance(exchange.json, dict):
            known.add((exchange.user, str(exchange.json.get("id"))))
        elif exchange.kind == DELETE and exchange.status == OK:
            known.discard((exchange.user, str(exchange.params.get("attachment_id"))))
        elif exchange.kind in SAYING and exchange.status and _ids(exchange) and _are(known, exchange):
            yield asked(exchange, exchange.streams, "the message is taken", exchange.status)
