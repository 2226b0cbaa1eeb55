"""`lint` and `explain` as their users call them."""

import json
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.cli import main
from chatkit_conformance.linter import example as e
from chatkit_conformance.rules import RULES

GOOD = e.create(*e.STREAMED).received
BAD = RULES["sse.frame.ended"].bad[0].received


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    (tmp_path / "good.sse").write_bytes(GOOD)
    (tmp_path / "bad.sse").write_bytes(BAD)
    return tmp_path


def words(capsys: Any) -> str:
    """Give what was printed, however its lines were broken."""
    return " ".join(capsys.readouterr().out.split())


def test_a_clean_capture(captures: Path, capsys: Any) -> None:
    assert main(["lint", "--pretty", str(captures / "good.sse")]) == 0
    assert "good.sse: clean, 1 exchange," in words(capsys)


def test_a_finding_is_told_with_its_place_and_its_mend(captures: Path, capsys: Any) -> None:
    assert main(["lint", "--pretty", str(captures / "bad.sse")]) == 1
    told = words(capsys)
    start = BAD.rindex(b"data: ")
    for part in (
        "1 finding by 1 rule, 1 exchange",
        "MUST sse.frame.ended A blank line ends every frame",
        f"at exchange 1, event 8, bytes {start}-{len(BAD)} threads.create",
        '→ 8 data: {"type":"thread.item.done"',
        "expected a blank line after the frame",
        "mend Write the blank line",
    ):
        assert part in told


def test_findings_as_json(captures: Path, capsys: Any) -> None:
    assert main(["lint", str(captures / "good.sse"), str(captures / "bad.sse")]) == 1
    good, bad = json.loads(capsys.readouterr().out)
    assert good["findings"] == []
    (finding,) = bad["findings"]
    start = BAD.rindex(b"data: ")
    assert finding["where"] == {"exchange": 0, "request": "threads.create", "event": 7, "bytes": [start, len(BAD)]}
    assert finding.keys() == {"rule", "severity", "requirement", "where", "expected", "actual", "why", "mend"}


def test_findings_as_sarif(captures: Path, capsys: Any) -> None:
    assert main(["lint", "--sarif", str(captures / "good.sse"), str(captures / "bad.sse")]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "sse.frame.ended"
    assert result["level"] == "error"
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("bad.sse")
    assert location["logicalLocations"] == [{"fullyQualifiedName": "exchange 1/event 8"}]


def test_only_some_rules(captures: Path) -> None:
    assert main(["lint", "--only", "sse.frame.one", str(captures / "bad.sse")]) == 0
    assert main(["lint", "--only", "sse", str(captures / "bad.sse")]) == 1


REFUSED = [
    pytest.param(["lint", "nowhere.sse"], "nowhere.sse: No such file", id="no-file"),
    pytest.param(["lint", "--only", "nonsense", "x"], "no rule begins with nonsense", id="no-rule"),
    pytest.param(["lint", "--revision", "new", "x"], "--revision is a number", id="no-revision"),
    pytest.param(["explain", "nonsense"], "no rule is called nonsense", id="nothing-to-explain"),
]


@pytest.mark.parametrize(("command", "complaint"), REFUSED)
def test_what_cannot_be_done_is_exit_2(command: list[str], complaint: str, capsys: Any) -> None:
    assert main(command) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("name", ["sse.frame.ended", "SSE-005"])
def test_a_rule_is_explained_with_its_examples(name: str, capsys: Any) -> None:
    assert main(["explain", "--json", name]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["rule"] == "sse.frame.ended"
    assert told["good"]
    assert told["bad"]
    assert main(["explain", "--pretty", "sse.frame.ended"]) == 0
    assert "A blank line ends every frame" in capsys.readouterr().out


def test_rules_are_listed(capsys: Any) -> None:
    assert main(["explain", "--pretty", "sse"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in RULES if name.startswith("sse"))
