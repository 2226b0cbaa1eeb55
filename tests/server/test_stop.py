"""Stop: the client may go away at any byte, and what was sent is stored (protocol.md §7.10, D13)."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Mount

from chatkit_protocol import (
    AssistantMessageItem,
    SDKHiddenContextItem,
    SSEDecoder,
    ThreadItem,
    UserMessageItem,
    WidgetItem,
    WorkflowItem,
)
from chatkit_protocol.codec import decode_event
from chatkit_protocol.fold import fold
from chatkit_protocol.requests import InputParams, ThreadsCreate
from chatkit_protocol.tasks import CustomTask
from chatkit_server import Answer, Context, MemoryStore, SQLiteStore, Turn, create_app
from chatkit_server.routes import TABLE
from support.asgi import Client
from support.live import live
from support.wire import Wire, frames, message

WORDS = ["One ", "two ", "three ", "four."]
CARD = {"type": "Card", "children": [{"type": "Text", "id": "t", "value": "", "streaming": True}]}
CREATE = {"type": "threads.create", "params": {"input": message("go")}}


async def talk(turn: Turn) -> Answer:
    """A workflow left open, a message streamed word by word, another one whole, and then nothing for long."""
    workflow = turn.workflow()
    yield workflow.start()
    yield workflow.add(CustomTask(title="thinking"))
    yield turn.stream(slowly())
    yield turn.stream_widget(forever(turn))


async def slowly() -> AsyncIterator[str]:
    for word in WORDS:
        await asyncio.sleep(0.002)
        yield word


async def forever(turn: Turn) -> AsyncIterator[dict[str, Any]]:
    yield CARD
    turn.thread.title = "half way"
    yield {"type": "Card", "children": [CARD["children"][0] | {"value": "more"}]}
    await asyncio.sleep(60)


FRAMES = 16
"""Frames of `talk` until it falls silent."""


class SlowStore(MemoryStore):
    """Every call takes 50 ms, as over a network."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def slow(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0.05)
            return await found(*args, **kwargs)

        return slow


def said(items: list[ThreadItem]) -> str:
    """Give the text of the assistant's messages."""
    messages = [i for i in items if isinstance(i, AssistantMessageItem)]
    assert len({m.id for m in messages}) == len(messages)
    return "".join(part.text for m in messages for part in m.content)


def received(body: bytes) -> str:
    """Give the text that a client has seen, from whole frames."""
    view = fold(decode_event(message.data) for message in SSEDecoder().feed(body))
    return said(list(view.items.values()))


async def stored(app: Starlette) -> tuple[Any, list[ThreadItem]]:
    """Give the only thread and its items, hidden ones too."""
    store = app.state.backend.store
    page = await store.list_threads("local", limit=9)
    assert len(page.data) == 1
    items = await store.list_items("local", page.data[0].id, limit=999, order="asc", hidden=True)
    return page.data[0], items.data


def check_saved(body: bytes, items: list[ThreadItem]) -> None:
    """Everything that the client has seen of messages is stored; unfinished widgets and workflows are not."""
    assert isinstance(items[0], UserMessageItem)
    assert said(items).startswith(received(body))
    assert not [i for i in items if isinstance(i, (WidgetItem, WorkflowItem))]


STORES: list[Any] = [
    pytest.param(MemoryStore, id="memory"),
    pytest.param(lambda: SQLiteStore(":memory:"), id="sqlite"),
    pytest.param(SlowStore, id="50ms-a-call"),
]
HOW = [
    pytest.param("receive", id="disconnect-message"),
    pytest.param("send", id="asgi-2.4-send-raises"),
    pytest.param("cancel", id="task-cancelled"),
]


@pytest.mark.parametrize("make_store", STORES)
@pytest.mark.parametrize("how", HOW)
def test_d13_nothing_that_was_sent_is_lost(make_store: Callable[[], Any], how: str) -> None:
    async def leave_after(count: int) -> bytes:
        app = create_app(talk, store=make_store(), strict=True, ping=0.01)
        body = await Client(app, how=how, frames=count).post(CREATE)
        _, items = await stored(app)
        check_saved(body, items)
        assert isinstance(items[-1], SDKHiddenContextItem) or count < 3, "the model is told that the user stopped"
        await app.state.backend.store.aclose()
        return body

    async def every_boundary() -> list[bytes]:
        return await asyncio.gather(*(leave_after(count) for count in range(1, FRAMES + 1)))

    bodies = asyncio.run(every_boundary())
    assert received(bodies[-1]) == "".join(WORDS)
    assert len({received(body) for body in bodies}) > len(WORDS)


@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "behind-http-middleware"])
def test_d13_over_sockets_at_every_frame_boundary(wrapped: bool) -> None:
    for count in range(1, FRAMES + 1):
        app = create_app(talk, strict=True)
        served: Any = app
        if wrapped:
            served = Starlette(routes=[Mount("/", app=app)])
            served.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, call_next: call_next(request))
        with live(served) as port:
            wire = Wire(port)
            with wire.open("POST", CREATE) as connection:
                reading = frames(connection.getresponse())
                body = b"".join(next(reading) for _ in range(count))
            _, items = until_stopped(app)
        check_saved(body, items)


def until_stopped(app: Starlette) -> tuple[Any, list[ThreadItem]]:
    """Wait until the marker is stored."""
    deadline = time.monotonic() + 5
    while True:
        thread, items = asyncio.run(stored(app))
        if isinstance(items[-1], SDKHiddenContextItem):
            return thread, items
        assert time.monotonic() < deadline, "the stop was not noticed"
        time.sleep(0.005)


