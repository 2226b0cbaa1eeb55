"""Canary keys, and something that listens for them in every log."""

import contextlib
import logging
import traceback
from collections.abc import Iterator

CANARY = "CANARY"
RIGHT = "sk-CANARY-right-0123456789"
KEYS = {
    "right": RIGHT,
    "wrong": "sk-CANARY-wrong-987654321",
    "odd": "sk-CANARY-\"quoted\"-\\back\\-'it's'-{}%s",
    "longer": f"{RIGHT}-and-more",
}
"""Keys as providers spell them, and as nobody should: quoting and formatting change how they look in a text."""


class Ears(logging.Handler):
    """Listens to every logger, as a file and as something that looks into records would."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []
        self.records = 0
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.records += 1
        text = f"{self.format(record)} {record.msg} {record.args} {record.exc_text}"
        if record.exc_info:
            text += "".join(traceback.format_exception(*record.exc_info))
        if CANARY in text:
            self.heard.append(f"{record.name}: {text}")


@contextlib.contextmanager
def listening() -> Iterator[Ears]:
    """Hear everything that is logged, whatever its level."""
    handler, root = Ears(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)
