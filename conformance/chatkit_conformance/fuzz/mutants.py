"""Ways to damage the body of a request: its bytes, and the JSON that they spell."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

Chance = random.Random
Mutator = Callable[[bytes, Chance], bytes]

DEEP = 3_000
"""Levels of nesting: more than Python recurses into."""
MOST = 256 * 1024
"""Bytes of the largest mutant: how a body that is too large is refused is no matter of chance."""
TOKENS = (
    *rb'null [ ] { } " , : \u \ud800 \u0000 1e999 - -0 NaN Infinity 0x1 // 1.'.split(),
    *(b"\xff", b"\x00", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
)
NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    2**31,
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**30,
    10**400,
    1e308,
    5e-324,
    -0.0,
    0.1,
)
TEXTS: tuple[str, ...] = (
    "",
    "type",
    "\u2028\u2029",
    "\x00",
    "\ud800",
    "e\u0301" * 40,
    "\u202eabc",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufeff",
    "data: x\n\nevent: y",
    "../../etc/passwd",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "a" * 70_000,
)
ODD: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"": None}, {"type": "input_text"}, *NUMBERS, *TEXTS)


def flip(body: bytes, chance: Chance) -> bytes:
    """Flip a bit."""
    place = chance.randrange(len(body))
    return body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :]


def delete(body: bytes, chance: Chance) -> bytes:
    """Delete a few bytes."""
    start = chance.randrange(len(body))
    return body[:start] + body[start + chance.randint(1, 8) :]


def duplicate(body: bytes, chance: Chance) -> bytes:
    """Repeat a few bytes."""
    start = chance.randrange(len(body))
    end = start + chance.randint(1, 24)
    return body[:end] + body[start:end] + body[end:]


def insert(body: bytes, chance: Chance) -> bytes:
    """Put a piece of JSON, or of what is none, somewhere."""
    place = chance.randrange(len(body))
    return body[:place] + chance.choice(TOKENS) + body[place:]


def cut(body: bytes, chance: Chance) -> bytes:
    """Leave off the end."""
    return body[: chance.randrange(len(body))]


def nest(body: bytes, chance: Chance) -> bytes:
    """Open many brackets somewhere, and sometimes close them again."""
    place, depth = chance.randrange(len(body)), chance.choice((50, 500, DEEP))
    opened, closed = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    inner = b"1" if opened == b'{"a":' else b""
    return body[:place] + opened * depth + inner + (closed * depth if chance.randrange(3) else b"") + body[place:]


def encode_otherwise(body: bytes, chance: Chance) -> bytes:
    """Write the text in another encoding."""
    return body.decode(errors="replace").encode(chance.choice(("utf-16", "utf-32", "latin-1", "utf-7")), "replace")


def splicing(corpus: Sequence[bytes]) -> Mutator:
    """Give a mutator that joins the beginning of a body and the end of another one."""

    def splice(body: bytes, chance: Chance) -> bytes:
        other = chance.choice(corpus)
        return body[: chance.randrange(len(body))] + other[chance.randrange(len(other)) :]

    return splice


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Give every container with every key or index in it."""
    found: list[tuple[Any, Any]] = []
    open_ = [tree]
    while open_:
        box = open_.pop()
        if isinstance(box, dict):
            found += [(box, key) for key in box]
            open_ += box.values()
        elif isinstance(box, list):
            found += [(box, index) for index in range(len(box))]
            open_ += box
    return found


def _changed(body: bytes, chance: Chance, change: Callable[[Any, Any], None]) -> bytes:
    """Change a place of the JSON; what is none stays as it is."""
    try:
        tree = json.loads(body)
        places = _places(tree)
        if places:
            change(*chance.choice(places))
        return json.dumps(tree, ensure_ascii=chance.randrange(2) == 0).encode(errors="surrogatepass")
    except (ValueError, RecursionError):
        return body


def swap_value(body: bytes, chance: Chance) -> bytes:
    """Put an odd value in the place of one."""
    return _changed(body, chance, lambda box, key: box.__setitem__(key, chance.choice(ODD)))


def drop_value(body: bytes, chance: Chance) -> bytes:
    """Take a value out."""
    return _changed(body, chance, lambda box, key: box.__delitem__(key))


def wrap_value(body: bytes, chance: Chance) -> bytes:
    """Put a value into an array, or into an object."""

    def wrap(box: Any, key: Any) -> None:
        box[key] = [box[key]] if chance.randrange(2) == 0 else {"": box[key]}

    return _changed(body, chance, wrap)


def retype_value(body: bytes, chance: Chance) -> bytes:
    """Write a value as a text, and a text as the value that it spells."""

    def retype(box: Any, key: Any) -> None:
        value = box[key]
        box[key] = list(value) if isinstance(value, str) else json.dumps(value)

    return _changed(body, chance, retype)


def repeat_value(body: bytes, chance: Chance) -> bytes:
    """Say a value many times."""
    return _changed(body, chance, lambda box, key: box.__setitem__(key, [box[key]] * chance.choice((2, 100, 3_000))))


def grafting(corpus: Sequence[bytes]) -> Mutator:
    """Give a mutator that puts a value of another body into this one."""

    def graft(body: bytes, chance: Chance) -> bytes:
        try:
            places = _places(json.loads(chance.choice(corpus)))
        except ValueError:
            return body
        if not places:
            return body
        box, key = chance.choice(places)
        return _changed(body, chance, lambda there, name: there.__setitem__(name, box[key]))

    return graft


BYTES: tuple[Mutator, ...] = (flip, delete, duplicate, insert, cut, nest, encode_otherwise)
VALUES: tuple[Mutator, ...] = (swap_value, drop_value, wrap_value, retype_value, repeat_value)
RARE: dict[Mutator, float] = {nest: 0.1, encode_otherwise: 0.2, repeat_value: 0.2}
"""How often those are taken that make a body large, or kill it at once."""

MEANING = 0.7
"""How often the JSON is damaged rather than the bytes: more of that comes through."""


class Bodies:
    """Draws damaged bodies from a corpus: a number names one."""

    def __init__(self, corpus: Sequence[bytes], seed: int) -> None:
        self.corpus = corpus
        self.seed = seed
        self._kinds = ((*BYTES, splicing(corpus)), (*VALUES, grafting(corpus)))

    def mutant(self, number: int) -> bytes:
        """Give the mutant of this number."""
        chance = Chance(f"{self.seed}:{number}")
        body = chance.choice(self.corpus)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            mutator = chance.choice(self._kinds[chance.random() < MEANING])
            if chance.random() < RARE.get(mutator, 1):
                body = mutator(body, chance)[:MOST] or b" "
        return body
