"""Servers side by side, the page for implementers, the example in plain Node, and the action."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatkit_conformance.cli import main
from chatkit_conformance.conform import baseline, fields
from chatkit_conformance.conform.results import beds, causes
from chatkit_conformance.conform.settings import Capability, from_file
from chatkit_conformance.conform.suite import run
from chatkit_conformance.linter import example
from chatkit_conformance.linter.lint import lint

CONFORMANCE = Path(__file__).parents[2] / "conformance"
BEDS = CONFORMANCE / "testbeds"
OFFICIAL = BEDS / "openai-chatkit"
RESULTS = (CONFORMANCE / "RESULTS.md").read_text("utf-8")
IMPLEMENTING = (CONFORMANCE / "IMPLEMENTING.md").read_text("utf-8")
ECHO = """
[server]
name = "ours"
url = "http://127.0.0.1:{port}/chatkit/api"
start = ["{python}", "-m", "chatkit_conformance.cli", "testbed", "--port", "{port}", "--store", "sqlite:{folder}/x"]
"""
GONE = '[server]\nname = "gone"\nurl = "http://127.0.0.1:{port}/x"\nstart = ["{python}", "-c", "exit(7)"]\n'


def test_the_results_tell_of_every_bed_and_explain_every_fault() -> None:
    for bed in beds(BEDS):
        assert f"| {bed.name} |" in RESULTS
    assert "not explained yet" not in RESULTS
    assert "could not be tested" not in RESULTS


def test_causes_are_of_servers_that_are_here() -> None:
    assert causes(BEDS).keys() <= {from_file(bed.folder / "conformance.toml").server.name for bed in beds(BEDS)}


def test_a_server_that_cannot_be_started_is_on_the_page(tmp_path: Path, capsys: Any) -> None:
    for name, text in {"one": ECHO, "two": GONE}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "conformance.toml").write_text(text)
    page, html = tmp_path / "out.md", tmp_path / "out.html"
    assert main(["results", "--beds", str(tmp_path), "--out", str(page), "--html", str(html)]) == 1
    told = capsys.readouterr()
    assert "2/2 ours" in told.err
    assert "| gone | | | could not be tested: the server ended with exit code 7" in page.read_text("utf-8")
    assert "MUST" in page.read_text("utf-8")
    assert "ours" in html.read_text("utf-8")


SAID, ANSWER = example.user_message(), example.message("Hi.", item_id="msg_2")
ALL = {"thread_id": example.THREAD_ID, "order": "asc"}
STORED = [{**SAID, "id": "other_1"}, {**ANSWER, "id": "other_2"}]
ONE_FAULT = [
    pytest.param(
        [example.reply("items.list", {**ALL, "limit": -1}, example.page(SAID))],
        "refusals.wrong.refused",
        "cursors.complete",
        id="a-negative-limit-is-no-walk",
    ),
    pytest.param(
        [example.listing({**SAID, "quoted_text": None}, ANSWER)],
        "json.null.left-out",
        "replay.content",
        id="a-null-is-no-other-content",
    ),
    pytest.param(
        [
            example.reply(
                "threads.get_by_id",
                {"thread_id": example.THREAD_ID},
                {**example.CREATED["thread"], "items": example.page(*STORED)},
            ),
            example.listing(*STORED),
        ],
        "replay.id.kept",
        "threads.get.oldest-items",
        id="other-ids-are-no-other-order",
    ),
]


@pytest.mark.parametrize(("more", "telling", "silent"), ONE_FAULT)
def test_what_other_servers_do_is_told_by_the_rule_that_names_it(more: list[Any], telling: str, silent: str) -> None:
    broken = lint([example.create(example.done(ANSWER)), *more]).broken
    assert telling in broken
    assert silent not in broken


NOT = [
    pytest.param(["results", "--beds", "{folder}"], "no test bed in", id="none"),
    pytest.param(["results", "--only", "x"], "say --out", id="only-a-part"),
]


@pytest.mark.parametrize(("command", "complaint"), NOT)
def test_results_of_nothing(command: list[str], complaint: str, tmp_path: Path, capsys: Any) -> None:
    assert main([word.replace("{folder}", str(tmp_path)) for word in command]) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.reference
def test_the_official_sdk_breaks_exactly_what_is_known_of_it() -> None:
    known = baseline.load(OFFICIAL / "known.json")
    result = run(from_file(OFFICIAL / "conformance.toml"), baseline=known)
    found = {
        (v.rule.id, one.played.scenario.name)
        for v in result.verdicts
        if v.outcome in {"fail", "warn"}
        for one in v.evidence
    }
    assert found == known
    assert (result.exit_code, result.stale) == (0, [])
    explained = {rule for rules in causes(BEDS)["openai-chatkit"].values() for rule in rules}
    assert {rule for rule, _ in known} <= explained


def test_the_fields_are_told_as_they_are() -> None:
    assert fields.fresh(IMPLEMENTING) == IMPLEMENTING, "python -m chatkit_conformance.conform.fields"
    assert "|  |  |" not in fields.table(), "a field without a word"


def test_every_capability_is_told() -> None:
    for name in Capability.__args__:  # type: ignore[attr-defined]
        assert f"| `{name}` |" in IMPLEMENTING


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node")
def test_the_example_in_plain_node_keeps_every_rule() -> None:
    result = run(from_file(BEDS / "minimal-node" / "conformance.toml"))
    assert [verdict.rule.id for verdict in result.verdicts if verdict.evidence] == []
    assert result.counts.must[1] > 100
    assert result.exit_code == 0


ACTION = CONFORMANCE / "action"
ENDS = [
    pytest.param("L1", "", 0, id="conformant"),
    pytest.param("L9", "", 2, id="wrong-usage"),
    pytest.param("", "nowhere.json", 2, id="no-baseline"),
]


@pytest.mark.parametrize(("level", "known", "code"), ENDS)
def test_the_action_writes_the_summary(tmp_path: Path, level: str, known: str, code: int) -> None:
    (tmp_path / "conformance.toml").write_text(ECHO)
    out = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    given = {"CONFIG": "conformance.toml", "BASELINE": known, "LEVEL": level, "PACKAGE": "", "PYTHON": sys.executable}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = ["bash", str(ACTION / "conform.sh")]
    done = subprocess.run(script, cwd=tmp_path, env={**os.environ, **out, **given, "PATH": path}, check=False)
    assert done.returncode == code
    if code == 0:
        assert (tmp_path / "summary").read_text("utf-8").startswith("## ours")
        assert (tmp_path / "output").read_text("utf-8").startswith("headline=MUST ")


def test_the_action_gives_the_script_what_it_reads() -> None:
    action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
    step = action["runs"]["steps"][0]
    script = (ACTION / "conform.sh").read_text("utf-8")
    assert action["runs"]["using"] == "composite"
    assert set(step["env"]) == {name for name in step["env"] if f"${name}" in script or f"${{{name}" in script}
    assert {value.split(".")[1].rstrip(" }") for value in step["env"].values()} == set(action["inputs"])
    assert {"config", "baseline", "level"} <= set(action["inputs"])
