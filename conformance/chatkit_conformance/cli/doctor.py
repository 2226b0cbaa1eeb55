"""Tell what keeps a ChatKit setup from working: its cause first, why it matters, and the mend.

--url examines a running backend, as a page of --origin would call it. It makes one small conversation, uploads one tiny
file where files are offered, and deletes the thread and the file afterwards. --page examines the page with the widget:
its headers, its HTML and its own scripts, as a browser would get them. --project examines a source tree, and the model
that its environment names (LLM_PROVIDER and the rest, as serve reads them, also from DIR/.env), which it asks for its
list of models and for one word; without any, the folder that you are in. Nothing is sent anywhere but to the addresses
given and the model's own.

Exit code 0: healthy, 1: faults or warnings, 2: could not look. --fix shows the changes that would mend what can be
mended in files, and asks before it writes each.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.terminal import Failure, complain, say

EXAMPLE = """\
  chatkit-wire doctor --url http://127.0.0.1:8000/chatkit/api
  chatkit-wire doctor --project .
  chatkit-wire doctor --url https://chat.example.com/chatkit/api --origin https://www.example.com --token "$TOKEN"
  chatkit-wire doctor --page https://www.example.com/chat --project .
  chatkit-wire doctor --project . --fix
  chatkit-wire doctor --url http://127.0.0.1:8000/chatkit/api --only backend.cors --json
  chatkit-wire doctor --list"""
TIMEOUT = 30.0
"""Seconds; what is healthy and asks a model answers within them most of the time."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--url", help="a running backend's endpoint, e.g. http://127.0.0.1:8000/chatkit/api")
    parser.add_argument("--project", type=Path, metavar="DIR", help="a source tree (. without --url and --page)")
    parser.add_argument("--page", metavar="URL", help="the page with the widget, e.g. http://localhost:3000")
    parser.add_argument(
        "--origin", help="of the page with the widget (--page's; http://localhost:3000 for a local backend)"
    )
    parser.add_argument("-H", "--header", action="append", default=[], metavar="LINE", help="sent with each request")
    parser.add_argument("--token", help="a bearer token, the same as -H 'authorization: Bearer TOKEN'")
    parser.add_argument("--upload-url", default="", metavar="URL", help="where the widget uploads directly, if it does")
    parser.add_argument("--only", action="append", metavar="ID", help="only checks whose ids begin with this")
    parser.add_argument("--skip", action="append", default=[], metavar="ID", help="no checks whose ids begin with this")
    parser.add_argument("--timeout", type=float, default=TIMEOUT, metavar="S", help="seconds a reply may take (30)")
    parser.add_argument("--fix", action="store_true", help="offer changes to files; off a terminal, only print them")
    parser.add_argument("--list", action="store_true", help="list all checks")
    parser.add_argument("--json", action="store_true", help="as JSON (usual when not on a terminal)")
    parser.add_argument("--pretty", action="store_true", help="for people (usual on a terminal)")


def run(options: argparse.Namespace) -> int:
    """Examine; 1 if there is more than hints."""
    from chatkit_conformance.doctor.report import as_data, as_view  # noqa: PLC0415 - checks take a moment to import

    chosen = _chosen(options)
    if options.list:
        return _list(options, chosen)
    subjects = _subjects(options)
    if not any(isinstance(subject, one.subject) for subject in subjects for one in chosen):
        raise Failure("there is nothing to look at: say --url, or --project of a folder that has something in it", 2)
    try:
        report = _examined(subjects, chosen)
    finally:
        _close(subjects)
    if options.fix:
        _fix(report, (options.project or Path()).resolve())
    elif _as_json(options):
        say(json.dumps(as_data(report) | _checklist(subjects), ensure_ascii=False, indent=1))
    else:
        _print(as_view(report))
        _print_checklist(subjects, options.page)
    return 1 if report.sick else 2 if report.stumbled else 0


def _examined(subjects: list[object], checks: list[Any]) -> Any:
    """Examine; on a terminal, tell what is being looked at."""
    from rich.console import Console  # noqa: PLC0415 - an extra

    from chatkit_conformance.doctor import examine  # noqa: PLC0415 - as above

    console = Console(stderr=True, highlight=False)
    with console.status("Looking …") as status:
        return examine(subjects, checks=checks, progress=lambda one: status.update(one.requirement.split("\n")[0]))


def _close(subjects: list[Any]) -> None:
    for one in subjects:
        if hasattr(one, "close"):
            one.close()


def _as_json(options: argparse.Namespace) -> bool:
    return bool(options.json or not (options.pretty or sys.stdout.isatty()))


def _chosen(options: argparse.Namespace) -> list[Any]:
    from chatkit_conformance.doctor import CHECKS  # noqa: PLC0415 - as above

    for prefix in [*(options.only or []), *options.skip]:
        if not any(name.startswith(prefix) for name in CHECKS):
            raise Failure(f"no check begins with {prefix}; `chatkit-wire doctor --list` lists them", 2)
    only = tuple(options.only or [""])
    return [one for name, one in CHECKS.items() if name.startswith(only) and not name.startswith(tuple(options.skip))]


def _list(options: argparse.Namespace, checks: list[Any]) -> int:
    from chatkit_conformance.doctor.report import described, listed  # noqa: PLC0415 - as above

    if _as_json(options):
        say(json.dumps([described(one) for one in checks], ensure_ascii=False, indent=1))
    else:
        _print(listed(checks))
    return 0


def _subjects(options: argparse.Namespace) -> list[object]:
    """Give what is to be examined, in the order in which one causes trouble in another."""
    from chatkit_conformance.cli import subjects  # noqa: PLC0415 - as above

    folder = options.project or (None if options.url or options.page else Path())
    if folder and not folder.is_dir():
        raise Failure(f"{folder} is no folder", 2)
    found = [subjects.provider(folder, options.timeout)] if folder else []
    found += [subjects.backend(options)] if options.url else []
    return [*(one for one in found if one is not None), *subjects.sources(options, folder)]


def _checklist(subjects: list[Any]) -> dict[str, Any]:
    """Give what only a browser shows, where a page was examined."""
    from chatkit_conformance.doctor.page.checklist import as_data  # noqa: PLC0415 - as above
    from chatkit_conformance.doctor.page.page import Page  # noqa: PLC0415 - as above

    shown = any(isinstance(one, Page) or getattr(one, "widgets", None) for one in subjects)
    return {"checklist": as_data()} if shown else {}


def _print_checklist(subjects: list[Any], page: str | None) -> None:
    from chatkit_conformance.doctor.page.checklist import as_view  # noqa: PLC0415 - as above

    if _checklist(subjects):
        _print(as_view(page))


def _print(view: Any) -> None:
    from rich.console import Console  # noqa: PLC0415 - an extra

    from chatkit_conformance.cli.chat.clean import Clean  # noqa: PLC0415 - an extra

    Console(highlight=False).print(Clean(view))


def _fix(report: Any, root: Path) -> None:
    """Show what would mend the files, and write each if the user says so; off a terminal, only show."""
    from chatkit_conformance.doctor.mending import patches  # noqa: PLC0415 - as above
    from chatkit_conformance.doctor.report import as_view  # noqa: PLC0415 - as above

    asks = sys.stdin.isatty() and sys.stdout.isatty()
    if asks:
        _print(as_view(report))
    for patch in patches(report.findings):
        sys.stdout.write(patch.diff(root))
        if asks and input(f"Write {patch.path}? [y/N] ").strip().lower() in {"y", "yes"}:
            try:
                patch.write()
            except (ValueError, OSError) as error:
                complain(str(error))
    sys.stdout.flush()
