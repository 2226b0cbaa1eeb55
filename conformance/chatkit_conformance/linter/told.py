"""What a conversation has told so far: the threads, their items in order, the attachments; by whom they were made.

It knows what it was shown. Where something may have happened unseen, a thread is no longer `known`, and nobody can
say what a list of it has to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chatkit_conformance.linter.subjects import JSON, Conversation, Known, Stream, rows
from chatkit_conformance.transcript import OK, Exchange

HIDDEN = ("hidden_context_item", "sdk_hidden_context")


@dataclass
class ThreadTold:
    """A thread as far as it was shown."""

    id: str
    user: str = ""
    """Who made it, or saw it first."""
    state: JSON = field(default_factory=dict)
    """The thread as it was shown last; empty before."""
    known: Known = field(default_factory=Known)
    """Its items; `whole` while these are all, in the order in which they came."""
    hides: bool = False
    """Whether something was hidden in it: pages of it may be short."""
    made: bool = False
    """Whether it was made in this conversation, so that its place among the others is known."""
    gone: bool = False
    """Whether it was deleted."""

    @property
    def items(self) -> dict[str, JSON]:
        """The visible stored items by id, in their order."""
        return self.known.items


@dataclass
class Told:
    """Everything that was told before an exchange."""

    threads: dict[str, ThreadTold] = field(default_factory=dict)
    """In the order in which they were made or seen."""
    attachments: dict[str, JSON] = field(default_factory=dict)

    def thread(self, exchange: Exchange) -> ThreadTold | None:
        """Give the thread that a request names, if it was shown."""
        return self.threads.get(named(exchange, "thread_id"))

    def lacks(self, exchange: Exchange) -> bool:
        """Tell whether a request names a thread or an item that is not there, as far as is known."""
        wanted = named(exchange, "thread_id")
        found = self.threads.get(wanted)
        if not wanted or (found and not found.gone and found.user == exchange.user):
            item = named(exchange, "item_id")
            return bool(item and found and found.known.whole and item not in found.items)
        return True

    def seen(self, thread_id: Any, exchange: Exchange) -> ThreadTold:
        """Give a thread, made known if it was not."""
        return self.threads.setdefault(str(thread_id), ThreadTold(str(thread_id), exchange.user))

    def take(self, exchange: Exchange, stream: Stream | None) -> None:
        """Note what an exchange tells."""
        if exchange.status != OK:
            return
        if stream:
            self._stream(exchange, stream)
        elif isinstance(exchange.json, dict):
            _REPLIES.get(exchange.kind, _nothing)(self, exchange, exchange.json)

    def _stream(self, exchange: Exchange, stream: Stream) -> None:
        if not stream.thread_id or (exchange.kind != "threads.create" and stream.thread_id not in self.threads):
            return
        told = self.seen(stream.thread_id, exchange)
        told.known.whole = (told.known.whole or exchange.kind == "threads.create") and stream.whole
        told.hides = told.hides or b"hidden" in exchange.sent
        told.made = told.made or exchange.kind == "threads.create"
        if exchange.kind == "threads.retry_after_item":
            told.known.cut(exchange.params.get("item_id"))
        elif exchange.kind == "threads.add_client_tool_output":
            _complete(told.items, exchange.params.get("result"))
        for event in stream.lasting:
            if event.thread and event.thread.get("id") == stream.thread_id:
                told.state = event.thread
            if event.item_type in HIDDEN:
                told.hides = True
            else:
                told.known.take(event)
        told.known.end()


def _complete(items: dict[str, JSON], output: Any) -> None:
    """Complete the newest call that waits for the page, and forget the other ones."""
    waiting = [item_id for item_id, item in items.items() if _waits(item)]
    for item_id in waiting[-1:]:
        items[item_id] = items[item_id] | {"status": "completed", "output": output}
    for item_id in waiting[:-1]:
        del items[item_id]


def _waits(item: JSON) -> bool:
    return item.get("type") == "client_tool_call" and item.get("status") == "pending"


def named(exchange: Exchange, key: str) -> str:
    """Give an id that a request names; empty without one."""
    found = exchange.params.get(key)
    return found if isinstance(found, str) else ""


def _thread(told: Told, exchange: Exchange, body: JSON) -> None:
    if body.get("id") == named(exchange, "thread_id"):
        found = told.seen(body["id"], exchange)
        found.state = body
        if exchange.kind == "threads.get_by_id":
            found.known.list(exchange)


def _threads(told: Told, exchange: Exchange, body: JSON) -> None:
    for row in rows(body):
        told.seen(row["id"], exchange).state = row


def _items(told: Told, exchange: Exchange, _body: JSON) -> None:
    found = told.thread(exchange)
    if found:
        found.known.list(exchange)


def _deleted(told: Told, exchange: Exchange, _body: JSON) -> None:
    found = told.thread(exchange)
    if found:
        found.gone = True


def _attachment(told: Told, _exchange: Exchange, body: JSON) -> None:
    if isinstance(body.get("id"), str):
        told.attachments[body["id"]] = body


def _detached(told: Told, exchange: Exchange, _body: JSON) -> None:
    told.attachments.pop(named(exchange, "attachment_id"), None)


def _acted(told: Told, exchange: Exchange, body: JSON) -> None:
    found, item = told.thread(exchange), body.get("updated_item")
    if found and isinstance(item, dict) and item.get("id") in found.items:
        # Whether the item is stored is not said (D28): the order of the items stays known.
        found.items[item["id"]] = item


def _nothing(_told: Told, _exchange: Exchange, _body: JSON) -> None:
    """Other replies tell nothing that lasts."""


_REPLIES = {
    "threads.get_by_id": _thread,
    "threads.update": _thread,
    "threads.list": _threads,
    "threads.delete": _deleted,
    "threads.sync_custom_action": _acted,
    "items.list": _items,
    "attachments.create": _attachment,
    "attachments.delete": _detached,
}


def progress(conversation: Conversation) -> Iterator[tuple[Exchange, Told]]:
    """Give every exchange with what was told before it. It is one record, which goes on changing."""
    told = Told()
    for exchange in conversation.exchanges:
        yield exchange, told
        told.take(exchange, conversation.stream_of(exchange))
