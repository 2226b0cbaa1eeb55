"""Prometheus metrics, by the extra `observability`. Every label has a bounded set of values."""

import os
from pathlib import Path
from typing import get_args

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector
from starlette.responses import Response

from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.replies import STATUS
from chatkit_server.observing.call import Call, Observer, Outcome

PATH = "/metrics"
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of `prometheus_client` that names the folder through which workers share their numbers."""
SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LONG = (*SHORT, 60, 120, 300, 600)
"""Seconds; an answer may take minutes."""
OTHER = "other"
CODES = frozenset(STATUS) | {"custom", "stream.error"}
"""What a refusal or an `error` event may say; a code that is an app's own counts as `other`."""
TAGS = {event: str(event.__struct_config__.tag) for event in get_args(ThreadStreamEvent)}


class Metrics(Observer):
    """Counts and times into a registry of its own.

    With several worker processes, set PROMETHEUS_MULTIPROC_DIR to an empty folder, which is made if it is not there:
    each worker's page then tells of all of them, except for `process_*`, which it leaves out.
    """

    def __init__(self) -> None:
        if os.environ.get(SHARED):
            Path(os.environ[SHARED]).mkdir(parents=True, exist_ok=True)
        own = self.registry = CollectorRegistry()
        self._requests = Counter("chatkit_requests", "Requests, by how they ended.", ["type", "outcome"], registry=own)
        self._seconds = Histogram(
            "chatkit_request_seconds", "Until the reply is complete.", ["type"], buckets=LONG, registry=own
        )
        self._open = Gauge("chatkit_streams_open", "Answers that stream.", registry=own, multiprocess_mode="livesum")
        self._events = Counter("chatkit_events", "Events given to clients.", ["type"], registry=own)
        self._first = Histogram(
            "chatkit_first_event_seconds", "Until the answer's first event.", ["type"], buckets=SHORT, registry=own
        )
        self._answers = Histogram(
            "chatkit_answer_seconds", "Until the answer is over.", ["type", "outcome"], buckets=LONG, registry=own
        )
        self._store = Histogram(
            "chatkit_store_seconds", "Calls of the store.", ["call", "outcome"], buckets=SHORT, registry=own
        )
        self._errors = Counter("chatkit_errors", "Refusals and failed answers.", ["code"], registry=own)
        self._gone = Counter("chatkit_disconnects", "Clients that left before the end.", registry=own)
        ProcessCollector(registry=own)
        self._tags = {event: self._events.labels(tag) for event, tag in TAGS.items()}

    def ended(self, call: Call) -> None:
        """Count a request."""
        kind = call.type or "none"
        self._requests.labels(kind, _outcome(call)).inc()
        self._seconds.labels(kind).observe(call.seconds)
        if call.code:
            self._errors.labels(call.code if call.code in CODES else OTHER).inc()
        if call.gone:
            self._gone.inc()

    def streaming(self, call: Call) -> None:  # noqa: ARG002 - every stream counts as one
        """Count an open stream."""
        self._open.inc()

    def event(self, call: Call, event: ThreadStreamEvent, *, first: bool) -> None:
        """Count an event."""
        self._tags[type(event)].inc()
        if first:
            self._first.labels(call.type).observe(call.seconds)

    def streamed(self, call: Call, outcome: Outcome) -> None:
        """Time an answer."""
        self._open.dec()
        self._answers.labels(call.type, outcome).observe(call.seconds)

    def stored(self, name: str, began_ns: int, seconds: float, error: BaseException | None) -> None:  # noqa: ARG002
        """Time a call of the store."""
        self._store.labels(name, "failed" if error else "ok").observe(seconds)

    def page(self) -> Response:
        """Give the numbers as Prometheus reads them."""
        registry = self.registry
        if os.environ.get(SHARED):
            _forget_the_dead(Path(os.environ[SHARED]))
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _outcome(call: Call) -> str:
    if call.gone:
        return "disconnected"
    if call.status >= 500:  # noqa: PLR2004 - HTTP: the server's fault
        return "failed"
    if call.status >= 400:  # noqa: PLR2004 - HTTP: the client's fault
        return "refused"
    return "failed" if call.code else "ok"


def _forget_the_dead(folder: Path) -> None:
    """Leave out the open streams of workers that were killed: nobody else would count them down."""
    for file in folder.glob("gauge_livesum_*.db"):
        process = int(file.stem.rpartition("_")[2])
        if os.name == "posix" and not _is_alive(process):
            mark_process_dead(process)  # type: ignore[no-untyped-call]


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # there is one, of another user
        return True
    return True
