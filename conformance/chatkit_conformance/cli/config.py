"""Show every setting of `serve`, with its value and where that comes from, and what is wrong. No secret is shown.

A flag is stronger than a variable, a variable stronger than the file. With --example, write a file to start from.
"""

import argparse
import os

import msgspec

from chatkit_conformance.cli.settings import SettingsError, declare, faults, read
from chatkit_conformance.cli.settings.showing import as_data, as_lines, example
from chatkit_conformance.cli.terminal import Failure, complain, say

EXAMPLE = """\
  chatkit-wire config
  chatkit-wire config --example
  chatkit-wire config --config chatkit.toml --json"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options: those of `serve`, too."""
    parser.add_argument("--json", action="store_true", help="as JSON: every name with its value and source")
    parser.add_argument("--example", action="store_true", help="write a commented file with every setting")
    declare(parser)


def run(options: argparse.Namespace) -> int:
    """Show them; 2 if one is wrong."""
    if options.example:
        say("\n".join(example()))
        return 0
    try:
        reading = read(vars(options), os.environ)
    except SettingsError as error:
        raise Failure(str(error), 2) from None
    for doubt in reading.doubts:
        complain(f"warning: {doubt}")
    if options.json:
        say(msgspec.json.format(msgspec.json.encode(as_data(reading))).decode())
    else:
        say("\n".join(as_lines(reading)).rstrip())
    wrong = list(faults(reading))
    for fault in wrong:
        complain(fault)
    return 2 if wrong else 0
