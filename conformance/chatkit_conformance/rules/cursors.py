"""Cursors: how they lead through a list, from the first page to the last."""

from collections import Counter
from itertools import pairwise
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import mapped
from chatkit_conformance.linter.pages import Walk, walks
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, asked, rows
from chatkit_conformance.linter.told import progress
from chatkit_conformance.rules.paging import FIRST, QUICKSTART, REST, ROWS, SERVER, STORE, THREAD, note, page
from chatkit_conformance.transcript import JSON, OK, Exchange, compact


def _ended(conversation: Conversation) -> list[Walk]:
    return [walk for walk in walks(conversation) if walk.ended and walk.pages[-1].whole]


@rule(
    "cursors.exclusive",
    "MUST",
    "L1",
    catalogue="PAG-009",
    source=QUICKSTART,
    why="One item appears twice at each border of two pages.",
    mend="Begin with the row after the one that `after` names.",
    good=[THREAD, FIRST, REST],
    bad=[THREAD, FIRST, page(2, 3, 4, 5, order="asc", limit=4, after="msg_2")],
)
def a_cursor_is_exclusive(conversation: Conversation) -> Looks:
    """The page that a cursor leads to begins after the last row of the page that gave it."""
    for walk in walks(conversation):
        for one, other in pairwise(walk.pages):
            if one.ids and other.ids:
                yield other.look(one.ids[-1] not in other.ids, f"rows after {one.ids[-1]}", other.ids, path="$.data")


def _every_row(walk: Walk) -> Looks:
    """Look whether a walk shows every known row once; a row at the border of two pages is another matter."""
    borders = {one.ids[-1] for one in walk.pages if one.ids}
    shown = Counter(walk.ids)
    twice = [row for row, count in shown.items() if count > 1 and row not in borders]
    missing = [row for row in walk.pages[0].known if row not in shown]
    told = {"twice": twice, "missing": missing}
    yield walk.pages[-1].look(not (twice or missing), "every row, once", told)


@rule(
    "cursors.complete",
    "MUST",
    "L1",
    catalogue="PAG-007 PAG-010",
    source=SERVER + "1026; tests/test_chatkit_server.py:1810",
    why="Parts of a conversation are never shown, or twice.",
    mend="Continue where the cursor points, in the order that is asked for; say `has_more` until all was shown.",
    good=[THREAD, FIRST, REST],
    bad=[THREAD, FIRST, page(4, 5, order="asc", limit=3, after="msg_2")],
)
def a_walk_shows_every_row_once(conversation: Conversation) -> Looks:
    """Following the cursors, in either order, shows every row once."""
    for walk in _ended(conversation):
        # What one page shows that nobody limited is a matter of what is stored.
        cut = len(walk.pages) > 1 or len(walk.ids) >= walk.pages[0].limit
        # What a negative limit gives, which ought to have been refused, says nothing about the walk.
        asked_well = walk.pages[0].limit > 0
        if walk.steady and cut and asked_well and not any(one.hides for one in walk.pages):
            yield from _every_row(walk)


HIDING = e.create(
    *(e.done(note(number)) for number in range(2, 4)),
    said=e.script(*(["emit", e.done(note(number))] for number in range(2, 4)), ["hidden", "$CANARY:X"]),
)
SAID = e.user_message(e.script(*(["emit", e.done(note(number))] for number in range(2, 4)), ["hidden", "$CANARY:X"]))


def _hiding(*shown: JSON, **given: Any) -> Exchange:
    return e.reply("items.list", {"thread_id": e.THREAD_ID, "order": "asc", "limit": 2}, e.page(*shown, **given))


HIDDEN_REST = e.reply(
    "items.list", {"thread_id": e.THREAD_ID, "order": "asc", "limit": 2, "after": "msg_2"}, e.page(note(3))
)


