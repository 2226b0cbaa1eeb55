"""The JSON of replies, taken apart and put together again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from chatkit_conformance.transcript import OK, Exchange, compact, parsed

JSON = dict[str, Any]
START = b"data: "


def told(exchange: Exchange) -> list[Any]:
    """Give the events of a stream, or the one value of another reply; nothing of what is refused."""
    if exchange.status != OK:
        return []
    if not exchange.streams:
        return [exchange.json] if exchange.json is not None else []
    lines = exchange.received.split(b"\n")
    return [parsed(line.removeprefix(START)) for line in lines if line.startswith(START)]


def retold(exchange: Exchange, values: Sequence[Any]) -> Exchange:
    """Write a reply that tells something else."""
    if exchange.streams:
        written = "".join(f"data: {compact(value)}\n\n" for value in values).encode()
    else:
        written = compact(values[0]).encode() if values else b""
    return replace(exchange, received=written, arrivals=_later(exchange, len(written)))


def _later(exchange: Exchange, size: int) -> tuple[tuple[int, float], ...]:
    """Keep the times at which pieces came, as shares of the new size."""
    old = len(exchange.received) or 1
    return tuple((count * size // old, at) for count, at in exchange.arrivals)


def each(change: Callable[[Any], Any]) -> Callable[[Sequence[Exchange]], list[Exchange]]:
    """Change every object of every reply, innermost first; `change` gives what stands in its place."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return change({key: walk(inner) for key, inner in value.items()})
        return [walk(inner) for inner in value] if isinstance(value, list) else value

    def spoil(conversation: Sequence[Exchange]) -> list[Exchange]:
        spoiled = []
        for exchange in conversation:
            before = told(exchange)
            after = [walk(value) for value in before]
            spoiled.append(exchange if after == before else retold(exchange, after))
        return spoiled

    return spoil


def objects(value: Any, under: str = "") -> Iterator[tuple[str, JSON]]:
    """Give every object with what it is: its type, or the field that it stands in."""
    if isinstance(value, dict):
        name = label(value, under)
        yield name, value
        for key, inner in value.items():
            yield from objects(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner, under)


def label(value: JSON, under: str = "") -> str:
    """Say what an object is."""
    kind = value.get("type")
    if "has_more" in value:
        return "page"
    if "status" in value and "items" in value:
        return "thread"
    return kind if isinstance(kind, str) else under or "reply"
