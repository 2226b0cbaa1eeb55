"""Requests: every type is served, with what clients add to it or leave out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import mapped
from chatkit_conformance.linter.requests import Worth, worth
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, asked
from chatkit_conformance.linter.told import ThreadTold, progress
from chatkit_conformance.transcript import OK, Exchange

PLAIN = ("threads.create", "threads.add_user_message", "threads.custom_action", "threads.list", "items.list")
"""Types that a server takes whenever what they name is there."""
THREADS = e.reply("threads.list", {}, e.page())
REFUSED = e.refused("threads.list", {})


def _plain(conversation: Conversation) -> list[tuple[Exchange, Worth]]:
    """Give the requests that every server takes, each with its worth."""
    found = []
    for exchange, told in progress(conversation):
        ours = exchange.kind in PLAIN and exchange.status and not (exchange.user or exchange.params.get("after"))
        there = "thread_id" not in exchange.params or not (told.lacks(exchange) or _shut(told.thread(exchange)))
        if ours and there and not _attaches(exchange):
            found.append((exchange, worth(exchange)))
    return found


def _shut(thread: ThreadTold | None) -> bool:
    """Tell whether nobody may write in a thread, so that a server may say no."""
    return thread is not None and mapped(thread.state.get("status")).get("type", "active") != "active"


def _attaches(exchange: Exchange) -> bool:
    given = exchange.params.get("input")
    return isinstance(given, dict) and bool(given.get("attachments"))


def _served(conversation: Conversation, chosen: Callable[[Exchange, Worth], bool]) -> Looks:
    for exchange, value in _plain(conversation):
        if chosen(exchange, value):
            yield asked(exchange, exchange.status == OK, "status 200", exchange.status)


def _dressed(exchange: Exchange) -> bool:
    return bool(exchange.request.get("metadata"))


KNOWN = {
    "threads.create": {"input"},
    "threads.add_user_message": {"thread_id", "input"},
    "threads.custom_action": {"thread_id", "item_id", "action"},
    "threads.list": {"limit", "order", "after"},
    "items.list": {"thread_id", "limit", "order", "after"},
}


def _newer(exchange: Exchange) -> bool:
    extra = exchange.request.keys() - {"type", "params", "metadata"}
    return bool(extra or exchange.params.keys() - KNOWN[exchange.kind])


def _late(exchange: Exchange) -> bool:
    """Tell whether something stands before the type of a request."""
    return next(iter(exchange.request), "type") != "type"


@rule(
    "requests.taken",
    "MUST",
    "L1",
    catalogue="HTTP-001 HTTP-016 UMS-006",
    source="openai-chatkit 1.6.5, docs/guides/respond-to-user-message.md:73",
    why="What the user asks for does not happen.",
    mend="Serve all types of request at the one address, by the `type` in the body; answer with status 200.",
    good=[THREADS, e.create(*e.STREAMED)],
    bad=e.refused("threads.list", {}, 404, "not_found"),
    general=True,
)
def requests_are_taken(conversation: Conversation) -> Looks:
    """Every type of request is served at one address: one that is well-formed gets status 200."""
    yield from _served(conversation, lambda one, value: not (value or _dressed(one) or _newer(one) or _late(one)))


LATE = b'{"params":{},"type":"threads.list"}'


@rule(
    "requests.type.anywhere",
    "MUST",
    "L1",
    catalogue="HTTP-001",
    source="RFC 8259 section 4; openai-chatkit 1.6.5, chatkit/types.py:330",
    why="Clients whose JSON writer sorts its keys, or puts the type last, get no answer.",
    mend="Read the object whole before deciding by its `type`: the fields of a JSON object have no order.",
    good=replace(THREADS, sent=LATE),
    bad=replace(REFUSED, sent=LATE),
)
def the_type_may_come_last(conversation: Conversation) -> Looks:
    """The `type` of a request may stand anywhere in its object."""
    yield from _served(conversation, lambda one, value: _late(one) and not (value or _dressed(one) or _newer(one)))


METADATA = b'{"type":"threads.list","params":{},"metadata":{"page":null}}'


@rule(
    "requests.metadata.taken",
    "MUST",
    "L1",
    catalogue="HTTP-010",
    source="openai-chatkit 1.6.5, chatkit/types.py:35",
    why="An app that tells its server more with each request gets no answer.",
    mend="Take an object `metadata` beside `type` and `params` in every request.",
    good=replace(THREADS, sent=METADATA),
    bad=replace(REFUSED, sent=METADATA),
)
def metadata_is_taken(conversation: Conversation) -> Looks:
    """Every request may carry `metadata`, a free object."""
    yield from _served(conversation, lambda one, value: not value and _dressed(one) and not _newer(one))


NEWER = b'{"type":"threads.list","params":{"unheard_of":[1]},"since":2}'


@rule(
    "requests.unknown-field.ignored",
    "SHOULD",
    "L1",
    catalogue="HTTP-011",
    source="openai-chatkit 1.6.5, chatkit/types.py:35",
    why="The widget is updated from afar: one new field in its requests, and nothing works any more.",
    mend="Ignore fields that the server does not know.",
    good=replace(THREADS, sent=NEWER),
    bad=replace(REFUSED, sent=NEWER),
)
def unknown_fields_are_ignored(conversation: Conversation) -> Looks:
    """A field of a request that the server does not know is ignored."""
    yield from _served(conversation, lambda one, value: not value and _newer(one))


LENIENT = b'{"type":"threads.list"}'


@rule(
    "requests.lenient.taken",
    "SHOULD",
    "L1",
    catalogue="HTTP-008 PAG-002",
    source="protocol.md section 2 (D4, D5, D20)",
    why="Clients in the wild send this, and their users get nothing.",
    mend='Read a null for an object or a list, and its absence, as empty; read `"limit": "5"` as 5.',
    good=replace(THREADS, sent=LENIENT),
    bad=replace(REFUSED, sent=LENIENT),
)
def leniency(conversation: Conversation) -> Looks:
    """What clients in the wild leave out or send as null is read as empty."""
    yield from _served(conversation, lambda _, value: value == "lenient")


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    return [_shape(one) for one in value] if isinstance(value, list) else type(value).__name__


DRESSED = replace(THREADS, sent=METADATA)


@rule(
    "requests.metadata.no-effect",
    "INFO",
    "L1",
    catalogue="HTTP-012",
    source="openai-chatkit 1.6.5, docs/guides/respond-to-user-message.md:107",
    why="The widget reads replies by their shape, and knows nothing of what the page adds to requests.",
    mend="Use `metadata` and headers for what is said, not for how it is spelled.",
    good=[THREADS, DRESSED],
    bad=[THREADS, replace(DRESSED, received=b'{"data":[],"has_more":true,"after":"x"}')],
)
def metadata_changes_no_shapes(conversation: Conversation) -> Looks:
    """The same request with other metadata or headers gets a reply of the same shape."""
    for one, other in zip(conversation.exchanges, conversation.exchanges[1:], strict=False):
        same = one.kind == other.kind in PLAIN and one.params == other.params and one.status == other.status == OK
        if same and (one.request.get("metadata") != other.request.get("metadata") or other.sent_headers):
            first, second = (_shape(_body(conversation, exchange)) for exchange in (one, other))
            yield asked(other, first == second, "a reply of the same shape", second)


def _body(conversation: Conversation, exchange: Exchange) -> Any:
    stream = conversation.stream_of(exchange)
    return [event.value for event in stream.events] if stream else exchange.json
