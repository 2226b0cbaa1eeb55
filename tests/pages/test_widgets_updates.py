"""A newer state of a widget changes what differs: what has the focus, what is selected and what was typed stays."""

from typing import Any

from playwright.sync_api import expect

from support.stage import Stage

JSON = dict[str, Any]


def card(*children: JSON, **props: Any) -> JSON:
    return {"type": "Card", "children": list(children)} | props


def text(value: str, **props: Any) -> JSON:
    return {"type": "Text", "value": value} | props


def field(name: str, **props: Any) -> JSON:
    return {"type": "Input", "name": name} | props


def test_text_that_grows_keeps_its_node_and_what_is_selected_in_it(stage: Stage) -> None:
    stage.show(card(text("One two", id="t", streaming=True)))
    stage.page.evaluate(
        """() => {
          window.node = document.querySelector(".ck-wid-text").firstChild;
          getSelection().setBaseAndExtent(node, 0, node, 3);
          window.records = [];
          new MutationObserver((list) => records.push(...list.map((one) => one.type)))
            .observe(document.querySelector(".ck-wid-root"), { childList: true, characterData: true, subtree: true });
        }"""
    )
    for value in ("One two three", "One two three four"):
        stage.update(card(text(value, id="t", streaming=True)))
    stage.update(card(text("One two three four.", id="t", streaming=False)))
    told = stage.page.evaluate(
        "[node === document.querySelector('.ck-wid-text').firstChild, String(getSelection()), node.data, records]"
    )
    assert told == [True, "One", "One two three four.", ["characterData"] * 3]
    assert stage.page.locator("[data-streaming]").count() == 0


def test_markdown_that_grows_keeps_its_first_blocks(stage: Stage) -> None:
    stage.show(card({"type": "Markdown", "value": "# One\n\ntwo\n\nthr", "id": "m", "streaming": True}))
    stage.page.evaluate("window.first = document.querySelector('.ck-wid-markdown').firstChild")
    stage.update(card({"type": "Markdown", "value": "# One\n\ntwo\n\nthree **four**", "id": "m"}))
    assert stage.page.evaluate("first === document.querySelector('.ck-wid-markdown').firstChild")
    expect(stage.page.locator(".ck-wid-markdown strong")).to_have_text("four")


def test_what_was_typed_stays_with_the_focus_and_the_caret(stage: Stage) -> None:
    stage.show(card(text("before"), field("name", defaultValue="Ada"), asForm=True))
    box = stage.page.locator("input")
    box.fill("Grace Hopper")
    box.evaluate("(e) => e.setSelectionRange(2, 5)")
    stage.update(
        card({"type": "Badge", "label": "new"}, text("changed"), field("name", defaultValue="Eve"), asForm=True)
    )
    expect(box).to_be_focused()
    assert box.evaluate("(e) => [e.value, e.selectionStart, e.selectionEnd]") == ["Grace Hopper", 2, 5]


def test_a_new_default_comes_where_nothing_was_typed(stage: Stage) -> None:
    options = [{"value": value, "label": value} for value in "abc"]

    def form(one: str, *, ticked: bool) -> JSON:
        return card(
            field("name", defaultValue=one),
            {"type": "Select", "name": "select", "options": options, "defaultValue": one},
            {"type": "RadioGroup", "name": "radio", "options": options, "defaultValue": one},
            {"type": "Checkbox", "name": "box", "label": "x", "defaultChecked": ticked},
            text(one, editable={"name": "text"}),
        )

    def values() -> Any:
        return stage.page.evaluate(
            """() => ["input[name=name]", "select", "[type=radio]:checked", "textarea"]
              .map((one) => document.querySelector(one).value)
              .concat(document.querySelector("[type=checkbox]").checked)"""
        )

    stage.show(form("a", ticked=False))
    assert values() == ["a", "a", "a", "a", False]
    stage.update(form("b", ticked=True))
    assert values() == ["b", "b", "b", "b", True]
    stage.page.locator("input[name=name]").fill("typed")
    stage.page.locator("select").select_option("c")
    stage.page.locator("[type=radio][value=c]").check()
    stage.page.locator("textarea").fill("typed")
    stage.page.locator("[type=checkbox]").uncheck()
    stage.update(form("a", ticked=True))
    assert values() == ["typed", "c", "c", "typed", False]


def row(key: str) -> JSON:
    return {"type": "ListViewItem", "key": key, "children": [text(key), field(key)]}


def test_rows_keep_their_elements_when_their_order_changes(stage: Stage) -> None:
    stage.show({"type": "ListView", "children": [row(key) for key in "abcd"]})
    stage.page.locator("input[name=c]").fill("typed in c")
    stage.page.evaluate(
        "window.rows = Object.fromEntries([...document.querySelectorAll('input')].map((one) => [one.name, one]))"
    )
    stage.update({"type": "ListView", "children": [row(key) for key in "dcxa"]})
    assert stage.page.evaluate("[...document.querySelectorAll('input')].map((one) => one.name)") == list("dcxa")
    assert stage.page.evaluate("'dca'.split('').every((key) => rows[key] === document.querySelector(`[name=${key}]`))")
    expect(stage.page.locator("input[name=c]")).to_have_value("typed in c")
    expect(stage.page.locator("input[name=c]")).to_be_focused()


