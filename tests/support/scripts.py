"""Operations of the test bed's script, for what a test has it say."""

from typing import Any

JSON = dict[str, Any]


def item(kind: str, name: str = "a", /, **fields: Any) -> JSON:
    """Make an item of the thread that the script runs in; the same name is the same item."""
    return {"type": kind, "id": f"$ID:message:{name}", "thread_id": "$THREAD", "created_at": "$NOW", **fields}


def said(text: str, *annotations: JSON, name: str = "a") -> JSON:
    """Make an assistant's message of one part."""
    return item("assistant_message", name, content=[part(text, *annotations)])


def part(text: str = "", *annotations: JSON) -> JSON:
    """Make a part of one."""
    return {"type": "output_text", "text": text, "annotations": list(annotations)}


def added(one: JSON) -> list[Any]:
    """Open an item."""
    return ["emit", {"type": "thread.item.added", "item": one}]


def done(one: JSON) -> list[Any]:
    """Close it, or put it there at once."""
    return ["emit", {"type": "thread.item.done", "item": one}]


def updated(kind: str, name: str = "a", **fields: Any) -> list[Any]:
    """Change an open item."""
    update = {"type": kind, **fields}
    return ["emit", {"type": "thread.item.updated", "item_id": f"$ID:message:{name}", "update": update}]


def delta(text: str, name: str = "a", index: int = 0) -> list[Any]:
    """Append to a part of a message."""
    return updated("assistant_message.content_part.text_delta", name, content_index=index, delta=text)


def cited(index: int | None = None, **source: Any) -> JSON:
    """Make an annotation, of a page unless told otherwise."""
    whole = {"type": "url", "title": "A page", "url": "https://x.example/a", **source}
    return {"type": "annotation", "source": whole, **({} if index is None else {"index": index})}


def event(kind: str, **fields: Any) -> list[Any]:
    """Emit any other event."""
    return ["emit", {"type": kind, **fields}]


HOLD = ["sleep", 60_000]
"""Stay in the middle of the answer, until the test has looked and stops it."""
