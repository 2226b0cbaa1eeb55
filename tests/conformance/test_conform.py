"""The black-box suite: what it says of servers that keep all rules, break some, hang, or are not there."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.cli import main
from chatkit_conformance.conform import baseline, coverage, requirements
from chatkit_conformance.conform.settings import SettingsError, from_file, from_url
from chatkit_conformance.conform.suite import NothingMatched, Result, run
from chatkit_conformance.conform.verdicts import Verdict
from chatkit_conformance.driver import Endpoint, play
from chatkit_conformance.linter.lint import lint
from chatkit_conformance.linter.rule import every_rule
from chatkit_conformance.linter.subjects import NEWEST
from chatkit_conformance.scenarios import Scenario, load_all
from chatkit_conformance.testbed.app import scripted_app
from support.live import live

BEDS = Path(__file__).parents[2] / "conformance" / "testbeds"
HELLO = [one for one in load_all() if one.name == "threads.create"]


class Broken:
    """The test bed, with bytes of its replies replaced."""

    def __init__(self, before: bytes, after: bytes) -> None:
        self.app = scripted_app()
        self._change = before, after

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def spoiled(message: Any) -> None:
            if message["type"] == "http.response.body":
                message = message | {"body": message.get("body", b"").replace(*self._change)}
            elif message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name != b"content-length"]
                message = message | {"headers": kept}
            await send(message)

        await self.app(scope, receive, spoiled)


def judged(app: Any, **given: Any) -> Result:
    with live(app) as port:
        return run(from_url(f"http://127.0.0.1:{port}/chatkit/api"), **given)


@pytest.fixture(scope="module")
def ours() -> Result:
    return run(from_file(BEDS / "ours" / "conformance.toml"))


@pytest.mark.slow
def test_ours_keeps_every_rule(ours: Result) -> None:
    told = {v.rule.id: [(e.played.scenario.name, e.findings) for e in v.evidence] for v in ours.verdicts if v.evidence}
    assert told == {}
    assert [one.crashed for one in ours.played if one.crashed] == []
    assert ours.exit_code == 0
    assert ours.counts.must[0] == ours.counts.must[1] > 100
    assert ours.seconds < 60


@pytest.mark.slow
def test_the_record_of_what_decides_a_rule_is_fresh(ours: Result) -> None:
    assert coverage.FILE.read_bytes() == coverage.of(ours.played).written()


def test_a_broken_server_fails_with_evidence() -> None:
    result = judged(Broken(b'"has_more":false', b'"has_more":false,"after":null'), scenarios=HELLO)
    assert result.exit_code == 1
    broken = [verdict for verdict in result.verdicts if verdict.outcome == "fail"]
    assert broken
    assert all(evidence.findings and not evidence.flickers for verdict in broken for evidence in verdict.evidence)
    assert "fail)" in str(result.counts)


def test_a_rule_that_was_not_looked_at_is_not_passed() -> None:
    outcomes = {verdict.rule.id: (verdict.outcome, verdict.reason) for verdict in judged(scripted_app()).verdicts}
    assert outcomes["tools.output.any-json"][0] == "not applicable"
    assert "needs level L3" in outcomes["tools.output.any-json"][1]


def test_what_the_baseline_knows_does_not_fail(tmp_path: Path) -> None:
    app = Broken(b'"has_more":false', b'"has_more":false,"after":null')
    first = judged(app, scenarios=HELLO)
    path = tmp_path / "known.json"
    path.write_bytes(baseline.written(first.verdicts))
    again = judged(app, scenarios=HELLO, baseline=baseline.load(path))
    assert (again.exit_code, again.stale) == (0, [])
    mended = judged(scripted_app(), scenarios=HELLO, baseline=baseline.load(path))
    assert mended.exit_code == 5
    assert {scenario for _, scenario in mended.stale} == {"threads.create"}


def test_a_fault_of_the_suite_is_not_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(*_: Any) -> None:
        raise RuntimeError("the suite is broken")

    monkeypatch.setattr("chatkit_conformance.conform.run.play", stumbles)
    result = judged(scripted_app(), scenarios=HELLO)
    assert result.exit_code == 4
    assert "the suite is broken" in result.played[0].crashed
    assert not [verdict for verdict in result.verdicts if verdict.evidence]


def test_a_server_that_hangs_breaks_a_rule() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            body = await receive()
            if b"threads.list" in body["body"]:
                await scripted_app()(scope, _again(body), send)
            else:
                await asyncio.sleep(60)

    with live(silent, lifespan="off", timeout_graceful_shutdown=0) as port:
        settings = from_url(f"http://127.0.0.1:{port}/chatkit/api")
        settings.deadline = 0.3
        result = run(settings, scenarios=HELLO)
    assert result.exit_code == 1


def _again(message: Any) -> Any:
    async def receive() -> Any:
        return message

    return receive


def test_a_scenario_has_an_end_though_each_request_has_one() -> None:
    steps: list[Any] = [{"type": "threads.list", "params": {}}] * 1000
    with live(scripted_app()) as port:
        endpoint = Endpoint(f"http://127.0.0.1:{port}/chatkit/api", patience=0.3)
        exchanges = play(Scenario(name="x.y", note="", steps=steps), endpoint)
    assert len(exchanges) < 1000
    assert exchanges[-1].trouble == "the scenario did not end within 0.3 s"
    assert lint(exchanges).broken == ["http.reply.there"]


class NowAndThen:
    """The test bed, which breaks a rule in the first of each two replies to `items.list`."""

    def __init__(self, *, always: bool = False) -> None:
        self._bad = Broken(b'"has_more":false', b'"has_more":0')
        self._good = self._bad.app
        self.asked, self._always = 0, always

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._good(scope, receive, send)
            return
        body = await receive()
        self.asked += b"items.list" in body["body"]
        bad = b"items.list" in body["body"] and (self._always or self.asked % 2)
        messages = iter([body])

        async def received() -> Any:
            return next(messages, None) or await receive()

        await (self._bad if bad else self._good)(scope, received, send)


PAGE: list[Any] = [
    {"type": "threads.create", "params": {"input": {"content": [], "attachments": [], "inference_options": {}}}},
    {"type": "items.list", "params": {"thread_id": {"$": "thread"}}},
]
PAGES = [Scenario(name=f"pages.{n}", note="", steps=PAGE) for n in range(6)]


def page_rule(result: Result) -> Verdict:
    return next(verdict for verdict in result.verdicts if verdict.rule.id == "paging.page.complete")


def served(app: Any, scenarios: list[Scenario]) -> Result:
    with live(app) as port:
        return run(from_url(f"http://127.0.0.1:{port}/chatkit/api", level="L3"), scenarios=scenarios)


def test_what_comes_and_goes_is_told_as_that() -> None:
    assert [one.flickers for one in page_rule(served(NowAndThen(), PAGES[:1])).evidence] == [True]


def test_what_is_certain_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatkit_conformance.conform.run.HANDS", 1)
    app = NowAndThen(always=True)
    verdict = page_rule(served(app, PAGES))
    assert [one.flickers for one in verdict.evidence] == [False] * 6
    assert app.asked == 2 * 3 + 4


def test_a_rule_that_is_not_frozen_is_reported_and_not_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = {revision: ids - {"paging.page.complete"} for revision, ids in requirements.recorded().items()}
    monkeypatch.setattr(requirements, "recorded", lambda: sets)
    result = served(NowAndThen(always=True), PAGES[:1])
    assert (page_rule(result).outcome, page_rule(result).scored, result.exit_code) == ("fail", False, 0)
    assert result.counts.must[0] == result.counts.must[1]


def test_what_is_frozen_stays() -> None:
    sets = requirements.recorded()
    assert sets.keys() >= {NEWEST}
    gone = {one for ids in sets.values() for one in ids} - {rule.id for rule in every_rule()}
    assert gone == set(), "a frozen rule keeps its id"
    assert requirements.FILE.read_bytes() == requirements.written(sets)
    after = requirements.frozen(sets, NEWEST, ["one.more"])
    assert after[NEWEST] == sets[NEWEST] | {"one.more"}


COUNTING = [
    pytest.param({"1.4": frozenset("a"), "1.6": frozenset("b")}, "1.5", frozenset("b"), id="the-next-one"),
    pytest.param({"1.4": frozenset("a"), "1.10": frozenset("b")}, "1.4", frozenset("a"), id="its-own"),
    pytest.param({"1.4": frozenset("a")}, "1.5", None, id="none-yet"),
]


@pytest.mark.parametrize(("sets", "revision", "ids"), COUNTING)
def test_which_set_counts(sets: Any, revision: str, ids: Any) -> None:
    assert requirements.counting(sets, revision) == ids


def test_a_server_may_have_scripts_and_no_model() -> None:
    settings = from_url("http://127.0.0.1:9/x", level="L3")
    assert settings.levels == ("L0", "L1", "L2", "L3")
    settings.model.env = {}
    assert settings.levels == ("L0", "L1", "L3")


WRONG = [
    pytest.param("", r"missing required field `server`", id="empty"),
    pytest.param("[server]\nname = 'x'", r"needs a url", id="no-url"),
    pytest.param("[server]\nurl = 3", r"`\$.server.url`", id="wrong-type"),
    pytest.param("level = 'L9'\n[server]\nurl = 'x'", r"`\$.level`", id="no-such-level"),
    pytest.param("capabilities = ['cancle']\n[server]\nurl = 'x'", r"`\$.capabilities\[0\]`", id="no-such-capability"),
    pytest.param("[server\n", r"conformance.toml: ", id="no-toml"),
    pytest.param("[server]\nurl = 'x'\nstrat = []", r"unknown field `strat`", id="misspelled"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_settings_that_cannot_be_used_say_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "conformance.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=message):
        from_file(path)


def test_a_selection_without_anything_is_an_error() -> None:
    with pytest.raises(NothingMatched):
        judged(scripted_app(), only=["nonsense"])


ENDS = [
    pytest.param(["conform"], 2, "either the URL", id="nothing-said"),
    pytest.param(["conform", "http://127.0.0.1:9/x"], 3, "no answer from http://127.0.0.1:9/x", id="not-there"),
    pytest.param(["conform", "--config", "nowhere.toml"], 2, "nowhere.toml: No such file", id="no-settings"),
    pytest.param(["conform", "http://127.0.0.1:9/x", "--only", "nonsense"], 2, "begins with nonsense", id="no-rule"),
]


@pytest.mark.parametrize(("command", "code", "complaint"), ENDS)
def test_how_it_ends_when_it_cannot_begin(command: list[str], code: int, complaint: str, capsys: Any) -> None:
    assert main(command) == code
    assert complaint in capsys.readouterr().err
