"""Replay: what the streams of a thread told is what its list holds, in ids, order and content.

One difference is told by one rule, the most telling; and these give way where a rule of another area knows why.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import JSON, listed, mapped
from chatkit_conformance.linter.ledger import Listing, listings, same, shown
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Stream, asked
from chatkit_conformance.transcript import Exchange, compact

SDK = "openai-chatkit 1.6.5, chatkit/server.py"
EVENTS = "openai-chatkit 1.6.5, docs/concepts/thread-stream-events.md"
SAID = e.user_message()
ONE, TWO = e.message("One.", item_id="msg_2"), e.message("Two.", item_id="msg_3", created_at="2026-01-01T00:00:01Z")
BETTER = e.message("Better.", item_id="msg_2")
CARD = e.item("widget", "wid_1", widget={"type": "Card", "children": []})
REDRAWN = {"type": "Card", "children": [{"type": "Divider"}]}
TIMED: JSON = {"began": 1.0, "arrivals": ((9, 0.1),)}


def kept(*rows: JSON, events: tuple[JSON, ...] = (e.done(ONE), e.done(TWO))) -> list[Exchange]:
    """Answer with these events, by themselves two messages, and list these items after the user's message."""
    return [e.create(*events), e.listing(SAID, *rows)]


GOOD = kept(ONE, TWO)


def look(listing: Listing, holds: object, expected: str, actual: Any = None) -> Any:
    """Say whether a rule holds of a listing."""
    return asked(listing.exchange, holds, expected, actual, path="$.data")


@rule(
    "replay.done.listed",
    "MUST",
    "L1",
    catalogue="ITM-014 ACT-009",
    source=f"{SDK}:865",
    why="A part of the conversation is gone after a reload, and the model does not know of it.",
    mend="Store every item before its `thread.item.done` is sent.",
    good=GOOD,
    bad=kept(ONE),
    general=True,
)
def what_is_done_is_listed(told: Conversation) -> Looks:
    """An item that is done is listed."""
    for listing in listings(told):
        missing = listing.missing.keys() - listing.renamed.keys()
        yield look(listing, not missing, "every item that was done", sorted(missing))


@rule(
    "replay.id.kept",
    "MUST",
    "L1",
    catalogue="STR-011",
    source=f"{SDK}:864",
    why="What the page does with the item (feedback, an action, a retry) names an id that the server does not have.",
    mend="Store an item under the id with which it was streamed.",
    good=GOOD,
    bad=kept(ONE, TWO | {"id": "msg_77"}),
    general=True,
)
def ids_are_kept(told: Conversation) -> Looks:
    """An item is listed under the id with which it was streamed."""
    for listing in listings(told):
        if listing.common or listing.renamed:
            yield look(listing, not listing.renamed, "the ids of the stream", listing.renamed)


@rule(
    "replay.added.not-listed",
    "MUST",
    "L3",
    catalogue="ITM-013",
    source=f"{EVENTS}:22",
    why="Half an item stays in the thread for ever, and the model reads it as said.",
    mend="Store items when they are done, not when they are added.",
    good=kept(ONE, events=(e.added(TWO | {"content": []}), e.done(ONE), e.error())),
    bad=kept(ONE, TWO | {"content": []}, events=(e.added(TWO | {"content": []}), e.done(ONE), e.error())),
    general=True,
)
def what_is_only_added_is_not_listed(told: Conversation) -> Looks:
    """An item that was announced and never done is not listed."""
    for listing in listings(told):
        if listing.added:
            there = sorted(listing.added.keys() & listing.rows.keys())
            yield look(listing, not there, "finished items only", there)


@rule(
    "replay.removed.gone",
    "MUST",
    "L1",
    catalogue="ITM-010",
    source=f"{SDK}:870; tests/test_chatkit_server.py:1966",
    why="What was taken back is there again after a reload, and the model reads it.",
    mend="Delete the item from the store when `thread.item.removed` is sent.",
    good=kept(ONE, events=(e.done(ONE), e.done(TWO), e.removed("msg_3"))),
    bad=kept(ONE, TWO, events=(e.done(ONE), e.done(TWO), e.removed("msg_3"))),
    general=True,
)
def what_is_removed_is_gone(told: Conversation) -> Looks:
    """An item that was removed is not listed."""
    for listing in listings(told):
        if listing.gone:
            there = sorted(listing.gone & listing.rows.keys())
            yield look(listing, not there, "no removed items", there)


def _words(row: JSON) -> set[str]:
    parts = [mapped(part).get("text") for part in listed(row.get("content"))]
    return {text for text in [*parts, row.get("message"), row.get("text")] if isinstance(text, str) and text}


def _passed(listing: Listing) -> set[str]:
    """Name what is listed and says what only passed by."""
    return {name for name, row in listing.strange.items() if _words(row) & listing.passing}


