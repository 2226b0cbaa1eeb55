"""Keys stay on the server: a string that never shows itself, and logs that never show it."""

import json
import logging
from typing import Final

HIDDEN: Final = "[key]"
SHORTEST: Final = 6
"""Shorter strings are no keys, and would take ordinary words out of logs."""
TREES: Final = ("chatkit_agents", "chatkit_server", "openai", "httpx", "httpx2", "httpcore", "httpcore2", "asyncio")
"""Loggers, and all below them, that might log what a provider said, or what was sent to one."""

_formatter = logging.Formatter()


class Secret:
    """A key. Only `reveal` shows it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= SHORTEST:
            REDACTOR.keys |= {value, json.dumps(value)[1:-1], repr(value)[1:-1]}
            guard_logs()

    def __repr__(self) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return bool(self._value)

    def reveal(self) -> str:
        """Give the key, to whoever sends it to its provider."""
        return self._value


class Redactor(logging.Filter):
    """Takes keys out of messages and tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    def clean(self, text: str) -> str:
        """Give a text without keys; a key that begins like another one is no matter."""
        for key in sorted(self.keys, key=len, reverse=True):
            text = text.replace(key, HIDDEN)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record that would show a key."""
        message = record.getMessage()
        clean = self.clean(message)
        if clean != message:
            record.msg, record.args = clean, None
        if record.exc_info:
            trace = _formatter.formatException(record.exc_info)
            if self.clean(trace) != trace:
                record.exc_info, record.exc_text = None, self.clean(trace)
        return True


REDACTOR: Final = Redactor()
"""The one that all keys are told to."""


def guard_logs() -> None:
    """Have the redactor read what the loggers of `TREES` log.

    A filter sees only what is logged by its own logger, not by those below: each that exists gets it.
    """
    known = [name for name in logging.Logger.manager.loggerDict if name.partition(".")[0] in TREES]
    for name in {*TREES, *known}:
        logging.getLogger(name).addFilter(REDACTOR)


def leaks(error: BaseException | None) -> bool:
    """Tell whether the text of an exception, or of what caused it, shows a key."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        text = f"{error} {error!r}"
        if REDACTOR.clean(text) != text:
            return True
        error = error.__cause__ or error.__context__
    return False
