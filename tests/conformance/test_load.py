"""Many streams at once: a small run of what `make load` measures, and that what is lost or mixed is found."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chatkit_conformance.load import run
from chatkit_conformance.load.client import Heard, listen
from chatkit_conformance.load.run import Measured, measure
from chatkit_conformance.testbed import paced
from chatkit_server import create_app
from support.live import live


@pytest.mark.slow
def test_a_hundred_streams_lose_and_mix_nothing() -> None:
    measured = measure(100, 2)
    assert measured.faults == []
    assert [one.events for one in measured.heard] == [40] * 100
    assert measured.per_stream < 200, "KiB"


PACED = paced.paced


async def lost(name: str, events: int, seconds: float) -> AsyncIterator[str]:
    async for piece in PACED(name, events, seconds):
        if " 3 " not in piece:
            yield piece


async def mixed(name: str, events: int, seconds: float) -> AsyncIterator[str]:
    async for piece in PACED(name, events, seconds):
        yield piece.replace("s1 4", "s0 4")


async def fails(name: str, events: int, seconds: float) -> AsyncIterator[str]:
    async for piece in PACED(name, events, seconds):
        if " 2 " in piece:
            raise RuntimeError("broken")
        yield piece


BROKEN = [
    pytest.param(PACED, "", id="sound"),
    pytest.param(lost, "s0 4 came where s0 3 was due", id="lost"),
    pytest.param(mixed, "s0 4 came where s1 4 was due", id="mixed"),
    pytest.param(fails, '"code":"stream.error"', id="fails"),
]


@pytest.mark.parametrize(("pieces", "fault"), BROKEN)
def test_what_is_lost_or_mixed_is_found(pieces: Any, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "paced", pieces)
    with live(create_app(paced.respond), log_level="critical") as port:
        heard = asyncio.run(listen(port, 2, 6, 0.001, spread=0.0))
    told = [fault for one in heard for fault in one.faults]
    assert any(fault in one for one in told) if fault else told == []


def test_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    heard = [Heard("s0", 2, [], [0.001, 0.002], True), Heard("s1", 1, ["1 of 2 events came"], [0.5], True)]
    samples = [(4096 + 10 * number, number / 100, number / 10) for number in range(11)]
    measured = Measured(2, 2, 20.0, heard, 1.0, 4096, samples)
    monkeypatch.setattr(run, "measure", lambda *_: measured)
    file = tmp_path / "LOAD.md"
    assert run.main(["--streams", "2", "--seconds", "1", "--record", str(file)]) == 1
    said = capsys.readouterr().out
    assert said == file.read_text()
    for row in (
        "| events that came, of all that were due | 3 of 4 |",
        "| lost, mixed or out of order | 1 |",
        "| resident memory a stream, KiB | 50.0 |",
        "| processor of the server, cores | 0.10 |",
        "| processor of the server an event, µs, streams' beginnings and ends included | 33333.3 |",
        "| delay of an event, most, ms | 500.0 |",
        "- s1: 1 of 2 events came",
    ):
        assert row in said


@pytest.mark.parametrize("wrong", [["--streams", "0"], ["--streams", "5001"], ["--seconds", "601"], ["--pace", "0"]])
def test_it_is_bounded(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run.main(wrong)
    assert "1 to 5000 streams" in capsys.readouterr().err
