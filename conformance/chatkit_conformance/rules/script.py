"""Scripts: what a test bed is told to send arrives, and arrives as it was told."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import JSON, listed
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.scripted import Words, arrived, foretold, pairs, same_number, steps
from chatkit_conformance.linter.subjects import Conversation, Event, Stream, script_of
from chatkit_conformance.transcript import Exchange, compact

SDK = "openai-chatkit 1.6.5, chatkit/server.py:"
SEPARATORS = "\u2028\u2029\u0085"
FREE = ("data", "arguments", "output")
"""Fields whose objects belong to the app: nothing in them is the protocol's."""
DRAWN = ("widget", "component")


def emitting(wanted: JSON, *found: JSON) -> Exchange:
    """Have a test bed send an event; these arrive."""
    return e.create(*found, said=e.script(["emit", wanted]))


def effect(data: JSON) -> JSON:
    """Have the page do something."""
    return {"type": "client_effect", "name": "zoom", "data": data}


@rule(
    "script.events.arrive",
    "MUST",
    "L3",
    catalogue="ERR-006 ERR-008",
    source=SDK + "856; the test bed's contract",
    why="What the app says does not reach the user, or comes in another order, or comes twice.",
    mend="Pass on every event of the answer as it was made, in its order, an `error` of the app's own too.",
    good=emitting(e.notice(), e.notice()),
    bad=emitting(e.notice()),
    general=True,
)
def events_arrive(stream: Stream) -> Looks:
    """What a script sends reaches the client, in order and unchanged, hidden items apart."""
    if not stream.script or stream.refusal or not stream.whole:
        return
    wanted, all_of_it = foretold(stream)
    found = arrived(stream)
    words = Words(stream.thread_id)
    for expected, event in zip(wanted, found, strict=False):
        fits = words.fits(expected, event.value)
        yield event.look(fits, compact(expected)[:400], event.value)
        if not fits:
            return
    enough = len(found) == len(wanted) if all_of_it else len(found) >= len(wanted)
    yield stream.look(enough, f"{len(wanted)} events", [event.value for event in found[len(wanted) :]][:3])


TEXT = {"type": "Card", "children": [{"type": "Text", "value": "$THREAD"}]}


@rule(
    "script.widgets.arrive",
    "MUST",
    "L3",
    catalogue="WGT-006",
    source=SDK + "183-235; the test bed's contract",
    why="The user sees another widget than the app made, or none.",
    mend="Send every prop and every child of a widget as it was made; what is None is left out.",
    good=e.create(
        e.done(e.item("widget", "w", widget={"type": "Card", "children": [{"type": "Text", "value": e.THREAD_ID}]})),
        said=e.script(["widget", [TEXT]]),
    ),
    bad=e.create(
        e.done(e.item("widget", "w", widget={"type": "Card", "children": []})), said=e.script(["widget", [TEXT]])
    ),
    general=True,
)
def widgets_arrive(stream: Stream) -> Looks:
    """A widget that a script makes is, in the end, what its last state is."""
    operations = list(steps(stream.script))
    made = [step[1][-1] for step in operations if step[0] == "widget" and step[1:] and step[1] and listed(step[1])]
    shown = [event for event in stream.of("thread.item.done") if event.item_type == "widget"]
    emitted = any("widget" in str(step[1:]) for step in operations if step[0] == "emit")
    if made and not emitted and not stream.failed and stream.whole:
        words = Words(stream.thread_id)
        for wanted, event in zip(made, shown, strict=False):
            yield event.look(
                words.fits(wanted, event.item.get("widget")), compact(wanted)[:400], event.item.get("widget")
            )
        yield stream.look(len(shown) >= len(made), f"{len(made)} widgets", len(shown))


