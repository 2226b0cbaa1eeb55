"""The wire panel of the page, as a user works with it."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from chatkit_conformance.captures import read_capture
from chatkit_conformance.linter.subjects import Conversation, Frame
from chatkit_conformance.transcript import Transcript

LOADING = 30.0
"""Seconds that a file of any size may take to be read, on a busy machine."""


class Panel:
    """What is seen of `<ck-wire>`, and what can be done with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.element = page.locator("ck-wire")
        self.rows = self.element.locator(".ck-w-rows [role=row]")
        self.frames = self.element.locator(".ck-w-rows .ck-w-is-frame")
        self.groups = self.element.locator(".ck-w-rows .ck-w-is-exchange")
        self.chosen = self.element.locator(".ck-w-rows [role=row][aria-selected=true]")
        self.detail = self.element.locator(".ck-w-detail")
        self.said = self.element.locator(".ck-w-filter-said")

    def view(self, name: str) -> Locator:
        """Turn to a view by its tab."""
        self.element.locator(".ck-w-toolbar").get_by_role("tab", name=name).click()
        return self.element.get_by_role("tabpanel", name=name)

    def row(self, index: int) -> Locator:
        """Give the row with this number, from 0, if it is on the screen."""
        return self.element.locator(f"#ck-w-row-{index}")

    def filter(self, query: str) -> None:
        """Type a filter."""
        self.element.get_by_role("searchbox").fill(query)

    def open(self, path: Path) -> None:
        """Open a file through the picker."""
        with self.page.expect_file_chooser() as chooser:
            self.element.get_by_role("button", name="Open").click()
        chooser.value.set_files(path)
        expect(self.element.locator(".ck-w-banner")).to_contain_text(path.name, timeout=1000 * LOADING)

    def save(self, path: Path) -> Path:
        """Save what passed as a transcript."""
        with self.page.expect_download() as download:
            self.element.get_by_role("button", name="Save").click()
        download.value.save_as(path)
        return path

    def items(self) -> list[Any]:
        """Give the items of the thread that the chat shows."""
        return list(self.page.evaluate("[...window.inspector.session.view.items.values()]"))


def transcript_of(path: Path) -> Transcript:
    """Read a capture as the command line does."""
    return read_capture(path.read_bytes(), path.name)


def frames_of(transcript: Transcript) -> list[list[Frame]]:
    """Give the frames of each exchange, as the linter cuts them."""
    told = Conversation(transcript.exchanges)
    streams = {stream.exchange.number: list(stream.frames) for stream in told.streams}
    return [streams.get(one.number, []) for one in told.exchanges]


def message(name: str, text: str, **more: Any) -> dict[str, Any]:
    """Write a message of the assistant for a script."""
    base = {"id": f"$ID:message:{name}", "thread_id": "$THREAD", "created_at": "$NOW", "type": "assistant_message"}
    return {**base, "content": [{"type": "output_text", "text": text, "annotations": []}], **more}


def emit(kind: str, **fields: Any) -> list[Any]:
    """Write an operation that emits an event."""
    return ["emit", {"type": kind, **fields}]


def delta(name: str, text: str, index: int = 0) -> list[Any]:
    """Write an operation that adds text to a message."""
    update = {"type": "assistant_message.content_part.text_delta", "content_index": index, "delta": text}
    return emit("thread.item.updated", item_id=f"$ID:message:{name}", update=update)


def begun(name: str) -> list[list[Any]]:
    """Write the operations that begin a message and its first part."""
    update = {
        "type": "assistant_message.content_part.added",
        "content_index": 0,
        "content": message(name, "")["content"][0],
    }
    return [
        emit("thread.item.added", item=message(name, "", content=[])),
        emit("thread.item.updated", item_id=f"$ID:message:{name}", update=update),
    ]


def script(*operations: list[Any]) -> str:
    """Write a script as a user's message."""
    return f"ckc:{json.dumps(operations)}"
