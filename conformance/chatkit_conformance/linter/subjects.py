"""What rules look at: a conversation, its exchanges, their streams, frames and events.

Everything here is tolerant. What is malformed is left out, or comes as an empty value, and is the matter of the
rules about framing and shape alone; so one fault is found once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from chatkit_conformance.linter.frames import Frame, frames
from chatkit_conformance.linter.growth import Growth, begin
from chatkit_conformance.linter.places import Look, Looks, Placed, Where, asked
from chatkit_conformance.transcript import STREAMING, Exchange, parsed
from chatkit_protocol.revisions import LATEST

JSON = dict[str, Any]
MARK = "ckc:"
"""What the text of a message begins with that is a script for the test bed."""
SAYING = ("threads.create", "threads.add_user_message")
NEWEST = LATEST
"""The newest revision of the protocol."""
RETURNS = ("threads.add_client_tool_output", "threads.add_structured_input")
SETTLING = ("thread.item.done", "thread.item.replaced", "thread.item.removed")


@dataclass(frozen=True)
class Event(Placed):
    """A frame whose data is an object with a type."""

    frame: Frame
    value: JSON
    place: int
    """Its number among the events of its stream."""

    @property
    def where(self) -> Where:
        """The place."""
        return self.frame.where

    @property
    def type(self) -> str:
        """The type of the event."""
        return str(self.value["type"])

    @cached_property
    def item(self) -> JSON:
        """The item that it carries; empty without one."""
        item = self.value.get("item")
        return item if isinstance(item, dict) else {}

    @cached_property
    def item_id(self) -> str:
        """The item that it is about; empty for an event about none."""
        found = self.item.get("id", self.value.get("item_id"))
        return found if isinstance(found, str) else ""

    @cached_property
    def item_type(self) -> str:
        """The type of the item that it carries."""
        kind = self.item.get("type")
        return kind if isinstance(kind, str) else ""

    @cached_property
    def update(self) -> JSON:
        """The update that it carries; empty without one, or without a type."""
        update = self.value.get("update")
        return update if isinstance(update, dict) and isinstance(update.get("type"), str) else {}

    @property
    def thread(self) -> JSON:
        """The thread that it carries; empty without one."""
        thread = self.value.get("thread")
        return thread if isinstance(thread, dict) else {}


@dataclass(frozen=True)
class Stream(Placed):
    """An answer in events, with the items that its thread is known to have had before it."""

    exchange: Exchange
    thread_id: str
    frames: Sequence[Frame]
    events: Sequence[Event]
    before: dict[str, JSON] = field(default_factory=dict)
    """By id, in their order, as far as this conversation showed them; workflows that are still open too."""
    known: bool = False
    """Whether these are all: the thread began in this conversation, or was listed in it."""
    deleted: frozenset[str] = frozenset()
    """The items that the request deletes without a word: those after the message that a retry answers again."""
    notes: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What rules have worked out about it, so that each thing is worked out once."""

    resumed: list[Any] | None = None
    """The script that the thread keeps for an answer without a message, or that of the message answered again."""

    @property
    def where(self) -> Where:
        """The place."""
        return Where(self.exchange.number)

    @property
    def kind(self) -> str:
        """The type of the request."""
        return self.exchange.kind

    @property
    def kinds(self) -> list[str]:
        """The types of the events."""
        return [event.type for event in self.events]

    @cached_property
    def lasting(self) -> list[Event]:
        """The events that tell of the thread, or may change what is stored: all but what only passes and text."""
        told = (event for event in self.events if event.type.startswith("thread."))
        return [event for event in told if not str(event.update.get("type")).startswith("assistant_message.")]

    def of(self, *types: str) -> list[Event]:
        """Give the events of these types."""
        return [event for event in self.events if event.type in types]

    @property
    def whole(self) -> bool:
        """Whether all of it is there: nobody left, nothing broke off, and every frame could be read."""
        return not (self.exchange.cut or self.exchange.left) and self.legible

    @cached_property
    def legible(self) -> bool:
        """Whether there are frames, and events in all of them."""
        return bool(self.events) and all(frame.legible for frame in self.frames)

    @property
    def failed(self) -> bool:
        """Whether it tells an error."""
        return bool(self.of("error"))

    @property
    def refusal(self) -> bool:
        """Whether it is the single error that a sender gets which is no widget: a stream without options."""
        return self.kind == "threads.custom_action" and self.kinds == ["error"]

    @property
    def script(self) -> list[Any] | None:
        """The operations that the test bed carries out for the request; None without a script."""
        own = script_of(self.exchange)
        return self.resumed if own is None else own


