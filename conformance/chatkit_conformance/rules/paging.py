"""Paging: what is on a page, how much of it, and in which order."""

from itertools import pairwise
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.pages import LISTS, pages, walks
from chatkit_conformance.linter.requests import worth
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, asked, rows
from chatkit_conformance.linter.told import named, progress
from chatkit_conformance.transcript import JSON, OK, Exchange
from chatkit_protocol.requests import DEFAULT_LIMIT
from chatkit_protocol.threads import Page

SERVER = "openai-chatkit 1.6.5, chatkit/server.py:"
STORE = "openai-chatkit 1.6.5, chatkit/store.py:91"
TYPES = "openai-chatkit 1.6.5, chatkit/types.py:"
QUICKSTART = "openai-chatkit 1.6.5, docs/quickstart.md:190"
ORDERS = ("asc", "desc")


def note(number: int) -> JSON:
    """An item that bears a number."""
    return e.message(str(number), item_id=f"msg_{number}")


THREAD = e.create(*(e.done(note(number)) for number in range(2, 6)))
ROWS = [e.user_message(), *(note(number) for number in range(2, 6))]


def page(*numbers: int, more: bool = False, cursor: str | None = None, **params: Any) -> Exchange:
    """List items of the thread, by their numbers."""
    after = {"after": cursor or f"msg_{numbers[-1]}"} if more else {}
    shown = e.page(*(ROWS[number - 1] for number in numbers), has_more=more, **after)
    return e.reply("items.list", {"thread_id": e.THREAD_ID, **params}, shown)


DESC = page(5, 4, 3, 2, 1)
FIRST, REST = page(1, 2, more=True, order="asc", limit=2), page(3, 4, 5, order="asc", limit=3, after="msg_2")


@rule(
    "paging.page.complete",
    "MUST",
    "L0",
    catalogue="PAG-001",
    source=TYPES + "24",
    why="The client cannot tell whether there is more, or finds no rows to walk through.",
    mend="Send `data`, a list, and `has_more`, true or false, with every page.",
    good=DESC,
    bad=e.reply("items.list", {"thread_id": e.THREAD_ID}, {"data": [], "has_more": 0}),
)
def pages_are_complete(node: Node) -> Looks:
    """A page has its rows in `data`, says in `has_more` whether more follow, and may have a cursor in `after`."""
    if node.is_a(Page):
        cursor = node.value.get("after")
        shaped = isinstance(node.value.get("data", []), list) and isinstance(node.value.get("has_more", False), bool)
        yield node.look(shaped and (cursor is None or isinstance(cursor, str)), "data, has_more, after?", node.value)


@rule(
    "paging.more.has-cursor",
    "MUST",
    "L0",
    catalogue="PAG-006",
    source=QUICKSTART,
    why="The client cannot ask for the rest, or asks for the first page for ever.",
    mend="Send the cursor in `after` whenever `has_more` is true.",
    good=FIRST,
    bad=e.with_body(FIRST, b',"after":"msg_2"', b""),
)
def more_comes_with_a_cursor(node: Node) -> Looks:
    """A page that is not the last has a cursor."""
    if node.is_a(Page) and node.value.get("has_more") is True:
        cursor = node.value.get("after")
        yield node.look(isinstance(cursor, str) and cursor, "a cursor", cursor, path=".after")


@rule(
    "paging.rows.once",
    "MUST",
    "L0",
    catalogue="PAG-007",
    source=STORE,
    why="The same item is shown twice.",
    mend="Give each row once: mind rows that a page and the next both could have.",
    good=DESC,
    bad=page(5, 4, 3, 3),
    general=True,
)
def rows_come_once(node: Node) -> Looks:
    """A page has no row twice."""
    if node.is_a(Page):
        ids = [row["id"] for row in rows(node.value)]
        yield node.look(len(ids) == len(set(ids)), "every row once", [name for name in ids if ids.count(name) > 1][:2])


@rule(
    "paging.last.no-cursor",
    "SHOULD",
    "L1",
    catalogue="PAG-008",
    source=QUICKSTART,
    why="Clients that go by the cursor ask for a page that is empty.",
    mend="Leave `after` out of the last page.",
    good=DESC,
    bad=e.with_body(DESC, b'"has_more":false', b'"has_more":false,"after":"msg_1"'),
)
def the_last_page_has_no_cursor(node: Node) -> Looks:
    """The last page has no cursor."""
    if node.is_a(Page) and node.value.get("has_more") is False:
        yield node.look(node.value.get("after") is None, "no cursor", node.value.get("after"), path=".after")


