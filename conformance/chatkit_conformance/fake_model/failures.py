"""How a provider refuses: status, type and code by word. The message quotes the key, as some providers do."""

from starlette.responses import JSONResponse, Response

REFUSALS: dict[str, tuple[int, str, str | None]] = {
    "400": (400, "invalid_request_error", "invalid_value"),
    "401": (401, "invalid_request_error", "invalid_api_key"),
    "403": (403, "invalid_request_error", "unsupported_country_region_territory"),
    "404": (404, "invalid_request_error", "model_not_found"),
    "429": (429, "requests", "rate_limit_exceeded"),
    "500": (500, "server_error", None),
    "503": (503, "server_error", "overloaded"),
    "quota": (429, "insufficient_quota", "insufficient_quota"),
    "too_long": (400, "invalid_request_error", "context_length_exceeded"),
    "filter": (400, "invalid_request_error", "content_filter"),
}
"""By the word of the step `["error", word]`."""


def refuse(word: str, message: str, key: str = "") -> Response:
    """Refuse as the provider would; with a key, quote it in the message and in a header."""
    status, kind, code = REFUSALS[word]
    quoted = f"{message} Your key is {key}." if key else message
    headers = {"x-your-key": key} if key else {}
    return JSONResponse({"error": {"message": quoted, "type": kind, "param": None, "code": code}}, status, headers)
