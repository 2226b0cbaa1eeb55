"""Threads: begun, read, renamed."""

from collections.abc import Iterator
from dataclasses import replace

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import mapped
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Stream, asked, rows
from chatkit_conformance.linter.told import ThreadTold, progress
from chatkit_conformance.transcript import JSON, OK, Exchange, compact
from chatkit_protocol.requests import DEFAULT_LIMIT
from chatkit_protocol.threads import ActiveStatus, Thread

SDK = "openai-chatkit 1.6.5, chatkit/server.py:"
HELLO = e.create(*e.STREAMED)
ID = {"thread_id": e.THREAD_ID}
SHOWN = (e.user_message(), e.message("Hello"))
KEPT = ("status", "allowed_image_domains")
"""What is shown of a thread besides its title, its items, and what never changes."""
OTHER = replace(e.with_body(e.with_body(HELLO, b"thr_1", b"thr_2"), b'"msg_', b'"msg_9'))


def made(**fields: object) -> Exchange:
    """Create a thread that looks so."""
    return e.with_body(HELLO, compact(e.thread()).encode(), compact(e.thread(**fields)).encode())


def get(*items: JSON, **fields: object) -> Exchange:
    """Read the thread."""
    return e.reply("threads.get_by_id", ID, e.thread(items=e.page(*items), **fields))


def rename(title: str = "New", **fields: object) -> Exchange:
    """Rename the thread."""
    return e.reply("threads.update", ID | {"title": title}, e.thread(title=title, **fields))


@rule(
    "threads.create.first",
    "MUST",
    "L0",
    catalogue="THR-001",
    source=SDK + "560",
    why="The client learns from it in which thread everything else is; what comes before is in none.",
    mend="Send `thread.created` before everything else.",
    good=HELLO,
    bad=e.stream("threads.create", {"input": e.text_input()}, e.done(e.user_message()), e.CREATED, e.OPTIONS),
)
def the_thread_comes_first(stream: Stream) -> Looks:
    """The first event of `threads.create` is `thread.created`."""
    if stream.kind == "threads.create" and "thread.created" in stream.kinds:
        yield stream.events[0].look(stream.kinds[0] == "thread.created", "thread.created", stream.kinds[0])


@rule(
    "threads.create.once",
    "MUST",
    "L0",
    catalogue="THR-002",
    source=SDK + "560",
    why="The client begins a new conversation at each: what was shown before is gone.",
    mend="Send `thread.created` once, in the answer to `threads.create`, and never elsewhere.",
    good=HELLO,
    bad=e.say(received=e.body([e.CREATED]) + e.say().received),
)
def a_thread_is_created_once(stream: Stream) -> Looks:
    """The answer to `threads.create` has one `thread.created`, and no other answer has any."""
    created = stream.of("thread.created")
    wanted = int(stream.kind == "threads.create")
    if stream.kind and (stream.whole or len(created) > wanted):
        yield stream.look(len(created) == wanted, f"{wanted} thread.created", len(created))


@rule(
    "threads.create.empty",
    "MUST",
    "L0",
    catalogue="THR-003",
    source=SDK + "551,1049",
    why="The message of the user appears twice: in the thread, and as the item that follows.",
    mend="Send the new thread with an empty page of items.",
    good=HELLO,
    bad=made(items=e.page(e.user_message())),
)
def a_created_thread_is_empty(stream: Stream) -> Looks:
    """The thread in `thread.created` has no items yet."""
    for event in stream.of("thread.created"):
        yield event.look(not rows(event.thread), "an empty page", rows(event.thread), path="$.thread.items")


@rule(
    "threads.create.plain",
    "MUST",
    "L1",
    catalogue="THR-004",
    source="openai-chatkit 1.6.5, chatkit/types.py:596",
    why="A new conversation cannot be written in, has a name that nobody gave it, or shows no images.",
    mend="Begin a thread active and without a title; give it one later with `thread.updated`.",
    good=HELLO,
    bad=made(title="New conversation"),
)
def a_new_thread_is_plain(stream: Stream) -> Looks:
    """A new thread is active, and has neither a title nor a list of domains for images."""
    for event in stream.of("thread.created"):
        status = mapped(event.thread.get("status")).get("type", "active")
        named = [name for name in ("title", "allowed_image_domains") if event.thread.get(name) is not None]
        plain = status == "active" and not named
        yield event.look(plain, "active, without a title and image domains", event.thread, path="$.thread")