def _texts(wanted: Any, found: Any, path: str = "$") -> Iterator[tuple[str, str, Any]]:
    """Give the texts of a script that stand for themselves, each with what stands in its place."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            if name not in {"url", "preview_url", "created_at", "code"}:
                yield from _texts(value, found.get(name), f"{path}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list):
        for number, (value, other) in enumerate(zip(wanted, found, strict=False)):
            yield from _texts(value, other, f"{path}[{number}]")
    elif isinstance(wanted, str) and isinstance(found, str) and not wanted.startswith("$"):
        yield path, wanted, found


ODD = '👋 e\u0301 \x01\x7f \r\n\t"\\'


@rule(
    "script.text.exact",
    "MUST",
    "L3",
    catalogue="JSN-009",
    source=SDK + "1042",
    why="The user reads something else than was written; code and tables lose their lines.",
    mend="Do not trim, normalise or re-encode texts; let the JSON encoder escape what has to be escaped.",
    good=emitting(e.notice(ODD), e.notice(ODD)),
    bad=emitting(e.notice(ODD), e.notice(ODD.replace("\r\n", "\n"))),
)
def texts_arrive_exactly(stream: Stream) -> Looks:
    """A text arrives with every character that it was made of."""
    for wanted, event in pairs(stream):
        for path, text, found in _texts(wanted, event.value):
            if not set(text) & set(SEPARATORS):
                yield event.look(text == found, ascii(text), ascii(found), path=path)


LINES = "one\u2028two\u2029three\u0085four"


@rule(
    "script.separators.kept",
    "MUST",
    "L3",
    catalogue="SSE-010",
    source=SDK + "1042; WHATWG HTML 9.2.5",
    why="A text with one of these characters ends the event in its middle, and the answer breaks off.",
    mend="Do not cut texts with what takes U+2028 for a line end (Python's `splitlines`); SSE knows CR and LF only.",
    good=emitting(e.notice(LINES), e.notice(LINES)),
    bad=emitting(e.notice(LINES), e.notice(LINES.replace("\u2028", "\n"))),
)
def separators_are_kept(stream: Stream) -> Looks:
    """U+2028, U+2029 and U+0085 are characters like any other."""
    for wanted, event in pairs(stream):
        for path, text, found in _texts(wanted, event.value):
            if set(text) & set(SEPARATORS):
                yield event.look(text == found, ascii(text), ascii(found), path=path)


def _free(stream: Stream) -> Iterator[tuple[Event, str, JSON, JSON]]:
    """Give the app's own objects in a script, each beside what stands in its place."""
    for wanted, event in pairs(stream):
        for path, given, found in _free_in(wanted, event.value, "$"):
            yield event, path, given, found


def _free_in(wanted: Any, found: Any, path: str) -> Iterator[tuple[str, JSON, JSON]]:
    if isinstance(wanted, list) and isinstance(found, list):
        for number, (value, other) in enumerate(zip(wanted, found, strict=False)):
            yield from _free_in(value, other, f"{path}[{number}]")
    if not isinstance(wanted, dict) or not isinstance(found, dict):
        return
    for name, value in wanted.items():
        other = found.get(name)
        if name in FREE and isinstance(value, dict) and isinstance(other, dict):
            yield from _objects(value, other, f"{path}.{name}")
        elif name not in DRAWN:
            yield from _free_in(value, other, f"{path}.{name}")


