"""How each message is spelled: its tag, the defaults that are written, and what is left out (protocol section 6)."""

import json
import re
from typing import Any, get_args

import msgspec
import pytest
from msgspec import Struct

import chatkit_protocol as wire

AT = "2026-01-02T03:04:05Z"
WHO: dict[str, Any] = {"id": "i", "thread_id": "t", "created_at": AT}
ACTIVE = {"type": "active"}
THREAD: dict[str, Any] = {
    "id": "t",
    "created_at": AT,
    "status": ACTIVE,
    "metadata": {},
    "items": {"data": [], "has_more": False},
}
TEXT = {"type": "input_text", "text": "hi"}
SAID: dict[str, Any] = {"content": [TEXT], "attachments": [], "inference_options": {}}
PART: dict[str, Any] = {"type": "output_text", "text": "hi", "annotations": []}
URL = {"type": "url", "title": "T", "url": "https://example.com"}
ANNOTATION = {"type": "annotation", "source": URL}
CUSTOM = {"type": "custom", "status_indicator": "none"}
END = {"type": "end_of_turn", **WHO}
FILE = {"type": "file", "id": "a", "name": "n", "mime_type": "m/m"}
ACT = {"type": "a", "payload": None}

# Union, tag, what must be there, and the defaults that are written when they are not there.
Row = tuple[Any, str, dict[str, Any], dict[str, Any]]
REQUESTS: list[Row] = [
    (wire.Request, tag, {"params": params}, {"metadata": {}})
    for tag, params in [
        ("threads.create", {"input": SAID}),
        ("threads.add_user_message", {"thread_id": "t", "input": SAID}),
        ("threads.add_client_tool_output", {"thread_id": "t", "result": None}),
        ("threads.retry_after_item", {"thread_id": "t", "item_id": "i"}),
        ("threads.custom_action", {"thread_id": "t", "action": ACT}),
        ("threads.sync_custom_action", {"thread_id": "t", "action": ACT}),
        ("threads.get_by_id", {"thread_id": "t"}),
        ("threads.update", {"thread_id": "t", "title": "T"}),
        ("threads.delete", {"thread_id": "t"}),
        ("items.list", {"thread_id": "t", "order": "desc"}),
        ("items.feedback", {"thread_id": "t", "item_ids": ["i"], "kind": "positive"}),
        ("attachments.create", {"name": "n", "size": 1, "mime_type": "m/m"}),
        ("attachments.delete", {"attachment_id": "a"}),
        ("input.transcribe", {"audio_base64": "AA==", "mime_type": "audio/mp4"}),
    ]
] + [
    (wire.Request, "threads.list", {}, {"params": {"order": "desc"}, "metadata": {}}),
    (
        wire.Request,
        "threads.add_structured_input",
        {"params": {"thread_id": "t", "item_id": "i", "input": {"status": "answered", "answers": {}}}},
        {"metadata": {}},
    ),
]
EVENTS: list[Row] = [
    (wire.ThreadStreamEvent, "thread.created", {"thread": THREAD}, {}),
    (wire.ThreadStreamEvent, "thread.updated", {"thread": THREAD}, {}),
    (wire.ThreadStreamEvent, "thread.item.added", {"item": END}, {}),
    (
        wire.ThreadStreamEvent,
        "thread.item.updated",
        {"item_id": "i", "update": {"type": "workflow.task.added", "task_index": 0, "task": CUSTOM}},
        {},
    ),
    (wire.ThreadStreamEvent, "thread.item.done", {"item": END}, {}),
    (wire.ThreadStreamEvent, "thread.item.removed", {"item_id": "i"}, {}),
    (wire.ThreadStreamEvent, "thread.item.replaced", {"item": END}, {}),
    (wire.ThreadStreamEvent, "stream_options", {"stream_options": {"allow_cancel": True}}, {}),
    (wire.ThreadStreamEvent, "progress_update", {"text": "x"}, {}),
    (wire.ThreadStreamEvent, "client_effect", {"name": "n"}, {"data": {}}),
    (wire.ThreadStreamEvent, "error", {}, {"code": "custom", "allow_retry": False}),
    (wire.ThreadStreamEvent, "notice", {"level": "info", "message": "m"}, {}),
]
UPDATES: list[Row] = [
    (wire.ThreadItemUpdate, "assistant_message.content_part.added", {"content_index": 0, "content": PART}, {}),
    (wire.ThreadItemUpdate, "assistant_message.content_part.text_delta", {"content_index": 0, "delta": "x"}, {}),
    (
        wire.ThreadItemUpdate,
        "assistant_message.content_part.annotation_added",
        {"content_index": 0, "annotation_index": 0, "annotation": ANNOTATION},
        {},
    ),
    (wire.ThreadItemUpdate, "assistant_message.content_part.done", {"content_index": 0, "content": PART}, {}),
    (
        wire.ThreadItemUpdate,
        "widget.streaming_text.value_delta",
        {"component_id": "c", "delta": "x", "done": False},
        {},
    ),
    (wire.ThreadItemUpdate, "widget.root.updated", {"widget": {"type": "Card"}}, {}),
    (wire.ThreadItemUpdate, "widget.component.updated", {"component_id": "c", "component": {"type": "Text"}}, {}),
    (wire.ThreadItemUpdate, "workflow.task.added", {"task_index": 0, "task": CUSTOM}, {}),
    (wire.ThreadItemUpdate, "workflow.task.updated", {"task_index": 0, "task": CUSTOM}, {}),
    (wire.ThreadItemUpdate, "generated_image.updated", {"image": {"id": "i", "url": "u"}}, {}),
]
ITEMS: list[Row] = [
    (wire.ThreadItem, "user_message", {**WHO, "content": [TEXT], "inference_options": {}}, {"attachments": []}),
    (wire.ThreadItem, "assistant_message", {**WHO, "content": [PART]}, {}),
    (wire.ThreadItem, "client_tool_call", {**WHO, "call_id": "c", "name": "n", "arguments": {}}, {"status": "pending"}),
    (wire.ThreadItem, "widget", {**WHO, "widget": {"type": "Card"}}, {}),
    (wire.ThreadItem, "generated_image", WHO, {}),
    (wire.ThreadItem, "structured_input", {**WHO, "inputs": []}, {"status": "pending"}),
    (wire.ThreadItem, "task", {**WHO, "task": CUSTOM}, {}),
    (wire.ThreadItem, "workflow", {**WHO, "workflow": {"type": "custom", "tasks": [], "expanded": False}}, {}),
    (wire.ThreadItem, "end_of_turn", WHO, {}),
    (wire.ThreadItem, "hidden_context_item", {**WHO, "content": None}, {}),
    (wire.ThreadItem, "sdk_hidden_context", {**WHO, "content": "x"}, {}),
]
SMALL: list[Row] = [
    (wire.Task, "custom", {}, {"status_indicator": "none"}),
    (wire.Task, "web_search", {}, {"status_indicator": "none", "queries": [], "sources": []}),
    (wire.Task, "thought", {"content": "x"}, {"status_indicator": "none"}),
    (wire.Task, "file", {}, {"status_indicator": "none", "sources": []}),
    (wire.Task, "image", {}, {"status_indicator": "none"}),
    (wire.AnySource, "file", {"title": "T", "filename": "f"}, {}),
    (wire.AnySource, "url", {"title": "T", "url": "https://example.com"}, {}),
    (wire.AnySource, "entity", {"title": "T", "id": "e"}, {"interactive": False, "data": {}}),
    (wire.Attachment, "file", {"id": "a", "name": "n", "mime_type": "m/m"}, {}),
    (wire.Attachment, "image", {"id": "a", "name": "n", "mime_type": "m/m", "preview_url": "u"}, {}),
    (wire.ThreadStatus, "active", {}, {}),
    (wire.ThreadStatus, "locked", {}, {}),
    (wire.ThreadStatus, "closed", {}, {}),
    (wire.StructuredInput, "multiple_choice", {"id": "q", "question": "?", "options": []}, {"multiple": False}),
    (wire.StructuredInput, "freeform", {"id": "q", "question": "?"}, {}),
    (wire.UserMessageContent, "input_text", {"text": "x"}, {}),
    (wire.UserMessageContent, "input_tag", {"id": "g", "text": "x"}, {"data": {}, "interactive": False}),
    (wire.AssistantMessageContent, "output_text", {"text": "x"}, {"annotations": []}),
    (wire.Annotation, "annotation", {"source": URL}, {}),
]
ROWS = REQUESTS + EVENTS + UPDATES + ITEMS + SMALL
PARAMS = [pytest.param(*row, id=f"{row[1]}-{index}") for index, row in enumerate(ROWS)]


