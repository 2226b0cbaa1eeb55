"""What is seen from outside: probes, metrics, spans, logs; and that nothing of it holds what was said."""

import asyncio
import gc
import io
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_trace_id
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.routing import Mount

from chatkit_server import Answer, CustomStreamError, MemoryStore, SQLiteStore, StreamError, Turn, create_app
from chatkit_server.files import FileStore, disk
from chatkit_server.observing import Observer, observed_store, probes
from chatkit_server.observing.logs import OURS, JSONLines, Logs, log_as_json
from chatkit_server.observing.metrics import CODES, Metrics
from chatkit_server.observing.traces import Traces
from support.live import live
from support.wire import Wire, frames, message

CANARY = "SAID-CANARY"
LABELS = ("type", "call", "code", "outcome")


async def respond(turn: Turn) -> Answer:
    word = turn.text.split()[0]
    if word == "crash":
        raise RuntimeError(CANARY)
    if word == "own":
        raise StreamError("own_code_4711")
    if word == "custom":
        raise CustomStreamError(CANARY)
    yield turn.stream([CANARY, " and more"])
    if word == "hang":
        yield turn.progress("waiting")
        await asyncio.Event().wait()


def eventually(found: Callable[[], Any]) -> Any:
    """Wait until there is something: a reply is read a moment before the server is done with it."""
    deadline = time.monotonic() + 5
    while not (thing := found()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return thing


class Seen:
    """An app with every observer, and what they saw."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.spans = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.spans))
        self.traces = Traces(provider)
        self.lines = io.StringIO()
        handler = logging.StreamHandler(self.lines)
        handler.setFormatter(JSONLines())
        self.handler = handler
        self.app = create_app(
            respond,
            observers=[self.metrics, self.traces, Logs()],
            pages={"/metrics": self.metrics.page},
        )

    def logged(self, what: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.lines.getvalue().splitlines()]
        return [line for line in lines if line["message"] == what]

    def done(self, requests: int) -> None:
        """Wait until so many requests are over."""
        eventually(lambda: len(self.logged("request")) == requests)

    def named_spans(self) -> dict[str, Any]:
        return {span.name: span for span in self.spans.get_finished_spans()}

    def numbers(self, port: int) -> dict[tuple[str, tuple[str, ...]], float]:
        text = Wire(port, "/metrics").request("GET").body.decode()
        return {
            (sample.name, tuple(sample.labels[name] for name in LABELS if name in sample.labels)): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def seen() -> Iterator[Seen]:
    seen = Seen()
    logger = logging.getLogger("chatkit_server")
    level = logger.level
    logger.addHandler(seen.handler)
    logger.setLevel("INFO")
    yield seen
    logger.removeHandler(seen.handler)
    logger.setLevel(level)


@pytest.fixture
def port(seen: Seen) -> Iterator[int]:
    with live(seen.app) as port:
        yield port


def get(port: int, path: str) -> tuple[int, str]:
    reply = Wire(port, path).request("GET")
    return reply.status, reply.body.decode()


class Gone(MemoryStore):
    """A store that cannot be reached."""

    async def list_threads(self, *_: Any, **__: Any) -> Any:
        raise OSError("postgres://user:hunter2@db")


class Hung(MemoryStore):
    """A store that says nothing."""

    async def list_threads(self, *_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()


def test_probes_tell_a_live_a_ready_and_a_draining_process(seen: Seen, port: int) -> None:
    assert get(port, "/healthz") == (200, "alive\n")
    assert get(port, "/readyz") == (200, "ready\n")
    seen.app.state.draining = True
    assert get(port, "/readyz") == (503, "draining\n")
    assert get(port, "/healthz") == (200, "alive\n")
    assert seen.logged("request") == []


@pytest.mark.parametrize("store", [Gone, Hung])
def test_a_store_that_cannot_be_reached_is_not_ready_and_its_secrets_stay(store, seen, monkeypatch) -> None:
    monkeypatch.setattr(probes, "STORE_SECONDS", 0.2)
    with live(create_app(respond, store=store())) as port:
        assert get(port, "/readyz") == (503, "store\n")
        assert get(port, "/healthz") == (200, "alive\n")
    (line,) = seen.logged("not ready: the store cannot be reached")
    assert line["exception"]["type"] in {"builtins.OSError", "builtins.TimeoutError"}
    assert "hunter2" not in seen.lines.getvalue()


def test_probes_need_no_account_and_work_where_the_app_is_mounted() -> None:
    def refuse(_http: Any) -> str:
        raise AssertionError("asked who it is")

    app = create_app(respond, identify=refuse)
    with live(Starlette(routes=[Mount("/chat", app)], lifespan=app.router.lifespan_context)) as port:
        assert get(port, "/chat/healthz")[0] == 200
        assert get(port, "/chat/readyz")[0] == 200
        assert get(port, "/healthz")[0] == 404


IDS = [
    pytest.param("abc-123", True, id="sound"),
    pytest.param("x" * 129, False, id="too long"),
    pytest.param('a"b c', False, id="odd letters"),
]


@pytest.mark.parametrize(("given", "kept"), IDS)
@pytest.mark.parametrize(
    "body",
    [
        '{"type":"threads.list","params":{}}',
        "{",
        json.dumps({"type": "threads.create", "params": {"input": message("hello")}}),
    ],
    ids=["reply", "refusal", "stream"],
)
def test_every_reply_carries_the_id_of_its_request(given: str, kept: bool, body: str) -> None:
    with live(create_app(respond)) as port:
        back = Wire(port).post(body, {"content-type": "application/json", "x-request-id": given})
    assert (back.headers["x-request-id"] == given) is kept
    assert re.fullmatch(r"[\w-]{7,128}", back.headers["x-request-id"])


def test_metrics_count_requests_events_errors_and_calls(seen: Seen, port: int) -> None:
    wire = Wire(port)
    created = wire.create("hello")
    wire.create("crash now")
    wire.create("own code")
    wire.ask("threads.list")
    wire.post("{")
    seen.done(5)
    n = seen.numbers(port)
    assert n["chatkit_requests_total", ("threads.create", "ok")] == 1
    assert n["chatkit_requests_total", ("threads.create", "failed")] == 2
    assert n["chatkit_requests_total", ("threads.list", "ok")] == 1
    assert n["chatkit_requests_total", ("none", "refused")] == 1
    assert n["chatkit_streams_open", ()] == 0
    assert n["chatkit_events_total", ("thread.item.updated",)] == len(created.of("thread.item.updated"))
    assert n["chatkit_events_total", ("error",)] == 2
    assert n["chatkit_first_event_seconds_count", ("threads.create",)] == 3
    assert n["chatkit_answer_seconds_count", ("threads.create", "complete")] == 1
    assert n["chatkit_answer_seconds_count", ("threads.create", "failed")] == 2
    assert n["chatkit_request_seconds_count", ("threads.list",)] == 1
    assert n["chatkit_store_seconds_count", ("save_item", "ok")] >= 4
    assert n["chatkit_errors_total", ("bad_request",)] == 1
    assert n["chatkit_errors_total", ("stream.error",)] == 1
    assert n["chatkit_errors_total", ("other",)] == 1, "an app's own code is not a label"
    assert {labels[0] for name, labels in n if name == "chatkit_errors_total"} <= CODES | {"other"}


def test_a_client_that_leaves_is_counted_and_the_stream_is_closed(seen: Seen, port: int) -> None:
    with Wire(port).open("POST", {"type": "threads.create", "params": {"input": message("hang on")}}) as connection:
        for frame in frames(connection.getresponse()):
            if b"waiting" in frame:
                break
        assert seen.numbers(port)["chatkit_streams_open", ()] == 1
    seen.done(1)
    n = seen.numbers(port)
    assert n["chatkit_disconnects_total", ()] == 1
    assert n["chatkit_streams_open", ()] == 0
    assert n["chatkit_requests_total", ("threads.create", "disconnected")] == 1
    assert n["chatkit_answer_seconds_count", ("threads.create", "stopped")] == 1


def test_spans_tell_the_request_its_stream_and_the_store(seen: Seen, port: int) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"content-type": "application/json", "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    body = {"type": "threads.create", "params": {"input": message(f"hello {CANARY}")}}
    reply = Wire(port).post(body, headers)
    thread = reply.of("thread.created")[0]["thread"]["id"]
    seen.done(1)
    spans = seen.named_spans()
    request, stream, saved = (
        spans[name] for name in ("chatkit threads.create", "chatkit stream threads.create", "chatkit store save_item")
    )
    assert {format_trace_id(span.context.trace_id) for span in spans.values()} == {trace}
    assert stream.parent.span_id == saved.parent.span_id == request.context.span_id
    assert request.attributes["chatkit.thread.id"] == stream.attributes["chatkit.thread.id"] == thread
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["chatkit.request.id"] == reply.headers["x-request-id"]
    assert stream.attributes["chatkit.events"] == len(reply.raw_events)
    assert [event.name for event in stream.events] == [
        "thread.item.done",
        "first",
        "thread.item.added",
        "thread.item.done",
    ]
    assert CANARY not in "".join(span.to_json() for span in spans.values())


def test_spans_tell_failures(seen: Seen, port: int) -> None:
    Wire(port).create("crash")
    seen.done(1)
    spans = seen.named_spans()
    stream = spans["chatkit stream threads.create"]
    assert stream.attributes["error.type"] == "stream.error"
    assert not stream.status.is_ok
    assert CANARY not in "".join(span.to_json() for span in spans.values())


def test_logs_have_ids_and_times_but_not_what_was_said(seen: Seen, port: int) -> None:
    wire = Wire(port, headers={"x-request-id": "mine-1", "content-type": "application/json"})
    body = {"type": "threads.create", "params": {"input": message(f"crash {CANARY}")}}
    thread = wire.post(body).of("thread.created")[0]["thread"]["id"]
    seen.done(1)
    (request,), (answer,), (crash,) = (seen.logged(what) for what in ("request", "answer", "the answer failed"))
    for line in (request, answer, crash):
        assert (line["request"], line["thread"]) == ("mine-1", thread)
    assert (request["type"], request["status"]) == ("threads.create", 200)
    assert (answer["outcome"], answer["code"]) == ("failed", "stream.error")
    assert crash["exception"]["type"] == "builtins.RuntimeError"
    assert any("test_observing.py" in place for place in crash["exception"]["at"])
    assert CANARY not in seen.lines.getvalue()


def test_the_address_of_a_file_is_in_no_log_and_no_span(seen: Seen, tmp_path) -> None:
    files = FileStore(disk(tmp_path), "0123456789abcdef0123456789abcdef")
    with live(create_app(respond, attachments=files, observers=[Logs(), seen.traces])) as port:
        announced = Wire(port).ask("attachments.create", name="a.png", size=1, mime_type="image/png").json
        address = urlsplit(announced["upload_descriptor"]["url"]).path
        assert Wire(port, address).request("PUT", b"x" * 2, {"content-type": "image/png"}).status in range(400, 500)
        seen.done(2)
    told = {line["path"] for line in seen.logged("request")}
    assert told == {"/chatkit/api", "/chatkit/api/files/…"}
    assert address.rpartition("/")[2] not in "".join(span.to_json() for span in seen.spans.get_finished_spans())


def test_what_a_forgotten_task_raised_is_told_without_its_words() -> None:
    async def forget() -> None:
        async def fail() -> None:
            raise RuntimeError(CANARY)

        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        del task
        gc.collect()

    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JSONLines())
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    try:
        asyncio.run(forget())
    finally:
        logger.removeHandler(handler)
    line = json.loads(lines.getvalue())
    assert line["message"] == "Task exception was never retrieved"
    assert line["exception"]["type"] == "builtins.RuntimeError"
    assert CANARY not in lines.getvalue()


def lines_of(**options: Any) -> list[dict[str, Any]]:
    """Have a process log JSON while somebody says hello, and something fails; give the lines."""
    lines = io.StringIO()
    loggers = [logging.getLogger(name) for name in (None, *OURS)]
    before = [(logger, logger.handlers[:], logger.level) for logger in loggers]
    try:
        app = create_app(respond, observers=[log_as_json(to=lines, **options)])
        with live(app, log_config=None) as port:
            Wire(port).create(f"hello {CANARY}")
            Wire(port).create("crash")
    finally:
        for logger, handlers, level in before:
            logger.handlers[:] = handlers
            logger.setLevel(level)
    return [json.loads(line) for line in lines.getvalue().splitlines()]


@pytest.mark.parametrize("level", ["info", "debug"])
def test_no_level_of_the_logs_has_what_was_said(level) -> None:
    logged = lines_of(level=level)
    assert {"answer", "request", "the answer failed"} <= {line["message"] for line in logged}
    assert [line for line in logged if CANARY in json.dumps(line)] == []


def test_what_was_said_is_logged_only_when_asked_for_and_loudly() -> None:
    logged = lines_of(text=True)
    assert logged[0]["level"] == "warning"
    assert "text of messages" in logged[0]["message"]
    answers = [line for line in logged if line["message"] == "answer"]
    assert (answers[0]["asked"], answers[0]["said"]) == (f"hello {CANARY}", f"{CANARY} and more")
    (crash,) = (line for line in logged if "exception" in line)
    assert crash["exception"]["message"] == CANARY


@pytest.mark.parametrize("make", [MemoryStore, lambda: SQLiteStore(":memory:")], ids=["memory", "sqlite"])
def test_an_observed_store_is_the_same_store(make: Any) -> None:
    store = make()
    twin = observed_store(store, [Observer()])
    assert isinstance(twin, type(store))
    assert vars(twin) is vars(store)
    assert observed_store(store, []) is store
