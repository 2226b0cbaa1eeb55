"""What differs between two honest replies to the same request is given the same name in both."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ID = re.compile(r"\b(thr|msg|tc|wf|tsk|atc|shcx|fc|call|ig)_(?:[0-9A-Za-z]{8,40}|\d{1,5})\b")
"""As servers make them, and as recordings name them."""
TOLD = re.compile(r"(payload|input)=(.*)", re.DOTALL)


@dataclass
class Names:
    """The names of one side of one conversation: `thr_1`, `msg_2`, by order of first appearance."""

    given: dict[str, str] = field(default_factory=dict)

    def of(self, match: re.Match[str]) -> str:
        """Name an id, the same one each time it is met."""
        return self.given.setdefault(match[0], f"{match[1]}_{len(self.given) + 1}")

    def copy(self) -> "Names":
        """Make a copy to try a comparison on."""
        return Names(dict(self.given))


def ids(value: str, names: Names) -> str:
    """Name every id in the text."""
    return ID.sub(names.of, value)


def moment(value: str, _: Names) -> str:
    """Put one word for every date and time, and leave what is not one."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return value
    return "<time>"


def address(value: str, names: Names) -> str:
    """Put one word for every URL, and leave what is not one."""
    return "<url>" if value.startswith(("http://", "https://")) else ids(value, names)


def told(value: str, names: Names) -> Any:
    """Read the JSON that the test bed tells in a notice: its spaces and key order mean nothing."""
    found = TOLD.fullmatch(value)
    if found is None:
        return ids(value, names)
    try:
        return {found[1]: normalise(json.loads(found[2]), names)}
    except ValueError:
        return ids(value, names)


@dataclass(frozen=True)
class Row:
    """The strings under these keys are rewritten, and why that loses nothing."""

    keys: frozenset[str]
    rewrite: Callable[[str, Names], Any]
    reason: str


TABLE = (
    Row(frozenset({"created_at"}), moment, "no two servers have one clock; zones differ (D7)"),
    Row(
        frozenset({"preview_url", "upload_url"}),
        address,
        "where bytes are kept is a server's own business; a bare host gets a slash in the reference (D8)",
    ),
    Row(frozenset({"message"}), told, "a notice may tell JSON as text, and JSON is compared parsed"),
)
DEFAULT = Row(frozenset(), ids, "ids are random, and longer in one of the servers (D6)")
UPLOAD = Row(frozenset({"url"}), address, "the same for the place to upload to")


def normalise(value: Any, names: Names, row: Row = DEFAULT) -> Any:
    """Rewrite a parsed reply by the table; keys and everything but strings stay as they are."""
    if isinstance(value, dict):
        return {key: normalise(inner, names, row_for(key, value)) for key, inner in value.items()}
    if isinstance(value, list):
        return [normalise(inner, names, row) for inner in value]
    return row.rewrite(value, names) if isinstance(value, str) else value


def row_for(key: str, parent: dict[str, Any]) -> Row:
    """Find the row for a key; `url` counts only beside `method`, where it is a place to upload to."""
    if key == "url" and "method" in parent:
        return UPLOAD
    return next((row for row in TABLE if key in row.keys), DEFAULT)
