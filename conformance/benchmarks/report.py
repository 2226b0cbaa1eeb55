"""The results as a table in Markdown, and as a plot."""

from __future__ import annotations

import math
import os
import platform
import statistics
from html import escape
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from measures import Scale
    from profiling import Profiled

Results = dict[str, dict[str, list[float]]]
MORE_IS_BETTER = ("/s",)
PROTOCOL = "import: ms, the protocol"
BELOW = "import: ms, what the protocol stands on"
TARGETS = {
    "streaming: events/s, 1 client": 10,
    "streaming: events/s, 100 clients": 10,
    "replies: requests/s": 4,
    "messages, ns: all four together": 10,
    PROTOCOL: 25,
}
"""How many times better than the official SDK."""
SHARE = 0.6
"""Of what the bare app reaches with the same writes."""
REST = 1 / SHARE - 1
"""What that leaves for everything else, in parts of what the bare app takes."""
BARELY = "streaming: processor µs per event, 1 client"
ENCODED = "messages, ns: encode a piece of text"
OF_THE_BARE_APP = (
    "streaming: events/s, 1 client",
    "streaming: events/s, 100 clients",
    "model pace: processor µs per event",
)
ALIKE = 1.1
"""Latencies that differ by less are alike: it is up to the scheduler which processor the client is woken on."""
FLAT = 2.0
"""How much longer the longest thread may take than the shortest, to be called flat."""


def better(name: str) -> bool:
    """Whether more of it is better."""
    return any(unit in name for unit in MORE_IS_BETTER)


def ratio(name: str, official: float, ours: float) -> float:
    """Tell how many times better ours is."""
    return ours / official if better(name) else official / ours


def summed(found: Results) -> Results:
    """Add the cost of a message of every kind, if those were measured."""
    if not any(name.startswith("messages, ns") for name in found):
        return found
    kinds = [name for name in found if name.startswith("messages, ns")]
    kept = [name for name in kinds if KEPT in name]
    anew = [name for name in kinds if KEPT not in name]
    never = [name for name in anew if name + KEPT not in kept]
    return {**found, TOGETHER: _sum(found, anew), TOGETHER + KEPT: _sum(found, kept + never)}


def _sum(found: Results, names: list[str]) -> dict[str, list[float]]:
    return {
        side: [sum(values) for values in zip(*(found[name][side] for name in names), strict=True)]
        for side in ("official", "ours")
    }


KEPT = ", adapter kept"
"""The official server makes its adapter anew for each request, and is measured so; with this it could be."""
TOGETHER = "messages, ns: all four together"
CUT_SHORT = "The run was cut short: what is not here was not measured."
INTRODUCTION = """\
Written by `make bench`. The official SDK and ours answer the same requests with the same responder, each on Starlette
and uvicorn in a process of its own; the bare app is uvicorn alone and sends the bytes of ours in the same writes.
It makes no events: while streaming as fast as can be it only writes 64 KiB at a time; at the pace of a model it writes
once an event, as ours has to. There every stream has moments of its own to say something, the same on every side, and
an event is measured while all streams run. Medians of all rounds, in brackets the least and the most."""


def _setting(scale: Scale, seconds: float) -> str:
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}; "
        f"openai-chatkit 1.6.5, chatkit-wire {version('chatkit-wire')}, Starlette {version('starlette')}, "
        f"uvicorn {version('uvicorn')}, openai-agents {version('openai-agents')}; {scale.rounds} rounds, "
        f"{seconds / 60:.0f} minutes; {scale.streams} streams at the pace of a model, a piece every "
        f"{scale.pace} ms, {scale.idle} idle ones."
    )


