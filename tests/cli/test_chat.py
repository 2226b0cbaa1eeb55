"""`chat`: what a server can say is shown, what it asks for is given, and what it cannot say is told in words."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.items import ThreadItem
from cli.other_servers import other_servers
from cli.processes import PATIENCE, chatkit_wire, command, environment
from support.wire import Wire

AT = {"thread_id": "$THREAD", "created_at": "$NOW"}


def item(kind: str, type_: str, **fields: object) -> dict:
    return {"type": type_, "id": f"$ID:{kind}:x", **AT, **fields}


def done(kind: str, type_: str, **fields: object) -> list:
    return ["emit", {"type": "thread.item.done", "item": item(kind, type_, **fields)}]


def added(kind: str, type_: str, **fields: object) -> list:
    return ["emit", {"type": "thread.item.added", "item": item(kind, type_, **fields)}]


def emit(type_: str, **fields: object) -> list:
    return ["emit", {"type": type_, **fields}]


def updated(kind: str, type_: str, **fields: object) -> list:
    return emit("thread.item.updated", item_id=f"$ID:{kind}:x", update={"type": type_, **fields})


def text(words: str, *annotations: dict) -> dict:
    return {"type": "output_text", "text": words, "annotations": list(annotations)}


def cite(index: int | None, **source: object) -> dict:
    return {"type": "annotation", "source": source, **({} if index is None else {"index": index})}


PAGE = cite(5, type="url", title="Boats", url="https://example.com/boats")
FILE = cite(None, type="file", title="The log", filename="log.txt")
ENTITY = cite(None, type="entity", title="Ann", id="cus_1")
THOUGHT = {"type": "thought", "content": "I think"}
SEARCH = {
    "type": "web_search",
    "status_indicator": "complete",
    "title": "Searched",
    "queries": ["boats"],
    "sources": [PAGE["source"]],
}
CUSTOM = {"type": "custom", "title": "Stirring", "status_indicator": "loading"}
WORKFLOW = {"type": "custom", "tasks": [CUSTOM, SEARCH, {"type": "file", "title": "Read"}, {"type": "image"}]}
WIDGET = {
    "type": "Card",
    "status": {"text": "draft"},
    "children": [
        {"type": "Title", "value": "A title"},
        {"type": "Row", "children": [{"type": "Text", "value": "left"}, {"type": "Badge", "label": "right"}]},
        {"type": "Markdown", "id": "m", "value": "*grows*"},
        {"type": "Image", "src": "https://example.com/i.png", "alt": "a boat"},
        {"type": "Checkbox", "name": "sure", "label": "Sure?"},
        {"type": "Table", "children": [{"type": "Table.Row", "children": [{"type": "Table.Cell", "children": "c"}]}]},
        {"type": "Chart", "data": [{"day": "Mon", "n": 3}], "series": [], "xAxis": "day"},
        {"type": "Hologram", "depth": 3, "children": [{"type": "Caption", "value": "inside"}]},
        {"type": "Button", "label": "Go", "onClickAction": {"type": "go", "payload": {"n": 1}}},
    ],
}
WHY = {"type": "freeform", "id": "f", "question": "Why?"}
CHOICE = {"type": "multiple_choice", "id": "q1", "question": "How?", "options": [{"value": "Boat"}, {"value": "Train"}]}
STREAM = [
    added("message", "assistant_message", content=[]),
    updated("message", "assistant_message.content_part.added", content_index=0, content=text("")),
    updated("message", "assistant_message.content_part.text_delta", content_index=0, delta="piece by "),
    updated("message", "assistant_message.content_part.text_delta", content_index=0, delta="piece"),
]

SHOWN = {
    "thread.created": (None, ["thread thr_"]),
    "thread.updated": ([["title", "A name"], ["status", {"type": "locked", "reason": "late"}]], ["title: A name"]),
    "locked": ([["status", {"type": "closed", "reason": "over"}]], ["the thread is closed: over"]),
    "opened": ([["status", {"type": "active"}]], ["the thread is active"]),
    "domains": ([["domains", ["example.com"]]], ["images only from example.com"]),
    "assistant_message": (
        [done("message", "assistant_message", content=[text("Look at that", PAGE, FILE, ENTITY)])],
        ["Look [1]at that[2][3]", "[1] Boats · https://example.com/boats", "[2] The log · log.txt", "[3] Ann · cus_1"],
    ),
    "client_tool_call": (
        [done("tool_call", "client_tool_call", name="place", call_id="c", arguments={"of": "me"}, status="completed")],
        ['⚙ place({"of": "me"}) completed'],
    ),
    "widget": (
        [done("message", "widget", widget=WIDGET)],
        [
            *("draft", "A title", "left", "right", "grows", "https://example.com/i.png", "[ ] Sure?", "Mon"),
            *('<Hologram {"depth": 3}>', "inside", "( Go ) [1]"),
        ],
    ),
    "generated_image": (
        [done("message", "generated_image", image={"id": "i", "url": "https://example.com/g.png"})],
        ["🖼 https://example.com/g.png"],
    ),
    "structured_input": (
        [done("message", "structured_input", status="answered", inputs=[{**CHOICE, "answer": {"values": ["Train"]}}])],
        ["? answered", "How? (Boat | Train) Train"],
    ),
    "task": ([done("task", "task", task=THOUGHT)], ["· Thought", "I think"]),
    "workflow": (
        [done("workflow", "workflow", workflow={**WORKFLOW, "summary": {"duration": 4}})],
        ["▸ Workflow, 4 s", "◌ Stirring", "✓ Searched", "“boats”", "· Read", "· Image"],
    ),
    "end_of_turn": ([done("message", "end_of_turn")], ["— end of turn"]),
    "thread.item.added": (STREAM, ["piece by piece", "(unfinished)"]),
    "thread.item.updated": (
        [
            done("message", "widget", widget=WIDGET),
            updated("message", "widget.streaming_text.value_delta", component_id="m", delta=" still", done=True),
        ],
        ["(changed)", "grows still"],
    ),
    "thread.item.replaced": (
        [
            done("message", "assistant_message", content=[text("old")]),
            emit("thread.item.replaced", item=item("message", "assistant_message", content=[text("new")])),
        ],
        ["old\n", "(changed)\nnew\n"],
    ),
    "thread.item.removed": (
        [*STREAM, emit("thread.item.removed", item_id="$ID:message:x")],
        ["(removed: assistant_message)"],
    ),
    "stream_options": (
        [emit("stream_options", stream_options={"allow_cancel": False})],
        ["(the server asks not to stop this answer)"],
    ),
    "progress_update": ([emit("progress_update", text="Thinking hard")], ["◌ Thinking hard"]),
    "client_effect": ([emit("client_effect", name="scroll", data={"to": 1})], ['⚡ scroll {"to": 1}']),
    "error": ([["raise", "custom", "sorry", True]], ["error custom", "sorry", "Try again with /retry"]),
    "notice": ([emit("notice", level="danger", message="**Run**", title="Fire")], ["(x) Fire", "Run"]),
    "user_message": ([["input"]], []),
    "hidden_context_item": ([["hidden", "secret"]], []),
    "sdk_hidden_context": ([done("message", "sdk_hidden_context", content="secret")], []),
    "thread.item.done": ([done("message", "end_of_turn")], ["— end of turn"]),
}


def script(operations: list) -> str:
    return f"ckc:{json.dumps(operations)}"


@pytest.fixture(scope="module")
def shown(testbed) -> dict[str, str]:
    """One conversation with everything in it, cut at the notices between its messages."""
    lines = [line for name, (ops, _) in SHOWN.items() for line in (mark(name), *([script(ops)] if ops else []))]
    ended = chatkit_wire("chat", testbed.url, lines="\n".join(lines))
    assert ended.stderr == ""
    pieces = ended.stdout.split("(i) === ")
    first = pieces.pop(0)
    found = {name.strip(): rest for name, _, rest in (piece.partition("\n") for piece in pieces)}
    return found | {"thread.created": first}


def mark(name: str) -> str:
    return script([["notice", f"=== {name}"]])


def tags(union: object) -> set[str]:
    return {message.__struct_config__.tag for message in union.__args__}


def test_the_table_has_every_event_and_every_item() -> None:
    assert tags(ThreadStreamEvent) | tags(ThreadItem) <= SHOWN.keys()


@pytest.mark.parametrize("name", SHOWN)
def test_everything_that_a_server_says_is_shown(shown, name) -> None:
    for expected in SHOWN[name][1]:
        assert expected in shown[name]
    assert "secret" not in shown[name]
    assert "cannot read" not in shown[name]


def test_a_conversation(testbed) -> None:
    tool = done("tool_call", "client_tool_call", name="place", call_id="c", arguments={"of": "me"})
    form = {"type": "Card", "asForm": True, "children": [{"type": "Input", "name": "who.name", "label": "Name"}]}
    form["confirm"] = {"label": "OK", "action": {"type": "ok", "payload": {"k": [1]}}}
    quiet = {"type": "Button", "label": "Quiet", "onClickAction": {"type": "q", "streaming": False}}
    page = {"type": "Button", "label": "Page", "onClickAction": {"type": "p", "handler": "client"}}
    form["children"] += [quiet, page]
    lines = [
        "hello",
        script([["meta", "next", [["notice", "after the tool"]]], tool]),
        '{"city": "Rome"}',
        script([["widget", [form]]]),
        "/do 3",
        "Ann",
        "/do 1",
        "/do 2",
        "/do 9",
        script([done("message", "structured_input", inputs=[CHOICE, WHY])]),
        "2",
        "because",
        "/retry",
        "1",
        "",
        "/unknown word",
        "/up",
        script([["raise", "custom", "sorry", True]]),
        "/title Renamed",
        "/new",
        "/title Nowhere",
        "another thread",
        "/threads",
        "/open 2",
        "/delete",
        "/open 7",
        "/raw",
        "on the wire",
        "/?",
        "/quit",
        "never sent",
    ]  # fmt: skip
    ended = chatkit_wire("chat", testbed.url, lines="\n".join(lines))
    assert ended.stderr == ""
    place = 0
    for expected in [
        "(i) ack",
        '⚙ place({"of": "me"}) pending',
        "result of place, as JSON or text (empty: its arguments):",
        '⚙ place gives {"city": "Rome"}',
        "(i) after the tool",
        "( OK ) [3]",
        "Name: Ann",
        'payload={"k": [1], "who": {"name": "Ann"}}',
        "(changed)",
        "the page around the widget would carry out",
        "no action has the number 9",
        "How? (1=Boat 2=Train) 2",
        "Why? because",
        "How? (Boat | Train) Train",
        "Why? because",
        "(i) after the tool",
        "How? (1=Boat 2=Train) 1",
        "Why? skipped",
        "(i) ack",
        "there is no answer to rate",
        "error custom",
        "title: Renamed",
        "no such thread",
        "(i) ack",
        "1*",
        "2 ",
        "Renamed",
        "title: Renamed",
        "you: hello",
        'completed: {"city": "Rome"}',
        "you: /unknown word",
        "deleted thr_",
        "there is no thread 7",
        "the wire is shown",
        '> {"type":"threads.create"',
        "on the wire",
        '< {"type":"thread.created"',
        "/delete",
    ]:
        found = ended.stdout.find(expected, place)
        assert found >= 0, (expected, ended.stdout[place:])
        place = found + len(expected)
    assert "never sent" not in ended.stdout


def test_one_message_goes_on_with_a_thread_and_its_tools(testbed) -> None:
    wire = Wire(testbed.port)
    thread_id = wire.thread()
    tool = done("tool_call", "client_tool_call", name="place", call_id="c", arguments={})
    said = script([["meta", "next", [["notice", "resumed well"]]], tool])
    ended = chatkit_wire("chat", testbed.url, "--thread", thread_id, "--once", said, "--tool", 'place={"a": 1}')
    assert ended.returncode == 0
    assert "(i) resumed well" in ended.stdout
    assert wire.items(thread_id)[-1]["output"] == {"a": 1}


def test_one_message_that_fails_is_exit_code_1(testbed) -> None:
    ended = chatkit_wire("chat", testbed.url, "--once", script([["raise", "crash", "why"]]))
    assert ended.returncode == 1
    assert "why" not in ended.stdout


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with other_servers() as url:
        yield url


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        pytest.param("/html", "an HTML page came", id="html"),
        pytest.param("/json", "expected a stream of events, but application/json came", id="json"),
        pytest.param("/closed", "401: sign in first. It wants to know who asks: try --header", id="401"),
        pytest.param("/missing", "404; an HTML page came", id="404"),
        pytest.param("/get-only", "takes POST", id="405"),
        pytest.param("/broken", "500; text/plain came: Internal Server Error", id="500"),
        pytest.param("/unfinished", "in the middle of an event", id="no blank line"),
    ],
)
def test_what_is_no_answer_is_told(elsewhere, path, complaint) -> None:
    ended = chatkit_wire("chat", elsewhere + path, "--once", "hi")
    assert ended.returncode == 1
    assert complaint in ended.stderr


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        pytest.param("http://127.0.0.1:1/chatkit/api", "is the server running", id="nobody listens"),
        pytest.param("http://no-such-host.invalid/", "is the server running", id="unknown host"),
        pytest.param("localhost:8000", "begins with http:// or https://", id="no scheme"),
        pytest.param("http://", "is no address", id="no host"),
        pytest.param("http://localhost:70000/", "is no address: no port is above 65535", id="no such port"),
    ],
)
def test_nobody_there_is_told_before_the_first_message(url, complaint) -> None:
    ended = chatkit_wire("chat", url)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert complaint in ended.stderr


def test_headers_are_sent(elsewhere) -> None:
    header = "Authorization: Bearer sesame"
    ended = chatkit_wire("chat", f"{elsewhere}/closed", "--header", header, "--once", "hi")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "(i) let in" in ended.stdout


def test_what_is_unknown_is_shown_and_takes_over_nothing(elsewhere) -> None:
    ended = chatkit_wire("chat", f"{elsewhere}/strange", "--once", "hi")
    assert ended.returncode == 0
    assert "cannot read thread.item.exploded" in ended.stdout
    assert "hologram" in ended.stdout
    assert "[DONE]" in ended.stdout
    assert "fine" in ended.stdout
    assert "\x1b" not in ended.stdout
    assert "\x07" not in ended.stdout


class Terminal:
    """A chat at a terminal."""

    def __init__(self, url: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command("chat", url), stdin=slave, stdout=slave, stderr=slave, env=environment(TERM="xterm", LINES="40")
        )
        os.close(slave)
        self.unread = ""

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def wait_for(self, *words: str) -> None:
        """Read until the words have come, one after the other, after what was read before."""
        until = time.monotonic() + PATIENCE
        for word in words:
            while word not in self.unread:
                assert time.monotonic() < until, (word, self.unread)
                if select.select([self.master], [], [], 0.1)[0]:
                    self.unread += os.read(self.master, 65536).decode(errors="replace")
                if CURSOR in self.unread:
                    self.unread = self.unread.replace(CURSOR, "")
                    self.type("\x1b[1;1R")
            self.unread = self.unread.partition(word)[2]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


PROMPT = "\x1b[?2004h"
"""With this the prompt says that it takes whole pastes: it is ready."""
CURSOR = "\x1b[6n"
"""With this the prompt asks the terminal where the cursor is."""


@pytest.fixture
def terminal(testbed) -> Iterator[Terminal]:
    terminal = Terminal(testbed.url)
    terminal.wait_for("/? for help", PROMPT)
    yield terminal
    terminal.close()


def test_ctrl_c_stops_an_answer_and_what_was_said_is_stored(terminal, testbed) -> None:
    terminal.type(script([*STREAM, ["sleep", 60_000]]) + "\r")
    terminal.wait_for("piece by piece")
    terminal.process.send_signal(signal.SIGINT)
    terminal.wait_for("(stopped)", PROMPT)
    terminal.type("and on\r")
    terminal.wait_for("ack", PROMPT)
    terminal.type("\x04")
    assert terminal.process.wait(PATIENCE) == 0

    wire = Wire(testbed.port)
    thread = wire.ask("threads.list").json["data"][0]
    stored = [one for one in wire.items(thread["id"]) if one["type"] == "assistant_message"]
    assert [one["content"][0]["text"] for one in stored] == ["piece by piece"]


def test_alt_enter_begins_a_line_and_ctrl_c_at_the_prompt_leaves(terminal, testbed) -> None:
    terminal.type("one\x1b\rtwo\r")
    terminal.wait_for("ack", PROMPT)
    terminal.type("\x03")
    assert terminal.process.wait(PATIENCE) == 130
    wire = Wire(testbed.port)
    thread = wire.ask("threads.list").json["data"][0]
    assert wire.items(thread["id"])[0]["content"][0]["text"] == "one\ntwo"


def test_nothing_heavy_is_imported_for_a_pipe() -> None:
    program = (
        "import sys; from chatkit_conformance.cli.chat import start, entry; entry.Lines();"
        "print('prompt_toolkit' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout == "False\n"
