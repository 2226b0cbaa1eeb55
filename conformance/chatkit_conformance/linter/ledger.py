"""What a thread has to hold, by its streams; and what its listings show of it.

The streams of a thread are replayed: `done` adds an item, `replaced` puts another state in its place, `removed` takes
it away, a retry cuts, an action redraws. Every listing that shows the thread from end to end is held against that,
and is believed afterwards, so that one difference is told once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from chatkit_conformance.linter.growth import JSON, Growth, begin, mapped
from chatkit_conformance.linter.life import HIDDEN
from chatkit_conformance.linter.subjects import Conversation, Event, Stream, rows
from chatkit_conformance.transcript import OK, Exchange

PASSING = {"notice": "message", "progress_update": "text", "error": "message"}
"""The events that are shown and never stored, and where their words are."""
ROUNDED = timedelta(seconds=1)
"""A store may keep less of a time than the stream told."""


@dataclass
class Entry:
    """An item that a thread has to hold."""

    item: JSON
    replaced: bool = False
    """Whether a later state took its place."""
    drawing: Growth | None = None
    """What updates made of it after it was stored."""
    free: bool = False
    """Whether it changed in a way that no stream tells."""
    optional: bool = False
    """Whether it need not be there."""
    placeless: bool = False
    """Whether no stream tells its place, as with a workflow that was open when its stream ended."""

    def let_go(self) -> None:
        """Take that it changed, and that no stream tells how."""
        self.free, self.drawing = True, None


@dataclass
class Ledger:
    """What one thread has to hold."""

    entries: dict[str, Entry] = field(default_factory=dict)
    added: dict[str, JSON] = field(default_factory=dict)
    """Items that were announced and never settled."""
    gone: set[str] = field(default_factory=set)
    passing: set[str] = field(default_factory=set)
    """The words of what was shown and is not stored."""
    known: bool = False
    """Whether all that it holds was seen."""
    unsure: bool = False
    """Whether a stream broke off: nobody can say what it left."""
    more: bool = False
    """Whether the server may have stored more than was told: after a stop, or an action without a stream."""

    def play(self, stream: Stream) -> None:
        """Take what a stream does."""
        told = [event for event in stream.events if event.type not in {"stream_options", "error"}]
        if stream.exchange.kind == "threads.retry_after_item" and stream.events and (told or not stream.failed):
            self._cut(stream.exchange.params.get("item_id"))
        if stream.exchange.kind == "threads.add_client_tool_output" and stream.events:
            self._answer()
        for event in stream.events:
            self._take(event)
        if not stream.whole:
            self.unsure = self.more = True
            self.added = {}
        for name, item in list(self.added.items()):
            if item.get("type") == "workflow":
                self.entries[name] = Entry(item, free=True, optional=True, placeless=True)
                del self.added[name]

    def _take(self, event: Event) -> None:
        name, kind = event.item_id, event.type
        if kind in PASSING and isinstance(event.value.get(PASSING[kind]), str):
            self.passing.add(event.value[PASSING[kind]])
        if not name or event.item_type in HIDDEN:
            return
        if kind in {"thread.item.done", "thread.item.replaced"}:
            before = self.entries.get(name, Entry({}))
            replaced = kind.endswith("replaced") and name in self.entries
            self.entries[name] = Entry(event.item, replaced=replaced, placeless=before.placeless)
            self.added.pop(name, None)
            self.gone.discard(name)
        elif kind == "thread.item.removed":
            self.gone |= {name} if name in self.entries or name in self.added else set()
            self.entries.pop(name, None)
            self.added.pop(name, None)
        elif kind == "thread.item.added" and name not in self.entries:
            self.added[name] = event.item
        elif kind == "thread.item.updated" and name in self.entries:
            self._redraw(self.entries[name], event.update)

    @staticmethod
    def _redraw(entry: Entry, update: JSON) -> None:
        if entry.free:
            return
        if entry.item.get("type") == "widget" and str(update.get("type")).startswith("widget."):
            entry.drawing = entry.drawing or begin(entry.item, announced=True)
            entry.drawing.take(update)
        else:
            entry.free = True

    def _cut(self, last: Any) -> None:
        ids = list(self.entries)
        for name in ids[ids.index(last) + 1 :] if last in ids else []:
            del self.entries[name]

    def _answer(self) -> None:
        """Complete the newest call that waits; what becomes of older ones is another matter."""
        calls = [entry for entry in self.entries.values() if entry.item.get("type") == "client_tool_call"]
        for entry in calls:
            entry.free = True
            entry.optional = entry.item.get("status") == "pending" and entry is not calls[-1]

    def believe(self, listed: list[JSON]) -> None:
        """Go on from what a listing shows."""
        kept = {row["id"]: self.entries.get(row["id"]) for row in listed}
        self.entries = {
            row["id"]: Entry(row, optional=bool(kept[row["id"]] and _optional(kept, row))) for row in listed
        }
        self.added, self.gone, self.known, self.unsure = {}, set(), True, False


def _optional(kept: dict[str, Entry | None], row: JSON) -> bool:
    entry = kept[row["id"]]
    return entry is not None and entry.optional


@dataclass(frozen=True)
class Listing:
    """A thread from end to end as a reply shows it, and what it has to hold."""

    exchange: Exchange
    rows: dict[str, JSON]
    """By id, oldest first."""
    entries: dict[str, Entry]
    added: dict[str, JSON]
    gone: set[str]
    passing: set[str]
    more: bool

    @property
    def missing(self) -> dict[str, JSON]:
        """What has to be there and is not."""
        wanted = {name: entry.item for name, entry in self.entries.items() if not entry.optional}
        return {name: item for name, item in wanted.items() if name not in self.rows}

    @property
    def strange(self) -> dict[str, JSON]:
        """What is there and never was in a stream."""
        known = self.entries.keys() | self.added.keys() | self.gone
        return {name: row for name, row in self.rows.items() if name not in known}

    @property
    def renamed(self) -> dict[str, str]:
        """What is there under another id: the id of the stream, and that of the list."""
        found = {_nameless(row): name for name, row in self.strange.items()}
        return {name: found[key] for name, item in self.missing.items() if (key := _nameless(item)) in found}

    @property
    def common(self) -> list[str]:
        """The ids of what is there and has to be, in the order in which it came, as far as that is told."""
        return [name for name in self.entries if name in self.rows]


def _nameless(item: JSON) -> str:
    return repr(sorted((key, repr(value)) for key, value in item.items() if key not in {"id", "created_at"}))


@lru_cache(maxsize=4)
def listings(told: Conversation) -> tuple[Listing, ...]:
    """Give every listing of a thread that is known from its beginning, or from an earlier listing."""
    ledgers: dict[tuple[str, str], Ledger] = {}
    found: list[Listing] = []
    streams = {id(stream.exchange): stream for stream in told.streams}
    for exchange in told.exchanges:
        stream = streams.get(id(exchange))
        thread = stream.thread_id if stream else str(exchange.params.get("thread_id", ""))
        if thread:
            begun = Ledger(known=exchange.kind == "threads.create")
            ledger = ledgers.setdefault((exchange.user, thread), begun)
            ledger.unsure |= stream is not None and exchange.number in told.concurrent
            if stream or exchange.number not in told.concurrent:
                found += _step(ledger, exchange, stream)
            if exchange.kind == "threads.delete" and exchange.status == OK:
                del ledgers[exchange.user, thread]
    return tuple(found)


def _step(ledger: Ledger, exchange: Exchange, stream: Stream | None) -> Iterator[Listing]:
    """Take one exchange about a thread."""
    listed = shown(exchange)
    if stream:
        ledger.play(stream)
    elif exchange.trouble:
        ledger.unsure = ledger.more = True
    elif exchange.kind == "threads.sync_custom_action":
        ledger.more = True
        item = mapped(mapped(exchange.json).get("updated_item"))
        if item.get("id") in ledger.entries:
            ledger.entries[item["id"]].let_go()
    elif listed is not None:
        by_id = {row["id"]: row for row in listed}
        if ledger.known and not ledger.unsure:
            yield Listing(
                exchange,
                by_id,
                dict(ledger.entries),
                dict(ledger.added),
                set(ledger.gone),
                set(ledger.passing),
                ledger.more,
            )
        ledger.believe(listed)


def shown(exchange: Exchange) -> list[JSON] | None:
    """Give the items of a reply that shows a thread from end to end, oldest first; None for any other."""
    if exchange.kind not in {"items.list", "threads.get_by_id"} or exchange.status != OK:
        return None
    body = mapped(exchange.json)
    page = mapped(body.get("items")) if exchange.kind == "threads.get_by_id" else body
    if page.get("has_more") is not False or exchange.params.get("after") is not None:
        return None
    found = rows(page)
    newest_first = exchange.kind == "items.list" and exchange.params.get("order") != "asc"
    return found[::-1] if newest_first else found


def same(one: JSON, other: JSON) -> bool:
    """Tell whether two items are equal, but for what a store may round of the time.

    A null says what no key says; that it should not be written is another matter.
    """
    keys = one.keys() | other.keys()
    return all(one.get(key) == other.get(key) or _same_time(key, one, other) for key in keys)


def _same_time(key: str, one: JSON, other: JSON) -> bool:
    first, second = (_time(item.get("created_at")) for item in (one, other))
    return key == "created_at" and None not in (first, second) and _near(first, second)


def _near(first: Any, second: Any) -> bool:
    return bool((first.tzinfo is None) == (second.tzinfo is None) and abs(first - second) < ROUNDED)


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
