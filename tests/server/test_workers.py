"""Four workers behind one port, on one database, under load: every thread is what its streams said."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.driver import Endpoint, post
from chatkit_conformance.rules import lint
from chatkit_conformance.transcript import Exchange, compact
from support.postgres import postgres_store
from support.wire import Reply, Wire, frames, message
from support.workers import workers

SECONDS = 4.0
CLIENTS = 12
SHARED = 5
"""Threads that all clients write to."""

APP = """
import asyncio, os
from chatkit_server import SQLiteStore, create_app
from chatkit_server.stores.postgres import PostgresStore

async def respond(turn):
    slow = turn.text.startswith("slow")
    async def words():
        for word in ("one ", "two ", f"by {os.getpid()}"):
            await asyncio.sleep(0.3 if slow else 0.004)
            yield word
    yield turn.say(f"You said {turn.text}")
    yield turn.stream(words())
    turn.thread.title = turn.text

place, schema = os.environ["PLACE"], os.environ["SCHEMA"]
store = PostgresStore(place, schema=schema, connections=5) if schema else SQLiteStore(place)
app = create_app(respond, store=store, thread_wait=60, on_disconnect="finish")
"""


@pytest.fixture(params=["postgres"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """Four workers."""
    if request.param == "sqlite":
        place, schema = str(tmp_path / "x.sqlite3"), ""
    else:
        store = postgres_store("workers")
        place, schema = store.url, store.schema
    with workers(4, APP, tmp_path, PLACE=place, SCHEMA=schema) as port:
        yield port


class Load:
    """Clients that write to the same threads, and what each of them got."""

    def __init__(self, port: int) -> None:
        self._endpoint = Endpoint(f"http://127.0.0.1:{port}/chatkit/api", deadline=60)
        self._until = time.monotonic() + SECONDS
        self.exchanges: list[Exchange] = []
        self.threads = [self._begin(f"thread {number}") for number in range(SHARED)]

    def ask(self, kind: str, **params: Any) -> Exchange:
        sent = compact({"type": kind, "params": params}).encode()
        exchange = post(self._endpoint, sent)
        assert exchange.status == 200, (exchange.status, exchange.trouble, exchange.received[:300])
        self.exchanges.append(exchange)
        return exchange

    def _begin(self, text: str) -> str:
        return str(events(self.ask("threads.create", input=message(text)))[0]["thread"]["id"])

    def client(self, name: int) -> None:
        chance = random.Random(name)
        count = 0
        while time.monotonic() < self._until:
            count += 1
            thread = chance.choice(self.threads)
            if chance.random() < 0.1:
                self._begin(f"own {name}-{count}")
            elif chance.random() < 0.3:
                self.ask("threads.get_by_id", thread_id=thread)
            else:
                self.ask("threads.add_user_message", thread_id=thread, input=message(f"{name}-{count}"))


def events(exchange: Exchange) -> list[dict[str, Any]]:
    return Reply(exchange.status, dict(exchange.headers), exchange.received).raw_events


def streams_of(load: Load) -> dict[str, list[Exchange]]:
    """Sort the streams by thread; within it they are in the order in which the server served them."""
    threads: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in load.exchanges:
        if exchange.kind in {"threads.create", "threads.add_user_message"}:
            threads[said(exchange)[0]["thread_id"]].append(exchange)
    return threads


def said(exchange: Exchange) -> list[dict[str, Any]]:
    return [event["item"] for event in events(exchange) if event["type"] == "thread.item.done"]


@pytest.mark.slow
def test_whose_connection_is_cut_gets_the_same_answer_from_whichever_worker(port: int) -> None:
    """The widget's own way: the same body from the same frame, over a new connection, which any worker may take."""

    def again(name: str) -> tuple[bytes, bytes]:
        wire = Wire(port, headers={"chatkit-frame-instance-id": name})
        body = {"type": "threads.create", "params": {"input": message(f"slow {name}")}}
        with wire.open("POST", body) as connection, connection.getresponse() as response:
            cut = b"".join(frame for frame, _ in zip(frames(response), range(4), strict=False))
        return cut, wire.post(body).body

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(again, (f"frame-{number}" for number in range(CLIENTS))))
    for cut, whole in answers:
        assert whole.startswith(cut)
        assert whole.count(b'"type":"thread.created"') == 1
        assert b"one two by " in whole
    threads = Wire(port).ask("threads.list", limit=100).json["data"]
    assert len(threads) == CLIENTS
    for thread in threads:
        assert [item["type"] for item in Wire(port).items(thread["id"])] == ["user_message", *["assistant_message"] * 2]


@pytest.mark.slow
@pytest.mark.parametrize("port", ["postgres", "sqlite"], indirect=True)
def test_every_thread_is_what_its_streams_said(port: int) -> None:
    load = Load(port)
    clients = [threading.Thread(target=load.client, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(90)
    threads = streams_of(load)
    assert len(threads) > SHARED
    assert sum(len(streams) for streams in threads.values()) > 50
    workers = set()
    for thread, streams in threads.items():
        listing = load.ask("items.list", thread_id=thread, limit=1000, order="asc")
        kept = Reply(listing.status, dict(listing.headers), listing.received).json["data"]
        places = {item["id"]: place for place, item in enumerate(kept)}
        streams.sort(key=lambda exchange: places[said(exchange)[0]["id"]])
        assert kept == [item for exchange in streams for item in said(exchange)]
        workers |= {item["content"][0]["text"].partition("by ")[2] for item in kept} - {""}
        assert lint([*streams, listing]).findings == []
    assert len(workers) > 1, "one worker did it all"