@rule(
    "replay.passing.not-stored",
    "MUST",
    "L3",
    catalogue="STR-012",
    source="openai-chatkit 1.6.5, docs/guides/update-client-during-response.md:13,59",
    why="After a reload a note of the moment stands in the conversation, and the model reads it as an answer.",
    mend="Send progress, effects, notices and errors, and store none of them.",
    good=kept(events=(e.notice("Careful"),)),
    bad=kept(e.message("Careful"), events=(e.notice("Careful"),)),
    general=True,
)
def what_passes_is_not_stored(told: Conversation) -> Looks:
    """Progress, effects, notices and errors are not in the list."""
    for listing in listings(told):
        if listing.passing:
            passed = sorted(_passed(listing))
            yield look(listing, not passed, "no item for what only passes", passed)


@rule(
    "replay.nothing-else",
    "MUST",
    "L1",
    catalogue="STR-011",
    source=f"{SDK}:864; docs/concepts/thread-stream-events.md:13",
    why="After a reload something stands in the conversation that nobody had seen.",
    mend="Store what streams tell and nothing else, hidden items aside.",
    good=GOOD,
    bad=kept(ONE, TWO, e.message("Three.", item_id="msg_4")),
    general=True,
)
def nothing_else_is_listed(told: Conversation) -> Looks:
    """The list holds no item that no stream told of."""
    for listing in listings(told):
        if not listing.more:
            strange = listing.strange.keys() - set(listing.renamed.values()) - _passed(listing)
            yield look(listing, not strange, "items of the streams only", sorted(strange))


def _moved(listing: Listing) -> tuple[str, list[str]]:
    """Tell what kind of thing is out of its place, and the ids as they are listed; nothing when all are in place."""
    wanted = [name for name in listing.common if not listing.entries[name].placeless]
    told = [name for name in listing.rows if name in set(wanted)]
    if told == wanted:
        return "", told
    if any(listing.entries[name].replaced for name in _displaced(wanted, told)):
        return "replaced", told
    tied = all(
        listing.rows[a].get("created_at") == listing.rows[b].get("created_at") for a, b in _swapped(wanted, told)
    )
    return "tied" if tied else "any", told


def _displaced(wanted: list[str], told: list[str]) -> set[str]:
    """Name the items whose removal from both lists would put all others in order, if there is only one such."""
    first = next(place for place, (a, b) in enumerate(zip(wanted, told, strict=True)) if a != b)
    ends = {wanted[first], told[first]}
    return {name for name in ends if [n for n in wanted if n != name] == [n for n in told if n != name]}


def _swapped(wanted: list[str], told: list[str]) -> Iterator[tuple[str, str]]:
    """Give the neighbours in the list that stand the wrong way round."""
    place = {name: number for number, name in enumerate(wanted)}
    yield from ((a, b) for a, b in pairwise(told) if place[a] > place[b])


@rule(
    "replay.replaced.keeps-place",
    "MUST",
    "L1",
    catalogue="ITM-012",
    source=f"{EVENTS}:20; tests/test_chatkit_server.py:2055",
    why="After a reload the item stands at another place, and the model reads the conversation in another order.",
    mend="Overwrite the stored item where it is; do not delete it and add it again.",
    good=kept(BETTER, TWO, events=(e.done(ONE), e.done(TWO), e.replaced(BETTER))),
    bad=kept(TWO, BETTER, events=(e.done(ONE), e.done(TWO), e.replaced(BETTER))),
    general=True,
)
def what_is_replaced_keeps_its_place(told: Conversation) -> Looks:
    """An item that was replaced is listed where it was."""
    for listing in listings(told):
        if any(listing.entries[name].replaced for name in listing.common):
            kind, ids = _moved(listing)
            yield look(listing, kind != "replaced", compact(listing.common), ids)


@rule(
    "replay.order.of-ties",
    "MUST",
    "L3",
    catalogue="STR-011 PAG-013",
    source="openai-chatkit 1.6.5, docs/concepts/threads.md:25",
    why="Answer and question change places after a reload, now and then: two items were made in one instant.",
    mend="Order items by when they were stored; a time alone, or a time and a random id, is no order.",
    good=kept(ONE, TWO | {"created_at": e.TIME}, events=(e.done(ONE), e.done(TWO | {"created_at": e.TIME}))),
    bad=kept(TWO | {"created_at": e.TIME}, ONE, events=(e.done(ONE), e.done(TWO | {"created_at": e.TIME}))),
    general=True,
)
def ties_keep_their_order(told: Conversation) -> Looks:
    """Items of the same time are listed in the order in which they were done."""
    for listing in listings(told):
        times = [listing.rows[name].get("created_at") for name in listing.common]
        if len(set(map(repr, times))) < len(times):
            kind, ids = _moved(listing)
            yield look(listing, kind != "tied", compact(listing.common), ids)


