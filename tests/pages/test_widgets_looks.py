"""What colours mean, how charts are drawn and read, and how options are searched."""

import re
from typing import Any, get_args

import pytest

from chatkit_protocol.widgets import CurveType
from pages.test_widgets_props import AT, BASE, DATA, TEXT, at, css
from support.stage import Stage

COLORS: dict[str, tuple[str, Any, str]] = {
    "token of a text": ("Text.color", "danger", "rgb(180, 35, 42)"),
    "token of a surface": ("Box.background", "surface-tertiary", "rgb(230, 233, 238)"),
    "shade": ("Box.background", "red-500", "oklch(0.575 0.196 25)"),
    "alpha": ("Box.background", "alpha-10", "rgba(0, 0, 0, 0.1)"),
    "name": ("Text.color", "rebeccapurple", "rgb(102, 51, 153)"),
    "hex": ("Text.color", "#0f08", "rgba(0, 255, 0, 0.533)"),
    "hsl": ("Text.color", "hsl(120deg 100% 50% / 50%)", "rgba(0, 255, 0, 0.5)"),
    "pair": ("Text.color", {"light": "#010203", "dark": "white"}, "rgb(1, 2, 3)"),
    "half a pair": ("Text.color", {"light": "#010203"}, "rgb(1, 2, 3)"),
}


@pytest.mark.parametrize(("where", "value", "said"), COLORS.values(), ids=COLORS)
def test_a_colour(stage: Stage, where: str, value: Any, said: str) -> None:
    tag, name = where.split(".")
    stage.show({"type": tag, **BASE[tag], name: value})
    read = css("color" if name == "color" else "background-color")
    assert at(stage, tag, AT[tag]).evaluate(read) == said


def test_a_gradient(stage: Stage) -> None:
    stage.show({"type": "Card", "children": [TEXT], "background": "linear-gradient(90deg, #fff 0%, rgb(1 2 3 / 50%))"})
    said = at(stage, "Card", AT["Card"]).evaluate(css("background-image"))
    assert said == "linear-gradient(90deg, rgb(255, 255, 255) 0%, rgba(1, 2, 3, 0.5))"


def test_a_pair_follows_the_theme_of_the_widget(stage: Stage) -> None:
    colour = {"light": "#010203", "dark": "#040506"}
    stage.show({"type": "Card", "theme": "dark", "children": [TEXT | {"color": colour}]})
    assert at(stage, "Text", AT["Text"]).evaluate(css("color")) == "rgb(4, 5, 6)"


def test_what_is_pointed_at_in_a_chart_is_told(stage: Stage) -> None:
    line = {"type": "line", "dataKey": "m", "label": "Many"}
    shown = stage.show({"type": "Chart", "data": DATA, "xAxis": "x", "series": [*BASE["Chart"]["series"], line]})
    plot = shown.locator(".ck-wid-plot")
    plot.hover(position={"x": 5, "y": 50})
    assert shown.get_by_role("status").inner_text().split() == ["Jan", "n", "1", "Many", "2,000"]
    stage.page.mouse.move(700, 800)
    assert shown.get_by_role("status").is_hidden()
    plot.focus()
    for _ in range(3):
        plot.press("ArrowRight")
    assert shown.get_by_role("status").inner_text().split() == ["Feb", "n", "3", "Many", "4,000"]
    table = shown.locator("figure table")
    assert [row.split("\t") for row in table.inner_text().splitlines()[1:]] == [
        ["Category", "n", "Many"],
        ["Jan", "1", "2,000"],
        ["Feb", "3", "4,000"],
    ]


CURVES = get_args(CurveType)


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("kind", ["line", "area"])
def test_a_curve_is_a_path_of_numbers(stage: Stage, kind: str, curve: str) -> None:
    data = [{"x": str(n), "n": value} for n, value in enumerate((3, 1, None, 2, 2, 5, -4, 4, 4, 1))]
    series = [{"type": kind, "dataKey": "n", "curveType": curve}]
    shown = stage.show({"type": "Chart", "data": data, "xAxis": "x", "series": series})
    paths = shown.locator(f".ck-wid-{kind} path").evaluate_all("(all) => all.map((one) => one.getAttribute('d'))")
    assert len(paths) == (2 if kind == "line" else 4), "two stretches, between which a number is missing"
    assert all(re.fullmatch(r"M[-MLCZ\d., ]+", path) for path in paths)
    assert shown.locator(f".ck-wid-{kind} path").last.evaluate("(one) => one.getTotalLength()") > 5


def test_a_search_sifts_the_options(stage: Stage) -> None:
    options = [{"value": str(n), "label": f"Option {n}"} for n in range(16)]
    shown = stage.show({"type": "Select", "name": "s", "options": options})
    shown.get_by_label("Search the options").fill("option 1")
    hidden = shown.locator("option").evaluate_all("(all) => all.filter((one) => !one.hidden).map((one) => one.value)")
    assert hidden == ["1", "10", "11", "12", "13", "14", "15"]
