"""What a responder yields is held against the lifecycle tables."""

import logging
from collections.abc import Coroutine
from typing import Any

from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.lifecycle import Lives, Violation
from chatkit_server.errors import LifecycleError
from chatkit_server.keeping import find
from chatkit_server.turn import Turn

logger = logging.getLogger("chatkit_server")


class Lifecycle:
    """What breaks a table is an error in strict mode, and a log line otherwise."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._lives = Lives()

    def take(self, event: ThreadStreamEvent) -> Coroutine[Any, Any, None] | None:
        """Take the next event; give what has to be awaited if it breaks a table as far as this stream knows."""
        violation = self._lives.step(event)
        return self._broken(event, violation) if violation else None

    async def _broken(self, event: ThreadStreamEvent, violation: Violation | None) -> None:
        """Allow for items of earlier streams; raise LifecycleError, or log."""
        if violation and violation.rule in REACHING_BACK:
            known = await find(self._turn, violation.item_id)
            if known:
                self._lives.know(known)
                violation = self._lives.step(event)
        if violation and self._turn.backend.strict:
            raise LifecycleError(violation)
        if violation:
            logger.warning("%s: %s (item %s)", violation.rule, violation.message, violation.item_id)


REACHING_BACK = frozenset(f"item.{step}.unseen" for step in ("updated", "redrawn", "removed", "replaced"))
"""What is no fault if the item is of an earlier stream."""