@rule(
    "paging.more.follows",
    "SHOULD",
    "L1",
    catalogue="PAG-006",
    source=QUICKSTART,
    why="The client shows that there is more, asks for it, and gets nothing.",
    mend="Look for one row more than the page takes, and say `has_more` only when it is there.",
    good=[THREAD, page(1, 2, 3, more=True, order="asc", limit=3), page(4, 5, order="asc", limit=3, after="msg_3")],
    bad=[
        THREAD,
        page(1, 2, 3, 4, 5, more=True, order="asc", limit=5),
        e.reply("items.list", {"thread_id": e.THREAD_ID, "order": "asc", "limit": 5, "after": "msg_5"}, e.page()),
    ],
)
def more_follows(conversation: Conversation) -> Looks:
    """A page that says that more follow is followed by rows, where nothing is hidden."""
    for walk in walks(conversation):
        for one, following in pairwise(walk.pages):
            if one.more is True and one.ids and walk.steady and not following.hides:
                yield one.look(following.ids, "rows on the next page", following.ids, path="$.has_more")


LONG = e.create(*(e.done(note(number)) for number in range(2, 24)))
NEWEST = [note(number) for number in range(23, 1, -1)]
TOO_MANY = e.reply("items.list", {"thread_id": e.THREAD_ID}, e.page(*NEWEST, e.user_message()))


@rule(
    "paging.limit.default",
    "MUST",
    "L1",
    catalogue="PAG-002",
    source=SERVER + "97,454,503",
    why="A long conversation is loaded in one go, and the page stands still meanwhile.",
    mend="Take 20 when `limit` is left out, null or 0.",
    good=DESC,
    bad=[LONG, TOO_MANY],
)
def the_usual_limit_is_twenty(conversation: Conversation) -> Looks:
    """A page has 20 rows at most when no limit is asked for, or 0."""
    for one in pages(conversation):
        if not one.exchange.params.get("limit"):
            yield one.look(len(one.ids) <= DEFAULT_LIMIT, "20 rows at most", len(one.ids), path="$.data")


@rule(
    "paging.limit.kept",
    "MUST",
    "L1",
    catalogue="PAG-003",
    source=STORE,
    why="The client gets more than it asked for, and asks for it again.",
    mend="Never send more rows than `limit`.",
    good=page(5, 4, limit=2, more=True),
    bad=page(5, 4, 3, limit=2, more=True),
)
def the_limit_is_kept(conversation: Conversation) -> Looks:
    """A page has no more rows than were asked for."""
    for one in pages(conversation):
        if one.exchange.params.get("limit") and one.limit:
            yield one.look(len(one.ids) <= one.limit, f"{one.limit} rows at most", len(one.ids), path="$.data")


@rule(
    "paging.limit.filled",
    "SHOULD",
    "L1",
    catalogue="PAG-002 PAG-003",
    source=SERVER + "97,454,503",
    why="The client asks five times for what fits on one page; a window of the newest is shorter than it was made for.",
    mend="Send as many rows as were asked for, or 20, while there are so many.",
    good=[THREAD, page(5, 4, limit=2, more=True)],
    bad=[THREAD, page(5, limit=2, more=True)],
)
def pages_are_filled(conversation: Conversation) -> Looks:
    """A page that is not the last has the rows that were asked for, up to 20 of them, where nothing is hidden."""
    for one in pages(conversation):
        wanted = min(one.limit, DEFAULT_LIMIT)
        if one.more is True and wanted and one.whole and not one.hides and one.exchange.kind == "items.list":
            yield one.look(len(one.ids) >= wanted, f"{wanted} rows", len(one.ids), path="$.data")


@rule(
    "paging.limit.any",
    "MUST",
    "L1",
    catalogue="PAG-016",
    source=TYPES + "271; protocol.md section 2 (D5)",
    why="Clients in the wild ask for 9999, and get nothing.",
    mend="Take any limit from 1 on; send fewer rows where it is too large for you, with `has_more`.",
    good=[THREAD, page(5, more=True, limit=1)],
    bad=[THREAD, e.refused("items.list", {"thread_id": e.THREAD_ID, "limit": 500})],
)
def any_limit_is_taken(conversation: Conversation) -> Looks:
    """No limit from 1 on is refused."""
    for exchange, told in progress(conversation):
        limit = exchange.params.get("limit")
        there = exchange.kind == "threads.list" or not told.lacks(exchange)
        plain = (
            exchange.kind in LISTS and worth(exchange) == "" and not exchange.user and not exchange.params.get("after")
        )
        if plain and there and exchange.status and isinstance(limit, int) and limit > 0:
            yield asked(exchange, exchange.status == OK, "status 200", exchange.status)


def _rising(places: list[int]) -> bool:
    return all(one < other for one, other in pairwise(places))


@rule(
    "paging.order.default",
    "MUST",
    "L1",
    catalogue="PAG-004",
    source=TYPES + "72,273",
    why="The client asks for the newest, and shows the oldest; the newest conversation is the last in the list.",
    mend="List the newest first when no order is asked for.",
    good=[THREAD, DESC],
    bad=[THREAD, page(1, 2, 3, 4, 5)],
)
def the_newest_come_first(conversation: Conversation) -> Looks:
    """Where no order is asked for the newest come first."""
    for one in pages(conversation):
        if not one.order and len(one.places) > 1 and not one.after:
            yield one.look(not _rising(one.places), "the newest first", one.ids, path="$.data")


