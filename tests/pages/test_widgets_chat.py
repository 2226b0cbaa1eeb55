"""Widgets in the conversation: what an action brings back changes them where they stand."""

from typing import Any

from playwright.sync_api import Page, expect

from support.scripts import HOLD, added, done, item, updated

JSON = dict[str, Any]
ANSWERED = """async () => {
  const last = () => inspector.log.exchanges.at(-1);
  while (last().state !== "done") await new Promise(requestAnimationFrame);
  return last().request.type;
}"""
"""The request that was answered last."""


def press(label: str, *operations: Any, **action: Any) -> JSON:
    """A button whose action has the test bed carry out a script."""
    return {
        "type": "Button",
        "label": label,
        "onClickAction": {"type": "go", "payload": {"ckc": operations}, **action},
    }


def text(value: str, **props: Any) -> JSON:
    return {"type": "Text", "id": "t", "value": value} | props


def test_an_action_changes_a_component_and_leaves_what_was_typed(chat: Page, bed: Any) -> None:
    grow = updated("widget.streaming_text.value_delta", component_id="t", delta=" two", done=True)
    change = updated("widget.component.updated", component_id="t", component=text("three"))
    name = {"type": "Input", "name": "name"}
    card = {"type": "Card", "children": [text("One"), name, press("Grow", grow), press("Change", change)]}
    bed.play(chat, done(item("widget", widget=card)))
    shown = chat.locator("article[data-type=widget]")
    shown.get_by_role("textbox").fill("typed")
    shown.get_by_role("button", name="Grow").click()
    expect(shown.locator(".ck-wid-text")).to_have_text("One two")
    shown.get_by_role("button", name="Change").click()
    expect(shown.locator(".ck-wid-text")).to_have_text("three")
    expect(shown.get_by_role("textbox")).to_have_value("typed")
    expect(shown.get_by_role("button", name="Change")).to_be_focused()


def test_a_widget_is_busy_until_its_answer_has_ended(chat: Page, bed: Any) -> None:
    slow = press("Slow", HOLD, loadingBehavior="container")
    bed.play(chat, done(item("widget", widget={"type": "Card", "children": [slow]})))
    shown = chat.locator("article[data-type=widget] .ck-wid-card")
    shown.get_by_role("button", name="Slow").click()
    expect(shown).to_have_attribute("aria-busy", "true")
    chat.get_by_role("button", name="Stop").click()
    expect(shown).not_to_have_attribute("aria-busy", "true")


def test_an_action_without_a_stream_is_sent_while_an_answer_is_written(chat: Page, bed: Any) -> None:
    quiet = press("Quiet", streaming=False)
    bed.play(chat, done(item("widget", widget={"type": "Card", "children": [quiet]})))
    bed.begin(chat, HOLD)
    expect(chat.get_by_role("button", name="Stop")).to_be_visible()
    chat.get_by_role("button", name="Quiet").click()
    assert chat.evaluate(ANSWERED) == "threads.sync_custom_action"
    expect(chat.locator("article [aria-busy=true]")).to_have_count(0)
    expect(chat.get_by_role("button", name="Stop")).to_be_visible()
    chat.get_by_role("button", name="Stop").click()


def test_an_action_of_the_page_is_shown(chat: Page, bed: Any) -> None:
    bed.play(chat, done(item("widget", widget={"type": "Card", "children": [press("Here", handler="client")]})))
    chat.get_by_role("button", name="Here").click()
    expect(chat.locator("ck-chat")).to_contain_text("go")
    assert chat.evaluate("inspector.log.exchanges.length") == 1


def test_a_theme_that_is_switched_reaches_the_widgets_but_those_with_their_own(chat: Page, bed: Any) -> None:
    plain, dark = (
        {"type": "Card", "children": [text("plain")]},
        {"type": "Card", "theme": "dark", "children": [text("dark")]},
    )
    bed.play(chat, done(item("widget", widget=plain)), done(item("widget", "b", widget=dark)))
    cards = chat.locator("article .ck-wid-card")
    colours = "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"
    chat.evaluate("inspector.session.settings.set({ theme: 'light' })")
    assert cards.evaluate_all(colours) == ["rgb(255, 255, 255)", "rgb(23, 27, 34)"]
    chat.evaluate("inspector.session.settings.set({ theme: 'dark' })")
    assert cards.evaluate_all(colours) == ["rgb(23, 27, 34)", "rgb(23, 27, 34)"]


def test_a_widget_that_streams_grows_in_its_place(chat: Page, bed: Any) -> None:
    first = item("widget", widget={"type": "Card", "children": [text("One", streaming=True)]})
    after = {"type": "Card", "children": [text("One two three"), text("x", id="u")]}
    grow = updated("widget.streaming_text.value_delta", component_id="t", delta=" two", done=False)
    bed.begin(chat, added(first), grow, HOLD)
    shown = chat.locator("article[data-type=widget]")
    expect(shown.locator(".ck-wid-text[data-streaming]")).to_have_text("One two")
    chat.get_by_role("button", name="Stop").click()
    whole = updated("widget.root.updated", widget=after)
    bed.play(chat, added(first), grow, whole, done(item("widget", widget=after)))
    expect(shown.last.locator(".ck-wid-text")).to_have_text(["One two three", "x"])
    expect(shown.last.locator("[data-streaming]")).to_have_count(0)
