"""The bench on which broken servers are tried: test beds that run, one of whose faults is switched on at a time."""

import contextlib
from collections.abc import Iterator
from types import TracebackType
from typing import Self
from unittest.mock import patch as replaced

from chatkit_conformance.driver import Endpoint, play
from chatkit_conformance.fake_model.beside import Beside
from chatkit_conformance.rules import Report, lint
from chatkit_conformance.scenarios import Scenario, load_all
from chatkit_conformance.testbed.app import by_header, scripted_app
from chatkit_conformance.transcript import Exchange
from support.live import live
from support.shelf.fault import Fault
from support.shelf.front import Front

USERS = {"": {"authorization": "first"}, "second": {"authorization": "second"}}
DEADLINE = 5.0
UNBROKEN = Fault("unbroken", "nothing", "", "")
SCENARIOS = {scenario.name: scenario for scenario in load_all()}


class Bench:
    """Our test bed without a model, with users, and with a model: each behind what spoils its replies."""

    def __init__(self) -> None:
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._model = self._running.enter_context(Beside())
        self._fronts = [Front(app) for app in self._apps(None)]
        self._places = [self._running.enter_context(live(front)) for front in self._fronts]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def tried(self, fault: Fault, scenario: Scenario) -> Report:
        """Play a scenario against a broken server; give what the rules say."""
        return lint(self.played(scenario, fault))

    def played(self, scenario: Scenario, fault: Fault = UNBROKEN) -> list[Exchange]:
        """Play a scenario."""
        which = 1 if "second_user" in scenario.needs else 2 if scenario.model else 0
        with self._broken(fault, which) as port:
            told = Endpoint(f"http://127.0.0.1:{port}/chatkit/api", USERS, DEADLINE)
            exchanges = play(scenario, told, self._model.log if scenario.model else None)
        assert not [one.trouble for one in exchanges if one.trouble.startswith("no end")]
        return exchanges

    @contextlib.contextmanager
    def _broken(self, fault: Fault, which: int) -> Iterator[int]:
        """Break a server for a while."""
        with contextlib.ExitStack() as stack:
            for place, name, value in fault.patches:
                change = replaced.dict(place, {name: value}) if isinstance(place, dict) else None
                stack.enter_context(change or replaced.object(place, name, value))
            if fault.store or fault.patches:
                yield stack.enter_context(live(self._apps(fault.store)[which], log_level="critical"))
                return
            self._fronts[which].spoil = fault.spoil
            try:
                yield self._places[which]
            finally:
                self._fronts[which].spoil = None

    def _apps(self, store: type | None) -> list[object]:
        made = [store() if store else None for _ in range(3)]
        env = {"OPENAI_BASE_URL": self._model.url}
        return [scripted_app(made[0]), scripted_app(made[1], identify=by_header), scripted_app(made[2], env)]
