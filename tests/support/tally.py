"""The fault suite as numbers: a test records what it did to a server and how often; `make faults` adds it up.

A test does so with `record_property`: the words for the fault, and a count; `TOLD` for the items that a client was
told to be done, once they were found in the store.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

Record = Callable[[str, object], None]
"""What pytest's `record_property` is."""
TOLD = "items told"
HEAD = """\
# Faults

Written by `make faults`. Each is done to a server that runs. Afterwards all that clients were told to be done is stored
as they were told, the thread can go on, the server answers, and no task and no descriptor is left of what was done to
it. A test that finds it otherwise has failed.
"""


def pytest_addoption(parser: Any) -> None:
    parser.addoption(
        "--tally", metavar="FILE", help="add up what tests record of faults, here or, with -, printed only"
    )


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    place = config.getoption("--tally")
    if not place:
        return
    told = "\n".join(report([*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")])) + "\n"
    terminalreporter.write_line(f"\n{told}")
    if place != "-":
        Path(place).write_text(told, encoding="utf-8")


def report(reports: list[Any]) -> Iterator[str]:
    """Tell of each fault how often it was done, and in how many tests it did harm."""
    times: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for one in reports:
        if one.when == "call":
            for fault, count in one.user_properties:
                times[fault] += count
            failed.update({fault for fault, _ in one.user_properties} if one.failed else ())
    told = times.pop(TOLD, 0)
    parts = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "h11", "starlette", "psycopg"))
    yield HEAD
    yield f"{datetime.now(UTC).date()}, Python {sys.version.split()[0]}, {parts}."
    yield f"Faults: {times.total():,}. Items that clients were told to be done, each found as told: {told:,}.\n"
    yield "| what is done | times | tests that failed |"
    yield "| --- | ---: | ---: |"
    yield from (f"| {fault} | {times[fault]:,} | {failed[fault]} |" for fault in sorted(times, key=str.lower))
