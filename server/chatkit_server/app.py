"""The Starlette app: one endpoint, mounted anywhere."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from http import HTTPStatus
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatkit_protocol.base import UNSET
from chatkit_protocol.codec import RequestError, decode_request, encode
from chatkit_protocol.replies import ErrorCode, ErrorReply
from chatkit_server.context import Context, first_locale
from chatkit_server.draining import Drain
from chatkit_server.everyone import Unasked
from chatkit_server.guarding import Guard, Origins
from chatkit_server.ids import Clock, NewId, random_id, utc_now
from chatkit_server.inspector import Inspector
from chatkit_server.joining import FRAME, Answers, recorded
from chatkit_server.limits import Gate, Limits
from chatkit_server.locks import LocalLocks
from chatkit_server.observing import REQUEST_ID, Observed, Observer, Probes, observed_store
from chatkit_server.observing.call import taken, watched
from chatkit_server.observing.probes import Page
from chatkit_server.refusing import SLOW, answering
from chatkit_server.responder import Attachments, Feedback, OnStop, Title, Transcribe, collect
from chatkit_server.response import EventResponse
from chatkit_server.routes import TABLE
from chatkit_server.serving import ServedFiles
from chatkit_server.stores.base import Store
from chatkit_server.stores.bounded import bounded_store
from chatkit_server.stores.memory import MemoryStore
from chatkit_server.streaming import EventStream
from chatkit_server.turn import THREAD_WAIT, Backend, Turn

ENDPOINT = "/chatkit/api"
MAX_BODY = 32 * 1024 * 1024
"""Bytes; recorded speech comes inside the body."""
PING_SECONDS = 15.0
PATIENCE = 60.0
STORE_SECONDS = 30.0
FINISH_SECONDS = 600.0
REJOIN_SECONDS = 30.0
"""The widget posts again up to five times in 25 seconds."""
DRAIN_SECONDS = 5.0
WIDGET_HEADERS = (
    "accept",
    "accept-language",
    "authorization",
    "chatkit-csrf",
    "chatkit-device-id",
    "chatkit-frame-instance-id",
    "content-type",
)
"""What the widget sends, or a page's own `fetch` adds most often."""

Identify = Callable[[Request], Context | str | Awaitable[Context | str]]
"""Tells who asks: a user's name, or a whole Context. Raises Unauthorized."""


