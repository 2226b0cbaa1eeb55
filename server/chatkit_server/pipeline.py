"""What happens to the events of an answer between the responder and the client.

Every event of every answer comes this way, most of them pieces of text at which there is nothing to do. So there are
few generators inside one another, and what looks at every event is a plain function that seldom has to be awaited.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from typing import get_args

from chatkit_protocol.events import StreamOptionsEvent, ThreadStreamEvent
from chatkit_server.errors import CustomStreamError, error_event
from chatkit_server.keeping import Keeper
from chatkit_server.obeying import Lifecycle
from chatkit_server.responder import Answer
from chatkit_server.telling import Changes, Concealment
from chatkit_server.turn import Turn

logger = logging.getLogger("chatkit_server")

Events = AsyncGenerator[ThreadStreamEvent, None]
Stage = Callable[[Turn, Events], Events]


async def answer(turn: Turn, source: Answer, *opening: ThreadStreamEvent) -> Events:
    """Give the stream of an answer: what opens it, the options, then what `source` yields, through the stages.

    The client sees of that what is for it, and hears of a change of the thread after the event during which it was
    made. Closing the stream, or cancelling whoever reads it, is the user's stop.
    """
    for event in opening:
        yield event
    yield StreamOptionsEvent(stream_options=turn.options)
    events = flatten(source)
    for stage in STAGES:
        events = stage(turn, events)
    concealment, changes = Concealment(), Changes(turn)
    try:
        async with aclosing(events):
            async for event in events:
                shown = concealment.shown(event)
                if shown is not None:
                    yield shown
                if changes.untold():
                    yield await changes.told()
        if changes.untold():
            yield await changes.told()
    except (asyncio.CancelledError, GeneratorExit):
        if changes.untold():
            await changes.save()
        raise


async def flatten(source: AsyncIterable[object]) -> Events:
    """Let a responder yield streams of events as well as events, and close what it leaves open."""
    streams = [_entered(source)]
    try:
        while streams:
            async for event in streams[-1]:
                if type(event) not in EVENT_TYPES:
                    streams.append(_entered(event))
                    break
                yield event  # type: ignore[misc]  # the line above says what it is
            else:
                streams.pop()
    finally:
        async with AsyncExitStack() as closing:
            for stream in streams:
                if isinstance(stream, AsyncGenerator):
                    closing.push_async_callback(stream.aclose)


def _entered(stream: object) -> AsyncIterator[object]:
    if not isinstance(stream, AsyncIterable):
        raise TypeError(f"a responder yields events or streams of events, not {type(stream).__name__}")
    return aiter(stream)


async def carry(turn: Turn, events: Events) -> Events:
    """Hold events against the lifecycle tables, then store what they say; when the user stops, save what was said.

    A failure of whatever kind ends the answer with an `error` event.
    """
    lifecycle, keeper = Lifecycle(turn), Keeper(turn)
    try:
        async with aclosing(events):
            async for event in events:
                wrong = lifecycle.take(event)
                if wrong:
                    await wrong
                work = keeper.take(event)
                if work:
                    await work
                yield event
    except Exception as error:  # noqa: BLE001 - every failure of an answer is told in-band
        yield error_event(error)
    except (asyncio.CancelledError, GeneratorExit):
        await keeper.stopped()
        raise


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


def entitle(turn: Turn, events: Events) -> Events:
    """Ask the app for a title, while the answer streams, if the thread has none."""
    if turn.backend.hooks.title is None or turn.thread.title or turn.message is None:
        return events
    return _entitled(turn, events)


async def _entitled(turn: Turn, events: Events) -> Events:
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


STAGES: tuple[Stage, ...] = (bound, carry, entitle)
"""From the responder on, folded once. Stages that have nothing to do in a turn give the events as they are."""

EVENT_TYPES = frozenset(get_args(ThreadStreamEvent))
