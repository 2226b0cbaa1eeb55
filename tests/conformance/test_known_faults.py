"""Every recording of every version: our models read it, and it lints clean at its revision but for what is known."""

import re
from functools import cache
from typing import Any

import msgspec
import pytest

from chatkit_conformance.differential.servers import VERSIONS
from chatkit_conformance.linter.lint import Report
from chatkit_conformance.recordings import recordings
from chatkit_conformance.recordings.faults import REASONS, faults, known, reports
from chatkit_conformance.rules import RULES
from chatkit_conformance.transcript import Exchange, Transcript
from chatkit_protocol.attachments import Attachment
from chatkit_protocol.codec import decode_event
from chatkit_protocol.divergences import DIVERGENCES
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.replies import SyncCustomActionResponse, TranscriptionResult
from chatkit_protocol.threads import Page, Thread

EACH = pytest.mark.parametrize("version", VERSIONS)
REPLIES: dict[str, Any] = {
    "threads.get_by_id": Thread,
    "threads.list": Page[Thread],
    "threads.update": Thread,
    "threads.delete": dict[str, None],
    "items.list": Page[ThreadItem],
    "items.feedback": dict[str, None],
    "attachments.create": Attachment,
    "attachments.delete": dict[str, None],
    "input.transcribe": TranscriptionResult,
    "threads.sync_custom_action": SyncCustomActionResponse,
}


@cache
def told(version: str) -> list[Transcript]:
    return list(recordings(version))


@cache
def linted(version: str) -> dict[str, Report]:
    return reports(told(version))


def decode(exchange: Exchange) -> int:
    """Read all that an exchange brought; give how many values that were."""
    if exchange.streams:
        frames = [frame for frame in exchange.received.decode().split("\n\n") if frame]
        return len([decode_event(frame.removeprefix("data: ").encode()) for frame in frames])
    if exchange.status != 200 or exchange.kind not in REPLIES:
        return 0
    msgspec.json.decode(exchange.received, type=REPLIES[exchange.kind])
    return 1


@EACH
def test_our_models_read_whatever_it_said(version: str) -> None:
    assert sum(decode(exchange) for one in told(version) for exchange in one.exchanges) > 1000


@EACH
def test_it_breaks_what_is_known_and_nothing_else(version: str) -> None:
    assert faults(linted(version)) == known(version)
    assert [(name, report.stumbled) for name, report in linted(version).items() if report.stumbled] == []


def test_every_fault_has_its_reason() -> None:
    found = {finding.rule.id for version in VERSIONS for one in linted(version).values() for finding in one.findings}
    assert found == REASONS.keys()
    assert found <= RULES.keys()


def test_reasons_cite_divergences_that_exist() -> None:
    cited = {number for reason in REASONS.values() for number in re.findall(r"\bD\d+\b", reason)}
    assert cited <= DIVERGENCES.keys()
    assert [
        reason for reason in REASONS.values() if not re.search(r"\bD\d+\b", reason) and "before 1." not in reason
    ] == []
