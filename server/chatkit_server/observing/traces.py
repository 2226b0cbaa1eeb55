"""OpenTelemetry spans, by the extra `observability`: the request, the stream in it, each call of the store.

Only the API is used: where spans go is up to the SDK that the process sets up, for instance with
`opentelemetry-instrument`. What was said is never in a span.
"""

from opentelemetry import context, propagate, trace
from opentelemetry.trace import Span, SpanKind, StatusCode

from chatkit_protocol.events import ErrorEvent, ThreadItemAdded, ThreadItemDone, ThreadItemReplaced, ThreadStreamEvent
from chatkit_server.observing.call import Call, Observer, Outcome

NOTED = "chatkit.span"
STREAM = "chatkit.stream"
ABOUT_ITEMS = (ThreadItemAdded, ThreadItemDone, ThreadItemReplaced)


def is_heard() -> bool:
    """Whether the process has set up something that spans go to."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


class Traces(Observer):
    """Opens and closes spans. A trace that the request belongs to (`traceparent`) goes on."""

    def __init__(self, provider: trace.TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer("chatkit_server", tracer_provider=provider)

    def began(self, call: Call) -> None:
        """Open the request's span; everything done for it, also by the Agents SDK, is inside."""
        span = self._tracer.start_span(
            f"{call.method} {call.path}",
            context=propagate.extract(call.headers),
            kind=SpanKind.SERVER,
            start_time=call.began_ns,
            attributes={"http.request.method": call.method, "url.path": call.path, "chatkit.request.id": call.id},
        )
        call.noted[NOTED] = span, context.attach(trace.set_span_in_context(span))

    def ended(self, call: Call) -> None:
        """Close the request's span."""
        span, token = call.noted.pop(NOTED)
        context.detach(token)
        if call.type:
            span.update_name(f"chatkit {call.type}")
            span.set_attribute("chatkit.request.type", call.type)
        _set_thread(span, call)
        span.set_attribute("http.response.status_code", call.status)
        span.set_attribute("chatkit.disconnected", call.gone)
        if call.code:
            span.set_attribute("error.type", call.code)
        if call.status >= 500:  # noqa: PLR2004 - HTTP: the server's fault
            span.set_status(StatusCode.ERROR)
        span.end()

    def streaming(self, call: Call) -> None:
        """Open the stream's span."""
        call.noted[STREAM] = self._tracer.start_span(f"chatkit stream {call.type}")

    def event(self, call: Call, event: ThreadStreamEvent, *, first: bool) -> None:
        """Note what begins or ends something; pieces of text are only counted."""
        span: Span = call.noted[STREAM]
        if first:
            span.add_event("first")
        if isinstance(event, ABOUT_ITEMS):
            kind = str(type(event.item).__struct_config__.tag)
            about = {"chatkit.item.id": event.item.id, "chatkit.item.type": kind}
            span.add_event(str(type(event).__struct_config__.tag), about)
        elif isinstance(event, ErrorEvent):
            span.add_event("error", {"error.type": event.code})

    def streamed(self, call: Call, outcome: Outcome) -> None:
        """Close the stream's span."""
        span: Span = call.noted.pop(STREAM)
        _set_thread(span, call)
        span.set_attribute("chatkit.events", call.events)
        span.set_attribute("chatkit.outcome", outcome)
        if outcome == "failed":
            span.set_attribute("error.type", call.code)
            span.set_status(StatusCode.ERROR)
        span.end()

    def stored(self, name: str, began_ns: int, seconds: float, error: BaseException | None) -> None:
        """Make the span of a call of the store, after it."""
        span = self._tracer.start_span(f"chatkit store {name}", kind=SpanKind.CLIENT, start_time=began_ns)
        if error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
        span.end(began_ns + int(seconds * 1e9))


def _set_thread(span: Span, call: Call) -> None:
    if call.thread:
        span.set_attribute("chatkit.thread.id", call.thread)
