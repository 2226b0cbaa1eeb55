"""What a message asks of a benchmark's responder. Both sides obey the same words.

`words N` streams N pieces of text as fast as it can; `paced N MS` streams N pieces with a pause before each, and puts
the time of day into each; `idle` says one piece and then nothing; `agent N` has an agent answer in N pieces.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

IDLE_SECONDS = 3600


async def pieces(asked: str) -> AsyncIterator[str]:
    """Give the pieces of text that the message asks for."""
    verb, *numbers = asked.split()
    if verb == "words":
        for number in range(int(numbers[0])):
            yield f"word {number} "
    elif verb == "paced":
        for _ in range(int(numbers[0])):
            await asyncio.sleep(int(numbers[1]) / 1000)
            yield f"@{time.monotonic_ns()}@"
    elif verb == "idle":
        yield "still here"
        await asyncio.sleep(IDLE_SECONDS)
    else:
        yield "hello"
