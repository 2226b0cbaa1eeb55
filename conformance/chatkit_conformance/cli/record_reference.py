"""Record the official SDK: every scenario, played against the official test bed of each version that is on record.

Each version needs an environment of its own, which `make references` makes. What a version says to a scenario goes to
`conformance/transcripts/VERSION/SCENARIO.jsonl`; what it says as before keeps its file. Exit code 1: something is new.
"""

import argparse
from pathlib import Path
from typing import Any

from chatkit_conformance.cli.terminal import Failure, say

EXAMPLE = """\
  chatkit-wire record-reference
  chatkit-wire record-reference --version 1.6.5 --only widgets --only cancel"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--version", action="append", metavar="V", help="only this version (usual: all on record)")
    parser.add_argument("--only", action="append", metavar="PREFIX", help="only scenarios whose names begin with this")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write (usual: conformance/transcripts)")


def run(options: argparse.Namespace) -> int:
    """Record version by version; tell what is new."""
    from chatkit_conformance.differential.servers import VERSIONS, ServerError  # noqa: PLC0415 - an extra
    from chatkit_conformance.recordings import NEWEST, coverage  # noqa: PLC0415 - an extra
    from chatkit_conformance.recordings.record import RecordingError  # noqa: PLC0415 - an extra
    from chatkit_conformance.scenarios import load_all  # noqa: PLC0415 - an extra

    scenarios = [one for one in load_all() if one.name.startswith(tuple(options.only or [""]))]
    if not scenarios:
        raise Failure(f"no scenario begins with {' or '.join(options.only)}", 2)
    if unknown := set(options.version or []) - set(VERSIONS):
        raise Failure(f"{', '.join(sorted(unknown))} is not on record; there are {', '.join(VERSIONS)}", 2)
    try:
        news = [_version(version, scenarios, options) for version in options.version or VERSIONS]
    except (RecordingError, ServerError) as error:
        raise Failure(str(error)) from None
    if NEWEST in (options.version or VERSIONS) and not options.only and not options.out:
        coverage.FILE.write_text(coverage.current(load_all()), encoding="utf-8")
    return 1 if any(news) else 0


def _version(version: str, scenarios: list[Any], options: argparse.Namespace) -> int:
    from rich.progress import Progress  # noqa: PLC0415 - an extra

    from chatkit_conformance.recordings import FOLDER, faults, recordable  # noqa: PLC0415 - an extra
    from chatkit_conformance.recordings.record import record, save, stale  # noqa: PLC0415 - an extra

    wanted = [one for one in scenarios if recordable(one, version)]
    folder = options.out or FOLDER
    with Progress(transient=True) as progress:
        task = progress.add_task(version, total=len(wanted))
        transcripts = record(version, wanted, lambda _name: progress.advance(task))
    fresh = save(transcripts, version, folder)
    gone = [] if options.only else stale([one.name for one in wanted], version, folder)
    for path in gone:
        path.unlink()
    for name in fresh:
        say(f"  new: {version}/{name}")
    for path in gone:
        say(f"  no scenario any more, deleted: {version}/{path.stem}")
    if other_faults := not options.only and faults.update(version, folder):
        say(f"  what it breaks has changed: {faults.path_of(version, folder)}")
    say(f"{version}: {len(wanted)} scenarios, {len(fresh)} with news")
    return len(fresh) + len(gone) + other_faults
