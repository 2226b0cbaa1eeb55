"""What is done to a server, and what has to be as before afterwards: tasks, descriptors, and that it answers."""

import asyncio
import contextlib
import gc
import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from chatkit_conformance.linter.lint import lint
from chatkit_conformance.transcript import Exchange
from chatkit_protocol import ThreadItem
from chatkit_protocol.items import AssistantMessageItem
from support.live import live
from support.wire import Reply, Wire

LONG = 10.0
"""Seconds within which a server has let go of what a client left behind."""


class Watched:
    """A running app, with the loop that it runs in."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.loop: asyncio.AbstractEventLoop | None = None
        self.port = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.loop = asyncio.get_running_loop()
        await self.app(scope, receive, send)

    @property
    def wire(self) -> Wire:
        return Wire(self.port)

    def tasks(self) -> list[str]:
        """Name the tasks that run."""
        assert self.loop
        return sorted(str(task.get_coro()) for task in asyncio.all_tasks(self.loop))

    def run(self, work: Any, patience: float = LONG) -> Any:
        """Run a coroutine in the server's own loop: what belongs to that is used from there."""
        assert self.loop
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(patience)

    def items(self, thread_id: str | None = None) -> list[ThreadItem]:
        """Give everything that is stored in a thread, or in the only one."""
        return list(self.run(stored(self.app.state.backend.store, thread_id)))


async def stored(store: Any, thread_id: str | None) -> list[ThreadItem]:
    if thread_id is None:
        (thread,) = (await store.list_threads("local", limit=9)).data
        thread_id = thread.id
    page = await store.list_items("local", thread_id, limit=999, order="asc", hidden=True)
    return list(page.data)


def descriptors() -> int:
    """Count what this process holds open; the server is a thread of it."""
    return len(list(Path("/proc/self/fd").iterdir()))


@contextlib.contextmanager
def unharmed(app: Any, *, pooled: int = 0) -> Iterator[Watched]:
    """Serve `app`; afterwards it answers, and no task and no descriptor is left of what was done to it.

    `pooled` is how many connections more its store may hold on to.
    """
    watched = Watched(app)
    with live(watched, log_level="critical", timeout_keep_alive=1) as port:
        watched.port = port
        assert watched.wire.ask("threads.list").status == 200
        assert watched.wire.create("warm").status == 200  # from here on everything is open that stays open
        watched.wire.ask("threads.delete", thread_id=watched.wire.ask("threads.list").json["data"][0]["id"])
        before = quiet(watched)
        yield watched
        assert watched.wire.ask("threads.list").status == 200, "it answers no more"
        eventually(lambda: len(watched.tasks()) <= len(before[0]), lambda: f"tasks are left: {watched.tasks()}")
        eventually(
            lambda: descriptors() <= before[1] + pooled, lambda: f"{descriptors()} descriptors, {before[1]} before"
        )


def quiet(watched: Watched) -> tuple[list[str], int]:
    """Wait until nothing changes, and tell what there is."""
    last: Any = None
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        gc.collect()
        now = (watched.tasks(), descriptors())
        if now == last:
            return now
        last = now
        time.sleep(0.1)
    raise AssertionError("the server never falls quiet")


def eventually(holds: Callable[[], bool], told: Callable[[], str], patience: float = LONG) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, told()
        gc.collect()
        time.sleep(0.02)


def said(items: Sequence[ThreadItem]) -> str:
    """Give the text of the assistant's messages."""
    messages = [item for item in items if isinstance(item, AssistantMessageItem)]
    assert len({message.id for message in messages}) == len(messages)
    return "".join(part.text for message in messages for part in message.content)


def done(reply: Reply) -> dict[str, Any]:
    """Give the items that a stream told to be done, as they were told last; without what it took back."""
    items: dict[str, Any] = {}
    for event in reply.raw_events:
        if event["type"] in {"thread.item.done", "thread.item.replaced"}:
            items[event["item"]["id"]] = event["item"]
        elif event["type"] == "thread.item.removed":
            items.pop(event["item_id"], None)
    return items


def broken_rules(*exchanges: tuple[dict[str, Any], Reply]) -> list[str]:
    """Name the rules that a conversation breaks."""
    told = [
        Exchange(json.dumps(sent).encode(), reply.status, reply.headers, reply.body, number=number)
        for number, (sent, reply) in enumerate(exchanges)
    ]
    return lint(told).broken


def connect(port: int, **options: int) -> socket.socket:
    """Open a socket; options are of the socket, such as `rcvbuf`."""
    opened = socket.socket()
    if "rcvbuf" in options:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["rcvbuf"])
    opened.settimeout(LONG)
    opened.connect(("127.0.0.1", port))
    return opened


def request(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Spell a request to the endpoint."""
    lines = ["POST /chatkit/api HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def until_closed(sock: socket.socket, patience: float = LONG) -> bytes:
    """Read to the end that the server makes."""
    got = bytearray()
    sock.settimeout(patience)
    with contextlib.suppress(ConnectionError):
        while piece := sock.recv(65536):
            got += piece
    return bytes(got)
