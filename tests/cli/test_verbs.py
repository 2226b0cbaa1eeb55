"""Every verb has help with an example that it understands, and what cannot be done is refused in one way."""

import shlex
import subprocess
import sys

import pytest

from chatkit_conformance.cli import VERBS, build_parser, main
from cli.processes import chatkit_wire

each_verb = pytest.mark.parametrize("verb", [pytest.param(verb, id=verb.name) for verb in VERBS])


def test_the_table_has_the_verbs_that_others_rely_on() -> None:
    assert {"serve", "chat", "testbed"} <= {verb.name for verb in VERBS}


@each_verb
def test_help_has_an_example(verb, capsys) -> None:
    assert main([verb.name, "--help"]) == 0
    help_text = capsys.readouterr().out
    assert f"\nexample:\n  chatkit-wire {verb.name}" in help_text
    assert (verb.module().__doc__ or "").splitlines()[0] in help_text


@each_verb
def test_the_example_is_understood(verb) -> None:
    lines = [line for line in verb.module().EXAMPLE.splitlines() if line.strip().startswith("chatkit-wire ")]
    assert lines
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])  # what is behind it is the shell's
        assert build_parser().parse_args(words[1:]).verb == verb.name


def test_the_help_lists_every_verb(capsys) -> None:
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    unwrapped = " ".join(listed.split())
    for verb in VERBS:
        assert f"{verb.name} {verb.summary}" in unwrapped
        assert f"\n  chatkit-wire {verb.name}" in listed


def test_the_version_is_told(capsys) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("chatkit-wire 0.")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param([], "VERB", id="no verb"),
        pytest.param(["dance"], "dance", id="unknown verb"),
        pytest.param(["chat"], "URL", id="nothing to talk to"),
        pytest.param(["chat", "http://127.0.0.1:1", "--header", "nonsense"], "NAME: VALUE", id="header without colon"),
        pytest.param(["chat", "http://127.0.0.1:1", "--tool", "x=nonsense"], "not JSON", id="tool without JSON"),
        pytest.param(["testbed", "--store", "oracle:x"], "sqlite:PATH or postgres:URL", id="unknown store"),
        pytest.param(["schemas"], "DIR", id="nowhere to write to"),
        pytest.param(["testbed", "--port", "99999"], "port 99999", id="impossible port"),
    ],
)
def test_wrong_usage_is_told_on_stderr_with_exit_code_2(arguments, complaint, capsys) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert complaint in printed.err
    assert printed.out == ""


HEAVY = {"agents", "chatkit_agents", "chatkit_server", "httpx", "openai", "prompt_toolkit", "pydantic", "rich"}
HEAVY |= {"starlette", "uvicorn", "hypothesis", "sse_starlette"}


def python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


def test_building_the_parser_imports_nothing_of_an_extra() -> None:
    found = python(
        "import sys, chatkit_conformance.cli as cli; cli.build_parser();"
        f"print(sorted({HEAVY!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    assert (found.stdout, found.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    ("arguments", "missing", "extra"),
    [
        pytest.param(["chat", "http://127.0.0.1:1"], "httpx", "conformance", id="chat"),
        pytest.param(["testbed", "--port", "0"], "starlette", "server", id="testbed"),
        pytest.param(["serve", "--port", "0"], "agents", "all", id="serve"),
        pytest.param(["serve", "--port", "0"], "obstore", "all", id="serve without files"),
    ],
)
def test_a_missing_extra_is_named(arguments, missing, extra, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = python(
        f"import sys; sys.modules[{missing!r}] = None;"
        f"from chatkit_conformance.cli import main; sys.exit(main({arguments!r}))"
    )
    assert ended.returncode == 2
    said = f"chatkit-wire {arguments[0]} needs the extra: pip install 'chatkit-wire[{extra}]'\n"
    assert ended.stderr == f"chatkit-wire: {said}"


def test_the_module_is_the_command() -> None:
    assert chatkit_wire("--version").stdout.startswith("chatkit-wire 0.")
