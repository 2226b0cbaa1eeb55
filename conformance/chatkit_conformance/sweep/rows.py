"""Every listing: rows lost, doubled, out of order; and the ids in it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chatkit_conformance.sweep.json import JSON, label, retold, told
from chatkit_conformance.transcript import Exchange

NAME = "listing"
LISTS = ("items.list", "threads.list", "threads.get_by_id")
Rows = list[JSON]
Change = Callable[[Sequence[Exchange]], list[Exchange]]


def _page(exchange: Exchange) -> JSON:
    body = told(exchange)[0] if exchange.kind in LISTS and told(exchange) else {}
    found = body.get("items", body) if isinstance(body, dict) else {}
    return found if isinstance(found, dict) and isinstance(found.get("data"), list) else {}


def places(conversation: Sequence[Exchange]) -> Iterable[str]:
    """Name the lists that are seen, and the types of their rows."""
    found = set()
    for one in conversation:
        rows = _page(one).get("data", [])
        found |= {one.kind} if rows else set()
        found |= {f"{one.kind} {label(row)}" for row in rows}
    return sorted(found)


def changes(place: str) -> dict[str, Change]:
    """Give the ways in which a server gets this list wrong."""
    return {name: _spoiling(place, change) for name, change in OPERATIONS.items()}


def _spoiling(place: str, change: Callable[[Rows, Callable[[Any], bool]], Rows]) -> Change:
    request, _, wanted = place.partition(" ")

    def spoil(conversation: Sequence[Exchange]) -> list[Exchange]:
        return [_spoiled(one) if one.kind == request and _page(one) else one for one in conversation]

    def _spoiled(one: Exchange) -> Exchange:
        page = _page(one)
        rows = change(page["data"], lambda row: not wanted or label(row) == wanted)
        if rows == page["data"]:
            return one
        body = told(one)[0]
        fresh = page | {"data": rows}
        return retold(one, [body | {"items": fresh} if "items" in body else fresh])

    return spoil


def _first(rows: Rows, chosen: Callable[[Any], bool]) -> int:
    return next((place for place, row in enumerate(rows) if chosen(row)), -1)


def _final(rows: Rows, chosen: Callable[[Any], bool]) -> int:
    return max((place for place, row in enumerate(rows) if chosen(row)), default=-1)


def _without(rows: Rows, place: int) -> Rows:
    return [row for number, row in enumerate(rows) if number != place]


OPERATIONS: dict[str, Callable[[Rows, Callable[[Any], bool]], Rows]] = {
    "lose the first": lambda rows, chosen: _without(rows, _first(rows, chosen)),
    "lose the last": lambda rows, chosen: _without(rows, _final(rows, chosen)),
    "lose all": lambda rows, chosen: [row for row in rows if not chosen(row)],
    "double the first": lambda rows, chosen: [*rows[: _first(rows, chosen) + 1], *rows[max(_first(rows, chosen), 0) :]],
    "reverse": lambda rows, _: rows[::-1],
    "send the first last": lambda rows, chosen: (
        [*_without(rows, _first(rows, chosen)), rows[_first(rows, chosen)]] if _first(rows, chosen) >= 0 else rows
    ),
    "rename": lambda rows, chosen: [row | {"id": f"{row['id']}_db"} if chosen(row) else row for row in rows],
    "give one id to all": lambda rows, chosen: [row | {"id": "same"} if chosen(row) else row for row in rows],
}
