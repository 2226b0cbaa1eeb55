"""Tools that the provider runs itself, as the Responses API streams them: one row each."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from chatkit_conformance.fake_model.script import JSON

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""The smallest PNG, in Base64."""

Steps = Iterator[tuple[str, JSON]]


class Hosted(NamedTuple):
    """A tool: its output item as it begins and ends, and the events between."""

    type: str
    prefix: str
    begin: Callable[[JSON], JSON]
    steps: Callable[[JSON], Steps]
    end: Callable[[JSON], JSON]
    begins: str = "in_progress"


def _progress(kind: str, *names: str) -> Callable[[JSON], Steps]:
    def steps(_output: JSON) -> Steps:
        for name in names:
            yield f"{kind}.{name}", {}

    return steps


def _search(output: JSON) -> JSON:
    return {"action": {"type": "search", "query": output["value"]}}


def _searched(output: JSON) -> JSON:
    query = output["value"]
    pages = [{"type": "url", "url": f"https://example.com/{query}"}]
    action = {"type": "search", "query": query, "queries": [query, f"more {query}"], "sources": pages}
    return {"status": "completed", "action": action}


def _files(output: JSON) -> JSON:
    return {"queries": [output["value"]], "results": None}


def _found(output: JSON) -> JSON:
    result = {"filename": output["value"], "file_id": "file_1", "text": "…", "score": 1.0, "attributes": {}}
    return {"status": "completed", "queries": [output["value"]], "results": [result]}


def _code(output: JSON) -> JSON:
    return {"code": output["value"], "container_id": "cntr_1", "outputs": None}


def _coded(output: JSON) -> JSON:
    return {"status": "completed", **_code(output), "outputs": [{"type": "logs", "logs": "2"}]}


def _coding(output: JSON) -> Steps:
    yield "code_interpreter_call.in_progress", {}
    yield "code_interpreter_call_code.delta", {"delta": output["value"]}
    yield "code_interpreter_call_code.done", {"code": output["value"]}
    yield "code_interpreter_call.interpreting", {}
    yield "code_interpreter_call.completed", {}


def _mcp(output: JSON) -> JSON:
    return {"name": output["name"], "server_label": "fake", "arguments": ""}


def _calling(output: JSON) -> Steps:
    yield "mcp_call.in_progress", {}
    yield "mcp_call_arguments.delta", {"delta": output["arguments"]}
    yield "mcp_call_arguments.done", {"arguments": output["arguments"]}
    yield f"mcp_call.{'failed' if output['error'] else 'completed'}", {}


def _called(output: JSON) -> JSON:
    call = {**_mcp(output), "arguments": output["arguments"]}
    if output["error"]:
        error = {"type": "mcp_protocol_error", "code": -32000, "message": output["error"]}
        return {"status": "failed", **call, "error": error}
    return {"status": "completed", **call, "output": "looked up"}


def _asking(output: JSON) -> JSON:
    return {**_mcp(output), "arguments": output["arguments"]}


def _no_steps(_output: JSON) -> Steps:
    yield from ()


def _no_image(_output: JSON) -> JSON:
    return {"result": None}


def _sketching(output: JSON) -> Steps:
    yield "image_generation_call.in_progress", {}
    yield "image_generation_call.generating", {}
    for number in range(output["sketches"]):
        shape = {"size": "1024x1024", "quality": "low", "background": "opaque", "output_format": "png"}
        sketch = {"partial_image_index": number, "partial_image_b64": PIXEL}
        yield "image_generation_call.partial_image", sketch | shape
    if not output["fails"]:
        yield "image_generation_call.completed", {}


def _image(output: JSON) -> JSON:
    if output["fails"]:
        return {"status": "failed", "result": None}
    made: dict[str, Any] = {"output_format": "png", "size": "1024x1024", "quality": "low", "background": "opaque"}
    return {"status": "completed", "result": PIXEL, **made}


HOSTED: dict[str, Hosted] = {
    "web_search": Hosted(
        "web_search_call",
        "ws",
        _search,
        _progress("web_search_call", "in_progress", "searching", "completed"),
        _searched,
    ),
    "file_search": Hosted(
        "file_search_call",
        "fs",
        _files,
        _progress("file_search_call", "in_progress", "searching", "completed"),
        _found,
    ),
    "code_interpreter": Hosted("code_interpreter_call", "ci", _code, _coding, _coded),
    "mcp": Hosted("mcp_call", "mcp", _mcp, _calling, _called),
    "mcp_approval": Hosted("mcp_approval_request", "mcpr", _asking, _no_steps, _asking, begins=""),
    "image": Hosted("image_generation_call", "ig", _no_image, _sketching, _image),
}
"""By the name of the step."""