@rule(
    "cursors.despite-hidden",
    "MUST",
    "L3",
    catalogue="PAG-014 HID-008",
    source=SERVER + "508",
    why="A hidden item between others, and the rest of the conversation is never loaded.",
    mend="Decide `has_more` by what is stored, or fill pages with visible rows; never by how many rows are left.",
    good=[HIDING, _hiding(SAID, note(2), has_more=True, after="msg_2"), HIDDEN_REST],
    bad=[HIDING, _hiding(SAID, note(2))],
)
def hidden_rows_end_no_walk(conversation: Conversation) -> Looks:
    """Hidden rows may make a page short, but never the last: all visible rows are reached."""
    for walk in _ended(conversation):
        if walk.steady and any(one.hides for one in walk.pages):
            yield from _every_row(walk)


MORE = e.say(e.done(note(7)), item_id="msg_6")
LAST = e.reply(
    "items.list",
    {"thread_id": e.THREAD_ID, "order": "asc", "limit": 9, "after": "msg_2"},
    e.page(*ROWS[2:], e.user_message(item_id="msg_6"), note(7)),
)


@rule(
    "cursors.steady",
    "SHOULD",
    "L3",
    catalogue="PAG-018",
    source=SERVER + "499",
    why="While an answer comes, the list that is being loaded loses a row or shows one twice.",
    mend="Let cursors name a row, not a number of rows.",
    good=[THREAD, FIRST, MORE, LAST],
    bad=[THREAD, FIRST, MORE, e.with_body(LAST, compact(note(3)).encode() + b",", b"")],
)
def a_walk_stays_steady(conversation: Conversation) -> Looks:
    """Rows that are added meanwhile disturb no walk: what was there is shown once."""
    for walk in _ended(conversation):
        if not walk.steady and not any(one.hides for one in walk.pages):
            yield from _every_row(walk)


GOT = e.reply(
    "threads.get_by_id",
    {"thread_id": e.THREAD_ID},
    e.thread(items=e.page(*ROWS[:2], has_more=True, after="msg_2")),
)


@rule(
    "cursors.thread-read-on",
    "MUST",
    "L1",
    catalogue="PAG-015",
    source=SERVER + "1015,499",
    why="Beyond its first 20 items a conversation cannot be read on.",
    mend="Let the cursor in `threads.get_by_id` be one that `items.list` with the order `asc` takes.",
    good=[THREAD, GOT, REST],
    bad=[THREAD, GOT, page(4, 5, order="asc", limit=3, after="msg_2")],
)
def a_thread_is_read_on(conversation: Conversation) -> Looks:
    """The cursor of the items in `threads.get_by_id` leads on through `items.list`, oldest first."""
    got: Exchange | None = None
    for exchange, told in progress(conversation):
        cursor = mapped(mapped(got.json).get("items")).get("after") if got else None
        follows = exchange.kind == "items.list" and exchange.params.get("after") == cursor is not None
        thread = told.thread(exchange)
        if got and follows and thread and thread.known.whole and exchange.params.get("order") == "asc":
            shown = [row["id"] for row in rows(got.json)]
            wanted = [name for name in thread.items if name not in shown]
            found = [row["id"] for row in rows(exchange.json)]
            right = exchange.status == OK and found == wanted[: len(found)] and (found or not wanted)
            yield asked(exchange, right, f"rows from {wanted[:1]} on", found, path="$.data")
        if exchange.kind == "threads.get_by_id":
            got = exchange if exchange.status == OK else None


UNKNOWN = {"thread_id": e.THREAD_ID, "after": "msg_00000000"}
SERVER_ERROR = 500


@rule(
    "cursors.unknown",
    "SHOULD",
    "L1",
    catalogue="PAG-019",
    source=STORE,
    why="The item that a client goes on from was deleted: it gets an error that says nothing.",
    mend="Begin at the start, or refuse with 400 or 404.",
    good=e.refused("items.list", UNKNOWN),
    bad=e.refused("items.list", UNKNOWN, 500, "internal"),
)
def an_unknown_cursor_is_no_failure(exchange: Exchange) -> Looks:
    """A cursor that leads nowhere is refused, or leads to the beginning; it is no failure of the server."""
    if exchange.kind == "items.list" and exchange.params.get("after") == UNKNOWN["after"] and exchange.status:
        yield asked(exchange, exchange.status < SERVER_ERROR, "rows of this thread, or a 4xx", exchange.status)
