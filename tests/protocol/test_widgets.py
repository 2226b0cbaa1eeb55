"""The typed widgets are those of the JS types and the Python SDK, and `plain` writes what the wire carries."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from chatkit_protocol import widgets
from chatkit_protocol.base import UNSET, UnsetType
from chatkit_protocol.icons import ICONS, is_icon
from chatkit_protocol.widgets import (
    ROOTS,
    ActionConfig,
    AreaSeries,
    BarSeries,
    Basic,
    Box,
    Button,
    Card,
    CardAction,
    Chart,
    Component,
    DatePicker,
    Image,
    LineSeries,
    ListView,
    ListViewItem,
    Root,
    Text,
    Transition,
    plain,
)
from chatkit_protocol.widgets.parts import Node

TYPED = json.loads((Path(__file__).parent / "data" / "widget_props.json").read_text())

ABSTRACT = {Node, Root, Component}
COMPONENTS: dict[str, type[Node]] = {
    cls.__struct_config__.tag: cls
    for cls in vars(widgets).values()
    if isinstance(cls, type) and issubclass(cls, Node) and cls not in ABSTRACT
}
SIZES = {f"{bound}{side}" for bound in ("min", "max") for side in ("Height", "Width", "Size")}

PYTHON_ONLY: dict[str, set[str]] = {
    # The JS types have no chart at all.
    "Chart": {"key", "id", "data", "series", "xAxis", "showYAxis", "showLegend", "showTooltip", "barGap"}
    | {"barCategoryGap", "flex", "height", "width", "size", "aspectRatio"}
    | SIZES,
    # The Python SDK gives an image the colour and the flex factor of a box.
    "Image": {"background", "flex"},
    # The JS types leave it to the client when a list can be searched.
    "Select": {"searchable"},
}
PYTHON_ONLY_VALUES: dict[str, set[str]] = {
    # The JS types know an action as it comes back; where it goes and what it waits for is the SDK's.
    "ActionConfig": {"handler", "loadingBehavior", "streaming"},
    # Documented by the Python SDK only.
    "SelectOption": {"disabled", "description"},
}
SERIES = {
    BarSeries: {"type", "dataKey", "label", "color", "stack"},
    AreaSeries: {"type", "dataKey", "label", "color", "stack", "curveType"},
    LineSeries: {"type", "dataKey", "label", "color", "curveType"},
}


def props(shape: type) -> dict[str, bool]:
    """Every prop of a component or value, and whether it must be given."""
    if is_typeddict(shape):
        return {name: name in shape.__required_keys__ for name in get_type_hints(shape)}
    return {f.name: f.required for f in fields(shape)}


def typed_props(table: dict[str, list[str]]) -> dict[str, bool]:
    return {name.rstrip("?"): not name.endswith("?") for name in table}


def words(hint: Any) -> set[str]:
    """The literal strings that a prop takes at its own level."""
    if get_origin(hint) is Literal:
        return {word for word in get_args(hint) if isinstance(word, str)}
    if get_origin(hint) in {Union, UnionType, NotRequired}:
        return set().union(*map(words, get_args(hint)))
    return set()


def test_every_component_of_the_js_types_has_a_builder() -> None:
    assert set(COMPONENTS) - {"Chart"} == set(TYPED["components"])


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_props_of_a_component_are_those_of_the_js_types(name: str) -> None:
    extra = PYTHON_ONLY.get(name, set())
    expected = typed_props(TYPED["components"].get(name, {}))
    assert not extra & set(expected), "the JS types have caught up"
    assert {k: v for k, v in props(COMPONENTS[name]).items() if k not in extra} == expected
    assert extra <= set(props(COMPONENTS[name]))


@pytest.mark.parametrize("name", sorted(TYPED["values"]))
def test_keys_of_a_value_are_those_of_the_js_types(name: str) -> None:
    shape = getattr(widgets, name)
    extra = PYTHON_ONLY_VALUES.get(name, set())
    expected = typed_props(TYPED["values"][name])
    assert not extra & set(expected), "the JS types have caught up"
    assert {k: v for k, v in props(shape).items() if k not in extra} == expected
    assert extra <= set(props(shape))


CHOICES = [
    pytest.param(shape, prop.rstrip("?"), choices, id=f"{name}.{prop}")
    for group, found in (("components", COMPONENTS), ("values", vars(widgets)))
    for name, table in TYPED[group].items()
    for shape in [found[name]]
    for prop, choices in table.items()
]


@pytest.mark.parametrize(("shape", "prop", "choices"), CHOICES)
def test_words_of_a_prop_are_those_of_the_js_types(shape: type, prop: str, choices: list[str]) -> None:
    found = words(get_type_hints(shape)[prop])
    assert found - (ICONS if found >= ICONS else set()) == set(choices)


@pytest.mark.parametrize(("series", "expected"), SERIES.items(), ids=lambda p: getattr(p, "__name__", ""))
def test_series_of_a_chart(series: type[msgspec.Struct], expected: set[str]) -> None:
    chart = Chart(data=[{"day": "Mon", "n": 3}], series=[full(series)], xAxis={"dataKey": "day"})
    assert set(plain(chart)["series"][0]) == expected
    assert plain(chart)["series"][0]["type"] == series.__name__.removesuffix("Series").lower()


SAMPLES = {str: "x", float: 1.5, int: 2, bool: True, Any: {"a": 1}, datetime: datetime(2030, 1, 2, tzinfo=UTC)}
SAMPLES |= {Component: Text(value="x"), Root: Card(children=[])}


def sample(hint: Any) -> Any:
    """Make some value of a prop's type."""
    if hint in SAMPLES:
        return SAMPLES[hint]
    if origin := get_origin(hint):
        return GENERIC[origin](*get_args(hint))
    if is_typeddict(hint):
        return {name: sample(inner) for name, inner in get_type_hints(hint).items()}
    return full(hint)


