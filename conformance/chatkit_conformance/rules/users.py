"""Users: each sees and changes what is theirs, and nobody else does."""

from dataclasses import replace

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, asked, rows
from chatkit_conformance.linter.told import progress
from chatkit_conformance.transcript import OK, Exchange

NOBODY, SECOND = "nobody", "second"
UNAUTHORIZED = 401
MINE = e.create(*e.STREAMED)
GET = {"thread_id": e.THREAD_ID}
DOCS = "openai-chatkit 1.6.5, docs/guides/"


def _by(user: str, exchange: Exchange) -> Exchange:
    return replace(exchange, user=user)


CHALLENGED = e.refused("threads.list", {}, 401, "unauthorized", user=NOBODY)
CHALLENGED = e.with_headers(CHALLENGED, www_authenticate="Bearer")


@rule(
    "users.nobody.refused",
    "SHOULD",
    "L1",
    catalogue="HTTP-018",
    source=DOCS + "prepare-your-app-for-production.md:170",
    why="Everybody on the net reads and writes the conversations of whoever an anonymous user is taken for.",
    mend="Find out who asks before the request is carried out, and refuse with 401 when nobody can be told.",
    good=CHALLENGED,
    bad=_by(NOBODY, e.reply("threads.list", {}, e.page())),
)
def nobody_is_refused(exchange: Exchange) -> Looks:
    """A request without credentials is refused."""
    if exchange.user == NOBODY and exchange.status:
        yield asked(exchange, exchange.refused, "status 401", exchange.status)


@rule(
    "users.nobody.challenged",
    "SHOULD",
    "L1",
    catalogue="HTTP-018",
    source="RFC 9110 section 11.6.1; protocol.md section 9",
    why="Clients and proxies cannot tell how to identify themselves.",
    mend="Send `www-authenticate` with every 401.",
    good=CHALLENGED,
    bad=e.with_headers(CHALLENGED, www_authenticate=None),
)
def nobody_is_challenged(exchange: Exchange) -> Looks:
    """A 401 says how to identify oneself."""
    if exchange.status == UNAUTHORIZED:
        yield asked(exchange, "www-authenticate" in exchange.headers, "a www-authenticate header")


def _of_others(conversation: Conversation) -> Looks:
    """Look at what is asked of somebody else's thread or attachment."""
    for exchange, told in progress(conversation):
        thread = told.thread(exchange)
        stranger = thread is not None and not thread.gone and thread.user != exchange.user
        if exchange.user != NOBODY and exchange.status and stranger:
            stream = conversation.stream_of(exchange)
            failed = stream is not None and stream.failed and not stream.of("thread.item.done")
            yield asked(exchange, exchange.refused or failed, "a refusal, best with 404", exchange.received[:200])


@rule(
    "users.others.kept-apart",
    "MUST",
    "L1",
    catalogue="HTTP-019",
    source=DOCS + "respond-to-user-message.md:148",
    why="Whoever knows or guesses an id reads, changes and deletes what others said.",
    mend="Look for threads and items of the asking user only, in every operation of the store.",
    good=[MINE, _by(SECOND, e.refused("threads.get_by_id", GET, 404, "not_found"))],
    bad=[MINE, _by(SECOND, e.reply("threads.get_by_id", GET, e.thread(items=e.page(e.user_message()))))],
)
def others_are_kept_apart(conversation: Conversation) -> Looks:
    """A thread of another user can be neither read nor changed, whatever the request."""
    yield from _of_others(conversation)


PLACE = {"url": "http://127.0.0.1/uploads/atc_1", "method": "PUT", "headers": {}}
FILE = {"type": "file", "id": "atc_1", "name": "a", "mime_type": "text/plain", "upload_descriptor": PLACE}
UPLOADED = e.reply("attachments.create", {"name": "a", "size": 1, "mime_type": "text/plain"}, FILE)
DELETE = {"attachment_id": "atc_1"}


@rule(
    "users.others.attachments",
    "MUST",
    "L1",
    catalogue="HTTP-019",
    source=DOCS + "accept-rich-user-input.md:44",
    why="Whoever knows or guesses an id deletes, or sends along, the files of others.",
    mend="Look for attachments of the asking user only.",
    good=[UPLOADED, _by(SECOND, e.refused("attachments.delete", DELETE, 404, "not_found"))],
    bad=[UPLOADED, _by(SECOND, e.reply("attachments.delete", DELETE, {}))],
)
def attachments_are_kept_apart(conversation: Conversation) -> Looks:
    """An attachment of another user can be neither used nor deleted."""
    owners: dict[str, str] = {}
    for exchange in conversation.exchanges:
        if exchange.kind == "attachments.create" and isinstance(exchange.json, dict):
            owners.setdefault(str(exchange.json.get("id")), exchange.user)
        used = exchange.params.get("input")
        ids = used.get("attachments") if isinstance(used, dict) else [exchange.params.get("attachment_id")]
        named = [one for one in ids or () if isinstance(one, str)] if isinstance(ids, list) else []
        if any(owners.get(one, exchange.user) != exchange.user for one in named):
            yield asked(exchange, exchange.refused, "a refusal, best with 404", exchange.status)


@rule(
    "users.others.unlisted",
    "MUST",
    "L1",
    catalogue="HTTP-019",
    source=DOCS + "respond-to-user-message.md:148",
    why="The history of one user shows the conversations of all.",
    mend="List the threads of the asking user only.",
    good=[MINE, _by(SECOND, e.reply("threads.list", {}, e.page()))],
    bad=[MINE, _by(SECOND, e.reply("threads.list", {}, e.page(e.thread())))],
)
def others_are_not_listed(conversation: Conversation) -> Looks:
    """A list of threads has those of the asking user only."""
    for exchange, told in progress(conversation):
        if exchange.kind == "threads.list" and exchange.status == OK and told.threads:
            owners = {
                row["id"]: told.threads[row["id"]].user for row in rows(exchange.json) if row["id"] in told.threads
            }
            foreign = [thread_id for thread_id, owner in owners.items() if owner != exchange.user]
            yield asked(exchange, not foreign, "threads of this user", foreign)


LISTED = e.listing(e.user_message(), e.message("Hello"))
SAID = {"thread_id": e.THREAD_ID, "input": e.text_input("mine now")}
TRIED = _by(SECOND, e.refused("threads.add_user_message", SAID, 404, "not_found"))


@rule(
    "users.others.no-effect",
    "MUST",
    "L1",
    catalogue="HTTP-019",
    source=DOCS + "respond-to-user-message.md:148",
    why="A refusal that comes after the change is none: others write into a user's conversation.",
    mend="Check whose thread it is before anything is stored.",
    good=[MINE, LISTED, TRIED, replace(LISTED)],
    bad=[MINE, LISTED, TRIED, e.listing(e.user_message(), e.message("Hello"), e.user_message(item_id="msg_3"))],
)
def a_refused_stranger_changes_nothing(conversation: Conversation) -> Looks:
    """What another user was refused has no effect: the items are what they were."""
    listed: dict[tuple[str, bytes], Exchange] = {}
    for exchange in conversation.exchanges:
        earlier = listed.get((exchange.user, exchange.sent))
        if earlier:
            between = conversation.exchanges[earlier.number + 1 : exchange.number]
            if between and all(one.user != exchange.user and one.refused for one in between):
                yield asked(exchange, exchange.json == earlier.json, "the same items as before", exchange.json)
        if exchange.kind == "items.list":
            listed[exchange.user, exchange.sent] = exchange
