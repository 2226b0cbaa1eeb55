"""When the frames of an exchange came: time to the first, gaps, and the spans of items."""

from dataclasses import dataclass, field
from itertools import pairwise

from chatkit_conformance.linter.subjects import SETTLING, Conversation, Stream
from chatkit_conformance.transcript import JSON, Exchange


@dataclass
class Span:
    """An item within a stream, from its first event to the one that settled it. Seconds from the request."""

    item_id: str
    kind: str
    first: float | None
    last: float | None
    events: int = 1
    settled: str = ""
    """`done`, `replaced`, `removed`, or nothing for an item that was left open."""


@dataclass
class Timeline:
    """One exchange in numbers; times are None where nobody measured."""

    sent: int
    received: int
    events: int = 0
    first_byte: float | None = None
    last_byte: float | None = None
    longest_gap: float | None = None
    spans: list[Span] = field(default_factory=list)

    def data(self) -> JSON:
        """Give it as plain data."""
        return {**vars(self), "spans": [vars(span) for span in self.spans]}


def timeline(exchange: Exchange) -> Timeline:
    """Measure an exchange."""
    times = [seconds for _, seconds in exchange.arrivals]
    told = Timeline(len(exchange.sent), len(exchange.received))
    if times:
        gaps = [later - earlier for earlier, later in pairwise(times)]
        told.first_byte, told.last_byte, told.longest_gap = times[0], times[-1], max(gaps, default=0.0)
    for stream in Conversation([exchange]).streams:
        told.events = len(stream.events)
        told.spans = spans(stream)
    return told


def spans(stream: Stream) -> list[Span]:
    """Give the spans of the items, in the order of their first events."""
    arrivals = iter(stream.exchange.arrivals)
    count, seconds = 0, None
    found: dict[str, Span] = {}
    for event in stream.events:
        # Frames and arrivals are both in order: one pass over each.
        while count < event.frame.end and (arrival := next(arrivals, None)):
            count, seconds = arrival
        if not event.item_id:
            continue
        span = found.get(event.item_id)
        if span is None:
            span = found[event.item_id] = Span(event.item_id, event.item_type or "?", seconds, seconds)
        else:
            span.events += 1
            span.last = seconds
        if event.type in SETTLING:
            span.settled = event.type.rpartition(".")[2]
    return list(found.values())
