"""What random scripts are made of: texts, free JSON, sources, tasks, widgets."""

from typing import Any

from hypothesis import strategies as st

JSON = st.SearchStrategy[dict[str, Any]]

WORDS = (
    "hello",
    "two words",
    "",
    "a\nb\r\n",
    "line\u2028separator",
    "é 👩‍👩‍👧 ﷽",
    'quote " and \\',
    "\t<b>&amp;</b>",
)
texts = st.sampled_from(WORDS)
some_text = st.sampled_from([word for word in WORDS if word.strip()])

FREE: tuple[dict[str, Any], ...] = (
    {},
    {"snake_case": 1, "camelCase": None},
    {"deep": {"list": [None, 1, 2.5, True, ""], "null": None}},
    {"type": "thread.created", "id": "x"},
)
free_objects = st.sampled_from(FREE)
free_values = st.sampled_from([None, True, 0, -1.5, "text", [], [1, None], *FREE])
ICONS = ("agent", "write-alt2", "vendor:mine", "lucide:house")


def weighted(*rows: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Draw one of the strategies, each as often as its weight says (`one_of` ignores repetitions)."""
    table = [strategy for weight, strategy in rows for _ in range(weight)]
    return st.integers(0, len(table) - 1).flatmap(table.__getitem__)


def one_of_these(*rows: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw one of the objects."""
    return st.sampled_from(rows)


def some(required: dict[str, Any], optional: dict[str, Any]) -> JSON:
    """Draw an object with all of the first and some of the second fields."""
    return st.fixed_dictionaries(required, optional=optional)


icons = st.sampled_from(ICONS)
about = {"description": texts, "timestamp": st.just("2020-01-01"), "group": some_text}
file_source = some({"type": st.just("file"), "title": texts, "filename": st.just("a.txt")}, about)
url_source = some(
    {"type": st.just("url"), "title": texts, "url": st.sampled_from(["https://example.com", "not a url"])},
    about | {"attribution": some_text},
)
entity_source = some(
    {"type": st.just("entity"), "title": texts, "id": st.just("e1")},
    about
    | {
        "icon": icons,
        "label": some_text,
        "inline_label": some_text,
        "interactive": st.booleans(),
        "data": free_objects,
        "preview": st.just("lazy"),
    },
)
sources = st.one_of(file_source, url_source, entity_source)
annotations = some({"source": sources}, {"type": st.just("annotation"), "index": st.integers(0, 9)})
parts = some({"type": st.just("output_text"), "text": texts}, {"annotations": st.lists(annotations, max_size=2)})

indicator = {"status_indicator": st.sampled_from(["none", "loading", "complete"]), "title": some_text}
tasks = st.one_of(
    some({"type": st.just("custom")}, indicator | {"icon": icons, "content": texts}),
    some(
        {"type": st.just("web_search")},
        indicator
        | {
            "title_query": some_text,
            "queries": st.lists(texts, max_size=2),
            "sources": st.lists(url_source, max_size=2),
        },
    ),
    some({"type": st.just("thought"), "content": texts}, indicator),
    some({"type": st.just("file")}, indicator | {"sources": st.lists(file_source, max_size=2)}),
    some({"type": st.just("image")}, indicator),
)
summaries = st.one_of(some({"title": texts}, {"icon": icons}), some({"duration": st.integers(0, 90)}, {}))
workflows = some(
    {"type": st.sampled_from(["custom", "reasoning"]), "tasks": st.lists(tasks, max_size=3)},
    {"summary": summaries, "expanded": st.booleans()},
)

ACTIONS: tuple[dict[str, Any], ...] = (
    {"type": "go", "handler": "server", "loadingBehavior": "auto", "streaming": True, "payload": {"a": 1}},
    {"type": "go", "handler": "client", "loadingBehavior": "none", "streaming": False},
    # Left to their defaults, which the reference writes out (D21).
    {"type": "short", "payload": {"keep": "me"}},
)
LEAVES: tuple[dict[str, Any], ...] = (
    {"type": "Title", "value": "T", "size": "xl"},
    {"type": "Caption", "value": "c", "color": {"light": "red-100", "dark": "#000"}},
    {"type": "Badge", "label": "new", "pill": True, "color": "success"},
    {"type": "Divider", "flush": True, "spacing": 2},
    {"type": "Icon", "name": "agent", "size": "md"},
    {"type": "Image", "src": "https://example.com/i.png", "fit": "cover", "width": 40, "height": "50%"},
    {"type": "Spacer", "minSize": 4},
    {"type": "Select", "name": "s", "options": [{"value": "1", "label": "one"}], "clearable": False},
    {"type": "DatePicker", "name": "d", "placeholder": "when", "side": "top"},
    {"type": "Checkbox", "name": "c", "label": "on", "defaultChecked": True},
    {"type": "Input", "name": "i", "inputType": "email", "required": True},
    {"type": "Label", "value": "l", "fieldName": "i"},
    {"type": "RadioGroup", "name": "r", "options": [{"label": "a", "value": "1"}], "direction": "col"},
    {"type": "Textarea", "name": "t", "rows": 3, "autoResize": True},
    {
        "type": "Chart",
        "data": [{"x": "a", "y": 1.5}],
        "series": [{"type": "bar", "label": "y", "dataKey": "y"}],
        "xAxis": {"dataKey": "x", "hide": False},
    },
    # In the JS types only: the reference takes it as a component that it does not know.
    {"type": "Table", "children": [{"type": "Table.Row", "header": True, "cells": [1, 2]}]},
    {"type": "NotYetInvented", "future": {"deep": [1, "x"]}},
    {"type": "Text", "value": "nulls go", "id": None, "weight": None},
)
leaves = st.one_of(
    st.sampled_from(LEAVES),
    some({"type": st.just("Button"), "label": texts, "onClickAction": st.sampled_from(ACTIONS)}, {}),
    some({"type": st.sampled_from(["Text", "Markdown"]), "value": texts}, {"streaming": st.booleans()}),
)
components = st.one_of(
    leaves,
    some(
        {"type": st.sampled_from(["Box", "Row", "Col", "Form"]), "children": st.lists(leaves, max_size=2)},
        {"gap": st.sampled_from([2, "4px"]), "padding": st.sampled_from([1, 2.5, {"x": 1, "top": "3px"}])},
    ),
    some({"type": st.just("Transition"), "children": leaves}, {}),
)
children = st.lists(components, min_size=1, max_size=3)
list_item = some({"type": st.just("ListViewItem"), "children": children}, {"onClickAction": st.sampled_from(ACTIONS)})
widgets = st.one_of(
    some(
        {"type": st.just("Card"), "children": children},
        {
            "size": st.sampled_from(["sm", "full"]),
            "asForm": st.booleans(),
            "key": st.just("k"),
            "status": st.just({"text": "done", "icon": "check"}),
            "confirm": st.just({"label": "ok", "action": ACTIONS[0]}),
            "border": st.just({"size": 1}),
        },
    ),
    some({"type": st.just("ListView"), "children": st.lists(list_item, max_size=2)}, {"limit": st.just("auto")}),
    some({"type": st.just("Basic"), "children": children}, {"gap": st.just(3)}),
)


@st.composite
def widget_states(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the states of one widget as it is streamed: texts that grow, and now and then another shape."""
    kind = draw(st.sampled_from(["Text", "Markdown"]))
    before, after = draw(st.lists(leaves, max_size=1)), draw(st.lists(leaves, max_size=1))
    named = {"id": "grows"} if draw(st.integers(0, 5)) else {}
    value, states = "", []
    for last in (False,) * draw(st.integers(0, 3)) + (True,):
        value = draw(st.sampled_from([value, value + "more ", value + "é\n", "other" if draw(st.booleans()) else ""]))
        streaming = {"streaming": not last} if draw(st.booleans()) else {}
        text = {"type": kind, "value": value, **named, **streaming}
        states.append({"type": draw(st.sampled_from(["Card", "Card", "Basic"])), "children": [*before, text, *after]})
    return states
