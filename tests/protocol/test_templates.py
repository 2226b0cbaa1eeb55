"""`.widget` templates give the official SDK's objects, and every fault names its place."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chatkit_protocol.templates import WidgetTemplate, WidgetTemplateError

DATA = Path(__file__).parent / "data"
RECORDED = json.loads((DATA / "rendered.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['template']}: {case['case']}")
def test_a_template_gives_what_the_official_sdk_gives(case: dict[str, Any]) -> None:
    assert WidgetTemplate.load(DATA / f"{case['template']}.widget").build(case["data"]) == case["widget"]


def test_every_template_here_has_a_recorded_case() -> None:
    assert {path.stem for path in DATA.glob("*.widget")} == {case["template"] for case in RECORDED}


def template(source: str, schema: Any = None, **more: Any) -> WidgetTemplate:
    named = {"version": "1.0", "name": "probe", "template": source, **more}
    return WidgetTemplate.parse(named if schema is None else {**named, "jsonSchema": schema})


def card(value: str) -> str:
    return '{"type": "Card", "children": [{"type": "Text", "value": ' + value + "}]}"


ITEMS = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": {"type": "string"}, "first name": {"type": "string"}},
                "additionalProperties": False,
            },
        },
    },
}
GOOD = {"version": "1.0", "name": "n", "template": card('"x"')}

UNREADABLE = [
    pytest.param(b"<html>", "$", "the file is not JSON: line 1, column 1", id="HTML"),
    pytest.param('{\n "version": "1.0",\n}', "$", "the file is not JSON: line ", id="a comma"),
    pytest.param(b'{"version": "\xff"}', "$", "the file is not UTF-8", id="Latin-1"),
    pytest.param('{"version": NaN}', "$", "the file is not JSON: NaN is not a JSON number", id="NaN"),
    pytest.param("[]", "$", "a .widget file holds a JSON object", id="a list"),
    pytest.param({}, "$.version", "version None is not '1.0'", id="no version"),
    pytest.param({**GOOD, "version": "2.0"}, "$.version", "version '2.0' is not '1.0'", id="version 2.0"),
    pytest.param({**GOOD, "version": 1.0}, "$.version", "version 1.0 is not '1.0'", id="version as a number"),
    pytest.param({"version": "1.0", "template": "{}"}, "$.name", "name is missing", id="no name"),
    pytest.param({**GOOD, "template": {"type": "Card"}}, "$.template", "template is missing or not a", id="an object"),
    pytest.param({**GOOD, "template": "{}\n{% if %}"}, "$.template", "line 2: Expected an expression", id="syntax"),
    pytest.param({**GOOD, "template": "{{ x | nope }}"}, "$.template", "line 1: No filter named 'nope'", id="filter"),
    pytest.param({**GOOD, "jsonSchema": []}, "$.jsonSchema", "a JSON Schema is an object", id="a list as schema"),
    pytest.param(
        {**GOOD, "jsonSchema": {"properties": {"a b": {"type": "text"}}}},
        "$.jsonSchema.properties['a b'].type",
        "not a JSON Schema: 'text' is not valid",
        id="a schema with an unknown type",
    ),
]


@pytest.mark.parametrize(("definition", "path", "message"), UNREADABLE)
def test_what_is_not_a_template(definition: Any, path: str, message: str) -> None:
    with pytest.raises(WidgetTemplateError) as caught:
        WidgetTemplate.parse(definition)
    assert caught.value.message.startswith(message)
    assert caught.value.path == path
    assert str(caught.value) == f"{caught.value.message} (at {path})"


UNFIT = [
    pytest.param(None, "$.items", "'items' is a required property", id="no data"),
    pytest.param({"items": [{"title": 7}]}, "$.items[0].title", "7 is not of type 'string'", id="a wrong type"),
    pytest.param({"items": [{}]}, "$.items[0].title", "'title' is a required property", id="a missing key"),
    pytest.param(
        {"items": [{"title": "x", "first name": 7}]},
        "$.items[0]['first name']",
        "7 is not of type 'string'",
        id="a key with a space",
    ),
    pytest.param({"items": [{"title": "x", "more": 1}]}, "$.items[0]", "Additional properties", id="one too many"),
    pytest.param({"items": "x" * 999}, "$.items", "'xxxx", id="a long value is cut"),
]


@pytest.mark.parametrize(("data", "path", "message"), UNFIT)
def test_data_is_checked_against_the_schema(data: Any, path: str, message: str) -> None:
    with pytest.raises(WidgetTemplateError) as caught:
        template(card('"x"'), ITEMS).build(data)
    assert caught.value.message.startswith(f"probe: the data does not match the schema: {message}")
    assert caught.value.path == path
    assert len(caught.value.message) < 300


FAILING = [
    pytest.param(card("\n{{ title }}"), {}, "$.template", "line 2: 'title' is undefined", id="undefined"),
    pytest.param(
        card("{{ title | tojson }}"), {}, "$.template", "line 1: 'title' is undefined", id="undefined as JSON"
    ),
    pytest.param(card("{{ {'a': [title]} | tojson }}"), {}, "$.template", "line 1: 'title' is undefined", id="inside"),
    pytest.param(card("{{ a.b | tojson }}"), {"a": {}}, "$.template", "line 1: 'dict object' has no", id="a key"),
    pytest.param(card("{{ 1 // n }}"), {"n": 0}, "$.template", "line 1: ", id="an exception"),
    pytest.param(card("{{ n.__class__ }}"), {"n": 0}, "$.template", "line 1: access to attribute", id="the sandbox"),
    pytest.param(card("{{ range | tojson }}"), {}, "$.template", "line 1: a value of type function has", id="not JSON"),
    pytest.param(
        card('"{{ title }}"'),
        {"title": 'say "hi"'},
        "$",
        "the rendered template is not JSON: line 1, column 63: Expecting ',' delimiter, near ",
        id="a quote that was not escaped",
    ),
    pytest.param(card("NaN"), {}, "$", "the rendered template is not JSON: NaN is not", id="NaN"),
    pytest.param("[" * 100_000, {}, "$", "the rendered template is not JSON: ", id="very deep"),
    pytest.param(card('"\\ud83d"'), {}, "$.children[0].value", "the rendered template is not JSON: a text", id="half"),
    pytest.param("[1]", {}, "$", "the rendered template is not a JSON object", id="a list"),
    pytest.param('{"type": "Text"}', {}, "$.type", "a widget starts with Basic, Card, ListView, not 'Text'", id="Text"),
    pytest.param("{}", {}, "$.type", "a widget starts with Basic, Card, ListView, not None", id="no type"),
    pytest.param('{"type": ["Card"]}', {}, "$.type", "a widget starts with Basic, Card", id="a list as type"),
    pytest.param(card("1"), {"a": [float("nan")]}, "$.a[0]", "the data is not JSON: nan is not", id="NaN as data"),
    pytest.param(card("1"), {"a": {1, 2}}, "$.a", "the data is not JSON: a value of type set", id="a set as data"),
    pytest.param(card("1"), {"a": msgspec.UNSET}, "$", "the data is not JSON: ", id="unset as data"),
]


@pytest.mark.parametrize(("source", "data", "path", "message"), FAILING)
def test_what_is_not_a_widget(source: str, data: Any, path: str, message: str) -> None:
    with pytest.raises(WidgetTemplateError) as caught:
        template(source).build(data)
    assert caught.value.message.startswith(f"probe: {message}")
    assert caught.value.path == path


def test_text_around_a_fault_is_shown() -> None:
    with pytest.raises(WidgetTemplateError, match=r"near .*say") as caught:
        template(card('"{{ title }}"')).build({"title": 'say "hi"'})
    assert len(str(caught.value)) < 250


class Story(msgspec.Struct):
    title: str
    subtitle: str | msgspec.UnsetType = msgspec.UNSET


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"title": "T"}, id="mapping"),
        pytest.param(Story("T"), id="struct"),
    ],
)
def test_data_may_be_a_mapping_or_a_struct(data: Any) -> None:
    schema = {"type": "object", "properties": {"subtitle": {"type": "string"}}, "required": ["title"]}
    source = card("{{ (subtitle | default(title)) | tojson }}")
    assert template(source, schema).build(data)["children"] == [{"type": "Text", "value": "T"}]


def test_a_tuple_is_an_array_for_the_schema() -> None:
    made = template(card("{{ items[0].title | tojson }}"), ITEMS).build({"items": ({"title": "x"},)})
    assert made["children"][0]["value"] == "x"


def test_null_is_a_value_for_the_template_and_left_out_of_the_widget() -> None:
    made = template('{"type": "Card", "children": [], "size": {{ size | tojson }}}').build({"size": None})
    assert made == {"type": "Card", "children": []}


def test_a_template_cannot_change_the_data() -> None:
    data = {"seen": [1]}
    made = template("{% set _ = seen.append(2) %}" + card("{{ seen | length }}")).build(data)
    assert made["children"][0]["value"] == 2
    assert data == {"seen": [1]}


def test_a_reference_out_of_the_schema_fetches_nothing() -> None:
    probe = template(card("1"), {"$ref": "http://127.0.0.1:9/schema.json"})
    with pytest.raises(WidgetTemplateError, match="refers to what it does not hold") as caught:
        probe.build({})
    assert caught.value.path == "$.jsonSchema"


def test_an_older_dialect_is_followed() -> None:
    draft4 = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "properties": {"n": {"minimum": 1, "exclusiveMinimum": True}},
    }
    assert template(card("1"), draft4).build({"n": 2})
    with pytest.raises(WidgetTemplateError):
        template(card("1"), draft4).build({"n": 1})


def test_relative_paths_start_at_the_current_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)
    assert WidgetTemplate.load("greeting.widget").name == "Greeting"


def test_a_fault_in_a_file_names_the_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.widget"
    broken.write_text('{"version": "0.9"}')
    with pytest.raises(WidgetTemplateError) as caught:
        WidgetTemplate.load(broken)
    assert caught.value.message == f"{broken}: version '0.9' is not '1.0'"
    assert caught.value.path == "$.version"


def test_text_bytes_and_mapping_are_one(tmp_path: Path) -> None:
    raw = (DATA / "forecast.widget").read_bytes()
    data = next(case["data"] for case in RECORDED if case["template"] == "forecast")
    forms = [raw, raw.decode(), json.loads(raw), b"\xef\xbb\xbf" + raw]
    first, *others = [WidgetTemplate.parse(form).build(data) for form in forms]
    assert all(other == first for other in others)
