"""Server-Sent Events: the frame that we write, and a decoder for what others write."""

import re

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


_LINE_END = re.compile(rb"\r\n|\n|\r")
_MARK = b"\xef\xbb\xbf"
_MAX_DIGITS = 18
"""A `retry` with more digits is ignored: no clock knows it, and Python refuses to read 4,301 of them."""


class SSEDecoder:
    """Reads a stream piece by piece, however it is cut, after WHATWG HTML section 9.2.

    A message that no blank line ended is discarded, as the grammar demands; `tail` tells whether there is one.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._after_cr = False
        self._first = True
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self.last_event_id = ""
        self.retry: int | None = None
        self.comments: list[str] = []

    @property
    def tail(self) -> bool:
        """Whether something was read that no blank line has ended yet."""
        return bool(self._pieces or self._data)

    def feed(self, piece: bytes) -> list[SSEMessage]:
        """Take the next bytes; give the messages that they complete."""
        if not piece:
            return []
        fresh = piece.removeprefix(b"\n") if self._after_cr else piece
        self._after_cr = piece.endswith(b"\r")
        *ended, rest = _LINE_END.split(fresh)
        messages = []
        for line in ended:
            message = self._line(self._whole(line))
            if message:
                messages.append(message)
        if rest:
            self._pieces.append(rest)
        return messages

    def _whole(self, end: bytes) -> str:
        """Join what was read of a line with its end; the first line may begin with a byte order mark."""
        line = b"".join((*self._pieces, end))
        self._pieces = []
        if self._first:
            line = line.removeprefix(_MARK)
            self._first = False
        return line.decode(errors="replace")

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
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS:
            self.retry = int(value)
        return None

    def _dispatch(self) -> SSEMessage | None:
        data, event = self._data, self._event or "message"
        self._data, self._event = [], ""
        self.last_event_id = self._id
        return SSEMessage("\n".join(data), event, self.last_event_id) if data else None
