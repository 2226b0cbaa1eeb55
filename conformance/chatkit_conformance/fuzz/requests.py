"""Ways to damage an HTTP request: its line, its headers, how it says where its body ends."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chatkit_conformance.fuzz.mutants import Bodies

Chance = random.Random
Header = tuple[bytes, bytes]

METHODS = (
    b"GET",
    b"HEAD",
    b"OPTIONS",
    b"PUT",
    b"DELETE",
    b"TRACE",
    b"CONNECT",
    b"PRI",
    b"post",
    b"P\x00ST",
    b"",
    b"M" * 9_000,
)
TARGETS = (
    b"/",
    b"*",
    b"//chatkit/api",
    b"/chatkit/api/",
    b"/chatkit/../chatkit/api",
    b"/chatkit%2fapi",
    b"/chatkit/api?%ff=%00&x#y",
    b"/%c0%ae%c0%ae/",
    b"/\xff\xfe",
    b"/a b",
    b"http://elsewhere.invalid/chatkit/api",
    b"",
    b"/" + b"a" * 70_000,
)
VERSIONS = (b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.2", b"HTTP/11", b"http/1.1", b"HTTP/1.1 ", b"")
LENGTHS = (b"-1", b"+5", b"0x10", b"1e3", b"", b" ", b"18446744073709551616", b"9" * 400, b"5, 5", b"1\x00", b"\xb2")
CODINGS = (b"chunked", b"Chunked", b"chunked, chunked", b"gzip, chunked", b"identity", b"xchunked", b"chunked\x0b", b"")
SIZES = (b"-1", b"0x5", b"g", b"", b"fffffffffffffffff", b"5;" + b"x" * 300, b"5 ", b"+5", b"\xff")
NAMES = (
    b"host",
    b"content-length",
    b"transfer-encoding",
    b"x y",
    b"",
    b"x\x00",
    b":x",
    b"\xff",
    b"x\r\n y",
    b"content-length ",
)
VALUES = (b"", b"\x00", b"\xff\xfe", b"a\r\nb: c", b"a\rb", b"a\nb", b"a" * 20_000, b"\t \t", b"=?utf-8?q?x?=")
ODD_HEADERS: tuple[Header, ...] = (
    (b"Expect", b"100-continue"),
    (b"Expect", b"the unexpected"),
    (b"Upgrade", b"websocket"),
    (b"Upgrade", b"h2c"),
    (b"Connection", b"upgrade, host, content-length"),
    (b"Connection", b"keep-alive"),
    (b"Content-Encoding", b"gzip"),
    (b"Content-Type", b"text/plain; charset=utf-99"),
    (b"Content-Type", b"multipart/form-data; boundary="),
    (b"Accept-Language", b"\xff-\x80;q=x,,," + b"a" * 5_000),
    (b"Origin", b"null"),
    (b"Origin", b"\xff://"),
    (b"Access-Control-Request-Method", b"\xff"),
    (b"Authorization", b"Bearer \xff.\xff.\xff"),
    (b"Cookie", b"a=" + b";" * 3_000),
    (b"Range", b"bytes=0-,-1"),
    (b"TE", b"trailers, chunked"),
    (b"Host", b"a, b"),
    (b"X-Forwarded-For", b"\x80, ::1, 999.1.1.1"),
)


@dataclass
class Asked:
    """An HTTP request in its parts."""

    body: bytes
    method: bytes = b"POST"
    target: bytes = b"/chatkit/api"
    version: bytes = b"HTTP/1.1"
    headers: list[Header] = field(default_factory=list)
    end: bytes = b"\r\n"
    """What ends a line."""
    before: bytes = b""
    after: bytes = b""

    def spelled(self) -> bytes:
        """Write it as it goes over the wire."""
        lines = [
            b" ".join((self.method, self.target, self.version)),
            *(b": ".join(row) for row in self.headers),
            b"",
            b"",
        ]
        return self.before + self.end.join(lines) + self.body + self.after

    def put(self, name: bytes, *values: bytes) -> None:
        """Have a header stand there with these values, each in a line, and with no other."""
        self.headers = [row for row in self.headers if row[0].lower() != name.lower()] + [
            (name, value) for value in values
        ]


def plain(body: bytes) -> Asked:
    """Make the request that the widget would send."""
    headers = [
        (b"Host", b"127.0.0.1"),
        (b"Content-Type", b"application/json"),
        (b"Accept", b"text/event-stream"),
        (b"Accept-Language", b"de-DE"),
        (b"Connection", b"close"),
        (b"Content-Length", b"%d" % len(body)),
    ]
    return Asked(body, headers=headers)


Mutator = Callable[[Asked, Chance], None]


def _method(asked: Asked, chance: Chance) -> None:
    asked.method = chance.choice(METHODS)


def _target(asked: Asked, chance: Chance) -> None:
    asked.target = chance.choice(TARGETS)


def _version(asked: Asked, chance: Chance) -> None:
    asked.version = chance.choice(VERSIONS)


def _line_ends(asked: Asked, chance: Chance) -> None:
    asked.end = chance.choice((b"\n", b"\r", b"\r\r\n", b"\r\n "))


def _wrong_length(asked: Asked, chance: Chance) -> None:
    length = len(asked.body) + chance.choice((-40, -1, 1, 40))
    asked.put(b"Content-Length", b"%d" % max(0, length))


def _odd_length(asked: Asked, chance: Chance) -> None:
    asked.put(b"Content-Length", *chance.sample(LENGTHS, chance.choice((1, 2))))


def _no_length(asked: Asked, _chance: Chance) -> None:
    asked.put(b"Content-Length")


def _two_lengths(asked: Asked, chance: Chance) -> None:
    right = b"%d" % len(asked.body)
    asked.put(b"Content-Length", *chance.sample((right, right, b"0", b"00" + right), 2))


def _chunks(body: bytes, chance: Chance) -> list[bytes]:
    size = chance.choice((1, 7, 100, 70_000)) if len(body) < 2_000 else 4_096  # noqa: PLR2004 - few chunks of a large body
    pieces = [body[place : place + size] for place in range(0, len(body), size)]
    return [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]


def _chunked(asked: Asked, chance: Chance) -> None:
    asked.body = (
        b"".join(_chunks(asked.body, chance)) + b"0\r\n" + chance.choice((b"", b"x: y\r\n", b"\xff\r\n")) + b"\r\n"
    )
    asked.put(b"Content-Length")
    asked.put(b"Transfer-Encoding", b"chunked")


def _odd_chunks(asked: Asked, chance: Chance) -> None:
    chunks = _chunks(asked.body, chance)
    chunks.insert(chance.randrange(len(chunks) + 1), chance.choice(SIZES) + b"\r\nxxxxx\r\n")
    asked.body = b"".join(chunks) + chance.choice((b"0\r\n\r\n", b"0\r\n", b"", b"00\r\n\r\n0\r\n\r\n"))
    asked.put(b"Content-Length")
    asked.put(b"Transfer-Encoding", b"chunked")


def _smuggled(asked: Asked, chance: Chance) -> None:
    """Say where the body ends in two ways."""
    asked.put(b"Transfer-Encoding", *chance.sample(CODINGS, chance.choice((1, 2))))
    if chance.randrange(2):
        asked.body = b"0\r\n\r\n" + asked.body


def _odd_header(asked: Asked, chance: Chance) -> None:
    asked.headers.insert(chance.randrange(len(asked.headers) + 1), chance.choice(ODD_HEADERS))


def _broken_header(asked: Asked, chance: Chance) -> None:
    row = (chance.choice(NAMES), chance.choice(VALUES))
    asked.headers.insert(chance.randrange(len(asked.headers) + 1), row)


def _many_headers(asked: Asked, chance: Chance) -> None:
    asked.headers += [(b"X-%d" % number, b"y") for number in range(chance.choice((50, 2_000)))]


def _dropped_header(asked: Asked, chance: Chance) -> None:
    if asked.headers:
        del asked.headers[chance.randrange(len(asked.headers))]


def _repeated_header(asked: Asked, chance: Chance) -> None:
    asked.headers += [chance.choice(asked.headers or [(b"a", b"b")])] * chance.choice((1, 30))


def _pipelined(asked: Asked, chance: Chance) -> None:
    other = plain(asked.body)
    other.put(b"Connection", chance.choice((b"close", b"keep-alive")))
    asked.put(b"Connection", chance.choice((b"close", b"keep-alive")))
    asked.after += chance.choice(
        (other.spelled(), other.spelled() * 3, b"\x00" * 100, b"\r\n\r\n", b"GARBAGE", b"a" * 70_000)
    )


def _blank_before(asked: Asked, chance: Chance) -> None:
    asked.before = chance.choice(
        (b"\r\n", b"\n\n", b" ", b"\x16\x03\x01\x02", b"\x00", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    )


MUTATORS: tuple[Mutator, ...] = (
    _method,
    _target,
    _version,
    _line_ends,
    _wrong_length,
    _odd_length,
    _no_length,
    _two_lengths,
    _chunked,
    _odd_chunks,
    _smuggled,
    _odd_header,
    _broken_header,
    _many_headers,
    _dropped_header,
    _repeated_header,
    _pipelined,
    _blank_before,
)


class Requests:
    """Draws damaged HTTP requests: a number names one."""

    def __init__(self, corpus: Sequence[bytes], seed: int) -> None:
        self._bodies = Bodies(corpus, seed)
        self.seed = seed

    def mutant(self, number: int) -> bytes:
        """Give the bytes of the request of this number; a few are damaged below the level of HTTP, too."""
        chance = Chance(f"{self.seed}/{number}")
        body = self._bodies.mutant(number) if chance.randrange(3) == 0 else chance.choice(self._bodies.corpus)
        asked = plain(body)
        for _ in range(chance.choice((1, 1, 2, 3))):
            chance.choice(MUTATORS)(asked, chance)
        spelled = bytearray(asked.spelled())
        if chance.randrange(5) == 0:
            for _ in range(chance.choice((1, 3))):
                spelled[chance.randrange(len(spelled))] = chance.randrange(256)
        return bytes(spelled[: chance.randrange(len(spelled))] if chance.randrange(20) == 0 else spelled)
