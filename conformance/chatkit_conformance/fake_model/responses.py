"""The Responses dialect: `/v1/responses`, as events and as one reply."""

import json
from collections.abc import Callable, Iterator

from chatkit_conformance.fake_model.hosted import HOSTED
from chatkit_conformance.fake_model.script import JSON, Answer
from chatkit_conformance.fake_model.turns import Said

Stream = Iterator[JSON]
KINDS_OF_ITEMS = dict.fromkeys(("function_call_output", "custom_tool_call_output", "mcp_approval_response"), "output")


def sent(body: JSON) -> list[Said]:
    """Read what the model is sent."""
    given = body.get("input") or []
    messages = [{"role": "user", "content": given}] if isinstance(given, str) else given
    return [_said(message) for message in messages]


def _said(message: JSON) -> Said:
    kind = message.get("role") or KINDS_OF_ITEMS.get(message.get("type", ""), "")
    content = message.get("output" if kind == "output" else "content") or ""
    text = content if isinstance(content, str) else "".join(part.get("text") or "" for part in content)
    return Said(kind, text)


def reply(said: Answer, number: int, model: str) -> JSON:
    """Answer in one piece."""
    whole: JSON = list(events(said, number, model))[-1]["response"]
    return whole


def events(said: Answer, number: int, model: str) -> Stream:
    """Answer in events. Ids are counted, so that recordings agree."""
    for sequence, event in enumerate(_events(said, number, model)):
        yield event | {"sequence_number": sequence}


def _events(said: Answer, number: int, model: str) -> Stream:
    items: list[JSON] = []
    for kind in ("created", "in_progress"):
        yield {"type": f"response.{kind}", "response": _response(said, number, model, [], "in_progress")}
    for index, output in enumerate(said.outputs):
        for event in OUTPUTS[output["kind"]](output, f"{number:06}{index:02}"):
            yield {"output_index": index, **event}
            if event["type"] == "response.output_item.done":
                items.append(event["item"])
    status = said.ending["status"]
    yield {"type": f"response.{status}", "response": _response(said, number, model, items, status)}


def _response(said: Answer, number: int, model: str, output: list[JSON], status: str) -> JSON:
    given, made = said.usage
    usage = {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": given + made,
    }
    reason, message = said.ending.get("reason"), said.ending.get("message")
    return {
        "id": f"resp_{number:08}",
        "object": "response",
        "created_at": 0,
        "status": status,
        "model": model,
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None if status == "in_progress" else usage,
        "error": {"code": reason, "message": message} if status == "failed" else None,
        "incomplete_details": {"reason": reason} if status == "incomplete" else None,
    }


def _item(event: str, item: JSON) -> JSON:
    return {"type": f"response.output_item.{event}", "item": item}


def _message(output: JSON, key: str) -> Stream:
    item = {"type": "message", "id": f"msg_{key}", "role": "assistant", "status": "in_progress", "content": []}
    yield _item("added", item)
    parts: list[JSON] = []
    for number, part in enumerate(output["parts"]):
        place = {"item_id": item["id"], "content_index": number}
        for event in PARTS[part["kind"]](part, place):
            yield event
            if event["type"] == "response.content_part.done":
                parts.append(event["part"])
    yield _item("done", item | {"status": "completed", "content": parts})


def _text(part: JSON, place: JSON) -> Stream:
    empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    text = part["text"]
    yield {"type": "response.content_part.added", **place, "part": empty}
    for piece in part["pieces"]:
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    citations = [CITATIONS[c["kind"]](c["name"], c["title"], len(text)) for c in part["citations"]]
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


def _refusal(part: JSON, place: JSON) -> Stream:
    yield {"type": "response.content_part.added", **place, "part": {"type": "refusal", "refusal": ""}}
    for piece in part["pieces"]:
        yield {"type": "response.refusal.delta", **place, "delta": piece}
    yield {"type": "response.refusal.done", **place, "refusal": part["text"]}
    yield {"type": "response.content_part.done", **place, "part": {"type": "refusal", "refusal": part["text"]}}


PARTS: dict[str, Callable[[JSON, JSON], Stream]] = {"text": _text, "refusal": _refusal}


def _url(url: str, title: str, end: int) -> JSON:
    return {"type": "url_citation", "url": url, "title": title, "start_index": 0, "end_index": end}


def _file(name: str, _title: str, end: int) -> JSON:
    return {"type": "file_citation", "file_id": "file_1", "filename": name, "index": end}


def _container(name: str, _title: str, end: int) -> JSON:
    place = {"container_id": "cntr_1", "file_id": "cfile_1", "start_index": 0, "end_index": end}
    return {"type": "container_file_citation", "filename": name, **place}


def _file_path(file_id: str, _title: str, end: int) -> JSON:
    return {"type": "file_path", "file_id": file_id, "index": end}


CITATIONS: dict[str, Callable[[str, str, int], JSON]] = {
    "url": _url,
    "file": _file,
    "container": _container,
    "file_path": _file_path,
}


def _reasoning(output: JSON, key: str) -> Stream:
    item = {"type": "reasoning", "id": f"rs_{key}", "summary": []}
    yield _item("added", item)
    summary = []
    for number, pieces in enumerate(output["thoughts"]):
        place = {"item_id": item["id"], "summary_index": number}
        part, whole = ({"type": "summary_text", "text": text} for text in ("", "".join(pieces)))
        yield {"type": "response.reasoning_summary_part.added", **place, "part": part}
        for piece in pieces:
            yield {"type": "response.reasoning_summary_text.delta", **place, "delta": piece}
        yield {"type": "response.reasoning_summary_text.done", **place, "text": whole["text"]}
        yield {"type": "response.reasoning_summary_part.done", **place, "part": whole}
        summary.append(whole)
    yield _item("done", item | {"summary": summary})


def _call(output: JSON, key: str) -> Stream:
    name, arguments = output["name"], output["arguments"]
    item = {"type": "function_call", "id": f"fc_{key}", "call_id": f"call_{key}", "name": name, "arguments": ""}
    place = {"item_id": item["id"]}
    yield _item("added", item | {"status": "in_progress"})
    yield {"type": "response.function_call_arguments.delta", **place, "delta": arguments}
    yield {"type": "response.function_call_arguments.done", **place, "arguments": arguments}
    yield _item("done", item | {"arguments": arguments, "status": "completed"})


def _hosted(kind: str) -> Callable[[JSON, str], Stream]:
    row = HOSTED[kind]

    def stream(output: JSON, key: str) -> Stream:
        item = {"type": row.type, "id": f"{row.prefix}_{key}"}
        status = {"status": row.begins} if row.begins else {}
        yield _item("added", item | status | row.begin(output))
        for name, fields in row.steps(output):
            yield {"type": f"response.{name}", "item_id": item["id"], **fields}
        yield _item("done", item | row.end(output))

    return stream


OUTPUTS: dict[str, Callable[[JSON, str], Stream]] = {
    "message": _message,
    "reasoning": _reasoning,
    "call": _call,
    **{kind: _hosted(kind) for kind in HOSTED},
}


def frame(event: JSON) -> bytes:
    """Frame an event as the API does, with its name."""
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


LAST = b""
"""Nothing comes after the last event."""
