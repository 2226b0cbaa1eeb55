"""What is promised of threads and attachments."""

import asyncio
from datetime import timedelta
from functools import partial

from chatkit_protocol.attachments import Attachment, FileAttachment
from chatkit_protocol.base import UNSET
from chatkit_protocol.threads import Page
from chatkit_server.ids import utc_now
from chatkit_server.stores.base import Order, Store
from chatkit_server.stores.contract.check import (
    ALL,
    ANN,
    BOB,
    NOON,
    ORDERS,
    check,
    expect,
    fill,
    ids_of,
    item,
    refuses,
    thread,
    walk,
)
from chatkit_server.stores.contract.samples import ATTACHMENTS, THREADS


@check
async def threads_round_trip(store: Store) -> None:
    """A thread comes out as it went in, alone and in a list."""
    for sample in THREADS:
        await store.save_thread(ANN, sample)
        expect(f"the thread {sample.id!r}", await store.load_thread(ANN, sample.id), sample)
    page = await store.list_threads(ANN, limit=ALL, order="asc")
    expect("all threads", page.data, list(THREADS))


@check
async def an_unknown_thread_is_not_found(store: Store) -> None:
    """Reading, or adding to, a thread that is not there raises NotFound, and leaves nothing behind."""
    await refuses("load_thread", store.load_thread(ANN, "t"))
    await refuses("load_item", store.load_item(ANN, "t", "a"))
    await refuses("list_items", store.list_items(ANN, "t", limit=1))
    await refuses("delete_items_after", store.delete_items_after(ANN, "t", "a"))
    await refuses("save_item", store.save_item(ANN, "t", item("a")))
    await fill(store)
    expect("items of a new thread", await ids_of(store), "")


