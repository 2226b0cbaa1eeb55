"""The file of a form (`multipart/form-data`, RFC 7578), piece by piece as it comes, so that it can be refused early."""

from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from chatkit_protocol.codec import RequestError

FORM = "multipart/form-data"
FIELD = "file"
"""Of the form that the widget sends."""


class FormFile:
    """The file in the field `file` of a form. Other fields are passed over.

    Attributes:
        name: as the browser says it.
        mime_type: as the browser says it.
    """

    name: str
    mime_type: str

    def __init__(self, http: Request) -> None:
        kind, options = parse_options_header(http.headers.get("content-type"))
        if kind != FORM.encode() or not options.get(b"boundary"):
            raise RequestError(f"a form is wanted ({FORM}) with the field {FIELD}")
        self._body = http.stream()
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._add_to_field,
                    "on_header_value": self._add_to_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._end_headers,
                    "on_part_data": self._take,
                    "on_part_end": self._end_part,
                },
            )
        except FormParserError:
            raise _unreadable() from None
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value = bytearray(), bytearray()
        self._ready: list[bytes] = []
        self._found = self._within = False

    async def begin(self) -> None:
        """Read as far as the file begins. Raises RequestError when there is none."""
        while not self._found:
            if not await self._read_on():
                raise RequestError(f"the form has no file in the field {FIELD}")

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the bytes of the file, and read the form to its end. Raises RequestError when it breaks off."""
        while self._ready or await self._read_on():
            ready, self._ready = self._ready, []
            for piece in ready:
                yield piece
        if self._within:
            raise RequestError("the form ends within its file")

    async def _read_on(self) -> bool:
        """Read another piece of the body; tell whether there was one."""
        piece = await anext(self._body, b"")
        try:
            self._parser.write(piece)
        except FormParserError:
            raise _unreadable() from None
        return bool(piece)

    def _begin_part(self) -> None:
        self._headers = {}

    def _add_to_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[bytes(self._field).lower()] = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if options.get(b"name") != FIELD.encode() or b"filename" not in options:
            return
        if self._found:
            raise RequestError("one file at a time")
        self._found = self._within = True
        self.name = _text(options[b"filename"]) or FIELD
        self.mime_type = _text(self._headers.get(b"content-type", b"")) or "application/octet-stream"

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._within:
            self._ready.append(data[start:end])

    def _end_part(self) -> None:
        self._within = False


def _unreadable() -> RequestError:
    return RequestError("the form cannot be read")


def _text(value: bytes) -> str:
    """Read a header's value: browsers write UTF-8 (RFC 7578, section 5.1.1)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
