"""What the doctor says is so: its mend for placeholder ids, in a backend on the official SDK, keeps every answer."""

import json
import subprocess
from pathlib import Path

import pytest

from chatkit_conformance.differential.servers import REFERENCE, reference_python
from chatkit_conformance.doctor import examine
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.fake_model import create_fake_model
from support.live import live
from support.trees import MISTAKES, grown, planted, tree

TWO_TURNS = """
import asyncio, json, sys

sys.path.insert(0, sys.argv[1])
from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer
from memory import MemoryStore
from openai import AsyncOpenAI

set_tracing_disabled(True)
client = AsyncOpenAI(base_url=sys.argv[2], api_key="none")
agent = Agent(name="A", model=OpenAIChatCompletionsModel(model="m", openai_client=client))


class Mistaken(ChatKitServer):
    async def respond(self, thread, item, context):
        agent_context = AgentContext(thread=thread, store=self.store, request_context=context)
        result = Runner.run_streamed(agent, await simple_to_agent_input(item), context=agent_context)
        @MISTAKEN@


class Mended(ChatKitServer):
    async def respond(self, thread, item, context):
        agent_context = AgentContext(thread=thread, store=self.store, request_context=context)
        result = Runner.run_streamed(agent, await simple_to_agent_input(item), context=agent_context)
        @MENDED@


async def answers(server):
    told = {"content": [{"type": "input_text", "text": "hello"}], "attachments": [], "inference_options": {}}
    thread = None
    for kind in ("threads.create", "threads.add_user_message"):
        params = {"input": told} | ({"thread_id": thread} if thread else {})
        async for frame in await server.process(json.dumps({"type": kind, "params": params}).encode(), {}):
            event = json.loads(frame.decode().removeprefix("data: "))
            thread = thread or event["thread"]["id"]
    listed = json.dumps({"type": "items.list", "params": {"thread_id": thread}}).encode()
    items = json.loads((await server.process(listed, {})).json)["data"]
    return [item["id"] for item in items if item["type"] == "assistant_message"]


async def main():
    print(json.dumps([await answers(Mistaken(MemoryStore())), await answers(Mended(MemoryStore()))]))


asyncio.run(main())
"""


def answers(folder: Path, **streams: str) -> list[list[str]]:
    """Give the ids of the answers that are there after two turns, with each way to stream them."""
    text = TWO_TURNS
    for name, stream in streams.items():
        text = text.replace(f"@{name.upper()}@", stream.replace("\n", "\n        "))
    script = folder / "two_turns.py"
    script.write_text(text, encoding="utf-8")
    with live(create_fake_model()) as port:
        command = [reference_python(), script, REFERENCE, f"http://127.0.0.1:{port}/v1"]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=60)
    ids: list[list[str]] = json.loads(done.stdout)
    return ids


@pytest.mark.reference
def test_the_mend_for_placeholder_ids_keeps_every_answer(tmp_path: Path) -> None:
    mistake = MISTAKES["placeholder-ids"]
    root = planted(tmp_path, grown(tree(mistake["base"]), mistake["changes"]), git=False)
    (finding,) = examine([Project(root)]).findings
    before, after = answers(tmp_path, mistaken=f"{finding.before}\n    yield event", mended=finding.after)
    assert before == ["__fake_id__"], "the second answer replaces the first"
    assert len(set(after) - {"__fake_id__"}) == 2
