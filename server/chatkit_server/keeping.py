"""What the events of an answer do to the store, and what is saved when the user stops it."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from chatkit_protocol.codec import decode_item, encode
from chatkit_protocol.events import (
    ThreadItemAdded,
    ThreadItemDone,
    ThreadItemRemoved,
    ThreadItemReplaced,
    ThreadItemUpdated,
    ThreadStreamEvent,
)
from chatkit_protocol.fold import apply_update
from chatkit_protocol.items import AssistantMessageItem, SDKHiddenContextItem, ThreadItem, WidgetItem
from chatkit_protocol.updates import AssistantMessageContentPartTextDelta as TextDelta
from chatkit_protocol.updates import ThreadItemUpdate
from chatkit_server.stores.base import NotFound
from chatkit_server.turn import Turn
from chatkit_server.whole import whole

STOPPED = "The user stopped this answer before it was complete. Do not go on with it unless asked to."

Work = Coroutine[Any, Any, None]

FOLD_EVERY = 256
"""Updates are folded into their pending item in lots of this size; most items are done before, and nobody asked."""


async def find(turn: Turn, item_id: str) -> ThreadItem | None:
    """Give an item of the turn's thread, or None."""
    try:
        return await turn.store.load_item(turn.user, turn.thread.id, item_id)
    except NotFound:
        return None


class _Pending:
    """An item between `added` and `done`, as it stands: what changes it is only noted until someone asks."""

    def __init__(self, item: ThreadItem) -> None:
        self._item = _sound(item)
        self._updates: list[ThreadItemUpdate] = []
        self._part: int | None = None
        self._pieces: list[str] = []
        """The text that one part, `_part`, was given last."""

    def add(self, update: ThreadItemUpdate) -> None:
        if type(update) is not TextDelta:
            self._end_text(None)
            self._updates.append(update)
        else:
            if update.content_index != self._part:
                self._end_text(update.content_index)
            self._pieces.append(update.delta)
        if len(self._updates) >= FOLD_EVERY:
            self.folded()

    def _end_text(self, following: int | None) -> None:
        if self._part is not None:
            self._updates.append(TextDelta(content_index=self._part, delta="".join(self._pieces)))
        self._part, self._pieces = following, []

    def folded(self) -> ThreadItem:
        self._end_text(None)
        for update in self._updates:
            apply_update(self._item, update)
        self._updates.clear()
        return self._item


class Keeper:
    """Carries out the effects of one answer's events."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._pending: dict[str, _Pending] = {}

    def take(self, event: ThreadStreamEvent) -> Work | None:
        """Carry out one event; give what has to be awaited for it, if the store is concerned."""
        if type(event) is ThreadItemUpdated and event.item_id in self._pending:
            self._pending[event.item_id].add(event.update)
            return None
        effect = self.EFFECTS.get(type(event))
        work = effect(self, event) if effect else None
        return whole(work) if work else None

    async def stopped(self) -> None:
        """Save pending messages that say something, tell the model, and let the app do its own (§7.10, D13)."""
        await whole(self._stopped())

    async def _stopped(self) -> None:
        turn = self._turn
        pending = [item.folded() for item in self._pending.values()]
        for item in pending:
            if isinstance(item, AssistantMessageItem) and any(part.text.strip() for part in item.content):
                await turn.store.save_item(turn.user, turn.thread.id, item)
        marker = SDKHiddenContextItem(**turn.base("sdk_hidden_context"), content=STOPPED)
        await turn.store.save_item(turn.user, turn.thread.id, marker)
        if turn.backend.hooks.on_stop:
            await turn.backend.hooks.on_stop(turn, pending)

    def _added(self, event: ThreadItemAdded) -> None:
        self._pending[event.item.id] = _Pending(event.item)

    async def _redraw(self, event: ThreadItemUpdated) -> None:
        """Update a stored widget in the store, too (D9)."""
        stored = await find(self._turn, event.item_id)
        if isinstance(stored, WidgetItem):
            apply_update(stored, event.update)
            await self._save(stored)

    def _settled(self, event: ThreadItemDone | ThreadItemReplaced) -> Work:
        self._pending.pop(event.item.id, None)
        return self._save(event.item)

    def _removed(self, event: ThreadItemRemoved) -> Work:
        self._pending.pop(event.item_id, None)
        return self._turn.store.delete_items(self._turn.user, self._turn.thread.id, [event.item_id])

    async def _save(self, item: ThreadItem) -> None:
        _sound(item)
        await self._turn.store.save_item(self._turn.user, self._turn.thread.id, item)

    EFFECTS: ClassVar[dict[type, Callable[["Keeper", Any], Work | None]]] = {
        ThreadItemAdded: _added,
        ThreadItemUpdated: _redraw,
        ThreadItemDone: _settled,
        ThreadItemReplaced: _settled,
        ThreadItemRemoved: _removed,
    }


def _sound(item: ThreadItem) -> ThreadItem:
    """Copy an item. A field of the wrong type fails here, not when the thread is read."""
    return decode_item(encode(item))
