"""The operations of a script on the official SDK: what each does is the same on every test bed, in any language.

Older releases lack some of what scripts ask for. Such a script ends in an `error` event of code `custom` whose
message is `openai-chatkit <version> lacks <what>`, so that nobody takes it for a fault of the SDK.
"""

# The SDK, whose signatures these are, is not installed where this file is checked.
# ruff: noqa: ANN001, ANN201, D102

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatkit import errors, types
from chatkit.server import stream_widget
from chatkit.widgets import WidgetRoot
from pydantic import BaseModel, TypeAdapter

if TYPE_CHECKING:
    from app import TestBed

EVENT, ROOT = TypeAdapter(types.ThreadStreamEvent), TypeAdapter(WidgetRoot)
STATUS = TypeAdapter(types.ThreadStatus)
VERSION = version("openai-chatkit")
FACTS = Path(__file__).parent / "facts"


def tags(release: str) -> set[str]:
    """Collect the tags that a release knows, of whatever group; none of one that is not on record."""
    path = FACTS / f"{release}.json"
    groups = json.loads(path.read_text()) if path.exists() else {}
    return {tag for group in groups.values() if isinstance(group, dict) for tag in group}


LATER = set().union(*(tags(path.stem) for path in FACTS.glob("*.json"))) - tags(VERSION)
"""The tags that only other releases have."""


def complete() -> None:
    """Finish the SDK's classes, as an application does that calls them.

    Objects that are read from JSON, as here, leave them half built, and old releases fail when they list such objects.
    """
    for kind in vars(types).values():
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not BaseModel:
            kind.model_rebuild()


class Lacking(errors.CustomStreamError):
    """This release has not got what the script asks for."""

    def __init__(self, what: str) -> None:
        super().__init__(f"openai-chatkit {VERSION} lacks {what}")


def tagged(value: Any) -> Iterator[Any]:
    """Give the tags in a value, at every depth."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield value.get("type")
    for one in inner:
        yield from tagged(one)


def read(adapter: TypeAdapter[Any], value: Any) -> Any:
    """Make an object of the SDK out of JSON."""
    if lacking := sorted(LATER.intersection(tag for tag in tagged(value) if isinstance(tag, str))):
        raise Lacking(", ".join(lacking))
    return adapter.validate_python(value)


class Run:
    """One script being obeyed: the thread, what the handler received, and the ids given out by name."""

    def __init__(self, bed: TestBed, thread, *, sender=None, payload=None, message=None) -> None:
        self.bed, self.thread, self.sender, self.payload, self.message = bed, thread, sender, payload, message
        self.ids: dict[str, str] = {}

    def new_id(self, kind: str) -> str:
        return self.bed.store.generate_item_id(kind, self.thread, {})

    def filled(self, value: Any) -> Any:
        """Replace what the strings that start with `$` stand for, at every depth."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name, _, rest = value[1:].partition(":")
        if name == "ID":
            return self.ids.get(value) or self.ids.setdefault(value, self.new_id(rest.split(":")[0]))
        plain = {"THREAD": self.thread.id, "NOW": datetime.now().isoformat(), "CANARY": f"{rest}-CANARY"}  # noqa: DTZ005 - as the SDK does
        return plain.get(name, value)

    async def obey(self, operations):
        for name, *arguments in operations:
            outcome = getattr(self, f"op_{name}")(*arguments)
            if hasattr(outcome, "__aiter__"):
                async for event in outcome:
                    yield event
            elif (event := await outcome) is not None:
                yield event

    async def op_emit(self, event):
        return read(EVENT, self.filled(event))

    def op_widget(self, states):
        roots = [read(ROOT, self.filled(state)) for state in states]
        shown = roots[0] if len(roots) == 1 else one_by_one(roots)
        return stream_widget(self.thread, shown, generate_id=self.new_id)

    async def op_title(self, title):
        self.thread.title = self.filled(title)

    async def op_status(self, status):
        self.thread.status = read(STATUS, self.filled(status))

    async def op_meta(self, key, value):
        # As it stands: `next` is a script, whose names are filled in when it runs.
        self.thread.metadata = {**self.thread.metadata, key: value}

    async def op_domains(self, domains):
        if "allowed_image_domains" not in types.ThreadMetadata.model_fields:
            raise Lacking("allowed_image_domains")
        self.thread.allowed_image_domains = domains

    async def op_hidden(self, text):
        place = {"id": self.new_id("message"), "thread_id": self.thread.id, "created_at": self.filled("$NOW")}
        item = types.HiddenContextItem(**place, content=self.filled(text))
        await self.bed.store.add_thread_item(self.thread.id, item, {})

    async def op_raise(self, kind, message="", allow_retry=None):
        text = self.filled(message)
        if kind == "custom":
            raise errors.CustomStreamError(text, allow_retry=bool(allow_retry))
        if kind == "stream":
            raise errors.StreamError(errors.ErrorCode.STREAM_ERROR, allow_retry=allow_retry)
        raise RuntimeError(text)

    async def op_sleep(self, milliseconds):
        await asyncio.sleep(milliseconds / 1000)

    def op_repeat(self, times, operations):
        return self.obey(operations * times)

    async def op_notice(self, text):
        return types.NoticeEvent(level="info", message=self.filled(text))

    def op_sender(self):
        return self.op_notice(f"sender={self.sender.id if self.sender else 'null'}")

    def op_payload(self):
        return self.op_notice(f"payload={json.dumps(self.payload)}")

    def op_input(self):
        shown = {"mode": "json", "exclude_none": True, "context": {"exclude_metadata": True}}
        return self.op_notice(f"input={json.dumps(self.message and self.message.model_dump(**shown))}")

    def op_agent(self):
        # Imported when there is a model: the SDK's bridge is another world in releases of another time.
        try:
            answered = import_module("bed_agent").answered
        except ImportError as error:
            raise Lacking(error.name or "what an agent needs") from None
        return answered(self.bed.store, self.thread, self.message)


async def one_by_one(roots):
    """Hand the states to the SDK as the generator that its streaming wants."""
    for root in roots:
        yield root
