"""What the doctor says: as data, and for people."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chatkit_conformance.doctor.check import Check, Finding
from chatkit_conformance.doctor.examining import WORST_FIRST, Report

COLOURS = {"fault": "red", "warning": "yellow", "hint": "cyan"}
SHOWN = 5
"""Places shown of a check that found something in many."""


def as_data(report: Report) -> dict[str, Any]:
    """Give a report as plain data."""
    return {
        "healthy": not report.sick,
        "examined": report.examined,
        "checks": len(report.looked),
        "findings": [one.data() for one in report.findings],
        "left_out": report.left_out,
        "stumbled": report.stumbled,
    }


def as_view(report: Report) -> RenderableType:
    """Show a report: the findings, the cause first, then a line that sums them up."""
    groups = [list(same) for _, same in groupby(report.findings, lambda one: (one.check, one.mend))]
    return Group(*(_findings(same) for same in groups), *_stumbled(report), _sum(report), _examined(report))


def _findings(same: list[Finding]) -> RenderableType:
    one = same[0]
    head = Text.assemble((f"{one.severity:<8}", f"bold {COLOURS[one.severity]}"), (one.what, "bold"))
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True)
    where = ""
    for place in same[:SHOWN]:
        if place.what != one.what:
            rows.add_row(Text("also", "dim"), Text(place.what, "bold"))
        if place.where != where:
            rows.add_row(Text("where", "dim"), Text(place.where))
        where = place.where
        _add(rows, "before", place.before, "red")
        _add(rows, "after", place.after, "green")
    if len(same) > SHOWN:
        rows.add_row("", Text(f"… and {len(same) - SHOWN} more places", "dim"))
    rows.add_row(Text("why", "dim"), Text(one.why))
    rows.add_row(Text("mend", "dim"), Text(one.mend, "green" if not one.after else ""))
    rows.add_row(Text("check", "dim"), Text(one.check, "dim"))
    return Group(head, Padding(rows, (0, 0, 1, 8)))


def _add(rows: Table, name: str, text: str, colour: str) -> None:
    if text:
        rows.add_row(Text(name, "dim"), Text(text, colour))


def _stumbled(report: Report) -> Iterable[RenderableType]:
    for name, met in report.stumbled.items():
        yield Text.assemble(("undecided ", "yellow"), (name, "bold"), f": {met}\n")


def _sum(report: Report) -> RenderableType:
    counts = {name: sum(one.severity == name for one in report.findings) for name in WORST_FIRST}
    told = ", ".join(many(count, name) for name, count in counts.items() if count)
    checks = f", {many(len(report.looked), 'check')}"
    if report.left_out:
        checks += f"; {many(len(report.left_out), 'more check')} can be decided once the cause is mended"
    return Text.assemble((told, "yellow" if report.sick else "") if told else ("healthy", "green"), checks)


def _examined(report: Report) -> RenderableType:
    """Name what was looked at, so that nobody takes for healthy what was not."""
    rest = len(report.examined) - SHOWN
    return Text(", ".join(report.examined[:SHOWN]) + (f" and {rest} more" if rest > 0 else ""), "dim")


def many(count: int, name: str) -> str:
    """Count things in words."""
    return f"{count} {name}{'s' if count != 1 else ''}"


def listed(checks: Iterable[Check]) -> RenderableType:
    """List checks, a line each."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("check", "severity", "requirement"):
        table.add_column(name, no_wrap=name != "requirement")
    for one in checks:
        table.add_row(one.id, Text(one.severity, COLOURS[one.severity]), Text(one.requirement.split("\n")[0]))
    return table


def described(one: Check) -> dict[str, Any]:
    """Tell a check as data."""
    return {
        "check": one.id,
        "severity": one.severity,
        "requirement": one.requirement,
        "why": one.why,
        "mend": one.mend,
        "after": list(one.after),
    }
