"""The scenarios cover the protocol: no row of the generated tables is empty, and the tables are fresh."""

from chatkit_conformance.recordings import NEWEST, recordings
from chatkit_conformance.recordings.coverage import FILE, PARTS, TABLES, UNSEEN, current, empty, seen
from chatkit_conformance.scenarios import load_all
from chatkit_conformance.transcript import Transcript
from chatkit_protocol.divergences import DIVERGENCES

LEAST = 80


def test_no_row_is_empty() -> None:
    assert empty(seen(recordings(NEWEST))) == []


def test_without_recordings_every_row_is_empty() -> None:
    rows = sum(len(names) for table in (TABLES, PARTS) for names, _ in table.values())
    assert len(empty(seen([Transcript()]))) == rows
    assert rows > 50


def test_the_tables_are_fresh() -> None:
    assert FILE.read_text(encoding="utf-8") == current(load_all()), "say `make record`"


def test_every_difference_is_shown_or_there_is_a_reason() -> None:
    shown = {number for scenario in load_all() for number in scenario.divergences}
    assert shown.isdisjoint(UNSEEN)
    assert shown | UNSEEN.keys() == DIVERGENCES.keys()


def test_there_are_enough_scenarios() -> None:
    assert len(load_all()) >= LEAST
