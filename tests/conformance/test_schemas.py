"""The schemas are fresh, are JSON Schema, and say what the codec does: drawn, recorded and damaged messages agree."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec import Struct, inspect

import chatkit_protocol as wire
from chatkit_conformance.cli import main
from chatkit_conformance.schemas.components import COMPONENTS, kind
from chatkit_conformance.schemas.json_schema import Definitions
from chatkit_conformance.schemas.typescript import Declarations
from chatkit_conformance.schemas.view import View
from chatkit_conformance.strategies import strategy, widgets
from chatkit_protocol.attachments import AttachmentBase
from chatkit_protocol.replies import REPLIES
from chatkit_protocol.revisions import LATEST, REVISIONS, at
from chatkit_protocol.widgets import ROOTS
from support.schemas import ASKED, EVENTS, REFUSED, REQUESTS, SCHEMAS, SENT, document, sent, validator

JSON_SCHEMAS = sorted(
    path.relative_to(SCHEMAS).as_posix()
    for path in SCHEMAS.rglob("*.json")
    if path.name not in {"openapi.json", "asyncapi.json"}
)


def _texts(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "README.md")
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_the_folder_is_what_the_generator_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "not yet there"
    assert main(["schemas", str(folder), "--record", str(SCHEMAS.parent / "conformance")]) == 0
    made, there = _texts(folder), _texts(SCHEMAS)
    assert capsys.readouterr().out == f"{len(made)} files in {folder}\n"
    assert there.keys() == made.keys()
    assert [name for name, text in made.items() if there[name] != text] == [], "make schemas"


@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(Definitions(View(at(LATEST), "sends")).of, id="json-schema"),
        pytest.param(Declarations(View(at(LATEST), "sends")).of, id="typescript"),
        pytest.param(kind, id="component"),
    ],
)
def test_a_type_that_no_message_has_is_refused(spell: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"Bytes|bytes"):
        spell(bytes if spell is kind else inspect.BytesType())


def test_every_revision_has_its_files() -> None:
    folders = {name.rpartition("/")[0] or REVISIONS[-1] for name in JSON_SCHEMAS}
    assert folders == set(REVISIONS)


@pytest.mark.parametrize("name", JSON_SCHEMAS)
def test_it_is_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(document(name))


@pytest.mark.parametrize("path", sorted(SCHEMAS.rglob("*.json")), ids=lambda path: str(path.relative_to(SCHEMAS)))
def test_every_reference_leads_somewhere_and_every_definition_is_used(path: Path) -> None:
    whole = json.loads(path.read_text(encoding="utf-8"))
    references = set(_references(whole))
    for reference in references:
        place = whole
        for step in reference.removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/")]
    home = "#/$defs/" if "$defs" in whole else "#/components/schemas/"
    defined = {home + name for name in whole.get("$defs") or whole["components"]["schemas"]}
    assert len(defined) > 20
    assert {one for one in references if one.startswith(home)} == defined


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (one for key, one in value.items() if key == "$ref" and isinstance(one, str))
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _references(one)


def test_every_message_and_field_is_described_as_its_docstring_says() -> None:
    events = document("events.json")["$defs"]
    assert events["Notice"]["description"] == wire.Notice.__doc__
    assert events["Notice"]["properties"]["message"] == {"description": "Markdown.", "type": "string"}
    bare = {name for name, schema in events.items() if "type" in schema and "description" not in schema}
    assert bare == set()


OTHERS: list[Any] = [None, True, 1, 1.5, "2026-01-01T00:00:00Z", [], {}, {"type": "no.such.type"}]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Name every value inside a value, by its holder and key."""
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in held for found in [(value, key), *places(one)]]


