"""A hundred thousand damaged requests: each is a request or a refusal, whatever was done to it."""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

import pytest

import chatkit_protocol as wire
from chatkit_protocol import RequestError, decode_request

TRIES = 100_000
SEED = 20_260_102
TAG = {"type": "input_tag", "id": "1", "text": "@é", "data": {"a": None}, "group": "g", "interactive": True}
SAID: dict[str, Any] = {
    "content": [{"type": "input_text", "text": "line\nend \u2028 🙂"}, TAG],
    "attachments": ["atc_1"],
    "quoted_text": "before",
    "inference_options": {"tool_choice": {"id": "search"}, "model": "m"},
}
ACTION = {"thread_id": "t", "item_id": "i", "action": {"type": "go", "payload": {"n": [1, -2.5e3, None]}}}
ANSWERS = {"q1": {"values": ["a"], "skipped": False}, "q2": {"skipped": True}, "odd `key` [...]": {"values": []}}
CORPUS: list[dict[str, Any]] = [
    {"type": tag, "params": params, "metadata": {"k": [True, None]}}
    for tag, params in [
        ("threads.create", {"input": SAID}),
        ("threads.add_user_message", {"thread_id": "t", "input": SAID}),
        ("threads.add_client_tool_output", {"thread_id": "t", "result": {"a": [1, None]}}),
        (
            "threads.add_structured_input",
            {"thread_id": "t", "item_id": "i", "input": {"status": "answered", "answers": ANSWERS}},
        ),
        ("threads.retry_after_item", {"thread_id": "t", "item_id": "i"}),
        ("threads.custom_action", ACTION),
        ("threads.sync_custom_action", ACTION),
        ("threads.get_by_id", {"thread_id": "t"}),
        ("threads.list", {"limit": 9999, "order": "desc", "after": "thr_1"}),
        ("threads.update", {"thread_id": "t", "title": "T"}),
        ("threads.delete", {"thread_id": "t"}),
        ("items.list", {"thread_id": "t", "limit": "5", "order": "asc", "after": None}),
        ("items.feedback", {"thread_id": "t", "item_ids": ["a", "b"], "kind": "negative"}),
        ("attachments.create", {"name": "n", "size": 12, "mime_type": "m/m"}),
        ("attachments.delete", {"attachment_id": "a"}),
        ("input.transcribe", {"audio_base64": "AAEC", "mime_type": "audio/webm;codecs=opus"}),
    ]
]
BODIES = [json.dumps(request, ensure_ascii=False).encode() for request in CORPUS]
ODD: list[Any] = [None, True, 0, -1, 1.5, 10**30, "", "type", [], {}, [[]], {"type": "input_text"}, "\u2028", "asc"]
TOKENS = [
    b"null",
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b",",
    b":",
    b"\\u",
    b"\\ud800",
    b"1e999",
    b"\xff",
    b"\x00",
    b"-",
    b"NaN",
]


def flip(body: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(body))
    return body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :]


def delete(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    return body[:start] + body[start + chance.randint(1, 8) :]


def duplicate(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    end = start + chance.randint(1, 24)
    return body[:end] + body[start:end] + body[end:]


def insert(body: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(body))
    return body[:place] + chance.choice(TOKENS) + body[place:]


def splice(body: bytes, chance: random.Random) -> bytes:
    other = chance.choice(BODIES)
    return body[: chance.randrange(len(body))] + other[chance.randrange(len(other)) :]


def cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body))]


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every container with every key or index in it."""
    if not isinstance(tree, (dict, list)):
        return []
    here = [(tree, key) for key in (tree if isinstance(tree, dict) else range(len(tree)))]
    return here + [place for box, key in here for place in _places(box[key])]


def _with_a_place_changed(body: bytes, chance: random.Random, change: Callable[[Any, Any], None]) -> bytes:
    try:
        tree = json.loads(body)
    except ValueError:
        return body
    places = _places(tree)
    if places:
        change(*chance.choice(places))
    return json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")


def swap_value(body: bytes, chance: random.Random) -> bytes:
    return _with_a_place_changed(body, chance, lambda box, key: box.__setitem__(key, chance.choice(ODD)))


def drop_value(body: bytes, chance: random.Random) -> bytes:
    return _with_a_place_changed(body, chance, lambda box, key: box.__delitem__(key))


def graft_value(body: bytes, chance: random.Random) -> bytes:
    graft, name = chance.choice(_places(chance.choice(CORPUS)))
    return _with_a_place_changed(body, chance, lambda box, key: box.__setitem__(key, graft[name]))


def wrap_value(body: bytes, chance: random.Random) -> bytes:
    def wrap(box: Any, key: Any) -> None:
        box[key] = [box[key]] if chance.random() < 0.5 else {"": box[key]}

    return _with_a_place_changed(body, chance, wrap)


BYTES = [flip, delete, duplicate, insert, splice, cut]
VALUES = [swap_value, drop_value, graft_value, wrap_value]


def mutant(chance: random.Random) -> bytes:
    body = chance.choice(BODIES)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        body = chance.choice(chance.choice((BYTES, VALUES)))(body, chance) or b" "
    return body


@pytest.mark.slow
def test_any_bytes_are_a_request_or_a_refusal() -> None:
    chance = random.Random(SEED)
    decoded: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    messages: set[str] = set()
    codes: set[str] = set()
    for number in range(TRIES):
        body = mutant(chance)
        try:
            request = decode_request(body)
        except RequestError as error:
            refused[error.path] += 1
            messages.add(error.message)
            codes.add(error.code)
        except BaseException as error:
            error.add_note(f"mutant {number} of seed {SEED}: {body!r}")
            raise
        else:
            decoded[type(request).__name__] += 1
            wire.encode(request)
    assert decoded.total() + refused.total() == TRIES
    # Not vacuous: many live, all types are among them, and the dead fell at many places for many reasons.
    assert decoded.total() > TRIES / 10, decoded.total()
    assert len(decoded) == len(get_args(wire.Request)) == len(CORPUS)
    assert codes == {"bad_request"}
    assert len(refused) > 50, refused
    assert len(messages) > 100, messages
    assert refused[""] < TRIES * 0.6


def test_the_corpus_is_sound() -> None:
    for body, request in zip(BODIES, CORPUS, strict=True):
        assert json.loads(wire.encode(decode_request(body)))["type"] == request["type"]


@pytest.mark.parametrize("mutate", BYTES + VALUES)
def test_each_mutation_damages(mutate: Callable[[bytes, random.Random], bytes]) -> None:
    chance = random.Random(SEED)
    changed = sum(mutate(body, chance) != body for body in BODIES for _ in range(20))
    assert changed > 16 * 20 * 0.8
