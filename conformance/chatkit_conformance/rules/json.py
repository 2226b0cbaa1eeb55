"""JSON: how values, keys and texts are spelled."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from chatkit_conformance.linter import components
from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import SAYING, Conversation, Stream, asked
from chatkit_conformance.rules.shape import held, showing
from chatkit_conformance.transcript import OK, Exchange, decoded
from chatkit_protocol.items import ItemBase
from chatkit_protocol.threads import ThreadMetadata

SDK = "openai-chatkit 1.6.5, chatkit/server.py:1042"
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
HELLO = e.create(*e.STREAMED)
DAY = timedelta(days=1)
"""More than zones can differ by, and clocks of servers."""
GOOD = showing()


def created(at: Any) -> Exchange:
    """Show an item with this time."""
    return e.create(e.done(e.item("end_of_turn", "msg_3", created_at=at)))


@rule(
    "json.null.left-out",
    "MUST",
    "L0",
    catalogue="JSN-001",
    source=SDK + "; tests/test_chatkit_server.py:683",
    why="Clients test whether a key is there: `after: null` is a cursor to them, `title: null` a title.",
    mend="Leave out a field without a value; a null is written inside free objects only.",
    good=GOOD,
    bad=showing(title=None),
    general=True,
)
def absence_is_not_null(node: Node) -> Looks:
    """A field without a value is left out; it is never null."""
    yield from held(node, lambda fault: fault.wrong == "null", "no nulls")


@rule(
    "json.defaults.written",
    "MUST",
    "L0",
    catalogue="JSN-003",
    source=SDK,
    why="Clients read these fields without asking: a list that is not there cannot be walked.",
    mend="Write fields at their default too: `has_more: false`, `annotations: []`, `metadata: {}`.",
    good=GOOD,
    bad=e.with_body(GOOD, b'"status_indicator":"none",', b""),
    general=True,
)
def defaults_are_written(node: Node) -> Looks:
    """A field that has a default is written, also when it has its default."""
    yield from held(node, lambda fault: fault.wrong == "default", "every field with a default")


@rule(
    "json.time.text",
    "MUST",
    "L0",
    catalogue="JSN-004",
    source="openai-chatkit 1.6.5, chatkit/types.py:598,645",
    why="A number is read as another year, or as no date at all.",
    mend="Write times as RFC 3339 has them: `2026-01-02T03:04:05Z`.",
    good=HELLO,
    bad=created(1767323045),
)
def times_are_texts(node: Node) -> Looks:
    """`created_at` is a text as RFC 3339 writes times."""
    if node.is_a(ItemBase, ThreadMetadata) and node.value.get("created_at") is not None:
        at = node.value["created_at"]
        yield node.look(isinstance(at, str) and _instant(at), "a time", at, path=".created_at")


def _instant(text: str) -> datetime | None:
    """Read a time; one without a zone as if it were UTC. None for what is no time, such as one in month 13."""
    try:
        at = datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        return None
    return at and (at if at.tzinfo else at.replace(tzinfo=UTC))


def _made(at: str) -> Exchange:
    """Say something at this time by the clock of HTTP; all that is shown is of 2026-01-01T00:00:00Z."""
    return e.with_headers(HELLO, date=at)


@rule(
    "json.time.true",
    "MUST",
    "L1",
    catalogue="JSN-004",
    source=SDK + "; chatkit/server.py:553,1012",
    why="Conversations stand in the wrong place of the list, and say that they are decades old.",
    mend="Take the time at which the thread or the message is made, in seconds where seconds are wanted.",
    good=_made("Thu, 01 Jan 2026 00:00:01 GMT"),
    bad=_made("Mon, 05 Jan 2026 00:00:01 GMT"),
)
def times_are_true(stream: Stream) -> Looks:
    """What is made for a request has its time: within a day of the `date` of the reply, whatever the zone."""
    clock = _clock(stream.exchange)
    for event in stream.events if clock and stream.kind in SAYING else ():
        thread = event.thread if event.type == "thread.created" else {}
        made = thread or (event.item if event.item_type == "user_message" else {})
        at = _instant(str(made.get("created_at")))
        if clock and at:
            yield event.look(abs(clock - at) < DAY, f"about {clock.isoformat()}", at.isoformat())


def _clock(exchange: Exchange) -> datetime | None:
    """Give the time of a reply by its header."""
    try:
        at = parsedate_to_datetime(exchange.headers.get("date", ""))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@rule(
    "json.time.zone",
    "INFO",
    "L0",
    catalogue="JSN-005",
    source="RFC 3339 section 4.4; protocol.md section 6 (D7)",
    why="Without a zone the time is wrong for everybody who lives elsewhere.",
    mend="Write UTC with `Z`, or an offset.",
    good=HELLO,
    bad=created("2026-01-02T03:04:05"),
)
def times_have_a_zone(node: Node) -> Looks:
    """`created_at` says where it is that time: `Z` or an offset."""
    at = node.value.get("created_at")
    found = _TIME.fullmatch(at) if isinstance(at, str) and node.is_a(ItemBase, ThreadMetadata) else None
    if found:
        yield node.look(found["zone"], "`Z` or an offset", at, path=".created_at")


def snake(name: str) -> str:
    """Write a name in snake_case."""
    return _CAMEL.sub("_", name).lower()


@rule(
    "json.keys.snake-case",
    "MUST",
    "L0",
    catalogue="JSN-006",
    source="openai-chatkit 1.6.5, chatkit/types.py",
    why="A client reads `has_more` and finds nothing: pages end early, items have no thread.",
    mend="Write the fields of the protocol in snake_case; switch off the framework's renaming.",
    good=GOOD,
    bad=e.with_body(GOOD, b'"status_indicator"', b'"statusIndicator"'),
)
def keys_are_snake_case(node: Node) -> Looks:
    """Fields of the protocol are written in snake_case."""
    renamed = [name for name in node.value if snake(name) != name and _lacks(node, snake(name))]
    yield node.look(not renamed, "names in snake_case", renamed)


def _lacks(node: Node, name: str) -> bool:
    return name in node.shape.__struct_fields__ and name not in node.value


def widget(**props: Any) -> Exchange:
    """Show a card with a text of these props."""
    text = {"type": "Text", "value": "hi"} | props
    return e.create(e.done(e.item("widget", "msg_3", widget={"type": "Card", "children": [text]})))


@rule(
    "json.props.camel-case",
    "MUST",
    "L0",
    catalogue="JSN-006",
    source="openai-chatkit 1.6.5, chatkit/widgets.py:213,230,618",
    why="The widget knows no prop of that name: the button does nothing, the text is not cut.",
    mend="Write the props of components in camelCase, and only them.",
    good=widget(maxLines=2),
    bad=widget(max_lines=2),
)
def props_are_camel_case(node: Node) -> Looks:
    """Props of widget components are written in camelCase."""
    for component in components.found(node):
        odd = [name for name in component.value if "_" in name]
        yield component.look(not odd, "names in camelCase", odd)


@rule(
    "json.props.no-nulls",
    "MUST",
    "L0",
    catalogue="JSN-011",
    source="openai-chatkit 1.6.5, chatkit/widgets.py:162,183",
    why="A null is a value to the widget where a missing prop is the default.",
    mend="Drop props without a value, at every depth.",
    good=widget(maxLines=2),
    bad=widget(maxLines=None),
)
def props_are_never_null(node: Node) -> Looks:
    """A prop without a value is left out of the widget, at every depth."""
    for component in components.found(node):
        empty = [name for name, value in component.value.items() if value is None and name != "children"]
        yield component.look(not empty, "no nulls", empty)


@rule(
    "json.type.written",
    "MUST",
    "L0",
    catalogue="JSN-007",
    source="openai-chatkit 1.6.5, chatkit/types.py:357; chatkit/widgets.py:182",
    why="A client tells objects apart by `type`; one without it is nothing.",
    mend="Write `type` in every object that has one, also where there is only one choice.",
    good=GOOD,
    bad=e.with_body(GOOD, b'"type":"url",', b""),
)
def types_are_written(node: Node) -> Looks:
    """Every object that has a type carries it."""
    yield from held(node, lambda fault: fault.wrong == "missing" and fault.name == "type", "a type")


@rule(
    "json.id.not-empty",
    "MUST",
    "L0",
    catalogue="JSN-008",
    source="openai-chatkit 1.6.5, chatkit/types.py:49,640",
    why="The client keeps things by their ids: what has none overwrites everything else that has none.",
    mend="Give everything an id before it is sent.",
    good=HELLO,
    bad=e.create(e.done(e.item("end_of_turn", ""))),
)
def ids_are_not_empty(node: Node) -> Looks:
    """An id is a text of at least one character."""
    for name in ("id", "thread_id", "item_id", "call_id", "component_id", "attachment_id"):
        if name in node.shape.__struct_fields__ and isinstance(node.value.get(name), str):
            yield node.look(node.value[name], "a text", node.value[name], path=f".{name}")


PAGE = e.reply("items.list", {"thread_id": e.THREAD_ID}, e.page())


@rule(
    "json.keys.unique",
    "SHOULD",
    "L0",
    catalogue="JSN-010",
    source="RFC 8259 section 4",
    why="One client takes the first value and another the last.",
    mend="Write every key once.",
    good=PAGE,
    bad=e.with_body(PAGE, b'"has_more":', b'"has_more":false,"has_more":'),
)
def keys_are_unique(conversation: Conversation) -> Looks:
    """No object has the same key twice."""
    for frame in conversation.frames:
        if isinstance(frame.value, dict):
            twice = list(_doubled(frame.data or ""))
            yield frame.look(not twice, "each key once", twice)
    for exchange in conversation.exchanges:
        if exchange.status == OK and isinstance(exchange.json, dict):
            twice = list(_doubled(decoded(exchange.received)))
            yield asked(exchange, not twice, "each key once", twice)


def _doubled(text: str) -> Iterator[str]:
    found: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        if len(dict(pairs)) < len(pairs):
            names = [name for name, _ in pairs]
            found.extend({name for name in names if names.count(name) > 1})

    try:
        json.loads(text, object_pairs_hook=note)
    except (ValueError, RecursionError):
        return
    yield from found
