"""Playing scenarios: which ones, in which order, each on its own, and what came of it."""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from chatkit_conformance.conform.settings import Settings
from chatkit_conformance.driver import Endpoint, play
from chatkit_conformance.linter.lint import Report, lint, version
from chatkit_conformance.linter.rule import Rule
from chatkit_conformance.linter.subjects import Conversation
from chatkit_conformance.scenarios import Scenario, flat
from chatkit_conformance.transcript import Exchange

HANDS = 4
"""Scenarios played at once. Those in which time matters, or which list threads, are played alone."""
TRIES = 3
"""A scenario with findings is played so often, to tell a fault from one that comes and goes."""
CERTAIN = 2
"""In so many scenarios a rule was broken each time: from then on it needs no more tries."""

Told = Callable[["Played", int, int], None]
"""Takes each scenario as it ends, how many have ended, and how many there are."""


@dataclass
class Played:
    """One scenario that was played."""

    scenario: Scenario
    exchanges: list[Exchange] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    seconds: float = 0.0
    flickers: list[str] = field(default_factory=list)
    """Rules that were broken in some of the tries only."""
    crashed: str = ""
    """The harness itself failed: a traceback. Never the server's fault, and never a verdict."""


def excluded(scenario: Scenario, settings: Settings) -> str:
    """Say why a scenario is not played against a server; empty when it is."""
    if scenario.level not in settings.levels:
        return f"needs level {scenario.level}"
    if version(scenario.since) > version(settings.revision):
        return f"is about revision {scenario.since}"
    lacking = [need for need in scenario.needs if not settings.declares(need)]
    return f"needs {', '.join(lacking)}" if lacking else ""


def alone(scenario: Scenario) -> bool:
    """Tell whether a scenario must not share the server with others meanwhile."""
    asked = {one.get("type") for step in flat(scenario.steps) for one in _requests(step)}
    return scenario.timed or scenario.model or "threads.list" in asked


def _requests(step: Any) -> Iterable[dict[str, Any]]:
    return step if isinstance(step, list) else [step]


def played(
    scenarios: Sequence[Scenario],
    endpoint: Endpoint,
    settings: Settings,
    *,
    rules: Sequence[Rule] | None = None,
    model_log: Callable[[], list[Any]] | None = None,
    told: Told | None = None,
) -> list[Played]:
    """Play scenarios; give what came of each, in the order in which they were given."""
    stage = Stage(endpoint, settings, rules, model_log)
    ended: dict[str, Played] = {}
    together = [scenario for scenario in scenarios if not alone(scenario)]
    with ThreadPoolExecutor(HANDS) as hands:
        results: Iterator[Played] = hands.map(stage.settled, together)
        for result in results:
            _note(ended, result, scenarios, told)
    for scenario in scenarios:
        if alone(scenario):
            _note(ended, stage.settled(scenario), scenarios, told)
    return [ended[scenario.name] for scenario in scenarios]


def _note(ended: dict[str, Played], result: Played, scenarios: Sequence[Scenario], told: Told | None) -> None:
    ended[result.scenario.name] = result
    if told:
        told(result, len(ended), len(scenarios))


@dataclass
class Stage:
    """Where scenarios are played, and what is certain by now of the server."""

    endpoint: Endpoint
    settings: Settings
    rules: Sequence[Rule] | None = None
    model_log: Callable[[], list[Any]] | None = None
    certain: Counter[str] = field(default_factory=Counter)
    """In how many scenarios a rule was broken each time that it was tried."""

    def settled(self, scenario: Scenario) -> Played:
        """Play a scenario, and again if it is doubtful: what is found each time is a fault, the rest flickers."""
        tries = [self.once(scenario)]
        while self._doubtful(tries[-1]) and len(tries) < TRIES:
            tries.append(self.once(scenario))
        if tries[-1].crashed:
            return tries[-1]
        broken = [set(one.report.broken) for one in tries]
        always = set.intersection(*broken)
        self.certain.update(always)
        last = max(tries, key=lambda one: len(one.report.findings))
        last.flickers = sorted(set.union(*broken) - always)
        return last

    def _doubtful(self, one: Played) -> bool:
        """Tell whether what was found could be gone the next time. Who hangs is not asked to hang again."""
        hung = any(exchange.trouble for exchange in one.exchanges)
        return not (one.crashed or hung) and any(self.certain[rule] < CERTAIN for rule in one.report.broken)

    def once(self, scenario: Scenario) -> Played:
        """Play a scenario, and hold the rules against what came."""
        started = time.monotonic()
        one = Played(scenario)
        log = self.model_log if scenario.model else None
        try:
            if log:
                log()  # what earlier scenarios had the model asked
            one.exchanges = play(scenario, self.endpoint, log)
            one.report = lint(Conversation(one.exchanges), revision=self.settings.revision, rules=self.rules)
        except Exception:  # noqa: BLE001 - whatever breaks here is the harness, and is told as that
            one.crashed = traceback.format_exc()
        one.seconds = time.monotonic() - started
        return one
