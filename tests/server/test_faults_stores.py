"""A store that fails at any call, a disk that is full, a clock that jumps."""

import asyncio
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from chatkit_protocol import FileAttachment, ThreadMetadata
from chatkit_protocol.codec import decode_item
from chatkit_protocol.requests import AttachmentCreateParams
from chatkit_server import Answer, MemoryStore, SQLiteStore, Turn, action, create_app
from chatkit_server.routes import TABLE
from chatkit_server.stores.twin import CALLS
from support.faults import Watched, broken_rules, done, eventually, unharmed
from support.tally import TOLD, Record
from support.wire import Reply, frames, message

pytestmark = pytest.mark.slow

THEN = datetime(2026, 1, 1, tzinfo=UTC)
CARD = {"type": "Card", "children": [{"type": "Text", "value": "hi"}]}
OK, INTERNAL = 200, 500


How = Literal["before", "after", "hangs"]
WITHIN = 0.03
"""Seconds that a call may take where stores hang."""
FAILS: dict[How, str] = {
    "before": "a call of the store fails",
    "after": "a call of the store does its work, and fails",
    "hangs": "a call of the store never ends",
}


class FailingStore(MemoryStore):
    """Fails at the call of this number: before it did anything, after it did all and the answer was lost, or never."""

    def __init__(self, how: How) -> None:
        super().__init__()
        self.how = how
        self.fail_at, self.calls = 0, 0

    def plan(self, number: int) -> None:
        self.fail_at, self.calls = number, 0

    @property
    def has_failed(self) -> bool:
        return 0 < self.fail_at <= self.calls


def failing(method: Any) -> Any:
    @wraps(method)
    async def call(store: FailingStore, *args: Any, **options: Any) -> Any:
        store.calls += 1
        fails = store.calls == store.fail_at
        if fails and store.how == "hangs":
            await asyncio.Event().wait()
        if fails and store.how == "before":
            raise OSError("the store is out of reach")
        result = await method(store, *args, **options)
        if fails:
            await asyncio.sleep(0.001)
            raise TimeoutError("the store did not answer in time")
        return result

    return call


for name in CALLS:
    setattr(FailingStore, name, failing(getattr(MemoryStore, name)))


class Files:
    async def create(self, turn: Turn, params: AttachmentCreateParams) -> FileAttachment:
        return FileAttachment(id=turn.new_id("attachment"), name=params.name, mime_type=params.mime_type)

    async def delete(self, turn: Turn, attachment: Any) -> None:
        """There are no bytes."""


class Everything:
    """Does with the store whatever an answer can do with it."""

    attachments = Files()

    async def respond(self, turn: Turn) -> Answer:
        if turn.text == "warm":
            return
        yield turn.progress("thinking")
        await turn.history()
        yield turn.stream(["one ", "two"])
        yield turn.widget(CARD)
        turn.thread.title = f"after {turn.text}"
        yield turn.hidden({"note": 1})
        yield turn.say("three")

    @action("go")
    async def go(self, turn: Turn, _payload: Any) -> Answer:
        yield turn.say("went")

    @action("go")
    async def at_once(self, turn: Turn, _payload: Any) -> Any:
        return turn.sender

    async def feedback(self, turn: Turn, item_ids: list[str], kind: str) -> None:
        await turn.history()

    async def transcribe(self, turn: Turn, audio: Any) -> str:
        return "said"


