"""Server-Sent Events: the frame that we write, and a decoder for what others write."""

import re
from collections.abc import Iterator

import msgspec

from chatkit_protocol.events import ThreadStreamEvent

_encoder = msgspec.json.Encoder()
_PREFIX = b"data: "
_END = b"\n\n"
PING = b": ping\n"
"""The keep-alive: one newline, since a comment and a blank line make some clients see an empty message."""


def frame(event: ThreadStreamEvent) -> bytes:
    r"""Write an event as the wire has it: `data: {json}\n\n`, no other field, never several lines."""
    return _PREFIX + _encoder.encode(event) + _END


def frame_into(event: ThreadStreamEvent, buffer: bytearray) -> None:
    """Append the frame of an event to `buffer`; leaves `buffer` as it was when the event cannot be written."""
    start = len(buffer)
    try:
        buffer += _PREFIX
        _encoder.encode_into(event, buffer, -1)
        buffer += _END
    except BaseException:
        del buffer[start:]
        raise


class SSEMessage(msgspec.Struct, frozen=True):
    """A message as a reader of the WHATWG grammar dispatches it."""

    data: str
    event: str = "message"
    last_event_id: str = ""


_LINE = re.compile(rb"\r\n|\n|\r")


class SSEDecoder:
    """Reads a stream piece by piece, however it is cut, after WHATWG HTML section 9.2.

    A message that no blank line ended is discarded, as the grammar demands; `tail` tells whether there is one.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._started = False
        self._data: list[str] = []
        self._event = ""
        self.last_event_id = ""
        self.retry: int | None = None
        self.comments: list[str] = []

    @property
    def tail(self) -> bool:
        """Whether something was read that no blank line has ended yet."""
        return bool(self._buffer or self._data)

    def feed(self, piece: bytes) -> Iterator[SSEMessage]:
        """Take the next bytes; give the messages that they complete."""
        self._buffer += piece
        if not self._started and not self._skip_byte_order_mark():
            return
        start = 0
        for end in _LINE.finditer(self._buffer):
            if end.group() == b"\r" and end.end() == len(self._buffer):
                break  # the other half of a CRLF may be on its way
            message = self._line(self._buffer[start : end.start()].decode(errors="replace"))
            start = end.end()
            if message:
                yield message
        self._buffer = self._buffer[start:]

    def _skip_byte_order_mark(self) -> bool:
        mark = b"\xef\xbb\xbf"
        if len(self._buffer) < len(mark) and mark.startswith(self._buffer):
            return False
        self._buffer = self._buffer.removeprefix(mark)
        self._started = True
        return True

    def _line(self, line: str) -> SSEMessage | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not name:
            self.comments.append(value)
        elif name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self.last_event_id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)
        return None

    def _dispatch(self) -> SSEMessage | None:
        data, event = self._data, self._event or "message"
        self._data, self._event = [], ""
        return SSEMessage("\n".join(data), event, self.last_event_id) if data else None
