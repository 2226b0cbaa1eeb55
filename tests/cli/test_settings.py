"""Settings: one table; flag before variable before file before default; what is wrong is named; secrets stay secret."""

import argparse
import json
import tomllib
import urllib.request
from pathlib import Path

import pytest

from chatkit_conformance.cli import main
from chatkit_conformance.cli.settings import Reading, Settings, SettingsError, declare, read, settings
from chatkit_conformance.cli.settings.showing import as_data, as_lines, example
from cli.processes import Served
from support.wire import Wire

ROWS = list(settings().values())
CANARY = "SECRET-CANARY"


def told(*flags: str, file: str = "", tmp_path: Path | None = None, **env: str) -> Reading:
    parser = argparse.ArgumentParser()
    declare(parser)
    if file:
        assert tmp_path
        (tmp_path / "x.toml").write_text(file)
        flags = ("--config", str(tmp_path / "x.toml"), *flags)
    return read(vars(parser.parse_args(flags)), env)


PRECEDENCE = [
    pytest.param((), {}, "", 8000, "default", id="default"),
    pytest.param((), {}, "port = 1", 1, "x.toml: port", id="file"),
    pytest.param((), {"PORT": "2"}, "port = 1", 2, "PORT", id="variable"),
    pytest.param(("--port", "3"), {"PORT": "2"}, "port = 1", 3, "--port", id="flag"),
    pytest.param((), {"PORT": " "}, "port = 1", 1, "x.toml: port", id="an-empty-variable-tells-nothing"),
]


@pytest.mark.parametrize(("flags", "env", "file", "port", "source"), PRECEDENCE)
def test_the_strongest_source_wins(flags, env, file, port, source, tmp_path) -> None:
    reading = told(*flags, file=file or "# nothing", tmp_path=tmp_path, **env)
    assert reading.settings.port == port
    assert reading.sources["port"].endswith(source)


def test_the_file_may_be_named_by_a_variable(tmp_path) -> None:
    (tmp_path / "y.toml").write_text('allow_origins = ["https://a.example"]\nping = 1\nmetrics = true')
    found = told(CHATKIT_CONFIG=str(tmp_path / "y.toml")).settings
    assert (found.allow_origins, found.ping, found.metrics) == (["https://a.example"], 1.0, True)


TEXTS = [
    pytest.param("CHATKIT_METRICS", "on", "metrics", True, id="on"),
    pytest.param("CHATKIT_METRICS", "False", "metrics", False, id="false"),
    pytest.param("CHATKIT_PING", "2.5", "ping", 2.5, id="number"),
    pytest.param(
        "CHATKIT_ALLOW_ORIGINS",
        "https://a.example, https://b.example",
        "allow_origins",
        ["https://a.example", "https://b.example"],
        id="list",
    ),
    pytest.param("LLM_PROVIDER", "OpenAI", "llm_provider", "openai", id="choice"),
    pytest.param("CHATKIT_DATA", "x.sqlite3", "data", "x.sqlite3", id="text"),
]


@pytest.mark.parametrize(("variable", "text", "name", "value"), TEXTS)
def test_texts_are_read_as_what_they_mean(variable, text, name, value) -> None:
    assert getattr(told(**{variable: text}).settings, name) == value


WRONG = [
    pytest.param({"PORT": "http"}, "", "PORT is 'http': expected `int`", id="variable"),
    pytest.param({"PORT": "70000"}, "", "PORT is '70000': expected `int` <= 65535", id="bound"),
    pytest.param({"CHATKIT_LOGS": "xml"}, "", "CHATKIT_LOGS is 'xml': one of text, json", id="choice"),
    pytest.param(
        {"CHATKIT_ALLOW_ORIGINS": "https://a.example/"},
        "",
        "CHATKIT_ALLOW_ORIGINS: 'https://a.example/' is",
        id="origin",
    ),
    pytest.param({}, 'allow_hosts = ["a.example:443"]', "x.toml: allow_hosts: 'a.example:443' is", id="host"),
    pytest.param({}, 'port = "8000"', "x.toml: port is '8000': expected `int`", id="key-of-the-wrong-type"),
    pytest.param({}, "prot = 1", "there is no setting 'prot'; did you mean port?", id="unknown-key"),
    pytest.param({}, "openai_api_key = 4711", "openai_api_key is set, but wrong: expected `str`", id="secret"),
    pytest.param({}, "port = ", "is no TOML", id="no-toml"),
    pytest.param({"CHATKIT_CONFIG": "nowhere.toml"}, "", "cannot read nowhere.toml", id="no-file"),
    pytest.param({"LLM_API_KEY_FILE": "nowhere"}, "", "the file that LLM_API_KEY_FILE names", id="no-secret-file"),
]


