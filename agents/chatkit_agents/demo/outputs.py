"""What the demo model puts out, as the Responses API streams it: each kind of output a function of a table."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from agents.models.fake_id import FAKE_RESPONSES_ID

from chatkit_agents.demo.pictures import sunset

JSON = dict[str, Any]
Stream = Iterator[JSON]
"""Events, and after them the whole output item under the key `whole`."""

SKETCHES = 3


def words(text: str) -> list[str]:
    """Cut a text into words, each with the blanks after it."""
    return re.findall(r"\S+\s*|\s+", text)


def stream(outputs: list[JSON]) -> Iterator[JSON]:
    """Give the events of a response with these outputs."""
    whole: list[JSON] = []
    yield {"type": "response.created", "response": response([])}
    for index, output in enumerate(outputs):
        for event in KINDS[output["kind"]](output):
            if "whole" in event:
                whole.append(event["whole"])
                yield {"type": "response.output_item.done", "output_index": index, "item": event["whole"]}
            else:
                yield {"output_index": index, **event}
    yield {"type": "response.completed", "response": response(whole)}


def response(output: list[JSON]) -> JSON:
    """Make the response object around outputs."""
    return {
        "id": "resp_demo",
        "object": "response",
        "created_at": 0,
        "model": "demo",
        "output": output,
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
    }


def _message(output: JSON) -> Stream:
    """Stream text and the citations at its end."""
    item = _item("message", role="assistant", status="in_progress", content=[])
    place = {"item_id": FAKE_RESPONSES_ID, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    yield {"type": "response.output_item.added", "item": item}
    yield {"type": "response.content_part.added", **place, "part": part}
    for word in words(output["text"]):
        yield {"type": "response.output_text.delta", **place, "delta": word, "logprobs": []}
    annotations = output.get("annotations", [])
    for number, annotation in enumerate(annotations):
        yield {
            "type": "response.output_text.annotation.added",
            **place,
            "annotation_index": number,
            "annotation": annotation,
        }
    part = part | {"text": output["text"], "annotations": annotations}
    yield {"type": "response.output_text.done", **place, "text": output["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}
    yield {"whole": item | {"status": "completed", "content": [part]}}


def _refusal(output: JSON) -> Stream:
    item = _item("message", role="assistant", status="in_progress", content=[])
    place = {"item_id": FAKE_RESPONSES_ID, "content_index": 0}
    part = {"type": "refusal", "refusal": ""}
    yield {"type": "response.output_item.added", "item": item}
    yield {"type": "response.content_part.added", **place, "part": part}
    for word in words(output["text"]):
        yield {"type": "response.refusal.delta", **place, "delta": word}
    part = part | {"refusal": output["text"]}
    yield {"type": "response.refusal.done", **place, "refusal": output["text"]}
    yield {"whole": item | {"status": "completed", "content": [part]}}


def _reasoning(output: JSON) -> Stream:
    item = _item("reasoning", summary=[])
    yield {"type": "response.output_item.added", "item": item}
    for number, thought in enumerate(output["thoughts"]):
        place = {"item_id": FAKE_RESPONSES_ID, "summary_index": number}
        for word in words(thought):
            yield {"type": "response.reasoning_summary_text.delta", **place, "delta": word}
        yield {"type": "response.reasoning_summary_text.done", **place, "text": thought}
    summary = [{"type": "summary_text", "text": thought} for thought in output["thoughts"]]
    yield {"whole": item | {"summary": summary}}


def _call(output: JSON) -> Stream:
    arguments = json.dumps(output["arguments"])
    item = _item("function_call", call_id=output["call_id"], name=output["name"], arguments="")
    yield {"type": "response.output_item.added", "item": item}
    yield {
        "type": "response.function_call_arguments.done",
        "item_id": FAKE_RESPONSES_ID,
        "name": output["name"],
        "arguments": arguments,
    }
    yield {"whole": item | {"arguments": arguments}}


def _image(output: JSON) -> Stream:
    item = _item("image_generation_call", status="in_progress") | {"id": output["call_id"]}
    yield {"type": "response.output_item.added", "item": item}
    for number in range(SKETCHES):
        yield {
            "type": "response.image_generation_call.partial_image",
            "item_id": output["call_id"],
            "partial_image_index": number,
            "partial_image_b64": sunset(block=24 >> number),
        }
    yield {"whole": item | {"status": "completed", "result": sunset()}}


def _item(kind: str, **fields: Any) -> JSON:
    return {"id": FAKE_RESPONSES_ID, "type": kind, **fields}


KINDS: dict[str, Callable[[JSON], Stream]] = {
    "message": _message,
    "refusal": _refusal,
    "reasoning": _reasoning,
    "call": _call,
    "image": _image,
}
