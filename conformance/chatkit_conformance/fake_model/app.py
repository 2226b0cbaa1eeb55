"""The fake model server: two endpoints, a log of what the model was sent, and failures on request."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from chatkit_conformance.fake_model import chat, responses
from chatkit_conformance.fake_model.script import JSON, Answer

REFUSALS: dict[str, tuple[int, str, str]] = {
    "400": (400, "invalid_request_error", "invalid_value"),
    "401": (401, "invalid_request_error", "invalid_api_key"),
    "403": (403, "invalid_request_error", "unsupported_country"),
    "404": (404, "invalid_request_error", "model_not_found"),
    "429": (429, "requests", "rate_limit_exceeded"),
    "quota": (429, "insufficient_quota", "insufficient_quota"),
    "long": (400, "invalid_request_error", "context_length_exceeded"),
    "500": (500, "server_error", "server_error"),
    "503": (503, "server_error", "overloaded"),
}
"""Statuses with which the provider refuses, by the word after `fail:`."""


class Cut(Exception):  # noqa: N818 - it is the event, not a mistake
    """Breaks the connection in the middle of a stream."""


class FakeModel:
    """The state of the server: its log, and a count from which ids are made."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        """The only key that is let in; empty lets everyone in."""
        self.log: list[JSON] = []
        self._numbers = count(1)

    def endpoint(self, dialect: ModuleType) -> Callable[[Request], Any]:
        """Make the endpoint of a dialect."""

        async def post(http: Request) -> Response:
            body = await http.json()
            self.log.append({"path": http.url.path, "body": body})
            bearer = http.headers.get("authorization", "").removeprefix("Bearer ")
            if self.key and bearer != self.key:
                return refuse("401", f"Incorrect API key provided: {bearer}.")
            said: Answer = dialect.asked(body)
            if said.fail in REFUSALS:
                return refuse(said.fail, f"The fake model was told to fail ({said.fail}); your key is {bearer}.")
            number = next(self._numbers)
            if not body.get("stream"):
                return JSONResponse(dialect.reply(said, number))
            return StreamingResponse(
                frames(said, dialect.events(said, number), done=dialect is chat),
                media_type="text/event-stream",
            )

        return post

    async def read_log(self, _http: Request) -> Response:
        """Give what the model was sent, oldest first."""
        return JSONResponse(self.log)

    async def clear_log(self, _http: Request) -> Response:
        """Forget what the model was sent."""
        self.log.clear()
        return Response(status_code=204)


def refuse(word: str, message: str) -> Response:
    """Refuse as the provider would; as some do, with the key in the message."""
    status, kind, code = REFUSALS[word]
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return JSONResponse(body, status_code=status)


async def frames(said: Answer, events: Iterator[JSON], *, done: bool) -> AsyncIterator[bytes]:
    """Frame events, slowly or broken if the script says so."""
    middle = 5
    for number, event in enumerate(events):
        if number == middle and said.fail == "cut":
            raise Cut
        if number == middle and said.fail == "malformed":
            yield b'data: {"type": "response.outp\n\n'
            return
        if said.slow:
            await asyncio.sleep(said.slow)
        name = f"event: {event['type']}\n" if "type" in event else ""
        yield f"{name}data: {json.dumps(event)}\n\n".encode()
    if done:
        yield b"data: [DONE]\n\n"


def create_fake_model(key: str = "") -> Starlette:
    """Make the server; `app.state.fake` holds its log."""
    fake = FakeModel(key)
    app = Starlette(
        routes=[
            Route("/v1/responses", fake.endpoint(responses), methods=["POST"]),
            Route("/v1/chat/completions", fake.endpoint(chat), methods=["POST"]),
            Route("/log", fake.read_log, methods=["GET"]),
            Route("/log", fake.clear_log, methods=["DELETE"]),
        ]
    )
    app.state.fake = fake
    return app