@rule(
    "paging.order.obeyed",
    "MUST",
    "L1",
    catalogue="PAG-005",
    source=TYPES + "72,273",
    why="The conversation is shown upside down.",
    mend="Sort by the order that is asked for: `asc` is `desc` backwards.",
    good=[THREAD, FIRST, DESC],
    bad=[THREAD, page(5, 4, 3, 2, 1, order="asc")],
)
def the_order_is_obeyed(conversation: Conversation) -> Looks:
    """`asc` lists the oldest first, and `desc` is the reverse of it."""
    for one in pages(conversation):
        if one.order in ORDERS and len(one.places) > 1:
            backwards = one.places if one.order == "desc" else one.places[::-1]
            yield one.look(not _rising(backwards), f"rows in order {one.order}", one.ids, path="$.data")


def _made(name: str) -> Exchange:
    """Make a thread of this id."""
    told = (
        e.CREATED | {"thread": e.thread(id=name)},
        e.done(e.user_message(item_id=f"msg_{name}", thread_id=name)),
        e.OPTIONS,
    )
    return e.stream("threads.create", {"input": e.text_input()}, *told)


NEW_A, NEW_B = _made("thr_a"), _made("thr_b")


def threads(*names: str) -> Exchange:
    """List threads."""
    return e.reply("threads.list", {}, e.page(*(e.thread(id=name) for name in names)))


@rule(
    "paging.threads.listed",
    "MUST",
    "L1",
    catalogue="PAG-007",
    source=SERVER + "449",
    why="A conversation cannot be found again.",
    mend="List every thread of the user, with those whose answers failed as well.",
    good=[NEW_A, NEW_B, threads("thr_b", "thr_a")],
    bad=[NEW_A, NEW_B, threads("thr_a")],
)
def every_thread_is_listed(conversation: Conversation) -> Looks:
    """A list of threads has every thread that was made, as far as the page goes."""
    for page in pages(conversation):
        if page.exchange.kind != "threads.list" or page.after or not page.known:
            continue
        missing = [name for name in page.known if name not in page.ids]
        if page.more is not False:
            # What is older than all that is shown may come on a later page.
            newer = page.known[min(page.places, default=len(page.known)) :]
            missing = [name for name in missing if page.order != "asc" and name in newer]
        yield page.look(not missing, "every thread that was made", missing)


@rule(
    "paging.threads.no-items",
    "MUST",
    "L1",
    catalogue="PAG-011",
    source=SERVER + "459,1053",
    why="The list of conversations loads all that was ever said.",
    mend="List threads with an empty page of items.",
    good=e.reply("threads.list", {}, e.page(e.thread())),
    bad=e.reply("threads.list", {}, e.page(e.thread(items=e.page(e.user_message())))),
)
def listed_threads_have_no_items(exchange: Exchange) -> Looks:
    """Threads in a list come with an empty page of items."""
    if exchange.kind == "threads.list" and exchange.status == OK:
        for number, row in enumerate(rows(exchange.json)):
            yield asked(exchange, not rows(row), "an empty page", path=f"$.data[{number}].items")


@rule(
    "paging.items.own-thread",
    "MUST",
    "L1",
    catalogue="PAG-012",
    source=SERVER + "499",
    why="One conversation shows what was said in another.",
    mend="Look for items by their thread.",
    good=[THREAD, DESC],
    bad=e.with_body(page(5, 4), b'"id":"msg_4","thread_id":"thr_1"', b'"id":"msg_4","thread_id":"thr_2"'),
)
def items_are_of_their_thread(exchange: Exchange) -> Looks:
    """A list of items has those of the thread that was asked for, and no others."""
    if exchange.kind in {"items.list", "threads.get_by_id"} and exchange.status == OK and rows(exchange.json):
        wanted = named(exchange, "thread_id")
        foreign = [row["id"] for row in rows(exchange.json) if row.get("thread_id", wanted) != wanted]
        yield asked(exchange, not foreign, f"items of {wanted}", foreign)


@rule(
    "paging.order.refused",
    "MUST",
    "L1",
    catalogue="PAG-017",
    source=TYPES + "72,273",
    why="The client believes that it gets what it asked for.",
    mend="Refuse any order but `asc` and `desc`.",
    good=e.refused("items.list", {"thread_id": e.THREAD_ID, "order": "up"}),
    bad=page(5, 4, order="up"),
)
def an_unknown_order_is_refused(exchange: Exchange) -> Looks:
    """An order that is neither `asc` nor `desc` is refused."""
    if exchange.kind in LISTS and exchange.params.get("order", "asc") not in (*ORDERS, None) and exchange.status:
        yield asked(exchange, exchange.refused, "a refusal, best with 400", exchange.status)
