"""Every component that there is has a renderer, and no widget is too strange to be shown whole."""

from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import Phase, given, settings
from msgspec import UnsetType
from msgspec.structs import fields
from playwright.sync_api import Browser, Page, expect

from chatkit_agents.demo.gallery import gallery
from chatkit_conformance.strategies.widgets import widgets
from chatkit_protocol.fold import components
from chatkit_protocol.icons import ICONS
from chatkit_protocol.widgets import plain
from support.browser import Faults, context_of
from support.stage import Stage
from support.widget_kinds import KINDS, SERIES

JSON = dict[str, Any]
COUNT = 120
"""How many widgets are drawn."""


@pytest.fixture(scope="module")
def props(stage: Stage) -> dict[str, dict[str, list[str] | None]]:
    """The props that the page knows, by component, each with its words."""
    told: dict[str, dict[str, list[str] | None]] = stage.page.evaluate(
        """async () => {
          const { PROPS, SERIES_PROPS } = await import("./inspector/widgets/props.js");
          const { renderers } = await import("./inspector/widgets/renderers.js");
          const options = (checks) =>
            Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check.options ?? null]));
          const known = Object.entries(PROPS).filter(([type]) => type in renderers);
          const all = [...known, ...Object.entries(SERIES_PROPS)];
          return Object.fromEntries(all.map(([type, checks]) => [type, options(checks)]));
        }"""
    )
    return told


def test_every_component_has_a_renderer(props: JSON) -> None:
    assert len(KINDS) > 25
    assert set(props) == set(KINDS) | set(SERIES)


@pytest.mark.parametrize("tag", [*KINDS, *SERIES])
def test_every_prop_is_known_and_no_other(props: JSON, tag: str) -> None:
    assert set(props[tag]) == {field.name for field in fields((KINDS | SERIES)[tag])} | {"type"}


def words(hint: Any) -> set[str] | None:
    """The words of a prop that holds one of some, None if it may hold anything else."""
    members = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    told = [member for member in members if member not in {UnsetType, NoneType}]
    if not told or any(get_origin(member) is not Literal for member in told):
        return None
    return {word for member in told for word in get_args(member)}


@pytest.mark.parametrize("tag", [*KINDS, *SERIES])
def test_every_word_is_known_and_no_other(props: JSON, tag: str) -> None:
    wanted = worded(tag)
    assert {name: set(props[tag][name] or ()) for name in wanted} == wanted


def worded(tag: str) -> dict[str, set[str]]:
    """The props of a component that hold one of some words."""
    hints = {name: words(hint) for name, hint in get_type_hints((KINDS | SERIES)[tag]).items()}
    return {name: found for name, found in hints.items() if found}


def test_there_are_words() -> None:
    assert sum(map(len, map(worded, KINDS))) > 50


def test_every_icon_is_drawn(stage: Stage) -> None:
    glyphs = stage.page.evaluate("import('./inspector/widgets/glyphs.js').then(({ GLYPHS }) => Object.entries(GLYPHS))")
    assert set(dict(glyphs)) >= ICONS
    assert len({str(glyph) for _, glyph in glyphs}) == len(glyphs), "no two are the same"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_gallery_is_accessible(
    browser: Browser, bed: Any, faults: Faults, accessible: Callable[[Page], None], scheme: Any
) -> None:
    with context_of(browser, faults, color_scheme=scheme) as context:
        page = context.new_page()
        bed.open(page)
        Stage(page).show({"type": "Basic", "children": [plain(root) for root in gallery()]})
        page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
        accessible(page)
    assert faults.seen == []


ODDITIES: JSON = {
    "type": "Card",
    "status": {"text": "Odd", "favicon": "https://images.invalid/x.png"},
    "collapsed": False,
    "children": [
        {"type": "Hologram", "speed": 3},
        {"type": "Badge", "label": "x", "color": "mauve"},
        {"type": "Image", "src": "https://images.invalid/cat.png", "alt": "A cat"},
        {"type": "Icon", "name": "lucide:house"},
        {"type": "Text", "value": "It comes", "streaming": True},
        {"type": "Select", "name": "many", "options": [{"value": str(n), "label": str(n)} for n in range(16)]},
        {"type": "Button", "label": "Go", "color": "primary", "onClickAction": {"type": "go"}},
    ],
}


def test_what_is_odd_open_and_busy_is_accessible(stage: Stage, accessible: Callable[[Page], None]) -> None:
    shown = stage.show(ODDITIES, waits=True)
    shown.get_by_role("button", name="Go").click()
    for summary in stage.page.locator("summary").all():
        summary.click()
    accessible(stage.page)
    expect(shown.get_by_role("button", name="Go")).to_have_attribute("aria-busy", "true")
    stage.settle()


@pytest.fixture(scope="module")
def drawn() -> list[JSON]:
    """Widgets of any kind, the same ones each time, and those of the gallery."""
    found: list[JSON] = []

    @settings(max_examples=COUNT, derandomize=True, database=None, phases=[Phase.generate])
    @given(widgets())
    def collect(widget: JSON) -> None:
        found.append(widget)

    collect()
    return found + [plain(root) for root in gallery()]


