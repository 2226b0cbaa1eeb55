"""What the client hears of an answer: nothing hidden, and every change of the thread."""

from copy import copy, deepcopy

from msgspec.structs import fields, replace

from chatkit_protocol.codec import decode_metadata, encode
from chatkit_protocol.events import (
    ThreadCreated,
    ThreadItemAdded,
    ThreadItemDone,
    ThreadItemRemoved,
    ThreadItemReplaced,
    ThreadItemUpdated,
    ThreadStreamEvent,
    ThreadUpdated,
)
from chatkit_protocol.items import is_hidden
from chatkit_protocol.threads import ThreadMetadata
from chatkit_server.turn import Turn
from chatkit_server.views import public_item, public_thread
from chatkit_server.whole import whole

ABOUT_AN_ITEM = (ThreadItemUpdated, ThreadItemRemoved)
WITH_AN_ITEM = (ThreadItemAdded, ThreadItemDone, ThreadItemReplaced)


class Concealment:
    """Holds back every event about a hidden item (D10), and what else is not for the client."""

    def __init__(self) -> None:
        self._hidden: set[str] = set()

    def shown(self, event: ThreadStreamEvent) -> ThreadStreamEvent | None:
        """Give an event as the client may see it, or None."""
        if isinstance(event, ABOUT_AN_ITEM):
            return None if event.item_id in self._hidden else event
        if isinstance(event, WITH_AN_ITEM):
            if is_hidden(event.item):
                self._hidden.add(event.item.id)
                return None
            self._hidden.discard(event.item.id)
            return type(event)(item=public_item(event.item))
        if isinstance(event, (ThreadCreated, ThreadUpdated)):
            return type(event)(thread=public_thread(event.thread, event.thread.items))
        return event


class Changes:
    """What an answer changes in its thread: stored first, then told."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._told = _snapshot(turn.thread)

    def untold(self) -> bool:
        """Tell whether the thread is another than the client knows."""
        return self._turn.thread != self._told

    async def told(self) -> ThreadUpdated:
        """Store the changes; give the event that tells them."""
        await self.save()
        return ThreadUpdated(thread=public_thread(self._turn.thread))

    async def save(self) -> None:
        """Store the changes."""
        self._told = await whole(self._save())

    async def _save(self) -> ThreadMetadata:
        """Store the fields that this turn changed, over what is stored: a rename meanwhile is kept."""
        turn, told = self._turn, self._told
        stored = await turn.store.load_thread(turn.user, turn.thread.id)
        for field in fields(ThreadMetadata):
            mine = getattr(turn.thread, field.name)
            if mine != getattr(told, field.name):
                setattr(stored, field.name, deepcopy(mine))
            else:
                setattr(turn.thread, field.name, deepcopy(getattr(stored, field.name)))
        decode_metadata(encode(stored))  # a field of the wrong type fails here, not when the thread is read
        await turn.store.save_thread(turn.user, stored)
        return stored


def _snapshot(thread: ThreadMetadata) -> ThreadMetadata:
    """Copy a thread, so that it stays as it is: ten times as fast as `deepcopy`, and every answer needs one."""
    status, domains, metadata = copy(thread.status), copy(thread.allowed_image_domains), deepcopy(thread.metadata)
    return replace(thread, status=status, allowed_image_domains=domains, metadata=metadata)