BASE = {"thread_id": "t", "created_at": THEN.isoformat()}
ITEMS = [
    {"type": "user_message", "id": "u", "content": [{"type": "input_text", "text": "hi"}], "inference_options": {}},
    {"type": "assistant_message", "id": "a", "content": [{"type": "output_text", "text": "yes", "annotations": []}]},
    {"type": "widget", "id": "w", "widget": CARD},
    {
        "type": "structured_input",
        "id": "s",
        "status": "pending",
        "inputs": [{"type": "freeform", "id": "q", "question": "?"}],
    },
    {"type": "client_tool_call", "id": "c", "status": "pending", "call_id": "c", "name": "n", "arguments": {}},
]
SAID = message("again", attachments=["f"])
REQUESTS: dict[str, dict[str, Any]] = {
    "threads.create": {"input": SAID},
    "threads.add_user_message": {"thread_id": "t", "input": SAID},
    "threads.add_client_tool_output": {"thread_id": "t", "result": 1},
    "threads.add_structured_input": {
        "thread_id": "t",
        "item_id": "s",
        "input": {"status": "answered", "answers": {"q": {"values": ["x"]}}},
    },
    "threads.retry_after_item": {"thread_id": "t", "item_id": "u"},
    "threads.custom_action": {"thread_id": "t", "item_id": "w", "action": {"type": "go"}},
    "threads.sync_custom_action": {"thread_id": "t", "item_id": "w", "action": {"type": "go"}},
    "threads.get_by_id": {"thread_id": "t"},
    "threads.list": {},
    "threads.update": {"thread_id": "t", "title": "new"},
    "threads.delete": {"thread_id": "t"},
    "items.list": {"thread_id": "t"},
    "items.feedback": {"thread_id": "t", "item_ids": ["a"], "kind": "positive"},
    "attachments.create": {"name": "n", "size": 1, "mime_type": "text/plain"},
    "attachments.delete": {"attachment_id": "f"},
    "input.transcribe": {"audio_base64": "AAEC", "mime_type": "audio/webm"},
}
NO_CALLS = {"input.transcribe"}
"""What needs no store."""


async def seed(store: Any) -> None:
    await store.delete_thread("local", "t")
    await store.save_thread("local", ThreadMetadata(id="t", created_at=THEN))
    for fields in ITEMS:
        await store.save_item("local", "t", decode_item(json.dumps(BASE | fields)))
    await store.save_attachment("local", FileAttachment(id="f", name="f", mime_type="text/plain"))


def test_every_request_is_tried() -> None:
    assert {kind.__struct_config__.tag for kind in TABLE} == set(REQUESTS)


@pytest.mark.parametrize("how", get_args(How))
def test_a_store_that_fails_at_any_call_of_any_request_loses_nothing_that_was_told(
    how: How, record_property: Record
) -> None:
    store = FailingStore(how)
    failures = 0
    within = WITHIN if how == "hangs" else None
    app = create_app(Everything(), store=store, strict=True, thread_wait=0, store_within=within)
    with unharmed(app) as server:
        for kind, params in REQUESTS.items():
            for number in itertools.count(1):
                store.plan(0)
                server.run(seed(store))
                store.plan(number)
                reply = server.wire.ask(kind, **params)
                failed = store.has_failed
                store.plan(0)
                record_property(TOLD, judge(server, kind, reply, failed=failed))
                failures += failed
                assert not server.run(empty(store)), "a thread without a message is left"
                if not failed:
                    assert number > 1 or kind in NO_CALLS
                    break
    record_property(FAILS[how], failures)
    assert failures > 60


async def empty(store: Any) -> list[str]:
    """Name the threads in which there is nothing."""
    threads = [thread.id for thread in (await store.list_threads("local", limit=1000)).data]
    return [name for name in threads if not (await store.list_items("local", name, limit=1, hidden=True)).data]


@pytest.mark.parametrize("how", get_args(How))
@pytest.mark.parametrize("number", [1, 2])
def test_a_stop_that_cannot_be_saved_lets_go_of_the_thread(how: How, number: int, record_property: Record) -> None:
    record_property(f"while a stop is saved, {FAILS[how]}", 1)
    store = FailingStore(how)

    async def respond(turn: Turn) -> Answer:
        if turn.text == "go":
            yield turn.stream(forever())
        yield turn.say("well")

    async def forever() -> AsyncIterator[str]:
        yield "a word"
        store.plan(number)
        await asyncio.Event().wait()

    with unharmed(create_app(respond, store=store, thread_wait=0, store_within=WITHIN, ping=0.02)) as server:
        with server.wire.open("POST", {"type": "threads.create", "params": {"input": message("go")}}) as connection:
            response = connection.getresponse()
            for frame in frames(response):
                if b"a word" in frame:
                    break
            response.close()
        eventually(lambda: store.has_failed, lambda: "nothing was saved")
        store.plan(0)
        thread = server.wire.ask("threads.list").json["data"][0]["id"]
        eventually(lambda: server.wire.say(thread, "again").status == OK, lambda: "the thread is still held")
        assert server.wire.items(thread)[-1]["content"][0]["text"] == "well"


