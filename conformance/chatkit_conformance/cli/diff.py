"""Compare two captures of the same conversation: what differs in meaning, event by event, ids and times aside.

Exit code 0: the same, 1: they differ, 2: a file could not be read.
"""

import argparse
import json
import sys
from typing import Any

from chatkit_conformance.cli.terminal import say

EXAMPLE = """\
  chatkit-wire diff before.jsonl after.jsonl
  chatkit-wire diff theirs.har ours.jsonl --json"""

WIDTH = 400


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("a", metavar="A", help="a transcript, or any capture that `lint` reads")
    parser.add_argument("b", metavar="B", help="another")
    parser.add_argument("--json", action="store_true", help="as JSON (usual when not on a terminal)")
    parser.add_argument("--pretty", action="store_true", help="for people (usual on a terminal)")


def run(options: argparse.Namespace) -> int:
    """Compare, and print."""
    from chatkit_conformance.cli.files import capture  # noqa: PLC0415 - an extra
    from chatkit_conformance.comparing import differences  # noqa: PLC0415 - an extra

    a, b = capture(options.a), capture(options.b)
    found = list(differences(a.exchanges, b.exchanges))
    if options.json or not (options.pretty or sys.stdout.isatty()):
        say(json.dumps([one._asdict() for one in found], ensure_ascii=False, indent=1))
    else:
        _print(options, a, found)
    return 1 if found else 0


def _print(options: argparse.Namespace, a: Any, found: list[Any]) -> None:
    from rich.console import Console  # noqa: PLC0415 - an extra
    from rich.text import Text  # noqa: PLC0415 - an extra

    from chatkit_conformance.cli.chat.clean import Clean  # noqa: PLC0415 - an extra

    console = Console(highlight=False)
    place: tuple[int, int | None] | None = None
    for one in found:
        if place != (one.exchange, one.event):
            place = (one.exchange, one.event)
            kind = a.exchanges[one.exchange].kind if one.exchange < len(a.exchanges) else ""
            event = "" if one.event is None else f", event {one.event + 1}"
            console.print(Clean(Text(f"exchange {one.exchange + 1}{event}  {kind}", "bold")))
        console.print(Clean(Text(f"  {one.path}", "dim")))
        console.print(Clean(Text(f"  - {_short(one.a)}", "red")))
        console.print(Clean(Text(f"  + {_short(one.b)}", "green")))
    many = f"{len(found)} difference{'s' if len(found) != 1 else ''}" if found else "no difference"
    console.print(Clean(Text(f"{many} between {options.a} (-) and {options.b} (+)", "bold")))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}… ({len(text)} characters)"