def _objects(wanted: Any, found: Any, path: str) -> Iterator[tuple[str, JSON, JSON]]:
    """Give an object and those in it."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        yield path, wanted, found
        for name, value in wanted.items():
            yield from _objects(value, found.get(name), f"{path}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list):
        for number, (value, other) in enumerate(zip(wanted, found, strict=False)):
            yield from _objects(value, other, f"{path}[{number}]")


@rule(
    "script.free.nulls-kept",
    "MUST",
    "L3",
    catalogue="JSN-002 CTL-014",
    source="openai-chatkit 1.6.5, chatkit/types.py:435,672,859,1074",
    why="The page's own code asks for a key that it knows to be there, and fails.",
    mend="Drop nulls from the protocol's own fields only, not from `data`, `arguments`, `output` and payloads.",
    good=emitting(effect({"a": None}), effect({"a": None})),
    bad=emitting(effect({"a": None, "b": 1}), effect({"b": 1})),
)
def nulls_in_free_objects_stay(stream: Stream) -> Looks:
    """A null inside an object of the app stays."""
    for event, path, wanted, found in _free(stream):
        for name in (name for name, value in wanted.items() if value is None):
            yield event.look(name in found and found[name] is None, "null", found.get(name), path=f"{path}.{name}")


@rule(
    "script.free.keys-kept",
    "MUST",
    "L3",
    catalogue="JSN-006",
    source="openai-chatkit 1.6.5, chatkit/types.py:435; protocol.md section 6",
    why="The page's own code finds nothing under the names that it knows.",
    mend="Rename the protocol's own fields only; keys of free objects are data.",
    good=emitting(effect({"zoomLevel": 2}), effect({"zoomLevel": 2})),
    bad=emitting(effect({"zoomLevel": 2}), effect({"zoom_level": 2})),
)
def keys_of_free_objects_stay(stream: Stream) -> Looks:
    """The keys of an object of the app are never renamed."""
    for event, path, wanted, found in _free(stream):
        names = {name for name, value in wanted.items() if value is not None}
        yield event.look(names <= found.keys(), compact(sorted(names)), sorted(found), path=path)


@rule(
    "script.free.values-kept",
    "MUST",
    "L3",
    catalogue="JSN-002 CTL-014",
    source="openai-chatkit 1.6.5, chatkit/types.py:435,672,859,1074",
    why="The page's own code gets a text where it expects a number, or nothing for 0, false or an empty list.",
    mend="Write the values of free objects as they are: neither turn them into texts nor drop what is empty.",
    good=emitting(effect({"n": 0, "on": False, "all": []}), effect({"n": 0, "on": False, "all": []})),
    bad=emitting(effect({"n": 0, "on": False}), effect({"n": "0", "on": False})),
)
def values_in_free_objects_stay(stream: Stream) -> Looks:
    """A number, a truth value, an empty text, list or object inside an object of the app stays what it is."""
    for event, path, wanted, found in _free(stream):
        for name, value in wanted.items():
            if name in found and value is not None and (isinstance(value, int | float) or not value):
                same = same_number(value, found[name]) or (type(value) is type(found[name]) and value == found[name])
                yield event.look(same, compact(value), found[name], path=f"{path}.{name}")


def _spoken(name: str, *texts: str, **given: object) -> Exchange:
    """Answer a script in a thread of its own with these notices."""
    notices = [e.notice(text) for text in texts]
    made = e.create(*notices, said=e.script(["notice", f"{name}1"], ["sleep", 9], ["notice", f"{name}2"]))
    named = e.with_body(e.with_body(made, b"thr_1", f"thr_{name}".encode()), b"msg_1", f"msg_{name}".encode())
    return replace(named, arrivals=((len(named.received), 0.1),), **given)  # type: ignore[arg-type]


@rule(
    "script.answers-apart",
    "MUST",
    "L3",
    catalogue="HTTP-020",
    source="openai-chatkit 1.6.5, chatkit/server.py:822",
    why="One user reads what is said to another.",
    mend="Keep what belongs to an answer in that answer, not in something that requests share.",
    good=[_spoken("a", "a1", "a2"), _spoken("b", "b1", "b2")],
    bad=[_spoken("a", "a1", "a2", "b2"), _spoken("b", "b1", "b2")],
)
def streams_never_mix(conversation: Conversation) -> Looks:
    """What goes on at the same time on different threads never mixes."""
    together = [stream for stream in conversation.streams if stream.exchange.number in conversation.concurrent]
    asked_for = {stream.exchange.number: _notices(stream.exchange) for stream in together}
    for stream in together:
        others = set().union(*(asked_for[n] for n in asked_for if n != stream.exchange.number))
        foreign = others - asked_for[stream.exchange.number]
        told = [event for event in stream.of("notice") if event.value.get("message") in foreign]
        if others:
            yield stream.look(not told, "events of its own thread only", [event.value for event in told])


def _notices(exchange: Exchange) -> set[str]:
    steps = script_of(exchange) or []
    return {str(step[1]) for step in steps if isinstance(step, list) and step[:1] == ["notice"] and step[1:]}
