"""The language in which a user turn tells the fake model what to say: `fake:` and a JSON array of steps.

["text", "Hello ", "there."]        a text part, one delta a piece; two in a row are parts of one message
["refusal", "I must not."]          the same, as a refusal
["message"]                         what follows is another message
["url", "https://…", "Title"]       a citation at the end of the part before it
["file", "notes.pdf"] ["container", "plot.png"] ["file_path", "file_9"]      citations of files
["reasoning", ["First ", "thought."], ["Second."]]   a reasoning summary: a list of pieces is one thought
["call", "get_weather", {"city": "Oslo"}]            a function call; a text instead is sent as it stands
["web_search", "boats"] ["file_search", "log.txt"] ["code_interpreter", "1+1"] ["mcp", "lookup", {}]
["mcp_approval", "lookup", {}]      the provider asks whether it may call a tool of an MCP server
["image", 2]                        an image after so many sketches; ["image", 2, null] fails
["mcp", "lookup", {}, "closed"]     a call of an MCP server that fails in these words
["then"]                            what follows is said when the tools of this round have answered
["usage", 7, 11]                    tokens in and out
["incomplete", "max_output_tokens"] ["failed", "server_error", "…"]          how the response ends
["error", 401] ["error", "quota"]   the request is refused; the words are those of `failures.REFUSALS`
["cut", 5] ["malformed", 5]         after so many events the connection breaks, or an event is no JSON
["hang", 5]                         after so many events nothing more comes, until whoever asked goes away
["slow", 50]                        milliseconds before each event, or before an answer that is not streamed
[]                                  the response is empty
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
MARK = "fake:"


class ScriptError(ValueError):
    """A script that cannot be obeyed: which step, and why."""


@dataclass
class Answer:
    """What one call of the model gives."""

    outputs: list[JSON] = field(default_factory=list)
    """`{"kind", …}` in order, as the dialects' tables spell them."""
    refused: str = ""
    """A word of `failures.REFUSALS`."""
    ending: JSON = field(default_factory=lambda: {"status": "completed"})
    usage: tuple[int, int] = (1, 1)
    cut: int | None = None
    malformed: int | None = None
    hang: int | None = None
    slow: float = 0.0
    """Seconds before each event."""


def scripted(*steps: list[Any]) -> str:
    """Write a user turn that makes the model take these steps."""
    return MARK + json.dumps(steps, ensure_ascii=False)


def answer(turn: str, round_: int, tool_output: str = "") -> Answer:
    """Read what the model says in `turn`, after so many rounds of tool outputs.

    Raises:
        ScriptError: when a step is unknown or has the wrong arguments.
    """
    if not turn.startswith(MARK):
        return _say(tool_output if round_ else turn)
    rounds = _rounds(turn)
    if round_ >= len(rounds):
        return _say(tool_output)
    said = Answer()
    for number, step in rounds[round_]:
        _obey(said, number, step)
    said.outputs = [output for output in said.outputs if output.get("parts") != []]
    return said


def _say(text: str) -> Answer:
    return Answer([{"kind": "message", "parts": [_part("text", words(text))]}])


def _rounds(turn: str) -> list[list[tuple[int, Any]]]:
    try:
        # What follows the script is for the backend to pass on: it is in the model's log, and not obeyed.
        script, _ = json.JSONDecoder().raw_decode(turn.removeprefix(MARK).lstrip())
    except ValueError as error:
        raise ScriptError(f"the script is no JSON: {error}") from None
    if not isinstance(script, list):
        raise ScriptError("the script is no array of steps")
    rounds: list[list[tuple[int, Any]]] = [[]]
    for number, step in enumerate(script):
        if step == ["then"]:
            rounds.append([])
        else:
            rounds[-1].append((number, step))
    return rounds


def _obey(said: Answer, number: int, step: Any) -> None:
    if not isinstance(step, list) or not step or step[0] not in STEPS:
        raise ScriptError(f"step {number} is none of {', '.join([*STEPS, 'then'])}: {json.dumps(step)}")
    try:
        STEPS[step[0]](said, *step)
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise ScriptError(f"step {number}, {json.dumps(step)}: {error}") from None


def _part(kind: str, pieces: list[str]) -> JSON:
    return {"kind": kind, "pieces": pieces, "text": "".join(pieces), "citations": []}


def _message(said: Answer, _name: str) -> None:
    said.outputs.append({"kind": "message", "parts": []})


def _add_part(said: Answer, kind: str, *pieces: str) -> None:
    if not said.outputs or said.outputs[-1]["kind"] != "message":
        _message(said, "message")
    said.outputs[-1]["parts"].append(_part(kind, list(pieces)))


def _cite(said: Answer, kind: str, name: str, title: str = "") -> None:
    said.outputs[-1]["parts"][-1]["citations"].append({"kind": kind, "name": name, "title": title})


def _reason(said: Answer, kind: str, *thoughts: str | list[str]) -> None:
    pieces = [thought if isinstance(thought, list) else words(thought) for thought in thoughts]
    said.outputs.append({"kind": kind, "thoughts": pieces})


def _call(said: Answer, kind: str, name: str, arguments: Any = None) -> None:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    said.outputs.append({"kind": kind, "name": name, "arguments": text})


def _mcp(said: Answer, kind: str, name: str, arguments: Any = None, error: str | None = None) -> None:
    _call(said, kind, name, arguments)
    said.outputs[-1]["error"] = error


def _hosted(said: Answer, kind: str, value: str) -> None:
    said.outputs.append({"kind": kind, "value": value})


def _image(said: Answer, kind: str, sketches: int = 0, *result: None) -> None:
    said.outputs.append({"kind": kind, "sketches": int(sketches), "fails": result == (None,)})


def _end(said: Answer, status: str, reason: str, message: str = "") -> None:
    said.ending = {"status": status, "reason": reason, "message": message}


def _refuse(said: Answer, _name: str, word: str | int) -> None:
    said.refused = str(word)


def _usage(said: Answer, _name: str, given: int, made: int) -> None:
    said.usage = (int(given), int(made))


def _cut(said: Answer, _name: str, events: int) -> None:
    said.cut = int(events)


def _malformed(said: Answer, _name: str, events: int) -> None:
    said.malformed = int(events)


def _hang(said: Answer, _name: str, events: int) -> None:
    said.hang = int(events)


def _slow(said: Answer, _name: str, milliseconds: float) -> None:
    said.slow = float(milliseconds) / 1000


STEPS: dict[str, Callable[..., None]] = {
    "message": _message,
    "text": _add_part,
    "refusal": _add_part,
    "url": _cite,
    "file": _cite,
    "container": _cite,
    "file_path": _cite,
    "reasoning": _reason,
    "call": _call,
    "mcp": _mcp,
    "mcp_approval": _call,
    "web_search": _hosted,
    "file_search": _hosted,
    "code_interpreter": _hosted,
    "image": _image,
    "usage": _usage,
    "incomplete": _end,
    "failed": _end,
    "error": _refuse,
    "cut": _cut,
    "malformed": _malformed,
    "hang": _hang,
    "slow": _slow,
}


def words(text: str) -> list[str]:
    """Cut a text into words, each with the blanks after it."""
    *first, last = text.split(" ")
    return [piece for piece in (*(f"{word} " for word in first), last) if piece]