GENERIC = {
    Literal: lambda *words: words[0],
    NotRequired: sample,
    Sequence: lambda inner: [sample(inner)],
    dict: lambda _, inner: {"k": sample(inner)},
    Mapping: lambda _, inner: {"k": sample(inner)},
    Union: lambda *either: sample(next(arg for arg in either if arg not in {NoneType, UnsetType})),
}
GENERIC[UnionType] = GENERIC[Union]


def full(shape: type[msgspec.Struct]) -> Any:
    shape = BarSeries if shape.__name__ == "Series" else shape
    return shape(**{name: sample(hint) for name, hint in get_type_hints(shape).items() if name in props(shape)})


def minimal(shape: type[Node]) -> Any:
    hints = get_type_hints(shape)
    return shape(**{name: sample(hints[name]) for name, required in props(shape).items() if required})


def on_the_wire(component: Node) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(msgspec.json.encode(plain(component)))
    return found


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_a_minimal_component_writes_its_type_and_what_it_must(name: str) -> None:
    shape = COMPONENTS[name]
    written = on_the_wire(minimal(shape))
    assert written["type"] == name
    assert set(written) == {"type"} | {prop for prop, required in props(shape).items() if required}


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_a_full_component_writes_every_prop_under_its_name(name: str) -> None:
    shape = COMPONENTS[name]
    written = on_the_wire(full(shape))
    assert written["type"] == name
    assert set(written) == {"type", *props(shape)}


def test_roots_are_the_root_classes() -> None:
    assert {name for name, shape in COMPONENTS.items() if issubclass(shape, Root)} == ROOTS


def test_an_action_writes_its_defaults() -> None:
    written = plain(Button(onClickAction=ActionConfig(type="go")))["onClickAction"]
    assert written == {"type": "go", "handler": "server", "loadingBehavior": "auto", "streaming": True}


def test_a_component_of_ones_own() -> None:
    class Sparkline(Component, kw_only=True, tag="Sparkline"):
        points: Sequence[float]

    assert plain(Card(children=[Sparkline(points=(1, 2.5))]))["children"] == [
        {"type": "Sparkline", "points": [1, 2.5]},
    ]


class Colour(Enum):
    RED = "red"


class Level(StrEnum):
    HIGH = "high"


class Order(msgspec.Struct, rename="camel"):
    order_id: int
    note: str | UnsetType | None = UNSET


WRITTEN = [
    pytest.param({"type": "X", "a": None}, {"type": "X"}, id="a null prop is left out"),
    pytest.param({"type": "X", "a": [None, 1, [None]]}, {"type": "X", "a": [1, []]}, id="a null in a list"),
    pytest.param({"a": {"b": {"c": None}}}, {"a": {"b": {}}}, id="a null far down"),
    pytest.param({"children": None}, {"children": None}, id="null children stay"),
    pytest.param({"p": {"children": None}}, {"p": {"children": None}}, id="null children stay far down"),
    pytest.param({"children": [None]}, {"children": []}, id="a null among children"),
    pytest.param({"a": (None, 1)}, {"a": [1]}, id="a tuple is a list"),
    pytest.param({"a": UNSET, "children": UNSET, "b": [UNSET]}, {"b": []}, id="unset is left out"),
    pytest.param({"a": 0, "b": "", "c": False, "d": [], "e": {}}, None, id="what is empty stays"),
    pytest.param({"type": "New", "speed": 3, "some-prop": [1]}, None, id="what is unknown stays"),
    pytest.param({"type": "X", "children": {"type": "Y"}}, None, id="a single child"),
    pytest.param({"n": 2**70, "é": "漢😀", "f": 1e300}, None, id="big numbers and all of Unicode"),
    pytest.param(Text(value="x", id=None), {"type": "Text", "value": "x"}, id="None in a builder"),
    pytest.param(Transition(children=None), {"type": "Transition", "children": None}, id="an empty transition"),
    pytest.param(
        Box(children=[{"type": "New", "slot": Text(value="in")}]),
        {"type": "Box", "children": [{"type": "New", "slot": {"type": "Text", "value": "in"}}]},
        id="a builder in JSON in a builder",
    ),
    pytest.param(
        ActionConfig(type="go", payload={"a": None, "b": [None, 1]}, streaming=False),
        {
            "type": "go",
            "payload": {"b": [1]},
            "handler": "server",
            "loadingBehavior": "auto",
            "streaming": False,
        },
        id="nulls in a payload too",
    ),
    pytest.param(
        DatePicker(name="d", min=date(2030, 1, 2), max=datetime(2030, 1, 2, 3, tzinfo=UTC)),
        {"type": "DatePicker", "name": "d", "min": "2030-01-02", "max": "2030-01-02T03:00:00Z"},
        id="dates",
    ),
    pytest.param({"p": Order(7)}, {"p": {"orderId": 7}}, id="a struct of the app"),
    pytest.param({"p": [Colour.RED, Level.HIGH]}, {"p": ["red", "high"]}, id="enums"),
    pytest.param(MappingProxyType({"a": None, "b": 1}), {"b": 1}, id="any mapping"),
]


