"""Lint a capture: what is wrong on the wire, where, by which rule, and how to mend it.

A capture is a HAR that a browser exported, a stream as `curl -N` printed it, `curl -iN` output with its headers, or a
transcript of ours; `-` reads standard input. Exit code 0: clean, 1: findings, 2: a file could not be read.
"""

import argparse
import json
import sys
from typing import Any

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire lint session.har
  curl -iN http://127.0.0.1:8000/chatkit/api -d '{"type":"threads.list","params":{}}' | chatkit-wire lint -
  chatkit-wire lint --sarif capture.jsonl > lint.sarif
  chatkit-wire lint --revision 1.4 --only stream --only items answer.sse"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a capture, or - for standard input")
    parser.add_argument("--revision", metavar="R", help="the revision of the protocol that the server speaks, e.g. 1.4")
    parser.add_argument("--only", action="append", metavar="PREFIX", help="only rules whose ids begin with this")
    parser.add_argument("--json", action="store_true", help="findings as JSON (usual when not on a terminal)")
    parser.add_argument("--sarif", action="store_true", help="findings as SARIF 2.1.0, for code hosts")
    parser.add_argument("--pretty", action="store_true", help="findings for people (usual on a terminal)")


def run(options: argparse.Namespace) -> int:
    """Lint every file; the exit code is the worst of them."""
    from chatkit_conformance.cli.files import capture  # noqa: PLC0415 - rules take a moment to import
    from chatkit_conformance.findings import report_of, shown  # noqa: PLC0415 - as above

    chosen, revision = _chosen(options.only), _revision(options)
    reports = [report_of(capture(name), name, rules=chosen, revision=revision) for name in options.files]
    if options.sarif:
        say(json.dumps(_sarif(reports), ensure_ascii=False, indent=1))
    elif options.json or not (options.pretty or sys.stdout.isatty()):
        say(json.dumps([report.data() for report in reports], ensure_ascii=False, indent=1))
    else:
        _print([shown(report) for report in reports])
    return 1 if any(report.findings for report in reports) else 0


def _sarif(reports: list[Any]) -> dict[str, Any]:
    from chatkit_conformance.conform.reports.data import suite_version  # noqa: PLC0415 - as the others
    from chatkit_conformance.sarif import sarif  # noqa: PLC0415 - as the others

    return sarif(reports, suite_version())


def _print(views: list[Any]) -> None:
    from rich.console import Console  # noqa: PLC0415 - an extra

    from chatkit_conformance.cli.chat.clean import Clean  # noqa: PLC0415 - an extra

    console = Console(highlight=False)
    for view in views:
        console.print(Clean(view))


def _revision(options: argparse.Namespace) -> str | None:
    from chatkit_conformance.linter.lint import version  # noqa: PLC0415 - as above

    try:
        version(options.revision or "1")
    except ValueError:
        raise Failure(f"--revision is a number like 1.4, not {options.revision!r}", 2) from None
    given: str | None = options.revision
    return given


def _chosen(prefixes: list[str] | None) -> list[Any] | None:
    from chatkit_conformance.rules import RULES  # noqa: PLC0415 - as above

    if not prefixes:
        return None
    chosen = [one for one in RULES.values() if one.id.startswith(tuple(prefixes))]
    if not chosen:
        raise Failure(f"no rule begins with {' or '.join(prefixes)}; `chatkit-wire explain` lists them", 2)
    return chosen
