"""Clients that are slow, half open, gone or no clients at all: what each may cost, and that it ends."""

import asyncio
import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.fuzz.memory import resident
from chatkit_protocol import SDKHiddenContextItem, UserMessageItem, WidgetItem, WorkflowItem
from chatkit_protocol.codec import decode_event
from chatkit_protocol.fold import fold
from chatkit_protocol.sse import SSEDecoder
from chatkit_protocol.tasks import CustomTask
from chatkit_server import Answer, MemoryStore, SQLiteStore, Turn, create_app
from support.faults import connect, eventually, request, said, unharmed, until_closed
from support.postgres import postgres_store
from support.tally import Record
from support.wire import message

pytestmark = pytest.mark.slow

CREATE = json.dumps({"type": "threads.create", "params": {"input": message("go")}}).encode()
LIST = b'{"type":"threads.list","params":{}}'
CARD = {"type": "Card", "children": [{"type": "Text", "id": "t", "value": "", "streaming": True}]}
FRAMES = 13
"""Frames of `talk` until it falls silent."""


async def talk(turn: Turn) -> Answer:
    """A workflow left open, a message word by word, a widget that stays unfinished."""
    if turn.text == "warm":
        return
    workflow = turn.workflow()
    yield workflow.start()
    yield workflow.add(CustomTask(title="thinking"))
    yield turn.stream(word + " " for word in ("one", "two", "three"))
    yield turn.stream_widget(forever())


async def forever() -> AsyncIterator[dict[str, Any]]:
    yield CARD
    await asyncio.sleep(60)


async def endless(turn: Turn) -> Answer:
    """Say more than any buffer holds."""
    if turn.text != "warm":
        yield turn.stream(pieces())


produced = [0]


async def pieces() -> AsyncIterator[str]:
    while True:
        produced[0] += 1
        yield "x" * 1000


async def speak(turn: Turn) -> Answer:
    """A workflow, a message word by word, a widget, each of which takes its time."""
    if turn.text == "warm":
        return
    workflow = turn.workflow()
    yield workflow.start(CustomTask(title="thinking"))
    await asyncio.sleep(0.01)
    yield workflow.finish()
    yield turn.stream(words())
    yield turn.widget(CARD)


async def words() -> AsyncIterator[str]:
    for word in ("one ", "two ", "three "):
        await asyncio.sleep(0.01)
        yield word


STORES: list[Any] = [
    pytest.param(lambda _path: MemoryStore(), id="memory"),
    pytest.param(lambda path: SQLiteStore(path / "chat.sqlite3"), id="sqlite"),
    pytest.param(lambda _path: postgres_store("faults"), id="postgres"),
]


@pytest.mark.parametrize("make_store", STORES)
def test_a_client_that_resets_the_connection_at_any_frame_has_what_it_was_sent(
    make_store: Callable[[Path], Any], tmp_path: Path, record_property: Record
) -> None:
    record_property("the connection is reset at a frame, and the answer stopped", FRAMES)
    with unharmed(create_app(talk, store=make_store(tmp_path), ping=0.05)) as server:
        for count in range(1, FRAMES + 1):
            got = cut_after(server.port, count)
            sent = [decode_event(part.data) for part in SSEDecoder().feed(frames_of(got))]
            eventually(lambda: isinstance(server.items()[-1], SDKHiddenContextItem), lambda: f"{server.items()}")
            items = server.items()
            assert isinstance(items[0], UserMessageItem)
            assert said(items).startswith(said(list(fold(sent).items.values())))
            assert not [item for item in items if isinstance(item, (WidgetItem, WorkflowItem))]
            thread = items[0].thread_id
            assert server.wire.items(thread)[0]["type"] == "user_message"
            assert server.wire.ask("threads.delete", thread_id=thread).status == 200


@pytest.mark.parametrize("make_store", STORES)
def test_an_answer_is_whole_at_whichever_frame_its_client_resets_the_connection(
    make_store: Callable[[Path], Any], tmp_path: Path, record_property: Record
) -> None:
    app = create_app(speak, store=make_store(tmp_path), on_disconnect="finish", ping=0.05, strict=True)
    with unharmed(app) as server:
        whole = server.wire.create("go")
        server.wire.ask("threads.delete", thread_id=whole.raw_events[0]["thread"]["id"])
        kinds = [event["item"]["type"] for event in whole.of("thread.item.done")]
        for count in range(1, len(whole.raw_events)):
            cut_after(server.port, count)
            record_property("the connection is reset at a frame, and the answer finished", 1)
            eventually(lambda: [kind_of(item) for item in server.items()] == kinds, lambda: f"{server.items()}")
            assert said(server.items()) == "one two three "
            assert server.wire.ask("threads.delete", thread_id=server.items()[0].thread_id).status == 200


def kind_of(item: Any) -> Any:
    return item.__struct_config__.tag


def cut_after(port: int, count: int) -> bytes:
    """Ask for an answer, and reset the connection after so many frames; give what came."""
    with connect(port) as client:
        client.sendall(request(CREATE))
        got = b""
        while got.count(b"\n\n") < count:
            got += client.recv(200)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets
    return got


