"""Each mistake in a source tree is named by its cause and its place, and nothing else; healthy trees get not a word."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.doctor import CHECKS, Report, examine
from chatkit_conformance.doctor.mending import patches
from chatkit_conformance.doctor.page.page import pages_of
from chatkit_conformance.doctor.tree.project import Project
from support.trees import GOOGLE_KEY, INNOCENT, MISTAKES, OPENAI_KEY, TREES, filled, grown, planted, tree

EXAMPLES = Path(__file__).parents[3] / "agents/examples"
PANEL = "frontend/src/ChatPanel.tsx"


def examined(root: Path) -> Report:
    project = Project(root)
    report = examine([project, *pages_of(project)])
    assert report.stumbled == {}
    return report


def told(report: Report) -> list[str]:
    return [f"{one.check} {one.where}: {one.what}" for one in report.findings]


@pytest.mark.parametrize("git", [True, False], ids=["git", "no-git"])
@pytest.mark.parametrize("name", TREES)
def test_a_healthy_project_gets_not_a_word(tmp_path: Path, name: str, git: bool) -> None:
    report = examined(planted(tmp_path, tree(name), git=git))
    assert told(report) == []
    assert len(report.looked) > 20


def test_without_git_what_it_would_tell_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tree("vite") | {"frontend/node_modules/x/index.js": f'"{OPENAI_KEY}"', "dist/app.js": f'"{OPENAI_KEY}"'}
    root = planted(tmp_path, files, git=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert told(examined(root)) == []
    (root / "backend/server.py").write_text(f'KEY = "{OPENAI_KEY}"\n', encoding="utf-8")
    assert [one.check for one in examined(root).findings] == ["tree.keys.in-source"]


@pytest.mark.parametrize("change", INNOCENT.values(), ids=INNOCENT)
def test_what_only_looks_like_a_mistake_gets_not_a_word(tmp_path: Path, change: dict[str, Any]) -> None:
    assert told(examined(planted(tmp_path, grown(tree(change["base"]), change["changes"])))) == []


def test_our_own_examples_get_not_a_word() -> None:
    assert told(examined(EXAMPLES)) == []


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_and_nothing_else(tmp_path: Path, mistake: dict[str, Any]) -> None:
    report = examined(planted(tmp_path, grown(tree(mistake["base"]), mistake["changes"])))
    assert len(report.findings) == 1, told(report)
    first = report.findings[0]
    assert (first.check, first.where) == (mistake["check"], mistake["where"]), told(report)
    assert filled(mistake.get("after", "")) in first.after
    assert bool(first.edits) is ("mends" in mistake), "whether --fix offers to mend it"
    assert first.before
    assert first.after
    assert not any(key in f"{one}" for one in report.findings for key in (OPENAI_KEY, GOOGLE_KEY)), "a key is told"


def test_a_key_that_the_next_add_would_commit_is_told_and_can_be_mended(tmp_path: Path) -> None:
    root = planted(tmp_path, tree("vite") | {".gitignore": "node_modules/", ".env": ""})
    subprocess.run(["git", "rm", "-q", "--cached", ".env"], cwd=root, check=True)
    (root / ".env").write_text(f"# the key\nexport OPENAI_API_KEY='{OPENAI_KEY}'  # mine\n")
    (finding,) = examined(root).findings
    assert (finding.check, finding.where) == ("tree.keys.env-not-ignored", ".env:2:8")
    (patch,) = patches([finding])
    patch.write()
    assert (root / ".gitignore").read_text() == "node_modules/\n.env\n"
    assert told(examined(root)) == []


OFFERED = {name: one for name, one in MISTAKES.items() if one.get("mends") is True}


@pytest.mark.parametrize("mistake", OFFERED.values(), ids=OFFERED)
def test_a_mend_that_is_offered_mends(tmp_path: Path, mistake: dict[str, Any]) -> None:
    root = planted(tmp_path, grown(tree(mistake["base"]), mistake["changes"]))
    for patch in patches(examined(root).findings):
        patch.write()
    assert told(examined(root)) == []


ELSEWHERE = ("page.address.", "page.script.missing", "page.csp.embedder", "tree.keys.env-not-ignored")
"""What needs a page that is served (see test_page.py), or has its test above."""


def test_every_check_of_a_tree_has_a_mistake() -> None:
    known = {name for name in CHECKS if name.startswith(("tree.", "page.")) and not name.startswith(ELSEWHERE)}
    assert known == {mistake["check"] for mistake in MISTAKES.values()}
