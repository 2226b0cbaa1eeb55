"""Revisions: what exists since when, as the docstrings say it too, and what a revision does not know."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, inspect, to_builtins

import chatkit_protocol as wire
from chatkit_conformance.schemas.docs import about, about_fields
from chatkit_conformance.strategies import strategy
from chatkit_protocol.revisions import CHANGES, LATEST, REVISIONS, Added, Dropped, Relaxed, at

SINCE = re.compile(r"(?:^|[.,] |\()[Ss]ince (\d[\d.]*\d)")

VERSIONS = [
    ("1.0.0", "1.0"),
    ("1.0", "1.0"),
    ("1.0.2", "1.0.1"),
    ("1.2", "1.1"),
    ("1.3.1", "1.3.1"),
    ("1.4.0", "1.4"),
    ("1.5.2", "1.5"),
    ("1.6.5", "1.6.4"),
    ("2.0", LATEST),
]


@pytest.mark.parametrize(("version", "revision"), VERSIONS)
def test_a_version_speaks_a_revision(version: str, revision: str) -> None:
    assert at(version).name == revision
    assert repr(at(version)) == f"Revision('{revision}')"


@pytest.mark.parametrize("version", ["", "0.0.2", "newest", "1.x", "-1"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"the revisions are 1\.0, "):
        at(version)


def test_revisions_stand_in_their_order() -> None:
    assert list(REVISIONS) == sorted(REVISIONS, key=lambda name: tuple(map(int, name.split("."))))


def _messages() -> set[type[Struct]]:
    found = {thing for thing in vars(wire).values() if isinstance(thing, type) and issubclass(thing, Struct)}
    return {base for message in found for base in message.__mro__ if base.__module__.startswith("chatkit_protocol.")}


def test_the_docstrings_and_the_table_agree() -> None:
    written = {
        (message, name, since[1])
        for message in _messages()
        for name, text in [("", about(message)), *about_fields(message).items()]
        if (since := SINCE.search(text)) and (not name or name in vars(message).get("__annotations__", {}))
    }
    # A message without a tag is as old as the field that leads to it.
    written -= {(wire.AttachmentUploadDescriptor, "", "1.5")}
    table = {
        (change.message, change.field, name)
        for name, changes in CHANGES.items()
        for change in changes
        if isinstance(change, Added)
    }
    assert written == table


def test_the_table_names_fields_that_exist() -> None:
    for change in (change for changes in CHANGES.values() for change in changes):
        names = {field.name for field in _info(change.message).fields}
        assert change.message in _messages()
        assert (change.field in names | {""}) is not isinstance(change, Dropped)


def _info(message: type[Struct]) -> inspect.StructType:
    info = inspect.type_info(message)
    assert isinstance(info, inspect.StructType)
    return info


HAS = [
    pytest.param("1.3", wire.StreamOptionsEvent, "", False, id="message-before"),
    pytest.param("1.4", wire.StreamOptionsEvent, "", True, id="message-since"),
    pytest.param("1.5.3", wire.ImageAttachment, "thread_id", False, id="inherited-field-before"),
    pytest.param("1.6", wire.ImageAttachment, "thread_id", True, id="inherited-field-since"),
    pytest.param("1.0", wire.Thread, "allowed_image_domains", False, id="field-of-a-base"),
    pytest.param("1.0", wire.Notice, "title", True, id="from-the-start"),
]


@pytest.mark.parametrize(("version", "message", "field", "has"), HAS)
def test_a_revision_has(version: str, message: type[Struct], field: str, has: bool) -> None:
    assert at(version).has(message, field) is has


FIELDS = [
    pytest.param("1.4.1", wire.FileAttachment, {"id", "name", "mime_type", "upload_url"}, id="dropped-later"),
    pytest.param("1.5", wire.FileAttachment, {"id", "name", "mime_type", "upload_descriptor"}, id="dropped"),
    pytest.param("1.6.5", wire.Action, {"type", "payload"}, id="relaxed"),
]


@pytest.mark.parametrize(("version", "message", "names"), FIELDS)
def test_the_fields_of_a_message(version: str, message: type[Struct], names: set[str]) -> None:
    assert {field.name for field in at(version).fields(_info(message))} == names


def test_a_payload_was_needed_once() -> None:
    needed = {name: [field.required for field in at(name).fields(_info(wire.Action))] for name in ("1.0", "1.1")}
    assert needed == {"1.0": [True, True], "1.1": [True, False]}
    assert Relaxed(wire.Action, "payload") in CHANGES["1.1"]


ITEM = {"id": "i", "thread_id": "t", "created_at": "2026-01-01T00:00:00Z"}
MESSAGE = ITEM | {"type": "user_message", "content": [], "inference_options": {}}
FILE = {"type": "file", "id": "a", "name": "n", "mime_type": "m"}
UNKNOWN = [
    pytest.param("1.4", wire.ThreadStreamEvent, {"type": "client_effect", "name": "n"}, [], id="known-event"),
    pytest.param(
        "1.3.1", wire.ThreadStreamEvent, {"type": "client_effect", "name": "n"}, ["$: type client_effect"], id="event"
    ),
    pytest.param(
        "1.6.4",
        wire.ThreadStreamEvent,
        {"type": "notice", "level": "info", "message": "m", "colour": 1},
        ["$.colour: field colour"],
        id="field",
    ),
    pytest.param(
        "1.4",
        wire.ThreadStreamEvent,
        {"type": "thread.item.done", "item": MESSAGE | {"attachments": [FILE | {"upload_url": "u"}, FILE | {"x": 1}]}},
        ["$.item.attachments[1].x: field x"],
        id="in-a-list",
    ),
    pytest.param(
        "1.6.4",
        wire.Page[wire.ThreadItem],
        {"data": [MESSAGE | {"attachments": [FILE | {"upload_url": "u"}]}]},
        ["$.data[0].attachments[0].upload_url: field upload_url"],
        id="dropped-field",
    ),
    pytest.param(
        "1.4",
        wire.Page[wire.ThreadItem],
        {"data": [ITEM | {"type": "generated_image"}, ITEM | {"type": "end_of_turn"}]},
        ["$.data[0]: type generated_image"],
        id="item-in-a-page",
    ),
    pytest.param(
        "1.6.4",
        wire.Request,
        {
            "type": "threads.add_structured_input",
            "params": {"thread_id": "t", "item_id": "i", "input": {"answers": {"the question": {"value": "v"}}}},
        },
        ["$.params.input.answers['the question'].value: field value"],
        id="in-a-map",
    ),
    pytest.param(
        "1.6.4",
        wire.ThreadItem,
        ITEM | {"type": "workflow", "workflow": {"type": "custom", "tasks": [], "summary": {"duration": 1, "type": 2}}},
        ["$.workflow.summary.type: field type"],
        id="message-without-a-tag",
    ),
    pytest.param(
        "1.6.4", wire.ThreadItem, ITEM | {"type": "widget", "widget": {"type": "New", "x": {}}}, [], id="free-object"
    ),
    pytest.param("1.6.4", wire.ThreadStreamEvent, {"type": ["notice"]}, [], id="type-of-a-wrong-type"),
    pytest.param("1.6.4", wire.ThreadStreamEvent, ["notice"], [], id="no-object"),
]


@pytest.mark.parametrize(("version", "shape", "value", "found"), UNKNOWN)
def test_what_a_revision_does_not_know(version: str, shape: Any, value: Any, found: list[str]) -> None:
    assert [f"{one.path}: {one.kind} {one.name}" for one in at(version).unknown(value, shape)] == found


@given(st.data())
def test_the_latest_revision_knows_every_message(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([wire.ThreadStreamEvent, wire.Request, wire.Page[wire.Thread]]))
    value = to_builtins(data.draw(strategy(shape)))
    assert list(at(LATEST).unknown(value, shape)) == []


def test_what_is_younger_is_unknown_before() -> None:
    first = at("1.0")
    younger = {change.message for changes in CHANGES.values() for change in changes if not change.field}
    assert len(younger) == 12
    for union in (wire.Request, wire.ThreadStreamEvent, wire.ThreadItemUpdate, wire.ThreadItem):
        tags = {member.__struct_config__.tag: member for member in get_args(union)}
        strange = {tag for tag in tags if list(first.unknown({"type": tag}, union))}
        assert {tags[tag] for tag in strange} == younger & set(get_args(union))
