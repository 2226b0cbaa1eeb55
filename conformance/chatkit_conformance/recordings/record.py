"""Recording one version of the official SDK: its test bed is started, scenarios are played, transcripts are written."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from chatkit_conformance.conform.run import HANDS, alone
from chatkit_conformance.differential.servers import OfficialServer, reference_python
from chatkit_conformance.driver import Endpoint, play, post
from chatkit_conformance.fake_model.beside import Beside
from chatkit_conformance.recordings import FOLDER, path_of, recordable
from chatkit_conformance.recordings.normal import normalised
from chatkit_conformance.scenarios import Scenario
from chatkit_conformance.transcript import Exchange, Header, Transcript, TranscriptError, lines, load

PRODUCER = "openai-chatkit"
LACKS = "openai-chatkit {version} lacks "
Told = Callable[[str], None]
"""Takes the name of each scenario as it ends."""
Log = Callable[[], list[Any]]


class RecordingError(Exception):
    """A version cannot be recorded; the message says why."""


def record(version: str, scenarios: Sequence[Scenario], told: Told = lambda _: None) -> list[Transcript]:
    """Play what a version has of these scenarios against its test bed; give the transcripts in their order.

    Raises:
        RecordingError: when the environment is not there, or when a scenario asks for what the version lacks.
        ServerError: when the test bed does not start.
    """
    wanted = [scenario for scenario in scenarios if recordable(scenario, version)]
    header = _header(version)
    found: dict[str, list[Exchange]] = {}
    for with_model in (False, True):
        chosen = [scenario for scenario in wanted if scenario.model is with_model]
        if chosen:
            with _bed(version, with_model=with_model) as (endpoint, log):
                found |= conversations(chosen, endpoint, log, told)
    if lacking := [line for name, exchanges in found.items() for line in _lacking(name, version, exchanges)]:
        raise RecordingError("\n".join(lacking))
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    return [
        Transcript(
            msgspec.structs.replace(header, name=scenario.name, note=scenario.note, recorded=date),
            found[scenario.name],
        )
        for scenario in wanted
    ]


def conversations(
    scenarios: Sequence[Scenario], endpoint: Endpoint, log: Log | None = None, told: Told = lambda _: None
) -> dict[str, list[Exchange]]:
    """Play scenarios against a test bed that is theirs alone; give what came of each, normalised, by name."""

    def one(scenario: Scenario) -> tuple[str, list[Exchange]]:
        exchanges = normalised(scenario, play(scenario, endpoint, log))
        told(scenario.name)
        return scenario.name, exchanges

    together = [scenario for scenario in scenarios if not alone(scenario)]
    with ThreadPoolExecutor(HANDS) as hands:
        found = dict(hands.map(one, together))
    for scenario in scenarios:
        if alone(scenario):
            # What lists all threads shall list its own.
            clear(endpoint)
            found |= [one(scenario)]
    return found


def clear(endpoint: Endpoint) -> None:
    """Delete all threads."""
    listed = post(endpoint, b'{"type": "threads.list", "params": {"limit": 1000}}').json
    for row in listed["data"] if isinstance(listed, dict) else []:
        post(endpoint, json.dumps({"type": "threads.delete", "params": {"thread_id": row["id"]}}).encode())


@contextmanager
def _bed(version: str, *, with_model: bool) -> Iterator[tuple[Endpoint, Log | None]]:
    """Start the official test bed of a version, with a model behind it or without."""
    python = reference_python(version)
    if not with_model:
        with OfficialServer(python) as server:
            yield Endpoint(server.url), None
        return
    with Beside() as model, OfficialServer(python, {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "some"}) as server:
        yield Endpoint(server.url), model.log


ASK = "import sys; from importlib.metadata import version as v; print(*sys.version_info[:2], v('openai-agents'))"


def _header(version: str) -> Header:
    """Ask the environment of a version what it is made of."""
    python = reference_python(version)
    try:
        # S603: our own environment's interpreter.
        said = subprocess.run([python, "-c", ASK], capture_output=True, check=True, text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        raise RecordingError(f"{version}: no environment; `make references` makes it") from None
    major, minor, agents = said.stdout.split()
    return Header(producer=PRODUCER, version=version, python=f"{major}.{minor}", agents_version=agents)


def _lacking(name: str, version: str, exchanges: Sequence[Exchange]) -> Iterator[str]:
    """Tell what a scenario wants that the version does not have: its `since` is then too early."""
    lacks = LACKS.format(version=version).encode()
    place = next((one.received for one in exchanges if lacks in one.received), b"")
    if place:
        what = place.partition(lacks)[2].partition(b'"')[0].decode()
        yield f"{name}: `since` is too early, {version} lacks {what}"


def save(transcripts: Sequence[Transcript], version: str, folder: Path = FOLDER) -> list[str]:
    """Write transcripts; give the names of those that say something new. All others keep their file, and its date."""
    (folder / version).mkdir(parents=True, exist_ok=True)
    fresh = [one for one in transcripts if not _kept(one, path_of(version, one.header.name, folder))]
    for one in fresh:
        text = "".join(f"{line}\n" for line in lines(one))
        path_of(version, one.header.name, folder).write_text(text, encoding="utf-8", newline="")
    return [one.header.name for one in fresh]


def _kept(fresh: Transcript, path: Path) -> bool:
    try:
        old = load(path)
    except (OSError, TranscriptError):
        return False
    # A later date, and another Python that says the same, are no news.
    header = msgspec.structs.replace(fresh.header, recorded=old.header.recorded, python=old.header.python)
    return list(lines(old)) == list(lines(replace(fresh, header=header)))


def stale(names: Sequence[str], version: str, folder: Path = FOLDER) -> list[Path]:
    """Find the recordings that are none of these."""
    return [path for path in sorted((folder / version).glob("*.*.jsonl")) if path.stem not in names]
