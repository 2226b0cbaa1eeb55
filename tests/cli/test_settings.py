"""Settings: one table; flag before variable before file before default; what is wrong is named; secrets stay secret."""

import argparse
import json
import os
import tomllib
import urllib.request
from pathlib import Path

import pytest

from chatkit_conformance.cli import main
from chatkit_conformance.cli.settings import Reading, Settings, SettingsError, checking, declare, read, settings
from chatkit_conformance.cli.settings.showing import as_data, as_lines, example
from chatkit_server.auth.keys import SHORTEST_SECRET
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
    pytest.param({}, 'port = "8000"', "x.toml: port is '8000': expected `int`", id="key-of-the-wrong-type"),
    pytest.param({}, "prot = 1", "there is no setting 'prot'; did you mean port?", id="unknown-key"),
    pytest.param({}, "openai_api_key = 4711", "openai_api_key is set, but wrong: expected `str`", id="secret"),
    pytest.param({}, "port = ", "is no TOML", id="no-toml"),
    pytest.param({"CHATKIT_CONFIG": "nowhere.toml"}, "", "cannot read nowhere.toml", id="no-file"),
    pytest.param({"LLM_API_KEY_FILE": "nowhere"}, "", "the file that LLM_API_KEY_FILE names", id="no-secret-file"),
    pytest.param(
        {"CHATKIT_AUTH_SECRET_FILE": os.devnull},
        "",
        "the file that CHATKIT_AUTH_SECRET_FILE names is empty",
        id="empty-secret-file",
    ),
]


@pytest.mark.parametrize(("env", "file", "message"), WRONG)
def test_what_is_wrong_is_named(env, file, message, tmp_path) -> None:
    with pytest.raises(SettingsError) as raised:
        told(file=file, tmp_path=tmp_path, **env)
    assert message in str(raised.value)
    assert "4711" not in str(raised.value)


SHORT = "tooshort4711"
TOGETHER = [
    pytest.param(
        {"CHATKIT_PUBLIC_URL": "chat.example"}, "CHATKIT_PUBLIC_URL is 'chat.example': it begins", id="address"
    ),
    pytest.param({"CHATKIT_PUBLIC_URL": "http://["}, "CHATKIT_PUBLIC_URL is 'http://['", id="brackets"),
    pytest.param({"LLM_BASE_URL": "http://a:99999"}, "LLM_BASE_URL is 'http://a:99999'", id="port"),
    pytest.param({"CHATKIT_AUTH_ISSUER": "https://[x"}, "CHATKIT_AUTH_ISSUER is 'https://[x'", id="issuer's brackets"),
    pytest.param({"CHATKIT_AUTH_ISSUER": "http://id.example"}, "CHATKIT_AUTH_ISSUER is 'http://id.ex", id="issuer"),
    pytest.param(
        {"CHATKIT_ALLOW_ORIGINS": "https://a.b/"}, "CHATKIT_ALLOW_ORIGINS is wrong: 'https://a.b/'", id="origin"
    ),
    pytest.param({"CHATKIT_ALLOW_HOSTS": "a.example:80"}, "CHATKIT_ALLOW_HOSTS is wrong: 'a.example:80'", id="host"),
    pytest.param({"CHATKIT_FILE_TYPES": "png"}, "CHATKIT_FILE_TYPES has 'png': a media type", id="media type"),
    pytest.param({"CHATKIT_AUTH_SECRET": SHORT}, "CHATKIT_AUTH_SECRET needs at least 32 bytes", id="auth secret"),
    pytest.param({"CHATKIT_FILES_SECRET": SHORT}, "CHATKIT_FILES_SECRET needs at least 32 b", id="files secret"),
    pytest.param({"LLM_PROVIDER": "openai"}, "OPENAI_API_KEY is not set, and LLM_PROVIDER=openai", id="no key"),
    pytest.param({"CHATKIT_AUTH_SCOPES": "a"}, "CHATKIT_AUTH_SCOPES is set, but not whose tokens", id="scopes alone"),
    pytest.param({"CHATKIT_AUTH_ISSUER": "https://a.example"}, "CHATKIT_AUTH_AUDIENCE is not set", id="no audience"),
    pytest.param({"CHATKIT_AUTH_AUDIENCE": "chat"}, "CHATKIT_AUTH_ISSUER is not set, nor are keys", id="no issuer"),
    pytest.param(
        {"CHATKIT_AUTH_JWKS_URL": "https://a.example/k", "CHATKIT_AUTH_SECRET": "x" * 32},
        "CHATKIT_AUTH_JWKS_URL is set beside a secret",
        id="two kinds of key",
    ),
    pytest.param({"CHATKIT_HOST": "0.0.0.0"}, "CHATKIT_HOST is 0.0.0.0, which can be reached", id="open to all"),
    pytest.param({"CHATKIT_FILES": "s3://bucket"}, "CHATKIT_FILES_SECRET is not set: files in a", id="bucket"),
    pytest.param({"CHATKIT_LOG_TEXT": "on"}, "CHATKIT_LOG_TEXT is on, and only JSON logs", id="text without json"),
]


@pytest.mark.parametrize("verb", ["serve", "config"])
@pytest.mark.parametrize(("env", "words"), TOGETHER)
def test_what_makes_no_sense_is_told_with_the_variable(verb, env, words, capsys, monkeypatch) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert main([verb]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(f"chatkit-wire: {words}")
    assert SHORT not in told.err + told.out
    assert ("# Listening" in told.out) is (verb == "config"), "config shows them all the same"


def test_a_secret_is_long_enough_for_those_who_use_it() -> None:
    assert checking.SHORTEST_SECRET == SHORTEST_SECRET


def test_what_makes_no_sense_is_told_with_the_flag_or_the_key_that_says_it(capsys, tmp_path) -> None:
    (tmp_path / "x.toml").write_text('file_types = ["png"]')
    assert main(["serve", "--public-url", "x", "--config", str(tmp_path / "x.toml")]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("chatkit-wire: --public-url is 'x'")
    assert "x.toml: file_types has 'png'" in second


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


ADDRESSES = [
    pytest.param("CHATKIT_DATA", f"postgresql://me:{CANARY}@db/chats", "postgresql://me@db/chats", id="database"),
    pytest.param("CHATKIT_DATA", f"postgresql://me:a/{CANARY}@db/c", "postgresql://me@db/c", id="with a slash"),
    pytest.param(
        "CHATKIT_DATA", f"postgresql:///c?password={CANARY}&a=b", "postgresql:///c?password=…&a=b", id="query"
    ),
    pytest.param("LLM_BASE_URL", f"https://me:{CANARY}@llm.example/v1", "https://me@llm.example/v1", id="model"),
    pytest.param("CHATKIT_FILES_ENDPOINT", f"http://me:{CANARY}@s3:9000", "http://me@s3:9000", id="bucket"),
]


@pytest.mark.parametrize(("variable", "address", "shown"), ADDRESSES)
def test_the_password_of_an_address_is_not_shown(variable, address, shown) -> None:
    reading = told(**{variable: address})
    name = next(row.name for row in ROWS if row.variable == variable)
    assert as_data(reading)[name] == {"value": shown, "source": variable}
    assert CANARY not in "\n".join(as_lines(reading))


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
