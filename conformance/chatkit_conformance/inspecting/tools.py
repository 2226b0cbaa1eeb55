"""The linter and the reader of captures as two addresses: a capture goes in, findings or a transcript come out."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from io import StringIO
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatkit_conformance.captures import CaptureError, read_capture
from chatkit_conformance.findings import report_of
from chatkit_conformance.transcript import Transcript, write

MOST = 64 * 1024 * 1024
"""Bytes of a capture."""

Tool = Callable[[bytes, str], Response]


def tool_routes(*, revision: str | None = None) -> list[Route]:
    """Give `POST /lint` and `POST /read`, for below `/inspector`, whose body is a capture of any form.

    The first answers with the data of the report, the second with a transcript.

    Args:
        revision: of the protocol, which the server is held against.
    """

    def linted(body: bytes, name: str) -> Response:
        transcript = read_capture(body, name)
        return _json(report_of(transcript, name, revision=revision).data())

    return [
        Route("/lint", _answering(linted), methods=["POST"]),
        Route("/read", _answering(_transcribed), methods=["POST"]),
    ]


def _transcribed(body: bytes, name: str) -> Response:
    return Response(_lines(read_capture(body, name)), media_type="application/jsonl; charset=utf-8")


def _lines(transcript: Transcript) -> str:
    out = StringIO(newline="")
    write(transcript, out)
    return out.getvalue()


def _answering(tool: Tool) -> Callable[[Request], Awaitable[Response]]:
    """Read the body, no further than allowed, and use the tool where it holds nobody up."""

    async def answer(http: Request) -> Response:
        body = bytearray()
        async for piece in http.stream():
            body += piece
            if len(body) > MOST:
                return _refused(f"the capture has more than {MOST} bytes", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            return await run_in_threadpool(tool, bytes(body), http.query_params.get("name", "capture"))
        except CaptureError as error:
            return _refused(str(error), HTTPStatus.BAD_REQUEST)

    return answer


def _refused(message: str, status: HTTPStatus) -> Response:
    return _json({"message": message, "code": "bad_request"}, status)


def _json(value: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, media_type="application/json")
