"""What the demo model says: rules from the end of its input to its outputs."""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

JSON = dict[str, Any]
Outputs = list[JSON]


class Call(NamedTuple):
    """What the model is sent."""

    items: list[JSON]
    tools: set[str]


NOTES = re.compile(r"<(HiddenContext|Task|StructuredInput)>|^(You made this|The user was shown this widget)")
"""Messages in the user's role that are not the user's words."""
ADDITIONS = re.compile(r"^(The message above is about|What the tags in the message above)")
"""Messages that add to the one before."""


def reply(call: Call) -> Outputs:
    """Answer what came last: a tool's output, answers to questions, or words."""
    last = call.items[-1] if call.items else {}
    if last.get("type") == "function_call_output":
        return _after_tool(call, str(last.get("output")))
    if "<StructuredInput>" in text_of(last):
        return _after_questions(text_of(last))
    words = text_of(_question(call.items)).strip()
    command, _, rest = words.partition(" ")
    rule = RULES.get(command)
    return rule(call, rest.strip()) if rule else [say(_small_talk(call.items, words))]


def text_of(item: JSON) -> str:
    """Give the text of a message."""
    content = item.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def say(text: str, *annotations: JSON) -> JSON:
    """Say a text."""
    return {"kind": "message", "text": text, "annotations": list(annotations)}


def _question(items: list[JSON]) -> JSON:
    for item in reversed(items):
        if item.get("role") == "user" and not NOTES.search(text_of(item)):
            if ADDITIONS.search(text_of(item)):
                continue
            return item
    return {}


def _call_id(call: Call) -> str:
    return f"call_demo_{len(call.items)}"


def _after_tool(call: Call, output: str) -> Outputs:
    call_id = call.items[-1].get("call_id")
    asked = next((i for i in call.items if i.get("type") == "function_call" and i["call_id"] == call_id), {})
    if asked.get("name") == "get_weather":
        return [say(f"The tool says: {output} (It is made up, as everything here.)")]
    if asked.get("name") == "send_postcard":
        return [say(output)]
    return [say(f"Your page ran **{asked.get('name', 'the tool')}** and answered:\n\n```json\n{output}\n```\n")]


def _after_questions(text: str) -> Outputs:
    answers = text.partition("<StructuredInput>\n")[2].partition("\n</StructuredInput>")[0]
    if "status: skipped" in text:
        return [say("You skipped the questions; that is fine, too.")]
    return [say(f"Thank you. You answered:\n\n{answers}\n")]


def _small_talk(items: list[JSON], words: str) -> str:
    asked = sum(1 for item in items if item.get("role") == "user" and not NOTES.search(text_of(item)))
    extras = [part for part in _question(items).get("content") or () if isinstance(part, dict)]
    kinds = {"input_image": "an image", "input_file": "a file"}
    seen = [kinds[part["type"]] for part in extras if part.get("type") in kinds]
    attached = f" You attached {' and '.join(seen)}." if seen else ""
    quoted = next((text_of(i) for i in items[-3:] if text_of(i).startswith("The message above is about")), "")
    about = f" You quoted: *{quoted.partition(chr(10))[2]}*." if quoted else ""
    return (
        f"You said: “{words}”.{attached}{about} I am the built-in demo model: I run on your machine, without a key"
        f" and without a network, and I answer by simple rules. This was message {asked} of our conversation."
        " Try `/help` to see what a ChatKit backend can show."
    )


def _reasoning(_call: Call, topic: str) -> Outputs:
    topic = topic or "this"
    thoughts = [
        f"**Understanding the question**\n\nThe user wants me to think about {topic} before I answer.",
        "**Weighing it**\n\nThere is nothing to weigh, but a summary in several parts is good to look at.",
    ]
    return [{"kind": "reasoning", "thoughts": thoughts}, say(f"I have thought about {topic}, in two steps.")]


def _tool(call: Call, city: str) -> Outputs:
    if "get_weather" not in call.tools:
        return [say("I have no tool to call: this agent has none named `get_weather`.")]
    arguments = {"city": city or "Lisbon"}
    return [{"kind": "call", "name": "get_weather", "arguments": arguments, "call_id": _call_id(call)}]


def _approve(call: Call, place: str) -> Outputs:
    if "send_postcard" not in call.tools:
        return [say("I have nothing to ask you for: this agent has no tool named `send_postcard`.")]
    arguments = {"to": "Ada", "text": f"Greetings from {place or 'Lisbon'}!"}
    return [{"kind": "call", "name": "send_postcard", "arguments": arguments, "call_id": _call_id(call)}]


def _client_tool(call: Call, scheme: str) -> Outputs:
    if "switch_theme" not in call.tools:
        return [say("I have no client tool to call: this agent has none named `switch_theme`.")]
    arguments = {"theme": scheme or "dark"}
    return [{"kind": "call", "name": "switch_theme", "arguments": arguments, "call_id": _call_id(call)}]


def _refusal(_call: Call, _rest: str) -> Outputs:
    return [{"kind": "refusal", "text": "I am sorry, but I must not help with that. (So says the demo.)"}]


def _image(call: Call, _rest: str) -> Outputs:
    return [{"kind": "image", "call_id": f"ig_demo_{len(call.items)}"}, say("A sunset, drawn by arithmetic.")]


def _sources(_call: Call, _rest: str) -> Outputs:
    text = "ChatKit widgets are documented on the web, and the details are in a file."
    web, file = text.index(","), len(text) - 1
    return [
        say(
            text,
            {
                "type": "url_citation",
                "url": "https://example.com/widgets",
                "title": "Widgets",
                "start_index": 0,
                "end_index": web,
            },
            {"type": "file_citation", "file_id": "file_1", "filename": "details.pdf", "index": file},
        )
    ]


def _long(_call: Call, count: str) -> Outputs:
    number = min(int(count), 2000) if count.isdigit() else 40
    lines = [f"{n}. This is line {n} of {number}; press stop whenever you like." for n in range(1, number + 1)]
    return [say("\n".join(lines) + "\n")]


def _arguments(_call: Call, rest: str) -> Outputs:
    return [say(f"```json\n{json.dumps(rest)}\n```")]


RULES: dict[str, Callable[[Call, str], Outputs]] = {
    "/reasoning": _reasoning,
    "/tool": _tool,
    "/approve": _approve,
    "/client-tool": _client_tool,
    "/refusal": _refusal,
    "/image": _image,
    "/sources": _sources,
    "/long": _long,
    "/echo": _arguments,
}
"""Commands that the model itself obeys; the demo's responder answers the others."""
