"""The requests that are damaged: those of every scenario, as they are when it is played, ids and all."""

import json
from collections.abc import Callable, Iterator

from chatkit_conformance.driver import Endpoint, Play
from chatkit_conformance.scenarios import Scenario, Step, flat, load_all
from chatkit_conformance.transcript import Exchange

Ask = Callable[[bytes], Exchange]
"""Sends the body of a request to a server."""

TIMED = ('"sleep"', '"repeat"', '"agent"', "leave")
"""What takes long in a script, or would once its number is damaged: such scenarios are left out."""


class _Direct(Play):
    """Plays a scenario in its own way of asking, one request after the other."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(Endpoint(""))
        self._ask = ask

    def ask(self, _step: Step, sent: bytes) -> Exchange:
        return self._ask(sent)


def corpus(ask: Ask) -> list[bytes]:
    """Play the scenarios against a server, and give the bodies that were sent, each once."""
    played = (exchange for scenario in load_all() if _short(scenario) for exchange in _play(scenario, ask))
    return list(dict.fromkeys(exchange.sent for exchange in played if exchange.sent))


def _short(scenario: Scenario) -> bool:
    spelled = json.dumps(scenario.steps)
    return not scenario.model and not scenario.timed and not any(word in spelled for word in TIMED)


def _play(scenario: Scenario, ask: Ask) -> Iterator[Exchange]:
    steps = [step for step in flat(scenario.steps) if "upload" not in step]
    return _Direct(ask).steps(steps)