def create_app(
    responder: object,
    *,
    store: Store | None = None,
    actions: Iterable[Callable[..., Any]] = (),
    feedback: Feedback | None = None,
    transcribe: Transcribe | None = None,
    title: Title | None = None,
    on_stop: OnStop | None = None,
    attachments: Attachments | None = None,
    identify: Identify | None = None,
    path: str = ENDPOINT,
    allow_origins: Sequence[str] = (),
    allow_origin_regex: str | None = None,
    allow_headers: Sequence[str] = WIDGET_HEADERS,
    allow_credentials: bool = False,
    allow_hosts: Sequence[str] = (),
    allow_cancel: bool = True,
    strict: bool = False,
    ping: float = PING_SECONDS,
    max_body: int = MAX_BODY,
    patience: float = PATIENCE,
    store_within: float | None = STORE_SECONDS,
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
    thread_wait: float | None = THREAD_WAIT,
    on_disconnect: Literal["stop", "finish"] = "stop",
    finish_within: float = FINISH_SECONDS,
    rejoin_within: float = REJOIN_SECONDS,
    drain: float = DRAIN_SECONDS,
    observers: Iterable[Observer] = (),
    pages: Mapping[str, Page] | None = None,
    inspector: Inspector | None = None,
    new_id: NewId = random_id,
    now: Clock = utc_now,
) -> Starlette:
    """Make a backend of a responder.

    Args:
        responder: an async generator function that takes a Turn, or an object with `respond` and, as methods,
            any of the hooks below and functions marked with `@action`.
        store: where threads are kept; in memory unless given.
        actions: functions marked with `@action`.
        feedback: takes thumbs up and down.
        transcribe: turns speech into text.
        title: names a thread.
        on_stop: told when the user stopped an answer.
        attachments: where files go; without it the widget's uploads are refused.
        identify: tells who asks; without it everyone is the one user "local", and a warning is logged once another
            machine can reach that; `everyone` is the same without the warning.
        path: of the endpoint.
        allow_origins: pages that may call from another origin, exactly as browsers write them, or `*`. Once some are
            listed, requests that come from any other page are refused with 403, however they are made.
        allow_origin_regex: the same as a pattern.
        allow_headers: request headers that such pages may send.
        allow_credentials: whether such pages may send cookies; only with a list of origins, no `*` and no pattern.
        allow_hosts: names by which the server may be called, without ports; any unless given.
        allow_cancel: whether the widget shows a stop button.
        strict: whether an event that breaks the protocol ends the answer (for tests), or is logged.
        ping: seconds of silence after which a comment keeps the connection alive; 0 turns that off.
        max_body: bytes that a request may have.
        patience: seconds that a client may take to send a request, and for which it may take nothing of an answer;
            then it is refused with 400, `reason` `slow`, or has gone away. 0 waits for ever.
        store_within: seconds that a call of the store may take; then it has failed. None waits for ever.
        limits: how much a user may ask: length of messages, answers at once, requests a minute, time.
        thread_wait: seconds that an answer waits for the one that is being written in its thread, before it is
            refused with 409; 0 refuses at once, None lets both be written. Across processes if the store has `locks`.
            Reading, renaming, deleting and actions that do not stream never wait.
        on_disconnect: whether an answer is stopped when its client goes away, which is how the stop button works, or
            finished all the same, so that it is there when the page was reloaded; then there is no stop button.
        finish_within: seconds after which an answer that nobody reads any more is stopped all the same.
        rejoin_within: seconds for which an answer that was not heard to its end is kept, for the same request from the
            same frame of the page; 0 has every request answered anew.
        drain: seconds that answers have to come to their end when the server stops; then they are stopped, and saved.
        observers: are told what happens: `Metrics`, `Traces`, `Logs` of `chatkit_server.observing`, or your own.
        pages: more pages beside `/healthz` and `/readyz`, by path, for instance `{"/metrics": metrics.page}`.
        inspector: a page at `/` that shows the chat and the wire, for development; off unless given.
        new_id: makes ids.
        now: tells the time, in UTC.
    """
    observers = tuple(observers)
    hooks = collect(
        responder,
        actions=actions,
        feedback=feedback,
        transcribe=transcribe,
        title=title,
        on_stop=on_stop,
        attachments=attachments,
    )
    backend = Backend(
        hooks=hooks,
        store=observed_store(bounded_store(store, store_within) if store else MemoryStore(), observers),
        allow_cancel=allow_cancel and on_disconnect == "stop",
        strict=strict,
        new_id=new_id,
        now=now,
        limits=limits,
        locks=getattr(store, "locks", None) or LocalLocks(),
        thread_wait=thread_wait,
    )
    _check_credentials(allow_origins, allow_origin_regex, allow_credentials=allow_credentials)
    answers = Answers(backend.locks, getattr(store, "notes", None), within=rejoin_within)
    ending = Drain(drain)
    finish = finish_within if on_disconnect == "finish" else None
    endpoint = _Endpoint(backend, identify, answers, ending, finish, ping=ping, max_body=max_body, patience=patience)
    files = hooks.attachments if isinstance(hooks.attachments, ServedFiles) else None
    shown = inspector.routes(path) if inspector else []
    served = [*(files.routes(path, backend, endpoint.enter) if files else ()), *shown]
    guard = Middleware(Guard, hosts=allow_hosts, origins=Origins(allow_origins, allow_origin_regex))
    cors = Middleware(
        CORSMiddleware,
        allow_origins=allow_origins,
        allow_origin_regex=allow_origin_regex,
        allow_methods=["POST", "PUT", "GET"] if files else ["POST"],
        allow_headers=allow_headers,
        allow_credentials=allow_credentials,
        expose_headers=[REQUEST_ID, "retry-after"],
        max_age=600,
    )
    probes = Middleware(Probes, backend.store, draining=lambda: app.state.draining or ending.begun, pages=pages)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> Any:
        async with files.running(backend) if files else nullcontext():
            yield
            app.state.draining = True
            await ending.end_all()
        await backend.store.aclose()

    app: Starlette = Starlette(
        routes=[Route(path, answering(endpoint.answer), methods=["POST"]), *served],
        middleware=[probes, Middleware(Observed, observers), guard, cors],
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_error},
    )
    app.state.backend = backend
    app.state.draining = False
    app.state.answers = answers
    return app


