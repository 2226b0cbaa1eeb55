"""What a model was told and what it answered, read from the log of the suite's own model, in either dialect."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from chatkit_conformance.transcript import Exchange

JSON = dict[str, Any]


class Told(NamedTuple):
    """One thing that the model was told."""

    role: str
    """`user`, `assistant`, `system`, `call` for a call of a tool, `output` for what the tool gave."""
    text: str
    call_id: str = ""
    images: tuple[str, ...] = ()


class Answered(NamedTuple):
    """One output of the model: a `message`, `reasoning`, a `call` or anything else by its type."""

    kind: str
    id: str
    texts: tuple[str, ...] = ()
    """The parts of a message, the thoughts of reasoning."""
    refusal: bool = False
    citations: tuple[JSON, ...] = ()
    call_id: str = ""


@dataclass(frozen=True)
class Call:
    """One call of the model."""

    told: tuple[Told, ...]
    answered: tuple[Answered, ...]
    end: str
    """How the answer ended: `whole`, or `left` when the server did not wait for its end."""
    chat: bool
    """Whether it is of the chat completions dialect, which gives messages no ids."""

    @property
    def text(self) -> str:
        """Everything that the model was told in words."""
        return "\n".join(said.text for said in self.told)

    @property
    def messages(self) -> list[Answered]:
        """The messages that it answered with."""
        return [one for one in self.answered if one.kind == "message"]


def calls(exchange: Exchange) -> list[Call]:
    """Give the calls of the model that a request brought about."""
    return [_call(entry) for entry in exchange.model if isinstance(entry, dict)]


def _call(entry: JSON) -> Call:
    body, reply = (_object(entry.get(side)) for side in ("body", "reply"))
    chat = "messages" in body
    told = _chat_told(body) if chat else _responses_told(body)
    answered = _chat_answered(reply) if chat else _responses_answered(reply)
    return Call(tuple(told), tuple(answered), str(entry.get("end", "")), chat)


def _object(value: Any) -> JSON:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[JSON]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text") or part.get("refusal") or "") for part in _objects(content))


def _images(content: Any) -> tuple[str, ...]:
    found = [part.get("image_url") for part in _objects(content)]
    return tuple(str(one["url"]) if isinstance(one, dict) and "url" in one else str(one) for one in found if one)


def _responses_told(body: JSON) -> Iterator[Told]:
    given = body.get("input")
    if isinstance(given, str):
        yield Told("user", given)
    for one in _objects(given):
        kind, call_id = one.get("type"), str(one.get("call_id", ""))
        if kind == "function_call":
            yield Told("call", str(one.get("arguments", "")), call_id)
        elif kind == "function_call_output":
            yield Told("output", _text(one.get("output")), call_id)
        elif one.get("role"):
            content = one.get("content")
            yield Told(str(one["role"]), _text(content), images=_images(content))


def _chat_told(body: JSON) -> Iterator[Told]:
    for one in _objects(body.get("messages")):
        role, content = str(one.get("role", "")), one.get("content")
        if role == "tool":
            yield Told("output", _text(content), str(one.get("tool_call_id", "")))
            continue
        if content or not one.get("tool_calls"):
            yield Told(role, _text(content), images=_images(content))
        for call in _objects(one.get("tool_calls")):
            arguments = str(_object(call.get("function")).get("arguments", ""))
            yield Told("call", arguments, str(call.get("id", "")))


def _responses_answered(reply: JSON) -> Iterator[Answered]:
    for one in _objects(reply.get("output")):
        kind = str(one.get("type", ""))
        yield OUTPUTS.get(kind, _other)(kind, one)


def _message(kind: str, one: JSON) -> Answered:
    parts = _objects(one.get("content"))
    texts = tuple(_text([part]) for part in parts)
    citations = tuple(note for part in parts for note in _objects(part.get("annotations")))
    return Answered(kind, str(one.get("id", "")), texts, any("refusal" in part for part in parts), citations)


def _reasoning(kind: str, one: JSON) -> Answered:
    return Answered(kind, str(one.get("id", "")), tuple(_text([part]) for part in _objects(one.get("summary"))))


def _function(_kind: str, one: JSON) -> Answered:
    return Answered("call", str(one.get("id", "")), call_id=str(one.get("call_id", "")))


def _other(kind: str, one: JSON) -> Answered:
    return Answered(kind, str(one.get("id", "")))


OUTPUTS: dict[str, Callable[[str, JSON], Answered]] = {
    "message": _message,
    "reasoning": _reasoning,
    "function_call": _function,
}
"""By the type of the output."""


def _chat_answered(reply: JSON) -> Iterator[Answered]:
    message = _object(next((one.get("message") for one in _objects(reply.get("choices"))), None))
    if said := message.get("content") or message.get("refusal"):
        yield Answered("message", "", (str(said),), refusal=not message.get("content"))
    for call in _objects(message.get("tool_calls")):
        yield Answered("call", "", call_id=str(call.get("id", "")))


def entry(told: list[JSON], *outputs: JSON, end: str = "whole") -> JSON:
    """Write what the log has of a call, for an example."""
    return {
        "path": "/v1/responses",
        "body": {"model": "m", "input": told},
        "reply": {"output": list(outputs)},
        "end": end,
    }


def user(text: str, *parts: JSON) -> JSON:
    """Write what the user says, as a model is told."""
    return {"role": "user", "content": [{"type": "input_text", "text": text}, *parts]}


def called(call_id: str, output: Any = None) -> list[JSON]:
    """Write a call of a tool and what it gave, as a model is told."""
    call = {"type": "function_call", "call_id": call_id, "name": "look", "arguments": "{}"}
    return [call, {"type": "function_call_output", "call_id": call_id, "output": json.dumps(output)}]


def message(*texts: str, item_id: str = "msg_2", citations: tuple[JSON, ...] = ()) -> JSON:
    """Write a message of the model, as the Responses API gives it."""
    parts = [{"type": "output_text", "text": text, "annotations": list(citations)} for text in texts]
    return {"type": "message", "id": item_id, "role": "assistant", "content": parts}