def texts(part: JSON) -> Iterator[str]:
    """What of a component is to be read. Markdown is read another way."""
    yield from (part[name] for name in ("value", "label") if part["type"] != "Markdown" and name in part)
    yield from (part[name]["label"] for name in ("confirm", "cancel") if name in part)
    yield from (part[name]["text"] for name in ("status",) if name in part)
    yield from (told for option in part.get("options", ()) for told in (option["label"], option.get("description", "")))
    yield from (part[name] for name in ("alt",) if "src" in part and name in part)


READ = """async (roots) => {
  const { widget } = await import("./inspector/widgets/index.js");
  const context = { act: () => {}, allowedImage: () => false, locale: "en" };
  const texts = [];
  for (const root of roots) {
    const element = widget(root, context);
    document.querySelector("main").replaceChildren(element);
    const said = (one) => [one.value ?? "", one.ariaLabel ?? "", one.alt ?? ""];
    const attributes = [...element.querySelectorAll("*")].flatMap(said);
    texts.push([element.textContent, ...attributes].join("\\n"));
    element.update(root);
    element.update({ type: "Card", children: [root, { type: "Text", value: "another" }] });
    element.update(root);
  }
  return texts;
}"""


def test_no_text_is_lost(stage: Stage, drawn: list[JSON]) -> None:
    read = stage.page.evaluate(READ, drawn)
    wanted = [(text, index) for index, root in enumerate(drawn) for part in components(root) for text in texts(part)]
    assert len(wanted) > COUNT
    assert [(text, drawn[index]) for text, index in wanted if flat(text) not in flat(read[index])] == []


def flat(text: str) -> str:
    """A textarea has one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


UNKNOWN: dict[str, JSON] = {
    "component": {"type": "Hologram", "speed": 3, "children": [{"type": "Text", "value": "inside"}]},
    "no-type": {"speed": 3},
    "a-type-of-objects": {"type": "constructor", "speed": 3},
    "a-type-that-is-no-text": {"type": 7, "speed": 3},
}


@pytest.mark.parametrize("component", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_shown_as_json(stage: Stage, component: JSON) -> None:
    shown = stage.show({"type": "Basic", "children": [component, {"type": "Text", "value": "after"}]})
    assert '"speed": 3' in shown.locator(".ck-wid-unknown").text_content()  # type: ignore[operator]
    assert "after" in shown.inner_text()


IGNORED: dict[str, tuple[JSON, str]] = {
    "prop": ({"type": "Badge", "label": "x", "speed": 3}, "Badge.speed: 3"),
    "word": ({"type": "Badge", "label": "x", "color": "mauve"}, 'Badge.color: "mauve"'),
    "kind": ({"type": "Button", "label": "x", "disabled": "yes"}, 'Button.disabled: "yes"'),
    "length": ({"type": "Box", "width": "10px; color: red"}, 'Box.width: "10px; color: red"'),
    "address": (
        {"type": "Box", "background": "url(https://evil.example/)"},
        'Box.background: "url(https://evil.example/)"',
    ),
    "action": ({"type": "Button", "label": "x", "onClickAction": "go"}, 'Button.onClickAction: "go"'),
    "series": (
        {"type": "Chart", "data": [], "xAxis": "x", "series": [{"type": "pie"}]},
        'Chart.series: [{"type":"pie"}]',
    ),
}


@pytest.mark.parametrize(("component", "told"), IGNORED.values(), ids=IGNORED)
def test_a_prop_that_cannot_be_drawn_is_listed(stage: Stage, component: JSON, told: str) -> None:
    stage.show(component)
    notes = stage.page.locator(".ck-wid-notes")
    assert notes.locator("summary").inner_text() == "1 prop is not shown"
    assert notes.locator("li").all_text_contents() == [told]


def test_depth_has_an_end(stage: Stage) -> None:
    deep: JSON = {"type": "Text", "value": "the bottom"}
    for _ in range(200):
        deep = {"type": "Box", "children": [deep]}
    shown = stage.show(deep)
    assert "the bottom" in (shown.text_content() or "")
    assert shown.locator(".ck-wid-unknown").count() == 1


ODD: dict[str, Any] = {
    "children-null": {"type": "Card", "children": None},
    "children-text": {"type": "Card", "children": "text"},
    "children-of-anything": {"type": "Card", "children": [None, 3, "text", [], {"type": "Text", "value": 5}]},
    "no-children": {"type": "ListView"},
    "options-of-anything": {"type": "Card", "children": [{"type": "Select", "name": "x", "options": [None, 3]}]},
    "chart-of-nothing": {"type": "Card", "children": [{"type": "Chart"}]},
    "chart-of-anything": {
        "type": "Card",
        "children": [
            {"type": "Chart", "data": [{}, {"a": None}, {"a": "x"}], "series": [{"type": "bar", "dataKey": "a"}]}
        ],
    },
    "chart-beyond-numbers": {
        "type": "Card",
        "children": [
            {
                "type": "Chart",
                "xAxis": "x",
                "data": [{"x": "1", "a": 1.7e308}, {"x": "2", "a": -1.7e308}, {"x": "3", "a": 5e-324}],
                "series": [{"type": kind, "dataKey": "a", "stack": "s"} for kind in ("bar", "area", "line")],
            }
        ],
    },
}


@pytest.mark.parametrize("root", ODD.values(), ids=ODD)
def test_nothing_is_thrown(stage: Stage, root: JSON) -> None:
    stage.show(root)
    assert "NaN" not in stage.page.evaluate("document.querySelector('main').outerHTML")
