"""Streams that are slightly broken, drawn: a valid conversation in which one stream has one named break."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from chatkit_conformance.strategies.breaks import BREAKS, Break, WholeError
from chatkit_conformance.strategies.breaks.table import Pick
from chatkit_conformance.strategies.conversations import conversations
from chatkit_conformance.strategies.told import Told, told


@dataclass(frozen=True)
class BrokenConversation:
    """A conversation whose last stream is broken in one way."""

    streams: list[Told]
    broken: Break


def broken_conversations(*names: str) -> SearchStrategy[BrokenConversation]:
    """Draw a conversation with one break in its last stream: one of these breaks, or any.

    The breaks are listed in `BREAKS`, each with the rules of the catalogue that name it.
    """
    return _broken(tuple(BREAKS[name] for name in names) or tuple(BREAKS.values()))


@st.composite
def _broken(draw: st.DrawFn, table: tuple[Break, ...]) -> BrokenConversation:
    streams = [told(stream) for stream in draw(conversations())]
    possible = [one for one in table if can_break(one, streams[-1])]
    assume(possible)
    chosen = draw(st.sampled_from(possible))
    damaged = chosen.broken(streams[-1], picking(draw(st.integers(0, 2**32))))
    return BrokenConversation([*streams[:-1], damaged], chosen)


def can_break(one: Break, stream: Told) -> bool:
    """Tell whether a stream has a place for a break."""
    try:
        one.broken(stream, picking(0))
    except WholeError:
        return False
    return True


def picking(number: int) -> Pick:
    """Choose places by chance, the same for the same number."""
    chance = random.Random(number)  # noqa: S311 - no secret

    def pick(places: Sequence[Any]) -> Any:
        if not places:
            raise WholeError
        return chance.choice(places)

    return pick
