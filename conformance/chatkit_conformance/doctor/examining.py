"""Subjects examined by the checks about them: the cause first, and not what only follows from it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chatkit_conformance.doctor.check import CHECKS, Check, Finding

STUMBLES = (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError, OSError)
"""What a malformed reply or file can raise in a check about something else."""
WORST_FIRST = ("fault", "warning", "hint")

Progress = Callable[[Check], None]


@dataclass
class Report:
    """What an examination showed."""

    examined: list[str] = field(default_factory=list)
    """The subjects, each in a few words."""
    findings: list[Finding] = field(default_factory=list)
    """Faults before warnings before hints; among equals the cause before what is independent of it."""
    looked: list[str] = field(default_factory=list)
    """The checks that were carried out."""
    left_out: dict[str, str] = field(default_factory=dict)
    """The checks that were not, each with the check whose finding is the cause of whatever they would find."""
    stumbled: dict[str, str] = field(default_factory=dict)
    """The checks that could not look, each with what they met."""

    @property
    def sick(self) -> bool:
        """Whether there is more than hints."""
        return any(one.severity != "hint" for one in self.findings)


def examine(
    subjects: Sequence[object], *, checks: Iterable[Check] | None = None, progress: Progress = lambda _check: None
) -> Report:
    """Examine subjects one after the other, each by the checks about it in their order.

    Args:
        subjects: what to examine.
        checks: the checks to carry out; all unless given.
        progress: told of each check before it looks.
    """
    chosen = list(CHECKS.values() if checks is None else checks)
    report = Report(examined=[str(subject) for subject in subjects])
    for subject in subjects:
        _examine(subject, [one for one in chosen if isinstance(subject, one.subject)], report, progress)
    report.findings.sort(key=lambda one: WORST_FIRST.index(one.severity))
    return report


def _examine(subject: object, checks: Sequence[Check], report: Report, progress: Progress) -> None:
    found = [one for one in report.findings if checks and _kind(one.check) != _kind(checks[0].id)]
    others = len(found)
    stopped = ""
    for one in checks:
        cause = stopped or _cause(one, found)
        if cause:
            report.left_out[one.id] = cause
            continue
        progress(one)
        fresh = _look(one, subject, report)
        found += fresh
        stopped = one.id if one.stops and fresh else ""
    report.findings += found[others:]


def _kind(name: str) -> str:
    """Name the kind of subject that a check is about."""
    return name.partition(".")[0]


def _cause(one: Check, found: Iterable[Finding]) -> str:
    causes = (other.check for other in found if other.severity != "hint" and other.check.startswith(one.after))
    return next(causes, "") if one.after else ""


def _look(one: Check, subject: Any, report: Report) -> list[Finding]:
    try:
        fresh = [one.finding(found) for found in one.look(subject)]
    except STUMBLES as error:
        report.stumbled[one.id] = repr(error)
        return []
    report.looked.append(one.id)
    return fresh