@st.composite
def damaged(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Any:
    """Draw a message with one value taken out, added, or of another kind."""
    value = deepcopy(sent(draw(values)))
    holder, key = draw(st.sampled_from(places(value)))
    how = draw(st.sampled_from(["out", "other", "added"]))
    if how == "out":
        del holder[key]
    elif how == "other" or isinstance(holder, list):
        holder[key] = draw(st.sampled_from(OTHERS))
    else:
        holder["no_such_field"] = draw(st.sampled_from(OTHERS))
    return value


@given(REQUESTS)
def test_every_request_is_valid(request: wire.Request) -> None:
    validator("requests.json").validate(sent(request))


@given(EVENTS)
def test_every_event_is_valid(event: wire.ThreadStreamEvent) -> None:
    validator("events.json").validate(sent(event))


@given(strategy(wire.ThreadItem, {key: SENT[key] for key in SENT if isinstance(key, tuple)}))
def test_every_item_is_valid(item: wire.ThreadItem) -> None:
    value = sent(item)
    validator("items.json").validate(value)
    visible = validator("events.json").is_valid({"type": "thread.item.done", "item": value})
    assert visible is not wire.is_hidden(item)


@given(st.data())
def test_every_reply_is_valid_as_the_reply_to_its_request(data: st.DataObject) -> None:
    request, shape = data.draw(st.sampled_from(list(REPLIES.items())))
    value = sent(data.draw(strategy(shape, SENT)))
    validator("replies.json", f"{request.__name__}Reply").validate(value)
    validator("replies.json").validate(value)


@given(damaged(REQUESTS))
def test_a_request_is_valid_exactly_if_the_server_reads_it(value: Any) -> None:
    try:
        wire.decode_request(json.dumps(value).encode())
    except wire.RequestError:
        assert not validator("requests.json").is_valid(value)
    else:
        assert list(validator("requests.json").iter_errors(value)) == []


@given(damaged(EVENTS))
def test_an_event_is_valid_exactly_if_it_is_written_as_we_write_it(value: Any) -> None:
    try:
        event = wire.decode_event(json.dumps(value))
    except msgspec.DecodeError:
        assert not validator("events.json").is_valid(value)
    else:
        ours = sent(event) == value and _is_sent(event)
        assert validator("events.json").is_valid(value) is ours, value


def _is_sent(value: Any) -> bool:
    """Whether a value that was read has nothing that is only stored, and only widgets that a client shows."""
    if isinstance(value, list):
        return all(map(_is_sent, value))
    if not isinstance(value, Struct):
        return True
    here = (
        not isinstance(value, get_args(wire.HiddenItem))
        and not (isinstance(value, wire.ThreadMetadata) and value.metadata)
        and not (isinstance(value, AttachmentBase) and value.metadata is not wire.UNSET)
        and not (isinstance(value, (wire.WidgetItem, wire.WidgetRootUpdated)) and value.widget.get("type") not in ROOTS)
        and not (isinstance(value, wire.WidgetComponentUpdated) and not isinstance(value.component.get("type"), str))
    )
    return here and all(_is_sent(getattr(value, name)) for name in value.__struct_fields__)


# What is refused, one by one.


@pytest.mark.parametrize(("name", "right", "wrong"), REFUSED)
def test_what_is_wrong_is_refused(name: str, right: Any, wrong: Any) -> None:
    validator(name).validate(right)
    assert not validator(name).is_valid(wrong)


MESSAGE: dict[str, Any] = {"content": [{"type": "input_text", "text": "hi"}]}
TAG = {"type": "input_tag", "id": "i", "text": "t"}
LENIENT = [
    pytest.param({"type": "threads.list"}, id="no-params"),
    pytest.param({"type": "threads.list", "params": None}, id="null-params"),
    pytest.param({"type": "threads.list", "params": {"limit": "5", "after": None}}, id="limit-in-digits"),
    pytest.param({"type": "threads.list", "params": {"limit": 9999, "metadata": {}}}, id="further-field"),
    pytest.param(ASKED | {"metadata": None}, id="null-metadata"),
    pytest.param({"type": "threads.create", "params": {"input": MESSAGE}}, id="no-attachments"),
    pytest.param(
        {"type": "threads.create", "params": {"input": MESSAGE | {"attachments": None, "inference_options": None}}},
        id="null-attachments",
    ),
    pytest.param({"type": "threads.create", "params": {"input": {"content": [TAG | {"group": None}]}}}, id="bare-tag"),
]


@pytest.mark.parametrize("value", LENIENT)
def test_what_clients_in_the_wild_send_is_accepted(value: Any) -> None:
    wire.decode_request(json.dumps(value).encode())
    validator("requests.json").validate(value)


ADMITTED = [
    pytest.param({"type": "Hologram", "depth": 3}, id="unknown-component"),
    pytest.param({"type": "Text", "value": "x", "sparkle": True}, id="unknown-prop"),
    pytest.param({"type": "Box", "children": [{"type": "Hologram"}]}, id="deeper"),
    pytest.param({"type": "Box", "children": None}, id="no-children"),
    pytest.param({"type": "Transition", "children": None}, id="no-child"),
    pytest.param({"type": "Button", "label": "x", "onClickAction": {"type": "a", "payload": {"b": [1]}}}, id="action"),
]


@pytest.mark.parametrize("component", ADMITTED)
def test_a_widget_may_be_ahead_of_us(component: Any) -> None:
    validator("widgets.json").validate({"type": "Basic", "children": [component]})


RENDERED = json.loads((SCHEMAS.parent / "tests/protocol/data/rendered.json").read_text(encoding="utf-8"))["cases"]


@given(widgets())
def test_every_widget_is_valid(widget: Any) -> None:
    validator("widgets.json").validate(widget)


def test_the_python_of_the_readme_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    code = (SCHEMAS / "README.md").read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(SCHEMAS.parent)
    exec(code, {})
    assert capsys.readouterr().out == "$ 'message' is a required property\n"


def test_every_component_is_described_and_rendered_templates_fit() -> None:
    assert {one.__name__ for one in COMPONENTS} <= document("widgets.json")["$defs"].keys()
    for case in RENDERED:
        validator("widgets.json").validate(case["widget"])
