"""A transcript on a terminal: a timeline of each exchange, then each thread as its user saw it in the end."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chatkit_conformance.cli.chat.items import item_view, unreadable_view
from chatkit_conformance.cli.chat.offers import Offers
from chatkit_conformance.client.reading import Unreadable, read_event
from chatkit_conformance.linter.subjects import Conversation, Stream
from chatkit_conformance.timeline import Span, Timeline, timeline
from chatkit_conformance.transcript import Exchange, Transcript
from chatkit_protocol.fold import ThreadView

BAR = 30
"""Characters of the line on which the spans of items are drawn."""


def shown(transcript: Transcript) -> Iterator[RenderableType]:
    """Show a transcript, part by part."""
    header = transcript.header
    facts = " ".join(part for part in (header.producer, header.version, header.recorded) if part)
    yield Text.assemble((header.name or "transcript", "bold"), (f"  {facts}" if facts else "", "dim"))
    if header.note:
        yield Text(header.note)
    for exchange in transcript.exchanges:
        yield _exchange(exchange)
    for name, streams in _threads(Conversation(transcript.exchanges)).items():
        yield Rule(f"thread {name}", style="dim")
        yield _thread(streams)


def _exchange(exchange: Exchange) -> RenderableType:
    told = timeline(exchange)
    how = exchange.trouble or ("broken off" if exchange.cut else "the client left" if exchange.left else "")
    head = Text.assemble(
        f"\n{exchange.number + 1:>3}  ",
        (exchange.kind or f"{exchange.method} {exchange.path}".strip() or "(request unknown)", "bold"),
        (f"  {exchange.status}", "green" if exchange.status == 200 else "red"),  # noqa: PLR2004 - HTTP's own
        (f"  {_numbers(told)}", "dim"),
        (f"  {how}" if how else "", "yellow"),
    )
    return Group(head, Padding(_spans(told), (0, 0, 0, 5))) if told.spans else head


def _numbers(told: Timeline) -> str:
    sizes = f"{told.sent} B → {told.received} B"
    events = f", {told.events} events" if told.events else ""
    if told.first_byte is None or told.last_byte is None:
        return sizes + events
    times = f", first byte after {_ms(told.first_byte)}, all after {_ms(told.last_byte)}"
    return sizes + events + times + f", longest gap {_ms(told.longest_gap or 0.0)}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _spans(told: Timeline) -> Table:
    table = Table.grid(padding=(0, 2))
    for span in told.spans:
        when = "" if span.first is None or span.last is None else f"{_ms(span.first)} to {_ms(span.last)}"
        how = span.settled or "left open"
        many = f"{span.events} event{'s' if span.events != 1 else ''}"
        table.add_row(span.item_id, span.kind, _bar(span, told.last_byte), when, many, how)
    return table


def _bar(span: Span, whole: float | None) -> Text:
    if not whole or span.first is None or span.last is None:
        return Text()
    start = min(BAR - 1, int(span.first / whole * BAR))
    length = max(1, round((span.last - span.first) / whole * BAR))
    return Text("·" * start + "█" * min(length, BAR - start) + "·" * (BAR - start - length), "cyan")


def _threads(told: Conversation) -> dict[str, list[Stream]]:
    found: dict[str, list[Stream]] = {}
    for stream in told.streams:
        found.setdefault(stream.thread_id or "(unknown)", []).append(stream)
    return found


def _thread(streams: list[Stream]) -> RenderableType:
    """Fold everything that was streamed into a thread, as a client would show it."""
    view = ThreadView()
    strange: list[Unreadable] = []
    for stream in streams:
        for frame in stream.frames:
            event = read_event(frame.data or "")
            if isinstance(event, Unreadable):
                strange.append(event)
            else:
                view.apply(event)
    title = Text(str(view.thread.title), "bold") if view.thread and view.thread.title else Text()
    items = [item_view(item, Offers()) for item in view.items.values()]
    errors = [
        Text(": ".join([f"error {one.code}", *([one.message] if one.message else [])]), "red") for one in view.errors
    ]
    return Group(title, *items, *(unreadable_view(one) for one in strange), *errors)
