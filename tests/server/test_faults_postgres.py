"""PostgreSQL hangs, or restarts, in the middle of answers."""

import asyncio
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from chatkit_server import Answer, Turn, create_app
from chatkit_server.stores.postgres import PostgresStore
from support.faults import LONG, Watched, done, eventually, unharmed
from support.postgres import get_server
from support.tally import TOLD, Record
from support.wire import Reply

OK, INTERNAL = 200, 500


def frozen(database: Any, signal_number: int) -> None:
    """Signal every process of a PostgreSQL server."""
    first = psutil.Process(database.get_pid())
    for process in [first, *first.children(recursive=True)]:
        process.send_signal(signal_number)


@pytest.mark.slow
def test_postgres_hangs_in_the_middle_of_an_answer_and_goes_on(record_property: Record) -> None:
    record_property("PostgreSQL hangs", 1)
    database = get_server(Path(tempfile.mkdtemp(prefix="chatkit-postgres-")) / "data", cleanup_mode="delete")
    half_way, hangs = threading.Event(), threading.Event()

    async def respond(turn: Turn) -> Answer:
        yield turn.say("one")
        if turn.text == "go":
            half_way.set()
            await asyncio.to_thread(hangs.wait)
            yield turn.say("two")

    replies: dict[str, Reply] = {}
    store = PostgresStore(database.get_uri(), timeout=1.0)
    try:
        with unharmed(create_app(respond, store=store, store_within=0.3, ping=0.2), pooled=9) as server:
            asking = threading.Thread(target=ask, args=(server, "go", replies))
            asking.start()
            assert half_way.wait(LONG)
            frozen(database, signal.SIGSTOP)
            began = time.monotonic()
            hangs.set()
            try:
                asking.join(30)
                assert not asking.is_alive()
                assert server.wire.ask("threads.list").status == INTERNAL
                assert time.monotonic() - began < 5, "it waits for what does not come"
            finally:
                frozen(database, signal.SIGCONT)
            (reply,) = replies.values()
            assert [error["allow_retry"] for error in reply.of("error")] == [True]
            eventually(lambda: server.wire.ask("threads.list").status == OK, lambda: "it does not come back", 20)
            told = done(reply)
            stored = {item["id"]: item for item in server.wire.items(next(iter(told.values()))["thread_id"])}
            assert {key: stored.get(key) for key in told} == told
            record_property(TOLD, len(told))
    finally:
        database.cleanup()


@pytest.mark.slow
def test_postgres_restarts_in_the_middle_of_answers(record_property: Record) -> None:
    record_property("PostgreSQL restarts", 1)
    database = get_server(Path(tempfile.mkdtemp(prefix="chatkit-postgres-")) / "data", cleanup_mode="delete")
    half_way = threading.Semaphore(0)

    async def slowly(turn: Turn) -> Answer:
        for number in range(30):
            if turn.text == "warm":
                return
            yield turn.say(f"{turn.text} {number}")
            half_way.release()
            await asyncio.sleep(0.05)

    replies: dict[str, Reply] = {}
    try:
        with unharmed(create_app(slowly, store=PostgresStore(database.get_uri()), ping=0.2), pooled=4) as server:
            asking = [threading.Thread(target=ask, args=(server, name, replies)) for name in "abc"]
            for thread in asking:
                thread.start()
            for _ in range(12):
                assert half_way.acquire(timeout=LONG)
            database.stop()
            database.ensure_postgres_running()
            for thread in asking:
                thread.join(30)
            assert len(replies) == 3
            eventually(lambda: server.wire.ask("threads.list").status == OK, lambda: "it does not come back", 20)
            for reply in replies.values():
                told = done(reply)
                assert len(reply.of("error")) <= 1
                stored = server.wire.items(next(iter(told.values()))["thread_id"])
                assert {item["id"]: item for item in stored} | told == {item["id"]: item for item in stored}
                assert len(stored) <= len(told) + 1, "more is stored than the write whose answer was lost"
                record_property(TOLD, len(told))
    finally:
        database.cleanup()


def ask(server: Watched, name: str, replies: dict[str, Reply]) -> None:
    replies[name] = server.wire.create(name)
