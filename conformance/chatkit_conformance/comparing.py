"""Two transcripts of the same conversation, and where they differ in meaning: ids and times aside, event by event."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, NamedTuple

from chatkit_conformance.linter.subjects import frames
from chatkit_conformance.transcript import Exchange

ABSENT = "(absent)"


class Difference(NamedTuple):
    """One difference. `a` and `b` are what each side has at `path`; `event` counts the frames of that side."""

    exchange: int
    event: int | None
    path: str
    a: Any
    b: Any


class Names:
    """The names of one side: every id of a thread, an item, an attachment, a call or an image is called by its order.

    Only what stands where the protocol has an id counts as one; the ids of components and questions are the app's
    own, and mean something. Known ids are then renamed wherever they occur, in texts and addresses too.
    """

    def __init__(self) -> None:
        self.given: dict[str, str] = {}

    def learn(self, value: Any) -> None:
        """Find the ids in a message, at every depth."""
        if isinstance(value, list):
            for inner in value:
                self.learn(inner)
        if not isinstance(value, dict):
            return
        for key in _NAMED & value.keys():
            self._note(value[key])
        if _OWNERS & value.keys():
            self._note(value.get("id"))
        for inner in value.values():
            self.learn(inner)

    def _note(self, value: Any) -> None:
        if isinstance(value, str) and value:
            self.given.setdefault(value, f"id-{len(self.given) + 1}")

    def normal(self, value: Any, key: str = "") -> Any:
        """Write a message without what differs between two honest servers."""
        if isinstance(value, dict):
            return {inner: self.normal(value[inner], inner) for inner in value}
        if isinstance(value, list):
            return [self.normal(inner, key) for inner in value]
        if key == "created_at" and _is_time(value):
            return "(a time)"
        return self._renamed(value) if isinstance(value, str) else value

    def _renamed(self, text: str) -> str:
        if text in self.given:
            return self.given[text]
        for real, name in self.given.items():
            if real in text:
                text = text.replace(real, name)
        return text


_NAMED = frozenset({"thread_id", "item_id", "attachment_id", "call_id", "after"})
_OWNERS = frozenset({"created_at", "mime_type"})
"""What an object has whose `id` the server made: an item or a thread, an attachment."""


def _is_time(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


@dataclass
class _Side:
    """What one exchange shows, normalised."""

    request: Any
    reply: list[Any]
    """The status and content type, then the events, or the JSON or text of the body."""


def differences(a: Sequence[Exchange], b: Sequence[Exchange]) -> Iterator[Difference]:
    """Give every difference, exchange by exchange; one that only one side has is a difference as a whole."""
    left, right = _sides(a), _sides(b)
    for i, j in _aligned([_key(one.request) for one in left], [_key(one.request) for one in right]):
        if i is None or j is None:
            number, whole = (j, right) if i is None else (i, left)
            told = [ABSENT, whole[number or 0].request]
            yield Difference(number or 0, None, "$", *(told if i is None else reversed(told)))
            continue
        yield from _values(i, None, "request", left[i].request, right[j].request)
        yield from _replies(i, left[i].reply, right[j].reply)


def _sides(exchanges: Sequence[Exchange]) -> list[_Side]:
    names = Names()
    found = []
    for one in exchanges:
        request = one.request or one.sent.decode(errors="replace")
        told = _told(one)
        names.learn([request, told])
        head = {"status": one.status, "content-type": one.media} | ({"cut": True} if one.cut else {})
        found.append(_Side(names.normal(request), [head, *names.normal(told)]))
    return found


def _told(one: Exchange) -> list[Any]:
    if one.streams or one.media == "text/event-stream":
        return [frame.value if frame.value is not None else frame.raw.decode(errors="replace") for frame in frames(one)]
    return [one.json if one.json is not None else one.received.decode(errors="replace")]


def _replies(exchange: int, a: list[Any], b: list[Any]) -> Iterator[Difference]:
    yield from _values(exchange, None, "reply", a[0], b[0])
    for i, j in _aligned([_canonical(one) for one in a[1:]], [_canonical(one) for one in b[1:]]):
        if i is None or j is None:
            one = ABSENT if i is None else a[i + 1]
            yield Difference(exchange, j if i is None else i, "$", one, ABSENT if j is None else b[j + 1])
        else:
            yield from _values(exchange, i, "$", a[i + 1], b[j + 1])


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _key(request: Any) -> str:
    return str(request.get("type")) if isinstance(request, dict) else str(request)


def _aligned(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Pair what is equal; between two equal pairs, pair what stands in the same place, and leave over the rest."""
    for _, start_a, end_a, start_b, end_b in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        for step in range(max(end_a - start_a, end_b - start_b)):
            i, j = start_a + step, start_b + step
            yield (i if i < end_a else None), (j if j < end_b else None)


def _values(exchange: int, event: int | None, path: str, a: Any, b: Any) -> Iterator[Difference]:
    """Walk two values side by side."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in a | b:
            yield from _values(exchange, event, f"{path}.{key}", a.get(key, ABSENT), b.get(key, ABSENT))
    elif isinstance(a, list) and isinstance(b, list):
        for number, (one, other) in enumerate(zip_longest(a, b, fillvalue=ABSENT)):
            yield from _values(exchange, event, f"{path}[{number}]", one, other)
    elif isinstance(a, bool) is not isinstance(b, bool) or a != b:
        yield Difference(exchange, event, path, a, b)
