"""Retry: a message answered again."""

from collections.abc import Iterator
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation
from chatkit_conformance.linter.visits import NOWHERE, Visit, named, visits
from chatkit_conformance.transcript import JSON, Exchange, compact, parsed

RETRY = "threads.retry_after_item"
PAGE = 20
"""How many items the reference reads at a time."""
SAID = e.user_message()
OLD = e.message("Hi")
NEW = e.message("Hello", item_id="msg_9")
MANY = [e.message(str(number), item_id=f"msg_{number + 20}") for number in range(PAGE + 2)]


def _again(*events: JSON, before: Any = (OLD,), after: Any = (SAID, NEW)) -> list[Exchange]:
    """Have a message answered again in a thread that holds these items, and list what it holds then."""
    answer = e.go_on(RETRY, {"item_id": "msg_1"}, *(events or [e.done(NEW)]))
    return [e.listing(SAID, *before), answer, e.listing(*after)]


def _of(item_id: str, *events: JSON, after: Any = (SAID, OLD)) -> list[Exchange]:
    """Have something else answered, and list what the thread holds then."""
    params = {"thread_id": e.THREAD_ID, "item_id": item_id}
    answer = e.stream(RETRY, params, *events) if events else e.refused(RETRY, params)
    return [e.listing(SAID, OLD), answer, e.listing(*after)]


def _retried(told: Conversation) -> Iterator[tuple[Visit, list[JSON]]]:
    """Give the retries that were carried out, each with the items that stood after the message."""
    for visit in visits(told, RETRY):
        if visit.item.get("type") == "user_message" and not visit.failed:
            rows = visit.before or []
            yield visit, rows[rows.index(visit.item) + 1 :]


@rule(
    "retry.deletes-the-rest",
    "MUST",
    "L3",
    catalogue="RTY-001",
    source="openai-chatkit 1.6.5, chatkit/server.py:664-684",
    why="When the thread is opened again the answer that the user did not want is there beside the new one.",
    mend="Delete every item after the message before the responder runs.",
    good=_again(),
    bad=_again(after=[SAID, OLD, NEW]),
)
def deletes_the_rest(told: Conversation) -> Looks:
    """The items after the message are deleted."""
    for visit, rest in _retried(told):
        if visit.after is not None:
            left = [row["id"] for row in rest[:PAGE] if named(visit.after, row["id"])]
            yield visit.look(not left, "none of the items after the message", left)


@rule(
    "retry.deletes-every-page",
    "MUST",
    "L3",
    catalogue="RTY-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:668-684,1026-1040",
    why="In a long thread half of the old answers stay.",
    mend="Go on to the last page of items when deleting.",
    good=_again(before=MANY),
    bad=_again(before=MANY, after=[SAID, *MANY[PAGE:], NEW]),
)
def deletes_every_page(told: Conversation) -> Looks:
    """They are all deleted, also when there are more of them than a page has."""
    for visit, rest in _retried(told):
        if visit.after is not None and len(rest) > PAGE:
            left = [row["id"] for row in rest[PAGE:] if named(visit.after, row["id"])]
            yield visit.look(not left, "none of the items after the message", left)


@rule(
    "retry.keeps-the-message",
    "MUST",
    "L3",
    catalogue="RTY-002 RTY-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:671-677",
    why="The user's own words vanish, or stand there twice.",
    mend="Leave the message itself in the thread, as it is and once.",
    good=_again(),
    bad=_again(after=[SAID | {"id": "msg_8"}, NEW]),
)
def keeps_the_message(told: Conversation) -> Looks:
    """The message stays in the thread as it was, and no other is made."""
    for visit, rest in _retried(told):
        if visit.after is not None:
            rows = visit.before or []
            kept = [row for row in rows[: len(rows) - len(rest)] if row.get("type") == "user_message"]
            now = [row for row in visit.after if row.get("type") == "user_message"]
            old = [row for row in now if not named(rest, row["id"])]
            yield visit.look(old == kept, "the messages up to this one", old)


@rule(
    "retry.truncation-is-silent",
    "INFO",
    "L3",
    catalogue="RTY-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:680-684",
    why="The widget has taken the items away by itself; to be told again does no harm.",
    mend="Delete the items after the message without events.",
    good=_again(),
    bad=[e.create(e.done(OLD)), *_again(e.removed("msg_2"), e.done(NEW))],
)
def truncation_is_silent(told: Conversation) -> Looks:
    """No `thread.item.removed` tells of the items that a retry deletes."""
    for visit, rest in _retried(told):
        gone = [event.item_id for event in visit.told if event.type == "thread.item.removed"]
        again = [name for name in gone if named(rest, name)]
        yield visit.look(not again, "no event about items that are deleted", again)


@rule(
    "retry.needs-a-user-message",
    "MUST",
    "L3",
    catalogue="RTY-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:672-675",
    why="A request can delete the half of a thread that nobody meant.",
    mend="Refuse a retry after an item that is no user message, and delete nothing.",
    good=_of("msg_2"),
    bad=_of("msg_2", e.OPTIONS, e.notice()),
)
def needs_a_user_message(told: Conversation) -> Looks:
    """A retry after another kind of item is refused."""
    for visit in visits(told, RETRY):
        if visit.item.get("type", "user_message") != "user_message":
            yield visit.look(visit.failed, "a refusal", [event.type for event in visit.told])


@rule(
    "retry.unknown-item",
    "MUST",
    "L1",
    catalogue="RTY-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:680",
    why="A retry of something that is gone runs the model on whatever is left.",
    mend="Refuse a retry after an item that the thread has not.",
    good=_of(NOWHERE),
    bad=_of(NOWHERE, e.OPTIONS, e.done(NEW), after=[SAID, OLD, NEW]),
)
def unknown_item(told: Conversation) -> Looks:
    """A retry after an unknown item makes no item: it is refused, or says nothing."""
    for visit in visits(told, RETRY):
        if visit.params.get("item_id") == NOWHERE:
            items = [event.type for event in visit.told if event.type.startswith("thread.item.")]
            yield visit.look(not items, "no event about an item", items)


@rule(
    "retry.refused-changes-nothing",
    "MUST",
    "L1",
    catalogue="RTY-005 RTY-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:672-680",
    why="A request that fails costs the user a part of the thread.",
    mend="Look for the message before anything is deleted.",
    good=_of(NOWHERE),
    bad=_of(NOWHERE, after=[SAID]),
)
def refused_changes_nothing(told: Conversation) -> Looks:
    """A retry that is refused, or that names an unknown item, deletes nothing."""
    for visit in visits(told, RETRY):
        refused = visit.failed or visit.params.get("item_id") == NOWHERE
        if refused and visit.before is not None and visit.after is not None:
            lost = [row["id"] for row in visit.before if not named(visit.after, row["id"])]
            yield visit.look(not lost, "nothing deleted", lost)


@rule(
    "retry.responds-to-the-message",
    "MUST",
    "L3",
    catalogue="RTY-008",
    source="openai-chatkit 1.6.5, chatkit/server.py:688-692",
    why="The second answer comes from another model, or is one to another question.",
    mend="Hand the stored message to the responder, with the options that the user chose.",
    good=_again(e.notice("input=" + compact(SAID)), after=[SAID]),
    bad=_again(e.notice("input=null"), after=[SAID]),
)
def responds_to_the_message(told: Conversation) -> Looks:
    """The responder gets the stored message, with its inference options: a test bed says so."""
    for visit, _ in _retried(told):
        for text in visit.notices:
            if text.startswith("input="):
                got = parsed(text.removeprefix("input="))
                yield visit.look(got == visit.item, "the message as it is listed", got)