def table(found: Results, scale: Scale, seconds: float, profiled: Profiled | None) -> str:
    """Write everything, or what there is of it when the run was cut short."""
    found = summed({name: sides for name, sides in found.items() if sides.keys() >= {"official", "ours"}})
    lines = [
        "# Benchmark",
        "",
        INTRODUCTION,
        "",
        _setting(scale, seconds),
        "",
        "| measured | official | ours | times better | target | bare |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(_row(name, sides) for name, sides in found.items()),
        "",
        "![how many times better ours is](results.svg)",
        "",
        "## Targets",
        "",
        *_verdicts(found),
        "",
        *(
            _told(profiled, scale, found)
            if profiled
            else ["The run was cut short: what is not here was not measured.", ""]
        ),
    ]
    return "\n".join(lines)


def _told(profiled: Profiled, scale: Scale, found: Results) -> list[str]:
    counts = [f"event, {count} stream{'s' * (count > 1)}" for count in profiled.streams]
    return [
        "## Where our time goes while streaming",
        "",
        "Processor µs of opening and ending a stream that says one word, and of an event that leaves in a write of",
        "its own, as at the pace of a model, without timers and sockets: uvicorn with h11 in one process, every layer",
        "around all those above it. The bare app is the first of them.",
        "",
        f"| layer | opening | {' | '.join(counts)} |",
        f"| --- |{' ---: |' * (len(counts) + 1)}",
        *(f"| {name} | {costs[0]:.0f} | {_costs(costs[1:])} |" for name, costs in profiled.layers),
        "",
        *_left(profiled, found),
        "",
        f"`cProfile` over {scale.one:,} pieces of text to one client, in full batches: own time of each function.",
        "",
        "| function | calls | share |",
        "| --- | ---: | ---: |",
        *(f"| `{name}` | {calls:,} | {share:.0%} |" for name, calls, share in profiled.functions),
        "",
        "## Where our time goes while importing",
        "",
        "Wall-clock ms of the parts of `import chatkit_protocol`, as `-X importtime` tells it (and takes some).",
        *_most(found),
        "",
        "| part | ms |",
        "| --- | ---: |",
        *(f"| {name} | {cost:.1f} |" for name, cost in profiled.imported),
        "",
    ]


def _costs(costs: list[float]) -> str:
    return " | ".join(f"{cost:.1f}" for cost in costs)


def _left(profiled: Profiled, found: Results) -> list[str]:
    """Tell what the share of the bare app that is wanted would leave for all that it does not do."""
    alone, whole = (costs[-1] for costs in (profiled.layers[0][1], profiled.layers[-1][1]))
    rest, streams = f"{alone * REST:.1f} µs", profiled.streams[-1]
    told = [
        f"Of this part, {SHARE:.0%} of the bare app would leave {rest} an event of {streams} streams for what stands",
        f"above it; that takes {whole - alone:.1f}.",
    ]
    if BARELY in found and ENCODED in found:
        rest = f"{statistics.median(found[BARELY]['bare']) * 1000 * REST:.0f} ns"
        encoded = statistics.median(found[ENCODED]["ours"])
        told.append(f"As fast as can be, it would leave {rest} an event, and its frame alone takes {encoded:.0f}.")
    return told


def _most(found: Results) -> list[str]:
    """Tell how far an import of the protocol could get with msgspec."""
    if PROTOCOL not in found or BELOW not in found:
        return []
    most = ratio(PROTOCOL, statistics.median(found[PROTOCOL]["official"]), statistics.median(found[BELOW]["ours"]))
    return [
        f"Were there nothing of ours, msgspec alone would be imported {most:.1f} times as fast as the official one."
    ]


def _row(name: str, sides: dict[str, list[float]]) -> str:
    official, ours = statistics.median(sides["official"]), statistics.median(sides["ours"])
    target = f"≥ {TARGETS[name]}" if name in TARGETS else ""
    bare = _spread(sides["bare"]) if "bare" in sides else ""
    times = f"{ratio(name, official, ours):.1f}"
    return f"| {name} | {_spread(sides['official'])} | {_spread(sides['ours'])} | {times} | {target} | {bare} |"


