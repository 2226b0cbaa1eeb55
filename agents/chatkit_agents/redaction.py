"""Keys stay on the server: a string that never shows itself, logs that never show it, models that are never told it."""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from inspect import isawaitable
from typing import Any, Final

from agents.run import CallModelData, ModelInputData

from agents import RunConfig

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
            REDACTOR.learn(value)
            guard_logs()

    def __repr__(self) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return bool(self._value)

    def reveal(self) -> str:
        """Give the key, to whoever sends it to its provider."""
        return self._value


def _spelled(key: str) -> str:
    """Match a key however often it was quoted: each quoting puts backslashes before quotes and backslashes."""
    return "".join(r"\\+" if c == "\\" else r"\\*" + c if c in "\"'" else re.escape(c) for c in key)


class Redactor(logging.Filter):
    """Takes keys out of messages and tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: set[str] = set()
        self._shown = re.compile("(?!)")

    def learn(self, key: str) -> None:
        """Take a key out of texts from now on; a key that begins like another one is no matter."""
        self._keys.add(key)
        longest_first = sorted(self._keys, key=len, reverse=True)
        self._shown = re.compile("|".join(map(_spelled, longest_first)))

    def clean(self, text: str) -> str:
        """Give a text without keys."""
        return self._shown.sub(HIDDEN, text)

    def cleaned(self, value: Any) -> Any:
        """Give a JSON value without keys: the same object if it shows none."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, Mapping):
            pairs = {name: self.cleaned(one) for name, one in value.items()}
            return value if all(pairs[name] is one for name, one in value.items()) else pairs
        if isinstance(value, list):
            items = [self.cleaned(one) for one in value]
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
        return value

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


def keyless(config: RunConfig) -> RunConfig:
    """Give run settings with which the model is never told a key, whatever a tool returns or raises.

    Tools quote keys without meaning to: in the text of an exception, which the Agents SDK or an app's own
    `failure_error_function` tells to the model.
    """
    own = config.call_model_input_filter

    async def told(data: CallModelData[Any]) -> ModelInputData:
        given = own(data) if own else data.model_data
        found = await given if isawaitable(given) else given
        return ModelInputData(REDACTOR.cleaned(found.input), REDACTOR.cleaned(found.instructions))

    return replace(config, call_model_input_filter=told)
