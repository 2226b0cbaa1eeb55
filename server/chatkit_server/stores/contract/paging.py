"""What is promised of the pages in which items are listed."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice

from chatkit_server.stores.base import Order, Store
from chatkit_server.stores.contract.check import ALL, ANN, BOB, NOON, ORDERS, check, expect, fill, item, refuses, walk


@check
async def items_come_in_order_of_insertion(store: Store) -> None:
    """Whatever `created_at` says, items are listed as they were added, newest first by default."""
    for name, step in (("tied", 0), ("backwards", -1)):
        await fill(store, thread_id=name)
        for number, item_id in enumerate("bdac"):
            at = NOON + number * timedelta(hours=step)
            await store.save_item(ANN, name, item(item_id, thread_id=name, at=at))
        listing = partial(store.list_items, ANN, name)
        expect(f"{name}, from the first on", await walk(listing, ALL, "asc"), "bdac")
        expect(f"{name}, from the last on", await walk(listing, ALL, "desc"), "cadb")
        page = await store.list_items(ANN, name, limit=ALL)
        expect(f"{name}, by default", [row.id for row in page.data], list("cadb"))


async def _page_all(store: Store, ids: str, *, hidden: bool) -> None:
    await fill(store, ids, thread_id=ids)
    shown = "".join(item_id for item_id in ids if hidden or item_id.islower())
    listing = partial(store.list_items, ANN, ids, hidden=hidden)
    for size in range(1, len(ids) + 2):
        expect(f"{ids!r} by {size} asc", await walk(listing, size, "asc"), shown)
        expect(f"{ids!r} by {size} desc", await walk(listing, size, "desc"), shown[::-1])


@check
async def items_are_paged(store: Store) -> None:
    """Pages of every size, in both orders, give each item once; so they do with no item at all."""
    for count in range(7):
        await _page_all(store, "abcdef"[:count], hidden=False)


MIXED = (
    "X",
    "XY",
    "aX",
    "Xa",
    "aXb",
    "XaY",
    "aXYZb",
    "abX",
    "abXY",
    "XYab",
    "aXbYcZ",
    "XaYbZc",
    "abXcdYef",
    "WXYZa",
)
"""Threads with hidden items (capital letters) at the start, at the end, between, in runs."""


@check
async def hidden_items_never_surface(store: Store) -> None:
    """Hidden items are passed over: pages are full all the same, cursors and `has_more` ignore them."""
    for ids in MIXED:
        await _page_all(store, ids, hidden=False)


@check
async def hidden_items_are_listed_on_request(store: Store) -> None:
    """With `hidden` they are items like any other, also as cursors; `load_item` gives them in any case."""
    for ids in MIXED:
        await _page_all(store, ids, hidden=True)
    expect("a hidden item", (await store.load_item(ANN, "X", "X")).id, "X")


@check
async def an_unknown_item_cursor_is_not_found(store: Store) -> None:
    """Listing after an item that is unknown, deleted, hidden, or another's or in another thread: NotFound."""
    await fill(store, "abXc")
    await fill(store, "d", thread_id="s")
    await fill(store, "e", user=BOB)
    await store.delete_items(ANN, "t", ["b"])
    for order in ORDERS:
        for after in ("unknown", "b", "X", "d", "e", ""):
            call = store.list_items(ANN, "t", limit=1, order=order, after=after)
            await refuses(f"list_items after {after!r} in order {order!r}", call)
        for after in ("d", "e"):
            call = store.list_items(ANN, "t", limit=1, order=order, after=after, hidden=True)
            await refuses(f"list_items with `hidden` after {after!r} in order {order!r}", call)


ADDED: tuple[tuple[int, Order, str], ...] = (
    (1, "asc", "abcdegi"),
    (2, "asc", "abcde"),
    (3, "asc", "abcde"),
    (1, "desc", "dcba"),
    (2, "desc", "dcba"),
    (3, "desc", "dcba"),
)
"""Page sizes, orders, and what is seen of aXbcYd if e, F, g, H, i, J are added, one behind each page."""


@check
async def paging_holds_while_items_are_added(store: Store) -> None:
    """What is added while someone pages comes at the end of "asc", and not at all in "desc"."""
    for size, order, wanted in ADDED:
        await store.delete_thread(ANN, "t")
        await fill(store, "aXbcYd")
        new = iter("eFgHiJ")

        async def add_one(new: Iterator[str] = new) -> None:
            for item_id in islice(new, 1):
                await store.save_item(ANN, "t", item(item_id))

        got = await walk(partial(store.list_items, ANN, "t"), size, order, between=add_one)
        expect(f"by {size} {order}", got, wanted)


DELETED: tuple[tuple[Order, str, str], ...] = (("asc", "ace", "abdf"), ("desc", "fca", "fedb"))
"""Orders, what is deleted of abcdef behind a first page of two, and what is seen altogether."""


@check
async def paging_holds_while_items_are_deleted(store: Store) -> None:
    """What is deleted while someone pages is missing, and nothing else is skipped or comes twice."""
    for order, deleted, wanted in DELETED:
        await store.delete_thread(ANN, "t")
        await fill(store, "abcdef")
        listing = partial(store.list_items, ANN, "t")
        first = await listing(limit=2, order=order)
        await store.delete_items(ANN, "t", deleted)
        rest = await walk(listing, 1, order, after=first.after or None)
        expect(f"in order {order!r}", "".join(row.id for row in first.data) + rest, wanted)


CHECKS = (
    items_come_in_order_of_insertion,
    items_are_paged,
    hidden_items_never_surface,
    hidden_items_are_listed_on_request,
    an_unknown_item_cursor_is_not_found,
    paging_holds_while_items_are_added,
    paging_holds_while_items_are_deleted,
)