def judge(server: Watched, kind: str, reply: Reply, *, failed: bool) -> int:
    """What was told to be done is there and is what was told, tell how much; a failure is told as one, once."""
    streams = reply.headers["content-type"].startswith("text/event-stream")
    if not streams:
        assert reply.status in ({OK, INTERNAL} if failed else {OK}), reply.body
        assert isinstance(reply.json, dict)
        return 0
    errors = reply.of("error")
    assert len(errors) <= 1
    assert failed or not errors
    told = done(reply)
    if told:
        thread = next(iter(told.values()))["thread_id"]
        listed = {item["id"]: item for item in server.wire.items(thread)}
        assert {key: listed.get(key) for key in told} == told, kind
    rules = broken_rules(({"type": kind, "params": REQUESTS[kind]}, reply))
    assert not rules, (kind, rules)
    return len(told)


# A disk that is full


async def chatter(turn: Turn) -> Answer:
    for number in range(40):
        if turn.text == "warm":
            return
        yield turn.say(f"{number} " + "x" * 2000)


def full_after(store: SQLiteStore, pages: int) -> SQLiteStore:
    """Let the file grow by no more than so many pages: then SQLite says that the disk is full."""
    opened = store._open

    def limited() -> sqlite3.Connection:
        db = opened()
        used = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {used + pages}")
        return db

    store._open = limited  # type: ignore[assignment]
    return store


def test_a_full_disk_ends_the_answer_and_keeps_what_was_told(tmp_path: Path, record_property: Record) -> None:
    record_property("the disk is full", 1)
    store = full_after(SQLiteStore(tmp_path / "chat.sqlite3"), 12)
    with unharmed(create_app(chatter, store=store)) as server:
        reply = server.wire.create("go")
        assert [error["allow_retry"] for error in reply.of("error")] == [True]
        told = done(reply)
        thread = next(iter(told.values()))["thread_id"]
        assert 3 < len(told) < 30, "the disk was never full, or from the start"
        assert server.wire.items(thread) == list(told.values())
        record_property(TOLD, len(told))
        refused = server.wire.ask("threads.update", thread_id=thread, title="y" * 40_000)
        assert refused.status == INTERNAL
        assert server.wire.ask("threads.delete", thread_id=thread).status == OK, "room can be made"
        assert not server.wire.create("go").raw_events[0].get("error")


# A clock that jumps


def test_a_clock_that_jumps_changes_no_order(record_property: Record) -> None:
    jumps = itertools.cycle([0, 3600, -86_400, 40 * 365 * 86_400, -7, -(20 * 365 * 86_400)])

    def now() -> datetime:
        record_property("the clock jumps", 1)
        return THEN + timedelta(seconds=next(jumps))

    with unharmed(create_app(chatter, now=now, strict=True)) as server:
        first = server.wire.create("go")
        told = done(first)
        thread = next(iter(told.values()))["thread_id"]
        told |= done(server.wire.say(thread, "more"))
        assert server.wire.items(thread) == list(told.values())
        record_property(TOLD, len(told))
        assert server.wire.items(thread, order="desc") == list(told.values())[::-1]
        retried = done(server.wire.ask("threads.retry_after_item", thread_id=thread, item_id=next(iter(told))))
        assert [item["id"] for item in server.wire.items(thread)] == [next(iter(told)), *retried]
