"""The Markdown report, for a pull request: the headline, what is broken and how to mend it, what was not decided."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from chatkit_conformance.conform.reports.junit import place

MOST = 50
"""Rules told in full: a comment on a pull request has a limit."""
SHORT = 300


def report(reports: Sequence[dict[str, Any]]) -> str:
    """Write the report of one or several servers."""
    return "\n".join(line for one in reports for line in _server(one)) + "\n"


def _server(one: dict[str, Any]) -> list[str]:
    server = one["server"]
    broken = [verdict for verdict in one["verdicts"] if verdict["outcome"] in {"fail", "warn"}]
    lines = [f"## {plain(' '.join(part for part in (server['name'], server['version']) if part))}", ""]
    lines += [f"{one['footer']['headline']} — revision {one['revision']}, level {one['level']}", ""]
    for verdict in broken[:MOST]:
        lines += _broken(verdict)
    if len(broken) > MOST:
        lines += [f"… and {len(broken) - MOST} more rules.", ""]
    lines += [f"The suite itself failed in `{s['name']}`." for s in one["scenarios"] if "crashed" in s]
    lines += [f"Stale in the baseline: `{rule}` in `{scenario}`." for rule, scenario in one["stale"]]
    return lines + _undecided(one["verdicts"])


def _broken(verdict: dict[str, Any]) -> list[str]:
    evidence = verdict["evidence"][0]
    finding = evidence["findings"][0]
    others = len(verdict["evidence"]) - 1
    more = f"; {others} more scenarios" if others else ""
    marks = "".join(f" ({mark})" for mark in ("flickers", "known") if evidence[mark])
    young = "" if verdict["scored"] else " (not scored: younger than the revision)"
    return [
        f"- **{verdict['severity']}**{young} `{verdict['rule']}`: {plain(verdict['requirement'])}",
        f"  - in `{evidence['scenario']}`{marks}, {place(finding['where'])}{more}",
        f"  - expected {plain(finding['expected'])}; actual {code(finding['actual'])}",
        f"  - mend: {plain(verdict['mend'])}",
        "",
    ]


def _undecided(verdicts: list[dict[str, Any]]) -> list[str]:
    """Say in a line each what was not decided, by reason."""
    reasons = Counter(
        (v["outcome"], v["reason"]) for v in verdicts if v["outcome"] in {"not applicable", "could not test"}
    )
    told = [f"- {count} rules {outcome}: {plain(reason)}" for (outcome, reason), count in reasons.most_common()]
    return ["<details><summary>Not decided</summary>", "", *told, "", "</details>", ""] if told else []


def plain(value: str) -> str:
    """Keep text from being markup, and on one line."""
    text = " ".join(value.split())
    for mark in "\\`*_<>|[]":
        text = text.replace(mark, f"\\{mark}")
    return text


def code(value: str) -> str:
    """Show a value as code, whatever backticks it has."""
    text = " ".join(value.split())
    text = text if len(text) <= SHORT else f"{text[:SHORT]}…"
    fence = "`" * (1 + max((len(run) for run in _runs(text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _runs(text: str) -> list[str]:
    return [run for run in "".join(letter if letter == "`" else " " for letter in text).split() if run]
