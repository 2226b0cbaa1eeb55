"""The README's code runs as it stands there."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.live import live
from support.wire import Wire

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_shortest_backend_has_at_most_15_lines_and_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = BLOCKS[0]
    assert len(code.strip().splitlines()) <= 15
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    with live(names["app"]) as port:
        wire = Wire(port)
        reply = wire.create("good morning")
        assert reply.events[-2].item.content[0].text == "You said: good morning "
        assert reply.raw_events[-1]["thread"]["title"] == "good morning"
        thread = reply.raw_events[0]["thread"]["id"]
    again: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), again)
    with live(again["app"]) as port:
        assert Wire(port).ask("threads.get_by_id", thread_id=thread).json["title"] == "good morning"


def test_it_needs_neither_openai_nor_agents_nor_pydantic(tmp_path: Path) -> None:
    """With those three made impossible to import, it still answers."""
    script = (
        "import sys\n"
        "for name in ('openai', 'agents', 'pydantic'): sys.modules[name] = None\n"
        + BLOCKS[0]
        + "from starlette.testclient import TestClient\n"
        "body = {'type': 'threads.create', 'params': {'input': {'content': [{'type': 'input_text', 'text': 'hi'}]}}}\n"
        "print(TestClient(app).post('/chatkit/api', json=body).text)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "You said: hi" in run.stdout, run.stderr


def test_the_actions_of_the_readme_work() -> None:
    code = (
        "import msgspec\nfrom chatkit_protocol import ThreadItem\nfrom chatkit_server import *\n"
        "async def respond(turn):\n    yield turn.widget({'type': 'Card', 'children': []})\n" + BLOCKS[2]
    )
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    with live(names["app"]) as port:
        wire = Wire(port)
        thread = wire.thread()
        widget = wire.items(thread)[1]["id"]
        moved = wire.ask("threads.custom_action", thread_id=thread, action={"type": "move", "payload": {"to": "B"}})
        assert moved.raw_events[-1]["message"] == "Moved to B"
        liked = wire.ask("threads.sync_custom_action", thread_id=thread, item_id=widget, action={"type": "like"}).json
        assert liked["updated_item"]["widget"]["liked"] is True
