"""A model inside the process, for both sides: as many pieces of text as the last message asks for, at once."""

from __future__ import annotations

from typing import Any

from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)

from agents import Agent, Model

PLACE = {"item_id": "m1", "output_index": 0, "content_index": 0}


class Talker(Model):
    """Says `word` as often as it is asked to."""

    def __init__(self) -> None:
        self.words = 1

    async def get_response(self, *_args: Any, **_options: Any) -> Any:
        """Only streams are asked for."""
        raise NotImplementedError

    async def stream_response(self, *_args: Any, **_options: Any) -> Any:
        """Give the events of one message, as the Responses API would."""
        text = "word " * self.words
        empty = ResponseOutputMessage(id="m1", type="message", role="assistant", status="in_progress", content=[])
        part = ResponseOutputText(type="output_text", text="", annotations=[])
        whole = part.model_copy(update={"text": text})
        message = empty.model_copy(update={"status": "completed", "content": [whole]})
        response = Response(
            id="r1",
            created_at=0,
            model="fake",
            object="response",
            output=[],
            parallel_tool_calls=False,
            tool_choice="auto",
            tools=[],
        )
        yield ResponseCreatedEvent(type="response.created", response=response, sequence_number=0)
        yield ResponseOutputItemAddedEvent(
            type="response.output_item.added", item=empty, output_index=0, sequence_number=1
        )
        yield ResponseContentPartAddedEvent(type="response.content_part.added", part=part, sequence_number=2, **PLACE)
        for number in range(self.words):
            yield ResponseTextDeltaEvent(
                type="response.output_text.delta", delta="word ", logprobs=[], sequence_number=3 + number, **PLACE
            )
        yield ResponseTextDoneEvent(
            type="response.output_text.done", text=text, logprobs=[], sequence_number=10**6, **PLACE
        )
        yield ResponseContentPartDoneEvent(
            type="response.content_part.done", part=whole, sequence_number=10**6 + 1, **PLACE
        )
        yield ResponseOutputItemDoneEvent(
            type="response.output_item.done", item=message, output_index=0, sequence_number=10**6 + 2
        )
        yield ResponseCompletedEvent(
            type="response.completed",
            response=response.model_copy(update={"output": [message]}),
            sequence_number=10**6 + 3,
        )


MODEL = Talker()
AGENT: Agent[Any] = Agent(name="Talker", instructions="Talk.", model=MODEL)


def ask(message: str) -> None:
    """Have the next answer be as long as the message says: `agent N`."""
    MODEL.words = int(message.split()[1])
