"""Pictures without a drawing library: a small PNG, coarse or fine."""

import base64
import struct
import zlib

SIZE = 96


def sunset(block: int = 1) -> str:
    """Draw a sunset in blocks of so many pixels; give the PNG as Base64."""
    rows = b"".join(b"\0" + _row(y // block * block, block) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def _row(y: int, block: int) -> bytes:
    return b"".join(_colour(x // block * block, y) for x in range(SIZE))


def _colour(x: int, y: int) -> bytes:
    middle = SIZE // 2
    if (x - middle) ** 2 + (y - middle) ** 2 < (SIZE // 5) ** 2 and y < SIZE * 2 // 3:
        return bytes((255, 220, 120))
    if y >= SIZE * 2 // 3:
        return bytes((30, 60, 90 + y))
    return bytes((200 - y, 90 + y // 2, 90 + y))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
