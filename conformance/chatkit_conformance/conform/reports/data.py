"""The JSON report: a header, a verdict on every rule with its evidence, the wire logs that belong to it, a footer."""

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from chatkit_conformance.conform.reports.curl import curl
from chatkit_conformance.conform.suite import Result
from chatkit_conformance.conform.verdicts import Evidence, Verdict
from chatkit_conformance.findings import FileReport, plain
from chatkit_conformance.linter.lint import Finding
from chatkit_conformance.linter.subjects import Conversation
from chatkit_conformance.transcript import exchange_lines

FORMAT = 1
"""Of the report; raised when a reader of older ones would misread it."""
LONGEST = 2_000
"""Characters of a value that is shown; the wire log has it whole."""
SHOWN = 10
"""Places shown of one rule in one scenario; the others are counted."""


def data(result: Result) -> dict[str, Any]:
    """Give a result as plain data."""
    shown = {one.played.scenario.name: one.played for verdict in result.verdicts for one in verdict.evidence}
    settings = result.settings
    return {
        "format": FORMAT,
        "suite": {"name": "chatkit-wire", "version": suite_version()},
        "server": {"name": settings.server.name or result.url, "version": settings.server.version, "url": result.url},
        "revision": settings.revision,
        "level": settings.level,
        "capabilities": settings.capabilities,
        "started": result.started.isoformat(timespec="seconds"),
        "verdicts": [_verdict(one, result) for one in result.verdicts],
        "scenarios": [
            {"name": one.scenario.name, "note": one.scenario.note, "seconds": round(one.seconds, 3)}
            | ({"crashed": one.crashed} if one.crashed else {})
            for one in result.played
        ],
        "left out": result.left_out,
        "stale": [list(pair) for pair in result.stale],
        "wire": {
            name: [line for exchange in played.exchanges for line in exchange_lines(exchange)]
            for name, played in shown.items()
        },
        "footer": {
            "counts": {
                "must": list(result.counts.must),
                "should": list(result.counts.should),
                "could not test": result.counts.could_not_test,
                "not applicable": result.counts.not_applicable,
            },
            "headline": str(result.counts),
            "seconds": round(result.seconds, 2),
            "exit code": result.exit_code,
        },
    }


def text(reports: Sequence[dict[str, Any]]) -> str:
    """Write reports as JSON: one on its own, several as a list."""
    return json.dumps(reports[0] if len(reports) == 1 else list(reports), ensure_ascii=False, indent=1) + "\n"


def suite_version() -> str:
    """Tell the version of this program."""
    try:
        return version("chatkit-wire")
    except PackageNotFoundError:
        return "(not installed)"


def _verdict(verdict: Verdict, result: Result) -> dict[str, Any]:
    rule = verdict.rule
    return {
        "rule": rule.id,
        "area": rule.id.partition(".")[0],
        "severity": rule.severity,
        "level": rule.level,
        "requirement": rule.requirement,
        "outcome": verdict.outcome,
        "looked": verdict.looked,
        "scored": verdict.scored,
        **({"reason": verdict.reason} if verdict.reason else {}),
        **({"why": rule.why, "mend": rule.mend, "source": rule.source} if verdict.evidence else {}),
        "evidence": [_evidence(one, result) for one in verdict.evidence],
    }


def _evidence(one: Evidence, result: Result) -> dict[str, Any]:
    told = FileReport(one.played.scenario.name, Conversation(one.played.exchanges), list(one.findings), 0)
    return {
        "scenario": one.played.scenario.name,
        "flickers": one.flickers,
        "known": one.known,
        "places": len(one.findings),
        "findings": [_finding(finding, told, result) for finding in one.findings[:SHOWN]],
    }


def _finding(finding: Finding, told: FileReport, result: Result) -> dict[str, Any]:
    exchange = told.told.exchanges[finding.where.exchange]
    frame = told.frame(finding)
    actual = json.dumps(plain(finding.actual), ensure_ascii=False)
    # Where an event ought to be and is not, the place is behind the last frame.
    behind = {} if finding.where.event is None or frame else {"event": finding.where.event}
    return {
        "where": told.where(finding) | behind,
        "expected": _short(finding.expected),
        "actual": _short(actual),
        "around": [
            {"event": near.number, "at fault": near is frame, "text": _short(near.raw.decode(errors="replace").strip())}
            for near in told.around(finding)
        ],
        "reproduce": curl(exchange, result.url, result.settings.users.get(exchange.user, {})),
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
