"""The files in `schemas/` as validators; messages as a server sends them, drawn; and what must be refused."""

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import chatkit_protocol as wire
from chatkit_conformance.strategies import strategy
from chatkit_protocol.attachments import AttachmentBase
from chatkit_protocol.widgets import ROOTS

SCHEMAS = Path(__file__).parents[2] / "schemas"


@cache
def document(name: str) -> dict[str, Any]:
    """Read a file of the folder."""
    found: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return found


@cache
def validator(name: str, definition: str = "") -> Draft202012Validator:
    """Make a validator of a JSON Schema file, or of one definition in it."""
    schema = document(name)
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]} if definition else schema)


def sent(value: Any) -> Any:
    """Give a message as the JSON that is sent."""
    return json.loads(wire.encode(value))


WIDGETS = st.builds(
    lambda tag, props: props | {"type": tag},
    st.sampled_from(sorted(ROOTS)),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
SENT = {
    **dict.fromkeys([(wire.WidgetItem, "widget"), (wire.WidgetRootUpdated, "widget")], WIDGETS),
    (wire.WidgetComponentUpdated, "component"): WIDGETS,
    (wire.ThreadMetadata, "metadata"): st.just({}),
    (AttachmentBase, "metadata"): st.just(wire.UNSET),
    **{
        hidden: st.builds(wire.EndOfTurnItem, id=st.text(), thread_id=st.text(), created_at=st.datetimes())
        for hidden in get_args(wire.HiddenItem)
    },
}

REQUESTS = strategy(wire.Request)
EVENTS = strategy(wire.ThreadStreamEvent, SENT)
"""Events as a server of ours sends them: no hidden items, no stored notes, only widgets with a root."""

ITEM = {"id": "i", "thread_id": "t", "created_at": "2026-01-01T00:00:00Z"}
ANSWER = ITEM | {"type": "assistant_message", "content": [{"type": "output_text", "text": "x", "annotations": []}]}
THREAD = {"id": "t", "created_at": "2026-01-01T00:00:00Z", "status": {"type": "active"}, "metadata": {}}
EMPTY = {"data": [], "has_more": False}
DONE = {"type": "thread.item.done", "item": ANSWER}
ASKED = {"type": "threads.get_by_id", "params": {"thread_id": "t"}}
WIDGET = {"type": "Card", "children": [{"type": "Text", "value": "x"}]}

FILE = {"type": "file", "id": "a", "name": "n", "mime_type": "m/m"}
SAID = ITEM | {"type": "user_message", "content": [], "attachments": [FILE], "inference_options": {}}
STEPS = ITEM | {
    "type": "workflow",
    "workflow": {"type": "custom", "tasks": [], "summary": {"title": "T"}, "expanded": False},
}

REFUSED = [
    pytest.param("events.json", DONE, {"type": "thread.item.done"}, id="no-item"),
    pytest.param("events.json", DONE, DONE | {"type": "thread.item.finished"}, id="unknown-event"),
    pytest.param("events.json", DONE, {"item": ANSWER}, id="event-without-type"),
    pytest.param("events.json", DONE, DONE | {"item": ANSWER | {"type": "essay"}}, id="unknown-item"),
    pytest.param("events.json", DONE, DONE | {"item": ANSWER | {"content": "x"}}, id="wrong-type"),
    pytest.param("events.json", DONE, DONE | {"item": ANSWER | {"id": None}}, id="null"),
    pytest.param("events.json", DONE, DONE | {"id": "e"}, id="further-field"),
    pytest.param(
        "events.json",
        DONE,
        DONE | {"item": ANSWER | {"content": [{"type": "output_text", "text": "x"}]}},
        id="default-not-written",
    ),
    pytest.param(
        "events.json", DONE, DONE | {"item": ITEM | {"type": "sdk_hidden_context", "content": "x"}}, id="hidden-item"
    ),
    pytest.param(
        "events.json",
        {"type": "thread.created", "thread": THREAD | {"items": EMPTY}},
        {"type": "thread.created", "thread": THREAD | {"items": EMPTY, "metadata": {"owner": "x"}}},
        id="stored-metadata",
    ),
    pytest.param(
        "events.json",
        DONE | {"item": SAID},
        DONE | {"item": SAID | {"attachments": [FILE | {"metadata": {}}]}},
        id="metadata-of-an-attachment",
    ),
    pytest.param(
        "events.json",
        DONE | {"item": STEPS},
        DONE | {"item": STEPS | {"workflow": STEPS["workflow"] | {"summary": {"icon": "bolt"}}}},
        id="summary-that-says-nothing",
    ),
    pytest.param("replies.json", EMPTY, EMPTY | {"after": None}, id="null-cursor"),
    pytest.param("1.3.1/events.json", DONE, {"type": "stream_options", "stream_options": {}}, id="younger-event"),
    pytest.param("requests.json", ASKED, {"type": "threads.get_by_id", "params": {}}, id="no-thread"),
    pytest.param("requests.json", ASKED, ASKED | {"type": "threads.read"}, id="unknown-request"),
    pytest.param("requests.json", ASKED, ASKED | {"metadata": []}, id="metadata-of-a-wrong-type"),
    pytest.param(
        "requests.json",
        {"type": "items.list", "params": {"thread_id": "t", "limit": "5"}},
        {"type": "items.list", "params": {"thread_id": "t", "limit": "five"}},
        id="limit-is-no-number",
    ),
    pytest.param(
        "1.0/requests.json",
        {"type": "threads.custom_action", "params": {"thread_id": "t", "action": {"type": "a", "payload": None}}},
        {"type": "threads.custom_action", "params": {"thread_id": "t", "action": {"type": "a"}}},
        id="payload-that-was-needed",
    ),
    pytest.param("widgets.json", WIDGET, WIDGET | {"type": "Text", "value": "x"}, id="no-root"),
    pytest.param("widgets.json", WIDGET, WIDGET | {"children": [{"type": "Text"}]}, id="known-component-lacks-a-prop"),
    pytest.param("widgets.json", WIDGET, WIDGET | {"children": [{"value": "x"}]}, id="component-without-type"),
    pytest.param("widgets.json", WIDGET, WIDGET | {"collapsed": "yes"}, id="prop-of-a-wrong-type"),
]
