"""Every prop with a meaning that can be seen is seen: one row for a prop, in each component that has it."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import fields
from playwright.sync_api import Locator

from support.stage import Stage
from support.widget_kinds import KINDS

JSON = dict[str, Any]
TEXT = {"type": "Text", "value": "inside"}
CLICK = {"type": "click"}
OPTIONS = [{"value": "a", "label": "Option A", "description": "the first"}, {"value": "b", "label": "Option B"}]
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
DATA = [{"x": "Jan", "n": 1, "m": 2000}, {"x": "Feb", "n": 3, "m": 4000}]
BASE: dict[str, JSON] = {
    "Basic": {"children": [TEXT, TEXT]},
    "Card": {"children": [TEXT, TEXT]},
    "ListView": {"children": [{"type": "ListViewItem", "children": [TEXT]} for _ in range(8)]},
    "ListViewItem": {"children": [TEXT, TEXT]},
    **{tag: {"children": [TEXT, TEXT]} for tag in ("Box", "Row", "Col", "Form")},
    **{tag: {"value": "many words " * 40} for tag in ("Text", "Title", "Caption")},
    "Markdown": {"value": "**bold**"},
    "Label": {"value": "A label", "fieldName": "field"},
    "Badge": {"label": "New"},
    "Icon": {"name": "star"},
    "Image": {"src": PIXEL},
    "Button": {"label": "Press"},
    **{tag: {"name": "field"} for tag in ("Input", "Textarea", "DatePicker", "Checkbox")},
    **{tag: {"name": "field", "options": OPTIONS} for tag in ("Select", "RadioGroup")},
    "Table": {"children": [{"type": "Table.Row", "children": [{"type": "Table.Cell", "children": [TEXT]}]}]},
    "Table.Row": {"children": [{"type": "Table.Cell", "children": [TEXT]}]},
    "Table.Cell": {"children": [TEXT]},
    "Transition": {"children": TEXT},
    "Spacer": {},
    "Divider": {},
    "Chart": {"data": DATA, "xAxis": "x", "series": [{"type": "bar", "dataKey": "n"}]},
}
"""The least that each component is shown with."""
INNER = {
    "Input": "input",
    "Textarea": "textarea",
    "Select": "select",
    "DatePicker": ".ck-wid-date",
    "Checkbox": "input",
    "RadioGroup": "input",
}
"""Where the native control is."""


def css(name: str) -> str:
    return f"(e) => getComputedStyle(e).getPropertyValue('{name}')"


def attribute(name: str) -> str:
    return f"(e) => e.getAttribute('{name}')"


def prop(name: str) -> str:
    return f"(e) => e.{name}"


PRESENT = "(e) => true"
POINTED = "(e) => (e.parentElement.dispatchEvent(new PointerEvent('pointermove')), e.hidden)"
BETWEEN = """(e) => {
  const before = e.parentElement.firstChild;
  return Math.round(e.x.baseVal.value - before.x.baseVal.value - before.width.baseVal.value);
}"""
"""How far a bar is from the first one."""
SHARED: dict[str, tuple[Any, str, Any]] = {
    "height": (40, css("height"), "40px"),
    "width": ("25%", prop("style.width"), "25%"),
    "size": (48, css("width"), "48px"),
    "minHeight": (90, css("min-height"), "90px"),
    "minWidth": ("9rem", css("min-width"), "144px"),
    "minSize": (70, css("min-height"), "70px"),
    "maxHeight": (30, css("max-height"), "30px"),
    "maxWidth": ("calc(50% - 1px)", css("max-width"), "calc(50% - 1px)"),
    "maxSize": (60, css("max-width"), "60px"),
    "aspectRatio": ("16 / 9", css("aspect-ratio"), "16 / 9"),
    "flex": (2, css("flex-grow"), "2"),
    "radius": ("2xl", css("border-top-left-radius"), "16px"),
    "margin": ({"x": 2, "top": "3px"}, css("margin"), "3px 8px 0px"),
    "background": ({"light": "#ff0000", "dark": "#00ff00"}, css("background-color"), "rgb(255, 0, 0)"),
    "align": ("end", css("align-items"), "flex-end"),
    "justify": ("between", css("justify-content"), "space-between"),
    "wrap": ("wrap-reverse", css("flex-wrap"), "wrap-reverse"),
    "gap": (5, css("row-gap"), "20px"),
    "padding": ({"y": 1, "left": "7px"}, css("padding"), "4px 0px 4px 7px"),
    "border": ({"x": {"size": 3, "style": "dotted", "color": "#00f"}}, css("border-left"), "3px dotted rgb(0, 0, 255)"),
    "color": ("rgb(1, 2, 3)", css("color"), "rgb(1, 2, 3)"),
    "weight": ("bold", css("font-weight"), "700"),
    "textAlign": ("end", css("text-align"), "end"),
    "truncate": (True, css("text-overflow"), "ellipsis"),
    "maxLines": (2, css("-webkit-line-clamp"), "2"),
    "direction": ("row", css("flex-direction"), "row"),
    "theme": ("dark", css("color-scheme"), "dark"),
}
"""What any component that has the prop looks like with it, unless it has a row of its own."""
AT: dict[str, str] = {
    "Basic": ".ck-wid-basic",
    "Card": ".ck-wid-card",
    "ListView": ".ck-wid-list",
    "ListViewItem": ".ck-wid-row-content",
    **dict.fromkeys(("Box", "Row", "Col", "Form"), ".ck-wid-basic > .ck-wid-box"),
    "Text": ".ck-wid-text",
    "Title": ".ck-wid-title",
    "Caption": ".ck-wid-caption",
    "Label": ".ck-wid-label",
    "Badge": ".ck-wid-badge",
    "Icon": ".ck-wid-glyph",
    "Image": ".ck-wid-image",
    "Button": ".ck-wid-press",
    "Divider": ".ck-wid-divider",
    "Spacer": ".ck-wid-spacer",
    "Chart": ".ck-wid-plot",
    "Table.Cell": ".ck-wid-cell",
    "Markdown": ".ck-wid-markdown",
    "Transition": ".ck-wid-transition",
    "Table": "table",
    "Table.Row": "tr",
}
STATUS = {"text": "Busy", "icon": "clock"}
CARD_ACTION = {"label": "Do it", "action": CLICK}
FIELD: dict[str, tuple[Any, str, str, Any]] = {
    "name": ("other", "*", prop("name"), "other"),
    "disabled": (True, "*", prop("disabled"), True),
    "defaultValue": ("2026-05-06", "*", prop("value"), "2026-05-06"),
    "required": (True, "*", prop("required"), True),
    "pattern": ("[0-9]+", "*", "(e) => (e.value = 'x', e.dispatchEvent(new Event('input')), e.validity.valid)", False),
    "placeholder": ("Say it", "*", prop("placeholder"), "Say it"),
    "allowAutofillExtensions": (True, "*", prop("autocomplete"), "on"),
    "autoSelect": (True, "*", "(e) => (e.value = 'abc', e.focus(), e.selectionEnd - e.selectionStart)", 3),
    "autoFocus": (True, ":is(input, textarea):focus", PRESENT, True),
    "variant": ("soft", "*", css("border-top-color"), "rgba(0, 0, 0, 0)"),
    "size": ("3xl", "*", css("min-height"), "52px"),
    "gutterSize": ("xl", "*", css("padding-left"), "20px"),
    "pill": (True, "*", css("border-top-left-radius"), "99px"),
    "onChangeAction": (CLICK, "*", "(e) => (e.dispatchEvent(new Event('change', {bubbles: true})), acts.length)", 1),
}
"""What native controls look like with a prop; `*` is the control itself."""
DROPDOWN: dict[str, tuple[Any, str, str, Any]] = {
    "variant": ("ghost", "*", css("border-top-color"), "rgba(0, 0, 0, 0)"),
    "block": (True, ".ck-wid-picker", "(e) => e.offsetWidth === e.parentElement.offsetWidth", True),
    "placeholder": ("Pick", ".ck-wid-picker", "(e) => e.textContent.includes('Pick')", True),
    "clearable": (True, ".ck-wid-clear", PRESENT, True),
}
OWN: dict[str, tuple[Any, str, str, Any]] = {
    "Card.children": ([TEXT], ".ck-wid-card-body > .ck-wid-text", prop("textContent"), "inside"),
    "Card.asForm": (True, "form.ck-wid-card", "(e) => 'plain' in e.dataset", False),
    "Card.size": ("sm", ".ck-wid-card", css("width"), "320px"),
    "Card.padding": (2, ".ck-wid-card-body", css("padding-left"), "8px"),
    "Card.status": (STATUS, ".ck-wid-status", prop("textContent"), "Busy"),
    "Card.collapsed": (True, ".ck-wid-fold", attribute("aria-expanded"), "false"),
    "Card.confirm": (CARD_ACTION, ".ck-wid-card-footer :nth-child(2)", prop("textContent"), "Do it"),
    "Card.cancel": (CARD_ACTION, ".ck-wid-card-footer :nth-child(1)", prop("textContent"), "Do it"),
    "ListView.children": (BASE["ListView"]["children"], ".ck-wid-rows", prop("childElementCount"), 8),
    "ListView.limit": (3, ".ck-wid-more", prop("textContent"), "Show 5 more"),
    "ListView.status": (STATUS, ".ck-wid-status .ck-icon", PRESENT, True),
    "ListViewItem.children": ([TEXT], ".ck-wid-row-content", prop("textContent"), "inside"),
    "ListViewItem.onClickAction": (CLICK, ".ck-wid-row-hit", "(e) => (e.click(), acts.length)", 1),
    "ListViewItem.gap": (7, ".ck-wid-row-content", css("column-gap"), "28px"),
    **{
        f"{tag}.children": ([TEXT], AT[tag], prop("textContent"), "inside")
        for tag in ("Basic", "Box", "Row", "Col", "Form")
    },
    "Form.onSubmitAction": (CLICK, ".ck-wid-form", "(e) => (e.requestSubmit(), acts.length)", 1),
    "Spacer.minSize": (33, ".ck-wid-spacer", css("min-height"), "33px"),
    "Divider.color": ("strong", ".ck-wid-divider", css("background-color"), "rgb(139, 148, 163)"),
    "Divider.size": (4, ".ck-wid-divider", css("height"), "4px"),
    "Divider.spacing": (2, ".ck-wid-divider", css("margin-top"), "8px"),
    "Divider.flush": (True, ".ck-wid-card-body .ck-wid-divider", css("margin-left"), "-16px"),
    "Transition.children": (TEXT, ".ck-wid-transition", prop("textContent"), "inside"),
    "Table.children": (BASE["Table"]["children"], "table tr td", prop("textContent"), "inside"),
    "Table.Row.children": (BASE["Table.Row"]["children"], "tr td", prop("textContent"), "inside"),
    "Table.Row.header": (True, "tr [role=columnheader]", PRESENT, True),
    "Table.Cell.children": ([TEXT], "td", prop("textContent"), "inside"),
    "Table.Cell.width": (99, "td", prop("style.width"), "99px"),
    "Table.Cell.padding": ({"x": 3}, "td", css("padding-left"), "12px"),
    "Table.Cell.colSpan": (2, "td", prop("colSpan"), 2),
    "Table.Cell.rowSpan": (3, "td", prop("rowSpan"), 3),
    "Table.Cell.align": ("end", "td > div", css("align-items"), "flex-end"),
    "Table.Cell.vAlign": ("start", "td", css("vertical-align"), "top"),
    "Table.Cell.colSize": ("sm", "td", prop("dataset.col"), "sm"),
    **{
        f"{tag}.value": ("words", AT[tag], prop("textContent"), "words")
        for tag in ("Text", "Title", "Caption", "Label")
    },
    "Text.streaming": (True, ".ck-wid-text", "(e) => getComputedStyle(e, '::after').animationName", "ck-wid-blink"),
    "Text.italic": (True, ".ck-wid-text", css("font-style"), "italic"),
    "Text.lineThrough": (True, ".ck-wid-text", css("text-decoration-line"), "line-through"),
    "Text.width": (123, ".ck-wid-text", css("width"), "123px"),
    "Text.size": ("xl", ".ck-wid-text", css("font-size"), "20px"),
    "Text.minLines": (9, ".ck-wid-text", "(e) => Math.round(parseFloat(getComputedStyle(e).minHeight))", 203),
    "Text.editable": ({"name": "field", "placeholder": "edit"}, "textarea", prop("placeholder"), "edit"),
    "Title.size": ("4xl", ".ck-wid-title", css("font-size"), "42px"),
    "Caption.size": ("sm", ".ck-wid-caption", css("font-size"), "12px"),
    "Markdown.value": ("*said*", ".ck-wid-markdown em", prop("textContent"), "said"),
    "Markdown.streaming": (True, ".ck-wid-markdown", prop("dataset.streaming"), ""),
    "Badge.label": ("Old", ".ck-wid-badge", prop("textContent"), "Old"),
    "Badge.color": ("danger", ".ck-wid-badge", css("color"), "rgb(180, 35, 42)"),
    "Badge.variant": ("outline", ".ck-wid-badge", css("background-color"), "rgba(0, 0, 0, 0)"),
    "Badge.size": ("lg", ".ck-wid-badge", css("font-size"), "14px"),
    "Badge.pill": (True, ".ck-wid-badge", css("border-top-left-radius"), "99px"),
    "Icon.name": ("bolt", ".ck-wid-glyph", prop("dataset.name"), "bolt"),
    "Icon.size": ("3xl", ".ck-wid-glyph svg", css("width"), "40px"),
    "Image.src": (PIXEL, "img", prop("complete"), True),
    "Image.alt": ("A pixel", "img", prop("alt"), "A pixel"),
    "Image.frame": (True, ".ck-wid-image", css("border-top-width"), "1px"),
    "Image.fit": ("contain", "img", css("object-fit"), "contain"),
    "Image.position": ("bottom left", "img", css("object-position"), "0% 100%"),
    "Image.flush": (True, ".ck-wid-card-body .ck-wid-image", css("margin-left"), "-16px"),
    "Button.label": ("Push", ".ck-wid-press", prop("textContent"), "Push"),
    "Button.submit": (True, ".ck-wid-press", prop("type"), "submit"),
    "Button.onClickAction": (CLICK, ".ck-wid-press", "(e) => (e.click(), acts.length)", 1),
    "Button.iconStart": ("star", ".ck-wid-press > svg:first-child", PRESENT, True),
    "Button.iconEnd": ("star", ".ck-wid-press > svg:last-child", PRESENT, True),
    "Button.style": ("primary", ".ck-wid-press", css("background-color"), "rgb(52, 80, 196)"),
    "Button.iconSize": ("2xl", ".ck-wid-press", css("--w-icon"), "32px"),
    "Button.color": ("danger", ".ck-wid-press", css("background-color"), "rgb(180, 35, 42)"),
    "Button.variant": ("ghost", ".ck-wid-press", css("background-color"), "rgba(0, 0, 0, 0)"),
    "Button.size": ("2xl", ".ck-wid-press", css("min-height"), "46px"),
    "Button.pill": (True, ".ck-wid-press", css("border-top-left-radius"), "99px"),
    "Button.uniform": (True, ".ck-wid-press", css("width"), "34px"),
    "Button.block": (True, ".ck-wid-press", "(e) => e.offsetWidth === e.parentElement.offsetWidth", True),
    "Button.disabled": (True, ".ck-wid-press", prop("disabled"), True),
    "Input.inputType": ("email", "input", prop("type"), "email"),
    "Textarea.rows": (7, "textarea", prop("rows"), 7),
    "Textarea.autoResize": (True, "textarea", css("field-sizing"), "content"),
    "Textarea.maxRows": (5, "textarea", css("--w-most-rows"), "5"),
    "Select.options": (OPTIONS, "select", "(e) => e.options.length", 3),
    "Select.defaultValue": ("b", "select", prop("value"), "b"),
    "Select.searchable": (True, ".ck-wid-search", PRESENT, True),
    "DatePicker.min": ("2026-02-03T00:00:00Z", ".ck-wid-date", prop("min"), "2026-02-03"),
    "DatePicker.max": ("2026-02-04", ".ck-wid-date", prop("max"), "2026-02-04"),
    "Checkbox.label": ("Tick me", "label", prop("textContent"), "Tick me"),
    "Checkbox.defaultChecked": (True, "input", prop("checked"), True),
    "RadioGroup.options": (OPTIONS, "[role=radiogroup]", "(e) => e.querySelectorAll('input').length", 2),
    "RadioGroup.ariaLabel": ("How", "[role=radiogroup]", attribute("aria-label"), "How"),
    "RadioGroup.defaultValue": ("b", "input:checked", prop("value"), "b"),
    "RadioGroup.direction": ("col", "[role=radiogroup]", css("flex-direction"), "column"),
    "Label.fieldName": ("field", "label", prop("htmlFor"), ""),
    "Label.size": ("xl", "label", css("font-size"), "20px"),
    "Chart.data": (DATA, ".ck-wid-bars", prop("childElementCount"), 2),
    "Chart.series": ([{"type": "line", "dataKey": "n"}], ".ck-wid-line path", PRESENT, True),
    "Chart.xAxis": (
        {"dataKey": "x", "labels": {"Jan": "January"}},
        ".ck-wid-categories",
        prop("textContent"),
        "JanuaryFeb",
    ),
    "Chart.showYAxis": (True, ".ck-wid-grid text", prop("textContent"), "0"),
    "Chart.showLegend": (False, ".ck-wid-legend", prop("hidden"), True),
    "Chart.showTooltip": (
        False,
        ".ck-wid-tip",
        POINTED,
        True,
    ),
    "Chart.barGap": (
        30,
        "rect:nth-child(3)",
        BETWEEN,
        30,
    ),
    "Chart.barCategoryGap": (
        50,
        "rect:nth-child(2)",
        BETWEEN,
        50,
    ),
    "Chart.width": (150, ".ck-wid-chart", css("width"), "150px"),
    "Chart.minWidth": (150, ".ck-wid-chart", css("min-width"), "150px"),
    "Chart.maxWidth": (150, ".ck-wid-chart", css("max-width"), "150px"),
    "Chart.maxSize": (150, ".ck-wid-chart", css("max-width"), "150px"),
    "Chart.size": (150, ".ck-wid-chart", css("width"), "150px"),
    "Chart.flex": (2, ".ck-wid-chart", css("flex-grow"), "2"),
}
"""What one component looks like with a prop: value, where, what is read, what it says."""
UNSEEN = {"key", "id"}
"""They tell components apart and are seen when a widget changes."""
NATIVE = {"DatePicker.side", "DatePicker.align"}
"""The browser puts its own calendar where there is room."""
MORE: dict[str, JSON] = {
    "Chart.barGap": {"series": [{"type": "bar", "dataKey": "n"}, {"type": "bar", "dataKey": "m"}]},
    "Textarea.maxRows": {"autoResize": True},
    "Select.clearable": {"defaultValue": "a"},
    "DatePicker.clearable": {"defaultValue": "2026-01-01"},
}
"""What a prop needs beside it."""


def rows() -> Iterator[tuple[str, str, Any, str, str, Any]]:
    for tag, kind in KINDS.items():
        for name in (field.name for field in fields(kind)):
            which = f"{tag}.{name}"
            if name in UNSEEN or which in NATIVE:
                continue
            if which in OWN:
                yield (tag, name, *OWN[which])
            elif tag in INNER and name in (DROPDOWN if tag in {"Select", "DatePicker"} else {}):
                yield (tag, name, *DROPDOWN[name])
            elif tag in INNER:
                yield (tag, name, *FIELD[name])
            else:
                value, read, said = SHARED[name]
                yield (tag, name, value, AT[tag], read, said)


ROWS = list(rows())


def around(tag: str, component: JSON) -> JSON:
    """Put a component where it may stand."""
    if tag == "ListViewItem":
        return {"type": "ListView", "children": [component]}
    if tag == "Table.Cell":
        component = {"type": "Table.Row", "children": [component]}
    if tag in {"Table.Row", "Table.Cell"}:
        component = {"type": "Table", "children": [component]}
    if component.get("flush"):
        return {"type": "Card", "children": [component]}
    return component


def at(stage: Stage, tag: str, where: str) -> Locator:
    return stage.page.locator(".ck-wid-root").locator(INNER[tag] if where == "*" else where).first


@pytest.mark.parametrize(
    ("tag", "name", "value", "where", "read", "said"), ROWS, ids=[f"{row[0]}.{row[1]}" for row in ROWS]
)
def test_a_prop_is_seen(stage: Stage, tag: str, name: str, value: Any, where: str, read: str, said: Any) -> None:
    component = {"type": tag} | BASE[tag] | MORE.get(f"{tag}.{name}", {}) | {name: value}
    stage.show(around(tag, component))
    assert stage.page.locator(".ck-wid-notes").is_hidden()
    assert at(stage, tag, where).evaluate(read) == said
    if said is True and read == PRESENT:
        # What a prop brings is not there without it.
        del component[name]
        stage.show(around(tag, component))
        assert at(stage, tag, where).count() == 0 or at(stage, tag, where).is_hidden()


def test_every_row_is_of_a_prop() -> None:
    props = {f"{tag}.{field.name}" for tag, kind in KINDS.items() for field in fields(kind)}
    assert {*OWN, *MORE, *NATIVE} <= props
