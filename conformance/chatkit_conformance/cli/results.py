"""Test every server that has a test bed, one after the other, and write down side by side what they keep and break.

A test bed is a folder with a `conformance.toml`. One whose server cannot be started is on the page with the reason.
Exit code 0: all were tested, 1: some could not be, 2: wrong usage, 4: the suite itself failed.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire results --html results.html
  chatkit-wire results --beds my/testbeds --out RESULTS.md --only openai-chatkit"""
BEDS = Path("conformance/testbeds")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--beds", default=BEDS, type=Path, metavar="FOLDER", help=f"default: {BEDS}")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the Markdown page (default: beside FOLDER)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also one HTML page, with the evidence")
    parser.add_argument("--only", action="append", default=[], metavar="BED", help="only these folders, to --out")


def run(options: argparse.Namespace) -> int:
    """Run the suite against each."""
    from chatkit_conformance.conform.reports import html  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.results import beds, causes, every, page  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.settings import SettingsError  # noqa: PLC0415 - an extra

    if options.only and not options.out:
        raise Failure("with --only, say --out: the usual page tells of all", 2)
    try:
        found = [bed for bed in beds(options.beds) if not options.only or bed.folder.name in options.only]
    except SettingsError as error:
        raise Failure(str(error), 2) from None
    if not found:
        raise Failure(f"no test bed in {options.beds}: a folder with a conformance.toml", 2)
    every(found, lambda bed, number: _progress(bed, number, len(found)))
    _write(options.out or options.beds.parent / "RESULTS.md", page(found, causes(options.beds)))
    reports = [bed.report for bed in found if bed.report]
    if options.html:
        _write(options.html, html.report(reports))
    for bed in found:
        say(f"{bed.name}: {bed.report['footer']['headline'] if bed.report else bed.trouble}")
    if any("crashed" in scenario for report in reports for scenario in report["scenarios"]):
        return 4
    return int(len(reports) < len(found))


def _progress(bed: Any, number: int, many: int) -> None:
    sys.stderr.write(f"{number}/{many} {bed.name} …\n")
    sys.stderr.flush()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}", 2) from None
