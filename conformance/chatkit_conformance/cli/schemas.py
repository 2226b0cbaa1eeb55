"""Write the schemas of the protocol: JSON Schema 2020-12, OpenAPI 3.1, AsyncAPI 3 and TypeScript.

The folder gets the files of the latest revision, and a folder for each earlier one. With `--record`, a history too:
what each official version changed, by the facts and recordings in a folder such as `conformance/` of the repository.
"""

import argparse
from pathlib import Path

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire schemas schemas"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write them; existing files are replaced")
    parser.add_argument("--record", type=Path, metavar="DIR", help="facts and recordings, to write HISTORY.md as well")


def run(options: argparse.Namespace) -> int:
    """Write everything; tell how much that was."""
    from chatkit_conformance.schemas.files import files, write  # noqa: PLC0415 - only this verb needs it

    told = {"HISTORY.md": _history(options.record)} if options.record else {}
    found = files() | told
    try:
        write(options.folder, found)
    except OSError as error:
        raise Failure(f"{options.folder} cannot be written: {error.strerror}") from None
    say(f"{len(found)} files in {options.folder}")
    return 0


def _history(record: Path) -> str:
    from chatkit_conformance.schemas.history import history  # noqa: PLC0415 - only this verb needs it
    from chatkit_conformance.transcript import TranscriptError  # noqa: PLC0415 - the same

    if not (record / "reference" / "facts").is_dir():
        raise Failure(f"{record} has no reference/facts", 2)
    try:
        return history(record)
    except TranscriptError as error:
        raise Failure(str(error)) from None
