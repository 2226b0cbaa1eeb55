"""Scenarios: conversations as data, one behaviour each. What came of one is judged by the rules, or compared.

A file `<name>.json` holds a `Scenario`. A step is a request, `{"type", "params"}`, or `{"raw": text}` or
`{"base64": …}` for bytes that are none. In it `{"$": kind, "n": number}` stands for an id that an earlier reply showed
(see `Memory`), and `{"$script": operations}` for the text that has a test bed carry out operations. Marks beside it:

| mark | meaning |
| --- | --- |
| `"walk": true` | follow the cursor to the last page |
| `"leave": n` | go away after n frames, as a user does who stops the answer |
| `"user": "second"` | ask as another user; `"nobody"` asks without credentials |
| `"headers": {…}` | send these headers too |
| `"times": n` | n times |
| `"delay": ms` | a while later than what is asked together with it |
| `"lenient": "D20"` | only ours is expected to take the request, by this divergence |
| `"wrong": true` | nobody should take the request |

Other steps: `{"together": [step, …]}` asks all at once, `{"sleep": ms}` waits, and `{"upload": reference, "bytes": n}`
sends bytes to where an attachment says.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

FOLDER = Path(__file__).parent
Step = dict[str, Any]


class Scenario(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One behaviour, and the steps that show it."""

    name: str
    """Dotted, by area; also the name of the file."""
    note: str
    """What it shows, in a sentence."""
    level: Literal["L1", "L2", "L3"] = "L3"
    """What the server has to offer: an endpoint, the suite's model behind it, or scripts."""
    since: str = "1.0"
    """The first revision that has what it is about."""
    needs: list[str] = []
    """Capabilities that a server declares: `attachments`, `audio`, `cancel`, `second_user`, …

    Of its agent: `page_tool` and `steps_tool` (the tools `page` and `steps` of the test bed's contract), `guardrail`
    (trips at BLOCKED), `chat_completions` (asks the composer's model `chat` in that dialect). `model`: scripts are
    obeyed where the suite's model is behind the agent, too.
    """
    divergences: list[str] = []
    """The numbered differences between ours and the official SDK that it shows: all of them, and no others."""
    timed: bool = False
    """Whether the time at which frames arrive matters."""
    steps: list[Step]

    @property
    def model(self) -> bool:
        """Whether the suite's own model has to be behind the server: such scenarios are played one after the other."""
        return self.level == "L2" or "model" in self.needs


class ScenarioError(Exception):
    """A file is no scenario; the message names it."""


def load(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: with the file and what is wrong in it.
    """
    try:
        scenario = msgspec.json.decode(path.read_bytes(), type=Scenario)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path.name}: {error}") from None
    if scenario.name != path.stem:
        raise ScenarioError(f"{path.name}: holds a scenario named {scenario.name!r}")
    return scenario


def load_all(folder: Path = FOLDER) -> list[Scenario]:
    """Read every scenario of a folder, by name."""
    return [load(path) for path in sorted(folder.glob("*.json"))]


def flat(steps: Iterable[Step]) -> Iterator[Step]:
    """Give the steps one by one, those that are asked together too."""
    for step in steps:
        yield from flat(step["together"]) if "together" in step else [step]


WIDTH = 120


def spelled(scenario: Scenario) -> str:
    """Write a scenario as its file has it."""
    return pretty(msgspec.to_builtins(scenario)) + "\n"


def pretty(value: Any, indent: str = "", room: int = WIDTH) -> str:
    """Write JSON for people: what fits on a line stands on one, the rest is opened up."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= room - len(indent) or not isinstance(value, dict | list) or not value:
        return line
    deeper = indent + " "
    if isinstance(value, dict):
        names = [(json.dumps(key, ensure_ascii=False) + ": ", inner) for key, inner in value.items()]
    else:
        names = [("", inner) for inner in value]
    told = [f"{deeper}{name}{pretty(inner, deeper, WIDTH - len(name) - 1)}" for name, inner in names]
    inside = ",\n".join(told)
    first, last = "{}" if isinstance(value, dict) else "[]"
    return f"{first}\n{inside}\n{indent}{last}"
