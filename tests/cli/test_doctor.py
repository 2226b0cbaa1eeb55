"""`doctor` as its users call it."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.cli import doctor, main
from chatkit_conformance.doctor import AREAS, CHECKS, Edit, Finding, Report
from chatkit_server.app import ENDPOINT
from support import ailments as a
from support.live import live


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = a.good(tmp_path_factory.mktemp("files"), identify=a.by_token)
    with live(app, log_level="critical") as port:
        yield f"http://127.0.0.1:{port}{ENDPOINT}"


def words(capsys: Any) -> str:
    """Give what was printed, however its lines were broken."""
    return " ".join(capsys.readouterr().out.split())


def test_a_healthy_backend(url: str, capsys: Any) -> None:
    assert main(["doctor", "--url", url, "--token", a.TOKEN, "--pretty"]) == 0
    assert words(capsys).startswith("healthy, ")


HEADERS = [
    pytest.param(["-H", f"authorization: Bearer {a.TOKEN}"], id="header"),
    pytest.param(["--token", a.TOKEN], id="token"),
]


@pytest.mark.parametrize("credentials", HEADERS)
def test_credentials_are_sent(credentials: list[str], url: str, capsys: Any) -> None:
    assert main(["doctor", "--url", url, *credentials, "--only", "backend.auth"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told.pop("examined") == [f"the backend at {url}, called by a page of {a.PAGE}"]
    assert told == {"healthy": True, "checks": 5, "findings": [], "left_out": {}, "stumbled": {}}


def test_a_finding_says_what_where_why_and_the_mend(url: str, capsys: Any) -> None:
    assert main(["doctor", "--url", url, "--pretty"]) == 1
    told = words(capsys)
    for part in (
        "fault the server wants credentials (401), and none were given: Bearer",
        f"where {url}",
        "before api: {",
        "after api: {",
        "why The widget shows an error",
        "mend Give the doctor --token TOKEN",
        "check backend.auth.accepted",
        "can be decided once the cause is mended",
    ):
        assert part in told


def test_findings_as_json(url: str, capsys: Any) -> None:
    assert main(["doctor", "--url", url]) == 1
    told = json.loads(capsys.readouterr().out)
    (finding,) = told["findings"]
    assert finding.keys() == {"check", "severity", "what", "where", "why", "mend", "before", "after"}
    assert set(told["left_out"].values()) == {"backend.auth.accepted"}
    assert not told["healthy"]


PAGES = [
    pytest.param([], "http://localhost:3000", id="usual"),
    pytest.param(["--origin", "https://a.example/"], "https://a.example", id="with-a-slash"),
    pytest.param(["--origin", "https://a.example:443/chat"], "https://a.example", id="with-port-and-path"),
]


@pytest.mark.parametrize(("options", "origin"), PAGES)
def test_the_page_that_calls(options: list[str], origin: str, url: str, capsys: Any) -> None:
    main(["doctor", "--url", url, *options, "--only", "backend.reach"])
    assert json.loads(capsys.readouterr().out)["examined"] == [f"the backend at {url}, called by a page of {origin}"]


def test_only_some_checks(url: str, capsys: Any) -> None:
    assert main(["doctor", "--url", url, "--only", "backend.reach", "--only", "backend.path.found"]) == 0
    assert main(["doctor", "--url", url, "--skip", "backend.auth", "--skip", "backend.cors"]) == 1
    assert "backend.auth" not in capsys.readouterr().out


def test_all_checks_are_listed(capsys: Any) -> None:
    assert main(["doctor", "--list"]) == 0
    assert [one["check"] for one in json.loads(capsys.readouterr().out)] == list(CHECKS)
    assert main(["doctor", "--list", "--pretty", "--only", "backend.reach"]) == 0
    listed = capsys.readouterr().out
    assert "backend.reach.refused" in listed
    assert "backend.cors" not in listed


def test_every_area_has_checks() -> None:
    assert {name.rpartition(".")[0] for name in CHECKS} == set(AREAS)


REFUSED = [
    pytest.param(["--url", "localhost:8000"], "--url is an address like http", id="no-scheme"),
    pytest.param(["--url", "http://127.0.0.1:x/"], "--url is an address like http", id="no-port"),
    pytest.param(["--url", "http://127.0.0.1:1", "-H", "nonsense"], "a header is written NAME: VALUE", id="no-header"),
    pytest.param(["--url", "http://127.0.0.1:1", "--origin", "a.example"], "--origin is an address", id="no-origin"),
    pytest.param(["--project", "nowhere"], "nowhere is no folder", id="no-folder"),
    pytest.param(["--only", "nonsense"], "no check begins with nonsense", id="no-check"),
    pytest.param(["--url", "http://127.0.0.1:1", "--only", "provider"], "there is nothing to look at", id="nothing"),
]


@pytest.mark.parametrize(("arguments", "complaint"), REFUSED)
def test_what_cannot_be_done_is_exit_2(arguments: list[str], complaint: str, capsys: Any) -> None:
    assert main(["doctor", *arguments]) == 2
    assert complaint in capsys.readouterr().err


def test_the_settings_of_a_project_are_read(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLM_PROVIDER", raising=False)
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-1\n")
    assert main(["doctor", "--project", str(tmp_path), "--only", "provider"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["check"], finding["severity"]) == ("provider.settings.unused", "hint")


# Mends in files


def mendable(folder: Path) -> Report:
    """Find something in two files."""
    one, two = folder / "one.py", folder / "two.py"
    one.write_text("cors = '*'\n")
    two.write_text("debug = True\n")
    edits = (Edit(one, 7, "'*'", "'http://localhost:3000'"), Edit(two, 8, "True", "False"))
    found = Finding(
        check="x.y.z", severity="fault", what="it is open", where="one.py:1", why=".", mend=".", edits=edits
    )
    return Report(findings=[found])


def test_a_fix_without_a_terminal_is_only_shown(tmp_path: Path, capsys: Any) -> None:
    report = mendable(tmp_path)
    doctor._fix(report, tmp_path)
    told = capsys.readouterr().out
    assert "--- a/one.py\n+++ b/one.py\n@@ -1 +1 @@\n-cors = '*'\n+cors = 'http://localhost:3000'\n" in told
    assert "-debug = True\n+debug = False\n" in told
    assert (tmp_path / "one.py").read_text() == "cors = '*'\n"


ON_A_TERMINAL = """
import sys
from pathlib import Path
from chatkit_conformance.cli import doctor
from chatkit_conformance.doctor import Edit, Finding, Report

root = Path(sys.argv[1])
edits = (Edit(root / "one.py", 0, "1", "2"), Edit(root / "two.py", 0, "1", "2"))
told = {"check": "x.y.z", "what": "it is open", "where": "one.py:1", "why": "So.", "mend": "So."}
doctor._fix(Report(findings=[Finding(severity="fault", edits=edits, **told)]), root)
"""


def test_a_fix_on_a_terminal_asks_for_each_file(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text("1\n")
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-c", ON_A_TERMINAL, str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, b"y\nno\n")
    told = b"".join(iter(lambda: _read(ours), b""))
    assert run.wait(60) == 0
    os.close(ours)
    assert told.count(b"[y/N]") == 2
    assert (tmp_path / "one.py").read_text() == "2\n"
    assert (tmp_path / "two.py").read_text() == "1\n"


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""
