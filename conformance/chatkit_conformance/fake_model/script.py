"""What the fake model says: markers in the last user turn, read into outputs.

    [[text: Hello there.]]                    a message; two in a row are two parts of one message
    [[refusal: I must not.]]                  a refusal
    [[reasoning: First thought.|Second.]]     a reasoning summary
    [[tool: get_weather {"city": "Oslo"}]]    a function call
    [[url: https://example.com]]              a citation at the end of the text before it
    [[file: notes.pdf]] [[container: a.csv]]  citations of files
    [[image: 2]]                              an image after so many sketches
    [[search: boats]] [[files: log.txt]] [[code: 1+1]] [[mcp: lookup]]   tools that the provider runs
    [[then]]                                  what follows is said after the tool's output came back
    [[fail: 401]] [[fail: cut]] [[fail: malformed]] [[slow: 50]]         failures; milliseconds a word

A turn without markers is echoed.
"""

import json
import re
from typing import Any, NamedTuple

JSON = dict[str, Any]

MARKER = re.compile(r"\[\[(\w+)(?::\s*(.*?))?\]\]", re.DOTALL)
PARTS = frozenset({"text", "refusal"})
CITATIONS = frozenset({"url", "file", "container"})


class Answer(NamedTuple):
    """What one call of the model gives."""

    outputs: list[JSON]
    """`{"kind": …}` in order: `message {parts}`, `reasoning {thoughts}`, `tool {name, arguments}`, hosted tools."""
    fail: str = ""
    slow: float = 0.0
    """Seconds before each word."""


def answer(turn: str, step: int, tool_output: str = "") -> Answer:
    """Read what the model says in `turn`, after so many rounds of tool outputs."""
    steps = turn.split("[[then]]")
    said = steps[step] if step < len(steps) else f"[[text: The tool said: {tool_output}]]"
    markers = MARKER.findall(said)
    if not markers:
        return Answer([{"kind": "message", "parts": [_part("text", f"You said: {said.strip()}")]}])
    settings = {name: value.strip() for name, value in markers if name in {"fail", "slow"}}
    outputs: list[JSON] = []
    for name, value in markers:
        _add(outputs, name, value.strip())
    return Answer(outputs, settings.get("fail", ""), float(settings.get("slow", 0)) / 1000)


def _part(kind: str, text: str) -> JSON:
    return {"kind": kind, "text": text, "citations": []}


def _add(outputs: list[JSON], name: str, value: str) -> None:
    last = outputs[-1] if outputs else {}
    if name in PARTS:
        if last.get("kind") == "message":
            last["parts"].append(_part(name, value))
        else:
            outputs.append({"kind": "message", "parts": [_part(name, value)]})
    elif name in CITATIONS and last.get("kind") == "message":
        last["parts"][-1]["citations"].append((name, value))
    elif name == "reasoning":
        outputs.append({"kind": "reasoning", "thoughts": value.split("|")})
    elif name == "tool":
        tool, _, arguments = value.partition(" ")
        outputs.append({"kind": "tool", "name": tool, "arguments": arguments.strip() or "{}"})
    elif name in {"image", "search", "files", "code", "mcp"}:
        outputs.append({"kind": name, "value": value})


def words(text: str) -> list[str]:
    """Cut a text into words, each with the blanks after it."""
    return re.findall(r"\S+\s*|\s+", text)


def turn_of(messages: list[JSON], is_output: Any, text_of: Any) -> tuple[str, int, str]:
    """Find the scripted user turn, how many rounds of tool outputs came after it, and the last output."""
    place, turn = 0, ""
    for index, message in enumerate(messages):
        text = text_of(message) if message.get("role") == "user" else ""
        if text and ("[[" in text or "[[" not in turn or _answered(messages[place:index])):
            place, turn = index, text
    later = messages[place + 1 :]
    outputs = [is_output(message) for message in later]
    rounds = sum(1 for i, out in enumerate(outputs) if out is not None and (i == 0 or outputs[i - 1] is None))
    last = next((out for out in reversed(outputs) if out is not None), "")
    return turn, rounds, last if isinstance(last, str) else json.dumps(last)


def _answered(messages: list[JSON]) -> bool:
    return any(message.get("role") == "assistant" and message.get("content") for message in messages)
