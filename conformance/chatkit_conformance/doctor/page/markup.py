"""HTML as a tree with places, the way a browser nests it, as far as the checks need it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


@dataclass
class Element:
    """A tag, with what it holds."""

    tag: str
    attributes: dict[str, str]
    start: int
    """Where its tag begins, in characters."""
    opened: int
    """Where its tag ends."""
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    """What stands in a `script` or `style`."""

    def all(self) -> Iterator["Element"]:
        """Give it and everything in it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.all()

    def up(self) -> Iterator["Element"]:
        """Give it and everything around it, outwards."""
        yield self
        if self.parent:
            yield from self.parent.up()

    @property
    def classes(self) -> list[str]:
        """The names in its `class`."""
        return self.attributes.get("class", "").split()


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, 0, 0)
        self.here = self.root
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        start = self.starts[line - 1] + column
        given = {name: value or "" for name, value in reversed(attrs)}
        element = Element(tag, given, start, start + len(self.get_starttag_text() or ""), self.here)
        self.here.children.append(element)
        if tag not in _VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.here.tag == tag and tag not in _VOID and self.here.parent:
            self.here = self.here.parent

    def handle_endtag(self, tag: str) -> None:
        opened = next((one for one in self.here.up() if one.tag == tag), None)
        if opened and opened.parent:
            self.here = opened.parent

    def handle_data(self, data: str) -> None:
        if self.here.tag in {"script", "style"}:
            self.here.text += data


def parse(text: str) -> Element:
    """Parse a document; the root is no tag, and holds everything."""
    reader = _Reader(text)
    reader.feed(text)
    reader.close()
    return reader.root
