"""What is measured, one function a scenario: it takes a server, and gives named numbers."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import load
from sides import ENVIRONMENT, HERE, PYTHON, ROOT, Side

Numbers = dict[str, float]


class Scale(NamedTuple):
    """How much is done in one round."""

    rounds: int
    one: int
    """Pieces of text to one client."""
    many: int
    """Pieces to each of a hundred clients."""
    streams: int
    """Streams at the pace of a model."""
    pieces: int
    """Pieces of each of them."""
    pace: int
    """Milliseconds between two of those."""
    replies: int
    idle: int
    """Streams that say nothing."""
    tokens: int
    """Pieces through an agent."""
    threads: tuple[int, ...]
    """Items of the threads that are listed and retried."""
    asked: int
    """Requests to each of those."""


QUICK = Scale(2, 4_000, 60, 60, 40, 50, 400, 60, 1_500, (100, 1_000, 10_000), 20)
LONG = Scale(5, 40_000, 800, 500, 50, 200, 2_000, 500, 5_000, (100, 1_000, 10_000, 100_000), 20)
OVER = 1.0
"""Seconds over which the streams at the pace of a model begin: users do not come all in the same millisecond."""
CLIENTS = 100
CONNECTIONS = 8


async def bursts(side: Side, scale: Scale) -> Numbers:
    """Stream as fast as it can, to one client and to a hundred."""
    found: Numbers = {}
    for clients, pieces in ((1, scale.one), (CLIENTS, scale.many)):
        await load.streamed(side.port, f"words {pieces}", 1)
        cpu, began = side.cpu(), time.perf_counter()
        streams = await load.streamed(side.port, f"words {pieces}", clients)
        took, spent = time.perf_counter() - began, side.cpu() - cpu
        frames = sum(stream.frames for stream in streams)
        if frames < pieces * clients:
            raise RuntimeError(f"{side.name} lost frames: {frames} of {pieces * clients}")
        found[f"events/s, {clients} client{'s' * (clients > 1)}"] = frames / took
        found[f"processor µs per event, {clients} client{'s' * (clients > 1)}"] = spent / frames * 1e6
    return found


async def paced(side: Side, scale: Scale) -> Numbers:
    """Stream at the pace of a model to many clients; how late is each event, and what does it cost while all stream?"""
    before = side.cpu()
    streams = await load.paced(side.port, f"paced {scale.pieces} {scale.pace}", scale.streams, over=OVER)

    def heard() -> int:
        return sum(len(stream.late) for stream in streams)

    await asyncio.gather(*(stream.begun for stream in streams))
    begun, cpu = [len(stream.late) for stream in streams], side.cpu()
    await asyncio.wait([stream.done for stream in streams], return_when=asyncio.FIRST_COMPLETED)
    event = (side.cpu() - cpu) / (heard() - sum(begun))
    await load.ended(streams)
    if heard() != scale.pieces * scale.streams:
        raise RuntimeError(f"{side.name} lost events: {heard()}")
    besides = side.cpu() - before - event * heard()
    late = [one for stream, first in zip(streams, begun, strict=True) for one in stream.late[first:]]
    cuts = statistics.quantiles(late, n=100)
    return {
        "latency ms, median": cuts[49],
        "latency ms, 99 %": cuts[98],
        "processor µs per event": event * 1e6,
        "processor µs per stream, for its beginning and end": besides / len(streams) * 1e6,
    }


async def requests(side: Side, scale: Scale) -> Numbers:
    """Ask for a thread of twenty items, over kept connections."""
    thread = await created(side, "hello")
    for _ in range(9):
        given = {"content": [{"type": "input_text", "text": "hello"}], "attachments": [], "inference_options": {}}
        params = {"thread_id": thread, "input": given}
        await load.replies(side.port, json.dumps({"type": "threads.add_user_message", "params": params}).encode(), 1, 1)
    payload = json.dumps({"type": "items.list", "params": {"thread_id": thread, "limit": 20}}).encode()
    await load.replies(side.port, payload, CONNECTIONS * 4, CONNECTIONS)
    cpu, began = side.cpu(), time.perf_counter()
    took = await load.replies(side.port, payload, scale.replies, CONNECTIONS)
    seconds, spent = time.perf_counter() - began, side.cpu() - cpu
    return {"requests/s": len(took) / seconds, "processor µs per request": spent / len(took) * 1e6}


async def created(side: Side, text: str) -> str:
    """Create a thread; give its id."""
    reader, writer = await asyncio.open_connection("127.0.0.1", side.port)
    writer.write(load.http(load.body(text)))
    read = await reader.readuntil(load.END)
    writer.close()
    line = next(line for line in read.splitlines() if b"thread.created" in line)
    return str(json.loads(line.removeprefix(b"data: "))["thread"]["id"])


async def idle(side: Side, scale: Scale) -> Numbers:
    """Hold streams open that say nothing; what does each cost?"""
    warm = await load.opened(side.port, "idle", 5)
    await asyncio.gather(*(stream.begun for stream in warm))
    before = side.memory()
    streams = await load.opened(side.port, "idle", scale.idle)
    await asyncio.gather(*(stream.begun for stream in streams))
    each = (side.memory() - before) / scale.idle
    for stream in (*warm, *streams):
        stream.close()
    return {"KiB per idle stream": each / 1024}


async def agents(side: Side, scale: Scale) -> Numbers:
    """Have an agent answer: model, Agents SDK, bridge, stages, store, HTTP."""
    await load.streamed(side.port, "agent 50", 1)
    cpu = side.cpu()
    (stream,) = await load.streamed(side.port, f"agent {scale.tokens}", 1)
    if stream.frames < scale.tokens:
        raise RuntimeError(f"{side.name} lost tokens: {stream.frames}")
    return {"processor µs per token": (side.cpu() - cpu) / scale.tokens * 1e6}


async def growing(side: Side, scale: Scale) -> Numbers:
    """List the newest items of ever longer threads in SQLite, and answer the last message again."""
    found: Numbers = {}
    for size in scale.threads:
        listing = {"thread_id": f"thr_{size}", "limit": 20, "order": "desc"}
        again = {"thread_id": f"thr_{size}", "item_id": f"i{size - 2}"}
        for name, kind, params in (
            ("items.list", "items.list", listing),
            ("retry", "threads.retry_after_item", again),
        ):
            payload = json.dumps({"type": kind, "params": params}).encode()
            took = await load.replies(side.port, payload, scale.asked, 1)
            found[f"{name} ms, {size:,} items"] = statistics.median(took)
    return found


def messages(name: str) -> Numbers:
    """Read and write single messages."""
    return json.loads(_run(name, "messages.py", name))  # type: ignore[no-any-return]


IMPORTS = {
    "what the protocol stands on": {"official": "pydantic", "ours": "msgspec"},
    "the protocol": {"official": "chatkit.types", "ours": "chatkit_protocol"},
    "the server": {"official": "chatkit.server", "ours": "chatkit_server"},
    "the bridge": {"official": "chatkit.agents", "ours": "chatkit_agents"},
}


def imports(name: str) -> Numbers:
    """Import, in a new process each; processor time, without that of starting Python."""
    code = "import time; t = time.process_time(); import {}; print(time.process_time() - t)"
    return {
        f"ms, {what}": float(_run(name, "-c", code.format(modules[name]))) * 1000 for what, modules in IMPORTS.items()
    }


def compiled(name: str) -> None:
    """Compile everything beforehand, as installers do: an import that compiles as well says nothing."""
    site = next((PYTHON[name].parents[1] / "lib").glob("python*/site-packages"))
    own = [str(ROOT / folder) for folder in ("protocol", "server", "agents/chatkit_agents")]
    command = [str(PYTHON[name]), "-m", "compileall", "-q", str(site), *(own if name == "ours" else [])]
    subprocess.run(command, check=False, capture_output=True, env=ENVIRONMENT)  # noqa: S603 - some test data is no Python


def fill(name: str, path: Path, scale: Scale) -> None:
    """Fill a store's file."""
    _run(name, "filling.py", name, str(path), *map(str, scale.threads))


def _run(name: str, *arguments: str) -> str:
    command = [str(PYTHON[name]), "-W", "ignore", *arguments]
    return subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout  # noqa: S603
