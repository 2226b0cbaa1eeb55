"""`kill -9` at any moment: the store opens, holds every item whose `done` was sent, and its thread can go on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.postgres import postgres_store
from support.tally import TOLD, Record

KILLS = 24

# One process prepares everything and then forks a child for each kill, which costs milliseconds. All of them
# write into the same thread: whoever is killed must have let go of it, too.
KILL = """
import asyncio, json, os, random, signal, sys, time
from chatkit_protocol import SSEDecoder
from chatkit_protocol.codec import decode_event
from chatkit_protocol.events import ThreadItemDone, ThreadItemReplaced
from chatkit_server import SQLiteStore, create_app
from chatkit_server.stores.base import NotFound
from chatkit_server.stores.contract.check import thread
from chatkit_server.stores.postgres import PostgresStore
from support.asgi import Client
from support.wire import message

place, schema, kills = sys.argv[1], sys.argv[2], int(sys.argv[3])

def opened():
    return PostgresStore(place, schema=schema) if schema else SQLiteStore(place)

async def respond(turn):
    while True:
        said = turn.say("whole")
        yield said
        yield turn.stream(word for word in ("piece ", "by ", "piece"))
        said.item.content[0].text = "changed"
        yield turn.hidden("hidden")
        await asyncio.sleep(0)

async def answer(pipe):
    client = Client(create_app(respond, store=opened()))
    inner = client._send
    async def send(sent):
        os.write(pipe, sent.get("body", b""))
        await inner({**sent, "body": b""})
    client._send = send
    await client.post({"type": "threads.add_user_message", "params": {"thread_id": "t", "input": message("go")}})

def killed(moment):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        asyncio.run(answer(writing))
        os._exit(1)
    os.close(writing)
    body = os.read(reading, 1 << 16)  # from the first frame on
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while piece := os.read(reading, 1 << 16):
        body += piece
    os.close(reading)
    events = [decode_event(told.data) for told in SSEDecoder().feed(body)]
    return [event.item for event in events if isinstance(event, (ThreadItemDone, ThreadItemReplaced))]

async def lost(items):
    store = opened()
    missing = []
    for item in items:
        try:
            same = await store.load_item("local", "t", item.id) == item
        except NotFound:
            same = False
        if not same:
            missing.append(item.id)
    await store.aclose()
    return missing

async def begin():
    store = opened()
    await store.save_thread("local", thread("t"))
    await store.aclose()

asyncio.run(begin())
seen, counts = [], []
for number in range(kills):
    told = killed(random.random() * 0.04)
    counts.append(len(told))
    seen += told
print(json.dumps({"missing": asyncio.run(lost(seen)), "counts": counts}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_every_item_whose_done_was_sent_is_there(kind: str, tmp_path: Path, record_property: Record) -> None:
    record_property("the server is killed in the middle of an answer", KILLS)
    store: Any = postgres_store("kill") if kind == "postgres" else None
    place = [store.url, store.schema] if store else [str(tmp_path / "x"), ""]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", KILL, *place, str(KILLS)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    found = json.loads(run.stdout)
    assert found["missing"] == []
    assert len(found["counts"]) == KILLS
    record_property(TOLD, sum(found["counts"]))
    assert min(found["counts"]) >= 1, "not even the user's message"
    assert len(set(found["counts"])) > 5, "they were all killed at the same moment"
