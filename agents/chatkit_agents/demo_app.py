"""The demo backend: talks without a key or a network, and shows every item and event on request."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.applications import Starlette

from agents import Model, RunConfig
from chatkit_agents.demo.agent import demo_agent
from chatkit_agents.demo.commands import COMMANDS
from chatkit_agents.demo.model import DemoModel
from chatkit_agents.demo.outputs import SKETCHES
from chatkit_agents.demo.widgets import ACTIONS
from chatkit_agents.providers import Provider
from chatkit_agents.responder import agent_responder
from chatkit_agents.run import Images
from chatkit_server import Audio, Store, Turn, create_app
from chatkit_server.errors import logger

TITLE_LENGTH = 40


class Demo:
    """The demo's responder: commands are answered by rules, everything else by the agent."""

    def __init__(self, model: Model, models: Mapping[str, Model], run_config: RunConfig | None) -> None:
        self._agent = agent_responder(
            demo_agent(model), images=Images(partial_images=SKETCHES), models=models, run_config=run_config
        )

    async def respond(self, turn: Turn) -> AsyncIterator[Any]:
        """Obey a command, or have the agent answer."""
        name, _, rest = turn.text.strip().partition(" ")
        command = COMMANDS.get(name)
        if command and command.show:
            yield command.show(turn, rest.strip())
        else:
            yield self._agent(turn)

    async def title(self, turn: Turn) -> str | None:
        """Call a thread by how it begins."""
        text = " ".join(turn.text.split())
        return text if len(text) <= TITLE_LENGTH else text[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"

    async def transcribe(self, _turn: Turn, audio: Audio) -> str:
        """Say what was recorded; the demo does not hear words."""
        return f"({len(audio.data)} bytes of {audio.media_type})"

    async def feedback(self, _turn: Turn, item_ids: list[str], kind: str) -> None:
        """Note a thumb up or down."""
        logger.info("%s feedback for %d item(s)", kind, len(item_ids))


def demo_app(
    *,
    store: Store | None = None,
    model: Model | None = None,
    provider: Provider | None = None,
    delay: float = 0.02,
    **options: Any,
) -> Starlette:
    """Make the demo backend.

    Args:
        store: where threads are kept; in memory unless given.
        model: what answers; the demo model unless given.
        provider: gives the model, those that the user may choose, and whether runs are traced.
        delay: how many seconds each word of the demo model takes.
        options: those of `create_app`.
    """
    answering = model or (provider.model if provider else DemoModel(delay=delay))
    models = provider.models if provider else {}
    demo = Demo(answering, models, provider.run_config() if provider and not model else None)
    return create_app(demo, store=store, actions=ACTIONS, strict=True, **options)
