"""Many servers side by side: what the suite says of each that has a test bed, and why, as one Markdown page."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatkit_conformance.conform import baseline
from chatkit_conformance.conform.process import NotReachable
from chatkit_conformance.conform.reports import data
from chatkit_conformance.conform.reports.html import cell
from chatkit_conformance.conform.settings import from_file
from chatkit_conformance.conform.suite import run

SETTINGS = "conformance.toml"
KNOWN = "known.json"
CAUSES = "causes.toml"
BROKEN = ("fail", "warn")
Causes = Mapping[str, Mapping[str, Sequence[str]]]
"""By the name of a server: causes in words, each with the rules that are broken for it."""


@dataclass
class Bed:
    """One server that has a test bed, and what came of it."""

    folder: Path
    name: str
    report: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    """Why it could not be tested."""

    @property
    def broken(self) -> list[dict[str, Any]]:
        """The verdicts on the rules that it breaks."""
        return [one for one in self.report.get("verdicts", ()) if one["outcome"] in BROKEN]


def beds(folder: Path) -> list[Bed]:
    """Find the test beds, each a folder with settings.

    Raises:
        SettingsError: when the settings of one cannot be used.
    """
    found = [Bed(path.parent, _titled(path)) for path in folder.glob(f"*/{SETTINGS}")]
    return sorted(found, key=lambda bed: (not bed.folder.name.startswith("ours"), bed.name))


def _titled(path: Path) -> str:
    server = from_file(path).server
    return f"{server.name} {server.version}".strip()


def tested(bed: Bed) -> Bed:
    """Run the suite against a server; one that cannot be reached is told as that, and never left out."""
    known = bed.folder / KNOWN
    try:
        result = run(from_file(bed.folder / SETTINGS), baseline=baseline.load(known) if known.exists() else frozenset())
    except NotReachable as error:
        bed.trouble = str(error)
    else:
        bed.report = data(result)
    return bed


def causes(folder: Path) -> Causes:
    """Read why servers break rules, as people have found out."""
    path = folder / CAUSES
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def page(found: Sequence[Bed], why: Causes) -> str:
    """Write the page."""
    there = [bed for bed in found if bed.report]
    lines = [
        "# Results",
        "",
        _opening(there),
        "",
        "| server | revision | levels | rules kept |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {bed.name} | {_headline(bed)} |" for bed in found]
    lines += ["", "## By area", "", *_matrix(there), ""]
    for bed in found:
        lines += _explained(bed, why.get(bed.report.get("server", {}).get("name", ""), {}))
    return "\n".join(lines).rstrip() + "\n"


def _opening(there: Sequence[Bed]) -> str:
    dates = sorted({bed.report["started"][:10] for bed in there})
    version = there[0].report["suite"]["version"] if there else ""
    return (
        f"Written by `make results` on {' and '.join(dates)}, with chatkit-wire {version}: every server that has a test"
        " bed in `conformance/testbeds/` was started and tested. Counts are rules that were kept, of those that were"
        " decided; MUST is what a client can observe, SHOULD what works all the same. `chatkit-wire explain RULE` tells"
        " what a rule is about."
    )


def _headline(bed: Bed) -> str:
    one = bed.report
    if not one:
        return f"| | could not be tested: {bed.trouble.splitlines()[0].replace('|', '/')}"
    return f"{one['revision']} | {one['level']} | {one['footer']['headline']}"


def _matrix(there: Sequence[Bed]) -> list[str]:
    areas = list(dict.fromkeys(verdict["area"] for bed in there for verdict in bed.report["verdicts"]))
    lines = [f"| area | {' | '.join(bed.name for bed in there)} |", f"| --- |{' --- |' * len(there)}"]
    return lines + [f"| {area} | {' | '.join(_cell(bed, area) for bed in there)} |" for area in areas]


def _cell(bed: Bed, area: str) -> str:
    one = cell(bed.report, area)
    if not one["decided"]:
        return ""
    counts = f"{one['passed']}/{one['decided']}"
    return f"**{counts}**" if one["outcome"] == "fail" else counts


def _explained(bed: Bed, why: Mapping[str, Sequence[str]]) -> list[str]:
    """Tell what a server breaks, by cause; what nobody has explained comes last."""
    broken = {verdict["rule"]: verdict for verdict in bed.broken}
    if not broken:
        return []
    lines = [
        f"## {bed.name}",
        "",
        "| cause | rules that are broken for it, and in how many scenarios |",
        "| --- | --- |",
    ]
    explained = {rule for rules in why.values() for rule in rules}
    told = [(cause, [broken[rule] for rule in rules if rule in broken]) for cause, rules in why.items()]
    told.append(("not explained yet", [verdict for rule, verdict in broken.items() if rule not in explained]))
    lines += [f"| {cause} | {', '.join(map(_rule, verdicts))} |" for cause, verdicts in told if verdicts]
    return [*lines, ""]


def _rule(verdict: dict[str, Any]) -> str:
    flickers = any(evidence["flickers"] for evidence in verdict["evidence"])
    name = f"**`{verdict['rule']}`**" if verdict["outcome"] == "fail" else f"`{verdict['rule']}`"
    return f"{name} ({len(verdict['evidence'])}{', flickers' if flickers else ''})"


def every(found: Sequence[Bed], told: Callable[[Bed, int], None]) -> list[Bed]:
    """Test one server after the other; `told` takes each before it begins, and its number from 1 on."""
    for number, bed in enumerate(found, 1):
        told(bed, number)
        tested(bed)
    return list(found)