def _spread(values: list[float]) -> str:
    middle = _short(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({_short(min(values))}–{_short(max(values))})"  # noqa: RUF001


def _short(value: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{min(digits, 3)}f}"


def _verdicts(found: Results) -> list[str]:
    lines = []
    for name, target in TARGETS.items():
        if name in found:
            reached = ratio(name, *(statistics.median(found[name][side]) for side in ("official", "ours")))
            lines.append(f"- {_met(reached >= target)} {name}: {reached:.1f} times, wanted {target}")
    lines += [_share(name, found[name]) for name in found if name in OF_THE_BARE_APP]
    lines += [_flat(found, kind) for kind in ("items.list", "retry") if f"long threads: {kind}" in " ".join(found)]
    lines += [_latency(name, found[name]) for name in found if name.startswith("model pace: latency")]
    return lines


def _share(name: str, sides: dict[str, list[float]]) -> str:
    """Tell how much of what the bare app does ours does, in the same time or for the same processor time."""
    share = ratio(name, *(statistics.median(sides[side]) for side in ("bare", "ours")))
    return f"- {_met(share >= SHARE)} {name}: {share:.0%} of the bare app, wanted {SHARE:.0%}"


def _latency(name: str, sides: dict[str, list[float]]) -> str:
    official, ours, bare = (statistics.median(sides[side]) for side in ("official", "ours", "bare"))
    return (
        f"- {_met(ours <= official * ALIKE)} {name}: ours {ours:.2f}, official {official:.2f}, bare {bare:.2f}; "
        "wanted official at most (± 10%)"
    )


def _flat(found: Results, kind: str) -> str:
    costs = [
        statistics.median(sides["ours"]) for name, sides in found.items() if name.startswith(f"long threads: {kind}")
    ]
    grown = costs[-1] / costs[0]
    return f"- {_met(grown <= FLAT)} {kind}: {grown:.2f} times from the shortest to the longest thread; wanted flat"


def _met(held: bool) -> str:
    return "**met**" if held else "**missed**"


ROW, LEFT, WIDTH, RIGHT = 26, 330, 420, 70


def plot(found: Results) -> str:
    """Draw how many times better ours is, a bar a measure, on a logarithmic scale; the target as a mark."""
    rows = [
        (name, ratio(name, *(statistics.median(sides[side]) for side in ("official", "ours"))))
        for name, sides in summed(found).items()
    ]
    most = max([ratio for _, ratio in rows] + [2.0])
    height = ROW * len(rows) + 44

    def across(value: float) -> float:
        return LEFT + WIDTH * max(0.0, math.log(max(value, 0.5) / 0.5) / math.log(most / 0.5))

    marks = [mark for mark in (1, 2, 5, 10, 20, 50, 100) if mark <= most]
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12" fill="#333">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{LEFT}" y="16" font-weight="bold">times better than the official SDK</text>',
    ]
    for mark in marks:
        x = across(mark)
        parts.append(f'<line x1="{x:.1f}" y1="24" x2="{x:.1f}" y2="{height - 18}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 4}" text-anchor="middle">{mark}</text>')
    for number, (name, times) in enumerate(rows):
        top = 28 + ROW * number
        colour = "#2f7d5b" if times >= 1 else "#b5473c"
        low, high = sorted((across(1), across(times)))
        parts.append(f'<text x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="{low:.1f}" y="{top + 2}" width="{high - low:.1f}" height="16" fill="{colour}"/>')
        parts.append(f'<text x="{high + 5:.1f}" y="{top + 14}">{times:.1f}</text>')
        if name in TARGETS:
            x = across(TARGETS[name])
            parts.append(
                f'<line x1="{x:.1f}" y1="{top - 1}" x2="{x:.1f}" y2="{top + 21}" stroke="#000" stroke-width="2"/>'
            )
    return "\n".join([*parts, "</svg>\n"])
