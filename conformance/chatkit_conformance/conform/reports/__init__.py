"""Reports of runs of the suite: what each kind is called, and who writes it. All are made from the JSON report."""

from collections.abc import Callable, Sequence
from typing import Any

from chatkit_conformance.conform.reports import badge, html, junit, markdown
from chatkit_conformance.conform.reports.data import data, text

Data = dict[str, Any]
REPORTS: dict[str, Callable[[Sequence[Data]], str]] = {
    "json": text,
    "junit": junit.report,
    "markdown": markdown.report,
    "html": html.report,
    "badge": badge.report,
}
"""Each takes the reports of one or several servers as data (see `data`), and gives the text of a file."""

__all__ = ["REPORTS", "data"]
