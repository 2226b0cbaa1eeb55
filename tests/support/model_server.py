"""Backends whose model is the fake model server, over loopback, through the real client and the real Agents SDK."""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from agents import Agent, Model
from chatkit_agents import agent_responder
from chatkit_agents.providers import Provider, choose
from chatkit_conformance.fake_model import create_fake_model
from chatkit_server import create_app
from support.demo import JSON, Client, play
from support.live import live

KEY = "sk-CANARY-0123456789"
WRONG = "sk-WRONG-CANARY-98765"


class Fake:
    """The fake model server, and what it was sent."""

    def __init__(self, app: Starlette, port: int) -> None:
        self.state = app.state.fake
        self.port = port

    @property
    def log(self) -> list[JSON]:
        entries: list[JSON] = self.state.log
        return entries

    def environment(self, dialect: str, **settings: str) -> dict[str, str]:
        named = {"LLM_PROVIDER": "compatible", "LLM_BASE_URL": f"http://127.0.0.1:{self.port}/v1"}
        return named | {"LLM_API": dialect, "LLM_API_KEY": KEY} | settings

    def play(
        self,
        script: Callable[[Client], Awaitable[Any]],
        env: dict[str, str],
        patience: float | None = None,
        **parts: Any,
    ) -> Any:
        """Run a conversation with a backend of this environment; leave no connection behind.

        `patience` is how many seconds the backend waits for the model.
        """
        provider = choose(env, max_retries=0)
        if patience and provider.client:
            provider.client.timeout = patience

        async def closing(client: Client) -> Any:
            try:
                return await script(client)
            finally:
                await provider.aclose()

        return play(closing, backend(provider, **parts))

    def say(self, text: str, env: dict[str, str], **parts: Any) -> list[JSON]:
        events: list[JSON] = self.play(lambda client: client.say(text), env, **parts)
        return events


def backend(
    provider: Provider,
    *,
    tools: Any = (),
    stop: Any = "run_llm_again",
    fields: Callable[[Model], dict[str, Any]] = lambda _model: {},
    **options: Any,
) -> Starlette:
    """Serve an agent; `fields` gives more fields of it, when they need the model."""
    usual: dict[str, Any] = {"model": provider.model, "tools": list(tools), "tool_use_behavior": stop}
    agent: Agent[Any] = Agent(name="Test", **usual | fields(provider.model))
    app = create_app(agent_responder(agent, models=provider.models, **options), strict=True)
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(running: Starlette) -> AsyncIterator[Any]:
        async with inner(running) as state:
            yield state
        await provider.aclose()

    app.router.lifespan_context = lifespan
    return app


@contextlib.contextmanager
def fake_model(key: str = KEY) -> Iterator[Fake]:
    app = create_fake_model(key)
    with pytest.MonkeyPatch.context() as patch, live(app, log_level="critical") as port:
        # No certificates: nothing here is encrypted, and reading them takes each new client 70 ms.
        patch.setenv("SSL_CERT_DIR", str(Path(__file__).parent))
        yield Fake(app, port)


def roles(entry: JSON) -> list[tuple[str, Any]]:
    """Tell what the model was sent, in either dialect, as pairs of a role or type and a text."""
    told = entry["body"].get("messages") or entry["body"]["input"]
    return [(one.get("role") or one["type"], text_of(one)) for one in told]


def text_of(message: JSON) -> str:
    content = message.get("content") or message.get("output") or message.get("tool_calls") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or json.dumps(part) for part in content)
