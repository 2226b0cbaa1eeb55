"""What comes from a server, read as messages as far as they are known; what is not known is kept as it is."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from chatkit_protocol.base import UNSET, Maybe
from chatkit_protocol.codec import decode_event
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.threads import Thread


class Unreadable(Struct, frozen=True):
    """Something that is no message of this protocol, or of a later revision."""

    reason: str
    value: Any
    """Parsed JSON, or the text if it is none."""

    @property
    def type(self) -> str:
        """The `type` that it claims."""
        claimed = self.value.get("type") if isinstance(self.value, dict) else None
        return claimed if isinstance(claimed, str) else "?"


class Items(Struct):
    """A page of items, or of threads, that may hold some that are unreadable."""

    data: list[Any]
    after: Maybe[str] = UNSET


def read_event(text: str) -> ThreadStreamEvent | Unreadable:
    """Read the data of one frame."""
    try:
        return decode_event(text)
    except msgspec.DecodeError as error:
        return Unreadable(str(error), parsed(text))


def read_page(value: Any, kind: Any) -> Items:
    """Read a page row by row, so that one strange row does not hide the others."""
    rows: Iterable[Any] = value.get("data") or () if isinstance(value, dict) else ()
    more = value.get("after") if isinstance(value, dict) and value.get("has_more") else None
    return Items([read(row, kind) for row in rows], more or UNSET)


def read(value: Any, kind: Any) -> Any:
    """Read one value as `kind`, or keep it as Unreadable."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return Unreadable(str(error), value)


def read_thread(value: Any) -> Any:
    """Read a thread without its items, whose kinds may be unknown."""
    return read({**value, "items": {}} if isinstance(value, dict) else value, Thread)


def read_items(value: Any) -> Items:
    """Read a page of items."""
    return read_page(value, ThreadItem)


def parsed(text: str) -> Any:
    """Parse JSON, or keep the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
