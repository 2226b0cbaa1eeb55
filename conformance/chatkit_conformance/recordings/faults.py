"""What each version of the official SDK is known to break, and why: nothing else may be found in its recordings.

`conformance/transcripts/<version>/faults.json` has the pairs of a rule and a scenario, as a baseline for
`chatkit-wire conform`. What is only worth reporting (INFO) is not in it.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from chatkit_conformance.linter.lint import Report, lint
from chatkit_conformance.recordings import FOLDER, recordings, revision_of
from chatkit_conformance.transcript import Transcript

Faults = dict[str, list[str]]
"""The scenarios in which a rule is broken, by the rule."""

REASONS: Mapping[str, str] = {
    "audio.broken.refused": "D30",
    "body.ended": "D3",
    "body.not-empty": "D12",
    "hidden.events.added-or-replaced": "D10",
    "hidden.events.later": "D10",
    "hidden.service-items": "D10",
    "http.refusal.not-5xx": "D2",
    "http.refusal.says-why": "D2",
    "items.added.settled": "D25",
    "items.done.same-time": "D18",
    "items.id.unique": "D16",
    "items.removed.known": "D27",
    "json.time.zone": "D7",
    "messages.done.as-streamed": "D15",
    "refusals.missing.client-error": "D2",
    "refusals.missing.refused": "D23",
    "refusals.no-json.client-error": "D1",
    "refusals.unknown-thread.client-error": "D2",
    "refusals.unknown-type.client-error": "D1",
    "refusals.wrong.client-error": "D1",
    "replay.done.listed": "before 1.5 the next message deletes a client tool call that waits for its output",
    "replay.widget.redrawn": "D9",
    "requests.lenient.taken": "D20",
    "script.events.arrive": "D29",
    "threads.get.oldest-items": "before 1.5 the next message deletes a client tool call that waits for its output",
    "widgets.streamed.redraws": "D14",
    "workflows.done.as-streamed": "D17",
    "workflows.task.counted": "D17",
}
"""Why a rule is broken: the number of a divergence, or what later versions mended."""


def reports(transcripts: Iterable[Transcript]) -> dict[str, Report]:
    """Lint recordings at the revision of their version, by scenario."""
    return {one.header.name: lint(one.exchanges, revision=revision_of(one.header.version)) for one in transcripts}


def faults(found: Mapping[str, Report]) -> Faults:
    """Give the rules that are broken, each with its scenarios."""
    table: dict[str, set[str]] = {}
    for name, report in found.items():
        for finding in report.findings:
            if finding.rule.severity != "INFO":
                table.setdefault(finding.rule.id, set()).add(name)
    return {rule: sorted(table[rule]) for rule in sorted(table)}


def known(version: str, folder: Path = FOLDER) -> Faults:
    """Read what a version is known to break."""
    return msgspec.json.decode(path_of(version, folder).read_bytes(), type=Faults)


def written(table: Faults) -> bytes:
    """Write the file of a version."""
    return msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n"


def update(version: str, folder: Path = FOLDER) -> bool:
    """Write the file of a version anew from its recordings; tell whether it says something new."""
    fresh, path = written(faults(reports(recordings(version, folder)))), path_of(version, folder)
    changed = not path.exists() or path.read_bytes() != fresh
    path.write_bytes(fresh)
    return changed


def path_of(version: str, folder: Path = FOLDER) -> Path:
    """Name the file of a version."""
    return folder / version / "faults.json"
