"""A conversation that was played before, and answers in the place of a server."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chatkit_conformance.driver import Endpoint, Play
from chatkit_conformance.scenarios import Step
from chatkit_conformance.transcript import Exchange, parsed


class StaleError(Exception):
    """The scenario asks for something else than what was recorded."""


class Tape(Play):
    """Gives the exchanges of a conversation to the steps that they came of."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        super().__init__(Endpoint(""))
        self._left = list(exchanges)

    def ask(self, step: Step, sent: bytes) -> Exchange:
        """Give the exchange that came of this request.

        Raises:
            StaleError: when another request was sent, or none.
        """
        del step
        told = self._next()
        if _meant(told.sent) != _meant(sent):
            raise StaleError(f"exchange {len(self.exchanges) + 1} was asked otherwise: {told.sent.decode('latin-1')}")
        return told

    def at_once(self, asked: Sequence[tuple[Step, bytes]]) -> list[Exchange]:
        """Give what came of several requests at the same time, in their order."""
        return [self.ask(step, sent) for step, sent in asked]

    def carry(self, url: str, asked: Exchange, headers: Mapping[str, str]) -> Exchange:
        """Give the exchange with another place."""
        del url, asked, headers
        return self._next()

    @property
    def over(self) -> bool:
        """Whether every exchange was given."""
        return not self._left

    def _next(self) -> Exchange:
        if not self._left:
            raise StaleError(f"there are {len(self.exchanges)} exchanges, and the scenario wants more")
        return self._left.pop(0)


def repeated(steps: Sequence[Step]) -> Iterator[Step]:
    """Give the steps that something comes of, each as often as it is carried out."""
    for step in steps:
        if "sleep" not in step:
            yield from [step] * step.get("times", 1)


def _meant(body: bytes) -> Any:
    value = parsed(body)
    return body if value is None else value