@pytest.mark.parametrize(("union", "tag", "needed", "defaults"), PARAMS)
def test_defaults_are_written_and_nothing_else_is(
    union: Any, tag: str, needed: dict[str, Any], defaults: dict[str, Any]
) -> None:
    body = json.dumps({**needed, "type": tag})
    assert json.loads(wire.encode(msgspec.json.decode(body, type=union))) == {"type": tag, **needed, **defaults}


@pytest.mark.parametrize(("union", "tag", "needed", "defaults"), PARAMS)
def test_what_is_needed_is_needed(union: Any, tag: str, needed: dict[str, Any], defaults: dict[str, Any]) -> None:
    for name in needed:
        body = json.dumps({"type": tag, **{key: needed[key] for key in needed if key != name}})
        with pytest.raises(msgspec.ValidationError, match=f"missing required field `{name}`"):
            msgspec.json.decode(body, type=union)


def _members(union: Any) -> tuple[type[Struct], ...]:
    return get_args(union) or (union,)


def _tag(message: type[Struct]) -> Any:
    return message.__struct_config__.tag


def test_the_table_has_every_message_once() -> None:
    assert len(ROWS) == 68
    for union in {id(row[0]): row[0] for row in ROWS}.values():
        tags = [row[1] for row in ROWS if row[0] is union]
        assert sorted(tags) == sorted(map(_tag, _members(union)))


