"""Where our time goes while streaming: the app in this process under `cProfile`, without a network."""

from __future__ import annotations

import asyncio
import cProfile
import pstats
from pathlib import Path
from typing import Any

import load
import ours

from chatkit_server import create_app

SHOWN = 14


def profile(pieces: int) -> list[tuple[str, int, float]]:
    """Stream so many pieces; give the functions that took most: name, calls, share of the time."""
    app = create_app(ours.respond)
    profiler = cProfile.Profile()

    async def run() -> None:
        await _answer(app, load.body("words 100"))
        profiler.enable()
        await _answer(app, load.body(f"words {pieces}"))
        profiler.disable()

    asyncio.run(run())
    rows = pstats.Stats(profiler).stats.items()  # type: ignore[attr-defined]
    total = sum(own for _, (_, _, own, _, _) in rows)
    most = sorted(rows, key=lambda row: -row[1][2])[:SHOWN]
    return [(_named(place), calls, own / total) for place, (_, calls, own, _, _) in most]


def _named(place: tuple[str, int, str]) -> str:
    file, _, name = place
    return name if file == "~" else f"{Path(file).parent.name}/{Path(file).name}: {name}"


async def _answer(app: Any, body: bytes) -> None:
    given = [{"type": "http.request", "body": body}]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/chatkit/api",
        "raw_path": b"/chatkit/api",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "scheme": "http",
        "root_path": "",
    }

    async def receive() -> Any:
        return given.pop() if given else await asyncio.Event().wait()

    async def send(_message: Any) -> None:
        await asyncio.sleep(0)

    await app(scope, receive, send)
