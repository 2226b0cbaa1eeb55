"""Deletions: what is deleted is gone, and nothing else."""

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, asked, rows
from chatkit_conformance.linter.told import progress
from chatkit_conformance.rules.threads import HELLO, ID, OTHER, SDK, owned
from chatkit_conformance.transcript import JSON, OK, Exchange


def delete(reply: object = None) -> Exchange:
    """Delete the thread."""
    return e.reply("threads.delete", ID, {} if reply is None else reply)


def threads(*found: JSON) -> Exchange:
    """List threads."""
    return e.reply("threads.list", {}, e.page(*found))


@rule(
    "threads.delete.answered",
    "MUST",
    "L1",
    catalogue="THR-012",
    source=SDK + "522",
    why="A client that reads the reply finds something where nothing is left.",
    mend="Answer `{}`.",
    good=[HELLO, delete()],
    bad=[HELLO, delete({"deleted": True})],
)
def a_deletion_is_answered(conversation: Conversation) -> Looks:
    """`threads.delete` answers `{}`."""
    for exchange, thread in owned(conversation, "threads.delete"):
        if not thread.gone:
            yield asked(exchange, exchange.status == OK and exchange.json == {}, "{}", exchange.received[:200])


GONE = e.refused("threads.get_by_id", ID, 404, "not_found")


@rule(
    "threads.delete.gone",
    "MUST",
    "L1",
    catalogue="THR-012",
    source="openai-chatkit 1.6.5, chatkit/store.py:152",
    why="What the user has deleted is still there.",
    mend="Delete the thread from the store, and from what lists it.",
    good=[HELLO, delete(), GONE, threads()],
    bad=[HELLO, delete(), threads(e.thread())],
)
def what_is_deleted_is_gone(conversation: Conversation) -> Looks:
    """A deleted thread can no longer be read, and no list has it."""
    gone: set[str] = set()
    for exchange, told in progress(conversation):
        thread = told.thread(exchange)
        if thread and thread.gone:
            gone.add(thread.id)
        if exchange.kind == "threads.get_by_id" and exchange.params.get("thread_id") in gone and exchange.status:
            yield asked(exchange, exchange.refused, "a refusal, best with 404", exchange.status)
        elif exchange.kind == "threads.delete" and thread and exchange.status == OK:
            gone.add(thread.id)
        elif exchange.kind == "threads.list" and exchange.status == OK and gone:
            listed = [row["id"] for row in rows(exchange.json) if row["id"] in gone]
            yield asked(exchange, not listed, "no deleted thread", listed)


@rule(
    "threads.delete.items-gone",
    "MUST",
    "L1",
    catalogue="THR-013",
    source="openai-chatkit 1.6.5, chatkit/store.py:154",
    why="What the user has deleted can still be read by whoever knows the id.",
    mend="Delete the items with their thread.",
    good=[HELLO, delete(), e.refused("items.list", ID, 404, "not_found")],
    bad=[HELLO, delete(), e.listing(e.user_message(), e.message("Hello"))],
)
def the_items_go_too(conversation: Conversation) -> Looks:
    """The items of a deleted thread are gone: to list them is refused, or gives none."""
    for exchange, thread in owned(conversation, "items.list"):
        if thread.gone:
            none_left = exchange.refused or not rows(exchange.json)
            yield asked(exchange, none_left, "a refusal, or no items", exchange.received[:200])


OTHERS = {"thread_id": "thr_2"}
ROWS = (e.user_message(item_id="msg_91") | OTHERS, e.message("Hello", item_id="msg_92") | OTHERS)
STILL = e.reply("threads.get_by_id", OTHERS, e.thread(id="thr_2", items=e.page(*ROWS)))


@rule(
    "threads.delete.others-stay",
    "MUST",
    "L1",
    catalogue="THR-012",
    source="openai-chatkit 1.6.5, chatkit/store.py:152",
    why="The user tidies up one conversation and loses another.",
    mend="Delete the thread that the request names, and what belongs to it.",
    good=[HELLO, OTHER, delete(), STILL],
    bad=[HELLO, OTHER, delete(), e.refused("items.list", OTHERS, 404, "not_found")],
)
def the_others_stay(conversation: Conversation) -> Looks:
    """Threads that were not deleted can be read after the deletion of another one, as before."""
    deleted = False
    for exchange, thread in owned(conversation, "threads.delete", "threads.get_by_id", "items.list"):
        if exchange.kind == "threads.delete":
            deleted = deleted or exchange.status == OK
        elif deleted and thread.made and not thread.gone and not exchange.params.get("after"):
            yield asked(exchange, not exchange.refused, f"the thread {thread.id}", exchange.status)
