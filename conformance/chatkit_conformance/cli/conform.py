"""Test a ChatKit server in any language against the rules of the protocol, from outside, over HTTP.

With a URL the server runs already and is asked what any server can be asked (L1). A `conformance.toml` says more: how
it is started, what it can do, who its users are; then it is tested with the suite's own model behind it (L2) and with
scripts (L3). Exit code 0: conformant, 1: failures, 2: wrong usage or nothing selected, 3: not reachable, 4: the suite
itself failed, 5: nothing new, but stale entries in the baseline.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire conform http://127.0.0.1:8000/chatkit/api
  chatkit-wire conform --config conformance.toml --report html=report.html --report junit=report.xml
  chatkit-wire conform --config conformance.toml --only paging --baseline known.json"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("url", nargs="?", metavar="URL", help="the endpoint of a server that runs")
    parser.add_argument("--config", metavar="FILE", help="a conformance.toml")
    parser.add_argument(
        "--only", action="append", default=[], metavar="PREFIX", help="rules or scenarios that begin so"
    )
    parser.add_argument("--level", choices=["L1", "L2", "L3"], help="no further than this")
    parser.add_argument("--revision", metavar="R", help="the revision of the protocol that the server speaks")
    parser.add_argument("--baseline", metavar="FILE", help="what is known to be broken; only what is new fails")
    parser.add_argument("--write-baseline", metavar="FILE", help="write down what is broken now")
    parser.add_argument("--report", action="append", default=[], metavar="KIND=FILE", help=f"write a report: {KINDS}")
    parser.add_argument("--transcripts", metavar="FOLDER", help="write every conversation as a transcript")


KINDS = "json, junit, markdown, html, badge"


def run(options: argparse.Namespace) -> int:
    """Run the suite."""
    from chatkit_conformance.conform.baseline import written  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.process import NotReachable  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.suite import NothingMatched  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.suite import run as run_suite  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.verdicts import NOT_REACHABLE, USAGE  # noqa: PLC0415 - an extra

    settings, baseline = _settings(options), _baseline(options.baseline)
    try:
        result = run_suite(settings, only=options.only, baseline=baseline, told=_progress())
    except NothingMatched as error:
        raise Failure(str(error), USAGE) from None
    except NotReachable as error:
        raise Failure(str(error), NOT_REACHABLE) from None
    if options.write_baseline:
        Path(options.write_baseline).write_bytes(written(result.verdicts))
    say(f"{result.settings.server.name or result.url}: {result.counts}, {result.seconds:.1f} s")
    return result.exit_code


def _settings(options: argparse.Namespace) -> Any:
    from chatkit_conformance.conform.settings import SettingsError, from_file, from_url  # noqa: PLC0415 - an extra

    if bool(options.url) == bool(options.config):
        raise Failure("say either the URL of a server or --config FILE", 2)
    try:
        settings = from_file(Path(options.config)) if options.config else from_url(options.url)
    except SettingsError as error:
        raise Failure(str(error), 2) from None
    settings.level = options.level or settings.level
    settings.revision = options.revision or settings.revision
    return settings


def _baseline(name: str | None) -> Any:
    from chatkit_conformance.conform.baseline import BaselineError, load  # noqa: PLC0415 - an extra

    try:
        return load(Path(name)) if name else frozenset()
    except BaselineError as error:
        raise Failure(str(error), 2) from None


def _progress() -> Any:
    """Count scenarios on a terminal."""
    if not sys.stderr.isatty():
        return None

    def told(_played: Any, ended: int, many: int) -> None:
        sys.stderr.write(f"\r{ended}/{many} scenarios" + ("\n" if ended == many else ""))
        sys.stderr.flush()

    return told