def _check_credentials(origins: Sequence[str], pattern: str | None, *, allow_credentials: bool) -> None:
    if allow_credentials and (not origins or "*" in origins or pattern):
        raise ValueError("cookies are for listed origins only: give `allow_origins` without `*`, and no pattern")


class _Endpoint:
    """One POST address for every request type."""

    def __init__(
        self,
        backend: Backend,
        identify: Identify | None,
        answers: Answers,
        drain: Drain,
        finish: float | None,
        *,
        ping: float,
        max_body: int,
        patience: float,
    ) -> None:
        self._backend = backend
        self._identify = identify or Unasked()
        self._ping = ping
        self._max_body = max_body
        self._patience = patience or None
        self._gate = Gate(backend.limits)
        self._answers = answers
        self._drain = drain
        self._finish = finish

    async def answer(self, http: Request) -> Response:
        """Answer one request. What it raises can still be refused with a status; what fails later is told in-band."""
        context = await self.enter(http)
        body = await self._read(http)
        request = decode_request(body, max_depth=self._backend.limits.nesting)
        context.metadata = request.metadata or {}
        turn = Turn(self._backend, context, request)
        taken(turn)
        route = TABLE[type(request)]
        if not route.streaming:
            return Response(encode(await route.handler(turn, request)), media_type="application/json")
        async with turn.held:
            stream = await self._stream(turn, body)
        self._drain.add(stream)
        return EventResponse(stream, ping=self._ping, patience=self._patience)

    async def _stream(self, turn: Turn, body: bytes) -> EventStream:
        """Begin to answer, or take up the answer to the same request that came before."""
        name = self._answers.name(turn.user, turn.context.headers.get(FRAME), body)
        before = await self._answers.join(name, turn.held) if name else None
        if before:
            return before
        await turn.held.enter_async_context(self._gate.stream(turn.user))
        events = await TABLE[type(turn.request)].handler(turn, turn.request)
        held = turn.held.pop_all()
        stream = EventStream(watched(events), held, record=recorded(name), finish=self._finish)
        if name:
            self._answers.begin(name, stream, held)
        return stream

    async def _read(self, http: Request) -> bytes:
        """Read the body, no further and no longer than allowed."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._patience):
                async for piece in http.stream():
                    body += piece
                    if len(body) > self._max_body:
                        raise RequestError(f"the body has more than {self._max_body} bytes", code="too_large")
        except TimeoutError:
            raise RequestError(f"the body did not arrive within {self._patience:g} s", reason=SLOW) from None
        return bytes(body)

    async def enter(self, http: Request) -> Context:
        """Find out who asks, and from where; hold them to how often they may. Raises RequestError."""
        found = self._identify(http)
        if inspect.isawaitable(found):
            found = await found
        context = Context(user=found) if isinstance(found, str) else found
        context.headers = context.headers or dict(http.headers)
        context.base_url = context.base_url or _base_url(http)
        context.locale = context.locale or first_locale(http.headers.get("accept-language", ""))
        self._gate.admit(context.owner)
        return context


def _base_url(http: Request) -> str:
    """Tell where this very app was reached; Starlette's own `base_url` leaves out what it is mounted under."""
    url = http.url
    return f"{url.scheme}://{url.netloc}{http.scope.get('root_path', '')}/"


async def _http_error(_http: Request, error: Exception) -> Response:
    """Tell Starlette's own refusals (404, 405) in the same shape."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    code: ErrorCode = "not_found" if status == HTTPStatus.NOT_FOUND else "bad_request"
    body = encode(ErrorReply(message=f"{detail}: the endpoint takes POST", code=code, path=UNSET))
    headers = getattr(error, "headers", None)
    return Response(body, status_code=status, headers=headers, media_type="application/json")
