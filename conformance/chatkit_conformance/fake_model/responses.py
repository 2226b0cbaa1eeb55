"""The Responses dialect: `/v1/responses`, as events and as one reply."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from chatkit_conformance.fake_model.script import JSON, Answer, answer, turn_of, words

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def asked(body: JSON) -> Answer:
    """Read what the model is to say from a request."""
    given = body.get("input") or []
    messages = [{"role": "user", "content": given}] if isinstance(given, str) else list(given)
    return answer(*turn_of(messages, _output, _text))


def _output(message: JSON) -> Any:
    return message.get("output", "") if message.get("type") == "function_call_output" else None


def _text(message: JSON) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def reply(said: Answer, number: int) -> JSON:
    """Answer in one piece."""
    completed = [event for event in events(said, number) if event["type"] == "response.completed"]
    response: JSON = completed[0]["response"]
    return response


def events(said: Answer, number: int) -> Iterator[JSON]:
    """Answer in events; ids are counted, so that recordings agree."""
    items: list[JSON] = []
    sequence = 0
    head = _response(number, [], "in_progress")
    for kind in ("response.created", "response.in_progress"):
        yield {"type": kind, "response": head, "sequence_number": sequence}
        sequence += 1
    for index, output in enumerate(said.outputs):
        for event in KINDS[output["kind"]](output, f"{number}_{index}"):
            yield {"output_index": index, **event, "sequence_number": sequence}
            sequence += 1
            if event["type"] == "response.output_item.done":
                items.append(event["item"])
    done = _response(number, items, "completed")
    yield {"type": "response.completed", "response": done, "sequence_number": sequence}


def _response(number: int, output: list[JSON], status: str) -> JSON:
    usage = {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 2,
    }
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 0,
        "status": status,
        "model": "fake",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage if status == "completed" else None,
    }


def _item(event: str, item: JSON) -> JSON:
    return {"type": f"response.output_item.{event}", "item": item}


def _message(output: JSON, key: str) -> Iterator[JSON]:
    item = {"type": "message", "id": f"msg_{key}", "role": "assistant", "status": "in_progress", "content": []}
    yield _item("added", item)
    parts: list[JSON] = []
    for number, part in enumerate(output["parts"]):
        place = {"item_id": item["id"], "content_index": number}
        stream = _refusal(part, place) if part["kind"] == "refusal" else _text_part(part, place)
        for event in stream:
            yield event
            if event["type"] == "response.content_part.done":
                parts.append(event["part"])
    yield _item("done", item | {"status": "completed", "content": parts})


def _text_part(part: JSON, place: JSON) -> Iterator[JSON]:
    empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    text = part["text"]
    yield {"type": "response.content_part.added", **place, "part": empty}
    for word in words(text):
        yield {"type": "response.output_text.delta", **place, "delta": word, "logprobs": []}
    citations = [CITATIONS[kind](name, len(text)) for kind, name in part["citations"]]
    for number, citation in enumerate(citations):
        yield {
            "type": "response.output_text.annotation.added",
            **place,
            "annotation_index": number,
            "annotation": citation,
        }
    whole = empty | {"text": text, "annotations": citations}
    yield {"type": "response.output_text.done", **place, "text": text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": whole}


def _refusal(part: JSON, place: JSON) -> Iterator[JSON]:
    yield {"type": "response.content_part.added", **place, "part": {"type": "refusal", "refusal": ""}}
    for word in words(part["text"]):
        yield {"type": "response.refusal.delta", **place, "delta": word}
    yield {"type": "response.refusal.done", **place, "refusal": part["text"]}
    yield {
        "type": "response.content_part.done",
        **place,
        "part": {"type": "refusal", "refusal": part["text"]},
    }


CITATIONS: dict[str, Callable[[str, int], JSON]] = {
    "url": lambda url, end: {
        "type": "url_citation",
        "url": url,
        "title": f"Page {url}",
        "start_index": 0,
        "end_index": end,
    },
    "file": lambda name, end: {
        "type": "file_citation",
        "file_id": "file_1",
        "filename": name,
        "index": end,
    },
    "container": lambda name, end: {
        "type": "container_file_citation",
        "container_id": "cntr_1",
        "file_id": "cfile_1",
        "filename": name,
        "start_index": 0,
        "end_index": end,
    },
}


def _reasoning(output: JSON, key: str) -> Iterator[JSON]:
    item = {"type": "reasoning", "id": f"rs_{key}", "summary": []}
    yield _item("added", item)
    summary = []
    for number, thought in enumerate(output["thoughts"]):
        place = {"item_id": item["id"], "summary_index": number}
        part = {"type": "summary_text", "text": ""}
        yield {"type": "response.reasoning_summary_part.added", **place, "part": part}
        for word in words(thought):
            yield {"type": "response.reasoning_summary_text.delta", **place, "delta": word}
        yield {"type": "response.reasoning_summary_text.done", **place, "text": thought}
        part = part | {"text": thought}
        yield {"type": "response.reasoning_summary_part.done", **place, "part": part}
        summary.append(part)
    yield _item("done", item | {"summary": summary})


def _tool(output: JSON, key: str) -> Iterator[JSON]:
    item = {
        "type": "function_call",
        "id": f"fc_{key}",
        "call_id": f"call_{key}",
        "name": output["name"],
        "arguments": "",
        "status": "in_progress",
    }
    place = {"item_id": item["id"]}
    yield _item("added", item)
    yield {"type": "response.function_call_arguments.delta", **place, "delta": output["arguments"]}
    yield {
        "type": "response.function_call_arguments.done",
        **place,
        "name": output["name"],
        "arguments": output["arguments"],
    }
    yield _item("done", item | {"arguments": output["arguments"], "status": "completed"})


def _image(output: JSON, key: str) -> Iterator[JSON]:
    item = {"type": "image_generation_call", "id": f"ig_{key}", "status": "in_progress", "result": None}
    yield _item("added", item)
    for number in range(int(output["value"] or 0)):
        yield {
            "type": "response.image_generation_call.partial_image",
            "item_id": item["id"],
            "partial_image_index": number,
            "partial_image_b64": PIXEL,
        }
    yield _item("done", item | {"status": "completed", "result": PIXEL})


def _hosted(kind: str, prefix: str, begin: Callable[[str], JSON], end: Callable[[str], JSON]) -> Any:
    def stream(output: JSON, key: str) -> Iterator[JSON]:
        item = {"type": kind, "id": f"{prefix}_{key}", "status": "in_progress", **begin(output["value"])}
        yield _item("added", item)
        yield _item("done", item | {"status": "completed"} | end(output["value"]))

    return stream


KINDS: dict[str, Callable[[JSON, str], Iterator[JSON]]] = {
    "message": _message,
    "reasoning": _reasoning,
    "tool": _tool,
    "image": _image,
    "search": _hosted(
        "web_search_call",
        "ws",
        lambda query: {"action": {"type": "search", "query": query}},
        lambda query: {
            "action": {
                "type": "search",
                "query": query,
                "queries": [query],
                "sources": [{"type": "url", "url": f"https://example.com/{query}"}],
            }
        },
    ),
    "files": _hosted(
        "file_search_call",
        "fs",
        lambda name: {"queries": [name], "results": None},
        lambda name: {"results": [{"filename": name, "file_id": "file_1", "text": "…", "score": 1.0}]},
    ),
    "code": _hosted(
        "code_interpreter_call",
        "ci",
        lambda code: {"code": code, "container_id": "cntr_1", "outputs": None},
        lambda _code: {},
    ),
    "mcp": _hosted(
        "mcp_call",
        "mcp",
        lambda name: {"name": name, "server_label": "fake", "arguments": "{}"},
        lambda name: {"output": json.dumps(name)},
    ),
}
