"""Hidden items: what the model is told and the client never sees."""

from collections.abc import Iterator
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.scripted import changes_hidden
from chatkit_conformance.linter.subjects import Conversation, Event, Look, Stream, asked, rows, script_of
from chatkit_conformance.transcript import JSON, OK, Exchange

HIDDEN = "hidden_context_item"
OWN = "sdk_hidden_context"
KINDS = (HIDDEN, OWN)
CANARY = "$CANARY:"
SECRET = e.item(HIDDEN, "msg_7", content="The user is in a hurry.")
SERVICE = e.item(OWN, "msg_7", content="The user stopped the answer.")
HIDE = e.script(["hidden", "$CANARY:X"])
SAFE = e.create(said=HIDE)


def _get(*items: JSON) -> Exchange:
    return e.reply("threads.get_by_id", {"thread_id": e.THREAD_ID}, e.thread(items=e.page(*items)))


@rule(
    "hidden.events.done",
    "MUST",
    "L3",
    catalogue="HID-001",
    source="openai-chatkit 1.6.5, chatkit/server.py:886-894",
    why="The user's browser gets what was meant for the model alone.",
    mend="Store a hidden item that the responder gives, and send no event for it.",
    good=e.create(*e.STREAMED),
    bad=e.create(e.done(SECRET)),
)
def not_in_done(event: Event) -> Looks:
    """No `thread.item.done` carries a hidden item."""
    if event.type == "thread.item.done" and event.item_type != OWN:
        yield event.look(event.item_type != HIDDEN, "an item that is visible", event.item_type)


@rule(
    "hidden.events.added-or-replaced",
    "MUST",
    "L3",
    catalogue="HID-004",
    source="openai-chatkit docs, guides/build-interactive-responses-with-widgets.md:185; D10",
    why="The user's browser gets what was meant for the model alone.",
    mend="Send no event at all for a hidden item, whichever kind the responder gives.",
    good=e.create(*e.STREAMED),
    bad=e.create(e.added(SECRET), e.removed("msg_7")),
)
def not_in_added_or_replaced(event: Event) -> Looks:
    """No `thread.item.added` or `thread.item.replaced` carries a hidden item."""
    if event.type in {"thread.item.added", "thread.item.replaced"} and event.item_type != OWN:
        yield event.look(event.item_type != HIDDEN, "an item that is visible", event.item_type)


NAMED = SECRET | {"id": "$ID:message:h"}
FORGET = e.script(["emit", e.done(NAMED)], ["emit", e.removed("$ID:message:h")])


@rule(
    "hidden.events.later",
    "MUST",
    "L3",
    catalogue="HID-001 HID-004",
    source="openai-chatkit docs, guides/build-interactive-responses-with-widgets.md:185; D10",
    why="The client is told of an item that it never saw, and has nothing to change or to remove.",
    mend="Remember which items are hidden, and hold back what updates or removes them as well.",
    good=e.create(said=FORGET),
    bad=e.create(e.removed("msg_7"), said=FORGET),
)
def not_in_what_comes_later(stream: Stream) -> Looks:
    """No update and no removal of a hidden item is sent."""
    if changes_hidden(stream) and not stream.refusal:
        items = {event.item_id for event in stream.events if event.item and event.item_type not in KINDS}
        about = stream.of("thread.item.updated", "thread.item.removed")
        leaks = [event for event in about if event.item_id not in stream.before.keys() | items]
        yield stream.look(not leaks, "nothing about hidden items", [event.value for event in leaks][:2])


@rule(
    "hidden.lists.items",
    "MUST",
    "L3",
    catalogue="HID-002",
    source="openai-chatkit 1.6.5, chatkit/server.py:508-513",
    why="Opening the thread again shows, or at least sends, what was meant for the model alone.",
    mend="Leave hidden items out of the pages of `items.list`.",
    good=e.listing(e.user_message()),
    bad=e.listing(e.user_message(), SECRET),
)
def not_in_items(exchange: Exchange) -> Looks:
    """No page of `items.list` has a hidden item."""
    if exchange.kind == "items.list" and exchange.status == OK:
        yield _clean(exchange)


@rule(
    "hidden.lists.thread",
    "MUST",
    "L3",
    catalogue="HID-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:1049-1054",
    why="Opening the thread again shows, or at least sends, what was meant for the model alone.",
    mend="Leave hidden items out of the thread that `threads.get_by_id` gives.",
    good=_get(e.user_message()),
    bad=_get(e.user_message(), SECRET),
)
def not_in_the_thread(exchange: Exchange) -> Looks:
    """The items of `threads.get_by_id` have no hidden one among them."""
    if exchange.kind == "threads.get_by_id" and exchange.status == OK:
        yield _clean(exchange)


def _clean(exchange: Exchange) -> Look:
    seen = [row["id"] for row in rows(exchange.json) if row.get("type") == HIDDEN]
    return asked(exchange, not seen, "visible items", seen)


@rule(
    "hidden.service-items",
    "MUST",
    "L3",
    catalogue="HID-005 CAN-004",
    source="openai-chatkit 1.6.5, chatkit/server.py:512,890,1051",
    why="The widget does not know the type: the thread does not open.",
    mend="Hide `sdk_hidden_context` wherever `hidden_context_item` is hidden.",
    since="1.4",
    good=e.listing(e.user_message()),
    bad=e.listing(e.user_message(), SERVICE),
)
def service_items(told: Conversation) -> Looks:
    """An `sdk_hidden_context`, such as notes that the user stopped, is in no event and in no list."""
    for event in told.events:
        if event.type.startswith("thread.item.") and event.item:
            yield event.look(event.item_type != OWN, "an item that is visible", event.item_type)
    for exchange in told.exchanges:
        if exchange.kind in {"items.list", "threads.get_by_id"} and exchange.status == OK:
            seen = [row["id"] for row in rows(exchange.json) if row.get("type") == OWN]
            yield asked(exchange, not seen, "visible items", seen)


@rule(
    "hidden.text-stays",
    "MUST",
    "L3",
    catalogue="HID-006",
    source="openai-chatkit 1.6.5, chatkit/types.py:780",
    why="Whoever opens the developer tools reads what was meant for the model alone.",
    mend="Search for where the content of hidden items gets out: titles, notices, errors, copies of items.",
    general=True,
    good=[SAFE, e.listing(e.user_message(HIDE))],
    bad=[SAFE, e.say(e.notice("X-CANARY"))],
)
def text_stays(told: Conversation) -> Looks:
    """The text of a hidden item occurs in nothing that the server sends."""
    secrets = sorted({word for exchange in told.exchanges for word in hidden_words(script_of(exchange))})
    for word in secrets:
        for exchange in told.exchanges:
            yield asked(exchange, word.encode() not in exchange.received, f"no {word}", word)


def hidden_words(script: Any) -> Iterator[str]:
    """Find the canaries that a script hides, at every depth."""
    waiting = [script]
    while waiting:
        value = waiting.pop()
        inner: Any = ()
        if isinstance(value, list):
            yield from _canary(value[1] if len(value) > 1 and value[0] == "hidden" else None)
            inner = value
        elif isinstance(value, dict):
            yield from _canary(value.get("content") if value.get("type") in KINDS else None)
            inner = value.values()
        waiting.extend(inner)


def _canary(text: Any) -> Iterator[str]:
    if isinstance(text, str) and text.startswith(CANARY):
        yield text.removeprefix(CANARY) + "-CANARY"
