"""Logs as JSON lines: each with the request and the thread it belongs to, none with what was said."""

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from chatkit_protocol.codec import encode
from chatkit_protocol.events import ThreadItemDone, ThreadStreamEvent
from chatkit_protocol.items import AssistantMessageItem
from chatkit_server.observing.call import Call, Observer, Outcome, current

LOUD = "WARNING: logs have the text of messages in them. Whoever reads the logs reads the conversations."
OURS = ("chatkit_server", "chatkit_agents")
FIRST = "chatkit.first"
SAID = "chatkit.said"

requests = logging.getLogger("chatkit_server.requests")
"""One record a request, at its end."""


class Logs(Observer):
    """Writes one line for every request when it is over. `text` puts in what was said."""

    def __init__(self, *, text: bool = False) -> None:
        self._text = text

    def event(self, call: Call, event: ThreadStreamEvent, *, first: bool) -> None:
        """Note when the answer began and, only if told to, what it says."""
        if first:
            call.noted[FIRST] = call.seconds
        if self._text and isinstance(event, ThreadItemDone) and isinstance(event.item, AssistantMessageItem):
            call.noted.setdefault(SAID, []).extend(part.text for part in event.item.content)

    def streamed(self, call: Call, outcome: Outcome) -> None:
        """Say how the answer ended."""
        fields: dict[str, Any] = {"events": call.events, "outcome": outcome, "seconds": round(call.seconds, 6)}
        if FIRST in call.noted:
            fields["first_event_seconds"] = round(call.noted.pop(FIRST), 6)
        if self._text and call.turn:
            fields["asked"], fields["said"] = call.turn.text, "".join(call.noted.pop(SAID, ()))
        _write("answer", call, fields)

    def ended(self, call: Call) -> None:
        """Say what the request was and how it ended."""
        fields: dict[str, Any] = {
            "method": call.method,
            "path": call.path,
            "status": call.status,
            "seconds": round(call.seconds, 6),
        }
        if call.gone:
            fields["disconnected"] = True
        _write("request", call, fields)


def _write(what: str, call: Call, fields: dict[str, Any]) -> None:
    if call.code:
        fields["code"] = call.code
    requests.info(what, extra={"fields": {"type": call.type} | fields})


class JSONLines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, request, thread, and fields of its own.

    An exception is told by its type and where it was raised. What it says is left out, since that may quote a
    message, unless `text` is set; so is all but the first line of a record, where asyncio tells what a task raised.
    """

    def __init__(self, *, text: bool = False) -> None:
        super().__init__()
        self._text = text

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        said = record.getMessage()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said if self._text else said.partition("\n")[0],
        }
        call = current.get()
        if call:
            line["request"] = call.id
            if call.thread:
                line["thread"] = call.thread
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line["exception"] = self._exception(record.exc_info[1])
        return encode(line).decode()

    def _exception(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)
        told: dict[str, Any] = {
            "type": f"{type(error).__module__}.{type(error).__qualname__}",
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if self._text:
            told["message"] = str(error)
        return told


def log_as_json(*, level: str = "info", text: bool = False, to: TextIO | None = None) -> Logs:
    """Have the whole process log JSON lines, to stderr unless told otherwise; give the observer that logs requests.

    `text` lets messages, answers and the words of exceptions into the lines, and says so loudly. Without it `debug` is
    for our own loggers alone: libraries tell at that level what goes over the wire.
    """
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(JSONLines(text=text))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    root.setLevel("INFO" if level == "debug" and not text else level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    if text:
        logging.getLogger("chatkit_server").warning(LOUD)
    return Logs(text=text)
