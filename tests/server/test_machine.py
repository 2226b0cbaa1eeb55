"""A model of the store kept in step over HTTP: threads of two users, and every request that changes them."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chatkit_conformance.testbed.app import Obedient
from chatkit_server import SQLiteStore, create_app
from support.live import live
from support.profiles import share
from support.wire import Wire, message

BASE = {"thread_id": "$THREAD", "created_at": "2026-01-02T03:04:05Z"}
TEXT = {"type": "Card", "children": [{"type": "Text", "id": "t", "value": "one"}]}
QUESTIONS = [
    {"type": "multiple_choice", "id": "pick", "question": "?", "options": [{"value": "x"}, {"value": "y"}]},
    {"type": "freeform", "id": "say", "question": "?"},
]
CONTENTS: dict[str, dict[str, Any]] = {
    "assistant_message": {"content": [{"type": "output_text", "text": "said", "annotations": []}]},
    "widget": {"widget": TEXT},
    "client_tool_call": {"call_id": "c", "name": "n", "arguments": {}},
    "structured_input": {"inputs": QUESTIONS},
    "hidden_context_item": {"content": "secret"},
    "end_of_turn": {},
}
HIDDEN = {"hidden_context_item"}
Row = dict[str, Any]
"""What the model knows of an item: its id, its type, and what may change in it."""
numbers: Iterator[int] = count(1)


class Threads(RuleBasedStateMachine):
    """Two users, each with some threads. A row that is hidden is in the model, and never in a reply."""

    port: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        number = next(numbers)
        self.users = [Wire(self.port, headers={"authorization": f"{name}-{number}"}) for name in ("first", "second")]
        self.threads: dict[str, tuple[int, list[Row]]] = {}
        """The owner and the rows of each thread, oldest first."""
        self.titles: dict[str, str] = {}

    def tell(self, kinds: list[str]) -> tuple[list[list[Any]], list[Row]]:
        """Write a script that stores items of these types, and the rows that come of it."""
        rows = [{"id": f"itm_{next(numbers)}", "type": kind} for kind in kinds]
        script = [
            ["emit", {"type": "thread.item.done", "item": {**BASE, **row, **CONTENTS[row["type"]]}}] for row in rows
        ]
        return script, [row | self.born(row["type"]) for row in rows]

    @staticmethod
    def born(kind: str) -> Row:
        states: dict[str, Row] = {
            "client_tool_call": {"status": "pending"},
            "structured_input": {"status": "pending"},
            "widget": {"value": "one"},
        }
        return states.get(kind, {})

    def some(self, data: st.DataObject, kind: str = "", **state: Any) -> tuple[str, Wire, list[Row], Row]:
        """Choose a thread, and in it an item of a type in a state."""
        found = [
            (name, row)
            for name, (_, rows) in self.threads.items()
            for row in rows
            if kind in {"", row["type"]} and all(row.get(key) == value for key, value in state.items())
        ]
        name, row = data.draw(st.sampled_from(found))
        owner, rows = self.threads[name]
        return name, self.users[owner], rows, row

    def has(self, kind: str, **state: Any) -> bool:
        rows = [row for _, rows in self.threads.values() for row in rows]
        return any(row["type"] == kind and row.items() >= state.items() for row in rows)

    @precondition(lambda self: len(self.threads) < 3)
    @rule(owner=st.integers(0, 1), kinds=st.lists(st.sampled_from(sorted(CONTENTS)), max_size=3))
    def create(self, owner: int, kinds: list[str]) -> None:
        script, rows = self.tell(kinds)
        events = self.users[owner].ask("threads.create", input=message("ckc:" + json.dumps(script))).raw_events
        name, said = events[0]["thread"]["id"], events[1]["item"]["id"]
        self.threads[name] = (owner, [{"id": said, "type": "user_message", "script": kinds}, *rows])

    @precondition(lambda self: self.threads)
    @rule(data=st.data(), kinds=st.lists(st.sampled_from(sorted(CONTENTS)), max_size=3))
    def say(self, data: st.DataObject, kinds: list[str]) -> None:
        name, wire, rows, _ = self.some(data)
        script, fresh = self.tell(kinds)
        events = wire.say(name, "ckc:" + json.dumps(script)).raw_events
        rows += [{"id": events[0]["item"]["id"], "type": "user_message", "script": kinds}, *fresh]

    @precondition(lambda self: self.threads)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        name, wire, rows, said = self.some(data, "user_message")
        events = wire.ask("threads.retry_after_item", thread_id=name, item_id=said["id"]).raw_events
        del rows[rows.index(said) + 1 :]
        done = [event["item"] for event in events if event["type"] == "thread.item.done"]
        shown = [kind for kind in said["script"] if kind not in HIDDEN]
        assert [item["type"] for item in done] == shown
        self.again(rows, said, [item["id"] for item in done])

    def again(self, rows: list[Row], said: Row, ids: list[str]) -> None:
        """The script of the message is obeyed again, with the ids that it had."""
        names = iter(ids)
        kinds = said["script"]
        rows += [{"id": "?" if kind in HIDDEN else next(names), "type": kind, **self.born(kind)} for kind in kinds]

    @precondition(lambda self: self.has("client_tool_call", status="pending"))
    @rule(data=st.data(), result=st.sampled_from([None, 1, "text", {"a": None}, [None]]))
    def answer_a_call(self, data: st.DataObject, result: Any) -> None:
        name, wire, rows, _ = self.some(data, "client_tool_call", status="pending")
        newest = [row for row in rows if row["type"] == "client_tool_call" and row["status"] == "pending"]
        reply = wire.ask("threads.add_client_tool_output", thread_id=name, result=result)
        near = [row for row in newest if row in rows[-20:]]
        if not near:
            assert reply.status == 400
            return
        assert reply.of("notice")[0]["message"] == "resumed"
        near[-1]["status"] = "completed"
        for dangling in near[:-1]:
            rows.remove(dangling)

    @precondition(lambda self: self.has("structured_input", status="pending"))
    @rule(data=st.data(), status=st.sampled_from(["answered", "skipped"]), values=st.lists(st.sampled_from("xyz")))
    def answer_questions(self, data: st.DataObject, status: str, values: list[str]) -> None:
        name, wire, _, row = self.some(data, "structured_input", status="pending")
        given = {"status": status, "answers": {"pick": {"values": values}, "nobody-asked": {"values": ["z"]}}}
        events = wire.ask("threads.add_structured_input", thread_id=name, item_id=row["id"], input=given).raw_events
        row["status"] = status
        kept = values[:1] if status == "answered" else []
        answers = [question["answer"] for question in events[1]["item"]["inputs"]]
        assert answers == [{"values": kept, "skipped": not kept}, {"values": [], "skipped": True}]
        again = wire.ask("threads.add_structured_input", thread_id=name, item_id=row["id"], input=given)
        assert again.status == 400

    @precondition(lambda self: self.has("widget"))
    @rule(data=st.data(), kinds=st.lists(st.sampled_from(sorted(CONTENTS)), max_size=2))
    def act(self, data: st.DataObject, kinds: list[str]) -> None:
        name, wire, rows, row = self.some(data, "widget")
        script, fresh = self.tell(kinds)
        grown = {"type": "widget.streaming_text.value_delta", "component_id": "t", "delta": "+", "done": False}
        script.append(["emit", {"type": "thread.item.updated", "item_id": row["id"], "update": grown}])
        action = {"type": "go", "payload": {"ckc": script}}
        reply = wire.ask("threads.custom_action", thread_id=name, item_id=row["id"], action=action)
        assert reply.of("thread.item.updated")
        row["value"] += "+"
        rows += fresh

    @precondition(lambda self: self.has("widget"))
    @rule(data=st.data())
    def act_at_once(self, data: st.DataObject) -> None:
        name, wire, _, row = self.some(data, "widget")
        reply = wire.ask("threads.sync_custom_action", thread_id=name, item_id=row["id"], action={"type": "go"})
        assert reply.json["updated_item"]["widget"]["children"][0]["value"] == row["value"]

    @precondition(lambda self: self.threads)
    @rule(data=st.data())
    def act_for_no_widget(self, data: st.DataObject) -> None:
        name, wire, _, said = self.some(data, "user_message")
        reply = wire.ask("threads.custom_action", thread_id=name, item_id=said["id"], action={"type": "go"})
        assert reply.raw_events == [{"type": "error", "code": "stream.error", "allow_retry": False}]

    @precondition(lambda self: self.threads)
    @rule(data=st.data(), title=st.sampled_from(["a", "é\u2028", ""]))
    def rename(self, data: st.DataObject, title: str) -> None:
        name, wire, _, _ = self.some(data)
        assert wire.ask("threads.update", thread_id=name, title=title).json["title"] == title
        self.titles[name] = title

    @precondition(lambda self: self.threads)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        name, wire, _, _ = self.some(data)
        assert wire.ask("threads.delete", thread_id=name).json == {}
        assert wire.ask("threads.get_by_id", thread_id=name).status == 404
        del self.threads[name]
        self.titles.pop(name, None)

    @precondition(lambda self: self.threads)
    @rule(data=st.data(), kind=st.sampled_from(["threads.get_by_id", "threads.delete", "items.list"]))
    def look_at_what_is_anothers(self, data: st.DataObject, kind: str) -> None:
        name, _, _, _ = self.some(data)
        other = self.users[1 - self.threads[name][0]]
        assert other.ask(kind, thread_id=name).status == 404

    @invariant()
    def the_lists_say_what_the_model_says(self) -> None:
        for owner, wire in enumerate(self.users):
            listed = wire.ask("threads.list", limit=1000, order="asc").json["data"]
            mine = [name for name, (of, _) in self.threads.items() if of == owner]
            assert [row["id"] for row in listed] == mine
            assert {row["id"]: row["title"] for row in listed if "title" in row} == {
                name: self.titles[name] for name in mine if name in self.titles
            }
        for name, (owner, rows) in self.threads.items():
            items = self.users[owner].items(name)
            shown = [row for row in rows if row["type"] not in HIDDEN]
            assert [(item["id"], item["type"]) for item in items] == [(row["id"], row["type"]) for row in shown]
            for item, row in zip(items, shown, strict=True):
                assert item.get("status") == row.get("status")
                if "value" in row:
                    assert item["widget"]["children"][0]["value"] == row["value"]


def by_header(http: Any) -> str:
    return str(http.headers["authorization"])


def test_a_model_of_the_store_stays_in_step() -> None:
    with ExitStack() as stack:
        app = create_app(Obedient(), store=SQLiteStore(":memory:"), identify=by_header)
        Threads.port = stack.enter_context(live(app))
        case = Threads.TestCase()
        case.settings = settings(share(0.2), stateful_step_count=30)
        case.runTest()
