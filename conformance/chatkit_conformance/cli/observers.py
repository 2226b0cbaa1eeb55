"""What `serve` shows of itself, as its settings say."""

from typing import Any

from chatkit_conformance.cli.settings import Settings
from chatkit_conformance.cli.terminal import Failure, complain


def observers(told: Settings) -> dict[str, Any]:
    """Give the observers and pages for `create_app`.

    Raises:
        Failure: when the extra that they need is not installed.
    """
    try:
        return _observers(told)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"prometheus_client", "opentelemetry"}:
            raise
        raise Failure("metrics and traces need the extra: pip install 'chatkit-wire[observability]'", 2) from None


def _observers(told: Settings) -> dict[str, Any]:
    watching: list[Any] = []
    pages: dict[str, Any] = {}
    if told.logs == "json":
        from chatkit_server.observing.logs import LOUD, log_as_json  # noqa: PLC0415 - an extra

        watching.append(log_as_json(level=told.log_level, text=told.log_text))
        if told.log_text:
            complain(LOUD)
    if told.metrics:
        from chatkit_server.observing.metrics import PATH, Metrics  # noqa: PLC0415 - an extra

        metrics = Metrics()
        watching.append(metrics)
        pages[PATH] = metrics.page
    if told.traces:
        from chatkit_server.observing.traces import Traces, is_heard  # noqa: PLC0415 - an extra

        watching.append(Traces())
        if not is_heard():
            complain("warning: traces are on, but no OpenTelemetry SDK takes them; start with opentelemetry-instrument")
    return {"observers": watching, "pages": pages}
