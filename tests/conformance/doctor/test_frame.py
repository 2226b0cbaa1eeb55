"""What all checks have in common, how they are carried out, and how a mend reaches a file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from chatkit_conformance.doctor import AREAS, CHECKS, Check, Edit, Found, check, examine
from chatkit_conformance.doctor.mending import patches
from chatkit_conformance.doctor.report import as_data, as_view


class Patient:
    """A subject with some ailments."""

    def __init__(self, *ailments: str) -> None:
        self.ailments = ailments


def about(name: str, severity: Any = "fault", *, stops: bool = False, after: tuple[str, ...] = ()) -> Check:
    def look(patient: Patient) -> Iterator[Found]:
        """The patient is well."""
        if name in patient.ailments:
            yield Found(what=f"{name} hurts", where="here")
        if f"broken {name}" in patient.ailments:
            raise KeyError(name)

    return Check(
        id=f"test.body.{name}",
        severity=severity,
        why="It hurts.",
        mend="Rest.",
        stops=stops,
        after=after,
        look=look,
        subject=Patient,
    )


BODY = [
    about("heart", stops=True),
    about("cold", "warning"),
    about("head", after=("test.body.cold",)),
    about("foot"),
    about("diet", "hint"),
]
SHOWS = [
    pytest.param([], [], [], id="healthy"),
    pytest.param(["heart", "head", "foot"], ["heart"], ["cold", "head", "foot", "diet"], id="what-stops-is-told-alone"),
    pytest.param(["cold", "head", "foot"], ["foot", "cold"], ["head"], id="what-follows-is-left-out"),
    pytest.param(["head"], ["head"], [], id="without-the-cause-it-is-told"),
    pytest.param(["diet", "cold"], ["cold", "diet"], ["head"], id="worst-first"),
]


@pytest.mark.parametrize(("ailments", "told", "left_out"), SHOWS)
def test_the_cause_is_told_and_not_what_follows(ailments: list[str], told: list[str], left_out: list[str]) -> None:
    report = examine([Patient(*ailments)], checks=BODY)
    assert [one.check for one in report.findings] == [f"test.body.{name}" for name in told]
    assert list(report.left_out) == [f"test.body.{name}" for name in left_out]
    assert set(report.left_out.values()) <= {one.check for one in report.findings}
    assert len(report.looked) + len(report.left_out) == len(BODY)


def test_a_cause_in_one_subject_is_none_in_another() -> None:
    report = examine([Patient("heart"), Patient("foot"), "no patient"], checks=BODY)
    assert [one.check for one in report.findings] == ["test.body.heart", "test.body.foot"]


class Nurse:
    """A subject of another kind."""

    def __init__(self, *ailments: str) -> None:
        self.ailments = ailments


def test_a_cause_in_a_subject_of_another_kind_counts() -> None:
    other = replace(about("head", after=("test.body.cold",)), id="ward.body.head", subject=Nurse)
    report = examine([Patient("cold"), Nurse("head")], checks=[*BODY, other])
    told = [one.check for one in report.findings]
    assert (told, report.left_out["ward.body.head"]) == (["test.body.cold"], "test.body.cold")
    assert [one.check for one in examine([Nurse("head")], checks=[other]).findings] == ["ward.body.head"]


def test_hints_alone_are_healthy() -> None:
    assert not examine([Patient("diet")], checks=BODY).sick
    assert examine([Patient("cold")], checks=BODY).sick


def test_a_check_that_cannot_look_says_so_and_stops_nothing() -> None:
    report = examine([Patient("broken cold", "head")], checks=BODY)
    assert report.stumbled == {"test.body.cold": "KeyError('cold')"}
    assert [one.check for one in report.findings] == ["test.body.head"]


def test_what_is_told_as_data_and_for_people() -> None:
    report = examine([Patient("cold")], checks=BODY)
    (finding,) = json.loads(json.dumps(as_data(report)))["findings"]
    assert finding == {
        "check": "test.body.cold",
        "severity": "warning",
        "what": "cold hurts",
        "where": "here",
        "why": "It hurts.",
        "mend": "Rest.",
    }
    console = Console(width=100)
    with console.capture() as shown:
        console.print(as_view(report))
    words = " ".join(shown.get().split())
    for part in (
        "warning cold hurts",
        "where here",
        "why It hurts.",
        "mend Rest.",
        "1 warning, 4 checks; 1 more check",
    ):
        assert part in words


MISNAMED = [
    pytest.param("doctor", id="one-word"),
    pytest.param("backend.reach.refused", id="of-another-file"),
    pytest.param("doctor.test_frame.Upper", id="upper-case"),
]


@pytest.mark.parametrize("name", MISNAMED)
def test_an_id_names_the_file_it_stands_in(name: str) -> None:
    def look(patient: Patient) -> Iterator[Found]:
        yield from ()

    with pytest.raises(ValueError, match="malformed, taken, or no check of"):
        check(name, "fault", why="", mend="")(look)


@pytest.mark.parametrize("one", CHECKS.values(), ids=list(CHECKS))
def test_every_check_says_what_it_asks_why_and_the_mend(one: Check) -> None:
    assert one.requirement.endswith(".")
    assert one.why.endswith(".")
    assert one.mend.endswith(".")
    assert ".".join(one.id.split(".")[:2]) in AREAS
    assert all(any(name.startswith(prefix) for name in CHECKS) for prefix in one.after)


def edited(finding: Any, *edits: Edit) -> Any:
    return replace(finding, edits=edits)


def test_mends_of_several_findings_make_one_patch_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.ts"
    file.write_bytes(b"one\r\ntwo\r\nthree")
    finding = examine([Patient("foot")], checks=BODY).findings[0]
    mends = [
        edited(finding, Edit(file, 10, "three", "3")),
        edited(finding, Edit(file, 0, "one", "1"), Edit(file, 1, "ne", "overlaps")),
        edited(finding, Edit(file, 5, "not there", "x")),
        edited(finding, Edit(tmp_path / ".env", 0, "", "KEY=\n")),
    ]
    new, changed = patches(mends)
    assert changed.new == "1\r\ntwo\r\n3"
    assert changed.diff(tmp_path).splitlines()[:2] == ["--- a/a.ts", "+++ b/a.ts"]
    assert "\\ No newline at end of file" in changed.diff(tmp_path)
    changed.write()
    new.write()
    assert file.read_bytes() == b"1\r\ntwo\r\n3"
    assert (tmp_path / ".env").read_text() == "KEY=\n"
    with pytest.raises(ValueError, match="changed meanwhile"):
        changed.write()
