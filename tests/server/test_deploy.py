"""What is shipped for operating it names settings, commands, extras and errors that exist."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from chatkit_conformance.cli import VERBS
from chatkit_conformance.cli.listening import SAVING_SECONDS
from chatkit_conformance.cli.settings import Settings, settings
from chatkit_protocol.replies import STATUS
from chatkit_server.app import ENDPOINT
from chatkit_server.auth.tokens import Reason
from chatkit_server.observing.metrics import Metrics
from chatkit_server.refusing import SLOW
from support.dockerfile import instructions

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "server/deploy"
OPERATIONS = (ROOT / "server/OPERATIONS.md").read_text("utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
UNIT = (DEPLOY / "chatkit-wire.service").read_text("utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
VARIABLES = {row.variable for row in settings().values()} | {"CHATKIT_CONFIG"}
SECRETS = {f"{row.variable}_FILE" for row in settings().values() if row.secret}
OURS = re.compile(r"\b(?:CHATKIT|LLM|OPENAI|GEMINI)_[A-Z_]+\b|\bPORT\b")


@pytest.mark.parametrize("text", [DOCKERFILE, UNIT, OPERATIONS], ids=["Dockerfile", "unit", "operations"])
def test_every_variable_is_a_setting(text) -> None:
    named = set(OURS.findall(text))
    assert named
    assert named <= VARIABLES | SECRETS


def test_the_image_has_two_stages_and_runs_as_nobody_in_particular() -> None:
    told = instructions(DOCKERFILE)
    assert [name for name, _ in told].count("FROM") == 2
    users = [value for name, value in told if name == "USER"]
    assert users
    assert not users[-1].startswith(("root", "0"))
    last = [name for name, _ in told]
    assert last.index("USER") < last.index("ENTRYPOINT")


def test_the_image_copies_what_is_there_and_installs_extras_that_exist() -> None:
    sources = [
        word
        for name, value in instructions(DOCKERFILE)
        if name == "COPY" and "--from" not in value
        for word in value.split()[:-1]
    ]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    extras = re.search(r"'\.\[([\w,]+)\]'", DOCKERFILE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert extras
    assert set(extras[1].split(",")) <= set(project["optional-dependencies"])


COMMANDS = re.findall(r"^Exec\w+=(.+)$", UNIT, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_unit_runs_commands_that_exist(command) -> None:
    program, verb, *_ = shlex.split(command)
    assert program.endswith("/chatkit-wire")
    assert verb in {each.name for each in VERBS}


@pytest.mark.slow
def test_systemd_finds_no_fault_with_the_unit(tmp_path) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze, "there is no systemd-analyze: install Debian's systemd"
    unit = tmp_path / "chatkit-wire.service"
    unit.write_text(UNIT.replace("/opt/chatkit/bin/chatkit-wire", sys.executable), encoding="utf-8")
    ended = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_unit_is_patient_until_answers_are_stopped_and_saved() -> None:
    patience = re.search(r"TimeoutStopSec=(\d+)", UNIT)
    assert patience
    assert int(patience[1]) > Settings().shutdown_seconds + SAVING_SECONDS


def test_nginx_passes_the_endpoint_unbuffered() -> None:
    place = re.search(r"location (\S+) \{(.*?)\n\}", NGINX, re.DOTALL)
    assert place
    assert ENDPOINT.startswith(place[1])
    assert {"proxy_buffering off;", "proxy_http_version 1.1;", "gzip off;"} <= {
        line.strip() for line in place[2].splitlines()
    }


@pytest.mark.slow
def test_streams_pass_a_real_nginx() -> None:
    ended = subprocess.run([sys.executable, DEPLOY / "check_nginx.py"], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_nginx_lets_pass_what_the_backend_may_take() -> None:
    megabytes = re.search(r"client_max_body_size (\d+)m;", NGINX)
    assert megabytes
    assert int(megabytes[1]) << 20 > max(Settings().max_body, Settings().file_bytes)


def test_operations_explain_every_refusal_and_every_reason() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "server/chatkit_server").rglob("*.py"))
    reasons = set(re.findall(r'reason="(\w+)"', sources)) | {SLOW, *get_args(Reason)}
    assert len(reasons) > 15
    assert [reason for reason in sorted(reasons) if f"`{reason}`" not in OPERATIONS] == []
    assert [code for code, status in STATUS.items() if f"| {status} `{code}` |" not in OPERATIONS] == []


def test_operations_name_every_metric() -> None:
    names = {family.name for family in Metrics().registry.collect() if family.name.startswith("chatkit_")}
    assert len(names) > 8
    assert [name for name in sorted(names) if f"`{name}" not in OPERATIONS] == []