def test_d13_in_the_middle_of_a_frame() -> None:
    app = create_app(talk)
    with live(app) as port, Wire(port).open("POST", CREATE) as connection:
        response = connection.getresponse()
        body = response.read(700)
        connection.sock and connection.sock.close()  # type: ignore[func-returns-value]
        connection.close()
        response.close()
        _, items = until_stopped(app)
    check_saved(body, items)


@pytest.mark.parametrize("count", range(FRAMES + 1))
def test_d13_for_the_generator_itself(count: int) -> None:
    """Whoever drives the event generator may close it instead."""

    async def close_after() -> None:
        app = create_app(talk, strict=True)
        backend = app.state.backend
        request = ThreadsCreate(params=InputParams(input=decode_message()))
        events = await TABLE[ThreadsCreate].handler(Turn(backend, Context(), request), request)
        seen = [await anext(events) for _ in range(count)]
        await events.aclose()
        _, items = await stored(app)
        assert said(items).startswith(said(list(fold(seen).items.values())))
        if count > 3:
            assert isinstance(items[-1], SDKHiddenContextItem)

    asyncio.run(close_after())


def decode_message() -> Any:
    from chatkit_protocol.codec import decode_request  # noqa: PLC0415 - only here

    return decode_request(json.dumps(CREATE).encode()).params.input  # type: ignore[union-attr]


def test_d13_when_the_client_is_gone_before_the_first_frame() -> None:
    async def run() -> list[ThreadItem]:
        app = create_app(talk)
        client = Client(app, frames=0)
        client.leave()
        await client.post(CREATE)
        return (await stored(app))[1]

    assert isinstance(asyncio.run(run())[0], UserMessageItem)
    assert isinstance(asyncio.run(run())[-1], SDKHiddenContextItem), "the producer still runs"


def test_d13_cancelled_again_and_again_while_saving() -> None:
    """As AnyIO's cancel scopes do it, which know no "once"."""

    async def read(events: AsyncIterator[Any], seen: list[Any]) -> None:
        async for event in events:
            seen.append(event)  # noqa: PERF401 - what was seen before a cancellation counts

    async def run() -> None:
        app = create_app(talk, store=SlowStore())
        request = ThreadsCreate(params=InputParams(input=decode_message()))
        events = await TABLE[ThreadsCreate].handler(Turn(app.state.backend, Context(), request), request)
        seen: list[Any] = []
        reader = asyncio.ensure_future(read(events, seen))
        while len(seen) < FRAMES - 5:  # noqa: ASYNC110 - the reader knows nothing of this test
            await asyncio.sleep(0.005)
        for _ in range(40):
            reader.cancel()
            await asyncio.sleep(0.005)
        with contextlib.suppress(asyncio.CancelledError):
            await reader
        _, items = await stored(app)
        assert said(items).startswith(said(list(fold(seen).items.values())))
        assert isinstance(items[-1], SDKHiddenContextItem)

    asyncio.run(run())


def test_the_thread_is_saved_as_it_was_changed() -> None:
    async def run() -> None:
        app = create_app(talk)
        body = await Client(app, frames=FRAMES).post(CREATE)
        assert b'"thread.updated"' in body
        thread, _ = await stored(app)
        assert thread.title == "half way"

    asyncio.run(run())


def test_a_change_that_was_not_told_yet_is_saved() -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.notice("go")
        turn.thread.title = "just now"
        await asyncio.sleep(60)

    async def run() -> None:
        app = create_app(respond)
        body = await Client(app, frames=4).post(CREATE)
        assert b"just now" not in body
        assert (await stored(app))[0].title == "just now"

    asyncio.run(run())


def test_the_hook_gets_what_was_pending_and_the_responder_is_closed() -> None:
    seen: list[Any] = []

    async def respond(turn: Turn) -> Answer:
        try:
            async for event in talk(turn):
                yield event
        finally:
            await asyncio.sleep(0.01)
            seen.append("closed")

    async def on_stop(turn: Turn, pending: list[ThreadItem]) -> None:
        seen.append([type(item).__name__ for item in pending])

    async def run() -> None:
        app = create_app(respond, on_stop=on_stop)
        await Client(app, frames=FRAMES).post(CREATE)

    asyncio.run(run())
    assert seen == ["closed", ["WorkflowItem", "WidgetItem"]]


def test_blank_messages_are_not_saved() -> None:
    async def respond(turn: Turn) -> Answer:
        async def blank() -> AsyncIterator[str]:
            yield " \n"
            await asyncio.sleep(60)

        yield turn.stream(blank())

    async def run() -> list[ThreadItem]:
        app = create_app(respond)
        await Client(app, frames=6).post(CREATE)
        return (await stored(app))[1]

    kinds = [type(item).__name__ for item in asyncio.run(run())]
    assert kinds == ["UserMessageItem", "SDKHiddenContextItem"]


def test_an_answer_that_ended_is_not_stopped() -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.say("whole")

    async def run() -> list[ThreadItem]:
        app = create_app(respond)
        await Client(app, frames=4).post(CREATE)
        return (await stored(app))[1]

    assert [type(item).__name__ for item in asyncio.run(run())] == ["UserMessageItem", "AssistantMessageItem"]


def test_the_thread_goes_on_after_a_stop() -> None:
    app = create_app(talk)
    with live(app) as port:
        wire = Wire(port)
        with wire.open("POST", CREATE) as connection:
            reading = frames(connection.getresponse())
            thread = json.loads(next(reading)[6:])["thread"]["id"]
            for _ in range(7):
                next(reading)
        until_stopped(app)
        with wire.open(
            "POST",
            {"type": "threads.add_user_message", "params": {"thread_id": thread, "input": message("again")}},
        ) as connection:
            reading = frames(connection.getresponse())
            assert json.loads(next(reading)[6:])["item"]["content"][0]["text"] == "again"
        with contextlib.suppress(OSError):
            connection.close()