def frames_of(got: bytes) -> bytes:
    """Take the chunks out of a reply that was not read to its end."""
    _, _, rest = got.partition(b"\r\n\r\n")
    found = bytearray()
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size or b"0", 16)
        found += rest[:length]
        rest = rest[length + 2 :]
    return bytes(found)


def test_a_client_that_reads_a_byte_a_second_holds_the_producer_back(record_property: Record) -> None:
    record_property("a client reads next to nothing of an endless answer", 5)
    with unharmed(create_app(endless, ping=0.05)) as server:
        produced[0] = 0
        before = resident()
        clients = [connect(server.port, rcvbuf=4096) for _ in range(5)]
        for client in clients:
            client.sendall(request(CREATE))
            client.recv(1)
        held = until_held_back()
        for client in clients:
            client.recv(1)
        time.sleep(0.3)
        # What the sockets hold, what uvicorn holds, what the stream holds: then it waits.
        assert produced[0] - held < 200, "the producer goes on"
        assert held * 1000 / len(clients) < 8 * 2**20, "more is produced than buffers hold"
        assert resident() - before < 60_000, "KiB"
        for client in clients:
            client.close()


def until_held_back() -> int:
    """Wait until nothing is produced any more; tell how many pieces were."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        before = produced[0]
        time.sleep(0.3)
        if produced[0] == before:
            return before
    raise AssertionError("the producer goes on")


def test_a_client_that_takes_nothing_has_gone_away_after_a_while(record_property: Record) -> None:
    """It keeps the connection open and says nothing: no FIN tells the server."""
    record_property("a half-open client takes nothing", 1)
    stopped = threading.Event()

    async def on_stop(_turn: Turn, _pending: list[Any]) -> None:
        stopped.set()

    with (
        unharmed(create_app(endless, on_stop=on_stop, ping=0.1, patience=0.4)) as server,
        connect(server.port, rcvbuf=4096) as client,
    ):
        client.sendall(request(CREATE))
        client.recv(100)
        assert stopped.wait(5), "the answer goes on for nobody"
        assert isinstance(server.items()[-1], SDKHiddenContextItem)


def test_a_client_that_sends_its_request_too_slowly_is_refused(record_property: Record) -> None:
    record_property("a request comes too slowly", 1)
    with unharmed(create_app(talk, patience=0.3)) as server, connect(server.port) as client:
        client.sendall(request(LIST, length=1000))
        stop = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not stop.wait(0.05):
                    client.send(b" ")

        dripping = threading.Thread(target=drip)
        dripping.start()
        began = time.monotonic()
        got = until_closed(client, 5)
        stop.set()
        dripping.join()
        assert time.monotonic() - began < 4
        assert got.startswith(b"HTTP/1.1 400 ")
        assert b'"reason":"slow"' in got


def test_slow_clients_that_are_in_time_are_answered(record_property: Record) -> None:
    record_property("a request comes byte by byte, in time", 1)
    with unharmed(create_app(talk, patience=5)) as server, connect(server.port) as client:
        for byte in request(LIST, "Connection: close"):
            client.sendall(bytes([byte]))
        assert until_closed(client).startswith(b"HTTP/1.1 200 ")


GARBAGE = [
    pytest.param(b"\x00" * 2000, id="zeros"),
    pytest.param(b"GET", id="half-a-word"),
    pytest.param(request(b"{}")[:60], id="half-a-request"),
    pytest.param(request(LIST) * 20, id="twenty-more"),
    pytest.param(b"\r\n" * 5000, id="blank-lines"),
    pytest.param(request(LIST, "Transfer-Encoding: chunked"), id="smuggled"),
    pytest.param(b"a" * 300_000, id="a-long-line"),
]


@pytest.mark.parametrize("behind", GARBAGE)
def test_what_is_sent_behind_a_request_does_not_disturb_its_answer(behind: bytes, record_property: Record) -> None:
    record_property("garbage comes behind a request", 2)
    with unharmed(create_app(talk, ping=0.05)) as server:
        with connect(server.port) as client:
            with contextlib.suppress(ConnectionError):
                client.sendall(request(LIST, "Connection: keep-alive") + behind)
            got = client.recv(20)
            assert got.startswith(b"HTTP/1.1 200")
        with connect(server.port) as client:  # behind one whose answer streams: leaving is noticed all the same
            with contextlib.suppress(ConnectionError):
                client.sendall(request(CREATE) + behind)
            while b"\n\n" not in client.recv(200):
                pass
        eventually(lambda: isinstance(server.items()[-1], SDKHiddenContextItem), lambda: "the stop was not noticed")


def test_connections_that_say_nothing_are_let_go_of(record_property: Record) -> None:
    record_property("a connection says nothing", 50)
    with unharmed(create_app(talk)) as server:
        clients = [connect(server.port) for _ in range(50)]
        assert server.wire.ask("threads.list").status == 200
        for client in clients:
            client.close()
