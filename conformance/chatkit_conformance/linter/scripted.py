"""What a script has a test bed send, and what of it arrived.

Only the plain part of a script can be foretold: `emit` and `notice`, until something fails. What widgets are
streamed as, what agents say and what handlers tell of themselves is left to other rules.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from chatkit_conformance.linter.growth import mapped
from chatkit_conformance.linter.subjects import JSON, Event, Stream
from chatkit_protocol.codec import decode_event
from chatkit_protocol.items import HiddenContextItem, SDKHiddenContextItem

HIDDEN = {HiddenContextItem.__struct_config__.tag, SDKHiddenContextItem.__struct_config__.tag}
SILENT = {"title", "status", "meta", "domains", "hidden", "sleep"}
"""Operations that send nothing by themselves."""
TELLING = {"input", "payload", "sender"}
"""Operations that tell what the handler received, in a notice."""
OPENING = {"thread.created", "stream_options"}
MOST = 100_000
"""More operations are not looked at, whatever a script says that it repeats."""


def steps(script: Any) -> Iterator[list[Any]]:
    """Give the operations one by one, repetitions written out, up to the one that fails."""
    left = MOST
    pending = [iter(script if isinstance(script, list) else ())]
    while pending and left:
        step = next(pending[-1], None)
        if step is None:
            pending.pop()
        elif isinstance(step, list) and step[:1] == ["repeat"] and len(step) > 2:  # noqa: PLR2004 - name, number, what
            pending.append(iter(step[2] * min(int(step[1]), left)))
        elif isinstance(step, list) and step:
            left -= 1
            yield step
            if step[0] == "raise":
                return


class Words:
    """What the strings stand for that begin with `$`; ids are learned from what arrived."""

    def __init__(self, thread_id: str) -> None:
        self.thread_id = thread_id
        self.ids: dict[str, str] = {}

    def fits(self, wanted: Any, found: Any) -> bool:
        """Tell whether something arrived as a script says it; what a server adds to objects does not matter."""
        if isinstance(wanted, dict):
            # A null is left out, or stays where an object is free: that is for the rules about JSON.
            return isinstance(found, dict) and all(
                self.fits(value, found.get(name)) for name, value in wanted.items() if name != "created_at"
            )
        if isinstance(wanted, list):
            return isinstance(found, list) and len(wanted) == len(found) and all(map(self.fits, wanted, found))
        if isinstance(wanted, str) and wanted.startswith("$"):
            return self._stands_for(wanted, found)
        if isinstance(wanted, str) and isinstance(found, str):
            # A URL without a path may get a slash (D8).
            return found in {wanted, f"{wanted}/" if wanted.startswith(("http://", "https://")) else wanted}
        return (type(wanted) is type(found) and bool(wanted == found)) or same_number(wanted, found)

    def _stands_for(self, wanted: str, found: Any) -> bool:
        name, _, rest = wanted[1:].partition(":")
        if name == "ID":
            return isinstance(found, str) and self.ids.setdefault(wanted, found) == found
        plain = {"THREAD": self.thread_id, "CANARY": f"{rest}-CANARY", "NOW": found}
        return bool(found == plain.get(name, wanted))


def same_number(one: Any, other: Any) -> bool:
    """Tell whether two values are one number, whether written as 1 or as 1.0."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    return numbers and bool(one == other)


def foretold(stream: Stream) -> tuple[list[JSON], bool]:
    """Give the events that a script has the test bed send, and whether these are all."""
    events: list[JSON] = []
    hidden: set[Any] = set()
    for name, *arguments in steps(stream.script):
        if name == "notice" and arguments:
            events.append({"type": "notice", "level": "info", "message": arguments[0]})
        elif name in TELLING:
            events.append({"type": "notice", "level": "info"})
        elif name == "emit" and arguments and _readable(arguments[0]):
            item = mapped(arguments[0].get("item"))
            hidden |= {item.get("id")} if item.get("type") in HIDDEN else set()
            subject = item.get("id", arguments[0].get("item_id"))
            events += [arguments[0]] if subject is None or subject not in hidden else []
        elif name == "raise":
            return events, True
        elif name not in SILENT:
            return events, False
    return events, True


def changes_hidden(stream: Stream) -> bool:
    """Tell whether a script updates or removes an item that it made hidden: no event may tell of it."""
    hidden: set[Any] = set()
    for name, *arguments in steps(stream.script):
        event = mapped(arguments[0]) if name == "emit" and arguments else {}
        item = mapped(event.get("item"))
        if event.get("item_id") in hidden and event.get("item_id"):
            return True
        hidden |= {item.get("id")} if item.get("type") in HIDDEN else set()
    return False


def _readable(event: Any) -> bool:
    """Tell whether a test bed can make an event of it, whatever its strings stand for."""
    try:
        decode_event(msgspec.json.encode(_filled(event)))
    except (msgspec.MsgspecError, UnicodeError, TypeError, ValueError, RecursionError):
        return False
    return True


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner) for inner in value]
    return "2026-01-01T00:00:00Z" if value == "$NOW" else value


def arrived(stream: Stream) -> list[Event]:
    """Give the events of the answer itself: without the opening, `thread.updated`, and the error of a failure."""
    events = [event for event in stream.events if not _opens(stream, event)]
    fails = any(step[0] == "raise" for step in steps(stream.script))
    if fails and events and events[-1].type == "error":
        events.pop()
    return events


def _opens(stream: Stream, event: Event) -> bool:
    said = event.type == "thread.item.done" and event.item_type == "user_message"
    answered = stream.kind == "threads.add_structured_input" and event.type == "thread.item.replaced"
    return event.type in OPENING or event.type == "thread.updated" or said or answered


def pairs(stream: Stream) -> list[tuple[JSON, Event]]:
    """Give what a script sends beside what arrived in its place, as far as the types agree."""
    found: list[tuple[JSON, Event]] = []
    for wanted, event in zip(foretold(stream)[0], arrived(stream), strict=False):
        if wanted.get("type") != event.type:
            break
        found.append((wanted, event))
    return found


def fails(stream: Stream) -> list[Any]:
    """Give what makes a script fail: `[kind, message, allow_retry]`; empty where none was reached."""
    last = list(steps(stream.script))[-1:]
    return last[0][1:] if last and last[0][0] == "raise" and foretold(stream)[1] else []
