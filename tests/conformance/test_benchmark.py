"""What the benchmark says about its numbers, and that its client counts what comes."""

import asyncio
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "conformance/benchmarks"


def script(name: str) -> ModuleType:
    """Import one of the benchmark's scripts under a name of its own."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


report, load, sizes = script("report"), script("load"), script("sizes")


def results(**changed: Any) -> Any:
    found = {
        "streaming: events/s, 1 client": {"official": [9.0, 10.0, 11.0], "ours": [100.0], "bare": [160.0]},
        "streaming: processor µs per event, 1 client": {"official": [9.0], "ours": [1.0], "bare": [0.15]},
        "streaming: events/s, 100 clients": {"official": [10.0], "ours": [99.0], "bare": [200.0]},
        "replies: requests/s": {"official": [10.0], "ours": [40.0]},
        "messages, ns: decode": {"official": [900.0], "ours": [50.0]},
        "messages, ns: encode a piece of text": {"official": [100.0], "ours": [50.0]},
        "messages, ns: decode, adapter kept": {"official": [1.0], "ours": [50.0]},
        "import: ms, what the protocol stands on": {"official": [50.0], "ours": [8.0]},
        "import: ms, the protocol": {"official": [100.0], "ours": [5.0]},
        "model pace: processor µs per event": {"official": [100.0], "ours": [40.0], "bare": [30.0]},
        "model pace: latency ms, median": {"official": [2.0], "ours": [1.5], "bare": [1.0]},
        "long threads: items.list ms, 100 items": {"official": [1.0], "ours": [1.0]},
        "long threads: items.list ms, 1,000 items": {"official": [9.0], "ours": [1.5]},
        "long threads: retry ms, 100 items": {"official": [1.0], "ours": [1.0]},
        "long threads: retry ms, 1,000 items": {"official": [1.0], "ours": [2.5]},
    }
    return found | changed


SCALE = SimpleNamespace(rounds=3, streams=2, idle=3, one=4, pace=5)
PROFILED = SimpleNamespace(
    streams=(1, 500),
    layers=[("uvicorn alone", [200.0, 15.0, 21.0]), ("whole app", [600.0, 20.0, 41.5])],
    functions=[("step", 1, 0.5)],
    imported=[("ours", 9.5)],
)
VERDICTS = [
    "**met** streaming: events/s, 1 client: 10.0 times, wanted 10",
    "**missed** streaming: events/s, 100 clients: 9.9 times, wanted 10",
    "**met** replies: requests/s: 4.0 times, wanted 4",
    "**met** messages, ns: all four together: 10.0 times, wanted 10",
    "**missed** import: ms, the protocol: 20.0 times, wanted 25",
    "**met** streaming: events/s, 1 client: 62% of the bare app, wanted 60%",
    "**missed** streaming: events/s, 100 clients: 50% of the bare app, wanted 60%",
    "**met** items.list: 1.50 times from the shortest to the longest thread; wanted flat",
    "**missed** retry: 2.50 times from the shortest to the longest thread; wanted flat",
    "**met** model pace: latency ms, median: ours 1.50, official 2.00, bare 1.00; wanted official at most (± 10%)",
    "**met** model pace: processor µs per event: 75% of the bare app, wanted 60%",
]


@pytest.mark.parametrize("line", VERDICTS)
def test_what_is_said_about_targets(line: str) -> None:
    assert f"- {line}\n" in report.table(results(), SCALE, 60, PROFILED)


def test_a_row_has_the_median_and_the_spread() -> None:
    text = report.table(results(), SCALE, 60, PROFILED)
    assert "| streaming: events/s, 1 client | 10.0 (9.00\u201311.0) | 100 | 10.0 | ≥ 10 | 160 |" in text
    assert "| layer | opening | event, 1 stream | event, 500 streams |" in text
    assert "| whole app | 600 | 20.0 | 41.5 |" in text
    assert "would leave 14.0 µs an event of 500 streams for what stands\nabove it; that takes 20.5.\n" in text
    assert "As fast as can be, it would leave 100 ns an event, and its frame alone takes 50.\n" in text
    assert "| ours | 9.5 |" in text
    assert "msgspec alone would be imported 12.5 times as fast" in text
    assert "| `step` | 1 | 50% |" in text


@pytest.mark.parametrize("last", [0, 1, 5, 11])
def test_a_run_that_is_cut_short_tells_what_it_has(last: int) -> None:
    found = dict(list(results().items())[:last])
    text = report.table(found, SCALE, 60, None)
    assert text.count("\n| ") == 2 + len(report.summed(found))
    assert "The run was cut short" in text


def test_a_run_that_is_cut_short_says_so_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    bench = script("bench")

    def everything(run: Any) -> None:
        for side, value in (("official", 10.0), ("ours", 40.0)):
            run.note("replies", side, {"requests/s": value})
        raise KeyboardInterrupt

    monkeypatch.setattr(bench.Bench, "everything", everything)
    monkeypatch.setattr(sys, "argv", ["bench.py", "--out", str(tmp_path)])
    assert bench.main() == 130
    said = capsys.readouterr()
    assert "**met** replies: requests/s: 4.0 times" in said.out
    assert "cut short by KeyboardInterrupt" in said.err
    assert not list(tmp_path.iterdir())


def test_every_layer_sends_each_event_in_a_write_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    profiling = script("profiling")
    writes = 0
    forget = profiling.Nowhere.write

    def write(self: Any, data: bytes) -> None:
        nonlocal writes
        writes += b"text_delta" in data
        forget(self, data)

    monkeypatch.setattr(profiling.Nowhere, "write", write)
    monkeypatch.setattr(profiling, "STREAMS", (1, 4))
    monkeypatch.setattr(profiling, "EVENTS", 160)
    monkeypatch.setattr(profiling, "OPENED", 40)
    found = profiling.layers()
    assert [len(costs) for _, costs in found] == [3] * 5
    assert all(cost > 0 for _, costs in found for cost in costs)
    assert writes == 5 * (40 + 160 + 3 * 1 + 160 + 3 * 4)


IMPORTED = """\
import time: self [us] | cumulative | imported package
import time:      9000 |       9000 | site
import time:      4000 |       4000 |         inspect
import time:      2000 |       6000 |       typing_extensions
import time:      1000 |       7000 |     msgspec._utils
import time:      3000 |      10000 |   msgspec
import time:      5000 |       5000 |   copy
import time:       500 |        500 |   chatkit_protocol.base
import time:       700 |      16200 | chatkit_protocol
"""


def test_the_parts_of_an_import_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    importing = script("importing")
    assert list(importing._parts(IMPORTED).values()) == pytest.approx([4.0, 6.0, 5.0, 1.2])
    assert importing._parts(importing._told()).keys() == importing._parts(IMPORTED).keys()


def test_the_plot_has_a_bar_for_every_row() -> None:
    drawn = report.plot(results())
    assert drawn.count("<rect") == 1 + len(report.summed(results()))


def test_the_client_counts_frames_and_reads_times_however_they_are_cut() -> None:
    frame = b'data: {"update":{"type":"assistant_message.content_part.text_delta","delta":"@1@"}}\n\n'
    reply = frame + b"data: {}\n\n" + frame + load.END

    async def read(step: int) -> Any:
        stream = load.Stream(b"", stamps=True)
        for start in range(0, len(reply), step):
            stream.data_received(reply[start : start + step])
        assert stream.done.done()
        return stream

    whole, cut = asyncio.run(read(len(reply))), asyncio.run(read(90))
    assert whole.frames == 3
    assert len(whole.late) == len(cut.late) == 2


def test_a_request_is_whole() -> None:
    head, _, body = load.http(load.body("words 5")).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert json.loads(body)["params"]["input"]["content"][0]["text"] == "words 5"


def test_an_installation_counts_what_it_requires() -> None:
    site = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    alone, more = sizes.installation(site, "httpcore"), sizes.installation(site, "httpx")
    assert more > alone > 10_000
    assert sizes.installation(site, "no-such-distribution") == 0
