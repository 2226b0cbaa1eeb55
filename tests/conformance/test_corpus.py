"""Five hundred random conversations, recorded from the official SDK once: ours differs only where it means to."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, get_args

import pytest

import chatkit_protocol as wire
from chatkit_conformance.differential.corpus import FILE, LONGEST, compare, load, record
from chatkit_conformance.differential.exchange import Reply
from chatkit_conformance.differential.play import Send, sender
from chatkit_conformance.differential.run import told
from chatkit_conformance.differential.servers import OfficialServer
from chatkit_conformance.testbed.app import scripted_app
from support.live import live

CORPUS = load()
LOTS = 10
"""The corpus is compared in so many parts, so that two workers share it."""


@pytest.fixture(scope="module")
def hands() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def ours() -> Iterator[Send]:
    with live(scripted_app()) as port:
        yield sender(f"http://127.0.0.1:{port}/chatkit/api")


@pytest.mark.parametrize("lot", range(LOTS))
def test_ours_differs_from_the_recorded_replies_only_where_it_means_to(ours: Send, hands: Executor, lot: int) -> None:
    steps = 0
    for recorded in CORPUS[lot::LOTS]:
        outcome = compare(recorded, ours, hands)
        assert outcome.mismatch is None, told(recorded.steps, outcome.mismatch)
        steps += outcome.steps
    assert steps > 100


def test_a_reply_that_differs_is_found(ours: Send, hands: Executor) -> None:
    def shy(body: bytes) -> Reply:
        reply = ours(body)
        events = None if reply.events is None else [event for event in reply.events if event["type"] != "notice"]
        return reply if events is None else Reply(reply.status, reply.content_type, events=tuple(events))

    found = [outcome for recorded in CORPUS[:30] if (outcome := compare(recorded, shy, hands)).mismatch]
    assert found


def test_the_corpus_has_everything_in_it() -> None:
    assert len(CORPUS) >= 500
    assert len({recorded.line() for recorded in CORPUS}) == len(CORPUS)
    assert FILE.stat().st_size < 6_000_000
    assert max(map(len, FILE.read_text().split("\n"))) <= LONGEST
    kinds: Counter[str] = Counter(step.get("type", "raw") for recorded in CORPUS for step in recorded.steps)
    assert kinds.keys() >= {str(message.__struct_config__.tag) for message in get_args(wire.Request)} | {"raw"}
    events = Counter(event["type"] for event in _events())
    assert len(events) == 12, events


def _events() -> Iterator[dict[str, Any]]:
    for recorded in CORPUS:
        for taken in recorded.replies:
            for reply in taken:
                yield from reply.get("events", ())


@pytest.mark.reference
def test_a_sample_recorded_again_gives_the_same_lines() -> None:
    with OfficialServer() as server:
        send = sender(server.url)
        for recorded in CORPUS[::25]:
            assert record(send, recorded.steps) == recorded
