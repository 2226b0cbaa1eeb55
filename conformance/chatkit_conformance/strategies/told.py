"""A drawn stream as JSON: what a client gets to see, and what a linter reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from chatkit_conformance.linter.example import STREAM_HEADERS, body
from chatkit_conformance.strategies.conversations import Stream
from chatkit_conformance.transcript import Exchange, compact
from chatkit_protocol.codec import encode

JSON = dict[str, Any]


@dataclass
class Told:
    """A stream as it is told on the wire."""

    request: JSON
    before: dict[str, JSON]
    """The items that the thread had, by id."""
    events: list[JSON]
    opening: int
    """So many events come before the app's own."""

    @property
    def kind(self) -> str:
        """The type of the request."""
        return str(self.request["type"])

    @property
    def failed(self) -> bool:
        """Whether it tells an error."""
        return bool(self.at("error"))

    def at(self, *types: str, item: str = "") -> list[int]:
        """Find the places of events of these types; with `item`, those that carry an item of this type."""
        return [
            place
            for place, event in enumerate(self.events)
            if event.get("type") in types and item in {"", event.get("item", {}).get("type")}
        ]

    def updates(self, type_: str = "") -> list[int]:
        """Find the places of updates, or of those whose type begins so."""
        found = self.at("thread.item.updated")
        return [place for place in found if self.events[place]["update"]["type"].startswith(type_)]

    def items(self, *types: str) -> list[JSON]:
        """Give the items that events of these types carry."""
        return [self.events[place]["item"] for place in self.at(*types)]

    def about(self, place: int) -> str:
        """Name the item that an event is about; empty for an event about none."""
        event = self.events[place]
        return str(event["item"]["id"] if "item" in event else event.get("item_id", ""))

    def later(self, place: int, *types: str) -> list[int]:
        """Find later events of these types about the same item."""
        return [after for after in self.at(*types) if after > place and self.about(after) == self.about(place)]

    def earlier(self, place: int, *types: str) -> list[int]:
        """Find earlier events of these types about the same item."""
        return [before for before in self.at(*types) if before < place and self.about(before) == self.about(place)]

    def insert(self, event: JSON, place: int | None = None) -> None:
        """Put in an event, at the end unless told otherwise."""
        self.events.insert(len(self.events) if place is None else place, event)


def told(stream: Stream) -> Told:
    """Write a drawn stream as JSON."""
    return Told(
        request=_plain(stream.request),
        before={item.id: _plain(item) for item in stream.before},
        events=[_plain(event) for event in stream.events],
        opening=stream.opening,
    )


def _plain(message: Any) -> JSON:
    tree: JSON = msgspec.json.decode(encode(message))
    return tree


def exchanges(conversation: Sequence[Told]) -> list[Exchange]:
    """Write a conversation as a client would record it: every request with its whole reply."""
    return [
        Exchange(compact(one.request).encode(), 200, STREAM_HEADERS, body(one.events), path="/chatkit/api")
        for one in conversation
    ]


__all__ = ["JSON", "Told", "exchanges", "told"]
