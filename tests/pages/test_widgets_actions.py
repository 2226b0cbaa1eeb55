"""What is clicked, chosen and filled in reaches the server as an action; meanwhile the right part is busy."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.stage import Stage

JSON = dict[str, Any]
Steps = Callable[[Page], Any]
OPTIONS = [{"value": value, "label": value.upper()} for value in ("a", "b")]


@pytest.fixture(scope="module")
def item_id(stage: Stage, bed: Any) -> str:
    """A widget that the server has; what is sent on the stage is sent as its own."""
    bed.play(stage.page, ["widget", [{"type": "Card", "children": []}]])
    found: str = stage.page.evaluate(
        "[...inspector.session.view.items.values()].find((one) => one.type === 'widget').id"
    )
    return found


DONE = """async () => {
  const { exchanges } = inspector.log;
  while (!exchanges.length || exchanges.some((one) => one.state !== "done")) await new Promise(requestAnimationFrame);
  return exchanges.map(({ sent, frames }) => ({ sent, told: frames.map((one) => one.raw).join("") }));
}"""


def done(page: Page) -> list[JSON]:
    """The requests, when their answers have come to their ends."""
    exchanges: list[JSON] = page.evaluate(DONE)
    return exchanges


def button(label: str, **props: Any) -> JSON:
    return {"type": "Button", "label": label} | props


def row(label: str) -> JSON:
    """A list of one row that can be clicked."""
    text = {"type": "Text", "value": label}
    return {"type": "ListView", "children": [{"type": "ListViewItem", "children": [text], **click("row")}]}


def select(**props: Any) -> JSON:
    return {"type": "Select", "name": "pick", "options": OPTIONS, "onChangeAction": {"type": "changed"}} | props


def click(kind: str, payload: Any = None, **props: Any) -> JSON:
    return {"onClickAction": {"type": kind} | ({"payload": payload} if payload is not None else {}) | props}


def field(name: str, **props: Any) -> JSON:
    return {"type": "Input", "name": name} | props


def form(*children: JSON, payload: Any = None, **props: Any) -> JSON:
    action = {"type": "sent"} | ({"payload": payload} if payload is not None else {})
    return {"type": "Form", "onSubmitAction": action, "children": list(children)} | props


def card(*children: JSON, **props: Any) -> JSON:
    return {"type": "Card", "children": list(children)} | props


SEND = button("Send", submit=True)
EVERYTHING = form(
    field("who.name", defaultValue="Ada"),
    field("who.age", inputType="number", defaultValue="36"),
    {"type": "Textarea", "name": "notes", "defaultValue": "one\ntwo"},
    {"type": "Select", "name": "pick", "options": OPTIONS, "defaultValue": "b"},
    {"type": "DatePicker", "name": "day", "defaultValue": "2026-05-06T12:00:00Z"},
    {"type": "Checkbox", "name": "yes", "defaultChecked": True},
    {"type": "Checkbox", "name": "no"},
    {"type": "RadioGroup", "name": "radio", "options": OPTIONS, "defaultValue": "a"},
    {"type": "RadioGroup", "name": "untaken", "options": OPTIONS},
    {"type": "Text", "value": "edited", "editable": {"name": "who.motto"}},
    field("off", defaultValue="x", disabled=True),
    SEND,
    payload={"id": 7},
)


def press(name: str) -> Steps:
    return lambda page: page.get_by_role("button", name=name, exact=True).click()


def enter(page: Page) -> None:
    page.locator("input").first.fill("typed")
    page.locator("input").first.press("Enter")


SENT: dict[str, tuple[JSON, Steps, JSON]] = {
    "a button": (button("Go", **click("go", {"id": 3})), press("Go"), {"type": "go", "payload": {"id": 3}}),
    "a payload that is no object": (button("Go", **click("go", ["1"])), press("Go"), {"type": "go", "payload": ["1"]}),
    "a row of a list": (
        row("Row"),
        press("Row"),
        {"type": "row", "payload": {}},
    ),
    "every kind of control": (
        EVERYTHING,
        press("Send"),
        {
            "type": "sent",
            "payload": {
                "id": 7,
                "who": {"name": "Ada", "age": "36", "motto": "edited"},
                "notes": "one\ntwo",
                "pick": "b",
                "day": "2026-05-06",
                "yes": True,
                "no": False,
                "radio": "a",
            },
        },
    ),
    "a form by Enter": (form(field("name"), SEND), enter, {"type": "sent", "payload": {"name": "typed"}}),
    "a form by Enter in a text that is edited": (
        form({"type": "Text", "value": "before", "editable": {"name": "name"}}, SEND),
        lambda page: page.locator("textarea").press("Enter"),
        {"type": "sent", "payload": {"name": "before"}},
    ),
    "a button in a form has its values too": (
        form(field("name", defaultValue="Ada"), button("Other", **click("other", {"id": 1}))),
        press("Other"),
        {"type": "other", "payload": {"id": 1, "name": "Ada"}},
    ),
    "a button that submits with an action of its own": (
        form(field("name", defaultValue="Ada"), button("Go", submit=True, **click("go"))),
        press("Go"),
        {"type": "go", "payload": {"name": "Ada"}},
    ),
    "a card that confirms": (
        card(field("name"), asForm=True, confirm={"label": "Yes", "action": {"type": "yes"}}),
        lambda page: (page.locator("input").fill("Ada"), press("Yes")(page)),
        {"type": "yes", "payload": {"name": "Ada"}},
    ),
    "a card by Enter": (
        card(field("name"), asForm=True, confirm={"label": "Yes", "action": {"type": "yes"}}),
        enter,
        {"type": "yes", "payload": {"name": "typed"}},
    ),
    "a card that is cancelled needs no values": (
        card(field("name", required=True), asForm=True, cancel={"label": "No", "action": {"type": "no"}}),
        press("No"),
        {"type": "no", "payload": {"name": ""}},
    ),
    "a card that is no form": (
        card(field("name", required=True), confirm={"label": "Yes", "action": {"type": "yes"}}),
        press("Yes"),
        {"type": "yes", "payload": {}},
    ),
    "a form inside of a card that is one": (
        card(field("outer"), form(field("inner"), SEND), asForm=True),
        press("Send"),
        {"type": "sent", "payload": {"inner": ""}},
    ),
    "a select that changes": (
        select(),
        lambda page: page.locator("select").select_option("b"),
        {"type": "changed", "payload": {"pick": "b"}},
    ),
    "a select that is cleared": (
        select(defaultValue="a", clearable=True),
        press("Clear"),
        {"type": "changed", "payload": {"pick": ""}},
    ),
    "a select by keyboard": (
        select(),
        lambda page: (page.locator("select").focus(), *map(page.keyboard.press, ("Enter", "ArrowDown", "Enter"))),
        {"type": "changed", "payload": {"pick": "b"}},
    ),
    "a day that changes": (
        {"type": "DatePicker", "name": "day", "onChangeAction": {"type": "changed"}},
        lambda page: page.locator(".ck-wid-date").fill("2026-02-03"),
        {"type": "changed", "payload": {"day": "2026-02-03"}},
    ),
    "a box that is ticked": (
        {"type": "Checkbox", "name": "box", "label": "Tick", "onChangeAction": {"type": "changed"}},
        lambda page: page.get_by_label("Tick").check(),
        {"type": "changed", "payload": {"box": True}},
    ),
    "a choice that is taken": (
        {"type": "RadioGroup", "name": "radio", "options": OPTIONS, "onChangeAction": {"type": "changed"}},
        lambda page: page.get_by_role("radio", name="B").check(),
        {"type": "changed", "payload": {"radio": "b"}},
    ),
    "a change in a form has all its values": (
        form(
            field("name", defaultValue="Ada"),
            {"type": "Checkbox", "name": "box", "label": "Tick", "onChangeAction": {"type": "changed"}},
        ),
        lambda page: page.get_by_label("Tick").check(),
        {"type": "changed", "payload": {"name": "Ada", "box": True}},
    ),
    "names that mean something to scripts": (
        form(field("__proto__.x", defaultValue="1"), field("constructor", defaultValue="2"), SEND),
        press("Send"),
        {"type": "sent", "payload": {"__proto__": {"x": "1"}, "constructor": "2"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("root", "steps", "sent"), SENT.values(), ids=SENT)
def test_the_server_receives_what_was_filled_in(
    stage: Stage, item_id: str, root: JSON, steps: Steps, sent: JSON
) -> None:
    stage.page.evaluate("inspector.log.clear()")
    stage.show(root, item_id=item_id)
    steps(stage.page)
    (exchange,) = done(stage.page)
    request = json.loads(exchange["sent"])
    assert request["type"] == "threads.custom_action"
    assert request["params"]["item_id"] == item_id
    assert {"payload": {}} | request["params"]["action"] == sent
    # What the test bed says that it got.
    assert f"sender={item_id}" in exchange["told"]
    assert json.dumps(json.dumps(sent["payload"]))[1:-1] in exchange["told"] or not sent["payload"]


def test_an_action_without_a_stream(stage: Stage, item_id: str) -> None:
    stage.page.evaluate("inspector.log.clear()")
    stage.show(button("Go", **click("go", {"id": 3}, streaming=False)), item_id=item_id)
    press("Go")(stage.page)
    (exchange,) = done(stage.page)
    request = json.loads(exchange["sent"])
    assert request["type"] == "threads.sync_custom_action"
    assert request["params"]["action"] == {"type": "go", "payload": {"id": 3}}


def test_an_action_of_the_page_is_not_sent(stage: Stage, item_id: str) -> None:
    stage.page.evaluate("inspector.log.clear()")
    stage.show(button("Go", **click("go", {"id": 3}, handler="client")), item_id=item_id)
    press("Go")(stage.page)
    assert stage.page.evaluate("[inspector.session.view.effects[0], inspector.log.exchanges.length]") == [
        {"name": "go", "data": {"id": 3}},
        0,
    ]


INVALID: dict[str, tuple[JSON, str, str]] = {
    "required": (field("x", required=True), "", "a"),
    "pattern": (field("x", pattern="[0-9]{4}"), "12", "1234"),
    "kind": (field("x", inputType="email"), "ada", "ada@example.com"),
    "textarea": ({"type": "Textarea", "name": "x", "pattern": "[a-z]+"}, "A1", "abc"),
    "a text that is edited": (
        {"type": "Text", "value": "", "editable": {"name": "x", "required": True, "pattern": "a+"}}, "b", "aa",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("control", "wrong", "right"), INVALID.values(), ids=INVALID)
def test_what_is_not_as_it_should_be_is_not_sent(stage: Stage, control: JSON, wrong: str, right: str) -> None:
    shown = stage.show(form(control, SEND))
    box = shown.locator("input, textarea")
    box.fill(wrong)
    press("Send")(stage.page)
    assert stage.acts == []
    expect(box).to_be_focused()
    box.fill(right)
    press("Send")(stage.page)
    assert [one["action"]["payload"] for one in stage.acts] == [{"x": right}]


@pytest.mark.parametrize("kind", ["Checkbox", "RadioGroup"])
def test_a_choice_that_is_required(stage: Stage, kind: str) -> None:
    shown = stage.show(form({"type": kind, "name": "x", "label": "A", "options": OPTIONS, "required": True}, SEND))
    press("Send")(stage.page)
    assert stage.acts == []
    shown.get_by_label("A", exact=True).check()
    press("Send")(stage.page)
    assert len(stage.acts) == 1


def test_what_the_payload_says_stays_and_the_author_is_told(stage: Stage) -> None:
    shown = stage.show(
        form(field("id", defaultValue="mine"), field("name", defaultValue="Ada"), SEND, payload={"id": 7})
    )
    press("Send")(stage.page)
    assert stage.acts[0]["action"]["payload"] == {"id": 7, "name": "Ada"}
    assert "no room for the field `id`" in (stage.page.locator(".ck-wid-notes").text_content() or "")
    stage.show(form(field("name"), SEND, payload=[1]))
    press("Send")(stage.page)
    assert stage.acts[0]["action"]["payload"] == [1]
    assert shown


PLACES = {"self": ".ck-wid-press", "container": ".ck-wid-card", "none": None}
BUSY: dict[str, tuple[JSON, Steps, str | None]] = {
    **{
        f"a button, {behaviour}": (card(button("Go", **click("go", loadingBehavior=behaviour))), press("Go"), place)
        for behaviour, place in (PLACES | {"auto": PLACES["self"]}).items()
    },
    "a card that confirms": (card(confirm={"label": "Go", "action": {"type": "go"}}), press("Go"), ".ck-wid-card"),
    "a card that confirms, self": (
        card(confirm={"label": "Go", "action": {"type": "go", "loadingBehavior": "none"}}), press("Go"), None,
    ),
    "a form": (card(form(button("Go", submit=True))), press("Go"), ".ck-wid-card"),
    "a form, self": (
        card(form(button("Go", submit=True), onSubmitAction={"type": "go", "loadingBehavior": "self"})),
        press("Go"),
        ".ck-wid-form",
    ),
    "a row": (
        row("Go"),
        press("Go"),
        ".ck-wid-row",
    ),
    "a select": (
        card(select()),
        lambda page: page.locator("select").select_option("a"),
        None,
    ),
    "a select, self": (
        card(select(onChangeAction={"type": "go", "loadingBehavior": "self"})),
        lambda page: page.locator("select").select_option("a"),
        ".ck-wid-picker",
    ),
}  # fmt: skip
IS_BUSY = "[...document.querySelectorAll('[aria-busy=true]')].map((one) => [one.matches(place), one.inert])"


@pytest.mark.parametrize(("root", "steps", "place"), BUSY.values(), ids=BUSY)
def test_what_is_busy(stage: Stage, root: JSON, steps: Steps, place: str | None) -> None:
    stage.show(root, waits=True)
    steps(stage.page)
    assert len(stage.acts) == 1
    found = stage.page.evaluate(f"(place) => {IS_BUSY}", place or "*")
    assert found == ([] if place is None else [[True, place != ".ck-wid-press"]])
    stage.settle()
    assert stage.page.evaluate("document.querySelectorAll('[aria-busy], [inert]').length") == 0


def test_what_is_busy_sends_nothing_more_and_gives_the_focus_back(stage: Stage) -> None:
    stage.show(
        card(button("Go", **click("go", loadingBehavior="container")), button("Other", **click("other"))), waits=True
    )
    go = stage.page.get_by_role("button", name="Go")
    go.click()
    go.evaluate("(e) => e.click()")
    stage.page.evaluate(
        "[...document.querySelectorAll('button')].forEach((one) => one.checkVisibility() && one.click())"
    )
    assert len(stage.acts) == 1
    stage.settle()
    expect(go).to_be_focused()
    go.click()
    assert len(stage.acts) == 2
    stage.settle()


def test_an_action_that_fails_leaves_nothing_busy(stage: Stage) -> None:
    stage.show(button("Go", **click("go")), waits=True)
    press("Go")(stage.page)
    stage.page.evaluate("settle.splice(0).forEach((done) => done(Promise.reject(new Error('refused'))))")
    expect(stage.page.locator(".ck-wid-notes")).to_contain_text("refused")
    expect(stage.page.locator("[aria-busy]")).to_have_count(0)
