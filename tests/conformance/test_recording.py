"""How the official SDK is recorded: what is rewritten, what stays, and that recording again gives the same."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from chatkit_conformance.cli import main
from chatkit_conformance.recordings import FOLDER, NEWEST, revision_of
from chatkit_conformance.recordings.comparison import compare
from chatkit_conformance.recordings.normal import TABLE, normalised
from chatkit_conformance.recordings.record import RecordingError, record, save, stale
from chatkit_conformance.recordings.tape import StaleError
from chatkit_conformance.scenarios import Scenario, load_all
from chatkit_conformance.transcript import Exchange, Header, Transcript, load

SAMPLE = ("threads.", "cancel.message", "attachments.", "answers.reasoning", "hidden.pages", "tools.result")
ASKED = b'{"type":"threads.get_by_id","params":{"thread_id":"thr_0000aaaa"}}'
SCENARIO = Scenario(name="a.b", note="", steps=[])


def told(body: str, scenario: Scenario = SCENARIO, **fields: object) -> str:
    exchange = replace(Exchange(ASKED, 200, {}, body.encode()), **fields)  # type: ignore[arg-type]
    return normalised(scenario, [exchange])[0].received.decode()


REWRITTEN = [
    pytest.param("msg_0000bbbb thr_0000aaaa", "msg_2 thr_1", id="ids in the order in which they appear"),
    pytest.param("http://127.0.0.1:1234/uploads/atc_0000bbbb", "http://testbed.example/uploads/atc_2", id="address"),
    pytest.param("2026-07-01T10:00:00.5", "2025-01-01T00:00:00.500000", id="a time without a zone"),
    pytest.param("2026-07-01T10:00:00Z", "2025-01-01T00:00:00Z", id="a time in UTC"),
    pytest.param(
        "2026-07-01T10:00:00+02:00 2026-07-01T07:00:00Z",
        "2025-01-01T00:00:01+02:00 2025-01-01T00:00:00Z",
        id="times in their order",
    ),
    pytest.param(
        "2026-07-01T10:00:00Z 2026-07-01T12:00:00+02:00",
        "2025-01-01T00:00:00Z 2025-01-01T00:00:00+02:00",
        id="one time spelled twice",
    ),
    pytest.param("msg_00000000", "msg_00000000", id="the id that nobody has"),
    pytest.param("some words, msg_", "some words, msg_", id="words"),
]


@pytest.mark.parametrize(("body", "expected"), REWRITTEN)
def test_what_differs_each_time_is_given_a_name(body: str, expected: str) -> None:
    assert told(body) == expected


def test_what_the_scenario_itself_says_stays() -> None:
    said = "tsk_0123abcd at 2026-01-02T03:04:05Z"
    assert told(f"{said}, tsk_9999abcd", msgspec.structs.replace(SCENARIO, note=said)) == f"{said}, tsk_2"


def test_headers_of_the_moment_and_the_time_that_it_took_are_left_out() -> None:
    headers = {"content-type": "text/event-stream", "date": "now", "content-length": "3"}
    exchange = Exchange(ASKED, 200, headers, b"", began=1.0, arrivals=((3, 0.1),), model=({"path": "/"},))
    (kept,) = normalised(SCENARIO, [exchange])
    assert (kept.headers, kept.began, kept.arrivals, kept.model) == ({"content-type": "text/event-stream"}, 0, (), ())


def test_bytes_that_are_no_text_stay() -> None:
    assert normalised(SCENARIO, [Exchange(b"\xff\xe9 msg_0000bbbb")])[0].sent == b"\xff\xe9 msg_1"


def test_every_row_has_its_reason() -> None:
    assert all(len(row.reason) > 20 for row in TABLE)


@pytest.mark.parametrize(("version", "revision"), [("1.0.0", "1.0"), ("1.2.0", "1.1"), ("1.6.5", "1.6.4")])
def test_a_version_speaks_a_revision(version: str, revision: str) -> None:
    assert revision_of(version) == revision


def test_what_says_the_same_keeps_its_file_and_its_date(tmp_path: Path) -> None:
    one = Transcript(Header(name="a.b", recorded="2026-01-01"), [Exchange(ASKED, 200, {}, b"{}")])
    assert save([one], "1.0.0", tmp_path) == ["a.b"]
    again = replace(one, header=msgspec.structs.replace(one.header, recorded="2026-02-02"))
    assert save([again], "1.0.0", tmp_path) == []
    assert load(tmp_path / "1.0.0" / "a.b.jsonl").header.recorded == "2026-01-01"
    assert save([replace(again, exchanges=[Exchange(ASKED, 404)])], "1.0.0", tmp_path) == ["a.b"]
    assert [path.stem for path in stale([], "1.0.0", tmp_path)] == ["a.b"]


def test_a_recording_of_another_scenario_is_refused() -> None:
    recorded = load(FOLDER / NEWEST / "threads.create.jsonl").exchanges
    scenario = next(one for one in load_all() if one.name == "threads.create")
    for steps, exchanges in (([], recorded), (scenario.steps, recorded[:-1]), ([{"raw": "x"}], recorded)):
        with pytest.raises(StaleError):
            compare(msgspec.structs.replace(scenario, steps=steps), exchanges, exchanges)


def test_a_version_without_its_environment_says_how_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATKIT_REFERENCE_PYTHON", "/no/such/python")
    with pytest.raises(RecordingError, match="make references"):
        record(NEWEST, [SCENARIO])


@pytest.mark.parametrize(
    "options", [["--version", "0.1"], ["--only", "nonsense"]], ids=["an unknown version", "an unknown scenario"]
)
def test_the_verb_refuses_what_it_does_not_know(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record-reference", *options]) == 2
    assert options[1] in capsys.readouterr().err


@pytest.mark.reference
@pytest.mark.slow
def test_recording_again_gives_the_same(tmp_path: Path) -> None:
    chosen = [one for one in load_all() if one.name.startswith(SAMPLE)]
    assert len(chosen) >= 10
    save(record(NEWEST, chosen), NEWEST, tmp_path)
    for path in sorted((tmp_path / NEWEST).iterdir()):
        fresh, kept = (load(one) for one in (path, FOLDER / NEWEST / path.name))
        assert fresh.exchanges == kept.exchanges, path.name
