"""Conversations drawn from a seed, and the smallest one that shows a difference again."""

import contextlib
import json
import time
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from chatkit_conformance.differential.play import Mismatch, Play
from chatkit_conformance.differential.scripts import conversations
from chatkit_conformance.differential.steps import Steps

PATIENCE = 60.0
"""Seconds that a difference is shrunk for; then the smallest conversation so far has to do."""
# Slow and large is what a conversation with two servers is.
PLAIN = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet)


class EnoughError(BaseException):
    """Time is up. No Exception, because Hypothesis takes those for a failure of the test."""


class DiffersError(Exception):
    """This conversation shows the difference."""


def drawn_from(number: int, size: int) -> list[Steps]:
    """Draw conversations from a seed, the same ones each time."""
    found: list[Steps] = []

    @seed(number)
    @settings(PLAIN, max_examples=size, phases=[Phase.generate])
    @given(conversations())
    def each(steps: Steps) -> None:
        found.append(steps)

    each()
    return found


def shrunk(
    play: Play, number: int, size: int, wanted: Callable[[Mismatch], bool], patience: float = PATIENCE
) -> tuple[Steps, Mismatch] | None:
    """Draw the same conversations again, and let Hypothesis make the one that differs as small as it can.

    Gives None when the difference does not show again.
    """
    best: list[tuple[Steps, Mismatch]] = []
    until = time.monotonic() + patience

    @seed(number)
    @settings(PLAIN, max_examples=size, phases=[Phase.generate, Phase.shrink])
    @given(conversations())
    def each(steps: Steps) -> None:
        if time.monotonic() > until:
            raise EnoughError
        mismatch = play(steps).mismatch
        if mismatch and wanted(mismatch):
            cut = steps[: mismatch.number + 1]
            if not best or len(json.dumps(cut)) < len(json.dumps(best[0][0])):
                best[:] = [(cut, mismatch)]
            raise DiffersError

    with contextlib.suppress(DiffersError, EnoughError):
        each()
    return best[0] if best else None
