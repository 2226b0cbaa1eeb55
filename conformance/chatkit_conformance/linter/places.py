"""Places in a conversation, and what a rule found when it looked at one."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from chatkit_conformance.transcript import Exchange


class Where(NamedTuple):
    """A place in a conversation. `event` counts the frames of a stream; `path` is a JSON path within it."""

    exchange: int
    event: int | None = None
    path: str = ""

    def __str__(self) -> str:
        place = f"exchange {self.exchange + 1}"
        place += "" if self.event is None else f", event {self.event + 1}"
        return place + (f", {self.path}" if self.path else "")


class Look(NamedTuple):
    """A rule was looked at in one place: whether it holds there, what it wants, and what is there instead."""

    holds: bool
    where: Where
    expected: str
    actual: Any = None


Looks = Iterator[Look]


class Placed:
    """Something that has a place."""

    @property
    def where(self) -> Where:
        """The place."""
        raise NotImplementedError

    def look(self, holds: object, expected: str, actual: Any = None, *, path: str = "") -> Look:
        """Say whether a rule holds here."""
        return Look(bool(holds), self.where._replace(path=path), expected, actual)


def asked(exchange: Exchange, holds: object, expected: str, actual: Any = None, *, path: str = "") -> Look:
    """Say whether a rule holds of an exchange as a whole."""
    return Look(bool(holds), Where(exchange.number, None, path), expected, actual)
