"""Two workers behind one port: whichever is asked for its metrics tells of both, and not of one that was killed."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.wire import Wire, frames, message
from support.workers import workers

APP = """
import asyncio, os
from chatkit_server import create_app
from chatkit_server.observing.metrics import Metrics

async def respond(turn):
    yield turn.say(f"by {os.getpid()}")
    if turn.text == "hang":
        yield turn.progress("waiting")
        await asyncio.Event().wait()

metrics = Metrics()
app = create_app(respond, observers=[metrics], pages={"/metrics": metrics.page})
"""
TRIES = 200
"""Connections until each of two workers has taken one; that one takes them all happens with luck of 2⁻¹⁹⁹."""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with workers(2, APP, tmp_path, PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "made" / "metrics")) as port:
        yield port


def numbers(port: int) -> dict[str, float]:
    page = Wire(port, "/metrics").request("GET")
    assert page.status == 200
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.body.decode())
        for sample in family.samples
    }


def worker_of(reply: bytes) -> int:
    return int(reply.split(b"by ")[1].partition(b'"')[0])


def answers(port: int) -> tuple[Counter[int], int]:
    """Ask until both workers have answered; give who answered how often, and how many events came."""
    by: Counter[int] = Counter()
    events = 0
    while len(by) < 2:
        reply = Wire(port).create("hello")
        by[worker_of(reply.body)] += 1
        events += len(reply.raw_events)
        assert by.total() < TRIES, "one worker answers everything"
    return by, events


def open_streams(port: int, stack: ExitStack) -> Counter[int]:
    """Open streams until each worker has one; give who has how many."""
    by: Counter[int] = Counter()
    while len(by) < 2:
        asked = {"type": "threads.create", "params": {"input": message("hang")}}
        response = stack.enter_context(Wire(port).open("POST", asked)).getresponse()
        said = b""
        while b"waiting" not in said:
            said += next(frames(response))
        by[worker_of(said)] += 1
        assert by.total() < TRIES, "one worker takes every stream"
    return by


def eventually(port: int, name: str, value: float) -> None:
    deadline = time.monotonic() + 10
    while (found := numbers(port).get(name)) != value:
        assert time.monotonic() < deadline, f"{name} is {found}, not {value}"
        time.sleep(0.05)


@pytest.mark.slow
def test_each_page_tells_of_every_worker_that_lives(port: int) -> None:
    by, events = answers(port)
    eventually(port, "chatkit_requests_total ok threads.create", by.total())
    for _ in range(10):
        page = numbers(port)
        assert page["chatkit_requests_total ok threads.create"] == by.total()
        assert page["chatkit_answer_seconds_count complete threads.create"] == by.total()
        assert sum(count for name, count in page.items() if name.startswith("chatkit_events_total")) == events
    with ExitStack() as stack:
        streams = open_streams(port, stack)
        assert numbers(port)["chatkit_streams_open"] == streams.total()
        killed = max(streams)
        os.kill(killed, signal.SIGKILL)
        eventually(port, "chatkit_streams_open", streams.total() - streams[killed])
    eventually(port, "chatkit_streams_open", 0)
    page = numbers(port)
    assert page["chatkit_requests_total ok threads.create"] == by.total(), "what a dead worker counted stays counted"
    assert page["chatkit_disconnects_total"] == streams.total() - streams[killed]
