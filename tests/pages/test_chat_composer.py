"""The composer: writing and sending, files, tags, menus, dictation, and when nothing can be said."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import Faults, context_of
from support.scripts import HOLD, done, event, said

LAST = "inspector.log.exchanges.at(-1).request"
INPUT = f"{LAST}.params.input"
KINDS = "inspector.log.exchanges.map((one) => one.request?.type ?? `${one.method} ${one.path}`)"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
DROP = """([kind, name]) => {
  const data = new DataTransfer();
  data.items.add(new File(["some text"], name, { type: "text/plain" }));
  const target = document.querySelector(".ck-composer-text");
  const options = { bubbles: true, cancelable: true };
  if (kind === "paste") target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, ...options }));
  else {
    target.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, ...options }));
    target.dispatchEvent(new DragEvent("drop", { dataTransfer: data, ...options }));
  }
}"""


def message(page: Page) -> Any:
    return page.get_by_label("Message", exact=True)


def test_enter_sends_and_shift_enter_begins_a_line(chat: Page) -> None:
    expect(chat.get_by_role("button", name="Send")).to_be_disabled()
    message(chat).press_sequentially("one")
    message(chat).press("Shift+Enter")
    message(chat).press_sequentially("two")
    expect(message(chat)).to_have_value("one\ntwo")
    message(chat).press("Enter")
    expect(chat.get_by_label("You").locator(".ck-bubble")).to_have_text("one\ntwo")
    expect(message(chat)).to_have_value("")
    assert chat.evaluate(INPUT)["content"] == [{"type": "input_text", "text": "one\ntwo"}]


def test_enter_that_ends_a_composition_does_not_send(chat: Page) -> None:
    message(chat).fill("かな")
    press = """(field, init) => {
      const options = { key: "Enter", bubbles: true, cancelable: true, ...init };
      field.dispatchEvent(new KeyboardEvent("keydown", options));
    }"""
    message(chat).evaluate(press, {"isComposing": True})
    message(chat).evaluate(press, {"keyCode": 229})
    expect(message(chat)).to_have_value("かな")
    assert chat.evaluate("inspector.log.exchanges.length") == 0
    message(chat).evaluate(press, {})
    expect(message(chat)).to_have_value("")


def test_the_field_grows_with_its_text(chat: Page) -> None:
    before = message(chat).bounding_box()["height"]
    message(chat).fill("\n".join("abcdefgh"))
    assert message(chat).bounding_box()["height"] > 3 * before
    message(chat).fill("\n".join("a" * 200))
    assert message(chat).bounding_box()["height"] <= 240


def test_stop_is_there_while_it_may_be(chat: Page, bed: Any) -> None:
    bed.begin(chat, HOLD)
    expect(chat.get_by_role("button", name="Send")).to_be_hidden()
    message(chat).fill("too early")
    message(chat).press("Enter")
    expect(message(chat)).to_have_value("too early")
    chat.get_by_role("button", name="Stop").click()
    expect(chat.get_by_role("button", name="Send")).to_be_enabled()
    expect(message(chat)).to_be_focused()


def test_no_stop_where_the_server_does_not_allow_it(chat: Page, bed: Any) -> None:
    bed.begin(chat, event("stream_options", stream_options={"allow_cancel": False}), HOLD)
    expect(chat.get_by_role("button", name="Stop")).to_be_hidden()
    expect(chat.get_by_role("button", name="Send")).to_be_disabled()
    chat.evaluate("inspector.session.stop()")


def test_tags_by_keyboard(chat: Page) -> None:
    entities = [
        {"id": "ada", "title": "Ada Lovelace", "group": "People", "icon": "profile", "data": {"born": 1815}},
        {"id": "adam", "title": "Adam", "interactive": True},
        {"id": "bob", "title": "Bob"},
    ]
    chat.evaluate("(entities) => inspector.settings.set({ entities })", entities)
    expect(message(chat)).to_have_role("combobox")
    message(chat).press_sequentially("hi @ad")
    expect(chat.locator(".ck-tags").get_by_role("option")).to_have_text(["Ada LovelacePeople", "Adam"])
    message(chat).press("ArrowDown")
    expect(chat.locator(".ck-tags").get_by_role("option", name="Adam")).to_have_attribute("aria-selected", "true")
    assert message(chat).get_attribute("aria-activedescendant") == chat.get_by_role(
        "option", name="Adam"
    ).get_attribute("id")
    message(chat).press("ArrowUp")
    message(chat).press("Enter")
    expect(message(chat)).to_have_value("hi @Ada Lovelace ")
    message(chat).press_sequentially("and @")
    expect(chat.locator(".ck-tags").get_by_role("option")).to_have_count(3)
    message(chat).press("Escape")
    expect(chat.locator(".ck-tags")).to_be_hidden()
    message(chat).press_sequentially("bob!")
    chat.evaluate("document.activeElement.blur()")
    chat.get_by_role("button", name="Send").click()
    assert chat.evaluate(INPUT)["content"] == [
        {"type": "input_text", "text": "hi "},
        {
            "type": "input_tag",
            "id": "ada",
            "text": "Ada Lovelace",
            "data": {"born": 1815},
            "group": "People",
            "interactive": False,
        },
        {"type": "input_text", "text": " and @bob!"},
    ]
    expect(chat.get_by_label("You").locator(".ck-tag")).to_have_text("@Ada Lovelace")


def test_a_tag_by_pointer(chat: Page) -> None:
    chat.evaluate("inspector.settings.set({ entities: [{ id: 'bob', title: 'Bob' }] })")
    message(chat).press_sequentially("@")
    chat.locator(".ck-tags").get_by_role("option", name="Bob").click()
    expect(message(chat)).to_have_value("@Bob ")
    expect(message(chat)).to_be_focused()


def test_models_and_tools(chat: Page) -> None:
    models = [
        {"id": "fast", "label": "Fast", "default": True},
        {"id": "deep", "label": "Deep"},
        {"id": "old", "label": "Old", "disabled": True},
    ]
    chat.evaluate("(models) => inspector.settings.set({ models, tools: [{ id: 'search', label: 'Search' }] })", models)
    expect(chat.get_by_label("Model").locator("option:checked")).to_have_text("Fast")
    chat.get_by_label("Model").select_option("Deep")
    chat.get_by_label("Tool").select_option("Search")
    message(chat).fill("go")
    message(chat).press("Enter")
    assert chat.evaluate(INPUT)["inference_options"] == {"tool_choice": {"id": "search"}, "model": "deep"}


def test_a_file_by_the_button_with_its_preview(chat: Page) -> None:
    chat.locator("ck-chat input[type=file]").set_input_files(
        {"name": "dot.png", "mimeType": "image/png", "buffer": PNG}
    )
    row = chat.get_by_role("list", name="Attachments").get_by_role("listitem")
    expect(row).to_contain_text(f"dot.png{len(PNG)} B")
    expect(row.locator("img")).to_have_attribute("src", re.compile("^blob:"))
    assert chat.evaluate(KINDS)[0] == "attachments.create"
    message(chat).press("Enter")
    expect(chat.get_by_label("You").get_by_role("list", name="Attachments")).to_contain_text("dot.png")
    assert len(chat.evaluate(INPUT)["attachments"]) == 1
    expect(row).to_have_count(1)  # it stands in the message, and no longer in the composer
    expect(chat.locator(".ck-drafts")).to_be_hidden()


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_file_by(chat: Page, kind: str) -> None:
    chat.evaluate(DROP, [kind, "note.txt"])
    expect(chat.locator(".ck-draft")).to_contain_text("note.txt9 B")


def test_a_file_that_is_taken_out(chat: Page) -> None:
    chat.evaluate(DROP, ["drop", "note.txt"])
    expect(chat.locator(".ck-draft")).to_have_attribute("data-state", "done")
    chat.get_by_role("button", name="Remove note.txt").click()
    expect(chat.locator(".ck-draft")).to_have_count(0)
    assert chat.evaluate(LAST)["type"] == "attachments.delete"


def test_a_file_on_its_way(chat: Page) -> None:
    chat.route("**/uploads/*", lambda _route: None)
    chat.evaluate(DROP, ["drop", "slow.txt"])
    expect(chat.get_by_role("progressbar", name="Upload of slow.txt")).to_be_visible()
    message(chat).fill("wait")
    expect(chat.get_by_role("button", name="Send")).to_be_disabled()
    chat.get_by_role("button", name="Remove slow.txt").click()
    expect(chat.get_by_role("button", name="Send")).to_be_enabled()
    chat.unroute("**/uploads/*")


def test_a_message_waits_for_its_files(chat: Page) -> None:
    held: list[Any] = []
    chat.route("**/uploads/*", lambda route: held.insert(0, route))
    chat.evaluate(DROP, ["drop", "slow.txt"])
    expect(chat.get_by_role("progressbar", name="Upload of slow.txt")).to_be_visible()
    message(chat).fill("with it")
    message(chat).press("Enter")
    expect(message(chat)).to_have_value("with it")
    held[0].continue_()
    expect(chat.get_by_label("You")).to_contain_text("with it")
    expect(chat.get_by_label("You")).to_contain_text("slow.txt")
    chat.unroute("**/uploads/*")


@pytest.fixture(scope="module")
def demo_page(browser: Browser, demo: str) -> Iterator[Page]:
    faults = Faults()
    faults.allow("status of 4")
    with context_of(browser, faults) as context:
        page = context.new_page()
        page.goto(demo)
        page.locator("ck-app[data-ready]").wait_for()
        yield page
    assert faults.seen == []


def test_a_file_that_is_sent_at_once(demo_page: Page, tmp_path: Path) -> None:
    demo_page.evaluate("inspector.settings.set({ uploads: { strategy: 'direct', url: '' } })")
    (tmp_path / "dot.png").write_bytes(PNG)
    demo_page.locator("ck-chat input[type=file]").set_input_files(tmp_path / "dot.png")
    expect(demo_page.locator(".ck-draft")).to_have_attribute("data-state", "done")
    assert demo_page.evaluate(KINDS) == ["POST /chatkit/api/upload"]
    message(demo_page).fill("look")
    message(demo_page).press("Enter")
    picture = demo_page.get_by_label("You").locator("img.ck-thumb")
    expect(picture).to_be_visible()
    assert picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") == 1


def test_a_file_that_the_server_refuses(demo_page: Page) -> None:
    demo_page.evaluate("inspector.settings.set({ uploads: { strategy: 'direct', url: 'chatkit/api/nowhere' } })")
    demo_page.evaluate(DROP, ["drop", "lost.txt"])
    expect(demo_page.locator(".ck-draft[data-state=failed]")).to_contain_text("lost.txt")
    demo_page.get_by_role("button", name="Remove lost.txt").click()
    expect(demo_page.locator(".ck-draft")).to_have_count(0)


def test_dictation(chat: Page) -> None:
    chat.context.grant_permissions(["microphone"])
    message(chat).fill("before")
    chat.get_by_role("button", name="Dictate").click()
    expect(chat.get_by_role("button", name="Stop dictation")).to_have_attribute("aria-pressed", "true")
    chat.wait_for_timeout(300)  # something has to be recorded
    chat.get_by_role("button", name="Stop dictation").click()
    # The test bed tells how many bytes of which type it heard.
    expect(message(chat)).to_have_value(re.compile(r"^before \d\d+\|audio/webm$"))
    assert chat.evaluate(LAST)["params"]["mime_type"] == "audio/webm;codecs=opus"


def test_no_dictation_unless_wanted(chat: Page) -> None:
    expect(chat.get_by_role("button", name="Dictate")).to_be_visible()
    chat.evaluate("inspector.settings.set({ dictation: false })")
    expect(chat.get_by_role("button", name="Dictate")).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(
            {"type": "locked", "reason": "Payment is due."}, "This thread is locked: Payment is due.", id="locked"
        ),
        pytest.param({"type": "closed"}, "This thread is closed.", id="closed"),
    ],
)
def test_where_nothing_can_be_said(chat: Page, bed: Any, status: Any, words: str) -> None:
    bed.play(chat, ["status", status], done(said("That is all.")))
    expect(chat.locator(".ck-locked")).to_have_text(words)
    expect(message(chat)).to_be_hidden()
    expect(chat.locator(".ck-chat-bar .ck-state")).to_have_text(status["type"])
    chat.get_by_role("button", name="New thread").first.click()
    expect(message(chat)).to_be_visible()


def test_a_recording_can_only_be_read(chat: Page) -> None:
    chat.evaluate("inspector.session.show({ ...inspector.session.view })")
    expect(chat.locator(".ck-locked")).to_contain_text("A recording is shown.")
    expect(message(chat)).to_be_hidden()
    chat.evaluate("inspector.session.show(null)")
    expect(message(chat)).to_be_visible()


def test_a_new_thread_offers_a_beginning(chat: Page) -> None:
    chat.get_by_role("button", name="Hello", exact=True).click()
    expect(chat.get_by_label("You")).to_have_text("Hello")
    expect(chat.get_by_role("button", name="Hello", exact=True)).to_be_hidden()
    assert json.dumps(chat.evaluate(INPUT)["content"]) == '[{"type": "input_text", "text": "Hello"}]'
