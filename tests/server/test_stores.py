"""The stores keep the contract, and no sequence of calls tells one from the other."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatkit_protocol.attachments import Attachment, FileAttachment
from chatkit_protocol.codec import encode
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.tasks import Task
from chatkit_protocol.threads import Page, ThreadStatus
from chatkit_server.stores import MemoryStore, NotFound, SQLiteStore, Store
from chatkit_server.stores.contract import CONTRACT, Check
from chatkit_server.stores.contract.check import fill, item, thread
from chatkit_server.stores.contract.samples import ATTACHMENTS, ITEMS, TASKS, THREADS
from support.postgres import postgres_store

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda folder: MemoryStore(),
    "sqlite": lambda folder: SQLiteStore(folder / "test.sqlite"),
    "sqlite in memory": lambda folder: SQLiteStore(":memory:"),
    "postgres": lambda folder: postgres_store(folder.name),
}


@pytest.mark.parametrize("make", STORES.values(), ids=STORES)
@pytest.mark.parametrize("check", CONTRACT, ids=str)
def test_a_store_keeps_the_contract(check: Check, make: Callable[[Path], Store], tmp_path: Path) -> None:
    asyncio.run(check(lambda: make(tmp_path)))


@pytest.mark.parametrize(
    ("samples", "union"),
    [
        pytest.param(ITEMS, ThreadItem, id="items"),
        pytest.param(ATTACHMENTS, Attachment, id="attachments"),
        pytest.param(TASKS, Task, id="tasks"),
        pytest.param([sample.status for sample in THREADS], ThreadStatus, id="statuses"),
    ],
)
def test_the_contract_has_a_sample_of_every_kind(samples: list[Any], union: Any) -> None:
    assert {type(sample) for sample in samples} == set(get_args(union))


@pytest.mark.parametrize("make", STORES.values(), ids=STORES)
def test_a_value_that_is_not_json_is_refused_and_nothing_is_kept(make: Callable[[Path], Store], tmp_path: Path) -> None:
    async def story() -> None:
        store = make(tmp_path)
        await fill(store, "a")
        bad = thread("t", "changed")
        bad.metadata["what"] = object()
        with pytest.raises(TypeError):
            await store.save_thread("ann", bad)
        assert await store.load_thread("ann", "t") == thread("t")
        await store.aclose()

    asyncio.run(story())


Operation = tuple[str, tuple[Any, ...], dict[str, Any]]

# Mostly one thread of one user, so that calls meet; the others are there to be left alone.
USERS = st.sampled_from(["ann", "ann", "ann", "bob"])
THREAD_IDS = st.sampled_from(["t", "t", "t", "s"])
ITEM_IDS = st.sampled_from("abcdeXY")
FILE_IDS = st.sampled_from(["f", "g"])
TITLES = st.text(max_size=3)


def _op(name: str, *args: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> st.SearchStrategy[Operation]:
    return st.tuples(st.just(name), st.tuples(USERS, *args), st.fixed_dictionaries(named))


def _any_item(place: str, becomes: str, text: str) -> ThreadItem:
    made = item(becomes, text)
    made.id = place
    return made


def _paging(after: st.SearchStrategy[str]) -> dict[str, st.SearchStrategy[Any]]:
    return {"limit": st.integers(1, 4), "order": st.sampled_from(["asc", "desc"]), "after": st.none() | after}


SAVED_ITEMS = st.builds(_any_item, ITEM_IDS, ITEM_IDS, TITLES)
SAVED_FILES = st.builds(FileAttachment, id=FILE_IDS, name=TITLES, mime_type=st.just("text/plain"))
SAVE_ITEM = _op("save_item", THREAD_IDS, SAVED_ITEMS)
LIST_ITEMS = _op("list_items", THREAD_IDS, hidden=st.booleans(), **_paging(ITEM_IDS))
OPERATIONS = st.one_of(
    *[SAVE_ITEM] * 4,
    *[LIST_ITEMS] * 6,
    _op("save_thread", st.builds(thread, THREAD_IDS, TITLES)),
    _op("load_thread", THREAD_IDS),
    _op("delete_thread", THREAD_IDS),
    _op("list_threads", **_paging(THREAD_IDS)),
    _op("load_item", THREAD_IDS, ITEM_IDS),
    _op("delete_items", THREAD_IDS, st.lists(ITEM_IDS, max_size=3)),
    _op("delete_items_after", THREAD_IDS, ITEM_IDS),
    _op("swap_item", THREAD_IDS, SAVED_ITEMS, SAVED_ITEMS),
    _op("delete_user"),
    _op("list_attachments", limit=st.integers(1, 2), after=st.none() | FILE_IDS),
    _op("save_attachment", SAVED_FILES),
    _op("load_attachment", FILE_IDS),
    _op("delete_attachment", FILE_IDS),
)


async def _outcome(store: Store, operation: Operation) -> Any:
    name, args, named = operation
    try:
        return await getattr(store, name)(*args, **named)
    except NotFound as error:
        return str(error)


async def _everything(store: Store) -> list[Page[Any]]:
    pages: list[Page[Any]] = []
    for user in ("ann", "bob"):
        threads = await store.list_threads(user, limit=100)
        pages.append(threads)
        for row in threads.data:
            pages += [await store.list_items(user, row.id, limit=100, hidden=hidden) for hidden in (True, False)]
    return pages


START: list[Operation] = [
    ("save_thread", (user, thread(thread_id)), {}) for user in ("ann", "bob") for thread_id in "st"
] + [("save_item", ("ann", "t", item(item_id)), {}) for item_id in "aXbcYd"]
"""A thread with items, so that operations at random find something to work on."""


async def _tell_apart(store: Store, operations: list[Operation]) -> None:
    model = MemoryStore()
    for operation in START + operations:
        got, wanted = await _outcome(store, operation), await _outcome(model, operation)
        assert got == wanted, operation
        assert encode(got) == encode(wanted)
    assert await _everything(store) == await _everything(model)
    await store.aclose()


@settings(max_examples=100, deadline=None)
@given(operations=st.lists(OPERATIONS, max_size=30))
def test_no_sequence_of_calls_tells_sqlite_from_memory(operations: list[Operation]) -> None:
    asyncio.run(_tell_apart(SQLiteStore(":memory:"), operations))


@settings(max_examples=25, deadline=None)
@given(operations=st.lists(OPERATIONS, min_size=10, max_size=40))
def test_no_sequence_of_calls_tells_postgres_from_memory(operations: list[Operation]) -> None:
    asyncio.run(_tell_apart(postgres_store("told apart"), operations))
