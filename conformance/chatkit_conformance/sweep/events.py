"""Every kind of event: lost, sent twice, moved."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chatkit_conformance.sweep.json import JSON, retold, told
from chatkit_conformance.transcript import Exchange

NAME = "event"
Events = list[JSON]
Change = Callable[[Sequence[Exchange]], list[Exchange]]


def kind(event: JSON) -> str:
    """Say what an event is, with what it carries."""
    item, update = event.get("item"), event.get("update")
    inner = item if isinstance(item, dict) else update if isinstance(update, dict) else {}
    return " ".join(filter(None, [str(event.get("type")), str(inner.get("type", ""))]))


def places(conversation: Sequence[Exchange]) -> Iterable[str]:
    """Name every kind of event that is seen, by the request that it answers."""
    return sorted({f"{one.kind} {kind(event)}" for one in conversation if one.streams for event in told(one)})


def changes(place: str) -> dict[str, Change]:
    """Give the ways in which a server gets this kind of event wrong."""
    return {name: _spoiling(place, change) for name, change in OPERATIONS.items()}


def _spoiling(place: str, change: Callable[[Events, Callable[[Any], bool]], Events]) -> Change:
    request, _, wanted = place.partition(" ")

    def spoil(conversation: Sequence[Exchange]) -> list[Exchange]:
        spoiled = []
        for one in conversation:
            before = told(one) if one.streams and one.kind == request else []
            after = change(before, lambda event: kind(event) == wanted)
            spoiled.append(one if after == before else retold(one, after))
        return spoiled

    return spoil


def _swapped(events: Events, chosen: Callable[[Any], bool]) -> Events:
    result = list(events)
    for place in range(len(result) - 1):
        if chosen(result[place]) and not chosen(result[place + 1]):
            result[place], result[place + 1] = result[place + 1], result[place]
            break
    return result


def _last_lost(events: Events, chosen: Callable[[Any], bool]) -> Events:
    found = [place for place, event in enumerate(events) if chosen(event)][-1:]
    return [event for place, event in enumerate(events) if place not in found]


OPERATIONS: dict[str, Callable[[Events, Callable[[Any], bool]], Events]] = {
    "lose": lambda events, chosen: [event for event in events if not chosen(event)],
    "lose the last": _last_lost,
    "double": lambda events, chosen: [event for one in events for event in ([one, one] if chosen(one) else [one])],
    "swap with the next": _swapped,
    "send last": lambda events, chosen: sorted(events, key=chosen),
    "send first": lambda events, chosen: sorted(events, key=lambda event: not chosen(event)),
}
