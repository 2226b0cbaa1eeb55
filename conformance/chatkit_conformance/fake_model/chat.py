"""The chat completions dialect: `/v1/chat/completions`, as chunks and as one reply."""

from collections.abc import Iterator
from typing import Any

from chatkit_conformance.fake_model.script import JSON, Answer, answer, turn_of, words


def asked(body: JSON) -> Answer:
    """Read what the model is to say from a request."""
    return answer(*turn_of(list(body.get("messages") or []), _output, _text))


def _output(message: JSON) -> Any:
    return _text(message) if message.get("role") == "tool" else None


def _text(message: JSON) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def events(said: Answer, number: int) -> Iterator[JSON]:
    """Answer in chunks. What the dialect cannot say (citations, images, hosted tools) is left out."""
    yield _chunk(number, {"role": "assistant", "content": ""})
    calls = 0
    for output in said.outputs:
        for delta in _deltas(output, number, calls):
            yield _chunk(number, delta)
        calls += output["kind"] == "tool"
    yield _chunk(number, {}, "tool_calls" if calls else "stop")
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    yield _chunk(number, {}) | {"choices": [], "usage": usage}


def _deltas(output: JSON, number: int, calls: int) -> Iterator[JSON]:
    if output["kind"] == "message":
        for part in output["parts"]:
            field = "refusal" if part["kind"] == "refusal" else "content"
            for word in words(part["text"]):
                yield {field: word}
    elif output["kind"] == "reasoning":
        for word in words("\n\n".join(output["thoughts"])):
            yield {"reasoning_content": word}
    elif output["kind"] == "tool":
        call = {"index": calls, "id": f"call_{number}_{calls}", "type": "function"}
        yield {"tool_calls": [call | {"function": {"name": output["name"], "arguments": ""}}]}
        yield {"tool_calls": [{"index": calls, "function": {"arguments": output["arguments"]}}]}


def _chunk(number: int, delta: JSON, finish: str | None = None) -> JSON:
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "fake",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def reply(said: Answer, number: int) -> JSON:
    """Answer in one piece."""
    parts = [part for output in said.outputs if output["kind"] == "message" for part in output["parts"]]
    tools = [output for output in said.outputs if output["kind"] == "tool"]
    message: JSON = {
        "role": "assistant",
        "content": "".join(part["text"] for part in parts if part["kind"] == "text") or None,
        "refusal": "".join(part["text"] for part in parts if part["kind"] == "refusal") or None,
    }
    if tools:
        message["tool_calls"] = [
            {
                "id": f"call_{number}_{index}",
                "type": "function",
                "function": {"name": tool["name"], "arguments": tool["arguments"]},
            }
            for index, tool in enumerate(tools)
        ]
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": "fake",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if tools else "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
