"""A check of the contract, and the small language in which checks are written."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from chatkit_protocol.content import AssistantMessageContent
from chatkit_protocol.items import AssistantMessageItem, SDKHiddenContextItem, ThreadItem
from chatkit_protocol.threads import Page, ThreadMetadata
from chatkit_server.stores.base import NotFound, Order, Store

MakeStore = Callable[[], Store]
"""Gives a store with nothing in it, at every call."""

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
ANN, BOB = "ann", "bob"
ORDERS: tuple[Order, ...] = ("asc", "desc")
ALL = 1000
"""As many rows as a client can ask for."""


class ContractBroken(AssertionError):  # noqa: N818 - a verdict, not an error of the program
    """A store does not do what `Store` promises."""


@dataclass(frozen=True)
class Check:
    """A promise of `Store`, and the code that holds a store to it."""

    name: str
    says: str
    run: Callable[[Store], Awaitable[None]]

    async def __call__(self, make_store: MakeStore) -> None:
        """Raise ContractBroken, or what the store raises, if the store does not keep the promise."""
        store = make_store()
        try:
            await self.run(store)
        finally:
            await store.aclose()

    def __str__(self) -> str:
        return self.name


def check(run: Callable[[Store], Awaitable[None]]) -> Check:
    """Make a check of a function: its name is the check's, its docstring the promise."""
    return Check(run.__name__, (run.__doc__ or "").strip(), run)


def expect(what: str, got: object, wanted: object) -> None:
    """Hold what a store gave against what it should give."""
    if got != wanted:
        raise ContractBroken(f"{what}: wanted {wanted!r}, got {got!r}")


async def refuses(what: str, call: Awaitable[object]) -> None:
    """Hold a call to raising NotFound."""
    try:
        got = await call
    except NotFound:
        return
    raise ContractBroken(f"{what}: wanted NotFound, got {got!r}")


def thread(thread_id: str, title: str = "", at: datetime = NOON) -> ThreadMetadata:
    """Make a thread."""
    return ThreadMetadata(id=thread_id, created_at=at, title=title)


def item(item_id: str, text: str = "", *, thread_id: str = "t", at: datetime = NOON) -> ThreadItem:
    """Make an item; a capital letter for an id makes it a hidden one."""
    if item_id.isupper():
        return SDKHiddenContextItem(id=item_id, thread_id=thread_id, created_at=at, content=text)
    said = AssistantMessageContent(text=text)
    return AssistantMessageItem(id=item_id, thread_id=thread_id, created_at=at, content=[said])


async def fill(store: Store, ids: Iterable[str] = "", *, user: str = ANN, thread_id: str = "t") -> None:
    """Save a thread with items, all of the same time."""
    await store.save_thread(user, thread(thread_id))
    for item_id in ids:
        await store.save_item(user, thread_id, item(item_id, thread_id=thread_id))


async def ids_of(store: Store, *, user: str = ANN, thread_id: str = "t") -> str:
    """Give the ids of all items of a thread, hidden ones too, in order."""
    page = await store.list_items(user, thread_id, limit=ALL, order="asc", hidden=True)
    return "".join(row.id for row in page.data)


class Listing(Protocol):
    """A list call of a store, for some user."""

    async def __call__(self, *, limit: int, order: Order, after: str | None) -> Page[Any]:
        """Give a page."""
        ...


Between = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """What happens between two pages, usually."""


async def walk(
    listing: Listing, size: int, order: Order, *, after: str | None = None, between: Between = nothing
) -> str:
    """Follow the cursors to the end and hold each page to what a page promises; give all ids in a row."""
    seen: list[str] = []
    more = True
    while more:
        what = f"the page of {size} after {after!r} in order {order!r}"
        page = await listing(limit=size, order=order, after=after)
        ids = [row.id for row in page.data]
        more = page.has_more
        if seen:
            expect(f"{what} has rows, as `has_more` said", bool(ids), True)
        if more:
            expect(f"{what} is full, as there is more", len(ids), size)
        expect(f"{what} is not larger", len(ids) <= size, True)
        expect(
            f"{what} has a cursor, its last row, exactly if there is more",
            page.after or None,
            ids[-1] if more else None,
        )
        seen += ids
        expect(f"{what} repeats nothing", len(set(seen)), len(seen))
        after = page.after or None
        await between()
    return "".join(seen)
