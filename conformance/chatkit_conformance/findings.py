"""What linting a capture found, as data and for people: grouped by rule, each with its place and what is around it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chatkit_conformance.explaining import COLOURS
from chatkit_conformance.linter.lint import Finding, lint
from chatkit_conformance.linter.rule import Rule
from chatkit_conformance.linter.subjects import Conversation, Frame
from chatkit_conformance.transcript import Exchange, Transcript

AROUND = 1
"""Frames shown before and behind the one at fault."""
SHOWN = 3
"""Places shown of a rule that is broken in many."""
WIDTH = 160


@dataclass
class FileReport:
    """The findings about one capture."""

    name: str
    told: Conversation
    findings: list[Finding]
    looked: int
    """How many rules had something to look at."""

    def data(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "file": self.name,
            "exchanges": len(self.told.exchanges),
            "rules": self.looked,
            "findings": [self.finding(one) for one in self.findings],
        }

    def finding(self, one: Finding) -> dict[str, Any]:
        """Give a finding as plain data."""
        return {
            "rule": one.rule.id,
            "severity": one.rule.severity,
            "requirement": one.rule.requirement,
            "where": self.where(one),
            "expected": one.expected,
            "actual": plain(one.actual),
            "why": one.rule.why,
            "mend": one.rule.mend,
        }

    def where(self, one: Finding) -> dict[str, Any]:
        """Give the place: the exchange and the frame, counted from 0, the bytes of the body, the JSON path."""
        exchange = self.told.exchanges[one.where.exchange]
        place: dict[str, Any] = {"exchange": one.where.exchange, "request": exchange.kind}
        frame = self.frame(one)
        if frame:
            place |= {"event": frame.number, "bytes": [frame.start, frame.end]}
        return place | ({"path": one.where.path} if one.where.path else {})

    def frame(self, one: Finding) -> Frame | None:
        """Find the frame that a finding is about."""
        stream = self.told.stream_of(self.told.exchanges[one.where.exchange])
        number = one.where.event
        return stream.frames[number] if stream and number is not None and number < len(stream.frames) else None

    def around(self, one: Finding) -> list[Frame]:
        """Give the frame that a finding is about, and its neighbours."""
        stream = self.told.stream_of(self.told.exchanges[one.where.exchange])
        if stream is None or one.where.event is None:
            return []
        return list(stream.frames[max(0, one.where.event - AROUND) : one.where.event + AROUND + 1])


def report_of(
    transcript: Transcript, name: str, *, rules: Iterable[Rule] | None = None, revision: str | None = None
) -> FileReport:
    """Lint a transcript."""
    told = Conversation(transcript.exchanges)
    report = lint(told, rules=rules, revision=revision)
    return FileReport(name, told, report.findings, len(report.looked))


def plain(value: Any) -> Any:
    """Make plain data of what a rule met."""
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    if isinstance(value, Exchange | Frame):
        return repr(value)
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def shown(report: FileReport) -> RenderableType:
    """Show a report for people: the headline, then rule by rule."""
    rules = list(dict.fromkeys(one.rule.id for one in report.findings))
    many = len(report.findings)
    exchanges = f"{len(report.told.exchanges)} exchange{'s' if len(report.told.exchanges) != 1 else ''}"
    if not many:
        return Text.assemble((f"{report.name}: ", "bold"), ("clean", "green"), f", {exchanges}, {report.looked} rules")
    counts = f"{many} finding{'s' if many != 1 else ''} by {len(rules)} rule{'s' if len(rules) != 1 else ''}"
    head = Text.assemble((f"{report.name}: ", "bold"), (counts, "red"), f", {exchanges}, {report.looked} rules")
    ordered = sorted(report.findings, key=lambda one: rules.index(one.rule.id))
    return Group(head, *(_rule(report, list(group)) for _, group in groupby(ordered, lambda one: one.rule.id)))


def _rule(report: FileReport, findings: list[Finding]) -> RenderableType:
    one = findings[0].rule
    times = f"  {len(findings)} times" if len(findings) > 1 else ""
    head = Text.assemble("\n", (one.severity, COLOURS[one.severity]), "  ", (one.id, "bold"), (times, "dim"))
    places = [_place(report, finding) for finding in findings[:SHOWN]]
    more = [Text(f"… and {len(findings) - SHOWN} more places", "dim")] if len(findings) > SHOWN else []
    words = Table.grid(padding=(0, 2))
    words.add_row(Text("why", "dim"), Text(one.why))
    words.add_row(Text("mend", "dim"), Text(one.mend))
    return Group(head, Padding(Group(Text(one.requirement), *places, *more, words), (0, 0, 0, 2)))


def _place(report: FileReport, finding: Finding) -> RenderableType:
    frame = report.frame(finding)
    exchange = report.told.exchanges[finding.where.exchange]
    where = f"{finding.where}" + (f", bytes {frame.start}-{frame.end}" if frame else "")
    rows = Table.grid(padding=(0, 2))
    rows.add_row(Text("expected", "dim"), Text(finding.expected))
    if finding.actual is not None:
        rows.add_row(Text("actual", "dim"), Text(_short(_told(plain(finding.actual)))))
    lines = [
        Text(
            f"{'→' if near is frame else ' '} {near.number + 1:>4} {_short(near.raw.decode(errors='replace').strip())}"
        )
        for near in report.around(finding)
    ]
    return Group(Text.assemble(("at ", "dim"), where, (f"  {exchange.kind}", "dim")), *lines, rows)


def _line(frame: Frame, mark: str) -> Text:
    told = _short(frame.raw.decode(errors="replace").strip())
    return Text(f"{mark} {frame.number + 1:>4} {told}", no_wrap=True, overflow="ellipsis")


def _short(text: str) -> str:
    text = text.replace("\n", "⏎")
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}… ({len(text)} characters)"


def _told(value: Any) -> str:
    """Tell what was found: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
