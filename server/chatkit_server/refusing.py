"""How a refusal leaves the server: protocol.md §9's JSON, with the headers that belong to its status."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chatkit_protocol.codec import RequestError, encode
from chatkit_server.errors import TooMany, Unauthorized, logger
from chatkit_server.observing.call import refused

SLOW = "slow"
"""The reason of a refusal of what did not arrive in time."""


def refusal(error: RequestError) -> Response:
    """Tell a refusal as protocol.md §9 has it."""
    refused(error.code)
    headers = {}
    if isinstance(error, Unauthorized):
        headers["www-authenticate"] = error.challenge
    if isinstance(error, TooMany):
        headers["retry-after"] = str(error.seconds)
    if error.code == "too_large" or error.reason == SLOW:
        headers["connection"] = "close"  # what is left of the body is not read: it would be taken for the next request
    return Response(encode(error.reply()), status_code=error.status, headers=headers, media_type="application/json")


Handler = Callable[[Request], Awaitable[Response]]


def answering(handler: Handler) -> Handler:
    """Have a handler answer whatever happens: refuse with a status, and never tell what broke."""

    async def answer(http: Request) -> Response:
        try:
            return await handler(http)
        except RequestError as error:
            return refusal(error)
        except ClientDisconnect:
            return Response(status_code=400)
        except HTTPException:
            raise
        except Exception:  # noqa: BLE001 - the client gets an answer whatever happens
            logger.exception("the request failed")
            return refusal(RequestError("something went wrong on the server", code="internal"))

    return answer