UNTAGGED: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
    (wire.Page[wire.ThreadItem], {}, {"data": [], "has_more": False}),
    (wire.Thread, {key: THREAD[key] for key in ("id", "created_at", "items")}, {"status": ACTIVE, "metadata": {}}),
    (wire.ThreadMetadata, {"id": "t", "created_at": AT}, {"status": ACTIVE, "metadata": {}}),
    (wire.InferenceOptions, {}, {}),
    (wire.UserMessageInput, {"content": []}, {"attachments": [], "inference_options": {}}),
    (wire.StructuredInputAnswer, {}, {"values": [], "skipped": False}),
    (wire.StructuredInputAnswerSubmission, {}, {"values": [], "skipped": False}),
    (wire.StructuredInputSubmission, {}, {"status": "answered", "answers": {}}),
    (wire.AttachmentUploadDescriptor, {"url": "u", "method": "PUT"}, {"headers": {}}),
    (wire.Workflow, {"type": "custom", "tasks": []}, {"expanded": False}),
    (wire.WorkflowSummary, {"title": "T"}, {}),
    (wire.WorkflowSummary, {"duration": 0}, {}),
    (wire.Action, {"type": "a"}, {"payload": None}),
    (wire.SyncCustomActionResponse, {}, {}),
    (wire.Empty, {}, {}),
    (wire.ErrorReply, {"message": "m", "code": "bad_request"}, {}),
]


@pytest.mark.parametrize(
    ("shape", "needed", "defaults"),
    [pytest.param(*row, id=f"{getattr(row[0], '__name__', row[0])}-{i}") for i, row in enumerate(UNTAGGED)],
)
def test_objects_without_a_tag(shape: Any, needed: dict[str, Any], defaults: dict[str, Any]) -> None:
    written = json.loads(wire.encode(msgspec.json.decode(json.dumps(needed), type=shape)))
    assert written == needed | defaults


SUFFIXES = {
    wire.ThreadItem: "Item",
    wire.Task: "Task",
    wire.AnySource: "Source",
    wire.Attachment: "Attachment",
    wire.ThreadStatus: "Status",
}
NAMED_OTHERWISE = {
    wire.HiddenContextItem: "the tag has the suffix already",
    wire.SDKHiddenContextItem: "SDK is a word of capitals",
    wire.URLSource: "URL is a word of capitals",
    wire.SearchTask: "the official name",
    wire.ErrorEvent: "`Error` alone reads as an exception",
    wire.StreamOptionsEvent: "`StreamOptions` is what it carries",
}


@pytest.mark.parametrize("union", [wire.Request, wire.ThreadStreamEvent, wire.ThreadItemUpdate, *SUFFIXES])
def test_a_message_is_named_by_the_words_of_its_tag(union: Any) -> None:
    for message in _members(union):
        words = re.split(r"[._]", _tag(message))
        name = "".join(word.capitalize() for word in words) + SUFFIXES.get(union, "")
        assert (message.__name__ == name) is (message not in NAMED_OTHERWISE), message


def test_the_six_streaming_requests() -> None:
    assert {_tag(message) for message in get_args(wire.StreamingRequest)} == {
        "threads.create",
        "threads.add_user_message",
        "threads.add_client_tool_output",
        "threads.add_structured_input",
        "threads.retry_after_item",
        "threads.custom_action",
    }
    assert set(get_args(wire.StreamingRequest)) | set(get_args(wire.JSONRequest)) == set(get_args(wire.Request))


def test_two_items_are_hidden_and_nine_are_not() -> None:
    hidden = {
        message
        for message in get_args(wire.ThreadItem)
        if wire.is_hidden(
            wire.decode_item(json.dumps(next(n | {"type": t} for _, t, n, _ in ITEMS if t == _tag(message))))
        )
    }
    assert hidden == set(get_args(wire.HiddenItem))
    assert set(get_args(wire.VisibleItem)) == set(get_args(wire.ThreadItem)) - hidden


def test_a_summary_says_something() -> None:
    with pytest.raises(ValueError, match="`title` or a `duration`"):
        wire.WorkflowSummary(icon="agent")


def test_d8_an_address_stays_as_it_is() -> None:
    image = {"type": "image", "id": "a", "name": "n", "mime_type": "m/m", "preview_url": "https://example.com"}
    assert json.loads(wire.encode(wire.decode_attachment(json.dumps(image)))) == image


def test_d21_a_widget_is_passed_on_without_its_nulls() -> None:
    widget = {"type": "Card", "size": None, "new": {"prop": None, "a": 1}, "children": None}
    item = wire.decode_item(json.dumps({"type": "widget", **WHO, "widget": widget}))
    assert json.loads(wire.encode(item))["widget"] == {"type": "Card", "new": {"a": 1}, "children": None}


def test_every_name_is_exported_in_order() -> None:
    assert all(hasattr(wire, name) for name in wire.__all__)
    assert len(set(wire.__all__)) == len(wire.__all__) > 120
