"""Our messages of each revision against the official: same tags, fields, needs, defaults, but for what is listed."""

import json
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import chatkit_protocol as wire
from chatkit_conformance.differential.servers import REFERENCE, VERSIONS, reference_python
from chatkit_protocol.revisions import at
from house.shapes import flat, ours

FACTS = {version: REFERENCE / "facts" / f"{version}.json" for version in VERSIONS}
HERE = [version for version in VERSIONS[:-1] if Path(reference_python(version)).exists()] + VERSIONS[-1:]
"""The versions whose environments have been made: the newest always, the others by `make references`."""
OFFICIAL: dict[str, dict[str, Any]] = {version: json.loads(path.read_text()) for version, path in FACTS.items()}
COUNTS = {
    "requests": 16,
    "events": 12,
    "updates": 10,
    "items": 11,
    "tasks": 5,
    "sources": 3,
    "attachments": 2,
    "statuses": 3,
    "inputs": 2,
    "user_content": 2,
    "assistant_content": 1,
    "annotations": 1,
    "replies": 6,
}
DIFFERENCES = {
    "requests.threads.list.params": "D20",
    "requests.threads.list.params.limit": "D5",
    "requests.items.list.params.limit": "D5",
    "requests.*.params.input.attachments": "D20",
    "requests.*.params.input.inference_options": "D20",
    "user_content.input_tag.data": "D4",
    "attachments.*url": "D8",
    "items.widget.widget": "D21",
    "updates.widget.*": "D21",
    "items.workflow.workflow.summary*": "two objects without a tag, which their fields tell apart, are one Struct",
    "events.error.code": "D29",
    "*.icon": "icons are added in every release of the client; an unknown one is shown as none",
}
"""Where a message of ours is spelled otherwise, each with the divergence that says why, or the reason."""


def _spelled(table: dict[str, Any]) -> dict[str, str]:
    return {
        f"{group}.{tag}{path}": kind
        for group in COUNTS
        for tag, fields in table[group].items()
        for path, kind in flat(fields)
    }


@pytest.mark.parametrize("group", COUNTS)
def test_there_are_as_many_as_are_known(group: str) -> None:
    assert len(OFFICIAL[VERSIONS[-1]][group]) == COUNTS[group]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_tags_are_the_official_ones(version: str) -> None:
    here = ours(version)
    for group in COUNTS:
        assert sorted(here[group]) == sorted(OFFICIAL[version][group])


@pytest.mark.parametrize("version", VERSIONS)
def test_fields_needs_and_defaults_are_the_official_ones_but_for_what_is_listed(version: str) -> None:
    reference, here = _spelled(OFFICIAL[version]), _spelled(ours(version))
    assert len(here) > 200
    differing = {place for place in reference | here if reference.get(place) != here.get(place)}
    unlisted = {place for place in differing if not any(fnmatchcase(place, row) for row in DIFFERENCES)}
    assert not unlisted, {place: (reference.get(place), here.get(place)) for place in unlisted}
    stale = {row for row in DIFFERENCES if not any(fnmatchcase(place, row) for place in differing)}
    assert not stale


def test_versions_of_one_revision_have_the_same_messages() -> None:
    groups = {at(version).name: {group: OFFICIAL[version][group] for group in COUNTS} for version in VERSIONS}
    assert len(groups) < len(VERSIONS)
    for version in VERSIONS:
        assert _spelled(OFFICIAL[version]) == _spelled(groups[at(version).name])


def test_differences_cite_divergences_that_exist() -> None:
    assert {why for why in DIFFERENCES.values() if " " not in why} <= set(wire.DIVERGENCES)


def test_every_version_on_record_has_its_facts() -> None:
    assert sorted(FACTS.values()) == sorted((REFERENCE / "facts").iterdir())
    assert [facts["version"] for facts in OFFICIAL.values()] == list(VERSIONS)


@pytest.mark.reference
@pytest.mark.parametrize("version", HERE)
def test_the_facts_are_what_the_official_package_says(version: str) -> None:
    command = [reference_python(version), "-W", "ignore", str(REFERENCE / "facts.py")]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert done.stdout == FACTS[version].read_bytes(), "say `make facts`"
