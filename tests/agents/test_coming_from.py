"""The guide for those who come from openai-chatkit: every name in it exists, and its two servers say the same."""

import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chatkit_conformance.differential.normalise import Names, normalise
from chatkit_conformance.differential.servers import reference_python
from chatkit_conformance.fake_model import create_fake_model, scripted
from chatkit_protocol import StreamOptions
from chatkit_protocol.divergences import DIVERGENCES
from chatkit_server import Answer, Turn, create_app
from support.live import live
from support.wire import Wire

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "agents/examples/COMING_FROM_OPENAI_CHATKIT.md").read_text(encoding="utf-8")
BEFORE, AFTER = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
HOMES = (
    "chatkit_server",
    "chatkit_agents",
    "chatkit_protocol",
    "chatkit_protocol.widgets",
    "chatkit_protocol.templates",
)


class Row(NamedTuple):
    theirs: list[str]
    ours: list[str]
    change: str


def rows() -> Iterator[Row]:
    for line in GUIDE.splitlines():
        if line.startswith("| `"):
            theirs, ours, change = (cell.strip() for cell in line.strip("|").split(" | "))
            yield Row(re.findall(r"`([^`]+)`", theirs), re.findall(r"`([^`]+)`", ours), change)


ROWS = list(rows())
OURS = sorted({name for row in ROWS for name in row.ours})
THEIRS = sorted({name for row in ROWS for name in row.theirs})


def test_the_tables_are_read() -> None:
    assert len(ROWS) > 40
    assert all(row.theirs and row.ours for row in ROWS)
    assert GUIDE.count("\n| `") == len(ROWS)


@pytest.mark.parametrize("name", OURS)
def test_our_name_exists(name: str) -> None:
    path, _, argument = name.rstrip("=)").partition("(")
    found = place(path.split("."))
    if argument:
        assert argument in inspect.signature(found).parameters


def place(path: list[str]) -> Any:
    """Find what a dotted path means: `package.module.Name`, or a name of one of the usual homes."""
    if path[0].startswith("chatkit_"):
        return member(importlib.import_module(".".join(path[:2])), path[2:])
    homes = [importlib.import_module(home) for home in HOMES]
    home = next((home for home in homes if hasattr(home, path[0])), None)
    assert home, f"{path[0]} is in none of {', '.join(HOMES)}"
    return member(home, path)


def member(found: Any, path: list[str]) -> Any:
    for step in path:
        known = {*dir(found), *getattr(found, "__dataclass_fields__", ()), *getattr(found, "__struct_fields__", ())}
        known |= attributes(found) if inspect.isclass(found) else set()
        assert step in known, f"{found} has no {step}"
        found = getattr(found, step, None)
    return found


def attributes(kind: type) -> set[str]:
    """Name what the constructors of a class and its bases set, and what they annotate."""
    code = "".join(inspect.getsource(base) for base in kind.__mro__ if base.__module__.startswith("chatkit_"))
    return set(re.findall(r"self\.(\w+)(?:: [^=\n]+)? = ", code)) | set(re.findall(r"^    (\w+): ", code, re.MULTILINE))


def test_a_name_that_is_not_there_is_seen() -> None:
    for name in ("create_appp", "Turn.sayy", "chatkit_server.responder.Attachments.upload"):
        with pytest.raises(AssertionError):
            place(name.split("."))


def test_the_numbers_exist_and_the_important_ones_are_told() -> None:
    cited = set(re.findall(r"\bD\d+\b", GUIDE))
    assert cited <= set(DIVERGENCES)
    assert len(cited) >= 15


LOOK = """
import importlib, json, sys
modules = "server agents store errors types widgets actions".split()
homes = [importlib.import_module("chatkit." + name) for name in modules]
def there(name):
    first, *rest = name.split(".")
    kinds = [getattr(home, first) for home in homes if hasattr(home, first)]
    fields = getattr(kinds[0], "model_fields", {}) if kinds else {}
    return bool(kinds) and all(hasattr(kinds[0], step) or step in fields for step in rest)
print(json.dumps([name for name in json.load(sys.stdin) if not there(name)]))
"""


