"""Whether a file is what it says: its size and type are checked while its bytes come in, the type by content."""

import re
from collections.abc import AsyncIterable, Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from tempfile import SpooledTemporaryFile
from typing import IO

import puremagic
from msgspec import Struct

from chatkit_protocol.codec import RequestError

MIB = 1024 * 1024
HEAD = 4096
"""Bytes by which a type is told."""
IN_MEMORY = MIB
"""Bytes up to which a file that comes in is held in memory; beyond them it goes to a temporary file."""
LONGEST_NAME = 1024
TYPE = re.compile(r"[\w.+-]{1,127}/[\w.+-]{1,127}(\s*;[\x20-\x7e]{0,256})?", re.ASCII)

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""The second is of an archive with nothing in it."""
ZIPPED = re.compile(r"application/(zip|x-zip-compressed|epub\+zip|vnd\.(openxmlformats|oasis)\b.*)")
OLE = b"\xd0\xcf\x11\xe0"
OLD_OFFICE = re.compile(r"application/(msword|vnd\.ms-(excel|powerpoint))")
"""Where an office is installed, browsers call CSV and RTF so, too, which are text."""
TEXT = re.compile(
    r"text/.*|image/svg\+xml|application/((.*\+)?(json|xml|yaml)|x-ndjson|toml|javascript|typescript|x-sh|sql|graphql)"
)
NEVER_IN_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
TELLTALE = re.compile(
    r"(image|audio|font)/.*|video/(?!mp2t|vnd\.dlna).*|application/(pdf|(x-)?gzip|x-7z-compressed|x-tar|rtf)"
)
"""Types that can be told by content: a file that says it is one must look like one. `video/mp2t` and `video/vnd.dlna…`
are what browsers call TypeScript, by the end of its name."""
SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-ms-bmp": "image/bmp",
    "image/x-bmp": "image/bmp",
    "image/vnd.microsoft.icon": "image/x-icon",
    "image/heic": "image/heif",
    "image/heic-sequence": "image/heif",
    "image/heif-sequence": "image/heif",
    "application/x-gzip": "application/gzip",
    "application/font-woff": "font/woff",
    "application/x-font-otf": "font/otf",
}
"""Types that go by several names."""
HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
AVIF = frozenset({b"avif", b"avis"})
"""Brands of pictures (ISO 23008-12) in the container that films have, too (ISO 14496-12, `ftyp`)."""
MP3_FRAME = re.compile(rb"\xff[\xe2-\xff]")
"""Sound without a header: eleven bits that are set, and a layer."""
WIDE = (b"\xff\xfe", b"\xfe\xff")
"""Marks of UTF-16, in which text has zeros."""


class FileLimits(Struct, frozen=True, kw_only=True):
    """Which files are taken."""

    max_bytes: int = 32 * MIB
    """Of one file."""
    accept: tuple[str, ...] = ("*/*",)
    """Media types as the browser says them, `*` for any part: `("image/*", "application/pdf")`."""
    max_pixels: int = 40_000_000
    """Of one image: a small file may be a huge picture."""

    def announced(self, name: str, size: int, mime_type: str) -> None:
        """Refuse a file by what is said of it before it comes. Raises RequestError."""
        self.describes(name, mime_type, "$.params.")
        if size > self.max_bytes:
            raise RequestError(
                f"files have at most {self.max_bytes} bytes", code="too_large", path="$.params.size", reason="size"
            )

    def describes(self, name: str, mime_type: str, place: str = "") -> None:
        """Refuse a file by its name and type; `place` is where a request says them. Raises RequestError."""
        if not 0 < len(name) <= LONGEST_NAME:
            raise RequestError(
                f"a name has 1 to {LONGEST_NAME} characters", path=place and f"{place}name", reason="name"
            )
        if not TYPE.fullmatch(mime_type):
            raise RequestError("no media type", path=place and f"{place}mime_type", reason="type")
        if not any(fnmatchcase(media_type(mime_type), pattern) for pattern in self.accept):
            raise RequestError("files of this type are not taken", path=place and f"{place}mime_type", reason="type")


def media_type(mime_type: str) -> str:
    """Give the type without its parameters."""
    return mime_type.partition(";")[0].strip().lower()


async def received(pieces: AsyncIterable[bytes], *, mime_type: str, most: int, size: int | None = None) -> IO[bytes]:
    """Take a file in, no further than it is as large and of the type as was said; the caller closes it.

    Args:
        pieces: its bytes.
        mime_type: what it is said to be.
        most: how many bytes any file may have.
        size: how many were announced, if they were.

    Raises:
        RequestError: as soon as it is known.
    """
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - it is given away
    try:
        await _fill(file, pieces, media_type(mime_type), most, size)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


async def _fill(file: IO[bytes], pieces: AsyncIterable[bytes], kind: str, most: int, size: int | None) -> None:
    got = 0
    head = b""
    async for piece in pieces:
        got += len(piece)
        if size is not None and got > size:
            raise RequestError(f"more than the {size} bytes that were announced", code="too_large", reason="size")
        if got > most:
            raise RequestError(f"files have at most {most} bytes", code="too_large", reason="size")
        if len(head) < HEAD:
            head += piece[: HEAD - len(head)]
            if len(head) == HEAD:
                _hold_to_type(kind, head)
        file.write(piece)
    if size is not None and got < size:
        raise RequestError(f"{got} bytes came instead of {size}", reason="size")
    _hold_to_type(kind, head)


def _hold_to_type(kind: str, head: bytes) -> None:
    if not looks_like(kind, head):
        raise RequestError("the file is of another type than it says", reason="type")


def looks_like(kind: str, head: bytes) -> bool:
    """Tell whether a file that begins like this may be of this type. What cannot be told by content is believed."""
    if not head:
        return True
    if ZIPPED.fullmatch(kind):
        return head.startswith(ZIP)
    if OLD_OFFICE.fullmatch(kind):
        return head.startswith(OLE) or _is_text(head)
    if TEXT.fullmatch(kind):
        return _is_text(head)
    if not TELLTALE.fullmatch(kind):
        return True
    found = {SAME.get(name, name) for name in _told_by(head)}
    kind = SAME.get(kind, kind)
    top = kind.partition("/")[0]
    # Sound and film share their containers, so that the same file may be called by several names.
    return kind in found or (top in {"audio", "video"} and any(one.startswith(("audio/", "video/")) for one in found))


def _is_text(head: bytes) -> bool:
    return head.startswith(WIDE) or not NEVER_IN_TEXT.search(head)


def _told_by(head: bytes) -> Iterator[str]:
    with suppress(puremagic.PureError, ValueError):
        yield from (one.mime_type for one in puremagic.magic_string(head))
    if brands := _brands(head):
        pictures = [name for name, some in (("image/heif", HEIF), ("image/avif", AVIF)) if brands & some]
        yield from pictures or ["video/mp4"]
    if MP3_FRAME.match(head):
        yield "audio/mpeg"


def _brands(head: bytes) -> set[bytes]:
    """Give the brands of an ISO container: its own, and those that it is compatible with."""
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4]), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
