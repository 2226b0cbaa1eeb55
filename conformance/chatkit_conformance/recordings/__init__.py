"""Recordings of the official SDK: how they are made, and what is held against them.

`conformance/transcripts/<version>/<scenario>.jsonl` holds what one version said to one scenario. Only the recorder
writes there. The name of a scenario has a dot in it; other files are none of them.
"""

from collections.abc import Iterator
from pathlib import Path

from chatkit_conformance.differential.servers import ROOT, VERSIONS
from chatkit_conformance.linter.lint import version as number
from chatkit_conformance.scenarios import Scenario
from chatkit_conformance.transcript import Transcript, load
from chatkit_protocol.revisions import REVISIONS

FOLDER = ROOT / "conformance" / "transcripts"
NEWEST = VERSIONS[-1]
LACKED = {"second_user": "the official test bed knows one user", "auth": "the official test bed takes everyone"}
"""The capabilities that no recording can show, and why."""


def revision_of(version: str) -> str:
    """Name the revision of the protocol that a version of the official SDK speaks."""
    return max((one for one in REVISIONS if number(one) <= number(version)), key=number)


def recordable(scenario: Scenario, version: str) -> bool:
    """Tell whether a version has what a scenario is about."""
    known = number(scenario.since) <= number(revision_of(version))
    return known and not LACKED.keys() & set(scenario.needs)


def path_of(version: str, name: str, folder: Path = FOLDER) -> Path:
    """Name the file of a recording."""
    return folder / version / f"{name}.jsonl"


def recordings(version: str, folder: Path = FOLDER) -> Iterator[Transcript]:
    """Read every recording of a version, by name."""
    for path in sorted((folder / version).glob("*.*.jsonl")):
        yield load(path)
