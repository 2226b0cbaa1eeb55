"""Explain a rule: what it asks for and why, where that comes from, how to mend a break, a good and a bad example.

Without a rule, or with the beginning of ids, lists them.
"""

import argparse
import json
import sys
from typing import Any

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire explain sse.frame.ended
  chatkit-wire explain paging"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("rule", nargs="?", default="", metavar="RULE", help="the id of a rule, or the beginning of ids")
    parser.add_argument("--json", action="store_true", help="as JSON (usual when not on a terminal)")
    parser.add_argument("--pretty", action="store_true", help="for people (usual on a terminal)")


def run(options: argparse.Namespace) -> int:
    """Explain one rule, or list those that fit."""
    from chatkit_conformance.explaining import described, explained, listed  # noqa: PLC0415 - rules take a moment
    from chatkit_conformance.rules import RULES  # noqa: PLC0415 - as above

    fitting = [RULES[options.rule]] if options.rule in RULES else _beginning(options.rule)
    if options.json or not (options.pretty or sys.stdout.isatty()):
        say(json.dumps([described(one) for one in fitting], ensure_ascii=False, indent=1))
        return 0
    from rich.console import Console  # noqa: PLC0415 - an extra

    Console(highlight=False).print(explained(fitting[0]) if options.rule in RULES else listed(fitting))
    return 0


def _beginning(prefix: str) -> list[Any]:
    from chatkit_conformance.rules import RULES  # noqa: PLC0415 - as above

    fitting = [one for one in RULES.values() if one.id.startswith(prefix)]
    named = [one for one in RULES.values() if prefix.upper() in one.catalogue]
    if not fitting and not named:
        raise Failure(f"no rule is called {prefix}, and no id begins so; `chatkit-wire explain` lists them", 2)
    return list(fitting or named)
