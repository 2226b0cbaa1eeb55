"""What is promised to those who share a store: users, tasks, and whoever holds on to a value."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from chatkit_protocol.attachments import FileAttachment
from chatkit_server.stores.base import NotFound, Store
from chatkit_server.stores.contract.check import (
    ALL,
    ANN,
    BOB,
    ORDERS,
    Check,
    ContractBroken,
    check,
    expect,
    fill,
    ids_of,
    item,
    refuses,
    thread,
)

Call = Callable[[Store, str], Awaitable[Any]]


def _attachment(name: str = "n") -> FileAttachment:
    return FileAttachment(id="file", name=name, mime_type="text/plain", metadata={"list": [1]})


@check
async def what_is_given_in_is_copied(store: Store) -> None:
    """Changing a value after it was saved changes nothing in the store."""
    kept, said, file = thread("t", "kept"), item("a", "kept"), _attachment()
    kept.metadata["list"] = [1]
    await store.save_thread(ANN, kept)
    await store.save_item(ANN, "t", said)
    await store.save_attachment(ANN, file)
    for value in (kept, file):
        (value.metadata or {})["list"].append(2)
    kept.title = file.name = "changed"
    said.content.clear()  # type: ignore[union-attr]
    expect("the thread's metadata", (await store.load_thread(ANN, "t")).metadata, {"list": [1]})
    expect("the thread's title", (await store.load_thread(ANN, "t")).title, "kept")
    expect("the item", await store.load_item(ANN, "t", "a"), item("a", "kept"))
    expect("the attachment", await store.load_attachment(ANN, "file"), _attachment())


@check
async def what_is_given_out_is_copied(store: Store) -> None:
    """Changing a value that was loaded or listed changes nothing in the store."""
    await fill(store, "a")
    await store.save_attachment(ANN, _attachment())
    threads = await store.list_threads(ANN, limit=ALL)
    items = await store.list_items(ANN, "t", limit=ALL)
    for kept in (await store.load_thread(ANN, "t"), *threads.data):
        kept.title = "changed"
        kept.metadata["new"] = 1
    for said in (await store.load_item(ANN, "t", "a"), *items.data):
        said.content.clear()  # type: ignore[union-attr]
    (await store.load_attachment(ANN, "file")).name = "changed"
    threads.data.clear()
    items.data.clear()
    expect("the thread", await store.load_thread(ANN, "t"), thread("t"))
    expect("the item", await store.load_item(ANN, "t", "a"), item("a"))
    expect("the attachment", await store.load_attachment(ANN, "file"), _attachment())
    expect("the items", await ids_of(store), "a")


READS: dict[str, Call] = {
    "load_thread": lambda store, user: store.load_thread(user, "t"),
    "load_item": lambda store, user: store.load_item(user, "t", "a"),
    "list_items": lambda store, user: store.list_items(user, "t", limit=1),
    "list_items with `hidden`": lambda store, user: store.list_items(user, "t", limit=1, hidden=True),
    "list_threads after one": lambda store, user: store.list_threads(user, limit=1, after="t"),
    "load_attachment": lambda store, user: store.load_attachment(user, "file"),
    "save_item": lambda store, user: store.save_item(user, "t", item("a")),
    "delete_items_after": lambda store, user: store.delete_items_after(user, "t", "a"),
}
"""What a user cannot do with the ids of another."""

WRITES: dict[str, Call] = {
    "delete_thread": lambda store, user: store.delete_thread(user, "t"),
    "delete_items": lambda store, user: store.delete_items(user, "t", ["a", "b", "X"]),
    "delete_attachment": lambda store, user: store.delete_attachment(user, "file"),
    "save_attachment": lambda store, user: store.save_attachment(user, _attachment("another's")),
    "save_thread": lambda store, user: store.save_thread(user, thread("t", "another's")),
    "save_item": lambda store, user: store.save_item(user, "t", item("b", "another's")),
    "save_item of a new id": lambda store, user: store.save_item(user, "t", item("c", "another's")),
    "delete_items_after": lambda store, user: store.delete_items_after(user, "t", "b"),
    "delete_items, again": lambda store, user: store.delete_items(user, "t", ["b"]),
    "delete_attachment, again": lambda store, user: store.delete_attachment(user, "file"),
    "delete_user": lambda store, user: store.delete_user(user),
    "swap_item": lambda store, user: store.swap_item(user, "t", item("a"), item("a", "another's")),
    "list_attachments": lambda store, user: store.list_attachments(user, limit=1),
    "delete_thread, again": lambda store, user: store.delete_thread(user, "t"),
}
"""What a user can do with the same ids, one after the other, and another user does not notice."""


async def _everything(store: Store, user: str) -> list[Any]:
    seen: list[Any] = [
        await store.load_thread(user, "t"),
        await store.load_item(user, "t", "a"),
        await store.load_attachment(user, "file"),
        await store.list_attachments(user, limit=ALL),
    ]
    for order in ORDERS:
        seen.append(await store.list_threads(user, limit=ALL, order=order))
        seen.append(await store.list_items(user, "t", limit=ALL, order=order))
        seen.append(await store.list_items(user, "t", limit=ALL, order=order, hidden=True))
    return seen


@check
async def users_see_only_their_own(store: Store) -> None:
    """Every call is for one user: nothing of another's is seen or changed, though the ids are the same."""
    await fill(store, "abX", user=ANN)
    await store.save_attachment(ANN, _attachment())
    for name, call in READS.items():
        await refuses(f"{name} of another's", call(store, BOB))
    expect("another's threads", (await store.list_threads(BOB, limit=ALL)).data, [])
    expect("another's attachments", (await store.list_attachments(BOB, limit=ALL)).data, [])
    swapped = await store.swap_item(BOB, "t", item("a"), item("a", "another's"))
    expect("swap_item of another's", swapped, wanted=False)
    for name, call in WRITES.items():
        await store.save_item(ANN, "t", item(f"before {name}"))
        before = await _everything(store, ANN)
        await call(store, BOB)
        expect(f"what was there before another's {name}", await _everything(store, ANN), before)


