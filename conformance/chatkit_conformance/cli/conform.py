"""Test a ChatKit server in any language against the rules of the protocol, from outside, over HTTP.

With a URL the server runs already and is asked what any server can be asked (L1). A `conformance.toml` says more: how
it is started, what it can do, who its users are; then it is tested with the suite's own model behind it (L2) and with
scripts (L3). Exit code 0: conformant, 1: failures, 2: wrong usage or nothing selected, 3: not reachable, 4: the suite
itself failed, 5: nothing new, but stale entries in the baseline.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire conform http://127.0.0.1:8000/chatkit/api
  chatkit-wire conform --config conformance.toml --report html=report.html --report junit=report.xml
  chatkit-wire conform --config conformance.toml --only paging --baseline known.json"""

KINDS = ("json", "junit", "markdown", "html", "badge")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("url", nargs="?", metavar="URL", help="the endpoint of a server that runs")
    parser.add_argument("--config", metavar="FILE", help="a conformance.toml")
    parser.add_argument("--only", action="append", default=[], metavar="PREFIX", help="rules or scenarios")
    parser.add_argument("--level", choices=["L1", "L2", "L3"], help="no further than this")
    parser.add_argument("--revision", metavar="R", help="the revision of the protocol that the server speaks")
    parser.add_argument("--baseline", metavar="FILE", help="what is known to be broken; only what is new fails")
    parser.add_argument("--write-baseline", metavar="FILE", help="write down what is broken now")
    parser.add_argument(
        "--report", action="append", default=[], metavar="KIND=FILE", help=f"write a report: {', '.join(KINDS)}"
    )
    parser.add_argument("--transcripts", metavar="FOLDER", help="write every conversation as a transcript")
    parser.add_argument("--json", action="store_true", help="the JSON report (usual when not on a terminal)")
    parser.add_argument("--pretty", action="store_true", help="for people (usual on a terminal)")


def run(options: argparse.Namespace) -> int:
    """Run the suite."""
    from chatkit_conformance.conform.baseline import written  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.process import NotReachable  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.reports import data  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.suite import NothingMatched  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.suite import run as run_suite  # noqa: PLC0415 - an extra
    from chatkit_conformance.conform.verdicts import NOT_REACHABLE, USAGE  # noqa: PLC0415 - an extra

    settings, baseline, reports = _settings(options), _baseline(options.baseline), _reports(options.report)
    try:
        result = run_suite(settings, only=options.only, baseline=baseline, told=_progress())
    except NothingMatched as error:
        raise Failure(str(error), USAGE) from None
    except NotReachable as error:
        raise Failure(str(error), NOT_REACHABLE) from None
    report = data(result)
    if options.write_baseline:
        _write(Path(options.write_baseline), written(result.verdicts).decode())
    _keep(options.transcripts, result)
    for kind, path in reports:
        _write(path, _report(kind, report))
    _print(options, report)
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


def _reports(wanted: list[str]) -> list[tuple[str, Path]]:
    pairs = [one.partition("=") for one in wanted]
    for kind, _, path in pairs:
        if kind not in KINDS or not path:
            raise Failure(f"--report is KIND=FILE with one of {', '.join(KINDS)}, not {kind}={path}", 2)
    return [(kind, Path(path)) for kind, _, path in pairs]


def _report(kind: str, report: dict[str, Any]) -> str:
    from chatkit_conformance.conform.reports import REPORTS  # noqa: PLC0415 - an extra

    return REPORTS[kind]([report])


def _keep(folder: str | None, result: Any) -> None:
    """Write the conversations, each to a file of its own."""
    from chatkit_conformance.transcript import Header, Transcript, lines  # noqa: PLC0415 - an extra

    for one in result.played if folder else ():
        header = Header(name=one.scenario.name, note=one.scenario.note, producer=result.settings.server.name)
        text = "".join(f"{line}\n" for line in lines(Transcript(header, one.exchanges)))
        _write(Path(str(folder)) / f"{one.scenario.name}.jsonl", text)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}", 2) from None


def _print(options: argparse.Namespace, report: dict[str, Any]) -> None:
    if options.json or not (options.pretty or sys.stdout.isatty()):
        say(json.dumps(report, ensure_ascii=False, indent=1))
        return
    from rich.console import Console  # noqa: PLC0415 - an extra

    from chatkit_conformance.cli.chat.clean import Clean  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.verdicts import shown  # noqa: PLC0415 - an extra

    console = Console(highlight=False)
    for view in shown(report):
        console.print(Clean(view))


def _progress() -> Any:
    """Count scenarios on a terminal."""
    if not sys.stderr.isatty():
        return None

    def told(_played: Any, ended: int, many: int) -> None:
        sys.stderr.write(f"\r{ended}/{many} scenarios" + ("\n" if ended == many else ""))
        sys.stderr.flush()

    return told