@rule(
    "threads.create.own-id",
    "MUST",
    "L1",
    catalogue="THR-006",
    source="openai-chatkit 1.6.5, chatkit/store.py:69",
    why="Two conversations become one.",
    mend="Make ids of enough randomness; eight hex digits collide in practice.",
    good=[HELLO, OTHER],
    bad=[HELLO, e.with_body(HELLO, b'"msg_', b'"msg_9')],
)
def threads_have_ids_of_their_own(conversation: Conversation) -> Looks:
    """Every new thread has an id that no other thread has."""
    seen: set[str] = set()
    for stream in conversation.streams:
        if stream.kind == "threads.create" and stream.of("thread.created"):
            yield stream.look(stream.thread_id not in seen, "another id", stream.thread_id)
            seen.add(stream.thread_id)


def owned(conversation: Conversation, *kinds: str) -> Iterator[tuple[Exchange, ThreadTold]]:
    """Give what the owner asks of a thread that was made in this conversation and is there."""
    for exchange, told in progress(conversation):
        found = told.thread(exchange)
        if found and exchange.kind in kinds and exchange.status and exchange.user == found.user:
            yield exchange, found


@rule(
    "threads.get.finds",
    "MUST",
    "L1",
    catalogue="THR-005",
    source=SDK + "446,556",
    why="A reload of the page while the answer comes shows an error.",
    mend="Store the thread before `thread.created` is sent, where every process of the server sees it.",
    good=[HELLO, get(e.user_message(), e.message("Hello"))],
    bad=[HELLO, e.refused("threads.get_by_id", ID, 404, "not_found")],
)
def a_thread_can_be_read(conversation: Conversation) -> Looks:
    """A thread can be read as soon as it is created: the reply is that thread."""
    for exchange, thread in owned(conversation, "threads.get_by_id"):
        if not thread.gone:
            found = exchange.status == OK and mapped(exchange.json).get("id", thread.id) == thread.id
            yield asked(exchange, found, f"the thread {thread.id}", exchange.status)


@rule(
    "threads.thread.complete",
    "MUST",
    "L0",
    catalogue="THR-007",
    source="openai-chatkit 1.6.5, chatkit/types.py:593",
    why="The client cannot show a thread without them.",
    mend="Send `id`, `created_at`, `status` and the page `items` with every thread.",
    good=HELLO,
    bad=e.with_body(get(), b'"items":{"data":[],"has_more":false}', b'"title":"t"'),
)
def threads_are_complete(node: Node) -> Looks:
    """A thread has an id, a time, a status and a page of items."""
    if node.is_a(Thread):
        lacking = [name for name in ("id", "created_at", "status", "items") if name not in node.value]
        yield node.look(not lacking, "id, created_at, status, items", lacking)


@rule(
    "threads.status.reason",
    "MUST",
    "L0",
    catalogue="THR-008",
    source="openai-chatkit 1.6.5, chatkit/types.py:604",
    why="There is nothing that the reason is for: the client shows none, or takes the thread for locked.",
    mend="Give a reason with `locked` or `closed` only.",
    good=get(status={"type": "locked", "reason": "busy"}),
    bad=get(status={"type": "active", "reason": "busy"}),
)
def only_what_is_not_active_has_a_reason(node: Node) -> Looks:
    """Only a status that is locked or closed has a reason."""
    if node.is_a(Thread):
        status = mapped(node.value.get("status"))
        wrong = status.get("type") == ActiveStatus.__struct_config__.tag and status.get("reason") is not None
        yield node.look(not wrong, "no reason", status, path=".status")


@rule(
    "threads.metadata.never-sent",
    "MUST",
    "L3",
    catalogue="THR-009",
    source=SDK + "1056",
    why="What the app notes for itself, such as who the customer is, can be read by everybody in the browser.",
    mend="Send `metadata: {}` with every thread; keep the stored metadata on the server.",
    good=HELLO,
    bad=made(metadata={"plan": "gold"}),
)
def metadata_stays(node: Node) -> Looks:
    """The metadata that the server keeps of a thread never leaves it: it is always `{}`."""
    if node.is_a(Thread) and isinstance(node.value.get("metadata"), dict):
        yield node.look(not node.value["metadata"], "{}", node.value["metadata"], path=".metadata")


@rule(
    "threads.update.answered",
    "MUST",
    "L1",
    catalogue="THR-010",
    source=SDK + "515",
    why="The list shows the old name although the user has given a new one.",
    mend="Set the title, and answer with the thread as it is now.",
    good=[HELLO, rename()],
    bad=[HELLO, e.reply("threads.update", ID | {"title": "New"}, e.thread(title="Old"))],
)
def a_new_title_is_answered(conversation: Conversation) -> Looks:
    """`threads.update` sets the title and answers with the thread."""
    for exchange, thread in owned(conversation, "threads.update"):
        title = exchange.params.get("title")
        if not thread.gone and isinstance(title, str):
            body = mapped(exchange.json)
            right = (body.get("id"), body.get("title")) == (thread.id, title)
            yield asked(exchange, right, f"the thread {thread.id} with the title {title!r}", body)


