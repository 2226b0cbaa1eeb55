"""`show`, `diff`, `record` and `replay` as their users call them."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.cli import main
from chatkit_conformance.driver import Endpoint, post
from chatkit_conformance.linter import example as e
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import Exchange, Transcript, read, write
from cli.processes import Served
from support.live import live

HELLO = e.create(*e.STREAMED)


def saved(path: Path, *exchanges: Exchange) -> str:
    with path.open("w", encoding="utf-8", newline="") as out:
        write(Transcript(exchanges=list(exchanges)), out)
    return str(path)


def test_a_capture_is_shown(tmp_path: Path, capsys: Any) -> None:
    name = saved(tmp_path / "a.jsonl", HELLO, e.refused("threads.delete", {}, 404))
    assert main(["show", "--pretty", name]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for part in ("1 threads.create 200", "8 events", "msg_2 assistant_message", "2 threads.delete 404", "you: hello"):
        assert part in told
    assert main(["show", name]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["request"], first["events"], second["status"]) == ("threads.create", 8, 404)


def test_two_captures_are_compared(tmp_path: Path, capsys: Any) -> None:
    one = saved(tmp_path / "a.jsonl", HELLO)
    other = saved(tmp_path / "b.jsonl", e.create(*e.STREAMED[:2], e.delta("Hallo"), *e.STREAMED[3:]))
    assert main(["diff", one, one, "--pretty"]) == 0
    assert "no difference between" in " ".join(capsys.readouterr().out.split())
    assert main(["diff", one, other, "--pretty"]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "exchange 1, event 6 threads.create $.update.delta - Hello + Hallo" in told
    assert main(["diff", one, other]) == 1
    assert json.loads(capsys.readouterr().out)[0]["path"] == "$.update.delta"


def endpoint(server: Served) -> Endpoint:
    """Find the address that a verb prints once it serves."""
    address = re.search(r"http://127\.0\.0\.1:\d+", server.wait_for("Ctrl-C stops it."))
    assert address
    return Endpoint(f"{address[0]}/chatkit/api")


def test_a_conversation_is_recorded_and_replayed(tmp_path: Path) -> None:
    with live(scripted_app()) as port:
        upstream = f"http://127.0.0.1:{port}"
        proxy = Served("record", "--upstream", upstream, "--port", "0", "--out", "a.jsonl", cwd=tmp_path)
        heard = post(endpoint(proxy), HELLO.sent, headers={"authorization": "Bearer very-secret"})
        assert proxy.signal(signal.SIGINT) == 0
    assert "1 exchange in a.jsonl, 0 with findings" in proxy.printed()
    proxy.close()
    recorded = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    assert "very-secret" not in recorded
    assert [one.received for one in read(recorded).exchanges] == [heard.received]
    replay = Served("replay", "a.jsonl", "--port", "0", cwd=tmp_path)
    assert post(endpoint(replay), HELLO.sent).received == heard.received
    replay.close()


REFUSED = [
    pytest.param(["record", "--upstream", "nonsense"], "--upstream is an address", id="no-address"),
    pytest.param(["record", "--upstream", "http://["], "--upstream is an address", id="no-brackets"),
    pytest.param(["inspect", "--upstream", "http://a:70000"], "--upstream is an address", id="no-port"),
    pytest.param(["record", "--upstream", "http://x", "--out", "/"], "cannot write /", id="no-place"),
    pytest.param(["replay", "nowhere"], "nowhere: No such file", id="no-file"),
    pytest.param(["show", "nowhere"], "nowhere: No such file", id="nothing-to-show"),
    pytest.param(["diff", "nowhere", "nowhere"], "nowhere: No such file", id="nothing-to-compare"),
]


@pytest.mark.parametrize(("command", "complaint"), REFUSED)
def test_what_cannot_be_done_is_exit_2(command: list[str], complaint: str, capsys: Any) -> None:
    assert main(command) == 2
    assert complaint in capsys.readouterr().err
