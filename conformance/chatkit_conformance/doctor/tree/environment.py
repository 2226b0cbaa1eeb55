"""`.env` files, line by line."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from chatkit_conformance.doctor.tree.source import Source

_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_TEMPLATES = ("example", "sample", "template", "dist", "defaults", "default")


class Variable(NamedTuple):
    """A variable that a file sets."""

    source: Source
    name: str
    value: str
    start: int
    """Where its name stands, in characters."""
    value_start: int


def variables(source: Source) -> Iterator[Variable]:
    """Read a `.env` file."""
    for found in _LINE.finditer(source.text):
        value, quote = found.group(2), found.group(2)[:1]
        quoted = bool(quote) and quote in "\"'"
        value = value[1:].partition(quote)[0] if quoted else re.sub(r"(?:^|\s+)#.*$", "", value)
        yield Variable(source, found.group(1), value, found.start(1), found.start(2))


def is_template(source: Source) -> bool:
    """Whether a file is there to be copied, such as `.env.example`."""
    return PurePosixPath(source.name).name.lower().endswith(_TEMPLATES)