@pytest.mark.parametrize(("env", "file", "message"), WRONG)
def test_what_is_wrong_is_named(env, file, message, tmp_path) -> None:
    with pytest.raises(SettingsError) as raised:
        told(file=file, tmp_path=tmp_path, **env)
    assert message in str(raised.value)
    assert "4711" not in str(raised.value)


def test_everything_that_is_wrong_is_told_at_once(capsys, monkeypatch) -> None:
    monkeypatch.setenv("PORT", "http")
    assert main(["config", "--logs", "xml"]) == 2
    assert {"PORT is 'http'", "--logs is 'xml'"} <= {
        line.removeprefix("chatkit-wire: ").partition(":")[0] for line in capsys.readouterr().err.splitlines()
    }


def test_a_variable_that_looks_misspelled_is_doubted_and_no_other() -> None:
    doubts = told(CHATKIT_METRIC="on", CHATKIT_PORT_80_TCP_ADDR="10.0.0.1", HOME="x").doubts
    assert doubts == ["the variable CHATKIT_METRIC is no setting; did you mean CHATKIT_METRICS?"]


SECRETS = [row for row in ROWS if row.secret]


@pytest.mark.parametrize("row", SECRETS, ids=lambda row: row.name)
def test_a_secret_has_no_flag_and_is_never_shown(row, tmp_path) -> None:
    (tmp_path / "secret").write_text(CANARY + "\n")
    for env in ({row.variable: CANARY}, {f"{row.variable}_FILE": str(tmp_path / "secret")}):
        reading = told(**env)
        assert getattr(reading.settings, row.name) == CANARY
        shown = json.dumps(as_data(reading)) + "\n".join(as_lines(reading))
        assert CANARY not in shown
        assert f'{row.name} = "(set)"' in shown
    assert row.flag == ""


def test_keys_are_secrets() -> None:
    assert {"openai_api_key", "gemini_api_key", "llm_api_key"} <= {row.name for row in SECRETS}
    suspicious = [row.name for row in ROWS if row.name.endswith(("_key", "_secret", "_password", "_token"))]
    assert set(suspicious) <= {row.name for row in SECRETS}


def test_the_password_of_an_address_is_not_shown() -> None:
    reading = told(CHATKIT_DATA=f"postgresql://me:{CANARY}@db/chats")
    assert CANARY not in json.dumps(as_data(reading))
    assert as_data(reading)["data"] == {"value": "postgresql://me@db/chats", "source": "CHATKIT_DATA"}


def test_what_config_prints_is_a_file_that_means_the_same() -> None:
    reading = told("--port", "3", CHATKIT_ALLOW_ORIGINS="https://a.example,https://b.example")
    assert Settings(**tomllib.loads("\n".join(as_lines(reading)))) == reading.settings


def test_the_example_has_every_setting_at_its_default() -> None:
    keys = [line.removeprefix("# ") for line in example() for line in line.splitlines() if " = " in line]
    assert tomllib.loads("\n".join(keys)) == {row.name: row.default for row in ROWS}


def test_the_committed_example_is_fresh() -> None:
    committed = Path(__file__).parents[2] / "server/deploy/chatkit.example.toml"
    assert committed.read_text("utf-8") == "\n".join(example()) + "\n", "chatkit-wire config --example > this file"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_setting_says_what_it_is(row) -> None:
    assert row.about
    assert row.about[-1] != "."
    assert row.group


def test_json_for_programs(capsys, monkeypatch) -> None:
    monkeypatch.setenv("PORT", "9")
    assert main(["config", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["port"] == {"value": 9, "source": "PORT"}


def test_what_was_said_is_logged_only_as_json(capsys) -> None:
    assert main(["serve", "--port", "0", "--log-text"]) == 2
    assert "only JSON logs" in capsys.readouterr().err


def test_serve_takes_its_settings_from_a_file_and_shows_itself(tmp_path, request) -> None:
    (tmp_path / "chatkit.toml").write_text(
        'port = 0\nmetrics = true\nlogs = "json"\nmessage_length = 10\ntraces = true'
    )
    served = Served("serve", "--config", "chatkit.toml", cwd=tmp_path)
    request.addfinalizer(served.close)
    assert "no OpenTelemetry SDK takes them" in served.wait_for("Ctrl-C")
    wire = Wire(served.port, headers={"x-request-id": "mine-2", "content-type": "application/json"})
    body = {"type": "threads.create", "params": {"input": {"content": [{"type": "input_text", "text": "x" * 11}]}}}
    assert wire.post(body).status == 413
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/metrics") as page:
        assert 'chatkit_requests_total{outcome="refused",type="threads.create"} 1.0' in page.read().decode()
    line = next(json.loads(line) for line in served.wait_for("mine-2").splitlines() if "mine-2" in line)
    assert (line["message"], line["status"], line["code"]) == ("request", 413, "too_large")