@pytest.mark.parametrize(("widget", "expected"), WRITTEN)
def test_plain(widget: Any, expected: dict[str, Any] | None) -> None:
    made = plain(widget)
    assert made == (widget if expected is None else expected)
    assert json.loads(msgspec.json.encode(made)) == made


LOOP: dict[str, Any] = {"type": "Card"}
LOOP["children"] = [LOOP]

REFUSED = [
    pytest.param({"a": [1, {"b c": {1}}]}, TypeError, "$.a[1]['b c']: a value of type set", id="a set"),
    pytest.param({"a": b"x"}, TypeError, "$.a: a value of type bytes", id="bytes"),
    pytest.param({"a": object()}, TypeError, "$.a: a value of type object", id="an object"),
    pytest.param({"a": {1: 2}}, TypeError, "$.a: a key is a string, not a value of type int", id="a key"),
    pytest.param(
        Card(children=[Image(src="x"), Image(src="y", aspectRatio=float("nan"))]),
        ValueError,
        "$.children[1].aspectRatio: nan",
        id="not a number",
    ),
    pytest.param({"a": float("-inf")}, ValueError, "$.a: -inf", id="infinity"),
    pytest.param({"a": ["\ud83d"]}, ValueError, "$.a[0]: a text with half", id="half a character"),
    pytest.param(LOOP, ValueError, "$: nested too deeply", id="itself"),
    pytest.param([], TypeError, "$: a widget is an object, not a value of type list", id="a list at the top"),
    pytest.param(None, TypeError, "$: a widget is an object", id="nothing"),
    pytest.param("x", TypeError, "$: a widget is an object", id="a text"),
]


@pytest.mark.parametrize(("widget", "error", "message"), REFUSED)
def test_what_is_not_json_is_refused_with_its_place(widget: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        plain(widget)
    assert str(caught.value).startswith(message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["children", "a", "b"]), inner),
    max_leaves=12,
)


def nulls(value: Any) -> int:
    """Count the nulls that do not stand under `children`."""
    if isinstance(value, dict):
        return sum(nulls(v) + (v is None and k != "children") for k, v in value.items())
    return sum(nulls(v) + (v is None) for v in value) if isinstance(value, list) else 0


@given(st.dictionaries(st.sampled_from(["children", "a", "b"]), JSON))
def test_plain_leaves_no_null_and_changes_nothing_else(widget: dict[str, Any]) -> None:
    before = json.dumps(widget)
    made = plain(widget)
    assert json.dumps(widget) == before
    assert nulls(made) == 0
    assert plain(made) == made
    if nulls(widget) == 0:
        assert made == widget


def test_plain_shares_nothing_with_its_input() -> None:
    row: dict[str, Any] = {"type": "ListViewItem", "children": []}
    made = plain(ListView(children=[row, ListViewItem(children=[])]))
    row["children"].append({"type": "Text", "value": "later"})
    assert made["children"][0] == {"type": "ListViewItem", "children": []}


def test_a_whole_widget() -> None:
    confirm: CardAction = {"label": "Send", "action": ActionConfig(type="send")}
    card = Card(children=[Text(value="Hi", id="t", streaming=True)], padding={"x": 4}, confirm=confirm)
    action = {"type": "send", "handler": "server", "loadingBehavior": "auto", "streaming": True}
    assert plain(Basic(children=[card], gap=2)) == {
        "type": "Basic",
        "gap": 2,
        "children": [
            {
                "type": "Card",
                "padding": {"x": 4},
                "confirm": {"label": "Send", "action": action},
                "children": [{"type": "Text", "value": "Hi", "id": "t", "streaming": True}],
            },
        ],
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("sparkle-double", True, id="built in"),
        pytest.param("clock", True, id="not among the icons of widgets in the JS types"),
        pytest.param("dot", True, id="not among the other icons of the JS types"),
        pytest.param("vendor:acme", True, id="vendor"),
        pytest.param("lucide:a-arrow-up", True, id="lucide"),
        pytest.param("Sparkle", False, id="case counts"),
        pytest.param("fa:star", False, id="another prefix"),
        pytest.param("", False, id="empty"),
    ],
)
def test_is_icon(name: str, expected: bool) -> None:
    assert is_icon(name) is expected


def test_there_are_64_icons() -> None:
    assert len(ICONS) == 64
