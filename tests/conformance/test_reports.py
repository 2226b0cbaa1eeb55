"""Every kind of report of a run in which rules were kept, broken, not applicable, and the suite itself failed once."""

import io
import json
import os
import subprocess
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from chatkit_conformance.cli import main
from chatkit_conformance.cli.verdicts import shown
from chatkit_conformance.conform.reports import REPORTS, data
from chatkit_conformance.conform.reports.curl import curl
from chatkit_conformance.conform.reports.markdown import code, plain
from chatkit_conformance.conform.run import Played
from chatkit_conformance.conform.settings import from_url
from chatkit_conformance.conform.suite import Result, run
from chatkit_conformance.scenarios import Scenario, load_all
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import Exchange
from support.live import live

HOSTILE = "<script>alert(1)</script>`|*\x01"
SCENARIOS = [one for one in load_all() if one.name in {"threads.create", "items.pages"}]


HELLO = [one for one in SCENARIOS if one.name == "threads.create"]
TOLD = json.dumps(HOSTILE).encode()


class Leaks:
    """The test bed, with a text in each page where a boolean belongs, or another change to its bytes."""

    def __init__(self, before: bytes = b'"has_more":false}', after: bytes = b'"has_more":' + TOLD + b"}") -> None:
        self._app = scripted_app()
        self._change = before, after

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def spoiled(message: Any) -> None:
            if message["type"] == "http.response.body":
                message = message | {"body": message.get("body", b"").replace(*self._change)}
            elif message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name != b"content-length"]
                message = message | {"headers": kept}
            await send(message)

        await self._app(scope, receive, spoiled)


@pytest.fixture(scope="module")
def result() -> Result:
    with live(Leaks()) as port:
        made = run(from_url(f"http://127.0.0.1:{port}/chatkit/api"), scenarios=SCENARIOS)
    made.settings.server.name = HOSTILE
    made.played.append(Played(Scenario(name="crashes", note="", steps=[]), crashed=f"Traceback: {HOSTILE}"))
    return made


@pytest.fixture(scope="module")
def report(result: Result) -> dict[str, Any]:
    return data(result)


