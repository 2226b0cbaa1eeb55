"""Pages of lists, with what has to be on them, and the walks from the first page to the last."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chatkit_conformance.linter.growth import mapped
from chatkit_conformance.linter.subjects import Conversation, Look, asked, rows
from chatkit_conformance.linter.told import Told, named, progress
from chatkit_conformance.transcript import OK, Exchange
from chatkit_protocol.requests import page_size

LISTS = ("items.list", "threads.list")


@dataclass(frozen=True)
class Shown:
    """One page."""

    exchange: Exchange
    known: list[str]
    """The ids that are known to be in the list, oldest first."""
    whole: bool
    """Whether everything that was made since the conversation began is among these."""
    hides: bool
    """Whether hidden rows may make pages short."""

    @property
    def ids(self) -> list[str]:
        """The ids of its rows."""
        return [row["id"] for row in rows(self.exchange.json)]

    @property
    def more(self) -> Any:
        """Whether more pages follow."""
        return mapped(self.exchange.json).get("has_more")

    @property
    def cursor(self) -> Any:
        """What the request for the next page has to pass on."""
        return mapped(self.exchange.json).get("after")

    @property
    def order(self) -> str:
        """The order that was asked for; empty without any."""
        return named(self.exchange, "order")

    @property
    def after(self) -> str:
        """The cursor that was passed on; empty for a first page."""
        return named(self.exchange, "after")

    @property
    def limit(self) -> int:
        """How many rows were asked for."""
        try:
            return page_size(self.exchange.params.get("limit"))
        except (ValueError, TypeError):
            return 0

    @property
    def places(self) -> list[int]:
        """Where its rows stand among the known ones."""
        at = {row: place for place, row in enumerate(self.known)}
        return [at[row] for row in self.ids if row in at]

    def look(self, holds: object, expected: str, actual: Any = None, *, path: str = "") -> Look:
        """Say whether a rule holds of the page."""
        return asked(self.exchange, holds, expected, actual, path=path)


def pages(conversation: Conversation) -> Iterator[Shown]:
    """Give the pages that were shown while nothing else went on."""
    for exchange, told in progress(conversation):
        fine = exchange.status == OK and isinstance(exchange.json, dict) and not exchange.streams
        if exchange.kind in LISTS and fine and exchange.number not in conversation.concurrent:
            yield _shown(exchange, told)


def _shown(exchange: Exchange, told: Told) -> Shown:
    if exchange.kind == "threads.list":
        made = [thread for thread in told.threads.values() if thread.made and not thread.gone]
        mine = [thread.id for thread in made if thread.user == exchange.user]
        return Shown(exchange, mine, whole=True, hides=False)
    found = told.thread(exchange)
    if found is None or found.gone:
        return Shown(exchange, [], whole=False, hides=True)
    # A workflow may be announced in one stream and stored in a later one: its place is not known.
    placed = [item_id for item_id, item in found.items.items() if item.get("type") != "workflow"]
    return Shown(exchange, placed, whole=found.known.whole, hides=found.hides)


@dataclass
class Walk:
    """Pages that follow each other by their cursors."""

    pages: list[Shown] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The ids of all rows."""
        return [row for page in self.pages for row in page.ids]

    @property
    def ended(self) -> bool:
        """Whether it came to the last page."""
        return self.pages[-1].more is False

    @property
    def steady(self) -> bool:
        """Whether the list stayed as it was meanwhile."""
        return all(page.known == self.pages[0].known for page in self.pages)


def walks(conversation: Conversation) -> list[Walk]:
    """Give the walks that begin with a first page."""
    found: list[Walk] = []
    going: dict[tuple[str, ...], Walk] = {}
    for page in pages(conversation):
        one = page.exchange
        key = (one.kind, named(one, "thread_id"), page.order, one.user)
        if not page.after:
            going[key] = Walk([page])
            found.append(going[key])
        elif key in going and going[key].pages[-1].cursor == page.after:
            going[key].pages.append(page)
    return found