def script_of(exchange: Exchange) -> list[Any] | None:
    """Find the script in a message or in an action."""
    action = exchange.params.get("action")
    payload = action.get("payload") if isinstance(action, dict) else None
    if isinstance(payload, dict) and isinstance(payload.get("ckc"), list):
        return list(payload["ckc"])
    return _operations(said(exchange))


def _operations(text: str) -> list[Any] | None:
    operations = parsed(text.removeprefix(MARK)) if text.startswith(MARK) else None
    return operations if isinstance(operations, list) else None


def said(exchange: Exchange) -> str:
    """Give the text of the message that a request brings."""
    return _text(exchange.params.get("input"))


def _text(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict) and _is_text(part))


def _is_text(part: JSON) -> bool:
    return part.get("type") == "input_text"


def rows(body: Any) -> list[JSON]:
    """Give the rows of a page, or of the page inside a thread."""
    page = body.get("items", body) if isinstance(body, dict) else {}
    data = page.get("data") if isinstance(page, dict) else None
    found = data if isinstance(data, list) else []
    return [row for row in found if isinstance(row, dict) and isinstance(row.get("id"), str)]


class Conversation(Placed):
    """Exchanges between one client and one server, in the order in which they began."""

    def __init__(self, exchanges: Iterable[Exchange], *, revision: str = NEWEST) -> None:
        numbered = enumerate(exchanges)
        self.exchanges = [one if one.number == number else replace(one, number=number) for number, one in numbered]
        self.revision = revision
        """The revision of the protocol that the server declares."""

    @property
    def where(self) -> Where:
        """The place."""
        return Where(0)

    @cached_property
    def streams(self) -> list[Stream]:
        """Every streamed answer, with what its thread had before."""
        threads: dict[str, Known] = {}
        return [stream for exchange in self.exchanges if (stream := _seen(exchange, threads))]

    @cached_property
    def frames(self) -> list[Frame]:
        """Every frame of every stream."""
        return [frame for stream in self.streams for frame in stream.frames]

    @cached_property
    def events(self) -> list[Event]:
        """Every event of every stream."""
        return [event for stream in self.streams for event in stream.events]

    def thread_of(self, number: int) -> str:
        """Name the thread that an exchange is about; empty when it is about none."""
        stream = self.stream_of(self.exchanges[number])
        return stream.thread_id if stream else str(self.exchanges[number].params.get("thread_id", ""))

    def stream_of(self, exchange: Exchange) -> Stream | None:
        """Give the stream of an exchange, if it has one."""
        return self._by_number.get(exchange.number)

    @cached_property
    def _by_number(self) -> dict[int, Stream]:
        return {stream.exchange.number: stream for stream in self.streams}

    @cached_property
    def concurrent(self) -> frozenset[int]:
        """The numbers of the exchanges that went on while another did: what such a one shows may be old or new."""
        found: set[int] = set()
        last, until = 0, 0.0
        for exchange in self.exchanges:
            if exchange.began < until:
                found |= {last, exchange.number}
            end = exchange.began + (exchange.arrivals[-1][1] if exchange.arrivals else 0)
            if end >= until:
                last, until = exchange.number, end
        return frozenset(found)

    def after(self, exchange: Exchange, *kinds: str) -> list[Exchange]:
        """Give the later exchanges, of these request types if any are named."""
        later = self.exchanges[exchange.number + 1 :]
        return [one for one in later if not kinds or one.kind in kinds]