async def _ids_or_none(store: Store, thread_id: str) -> str | None:
    try:
        return await ids_of(store, thread_id=thread_id)
    except NotFound:
        return None


CANCELLED: dict[str, tuple[Call, str | None]] = {
    "delete_items": (lambda store, thread_id: store.delete_items(ANN, thread_id, list("aXbd")), "c"),
    "delete_items_after": (lambda store, thread_id: store.delete_items_after(ANN, thread_id, "a"), "a"),
    "delete_thread": (lambda store, thread_id: store.delete_thread(ANN, thread_id), None),
}
"""Calls with many steps, and what is left of the thread aXbcd once they are through."""

PAUSES = (0, 0, 0, 0, 0, 0, 0, 0, 0.0005, 0.001, 0.002)
"""Seconds after which a call is cancelled, each on top of those before; 0 is one turn of the event loop."""


@check
async def a_cancelled_call_is_whole(store: Store) -> None:
    """A call whose caller is cancelled, at whatever moment, has happened altogether or not at all."""
    for name, (call, done) in CANCELLED.items():
        for turns in range(len(PAUSES) + 1):
            thread_id = f"{name} {turns}"
            await fill(store, "aXbcd", thread_id=thread_id)
            task = asyncio.ensure_future(call(store, thread_id))
            for pause in PAUSES[:turns]:
                await asyncio.sleep(pause)
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()
            left = await _ids_or_none(store, thread_id)
            if left not in ("aXbcd", done):
                raise ContractBroken(f"{name}, cancelled after {turns} pauses, left {left!r} of 'aXbcd'")


@check
async def many_tasks_share_a_store(store: Store) -> None:
    """Calls of many tasks at once lose nothing, and each task's own items keep their order."""
    await fill(store)

    async def write(name: str) -> None:
        for number in range(4):
            await store.save_item(ANN, "t", item(f"{name}{number}"))
            await store.save_item(ANN, "t", item("same", name))

    await asyncio.gather(*(write(name) for name in "abcdefghij"))
    page = await store.list_items(ANN, "t", limit=ALL, order="asc")
    ids = [row.id for row in page.data]
    expect("how often the common item is there", ids.count("same"), 1)
    ids.remove("same")
    for name in "abcdefghij":
        own = [item_id for item_id in ids if item_id.startswith(name)]
        expect(f"the items of {name}", own, [f"{name}{number}" for number in range(4)])


@check
async def of_many_swaps_one_wins(store: Store) -> None:
    """However many swap an item at once, one of them is told that it did, and its item is there."""
    await fill(store, "a")
    for number in range(5):
        old = await store.load_item(ANN, "t", "a")
        new = [item("a", f"{number} {name}") for name in "bcdefgh"]
        won = await asyncio.gather(*(store.swap_item(ANN, "t", old, one) for one in new))
        expect("how many won", sum(won), 1)
        expect("what is there", await store.load_item(ANN, "t", "a"), new[won.index(True)])


CHECKS: tuple[Check, ...] = (
    what_is_given_in_is_copied,
    what_is_given_out_is_copied,
    users_see_only_their_own,
    a_cancelled_call_is_whole,
    many_tasks_share_a_store,
    of_many_swaps_one_wins,
)
