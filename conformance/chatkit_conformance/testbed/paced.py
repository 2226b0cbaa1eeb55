"""A backend that answers at the pace of a model: so many events a second, each numbered and stamped with its time.

The user's message says how: `name events seconds`, where `seconds` lie between two events. A delta is
`name number due ` with the moment at which it was due, by the clock that the processes of a machine share
(`time.monotonic`).
"""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.applications import Starlette

from chatkit_server import Answer, Turn, create_app


async def respond(turn: Turn) -> Answer:
    """Say what was asked for, one delta an interval."""
    name, events, seconds = turn.text.split()
    yield turn.stream(paced(name, int(events), float(seconds)))


async def paced(name: str, events: int, seconds: float) -> AsyncIterator[str]:
    """Give a piece of text whenever the next is due. One that is late does not make the following ones late."""
    began = time.monotonic()
    for number in range(events):
        due = began + number * seconds
        await asyncio.sleep(due - time.monotonic())
        yield f"{name} {number} {due:.6f} "


def paced_app() -> Starlette:
    """Make the backend; threads are kept in memory."""
    return create_app(respond)
