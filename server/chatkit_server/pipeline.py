"""What happens to the events of an answer between the responder and the client: a list of stages, folded once."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from copy import deepcopy
from typing import get_args

from msgspec.structs import fields

from chatkit_protocol.codec import decode_metadata, encode
from chatkit_protocol.events import (
    StreamOptionsEvent,
    ThreadCreated,
    ThreadItemAdded,
    ThreadItemDone,
    ThreadItemRemoved,
    ThreadItemReplaced,
    ThreadItemUpdated,
    ThreadStreamEvent,
    ThreadUpdated,
)
from chatkit_protocol.items import is_hidden
from chatkit_protocol.lifecycle import Lives
from chatkit_protocol.threads import ThreadMetadata
from chatkit_server.errors import CustomStreamError, LifecycleError, error_event
from chatkit_server.keeping import Keeper, find
from chatkit_server.responder import Answer
from chatkit_server.turn import Turn
from chatkit_server.views import public_item, public_thread
from chatkit_server.whole import whole

logger = logging.getLogger("chatkit_server")

Events = AsyncGenerator[ThreadStreamEvent, None]
Stage = Callable[[Turn, Events], Events]


async def answer(turn: Turn, source: Answer, *opening: ThreadStreamEvent) -> Events:
    """Give the stream of an answer: what opens it, the options, then what `source` yields, through the stages.

    Closing the stream, or cancelling whoever reads it, is the user's stop.
    """
    for event in opening:
        yield event
    yield StreamOptionsEvent(stream_options=turn.options)
    events = flatten(source)
    for stage in STAGES:
        events = stage(turn, events)
    async with aclosing(events):
        async for event in events:
            yield event


async def flatten(source: AsyncIterable[object]) -> Events:
    """Let a responder yield streams of events as well as events, and close what it leaves open."""
    async with _closed(source):
        async for event in source:
            if type(event) in EVENT_TYPES:
                yield event  # type: ignore[misc]  # the line above says what it is
                continue
            async with aclosing(flatten(_stream(event))) as inner:
                async for part in inner:
                    yield part


def _stream(value: object) -> AsyncIterable[object]:
    if not isinstance(value, AsyncIterable):
        raise TypeError(f"a responder yields events or streams of events, not {type(value).__name__}")
    return value


@asynccontextmanager
async def _closed(source: AsyncIterable[object]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if isinstance(source, AsyncGenerator):
            await source.aclose()


async def guard(turn: Turn, events: Events) -> Events:
    """Hold events against the lifecycle tables: an error in strict mode, a log line otherwise."""
    lives = Lives()
    async with aclosing(events):
        async for event in events:
            if isinstance(event, REACHING_BACK) and _item_id(event) not in lives.items:
                known = await find(turn, _item_id(event))
                if known:
                    lives.know(known)
            violation = lives.step(event)
            if violation and turn.backend.strict:
                raise LifecycleError(violation)
            if violation:
                logger.warning("%s: %s (item %s)", violation.rule, violation.message, violation.item_id)
            yield event


def bound(turn: Turn, events: Events) -> Events:
    """End an answer that takes longer than the limit allows; what is done by then is stored."""
    most = turn.backend.limits.seconds_per_answer
    return events if most is None else _bounded(events, most)


async def _bounded(events: Events, most: float) -> Events:
    ends = asyncio.get_running_loop().time() + most
    async with aclosing(events):
        while True:
            try:
                async with asyncio.timeout_at(ends) as clock:
                    event = await anext(events)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if not clock.expired():
                    raise
                raise CustomStreamError(f"The answer took longer than {most:g} seconds.", allow_retry=True) from None
            yield event


async def keep(turn: Turn, events: Events) -> Events:
    """Store what is done, delete what is removed; when the user stops, save what was said (§7.10, D13)."""
    keeper = Keeper(turn)
    try:
        async with aclosing(events):
            async for event in events:
                work = keeper.take(event)
                if work:
                    await whole(work)
                yield event
    except (asyncio.CancelledError, GeneratorExit):
        await whole(keeper.stopped())
        raise


async def conceal(_turn: Turn, events: Events) -> Events:
    """Hold back every event about a hidden item (D10), and what else is not for the client."""
    hidden: set[str] = set()
    async with aclosing(events):
        async for event in events:
            if isinstance(event, (ThreadItemUpdated, ThreadItemRemoved)):
                if event.item_id not in hidden:
                    yield event
            elif isinstance(event, (ThreadItemAdded, ThreadItemDone, ThreadItemReplaced)):
                if is_hidden(event.item):
                    hidden.add(event.item.id)
                else:
                    hidden.discard(event.item.id)
                    yield type(event)(item=public_item(event.item))
            elif isinstance(event, (ThreadCreated, ThreadUpdated)):
                yield type(event)(thread=public_thread(event.thread, event.thread.items))
            else:
                yield event


async def report(_turn: Turn, events: Events) -> Events:
    """End the answer with an `error` event when it raises."""
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except Exception as error:  # noqa: BLE001 - every failure of an answer is told in-band
        yield error_event(error)


async def entitle(turn: Turn, events: Events) -> Events:
    """Ask the app for a title, while the answer streams, if the thread has none."""
    ask = turn.backend.hooks.title
    if ask is None or turn.thread.title or turn.message is None:
        async with aclosing(events):
            async for event in events:
                yield event
        return
    task = asyncio.create_task(_entitle(turn))
    try:
        async with aclosing(events):
            async for event in events:
                yield event
        await asyncio.wait([task], timeout=turn.backend.title_timeout)
    finally:
        task.cancel()


async def _entitle(turn: Turn) -> None:
    try:
        title = await turn.backend.hooks.title(turn)  # type: ignore[misc]  # asked only when there is one
    except Exception:
        logger.exception("no title: the title hook failed")
        return
    if title and not turn.thread.title:
        turn.thread.title = title


async def announce(turn: Turn, events: Events) -> Events:
    """Store changes of the thread and tell the client, after the event during which they were made."""
    told = deepcopy(turn.thread)
    try:
        async with aclosing(events):
            async for event in events:
                yield event
                if turn.thread != told:
                    told = await whole(_save_changes(turn, told))
                    yield ThreadUpdated(thread=public_thread(turn.thread))
        if turn.thread != told:
            told = await whole(_save_changes(turn, told))
            yield ThreadUpdated(thread=public_thread(turn.thread))
    except (asyncio.CancelledError, GeneratorExit):
        if turn.thread != told:
            await whole(_save_changes(turn, told))
        raise


async def _save_changes(turn: Turn, told: ThreadMetadata) -> ThreadMetadata:
    """Store the fields that this turn changed, over what is stored: a rename meanwhile is kept."""
    stored = await turn.store.load_thread(turn.user, turn.thread.id)
    for field in fields(ThreadMetadata):
        mine = getattr(turn.thread, field.name)
        if mine != getattr(told, field.name):
            setattr(stored, field.name, deepcopy(mine))
        else:
            setattr(turn.thread, field.name, deepcopy(getattr(stored, field.name)))
    decode_metadata(encode(stored))  # a field of the wrong type fails here, not when the thread is read
    await turn.store.save_thread(turn.user, stored)
    return stored


STAGES: tuple[Stage, ...] = (bound, guard, keep, report, entitle, announce, conceal)
"""From the responder to the client. `announce` sees errors and hidden events, too; `conceal` is the last word."""

REACHING_BACK = (ThreadItemUpdated, ThreadItemRemoved, ThreadItemReplaced)
"""Events that must be about an item that is known: of this stream, or of an earlier one."""

EVENT_TYPES = frozenset(get_args(ThreadStreamEvent))


def _item_id(event: ThreadItemUpdated | ThreadItemRemoved | ThreadItemReplaced) -> str:
    return event.item.id if isinstance(event, ThreadItemReplaced) else event.item_id