@check
async def threads_come_in_order_of_insertion(store: Store) -> None:
    """Whatever `created_at` says, threads are listed as they were added, newest first by default."""
    for number, thread_id in enumerate("bdac"):
        await store.save_thread(ANN, thread(thread_id, at=NOON - timedelta(days=number // 2)))
    listing = partial(store.list_threads, ANN)
    expect("from the first on", await walk(listing, ALL, "asc"), "bdac")
    expect("from the last on", await walk(listing, ALL, "desc"), "cadb")
    page = await store.list_threads(ANN, limit=ALL)
    expect("by default", [row.id for row in page.data], list("cadb"))


@check
async def a_saved_thread_keeps_its_place_and_its_items(store: Store) -> None:
    """Saving a thread again replaces it: its place and its items stay."""
    for thread_id in "abc":
        await fill(store, "xY", thread_id=thread_id)
    await store.save_thread(ANN, thread("b", title="new", at=NOON + timedelta(days=1)))
    expect("the title", (await store.load_thread(ANN, "b")).title, "new")
    expect("the order", await walk(partial(store.list_threads, ANN), 2, "asc"), "abc")
    expect("the items", await ids_of(store, thread_id="b"), "xY")


@check
async def a_deleted_thread_is_gone_with_its_items(store: Store) -> None:
    """Deleting takes the items along, twice is no error, and the same id can be added anew, at the end."""
    for thread_id in "abc":
        await fill(store, "xY", thread_id=thread_id)
    for _ in range(2):
        await store.delete_thread(ANN, "b")
    await refuses("load_thread", store.load_thread(ANN, "b"))
    await refuses("list_items", store.list_items(ANN, "b", limit=1))
    await fill(store, thread_id="b")
    expect("items of the new thread", await ids_of(store, thread_id="b"), "")
    expect("items of another thread", await ids_of(store, thread_id="a"), "xY")
    expect("the order", await walk(partial(store.list_threads, ANN), ALL, "asc"), "acb")


@check
async def threads_are_paged(store: Store) -> None:
    """Pages of every size, in both orders, give each thread once; so they do with no thread at all."""
    for count in range(6):
        ids = "abcdef"[:count]
        for thread_id in ids[-1:]:
            await store.save_thread(ANN, thread(thread_id))
        for size in range(1, count + 2):
            listing = partial(store.list_threads, ANN)
            expect(f"{count} by {size} asc", await walk(listing, size, "asc"), ids)
            expect(f"{count} by {size} desc", await walk(listing, size, "desc"), ids[::-1])


@check
async def an_unknown_thread_cursor_is_not_found(store: Store) -> None:
    """Listing after a thread that is unknown, deleted or someone else's raises NotFound."""
    for thread_id in "abc":
        await store.save_thread(ANN, thread(thread_id))
    await store.save_thread(BOB, thread("d"))
    await store.delete_thread(ANN, "b")
    for order in ORDERS:
        for after in ("nobody", "b", "d", ""):
            call = store.list_threads(ANN, limit=1, order=order, after=after)
            await refuses(f"list_threads after {after!r}", call)


@check
async def attachments_round_trip(store: Store) -> None:
    """An attachment comes out as it went in; saving it again replaces it."""
    for sample in ATTACHMENTS:
        await store.save_attachment(ANN, sample)
        expect(f"the attachment {sample.id!r}", await store.load_attachment(ANN, sample.id), sample)
    changed = FileAttachment(id="image", name="now a file", mime_type="text/plain", upload_descriptor=UNSET)
    await store.save_attachment(ANN, changed)
    expect("the replaced attachment", await store.load_attachment(ANN, "image"), changed)
    expect("the other attachment", await store.load_attachment(ANN, "file"), ATTACHMENTS[0])


@check
async def a_deleted_attachment_is_gone(store: Store) -> None:
    """An attachment that is not there is NotFound; deleting it is no error."""
    await refuses("load_attachment", store.load_attachment(ANN, "file"))
    for sample in ATTACHMENTS:
        await store.save_attachment(ANN, sample)
    for _ in range(2):
        await store.delete_attachment(ANN, "file")
    await refuses("load_attachment", store.load_attachment(ANN, "file"))
    expect("the other attachment", await store.load_attachment(ANN, "image"), ATTACHMENTS[1])


@check
async def attachments_outlive_threads(store: Store) -> None:
    """Deleting a thread leaves attachments alone: their bytes are someone's to delete first."""
    image = ATTACHMENTS[1]
    await fill(store)
    await store.save_attachment(ANN, image)
    await store.delete_thread(ANN, "t")
    expect("the attachment", await store.load_attachment(ANN, image.id), image)


@check
async def attachments_are_listed(store: Store) -> None:
    """Pages of every size give each attachment once; so they do with none at all."""
    for count in range(4):
        for file_id in "abc"[count - 1 : count]:
            await store.save_attachment(ANN, FileAttachment(id=file_id, name=file_id, mime_type="text/plain"))

        async def listing(*, limit: int, order: Order, after: str | None) -> Page[Attachment]:
            del order
            return await store.list_attachments(ANN, limit=limit, after=after)

        for size in range(1, count + 2):
            expect(f"{count} by {size}", sorted(await walk(listing, size, "asc")), list("abc"[:count]))


@check
async def a_user_is_deleted_with_all_that_is_theirs(store: Store) -> None:
    """`delete_user` leaves neither threads nor attachments; for a user without any it is no error."""
    for thread_id in "st":
        await fill(store, "aX", thread_id=thread_id)
    for sample in ATTACHMENTS:
        await store.save_attachment(ANN, sample)
    for _ in range(2):
        await store.delete_user(ANN)
    expect("threads", (await store.list_threads(ANN, limit=ALL)).data, [])
    expect("attachments", (await store.list_attachments(ANN, limit=ALL)).data, [])
    await fill(store)
    expect("items of a new thread", await ids_of(store), "")


@check
async def untouched_threads_are_deleted(store: Store) -> None:
    """`delete_untouched` takes the threads of every user in which nothing was saved since, and no other."""
    for user in (ANN, BOB):
        for thread_id in "abc":
            await fill(store, "xY", user=user, thread_id=thread_id)
    await asyncio.sleep(CLOCK)
    mark = utc_now()
    await asyncio.sleep(CLOCK)
    expect("of long ago", await store.delete_untouched(mark - timedelta(days=1)), 0)
    await store.save_item(ANN, "a", item("x", "new", thread_id="a"))
    await store.save_thread(ANN, thread("b"))
    await store.save_thread(BOB, thread("d"))
    expect("how many", await store.delete_untouched(mark), 4)
    expect("hers", await walk(partial(store.list_threads, ANN), ALL, "asc"), "ab")
    expect("his", await walk(partial(store.list_threads, BOB), ALL, "asc"), "d")
    expect("items of a", await ids_of(store, thread_id="a"), "xY")
    await refuses("load_item", store.load_item(ANN, "c", "x"))


CLOCK = 0.02
"""Seconds by which the clocks of the store and of this process may differ."""


@check
async def a_store_may_be_closed_at_any_time(store: Store) -> None:
    """Closing a store that was never used, or twice, is no error."""
    await store.aclose()
    await fill(store, "a")
    expect("what was saved after closing", await ids_of(store), "a")
    for _ in range(2):
        await store.aclose()


CHECKS = (
    threads_round_trip,
    an_unknown_thread_is_not_found,
    threads_come_in_order_of_insertion,
    a_saved_thread_keeps_its_place_and_its_items,
    a_deleted_thread_is_gone_with_its_items,
    threads_are_paged,
    an_unknown_thread_cursor_is_not_found,
    attachments_round_trip,
    a_deleted_attachment_is_gone,
    attachments_outlive_threads,
    attachments_are_listed,
    a_user_is_deleted_with_all_that_is_theirs,
    untouched_threads_are_deleted,
    a_store_may_be_closed_at_any_time,
)
