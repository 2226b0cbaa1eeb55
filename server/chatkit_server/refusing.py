"""How a refusal leaves the server: protocol.md §9's JSON, with the headers that belong to its status."""

from starlette.responses import Response

from chatkit_protocol.codec import RequestError, encode
from chatkit_server.errors import TooMany, Unauthorized
from chatkit_server.observing.call import refused


def refusal(error: RequestError) -> Response:
    """Tell a refusal as protocol.md §9 has it."""
    refused(error.code)
    headers = {}
    if isinstance(error, Unauthorized):
        headers["www-authenticate"] = error.challenge
    if isinstance(error, TooMany):
        headers["retry-after"] = str(error.seconds)
    return Response(encode(error.reply()), status_code=error.status, headers=headers, media_type="application/json")
