"""The result of the suite on a terminal: what is broken first, one root cause a paragraph, then the counts."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chatkit_conformance.conform.reports.junit import place

COLOURS = {"fail": "red", "warn": "yellow", "note": "cyan", "could not test": "magenta"}
SHOWN = {"fail", "warn"}
WIDTH = 400


def shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    """Show a JSON report, part by part."""
    for verdict in report["verdicts"]:
        if verdict["outcome"] in SHOWN:
            yield _broken(verdict)
    for scenario in report["scenarios"]:
        if "crashed" in scenario:
            yield Text(f"\nthe suite itself failed in {scenario['name']}:\n{scenario['crashed']}", "red")
    for rule, scenario in report["stale"]:
        yield Text(f"stale in the baseline: {rule} in {scenario}", "yellow")
    yield from _undecided(report)
    server = report["server"]
    name = " ".join(part for part in (server["name"], server["version"]) if part)
    yield Text.assemble("\n", (name, "bold"), f": {report['footer']['headline']}, {report['footer']['seconds']} s")


def _broken(verdict: dict[str, Any]) -> RenderableType:
    head = Text.assemble(
        "\n", (verdict["outcome"], COLOURS[verdict["outcome"]]), f"  {verdict['severity']}  ", (verdict["rule"], "bold")
    )
    if not verdict["scored"]:
        head.append("  (not scored: younger than the revision)", "dim")
    places = sum(evidence["places"] for evidence in verdict["evidence"])
    head.append(f"  {places} times" if places > 1 else "", "dim")
    first = verdict["evidence"][0]
    finding = first["findings"][0]
    names = [evidence["scenario"] for evidence in verdict["evidence"]]
    where = f"{first['scenario']}, {place(finding['where'])}" + (
        f"; also in {', '.join(names[1:4])}" if names[1:] else ""
    )
    where += f" and {len(names) - 4} more" if len(names) > 4 else ""  # noqa: PLR2004 - as many as are named
    rows = Table.grid(padding=(0, 2))
    for name, value in (
        ("at", where + (" (flickers)" if first["flickers"] else "") + (" (known)" if first["known"] else "")),
        ("expected", finding["expected"]),
        ("actual", finding["actual"]),
        ("why", verdict["why"]),
        ("mend", verdict["mend"]),
        ("again", finding["reproduce"]),
    ):
        # The command is there to be pasted: it is never cut.
        rows.add_row(Text(name, "dim"), Text(value if len(value) <= WIDTH or name == "again" else f"{value[:WIDTH]}…"))
    around = [_near(near) for near in finding["around"]]
    return Group(head, Padding(Group(Text(verdict["requirement"]), *around, rows), (0, 0, 0, 2)))


def _near(near: dict[str, Any]) -> Text:
    text = f"{'→' if near['at fault'] else ' '} {near['event'] + 1:>4} {near['text']}"
    return Text(text if len(text) <= WIDTH // 2 else f"{text[: WIDTH // 2]}…", "" if near["at fault"] else "dim")


def _undecided(report: dict[str, Any]) -> Iterator[RenderableType]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for verdict in report["verdicts"]:
        if "reason" in verdict:
            reasons.setdefault((verdict["outcome"], verdict["reason"]), []).append(verdict["rule"])
    for (outcome, reason), rules in reasons.items():
        named = ", ".join(rules[:3]) + (f" and {len(rules) - 3} more" if len(rules) > 3 else "")  # noqa: PLR2004
        yield Text.assemble((outcome, COLOURS.get(outcome, "dim")), f": {named}: ", (reason, "dim"))