@rule(
    "threads.update.kept",
    "MUST",
    "L1",
    catalogue="THR-010",
    source=SDK + "519",
    why="After a reload the thread has its old name.",
    mend="Store the new title.",
    good=[HELLO, rename(), get(*SHOWN, title="New")],
    bad=[HELLO, rename(), get(*SHOWN)],
)
def a_new_title_is_kept(conversation: Conversation) -> Looks:
    """A title that was set stays until something sets another: reading and listing threads show it."""
    titles: dict[str, object] = {}
    for exchange, told in progress(conversation):
        body = mapped(exchange.json) if exchange.status == OK else {}
        stream = conversation.stream_of(exchange)
        if stream:
            titles.pop(stream.thread_id, None)
        for row in [body] if exchange.kind == "threads.get_by_id" else rows(body) * (exchange.kind == "threads.list"):
            if row.get("id") in titles and exchange.number not in conversation.concurrent:
                right = row.get("title") == titles[row["id"]]
                yield asked(exchange, right, f"the title {titles[row['id']]!r}", row.get("title"))
        if exchange.kind == "threads.update" and body and told.thread(exchange):
            titles[str(exchange.params["thread_id"])] = exchange.params.get("title")


LOCKED = {"type": "locked"}


@rule(
    "threads.update.nothing-else",
    "MUST",
    "L1",
    catalogue="THR-010",
    source=SDK + "515-521",
    why="A thread that was locked is open again because its name is another, or images are loaded from anywhere.",
    mend="Set the title and leave the rest of the stored thread as it is.",
    good=[HELLO, get(*SHOWN, status=LOCKED), rename(status=LOCKED)],
    bad=[HELLO, get(*SHOWN, status=LOCKED), rename()],
)
def a_rename_changes_the_title_alone(conversation: Conversation) -> Looks:
    """`threads.update` leaves the status of the thread and its domains of images as they were."""
    for exchange, thread in owned(conversation, "threads.update"):
        body = mapped(exchange.json) if exchange.status == OK else {}
        settled = exchange.number not in conversation.concurrent
        if thread.state and body.get("id") == thread.id and settled and not thread.gone:
            wanted, found = ([one.get(name) for name in KEPT] for one in (thread.state, body))
            yield asked(exchange, found == wanted, compact(wanted), body)


@rule(
    "threads.update.no-items",
    "SHOULD",
    "L1",
    catalogue="THR-011",
    source=SDK + "521,1053",
    why="A long thread is sent again and again for a new name.",
    mend="Answer with an empty page of items.",
    good=[HELLO, rename()],
    bad=[HELLO, rename(items=e.page(e.user_message()))],
)
def a_rename_sends_no_items(exchange: Exchange) -> Looks:
    """The answer to `threads.update` carries no items."""
    if exchange.kind == "threads.update" and exchange.status == OK and isinstance(exchange.json, dict):
        yield asked(exchange, not rows(exchange.json), "an empty page", path="$.items")


@rule(
    "threads.get.oldest-items",
    "MUST",
    "L1",
    catalogue="THR-014",
    source=SDK + "1015",
    why="The conversation is shown from its end, or upside down.",
    mend="Send the oldest 20 items, oldest first, with `has_more` and `after` for the rest.",
    good=[HELLO, get(e.user_message(), e.message("Hello"))],
    bad=[HELLO, get(e.message("Hello"), e.user_message())],
)
def a_thread_comes_with_its_oldest_items(conversation: Conversation) -> Looks:
    """`threads.get_by_id` gives the oldest 20 items, the oldest first."""
    for exchange, thread in owned(conversation, "threads.get_by_id"):
        found = [row["id"] for row in rows(exchange.json)]
        settled = exchange.number not in conversation.concurrent
        if exchange.status == OK and thread.known.whole and found and settled:
            wanted = list(thread.items)[:DEFAULT_LIMIT]
            # Rows that are not known are another fault; a page with hidden items may be short.
            if not thread.items.keys() & set(found):
                continue
            right = [name for name in found if name in thread.items] == wanted[: len(found)]
            yield asked(exchange, right and len(found) <= DEFAULT_LIMIT, "the oldest 20", found, path="$.items.data")