@rule(
    "replay.order",
    "MUST",
    "L1",
    catalogue="STR-011",
    source=f"{EVENTS}:13,22",
    why="After a reload the conversation reads in another order.",
    mend="List items in the order in which they were done.",
    good=GOOD,
    bad=kept(TWO, ONE),
    general=True,
)
def the_order_is_kept(told: Conversation) -> Looks:
    """Items are listed in the order in which they were done."""
    for listing in listings(told):
        if len(listing.common) > 1:
            kind, ids = _moved(listing)
            yield look(listing, kind != "any", compact(listing.common), ids)


@rule(
    "replay.widget.redrawn",
    "SHOULD",
    "L3",
    source="protocol.md section 7.2 (D9); openai-chatkit 1.6.5, chatkit/server.py:885",
    why="The widget that an action changed is the old one again after a reload.",
    mend="Apply updates of a stored widget to what is stored.",
    good=[
        e.create(e.done(CARD)),
        e.act(e.updated("wid_1", "widget.root.updated", widget=REDRAWN)),
        e.listing(SAID, CARD | {"widget": REDRAWN}),
    ],
    bad=[
        e.create(e.done(CARD)),
        e.act(e.updated("wid_1", "widget.root.updated", widget=REDRAWN)),
        e.listing(SAID, CARD),
    ],
)
def what_is_redrawn_is_stored(told: Conversation) -> Looks:
    """A stored widget that an update redrew is listed as it was drawn last."""
    for listing in listings(told):
        for name in listing.common:
            drawing = listing.entries[name].drawing
            if drawing:
                wanted = drawing.item["widget"]
                yield look(listing, listing.rows[name].get("widget") == wanted, compact(wanted), listing.rows[name])


@rule(
    "replay.content",
    "MUST",
    "L1",
    catalogue="STR-014",
    source=f"{SDK}:866",
    why="After a reload the item reads differently.",
    mend="Store the very item that is streamed.",
    good=GOOD,
    bad=kept(ONE, TWO | {"content": [e.part("2.")]}),
    general=True,
)
def the_content_is_kept(told: Conversation) -> Looks:
    """An item is listed as its `done`, or its last `replaced`, had it."""
    for listing in listings(told):
        for name in listing.common:
            entry, row = listing.entries[name], listing.rows[name]
            if not entry.free and not entry.drawing:
                yield look(listing, same(entry.item, row), compact(entry.item), row)


def _meanwhile(told: Conversation) -> Iterator[tuple[Stream, Exchange, set[str]]]:
    """Give the listings that were asked for while a stream of their thread went on, and what they show."""
    for stream in told.streams:
        ended = stream.exchange.began + max((seconds for _, seconds in stream.exchange.arrivals), default=0.0)
        for exchange in (
            told.exchanges[stream.exchange.number + 1 :] if stream.exchange.number in told.concurrent else ()
        ):
            rows = shown(exchange) if told.thread_of(exchange.number) == stream.thread_id else None
            if rows is not None and exchange.began < ended:
                yield stream, exchange, {row["id"] for row in rows}


def _told_by(stream: Stream, when: float, *kinds: str) -> set[str]:
    """Name the items that events of these types had told of by then."""
    arrived = ((event.item_id, event.frame.arrived) for event in stream.of(*kinds))
    return {name for name, seconds in arrived if seconds is not None and stream.exchange.began + seconds <= when}


DURING = e.create(e.done(ONE), e.notice(), began=0.5, arrivals=((2000, 0.1), (9000, 0.9)))


@rule(
    "replay.done.stored-first",
    "SHOULD",
    "L3",
    catalogue="STR-009 ITM-013",
    source=f"{SDK}:827,865,893",
    why="A second tab, or a click that follows at once, does not find what the first one shows.",
    mend="Store the item, and then send its `done`; store nothing when it is added.",
    good=[DURING, e.listing(SAID, ONE, **TIMED)],
    bad=[DURING, e.listing(SAID, **TIMED)],
)
def what_is_told_is_stored_first(told: Conversation) -> Looks:
    """While an answer goes on, a list shows what is done, and nothing that is only announced."""
    for stream, exchange, ids in _meanwhile(told):
        settled = ("thread.item.done", "thread.item.replaced", "thread.item.removed")
        over = exchange.began + max((seconds for _, seconds in exchange.arrivals), default=0.0)
        there = _told_by(stream, exchange.began, "thread.item.done") - _told_by(stream, over, "thread.item.removed")
        begun = _told_by(stream, exchange.began, "thread.item.added") - _told_by(stream, over + 0.1, *settled)
        if there or begun:
            wrong = sorted((there - ids) | (begun & ids))
            yield asked(exchange, not wrong, "the items that are done, and no others", wrong, path="$.data")
