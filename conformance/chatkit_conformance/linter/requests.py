"""What a request is worth: whether a server has to take it, and if not, why not."""

from typing import Any, Literal, get_args

from chatkit_conformance.transcript import Exchange, parsed
from chatkit_protocol.codec import RequestError, decode_request
from chatkit_protocol.requests import Request

Worth = Literal["", "lenient", "no-json", "no-type", "missing", "wrong"]
"""Of a request: fine; fine for who is lenient (D4, D5, D20); or what is wrong with it."""
KINDS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(Request))
_INPUT = ("content", "attachments", "inference_options")
_NULLABLE = {"result", "payload", "quoted_text", "limit", "after", "item_id", "data"}
"""Fields in which a null is as good as nothing to everybody; under some of them anything goes."""


def worth(exchange: Exchange) -> Worth:
    """Judge the bytes of a request by their shape."""
    value = parsed(exchange.sent)
    if not isinstance(value, dict):
        return "no-json"
    if not isinstance(value.get("type"), str) or value["type"] not in KINDS:
        return "no-type"
    try:
        decode_request(exchange.sent)
    except RequestError as error:
        return "missing" if "missing required field" in error.message else "wrong"
    return "lenient" if _takes_leniency(value) else ""


def _takes_leniency(request: dict[str, Any]) -> bool:
    """Find what the official SDK refuses and clients in the wild send."""
    params = request.get("params")
    if not isinstance(params, dict) or request.get("metadata", {}) is None:
        return True
    given = params.get("input")
    said = given if isinstance(given, dict) and "content" in given else None
    lacks = said is not None and any(not isinstance(said.get(name), list | dict) for name in _INPUT)
    tags = said["content"] if said and isinstance(said.get("content"), list) else []
    undated = any(isinstance(tag, dict) and tag.get("type") == "input_tag" and not tag.get("data") for tag in tags)
    nulls = any(value is None and name not in _NULLABLE for name, value in params.items())
    odd_limit = "limit" in params and not _plain_limit(params["limit"])
    return lacks or undated or nulls or odd_limit


def _plain_limit(limit: Any) -> bool:
    return limit is None or (isinstance(limit, int) and not isinstance(limit, bool))
