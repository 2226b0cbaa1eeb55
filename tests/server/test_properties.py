"""Properties of a whole server: what streams told is what is stored and listed, and a stop loses nothing of it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chatkit_protocol as wire
from chatkit_conformance.strategies import Stream, conversations, requests, streams
from chatkit_conformance.testbed.app import scripted_app
from chatkit_protocol.fold import ThreadView, fold
from chatkit_server import Answer, MemoryStore, SQLiteStore, Store, Turn, create_app
from support.asgi import Client
from support.live import live
from support.profiles import share
from support.teller import Events, Talk, settling
from support.wire import Wire

STORES: list[Any] = [
    pytest.param(MemoryStore, id="memory"),
    pytest.param(lambda: SQLiteStore(":memory:"), id="sqlite"),
]


def shown(events: Events) -> Events:
    """Leave what a client may see: nothing about hidden items."""
    secret = {e.item.id for e in events if hasattr(e, "item") and wire.is_hidden(e.item)}
    return [e for e in events if getattr(e, "item_id", None) not in secret and not _of(e, secret)]


def _of(event: wire.ThreadStreamEvent, names: set[str]) -> bool:
    return hasattr(event, "item") and event.item.id in names


@pytest.mark.parametrize("make", STORES)
@share(0.3)
@given(conversation=conversations(most=3, hidden=True), sizes=st.tuples(st.integers(1, 5), st.integers(6, 60)))
def test_what_streams_told_is_what_is_stored_and_listed(
    make: Callable[[], Store], conversation: list[Stream], sizes: tuple[int, int]
) -> None:
    async def run() -> None:
        store = make()
        talk = Talk(store)
        for stream in conversation:
            events = await talk.tell(stream)
            told = [wire.decode_event(wire.encode(talk.named(event))) for event in stream.events[stream.opening :]]
            assert events[stream.opening :] == shown(told)
        expected = list(talk.stored.items.values())
        for limit in sizes:
            assert await talk.listed("asc", limit) == expected
            assert await talk.listed("desc", limit) == expected[::-1]
        thread = wire.decode_thread(wire.encode(await talk.ask("threads.get_by_id")))
        assert thread.items.data == expected[:20]
        held = await store.list_items("local", talk.thread, limit=1000, order="asc", hidden=True)
        assert [item for item in held.data if not wire.is_hidden(item)] == expected
        await store.aclose()

    asyncio.run(run())


async def forever() -> None:
    await asyncio.Event().wait()


def placed(event: wire.ThreadStreamEvent, thread: str) -> wire.ThreadStreamEvent:
    """Put a drawn event into a thread of the server."""
    return wire.decode_event(wire.encode(event).decode().replace('"thr_1"', f'"{thread}"'))


def pausing(events: Events) -> Callable[[Turn], Answer]:
    """Say these events, and then nothing for ever, as a model does that thinks."""

    async def respond(turn: Turn) -> Answer:
        for event in events:
            yield placed(event, turn.thread.id)
        await forever()

    return respond


def kept(view: ThreadView, told: Events) -> list[wire.ThreadItem]:
    """Say what has to be stored when a user stops: what was settled, and open messages that say something."""
    settled = fold(settling(ThreadView(), told))
    spoken = [item for item in view.items.values() if item.id in view.open and _says(item)]
    return [*settled.items.values(), *spoken]


def _says(item: wire.ThreadItem) -> bool:
    return isinstance(item, wire.AssistantMessageItem) and any(part.text.strip() for part in item.content)


@pytest.mark.parametrize("make", STORES)
@share(0.5)
@given(
    stream=streams("threads.create", hidden=True),
    place=st.integers(0, 40),
    how=st.sampled_from(["receive", "send", "cancel"]),
)
def test_d13_a_stop_at_any_event_loses_nothing(make: Callable[[], Store], stream: Stream, place: int, how: str) -> None:
    async def run() -> None:
        answer = stream.events[stream.opening :][:place]
        # The client leaves at the last frame that it sees; what is hidden after that is not sent any more.
        while answer and shown(answer) == shown(answer[:-1]):
            answer.pop()
        visible = len(shown(answer)) + stream.opening
        store = make()
        app = create_app(pausing(answer), store=store, ping=0.01)
        body = await Client(app, how=how, frames=visible).post({"type": "threads.create", "params": said("go")})
        seen = [wire.decode_event(message.data) for message in wire.SSEDecoder().feed(body)]
        assert isinstance(seen[0], wire.ThreadCreated)
        thread = seen[0].thread.id
        told = seen[: stream.opening] + [placed(event, thread) for event in answer]
        assert seen == shown(told)
        *held, note = (await store.list_items("local", thread, limit=1000, order="asc", hidden=True)).data
        assert isinstance(note, wire.SDKHiddenContextItem), "the model is told"
        assert held == kept(fold(told), told)
        again = await Client(create_app(pausing([]), store=store, ping=0.01), frames=2).post(
            {"type": "threads.add_user_message", "params": {"thread_id": thread, **said("again")}}
        )
        assert b'"again"' in again, "the thread goes on"
        await store.aclose()

    asyncio.run(run())


def said(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"input": {"content": content, "attachments": [], "inference_options": {}}}


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw bytes: any, or those of a request with something cut out and something put in."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=200))
    body = wire.encode(draw(requests))
    start, end = sorted(draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
    return body[:start] + draw(st.binary(max_size=8)) + body[min(end, start + 8) :]


def test_no_bytes_crash_the_endpoint() -> None:
    statuses: Counter[int] = Counter()
    with live(scripted_app(), log_level="critical") as port:
        client = Wire(port)

        @share(1.5)
        @given(damaged())
        def each(body: bytes) -> None:
            reply = client.post(body)
            statuses[reply.status] += 1
            assert reply.status in {200, 400, 404, 413, 501}, body
            if reply.status != 200:
                assert reply.json["message"]
                assert wire.STATUS[reply.json["code"]] == reply.status

        each()
    assert statuses[400]


@given(st.binary(max_size=120), st.integers(0, 120))
def test_no_bytes_crash_what_reads_a_stream(body: bytes, cut: int) -> None:
    decoder = wire.SSEDecoder()
    for message in decoder.feed(body[:cut]) + decoder.feed(body[cut:]):
        with contextlib.suppress(msgspec.DecodeError):
            assert type(wire.decode_event(message.data)) in get_args(wire.ThreadStreamEvent)
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
        wire.decode_event(body)
    with contextlib.suppress(wire.RequestError):
        wire.decode_request(body)
