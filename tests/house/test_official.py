"""Our messages against the official ones: same tags, same fields, same needs and defaults, but for what is listed."""

import json
import os
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import chatkit_protocol as wire
from house.shapes import flat, ours

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).parent / "data/official.json"
OFFICIAL: dict[str, Any] = json.loads(TABLE.read_text())
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
    "events.error.code": "the set of codes is open: the SDK says so in words, and not in its type",
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
def test_the_tags_are_the_official_ones(group: str) -> None:
    assert sorted(ours()[group]) == sorted(OFFICIAL[group])
    assert len(OFFICIAL[group]) == COUNTS[group]


def test_fields_needs_and_defaults_are_the_official_ones_but_for_what_is_listed() -> None:
    reference, here = _spelled(OFFICIAL), _spelled(ours())
    assert len(here) > 250
    differing = {place for place in reference | here if reference.get(place) != here.get(place)}
    unlisted = {place for place in differing if not any(fnmatchcase(place, row) for row in DIFFERENCES)}
    assert not unlisted, {place: (reference.get(place), here.get(place)) for place in unlisted}
    stale = {row for row in DIFFERENCES if not any(fnmatchcase(place, row) for place in differing)}
    assert not stale


def test_differences_cite_divergences_that_exist() -> None:
    assert {why for why in DIFFERENCES.values() if " " not in why} <= set(wire.DIVERGENCES)


@pytest.mark.reference
def test_the_table_is_what_the_official_package_says() -> None:
    python = os.environ.get("CHATKIT_REFERENCE_PYTHON") or ROOT / ".venv-reference/bin/python"
    script = ROOT / "conformance/reference/facts.py"
    done = subprocess.run([python, "-W", "ignore", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert done.stdout == TABLE.read_bytes(), f"run {script.relative_to(ROOT)} again"