def broken(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [verdict for verdict in report["verdicts"] if verdict["outcome"] == "fail"]


def test_the_data_has_a_header_a_footer_and_evidence(report: dict[str, Any]) -> None:
    assert json.loads(REPORTS["json"]([report])) == json.loads(json.dumps(report))
    assert {"suite", "server", "revision", "level", "started", "footer"} <= report.keys()
    assert report["footer"]["exit code"] == 4
    assert broken(report)
    for verdict in broken(report):
        for evidence in verdict["evidence"]:
            assert evidence["findings"]
            assert report["wire"][evidence["scenario"]][0].startswith('{">":')
            assert evidence["findings"][0]["reproduce"].startswith("curl -iN http://127.0.0.1:")


def test_a_finding_points_at_its_bytes_and_shows_what_is_around_it() -> None:
    with live(Leaks(b'"type":"stream_options"', b'"type":"stream_option"')) as port:
        made = data(run(from_url(f"http://127.0.0.1:{port}/chatkit/api"), scenarios=HELLO))
    verdict = next(one for one in broken(made) if one["rule"] == "shape.event.known")
    evidence = verdict["evidence"][0]
    finding = evidence["findings"][0]
    start, end = finding["where"]["bytes"]
    assert end > start > 0
    assert finding["where"]["path"] == "$.type"
    assert [near["at fault"] for near in finding["around"]] == [False, True, False]
    assert '"stream_option"' in finding["around"][1]["text"]
    assert evidence["places"] == 1


BODIES = [
    pytest.param(b"{}", id="plain"),
    pytest.param('{"a": "it\'s $HOME `x` \\\\ é 👋"}'.encode(), id="quotes"),
    pytest.param(b"@/etc/hostname", id="looks-like-a-file"),
    pytest.param(b"one\ntwo\r\n", id="lines"),
    pytest.param(b"\xff\xfe{", id="no-utf-8"),
    pytest.param(b"a\0b", id="nul"),
    pytest.param(b"", id="empty"),
]


@pytest.mark.parametrize("body", BODIES)
def test_the_command_can_be_pasted(body: bytes) -> None:
    seen: dict[str, Any] = {}

    async def ear(scope: Any, receive: Any, send: Any) -> None:
        pieces, more = b"", True
        while more:
            message = await receive()
            pieces, more = pieces + message.get("body", b""), message.get("more_body", False)
        seen.update(body=pieces, path=scope["path"], method=scope["method"], headers=dict(scope["headers"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    asked = Exchange(body, method="PUT", path="/uploads/1", sent_headers={"x-note": "it's"})
    with live(ear, lifespan="off") as port:
        line = curl(asked, f"http://127.0.0.1:{port}/chatkit/api", {"authorization": "secret"})
        subprocess.run(["bash", "-c", line], check=True, capture_output=True, env={**os.environ, "AUTHORIZATION": "me"})
    assert "secret" not in line
    assert (seen["body"], seen["path"], seen["method"]) == (body, "/uploads/1", "PUT")
    assert (seen["headers"][b"x-note"], seen["headers"][b"authorization"]) == (b"it's", b"me")


def test_junit_is_read_by_others(report: dict[str, Any]) -> None:
    root = ET.fromstring(REPORTS["junit"]([report]))
    assert len(root.findall(".//testcase")) == len(report["verdicts"]) + 1
    assert {case.get("name") for case in root.iterfind(".//testcase") if case.find("failure") is not None} == {
        verdict["rule"] for verdict in broken(report)
    }
    assert len(root.findall(".//error")) == 1
    assert root.findall(".//skipped")


def test_markdown_names_what_is_broken(report: dict[str, Any]) -> None:
    text = REPORTS["markdown"]([report])
    assert report["footer"]["headline"] in text
    assert all(f"`{verdict['rule']}`" in text for verdict in broken(report))
    assert text.startswith("## \\<script\\>")
    assert "The suite itself failed in `crashes`" in text


def test_html_is_one_page_on_its_own_and_nothing_in_it_is_markup(report: dict[str, Any]) -> None:
    page = REPORTS["html"]([report, report])
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "http://" not in page.split("</style>")[0]
    areas = {verdict["area"] for verdict in report["verdicts"]}
    for area in areas:
        assert f'href="#server-1-{area}"' in page
        assert f'id="server-2-{area}"' in page
    for verdict in broken(report):
        assert verdict["rule"] in page
    assert "threads.create" in page


BADGES = [
    pytest.param([5, 5], [1, 1], "brightgreen", id="all"),
    pytest.param([5, 5], [0, 1], "yellow", id="warnings"),
    pytest.param([4, 5], [1, 1], "red", id="failures"),
]


@pytest.mark.parametrize(("must", "should", "colour"), BADGES)
def test_the_badge_counts(must: list[int], should: list[int], colour: str) -> None:
    told = json.loads(REPORTS["badge"]([{"footer": {"counts": {"must": must, "should": should}}}]))
    assert (told["message"], told["color"]) == (f"MUST {must[0]}/5", colour)


def test_the_terminal_shows_one_cause_a_paragraph(report: dict[str, Any]) -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    for view in shown(report):
        console.print(view)
    text = console.export_text()
    for verdict in broken(report):
        assert text.count(f"  {verdict['rule']}") == 1
    assert report["footer"]["headline"] in " ".join(text.split())
    assert "the suite itself failed in crashes" in text


@pytest.mark.parametrize("text", ["a`b", "``", "a|b\n*c*", "[x](y)"])
def test_text_in_markdown_stays_text(text: str) -> None:
    assert "\n" not in plain(text)
    assert "\n" not in code(text)


def test_reports_and_transcripts_are_written(tmp_path: Any, capsys: Any) -> None:
    wanted = [word for kind in REPORTS for word in ("--report", f"{kind}={tmp_path / kind}")]
    with live(scripted_app()) as port:
        command = ["conform", f"http://127.0.0.1:{port}/chatkit/api", "--only", "threads.create"]
        code_ = main([*command, *wanted, "--transcripts", str(tmp_path / "wire")])
    assert code_ == 0
    assert json.loads(capsys.readouterr().out)["footer"]["exit code"] == 0
    assert all((tmp_path / kind).stat().st_size for kind in REPORTS)
    assert (tmp_path / "wire" / "threads.create.jsonl").exists()
    assert main([*command, "--report", "pdf=x"]) == 2
