"""Requests to a thread, with what listings show before and after: most of what a request does is silent."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chatkit_conformance.linter.subjects import Conversation, Event, Look, Stream, asked, rows
from chatkit_conformance.transcript import OK, STREAMING, Exchange

JSON = dict[str, Any]
CHANGING = STREAMING | {"threads.delete", "threads.sync_custom_action"}
NOWHERE = "msg_00000000"
"""The id that scenarios give for one that does not exist."""


@dataclass(frozen=True)
class Visit:
    """One request to a thread."""

    conversation: Conversation
    exchange: Exchange
    stream: Stream | None

    @cached_property
    def before(self) -> list[JSON] | None:
        """The visible items of the thread, oldest first; None where no listing stands directly before."""
        return self._nearest(range(self.exchange.number - 1, -1, -1))

    @cached_property
    def after(self) -> list[JSON] | None:
        """The same, directly after."""
        return self._nearest(range(self.exchange.number + 1, len(self.conversation.exchanges)))

    def _nearest(self, places: range) -> list[JSON] | None:
        """Give what the nearest listing shows, if nothing can have changed in between."""
        thread = self.stream.thread_id if self.stream else self.params.get("thread_id")
        for one in (self.conversation.exchanges[place] for place in places):
            if one.params.get("thread_id") == thread:
                if (found := whole(one)) is not None:
                    return found
                if one.kind in CHANGING and one.status == OK:
                    return None
        return None

    @property
    def params(self) -> JSON:
        """The parameters of the request."""
        return self.exchange.params

    @property
    def item(self) -> JSON:
        """The item that the request names, as it was; empty where no listing shows it."""
        return named(self.before, self.params.get("item_id"))

    @property
    def told(self) -> list[Event]:
        """What the stream says, its options aside."""
        return [event for event in self.stream.events if event.type != "stream_options"] if self.stream else []

    @property
    def notices(self) -> list[str]:
        """The notices of the stream: a test bed tells in them what its handlers get."""
        return [str(event.value.get("message")) for event in self.told if event.type == "notice"]

    @property
    def failed(self) -> bool:
        """Whether the server said no: by a status, by nothing but an error, or by breaking off without a word."""
        if self.stream is None:
            return self.exchange.status != OK
        if not self.told:
            return self.exchange.cut
        return all(event.type == "error" for event in self.told)

    def look(self, holds: object, expected: str, actual: Any = None) -> Look:
        """Say whether a rule holds of the request as a whole."""
        return asked(self.exchange, holds, expected, actual)


def visits(told: Conversation, *kinds: str, left: bool = False) -> Iterator[Visit]:
    """Give the requests of these types: those that were answered in full, or those whose reader left."""
    streams = {id(stream.exchange): stream for stream in told.streams}
    for exchange in told.exchanges:
        if exchange.kind in kinds and exchange.status and exchange.left == left:
            yield Visit(told, exchange, streams.get(id(exchange)))


def after(told: Conversation, exchange: Exchange) -> list[JSON] | None:
    """Give what the first listing after a request shows, if nothing can have changed in between."""
    return Visit(told, exchange, told.stream_of(exchange)).after


def whole(exchange: Exchange) -> list[JSON] | None:
    """Give the items of a listing that shows a thread from end to end, oldest first; None for anything else."""
    if exchange.kind != "items.list" or exchange.status != OK or exchange.params.get("after") is not None:
        return None
    if not isinstance(exchange.json, dict) or exchange.json.get("has_more") is not False:
        return None
    found = rows(exchange.json)
    return found if exchange.params.get("order") == "asc" else found[::-1]


def named(items: list[JSON] | None, item_id: Any) -> JSON:
    """Find an item by its id; empty without one."""
    return next((item for item in items or () if item["id"] == item_id), {})


def pending_calls(items: list[JSON] | None) -> list[JSON]:
    """Give the client tool calls that wait for the page, oldest first."""
    waiting = [item for item in items or () if item.get("type") == "client_tool_call"]
    return [item for item in waiting if item.get("status") == "pending"]
