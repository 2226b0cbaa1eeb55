"""The demo model: always the same answer to the same input, word by word, without a network."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from agents import Model, ModelResponse, Usage
from chatkit_agents.demo.outputs import stream
from chatkit_agents.demo.talk import Call, reply

EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
DELAYED = (".delta", ".partial_image")
"""Events that a real model takes its time for."""


class DemoModel(Model):
    """Answers by rules. `delay` is how many seconds each word takes."""

    def __init__(self, *, delay: float = 0.02) -> None:
        self.delay = delay

    async def get_response(self, system_instructions: Any, input: Any, *_args: Any, **_options: Any) -> Any:  # noqa: A002 - the interface's name
        """Answer at once."""
        completed = [event async for event in self.stream_response(system_instructions, input)][-1]
        return ModelResponse(output=completed.response.output, usage=Usage(), response_id="resp_demo")

    async def stream_response(
        self,
        system_instructions: Any,
        input: Any,  # noqa: A002 - the interface's name
        model_settings: Any = None,
        tools: Any = (),
        *_args: Any,
        **_options: Any,
    ) -> AsyncIterator[Any]:
        """Answer word by word, as the Responses API would."""
        del system_instructions, model_settings
        items = [{"role": "user", "content": input}] if isinstance(input, str) else list(input)
        names = {getattr(tool, "name", "") for tool in tools}
        for number, event in enumerate(stream(reply(Call(items, names)))):
            if event["type"].endswith(DELAYED):
                await asyncio.sleep(self.delay)
            yield EVENT.validate_python(event | {"sequence_number": number})
