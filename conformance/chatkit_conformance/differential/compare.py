"""Two values of JSON, and the first place where they are not the same."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Absent:
    """Stands for a value that one side does not have."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT = Absent()


@dataclass(frozen=True)
class Difference:
    """A JSON path and what each side has there."""

    path: str
    official: Any
    ours: Any

    def __str__(self) -> str:
        return f"at {self.path}\n  official: {shortened(self.official)}\n  ours:     {shortened(self.ours)}"


def difference(official: Any, ours: Any, path: str = "$") -> Difference | None:
    """Find the first difference; numbers compare by value, and a boolean is not a number."""
    if isinstance(official, dict) and isinstance(ours, dict):
        pairs = [(f"{path}.{key}", official.get(key, ABSENT), ours.get(key, ABSENT)) for key in official | ours]
    elif isinstance(official, list) and isinstance(ours, list):
        width = max(len(official), len(ours))
        pairs = [(f"{path}[{n}]", at(official, n), at(ours, n)) for n in range(width)]
    elif isinstance(official, bool) is isinstance(ours, bool) and official == ours:
        return None
    else:
        return Difference(path, official, ours)
    found = (difference(one, other, place) for place, one, other in pairs)
    return next((first for first in found if first), None)


def at(rows: list[Any], index: int) -> Any:
    """Give the row, or that there is none."""
    return rows[index] if index < len(rows) else ABSENT


def same(official: Any, ours: Any) -> bool:
    """Tell whether there is no difference."""
    return difference(official, ours) is None


def shortened(value: Any, width: int = 600) -> str:
    """Print a value on one line of bounded length."""
    text = repr(value)
    return text if len(text) <= width else f"{text[:width]}… ({len(text)} characters)"
