"""One run of the suite against one server, from its settings to its result."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chatkit_conformance.conform import coverage, requirements
from chatkit_conformance.conform.baseline import Pair, stale
from chatkit_conformance.conform.process import serving
from chatkit_conformance.conform.run import Played, Told, excluded, played
from chatkit_conformance.conform.settings import Settings
from chatkit_conformance.conform.verdicts import Counts, Judge, Verdict, counts, exit_code
from chatkit_conformance.fake_model.beside import Beside
from chatkit_conformance.linter.rule import Rule, every_rule
from chatkit_conformance.scenarios import Scenario, load_all


class NothingMatched(Exception):  # noqa: N818 - what happened
    """What was selected has no rule, or no scenario that this server can be asked."""


@dataclass
class Result:
    """What a run of the suite says of a server."""

    settings: Settings
    verdicts: list[Verdict]
    played: list[Played]
    started: datetime
    seconds: float
    url: str
    left_out: dict[str, str] = field(default_factory=dict)
    """Scenarios that were not played, and why."""
    stale: list[Pair] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        """The headline."""
        return counts(self.verdicts)

    @property
    def exit_code(self) -> int:
        """The exit code of the run."""
        return exit_code(self.verdicts, self.played, self.stale)


def run(
    settings: Settings,
    *,
    only: Sequence[str] = (),
    scenarios: Sequence[Scenario] | None = None,
    baseline: frozenset[Pair] = frozenset(),
    told: Told | None = None,
) -> Result:
    """Test a server.

    Args:
        settings: of the server.
        only: beginnings of the ids of rules, or of the names of scenarios; all unless given.
        scenarios: what to play; all unless given.
        baseline: what is known to be broken.
        told: takes each scenario as it ends.

    Raises:
        NothingMatched: when `only` selects nothing.
        NotReachable: when the server does not answer.
    """
    every = list(load_all() if scenarios is None else scenarios)
    rules, chosen = select(every, only)
    asked = [one for one in chosen if not excluded(one, settings)]
    if not asked:
        raise NothingMatched("no scenario matches that can be played against this server")
    started, clock = datetime.now(UTC), time.monotonic()
    with _model(settings) as model, serving(settings, _environment(settings, model)) as endpoint:
        results = played(asked, endpoint, settings, rules=rules, model_log=model.log if model else None, told=told)
        url = endpoint.url
    counting = requirements.counting(requirements.recorded(), settings.revision)
    judge = Judge(results, every, settings, coverage.recorded(), baseline, counting)
    found = [judge.verdict(rule) for rule in rules]
    return Result(
        settings=settings,
        verdicts=found,
        played=results,
        started=started,
        seconds=time.monotonic() - clock,
        url=url,
        left_out={one.name: reason for one in chosen if (reason := excluded(one, settings))},
        stale=stale(baseline, found, results),
    )


def select(scenarios: Sequence[Scenario], only: Sequence[str]) -> tuple[list[Rule], list[Scenario]]:
    """Choose: a scenario by its name, with all rules; a rule by its id, with the scenarios that decide it.

    Raises:
        NothingMatched: when there is none.
    """
    rules = list(every_rule())
    if not only:
        return rules, list(scenarios)
    beginnings = tuple(only)
    named = [one for one in scenarios if one.name.startswith(beginnings)]
    chosen = [rule for rule in rules if rule.id.startswith(beginnings)]
    if not named and not chosen:
        raise NothingMatched(f"neither a rule nor a scenario begins with {' or '.join(only)}")
    table = coverage.recorded()
    deciding = {name for rule in chosen for name in table.deciding(rule.id)}
    return chosen if chosen and not named else rules, named or [one for one in scenarios if one.name in deciding]


@contextmanager
def _model(settings: Settings) -> Iterator[Beside | None]:
    """Have the suite's own model beside the server when its level asks for that."""
    if "L2" not in settings.levels:
        yield None
        return
    with Beside(settings.model.port) as model:
        yield model


def _environment(settings: Settings, model: Beside | None) -> dict[str, str]:
    url = model.url if model else ""
    return {name: value.replace("{model}", url) for name, value in settings.model.env.items()} if model else {}
