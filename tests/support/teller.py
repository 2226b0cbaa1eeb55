"""Drawn conversations played against our server: it yields the drawn events, and what it tells is taken down."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import msgspec

import chatkit_protocol as wire
from chatkit_conformance.strategies import Stream
from chatkit_conformance.testbed.script import Run
from chatkit_protocol.fold import ThreadView, fold
from chatkit_server import Answer, Store, Turn, action, create_app
from support.asgi import Client

Events = list[wire.ThreadStreamEvent]
SETTLES = (wire.ThreadItemDone, wire.ThreadItemReplaced, wire.ThreadItemRemoved)


class Teller:
    """A responder that carries out what lies ready, whatever starts its turn."""

    def __init__(self) -> None:
        self.script: list[Any] = []

    async def respond(self, turn: Turn) -> Answer:
        yield Run(turn).obey(self.script)

    @action("*")
    async def act(self, turn: Turn, _payload: Any) -> Answer:
        yield Run(turn).obey(self.script)


class Talk:
    """A thread on our server, in which drawn streams are told one after the other."""

    def __init__(self, store: Store) -> None:
        self.teller = Teller()
        self.app = create_app(self.teller, store=store)
        self.thread = ""
        self.ids: dict[str, str] = {}
        """What the server calls the user's messages, by what the drawn conversation calls them."""
        self.stored = ThreadView()
        """What the streams so far have stored, folded."""

    async def post(self, body: Any) -> bytes:
        return await Client(self.app).post(body)

    async def ask(self, kind: str, **params: Any) -> Any:
        body = await self.post({"type": kind, "params": {"thread_id": self.thread, **params}})
        return json.loads(body)

    async def tell(self, stream: Stream) -> Events:
        """Have a drawn stream told; give the events that came."""
        kind = stream.request.__struct_config__.tag
        own = stream.opening + (kind == "threads.add_structured_input")
        self.teller.script = [["emit", _placed(self.named(event))] for event in stream.events[own:]]
        body = await self.post(self.named(stream.request))
        events = [wire.decode_event(message.data) for message in wire.SSEDecoder().feed(body)]
        assert events, body
        self.learn(stream, events)
        return events

    def named(self, message: Any) -> Any:
        """Write a message as JSON with the server's ids in it."""
        text = wire.encode(message).decode()
        for drawn, real in self.ids.items():
            text = text.replace(f'"{drawn}"', f'"{real}"')
        return json.loads(text)

    def learn(self, stream: Stream, events: Events) -> None:
        """Note the ids of a reply, and what the request and the events did to the thread."""
        if isinstance(events[0], wire.ThreadCreated):
            self.thread = events[0].thread.id
            self.ids["thr_1"] = self.thread
        for drawn, real in zip(stream.events[: stream.opening], events, strict=False):
            if isinstance(drawn, wire.ThreadItemDone) and isinstance(real, wire.ThreadItemDone):
                self.ids[drawn.item.id] = real.item.id
        self.requested(stream.request)
        fold(settling(self.stored, events), self.stored)

    def requested(self, request: Any) -> None:
        """Note what a request does before its stream begins."""
        rows = self.stored.items
        if isinstance(request, wire.ThreadsRetryAfterItem):
            names = list(rows)
            for later in names[names.index(self.ids[request.params.item_id]) + 1 :]:
                del rows[later]
        elif isinstance(request, wire.ThreadsAddClientToolOutput):
            calls = [i for i in rows.values() if isinstance(i, wire.ClientToolCallItem) and i.status == "pending"]
            for call in calls[:-1]:
                del rows[call.id]
            done = rows[calls[-1].id] = deepcopy(calls[-1])
            done.status, done.output = "completed", request.params.result
            done.__post_init__()

    async def listed(self, order: str, limit: int) -> list[wire.ThreadItem]:
        """List the items page by page."""
        found: list[wire.ThreadItem] = []
        params: dict[str, Any] = {"order": order, "limit": limit}
        while True:
            page = msgspec.convert(await self.ask("items.list", **params), wire.Page[wire.ThreadItem])
            assert len(page.data) <= limit
            found += page.data
            if not page.has_more:
                assert page.after is wire.UNSET
                return found
            assert page.data
            params["after"] = page.after


def _placed(event: Any) -> Any:
    """Leave the thread to the test bed: a new one has no id before its stream begins."""
    return json.loads(json.dumps(event).replace('"thr_1"', '"$THREAD"'))


def settling(stored: ThreadView, events: Events) -> Events:
    """Leave the events that change what is stored: those that settle an item, or redraw a stored widget (D9)."""
    names = set(stored.items)
    kept: Events = []
    for event in events:
        if isinstance(event, SETTLES):
            kept.append(event)
            names.add(event.item_id if isinstance(event, wire.ThreadItemRemoved) else event.item.id)
        elif isinstance(event, wire.ThreadItemUpdated) and event.item_id in names:
            kept.append(event)
    return kept


Making = Callable[[], Store]
