"""Write the schemas of the protocol: JSON Schema 2020-12, OpenAPI 3.1, AsyncAPI 3 and TypeScript.

The folder gets the files of the latest revision, and a folder for each earlier one.
"""

import argparse
from pathlib import Path

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire schemas schemas"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write them; existing files are replaced")


def run(options: argparse.Namespace) -> int:
    """Write everything; tell how much that was."""
    from chatkit_conformance.schemas.files import files, write  # noqa: PLC0415 - only this verb needs it

    found = files()
    try:
        write(options.folder, found)
    except OSError as error:
        raise Failure(f"{options.folder} cannot be written: {error.strerror}") from None
    say(f"{len(found)} files in {options.folder}")
    return 0