@dataclass
class Known:
    """What a conversation has shown of a thread."""

    items: dict[str, JSON] = field(default_factory=dict)
    """By id, in their order: what is stored, and workflows that are still open."""
    whole: bool = False
    """Whether these are all of them."""
    growing: dict[str, Growth] = field(default_factory=dict)
    """Open workflows and redrawn widgets of the stream that is being read."""
    next: list[Any] | None = None
    """The script that its metadata keeps, as far as scripts set it."""

    def take(self, event: Event) -> None:
        """Note what an event does to the items of its thread."""
        name = event.item_id
        if event.type in {"thread.item.done", "thread.item.replaced"} and name:
            self.items[name] = event.item
            self.growing.pop(name, None)
        elif event.type == "thread.item.removed":
            self.items.pop(name, None)
            self.growing.pop(name, None)
        elif event.type == "thread.item.added" and event.item_type == "workflow" and name:
            self.growing[name] = begin(event.item, announced=True)
        elif event.type == "thread.item.updated":
            self._update(name, event.update)

    def _update(self, name: str, update: JSON) -> None:
        stored = self.items.get(name, {})
        if name not in self.growing and stored.get("type") in {"widget", "workflow"}:
            self.growing[name] = begin(stored, announced=True)
        if name in self.growing:
            self.growing[name].take(update)

    def end(self, *, failed: bool = False) -> None:
        """Note what is left when a stream ends. What was only announced when an answer failed was never stored."""
        left = {name: growth.item for name, growth in self.growing.items()}
        self.items |= {name: item for name, item in left.items() if name in self.items or not failed}
        self.growing = {}

    def list(self, exchange: Exchange) -> None:
        """Note what a reply lists."""
        found = rows(exchange.json)
        oldest_first = exchange.kind != "items.list" or exchange.params.get("order") == "asc"
        self.items |= {row["id"]: row for row in (found if oldest_first else reversed(found))}
        page = exchange.json.get("items", exchange.json) if isinstance(exchange.json, dict) else {}
        complete = isinstance(page, dict) and page.get("has_more") is False and not exchange.params.get("after")
        self.whole = self.whole or complete

    def cut(self, last: Any) -> set[str]:
        """Forget what a retry deletes; give the ids."""
        ids = list(self.items)
        gone = set(ids[ids.index(last) + 1 :]) if last in ids else set()
        self.items = {name: item for name, item in self.items.items() if name not in gone}
        return gone


def _resumed(exchange: Exchange, known: Known) -> list[Any] | None:
    """Find the script of an answer whose request brings none."""
    if exchange.kind in RETURNS:
        return known.next
    again = exchange.kind == "threads.retry_after_item"
    return _operations(_text(known.items.get(str(exchange.params.get("item_id"))))) if again else None


def _kept(script: list[Any] | None) -> list[Any] | None:
    """Give what a script has the thread keep for later."""
    kept = [step[2] for step in script or () if isinstance(step, list) and step[:2] == ["meta", "next"] and step[2:]]
    return kept[-1] if kept and isinstance(kept[-1], list) else None


def _seen(exchange: Exchange, threads: dict[str, Known]) -> Stream | None:
    """Make the stream of an exchange, and note what the exchange tells of its thread."""
    streams = exchange.streams and (not exchange.kind or exchange.kind in STREAMING)
    told = frames(exchange) if streams else []
    values = [(frame, frame.value) for frame in told]
    typed = [(f, v) for f, v in values if isinstance(v, dict) and isinstance(v.get("type"), str)]
    events = [Event(frame, value, place) for place, (frame, value) in enumerate(typed)]
    made = next((event.thread.get("id") for event in events if event.type == "thread.created"), None)
    thread_id = str(made if exchange.kind == "threads.create" else exchange.params.get("thread_id", ""))
    known = threads.setdefault(thread_id, Known(whole=bool(made) and exchange.kind == "threads.create"))
    if not streams:
        if exchange.status and exchange.kind in {"items.list", "threads.get_by_id"}:
            known.list(exchange)
        return None
    retries = exchange.kind == "threads.retry_after_item" and events
    deleted = known.cut(exchange.params.get("item_id")) if retries else set()
    resumed = _resumed(exchange, known)
    stream = Stream(exchange, thread_id, told, events, dict(known.items), known.whole, frozenset(deleted))
    stream = replace(stream, resumed=resumed)
    known.next = _kept(stream.script) or known.next
    for event in events:
        known.take(event)
    known.end(failed=stream.failed)
    return stream


__all__ = [
    "JSON",
    "MARK",
    "NEWEST",
    "SAYING",
    "SETTLING",
    "Conversation",
    "Event",
    "Frame",
    "Known",
    "Look",
    "Looks",
    "Placed",
    "Stream",
    "Where",
    "asked",
    "frames",
    "rows",
    "said",
    "script_of",
]
