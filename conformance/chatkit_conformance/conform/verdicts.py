"""From what was played to a verdict on every rule, and from the verdicts to an exit code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from chatkit_conformance.conform.coverage import Coverage
from chatkit_conformance.conform.run import Played, excluded
from chatkit_conformance.conform.settings import Settings
from chatkit_conformance.linter.lint import Finding, version
from chatkit_conformance.linter.rule import Rule, Severity
from chatkit_conformance.scenarios import Scenario

Outcome = Literal["pass", "fail", "warn", "note", "not applicable", "could not test"]
BROKEN: dict[Severity, Outcome] = {"MUST": "fail", "SHOULD": "warn", "INFO": "note"}


@dataclass(frozen=True)
class Evidence:
    """A scenario in which a rule was broken."""

    played: Played
    findings: tuple[Finding, ...]
    flickers: bool = False
    known: bool = False
    """The baseline has it."""


@dataclass
class Verdict:
    """What is said of a rule."""

    rule: Rule
    outcome: Outcome
    reason: str = ""
    """Why it was not decided."""
    evidence: list[Evidence] = field(default_factory=list)
    looked: int = 0
    """In how many places it was looked at."""
    scored: bool = True
    """Whether it counts: a rule that is younger than the frozen set of the revision is only reported."""

    @property
    def new(self) -> list[Evidence]:
        """The evidence that the baseline does not have."""
        return [one for one in self.evidence if not one.known]


@dataclass(frozen=True)
class Judge:
    """Gives the verdict on a rule.

    Attributes:
        results: what was played.
        scenarios: all there are, those too that were not played.
        settings: of the server.
        coverage: which scenarios decide a rule on a good server.
        baseline: pairs of rule and scenario that are known to be broken.
        counting: the ids of the rules that are scored; all unless given.
    """

    results: Sequence[Played]
    scenarios: Sequence[Scenario]
    settings: Settings
    coverage: Coverage
    baseline: frozenset[tuple[str, str]] = frozenset()
    counting: frozenset[str] | None = None

    def verdict(self, rule: Rule) -> Verdict:
        """Judge one rule."""
        found = self._judged(rule)
        found.scored = self.counting is None or rule.id in self.counting
        return found

    def _judged(self, rule: Rule) -> Verdict:
        if version(rule.since) > version(self.settings.revision):
            return Verdict(rule, "not applicable", f"is about revision {rule.since}")
        looked = sum(one.report.looked[rule.id] for one in self.results)
        evidence = [found for one in self.results if (found := _evidence(rule, one, self.baseline))]
        if evidence:
            return Verdict(rule, BROKEN[rule.severity], evidence=evidence, looked=looked)
        return Verdict(rule, "pass", looked=looked) if looked else self._undecided(rule)

    def _undecided(self, rule: Rule) -> Verdict:
        """Say why a rule was looked at nowhere."""
        deciding = [one for one in self.scenarios if one.name in self.coverage.deciding(rule.id)]
        reasons = {one.name: reason for one in deciding if (reason := excluded(one, self.settings))}
        if deciding and len(reasons) == len(deciding):
            return Verdict(rule, "not applicable", "; ".join(sorted(set(reasons.values()))))
        asked = [one.name for one in deciding if one.name not in reasons]
        shown = f"{', '.join(asked[:3])} showed nothing to judge" if asked else "no scenario was played that decides it"
        return Verdict(rule, "could not test", shown)


def _evidence(rule: Rule, one: Played, baseline: frozenset[tuple[str, str]]) -> Evidence | None:
    findings = tuple(finding for finding in one.report.findings if finding.rule.id == rule.id)
    if not findings:
        return None
    return Evidence(one, findings, rule.id in one.flickers, (rule.id, one.scenario.name) in baseline)


@dataclass(frozen=True)
class Counts:
    """The headline: counts, never per cent."""

    must: tuple[int, int]
    """Kept, and decided."""
    should: tuple[int, int]
    could_not_test: int
    not_applicable: int

    def __str__(self) -> str:
        failed = self.must[1] - self.must[0]
        must = f"MUST {self.must[0]}/{self.must[1]}" + (f" ({failed} fail)" if failed else "")
        rest = f"could not test {self.could_not_test}, not applicable {self.not_applicable}"
        return f"{must}, SHOULD {self.should[0]}/{self.should[1]}, {rest}"


def counts(found: Sequence[Verdict]) -> Counts:
    """Count verdicts, those that are scored."""
    scored = [verdict for verdict in found if verdict.scored]

    def kept(severity: Severity) -> tuple[int, int]:
        decided = [v for v in scored if v.rule.severity == severity and v.outcome in {"pass", BROKEN[severity]}]
        return sum(v.outcome == "pass" for v in decided), len(decided)

    undecided = [v.outcome for v in scored]
    return Counts(kept("MUST"), kept("SHOULD"), undecided.count("could not test"), undecided.count("not applicable"))


CONFORMANT, FAILURES, USAGE, NOT_REACHABLE, HARNESS, STALE = range(6)
"""The exit codes of the suite (see the test bed's contract)."""


def exit_code(found: Sequence[Verdict], results: Sequence[Played], stale: Sequence[tuple[str, str]]) -> int:
    """Give the exit code of a run."""
    if any(one.crashed for one in results):
        return HARNESS
    if any(verdict.outcome == "fail" and verdict.new and verdict.scored for verdict in found):
        return FAILURES
    return STALE if stale else CONFORMANT
