"""What a message asks of a benchmark's responder. Both sides obey the same words.

`words N` streams N pieces of text as fast as it can; `paced N MS PHASE` streams a piece every so many milliseconds, N
times, each with the time in it; `idle` says one piece and then nothing; `agent N` has an agent answer in N pieces.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

IDLE_SECONDS = 3600


def begin(pace: float, phase: float) -> float:
    """Give the moment before the first at which a stream is to say something, in seconds of `monotonic`.

    Every stream has moments of its own, however long its beginning took. Did each count from there, a server that is
    slow to begin would have its streams fall in step, and save itself the waking for each.
    """
    return (time.monotonic() // pace + phase) * pace


async def pieces(asked: str) -> AsyncIterator[str]:
    """Give the pieces of text that the message asks for."""
    verb, *numbers = asked.split()
    if verb == "words":
        for number in range(int(numbers[0])):
            yield f"word {number} "
    elif verb == "paced":
        count, pace, phase = int(numbers[0]), int(numbers[1]) / 1000, float(numbers[2])
        due = begin(pace, phase)
        for _ in range(count):
            due += pace
            await asyncio.sleep(due - time.monotonic())
            yield f"@{time.monotonic_ns()}@"
    elif verb == "idle":
        yield "still here"
        await asyncio.sleep(IDLE_SECONDS)
    else:
        yield "hello"
