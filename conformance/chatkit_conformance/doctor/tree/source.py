"""One file of a project: its text, its places, and whether a browser gets it."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

PUBLISHED = frozenset({"public", "static", "dist", "www", "out", "build"})
"""Folders whose files a web server hands out as they are."""
BROWSER = frozenset({".jsx", ".tsx", ".vue", ".svelte", ".html", ".htm"})
SCRIPTS = frozenset({".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".vue", ".svelte", ".html", ".htm"})
DOCUMENTS = frozenset({".html", ".htm"})
_TESTS = frozenset({"test", "tests", "__tests__", "__mocks__", "fixtures", "docs", "doc", "e2e", "cypress", "stories"})
_TEST_ENDS = ("_test.py", ".test", ".spec", ".stories", ".d")
_LONG_LINE = 5000


@dataclass(frozen=True)
class Source:
    """A text file of the project."""

    path: Path
    name: str
    """Relative to the project, with slashes."""
    tracked: bool = False
    """Whether it is in git's index."""
    ignored: bool = False
    """Whether git is told to ignore it."""

    def __hash__(self) -> int:
        """Files are told apart by their names."""
        return hash(self.name)

    @classmethod
    def of(cls, name: str, text: str) -> "Source":
        """Make one of a text that stands in no file."""
        source = cls(Path(name), name)
        source.__dict__["text"] = text
        return source

    @cached_property
    def text(self) -> str:
        """What is in it; bytes that are no UTF-8 are replaced."""
        with self.path.open(encoding="utf-8", errors="replace", newline="") as file:
            return file.read()

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The names of its folders."""
        return PurePosixPath(self.name).parent.parts

    @property
    def suffix(self) -> str:
        """How its name ends, in small letters."""
        return PurePosixPath(self.name).suffix.lower()

    @cached_property
    def is_test(self) -> bool:
        """Whether it is a test, documentation, or some tool's own, where mistakes are shown on purpose."""
        name = PurePosixPath(self.name)
        by_name = name.name.startswith(("test_", "conftest.")) or name.name.endswith("_test.py")
        hidden = any(part.startswith(".") for part in self.parts)
        return by_name or hidden or name.stem.endswith(_TEST_ENDS) or not _TESTS.isdisjoint(self.parts)

    @property
    def is_published(self) -> bool:
        """Whether it lies in a folder that a web server hands out."""
        return not PUBLISHED.isdisjoint(self.parts)

    @cached_property
    def is_bundle(self) -> bool:
        """Whether a bundler wrote it: nobody's lines are that long."""
        return ".min." in self.name or any(len(line) > _LONG_LINE for line in self.text.split("\n"))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Give line and column of an offset in characters, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def where(self, offset: int) -> str:
        """Give a place as `path:line:column`."""
        line, column = self.position(offset)
        return f"{self.name}:{line}:{column}"

    def offset(self, line: int, column: int) -> int:
        """Give the offset in characters of a line (from 1) and a column in bytes (from 0), as `ast` tells them."""
        start = self._starts[line - 1]
        return start + len(self.text[start:].split("\n", 1)[0].encode()[:column].decode(errors="ignore"))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Widen a piece of text to whole lines, without the last line's end."""
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        return first, len(self.text) if last < 0 else last

    def lines(self, start: int, end: int) -> str:
        """Give the whole lines in which a piece of text stands, without their common indent."""
        first, last = self.span(start, end)
        return dedent(self.text[first:last])

    def mended(self, start: int, end: int, new: str) -> str:
        """Give the same lines as `lines`, with another text in the place of the piece."""
        first, last = self.span(start, end)
        return dedent(self.text[first:start] + new + self.text[end:last])


def dedent(text: str) -> str:
    """Take the first line's indent off every line that has it, and drop carriage returns."""
    text = text.replace("\r", "")
    indent = text[: len(text) - len(text.lstrip(" \t"))]
    return "\n".join(line.removeprefix(indent) for line in text.split("\n")).rstrip()
