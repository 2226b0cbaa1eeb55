"""A rule in words: its requirement, its reasons, its examples."""

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from chatkit_conformance.linter.rule import Rule
from chatkit_conformance.transcript import Exchange, exchange_lines

COLOURS = {"MUST": "red", "SHOULD": "yellow", "INFO": "cyan"}


def described(one: Rule) -> dict[str, Any]:
    """Tell a rule as data."""
    return {
        "rule": one.id,
        "severity": one.severity,
        "level": one.level,
        "since": one.since,
        "requirement": one.requirement,
        "why": one.why,
        "mend": one.mend,
        "source": one.source,
        "catalogue": list(one.catalogue),
        "good": [line for exchange in one.good for line in exchange_lines(exchange)],
        "bad": [line for exchange in one.bad for line in exchange_lines(exchange)],
    }


def explained(one: Rule) -> RenderableType:
    """Tell a rule for people."""
    head = Text.assemble(
        (one.id, "bold"), "  ", (one.severity, COLOURS[one.severity]), f"  {one.level}, since {one.since}"
    )
    rows = Table.grid(padding=(0, 2))
    for name, text in (("why", one.why), ("mend", one.mend), ("source", one.source)):
        rows.add_row(Text(name, "dim"), Text(text))
    if one.catalogue:
        rows.add_row(Text("catalogue", "dim"), Text(" ".join(one.catalogue)))
    good, bad = Line("good", style="green"), Line("bad", style="red")
    return Group(head, "", Text(one.requirement), "", rows, "", good, wire(one.good), bad, wire(one.bad))


def wire(exchanges: Sequence[Exchange]) -> Text:
    """Show exchanges as a terminal shows the wire: what was sent behind `>`, what came behind `<`."""
    text = Text()
    for exchange in exchanges:
        text.append(f"> {exchange.sent.decode(errors='replace')}\n", "cyan")
        text.append(f"< {exchange.status} {exchange.headers.get('content-type', '')}\n", "dim")
        for line in exchange.received.decode(errors="backslashreplace").split("\n"):
            text.append(f"< {line}\n" if line else "")
    return text


def listed(rules: Sequence[Any]) -> RenderableType:
    """List rules, a line each."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("rule", "severity", "level", "requirement"):
        table.add_column(name, no_wrap=name != "requirement")
    for one in rules:
        table.add_row(
            one.id, Text(one.severity, COLOURS[one.severity]), one.level, Text(one.requirement.split("\n")[0])
        )
    return table
