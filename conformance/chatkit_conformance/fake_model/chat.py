"""The chat completions dialect: `/v1/chat/completions`, as chunks and as one reply.

It has no citations, no hosted tools and one content a message: what a script says of these is left out.
"""

import json
from collections.abc import Callable, Iterator

from chatkit_conformance.fake_model.script import JSON, Answer
from chatkit_conformance.fake_model.turns import Said

FINISH = {"max_output_tokens": "length", "content_filter": "content_filter"}
"""How an incomplete response ends here, by its reason."""


def sent(body: JSON) -> list[Said]:
    """Read what the model is sent."""
    return [_said(message) for message in body.get("messages") or []]


def _said(message: JSON) -> Said:
    role = message.get("role", "")
    content = message.get("content") or ""
    text = content if isinstance(content, str) else "".join(part.get("text") or "" for part in content)
    if role == "tool":
        return Said("output", text)
    return Said("assistant" if role == "assistant" and text else role if role != "assistant" else "calls", text)


def events(said: Answer, number: int, model: str) -> Iterator[JSON]:
    """Answer in chunks."""
    head: JSON = {"id": f"chatcmpl-{number:08}", "object": "chat.completion.chunk", "created": 0, "model": model}
    yield head | _choice({"role": "assistant", "content": ""})
    calls = 0
    for output in said.outputs:
        for delta in DELTAS.get(output["kind"], _nothing)(output, number, calls):
            yield head | _choice(delta)
        calls += output["kind"] == "call"
    yield head | _choice({}, _finish(said, calls))
    yield head | {"choices": [], "usage": _usage(said)}


def _choice(delta: JSON, finish: str | None = None) -> JSON:
    return {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}


def _finish(said: Answer, calls: int) -> str:
    return FINISH.get(said.ending.get("reason", ""), "tool_calls" if calls else "stop")


def _usage(said: Answer) -> JSON:
    given, made = said.usage
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


def _nothing(_output: JSON, _number: int, _calls: int) -> Iterator[JSON]:
    yield from ()


def _message(output: JSON, _number: int, _calls: int) -> Iterator[JSON]:
    for part in output["parts"]:
        field = "refusal" if part["kind"] == "refusal" else "content"
        for piece in part["pieces"]:
            yield {field: piece}


def _reasoning(output: JSON, _number: int, _calls: int) -> Iterator[JSON]:
    """Stream raw reasoning in the field in which several providers of this dialect do."""
    for pieces in output["thoughts"]:
        for piece in pieces:
            yield {"reasoning_content": piece}


def _call(output: JSON, number: int, calls: int) -> Iterator[JSON]:
    call = {"index": calls, "id": f"call_{number:06}{calls:02}", "type": "function"}
    yield {"tool_calls": [call | {"function": {"name": output["name"], "arguments": ""}}]}
    yield {"tool_calls": [{"index": calls, "function": {"arguments": output["arguments"]}}]}


DELTAS: dict[str, Callable[[JSON, int, int], Iterator[JSON]]] = {
    "message": _message,
    "reasoning": _reasoning,
    "call": _call,
}
"""By the kind of output; the other kinds have no place in this dialect."""


def reply(said: Answer, number: int, model: str) -> JSON:
    """Answer in one piece."""
    parts = [part for output in said.outputs if output["kind"] == "message" for part in output["parts"]]
    made = [output for output in said.outputs if output["kind"] == "call"]
    message: JSON = {"role": "assistant"}
    for kind, field in (("text", "content"), ("refusal", "refusal")):
        message[field] = "".join(part["text"] for part in parts if part["kind"] == kind) or None
    calls = [
        {
            "id": f"call_{number:06}{index:02}",
            "type": "function",
            "function": {"name": call["name"], "arguments": call["arguments"]},
        }
        for index, call in enumerate(made)
    ]
    finish = _finish(said, len(made))
    return {
        "id": f"chatcmpl-{number:08}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": message | ({"tool_calls": calls} if calls else {}),
                "logprobs": None,
                "finish_reason": finish,
            }
        ],
        "usage": _usage(said),
    }


def frame(event: JSON) -> bytes:
    """Frame a chunk as the API does, without a name."""
    return f"data: {json.dumps(event)}\n\n".encode()


LAST = b"data: [DONE]\n\n"
"""What comes after the last chunk."""
