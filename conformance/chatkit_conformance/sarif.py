"""Findings as SARIF 2.1.0 (OASIS), which code hosts show beside a file."""

from collections.abc import Sequence
from typing import Any

from chatkit_conformance.findings import FileReport, plain
from chatkit_conformance.linter.lint import Finding
from chatkit_conformance.linter.rule import Rule, Severity

LEVELS: dict[Severity, str] = {"MUST": "error", "SHOULD": "warning", "INFO": "note"}


def sarif(reports: Sequence[FileReport], version: str) -> dict[str, Any]:
    """Give the findings of files as one run.

    Args:
        reports: of the files.
        version: of this program.
    """
    rules = {one.rule.id: one.rule for report in reports for one in report.findings}
    numbers = {name: number for number, name in enumerate(rules)}
    driver = {"name": "chatkit-wire", "version": version, "rules": [_rule(one) for one in rules.values()]}
    results = [_result(report, one, numbers[one.rule.id]) for report in reports for one in report.findings]
    return {
        "version": "2.1.0",
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _rule(one: Rule) -> dict[str, Any]:
    return {
        "id": one.id,
        "shortDescription": {"text": one.requirement.split("\n")[0]},
        "fullDescription": {"text": f"{one.requirement} {one.why}"},
        "help": {"text": one.mend},
        "defaultConfiguration": {"level": LEVELS[one.severity]},
        "properties": {"source": one.source, "catalogue": list(one.catalogue)},
    }


def _result(report: FileReport, one: Finding, number: int) -> dict[str, Any]:
    where = report.where(one)
    words = [f"exchange {where['exchange'] + 1}"]
    words += [f"event {where['event'] + 1}"] if "event" in where else []
    place = "/".join([*words, where.get("path", "")]).rstrip("/")
    return {
        "ruleId": one.rule.id,
        "ruleIndex": number,
        "level": LEVELS[one.rule.severity],
        "message": {"text": f"{one.rule.requirement} Expected {one.expected}."},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": report.name}},
                "logicalLocations": [{"fullyQualifiedName": place}],
            }
        ],
        "properties": {"expected": one.expected, "actual": plain(one.actual), "where": where},
    }
