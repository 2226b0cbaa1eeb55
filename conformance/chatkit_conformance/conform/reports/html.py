"""The HTML report: one page on its own, a matrix of servers and areas, and a page of evidence behind every cell."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from chatkit_conformance.conform.reports.junit import place
from chatkit_conformance.transcript import compact, parsed

TEMPLATE = Path(__file__).with_name("report.html.j2")
MOST = 5
"""Scenarios whose evidence is shown of a rule; those behind are named."""
WORST = ("fail", "warn", "note", "pass", "could not test", "not applicable")
"""Outcomes, the one that a cell shows first."""


def report(reports: Sequence[dict[str, Any]]) -> str:
    """Write the page."""
    areas = list(dict.fromkeys(verdict["area"] for one in reports for verdict in one["verdicts"]))
    rows = [{"area": area, "cells": [cell(one, area) for one in reports]} for area in areas]
    return _template().render(reports=reports, rows=rows, place=place, wire=wire, shown=_shown, most=MOST)


def _shown(one: dict[str, Any]) -> list[str]:
    """Name the scenarios that evidence leads to, each once: several rules may be broken in one."""
    evidence = (found for verdict in one["verdicts"] for found in verdict["evidence"][:MOST])
    return sorted({found["scenario"] for found in evidence})


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["code"] = code
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def code(text: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = (
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(text.split("`"))
    )
    return Markup("").join(parts)


def cell(one: dict[str, Any], area: str) -> dict[str, Any]:
    """Count an area of a report: its worst outcome, and how many rules were kept, of those decided."""
    verdicts = [verdict for verdict in one["verdicts"] if verdict["area"] == area]
    found = Counter(verdict["outcome"] for verdict in verdicts if verdict["scored"])
    worst = next((outcome for outcome in WORST if found[outcome]), "not applicable")
    decided = found.total() - found["not applicable"] - found["could not test"]
    return {"outcome": worst, "passed": found["pass"], "decided": decided, "broken": found["fail"] + found["warn"]}


def wire(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Show a wire log: each line with its side, frames one by one."""
    shown: list[tuple[str, str]] = []
    for line in lines:
        value = parsed(line)
        if isinstance(value, dict) and ">" in value:
            shown.append((">", line.removeprefix('{">":').removesuffix("}")))
        elif isinstance(value, dict) and "<" in value:
            shown += _reply(value["<"])
    return shown


def _reply(side: dict[str, Any]) -> list[tuple[str, str]]:
    head = {name: value for name, value in side.items() if name not in {"frames", "arrivals"}}
    frames = side.get("frames", [])
    return [("<", compact(head)), *(("<", frame if isinstance(frame, str) else compact(frame)) for frame in frames)]
