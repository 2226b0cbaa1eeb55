"""What is promised of items, save for how they are listed page by page."""

from functools import partial

from chatkit_protocol.items import ThreadItem
from chatkit_server.stores.base import Store
from chatkit_server.stores.contract.check import (
    ALL,
    ANN,
    check,
    expect,
    fill,
    ids_of,
    item,
    refuses,
    walk,
)
from chatkit_server.stores.contract.samples import ITEMS


@check
async def items_round_trip(store: Store) -> None:
    """An item of any kind comes out as it went in, alone and in a list."""
    await fill(store)
    for sample in ITEMS:
        await store.save_item(ANN, "t", sample)
        expect(f"the item {sample.id!r}", await store.load_item(ANN, "t", sample.id), sample)
    page = await store.list_items(ANN, "t", limit=ALL, order="asc", hidden=True)
    expect("all items", page.data, list(ITEMS))


@check
async def a_saved_item_keeps_its_place(store: Store) -> None:
    """Saving an item again replaces it where it is, also if it becomes another kind, hidden or shown."""
    await fill(store, "abXc")
    shown = partial(store.list_items, ANN, "t")
    for item_id, becomes, wanted in (
        ("b", "b", "abc"),
        ("b", "H", "ac"),
        ("X", "v", "aXc"),
        ("b", "b", "abXc"),
    ):
        sample = _renamed(item(becomes, "new"), item_id)
        await store.save_item(ANN, "t", sample)
        expect(f"the item {item_id!r}", await store.load_item(ANN, "t", item_id), sample)
        expect("all in order", await ids_of(store), "abXc")
        expect("those shown", await walk(shown, 2, "asc"), wanted)


def _renamed(sample: ThreadItem, item_id: str) -> ThreadItem:
    sample.id = item_id
    return sample


@check
async def an_item_belongs_to_its_thread(store: Store) -> None:
    """An item is found in its own thread alone; the same id in two threads is two items."""
    await fill(store, "ab", thread_id="s")
    await fill(store, "b", thread_id="t")
    await refuses("load_item", store.load_item(ANN, "t", "a"))
    await refuses("load_item", store.load_item(ANN, "t", "unknown"))
    await store.save_item(ANN, "t", item("b", "other", thread_id="t"))
    expect("b of s", await store.load_item(ANN, "s", "b"), item("b", thread_id="s"))
    await store.delete_items(ANN, "t", ["a", "b"])
    expect("items of s", await ids_of(store, thread_id="s"), "ab")
    expect("items of t", await ids_of(store, thread_id="t"), "")


@check
async def deleted_items_are_gone(store: Store) -> None:
    """Deleting takes hidden items, too; those not there are no error; an id that comes again comes last."""
    await fill(store, "abXcd")
    await store.delete_items(ANN, "t", [])
    expect("after deleting nothing", await ids_of(store), "abXcd")
    await store.delete_items(ANN, "t", ["X", "unknown", "b", "b"])
    await store.delete_items(ANN, "unknown", ["a"])
    expect("after deleting two", await ids_of(store), "acd")
    await refuses("load_item", store.load_item(ANN, "t", "b"))
    await store.save_item(ANN, "t", item("b"))
    expect("after adding one again", await ids_of(store), "acdb")


@check
async def what_comes_after_an_item_is_deleted(store: Store) -> None:
    """`delete_items_after` takes all that was inserted later, hidden or not, and leaves the item itself."""
    for ids, item_id, left in (
        ("abXcYd", "b", "ab"),
        ("abXcYd", "X", "abX"),
        ("aXY", "a", "a"),
        ("abX", "X", "abX"),
    ):
        await store.delete_thread(ANN, "t")
        await fill(store, ids)
        await fill(store, "abc", thread_id="s")
        await store.delete_items_after(ANN, "t", item_id)
        expect(f"{ids} after {item_id}", await ids_of(store), left)
        expect("another thread", await ids_of(store, thread_id="s"), "abc")


@check
async def deleting_after_an_unknown_item_is_not_found(store: Store) -> None:
    """`delete_items_after` raises NotFound for an item unknown, or of another thread, and deletes nothing."""
    await fill(store, "xyz", thread_id="s")
    await fill(store, "abc")
    for item_id in ("unknown", "x", ""):
        await refuses(f"delete_items_after {item_id!r}", store.delete_items_after(ANN, "t", item_id))
    expect("the thread", await ids_of(store), "abc")
    expect("the other thread", await ids_of(store, thread_id="s"), "xyz")


@check
async def an_item_is_swapped_only_while_it_is_as_expected(store: Store) -> None:
    """`swap_item` replaces an item in its place if it is as expected, and otherwise, or without it, does nothing."""
    await fill(store, "abc")
    old, new, other = (item("b", text) for text in ("", "new", "other"))
    for what, expected, wanted in (("another", other, False), ("the same", old, True), ("the old one", old, False)):
        expect(f"swap_item of {what}", await store.swap_item(ANN, "t", expected, new), wanted)
        expect("the item", await store.load_item(ANN, "t", "b"), old if expected is other else new)
    expect("the order", await ids_of(store), "abc")
    for thread_id, item_id in (("t", "unknown"), ("unknown", "a")):
        gone = item(item_id)
        expect(f"swap_item of {item_id!r}", await store.swap_item(ANN, thread_id, gone, gone), wanted=False)
    expect("the items", await ids_of(store), "abc")


CHECKS = (
    an_item_is_swapped_only_while_it_is_as_expected,
    items_round_trip,
    a_saved_item_keeps_its_place,
    an_item_belongs_to_its_thread,
    deleted_items_are_gone,
    what_comes_after_an_item_is_deleted,
    deleting_after_an_unknown_item_is_not_found,
)