def test_neighbours_without_key_or_id_are_told_apart_by_type_and_place(stage: Stage) -> None:
    stage.show(card(text("one"), {"type": "Badge", "label": "badge"}, field("name")))
    stage.page.locator("input").fill("typed")
    stage.page.evaluate("window.badge = document.querySelector('.ck-wid-badge')")
    stage.update(
        card(text("one"), text("two"), {"type": "Divider"}, {"type": "Badge", "label": "badge"}, field("name"))
    )
    assert stage.page.evaluate("badge === document.querySelector('.ck-wid-badge')")
    expect(stage.page.locator("input")).to_have_value("typed")
    assert stage.page.locator(".ck-wid-card-body").inner_text().split() == ["one", "two", "badge"]


def test_another_type_in_the_same_place_is_another_element(stage: Stage) -> None:
    shown = stage.show(card({"type": "Transition", "children": text("one", id="x")}))
    stage.update(card({"type": "Transition", "children": {"type": "Title", "value": "two", "id": "x"}}))
    assert [shown.locator(".ck-wid-text").count(), shown.locator(".ck-wid-title").inner_text()] == [0, "two"]
    stage.update(card({"type": "Transition", "children": None}))
    assert shown.locator(".ck-wid-transition").evaluate("(e) => e.childNodes.length") == 0
    stage.update({"type": "Basic", "children": [text("three")]})
    assert shown.inner_text() == "three"


LOOK = """(root) => [...root.querySelectorAll("*")].filter((one) => one.checkVisibility()).map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  const styles = getComputedStyle(one);
  const named = ["color", "background", "border", "borderRadius", "padding", "margin", "font", "display", "opacity"];
  return [one.tagName, x, y, width, height, one.disabled, one.required, one.placeholder, one.pattern, one.title,
    ...named.map((name) => styles[name])];
})"""


BARS = [{"type": "bar", "dataKey": "y"}]


def test_props_that_are_gone_are_gone(stage: Stage) -> None:
    plain = [
        {"type": "Box", "children": [text("x")]},
        {"type": "Button", "label": "b"},
        field("n"),
        {"type": "Chart", "data": []},
    ]
    shown = stage.show(card(*plain))
    before = shown.evaluate(LOOK)
    stage.update(
        card(
            {
                "type": "Box", "width": 50, "padding": 3, "border": 1, "background": "red", "margin": 2, "flex": 1,
                "gap": 3, "radius": "lg", "align": "end", "aspectRatio": 1, "direction": "row",
                "children": [text("x", italic=True, maxLines=2, color="red")],
            },
            {"type": "Button", "label": "b", "iconStart": "star", "color": "danger", "disabled": True, "pill": True},
            field("n", required=True, pattern="x", placeholder="y", disabled=True, pill=True),
            {"type": "Chart", "data": [{"x": 1, "y": 2}], "xAxis": "x", "height": 99, "series": BARS},
            size="sm", background="red", confirm={"label": "c", "action": {"type": "a"}}, status={"text": "s"},
            theme="dark", collapsed=True,
        )
    )  # fmt: skip
    assert shown.evaluate(LOOK) != before
    stage.update(card(*plain))
    assert shown.evaluate(LOOK) == before


def test_more_rows_stay_shown(stage: Stage) -> None:
    def rows(count: int) -> JSON:
        return {
            "type": "ListView",
            "limit": 2,
            "children": [{"type": "ListViewItem", "children": [text(f"row {n}")]} for n in range(count)],
        }

    shown = stage.show(rows(4))
    assert shown.locator(".ck-wid-row:visible").count() == 2
    shown.get_by_role("button", name="Show 2 more").click()
    assert shown.locator(".ck-wid-row:visible").count() == 4
    expect(shown.locator(".ck-wid-row").nth(2)).to_be_focused()
    stage.update(rows(6))
    assert shown.locator(".ck-wid-row:visible").count() == 6


def test_a_folded_card_opens_and_stays_open(stage: Stage) -> None:
    shown = stage.show(card(text("inside"), collapsed=True))
    expect(shown.get_by_text("inside")).to_be_hidden()
    shown.get_by_role("button", name="Show the card").click()
    expect(shown.get_by_text("inside")).to_be_visible()
    stage.update(card(text("inside, newer"), collapsed=True))
    expect(shown.get_by_text("inside, newer")).to_be_visible()


def test_a_text_that_streams_is_edited_afterwards(stage: Stage) -> None:
    shown = stage.show(card(text("Dear", id="t", streaming=True, editable={"name": "mail"})))
    assert shown.locator("textarea").count() == 0
    stage.update(card(text("Dear Ada", id="t", streaming=False, editable={"name": "mail"})))
    expect(shown.locator("textarea")).to_have_value("Dear Ada")
    expect(shown.locator("textarea")).to_have_accessible_name("mail")
