"""Show a capture: every exchange with its times and sizes, the spans of its items, and the thread that a user saw."""

import argparse
import json
import sys
from typing import Any

from chatkit_conformance.cli.terminal import say

EXAMPLE = """\
  chatkit-wire show session.jsonl
  chatkit-wire show session.har --json"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", metavar="FILE", help="a transcript, or any capture that `lint` reads")
    parser.add_argument("--json", action="store_true", help="as JSON (usual when not on a terminal)")
    parser.add_argument("--pretty", action="store_true", help="for people (usual on a terminal)")


def run(options: argparse.Namespace) -> int:
    """Show one file."""
    from chatkit_conformance.cli.files import capture  # noqa: PLC0415 - an extra
    from chatkit_conformance.cli.showing import shown  # noqa: PLC0415 - an extra
    from chatkit_conformance.timeline import timeline  # noqa: PLC0415 - an extra

    transcript = capture(options.file)
    if options.json or not (options.pretty or sys.stdout.isatty()):
        rows = [{"request": one.kind, "status": one.status, **timeline(one).data()} for one in transcript.exchanges]
        say(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        _print(shown(transcript))
    return 0


def _print(views: Any) -> None:
    from rich.console import Console  # noqa: PLC0415 - an extra

    from chatkit_conformance.cli.chat.clean import Clean  # noqa: PLC0415 - an extra

    console = Console(highlight=False)
    for view in views:
        console.print(Clean(view))
