"""A client for tests: requests to an app in process, and what it streamed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from chatkit_agents.demo_app import demo_app

JSON = dict[str, Any]


class Client:
    """Speaks to an app without a socket."""

    def __init__(self, app: Any) -> None:
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo")
        self.thread_id = ""

    async def post(self, kind: str, **params: Any) -> httpx.Response:
        return await self._http.post("/chatkit/api", json={"type": kind, "params": params}, timeout=30)

    async def stream(self, kind: str, **params: Any) -> list[JSON]:
        reply = await self.post(kind, **params)
        assert reply.status_code == 200, reply.text
        lines = reply.text.split("\n\n")
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]

    async def say(self, text: str, **extra: Any) -> list[JSON]:
        message = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
        message |= extra
        if not self.thread_id:
            events = await self.stream("threads.create", input=message)
            self.thread_id = events[0]["thread"]["id"]
            return events
        return await self.stream("threads.add_user_message", thread_id=self.thread_id, input=message)

    async def items(self) -> list[JSON]:
        reply = await self.post("items.list", thread_id=self.thread_id, order="asc", limit=1000)
        data: list[JSON] = reply.json()["data"]
        return data


def play(script: Callable[[Client], Awaitable[Any]], app: Any = None) -> Any:
    """Run a conversation with an app, the demo unless given."""

    async def run() -> Any:
        backend = app or demo_app(delay=0)
        client = Client(backend)
        async with client._http:
            try:
                return await script(client)
            finally:
                if hasattr(backend.state, "provider"):
                    await backend.state.provider.aclose()

    return asyncio.run(run())


def kinds(events: list[JSON]) -> list[str]:
    """Name events by type, updates by theirs."""
    return [e["update"]["type"] if e["type"] == "thread.item.updated" else e["type"] for e in events]


def answers(events: list[JSON]) -> list[str]:
    """Give the texts of the assistant messages that were finished."""
    done = [e["item"] for e in events if e["type"] == "thread.item.done"]
    return ["".join(p["text"] for p in i["content"]) for i in done if i["type"] == "assistant_message"]


def last(events: list[JSON]) -> JSON:
    """Give the item that was finished last."""
    items: list[JSON] = [e["item"] for e in events if e["type"] == "thread.item.done"]
    return items[-1]