@pytest.mark.reference
def test_their_names_exist() -> None:
    asked = [*THEIRS, "NoSuchName", "AgentContext.no_such_name"]
    run = subprocess.run(
        [reference_python(), "-W", "ignore", "-c", LOOK],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == ["NoSuchName", "AgentContext.no_such_name"]


def test_the_options_of_a_single_answer() -> None:
    """As the table says: a plain function may set them before it returns the answer."""

    async def say(turn: Turn) -> Answer:
        yield turn.say("hello")

    def respond(turn: Turn) -> Answer:
        turn.options = StreamOptions(allow_cancel=turn.text != "no stop")
        return say(turn)

    with live(create_app(respond, strict=True)) as port:
        allowed = [Wire(port).create(text).of("stream_options") for text in ("hello", "no stop")]
    assert [event["stream_options"]["allow_cancel"] for (event,) in allowed] == [True, False]


def test_the_second_server_is_half_as_long() -> None:
    assert len(AFTER.split("\n")) < 0.6 * len(BEFORE.split("\n"))


@contextmanager
def served(python: str, folder: Path, code: str, model: int) -> Iterator[Wire]:
    """Serve a block of the guide, with the fake model in OpenAI's place."""
    (folder / "shop.py").write_text(code, encoding="utf-8")
    address = {"OPENAI_BASE_URL": f"http://127.0.0.1:{model}/v1", "OPENAI_API_KEY": "k"}
    env = os.environ | address | {"OPENAI_AGENTS_DISABLE_TRACING": "1"}
    command = [python, "-m", "uvicorn", "shop:app", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        try:
            lines = []
            for line in server.stderr:
                lines.append(line)
                if found := re.search(r"127\.0\.0\.1:(\d+)", line):
                    yield Wire(int(found[1]))
                    break
            else:
                raise AssertionError("".join(lines))
        finally:
            server.terminate()
            server.stderr.read()


def conversation(wire: Wire) -> list[Any]:
    """Ask for an order, cancel it, and read the thread again; give it all with ids and times replaced."""
    script = scripted(["call", "show_order", {"number": 7}], ["then"], ["text", "Here ", "it is."])
    first = wire.create(script).raw_events
    thread = first[0]["thread"]["id"]
    shown = next(event["item"] for event in first if event.get("item", {}).get("type") == "widget")
    action = {"type": "cancel", "payload": {"number": 7}}
    second = wire.ask("threads.custom_action", thread_id=thread, item_id=shown["id"], action=action).raw_events
    said = normalise([first, second, wire.items(thread)], Names())
    return list(as_given(said))


def as_given(value: Any) -> Any:
    """Leave out the defaults that the official SDK writes into actions (D21)."""
    if isinstance(value, list):
        return [as_given(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    defaults = {"handler": "server", "loadingBehavior": "auto", "streaming": True}
    action = {"type", "payload"} <= value.keys()
    return {key: as_given(inner) for key, inner in value.items() if not (action and defaults.get(key) == inner)}


@pytest.mark.slow
def test_the_second_server_answers(tmp_path: Path) -> None:
    with (
        live(create_fake_model(), log_level="critical") as model,
        served(sys.executable, tmp_path, AFTER, model) as wire,
    ):
        first, second, items = conversation(wire)
        wrong = wire.ask("threads.custom_action", thread_id=wire.thread(), action={"type": "cancel", "payload": {}})
    assert [item["type"] for item in items] == ["user_message", "widget", "assistant_message"]
    assert first[-1]["item"]["content"][0]["text"] == "Here it is."
    assert second[-1]["message"] == "Order 7 is cancelled."
    assert (wrong.status, wrong.json["path"]) == (400, "$.params.action.payload")
    assert (tmp_path / "chat.sqlite3").exists()


@pytest.mark.slow
@pytest.mark.reference
def test_both_servers_say_the_same(tmp_path: Path) -> None:
    store = (ROOT / "conformance/reference/memory.py").read_text(encoding="utf-8")
    told: list[Any] = []
    for python, code in ((reference_python(), BEFORE), (sys.executable, AFTER)):
        folder = tmp_path / str(len(told))
        folder.mkdir()
        (folder / "my_store.py").write_text(store + "\n\nMyStore = MemoryStore\n", encoding="utf-8")
        with live(create_fake_model(), log_level="critical") as model, served(python, folder, code, model) as wire:
            told.append(conversation(wire))
    assert told[0] == told[1]
