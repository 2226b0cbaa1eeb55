"""The fake model server: two dialects, a log of what the model was sent, and failures on request."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from itertools import count
from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from chatkit_conformance.fake_model import chat, responses
from chatkit_conformance.fake_model.failures import REFUSALS, refuse
from chatkit_conformance.fake_model.script import JSON, Answer, ScriptError, answer
from chatkit_conformance.fake_model.turns import place_of

MODELS = ("fake-model", "fake-model-large")
HANG_SECONDS = 30.0
"""For ever, as far as whoever asked can tell."""
UNKNOWN = "unknown-"
"""How the names of models begin that the server does not know."""
CONFIDENTIAL = ("authorization", "cookie", "key")
"""What the names of headers contain that are not logged."""

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class CutError(Exception):
    """Breaks the connection in the middle of a stream; the server notes it in its own log."""


class FakeModel:
    """The state of the server: its log, and the count from which ids are made."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        """The only key that is let in; empty lets everyone in."""
        self.log: list[JSON] = []
        self._numbers = count(1)

    def endpoint(self, dialect: ModuleType) -> Endpoint:
        """Make the endpoint of a dialect."""

        async def post(http: Request) -> Response:
            bearer = _bearer(http)
            try:
                body = json.loads(await http.body())
                model = str(body["model"])
            except (ValueError, TypeError, KeyError):
                return refuse("400", "The body must be a JSON object with a `model`.")
            self.log.append({"path": http.url.path, "headers": _shown(http), "body": body, "end": ""})
            if self.key and bearer != self.key:
                return refuse("401", "The API key is not the right one.", bearer)
            if model.startswith(UNKNOWN):
                return refuse("404", f"The model `{model}` does not exist.", bearer)
            return self._answered(dialect, body, model, bearer)

        return post

    def _answered(self, dialect: ModuleType, body: JSON, model: str, bearer: str) -> Response:
        try:
            said = answer(*place_of(dialect.sent(body)))
        except ScriptError as error:
            return refuse("400", str(error))
        if said.refused:
            word = said.refused if said.refused in REFUSALS else "400"
            return refuse(word, f"The script says {said.refused}.", bearer)
        if "message" in said.ending and bearer:
            said.ending["message"] += f" Your key is {bearer}."
        number = next(self._numbers)
        self.log[-1]["reply"] = dialect.reply(said, number, model)
        if body.get("stream"):
            stream = frames(dialect, said, dialect.events(said, number, model))
            return StreamingResponse(noted(stream, self.log[-1]), media_type="text/event-stream")
        whole = json.dumps(self.log[-1]["reply"]).encode()
        return StreamingResponse(noted(pieces(said, whole), self.log[-1]), media_type="application/json")

    async def models(self, http: Request) -> Response:
        """Give the models that there are, to who has the key."""
        bearer = _bearer(http)
        if self.key and bearer != self.key:
            return refuse("401", "The API key is not the right one.", bearer)
        rows = [{"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in MODELS]
        return JSONResponse({"object": "list", "data": rows})

    async def read_log(self, _http: Request) -> Response:
        """Give what the model was sent, oldest first, each with its answer in one piece and with how that ended."""
        return JSONResponse(self.log)

    async def reset(self, _http: Request) -> Response:
        """Forget what the model was sent, and count from 1 again."""
        self.forget()
        return Response(status_code=204)

    def forget(self) -> None:
        """Do the same for who has the server in hand."""
        self.log.clear()
        self._numbers = count(1)


def _bearer(http: Request) -> str:
    return http.headers.get("authorization", "").removeprefix("Bearer ")


def _shown(http: Request) -> dict[str, str]:
    return {name: value for name, value in http.headers.items() if not any(word in name for word in CONFIDENTIAL)}


async def noted(stream: AsyncIterator[bytes], entry: JSON) -> AsyncIterator[bytes]:
    """Write into the log how an answer ended: `whole`, or `left` when whoever asked did not wait for its end."""
    end = "left"
    try:
        async for piece in stream:
            yield piece
        end = "whole"
    except CutError:
        end = "cut"
        raise
    finally:
        entry["end"] = end


async def pieces(said: Answer, whole: bytes) -> AsyncIterator[bytes]:
    """Send an answer that is not streamed: late, in halves or only half, if the script says so."""
    await asyncio.sleep(said.slow)
    half = len(whole) // 2
    yield whole[:half]
    if said.cut is not None:
        raise CutError
    if said.malformed is None:
        yield whole[half:]


async def frames(dialect: ModuleType, said: Answer, events: Iterator[JSON]) -> AsyncIterator[bytes]:
    """Frame events, slowly or broken if the script says so."""
    for number, event in enumerate(events):
        if number == said.cut:
            raise CutError
        if number == said.malformed:
            yield b'data: {"type": "response.outp\n\n'
            return
        if number == said.hang:
            await asyncio.sleep(HANG_SECONDS)
        if said.slow:
            await asyncio.sleep(said.slow)
        yield dialect.frame(event)
    yield dialect.LAST


def create_fake_model(key: str = "") -> Starlette:
    """Make the server; `app.state.fake` holds its log.

    Args:
        key: the only API key that is let in; everyone is, without it.
    """
    fake = FakeModel(key)
    app = Starlette(
        routes=[
            Route("/v1/responses", fake.endpoint(responses), methods=["POST"]),
            Route("/v1/chat/completions", fake.endpoint(chat), methods=["POST"]),
            Route("/v1/models", fake.models, methods=["GET"]),
            Route("/log", fake.read_log, methods=["GET"]),
            Route("/reset", fake.reset, methods=["POST"]),
        ]
    )
    app.state.fake = fake
    return app
