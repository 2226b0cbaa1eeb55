"""Small pieces of text that several views share."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.text import Text

from chatkit_protocol.content import AssistantMessageContent, UserMessageContent, UserMessageTagContent
from chatkit_protocol.sources import AnySource, EntitySource, FileSource, URLSource


def markdown(text: str) -> RenderableType:
    """Show Markdown; the addresses of links stay visible."""
    return Markdown(text, hyperlinks=False)


def compact(value: Any) -> str:
    """Write any JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def address(url: str) -> str:
    """Write an address; of one that is the data itself, the kind and the size."""
    if not url.startswith("data:"):
        return url
    kind, _, data = url.partition(",")
    return f"{kind.partition(';')[0]}, {len(data)} characters"


def user_text(content: Sequence[UserMessageContent]) -> str:
    """Join a user's parts, a tag as `@` and its text."""
    return "".join(f"@{part.text}" if isinstance(part, UserMessageTagContent) else part.text for part in content)


def place(source: AnySource) -> str:
    """Tell where a source is."""
    if isinstance(source, URLSource):
        return source.url
    if isinstance(source, FileSource):
        return source.filename
    return f"{source.id}" if isinstance(source, EntitySource) else ""


def described(source: AnySource) -> str:
    """Tell a source on one line: title, place, and what else it says."""
    parts = [source.title, place(source), source.description, source.timestamp]
    return " · ".join(str(part) for index, part in enumerate(parts) if part and part not in parts[:index])


def cited(parts: Sequence[AssistantMessageContent]) -> RenderableType:
    """Show an answer: its text with numbers where sources are cited, and the sources below."""
    sources: list[str] = []
    texts = [_numbered(part, sources) for part in parts]
    shown: list[RenderableType] = [markdown("\n\n".join(texts))]
    shown += [Text(f"  [{number}] {source}", style="dim") for number, source in enumerate(sources, 1)]
    return Group(*shown)


def _numbered(part: AssistantMessageContent, sources: list[str]) -> str:
    """Put numbers into the text of a part, and its sources, each once, into `sources`."""
    text = part.text
    marks: list[tuple[int, str]] = []
    for annotation in part.annotations:
        source = described(annotation.source)
        if source not in sources:
            sources.append(source)
        index = annotation.index if isinstance(annotation.index, int) else len(text)
        marks.append((max(0, min(index, len(text))), f"[{sources.index(source) + 1}]"))
    # From the end, so that earlier places stay where they are.
    for index, mark in reversed(sorted(marks, key=lambda pair: pair[0])):  # noqa: C413 - equal places stay in order
        text = text[:index] + mark + text[index:]
    return text
