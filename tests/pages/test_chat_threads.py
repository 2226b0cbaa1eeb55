"""Threads in the chat: the history's drawer, the title, older items, and where the conversation is scrolled to."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import PHONE
from support.scripts import HOLD, added, delta, done, said, updated

LAST = "inspector.log.exchanges.at(-1).request"
KINDS = "inspector.log.exchanges.map((one) => one.request.type)"


def drawer(page: Page) -> Any:
    return page.get_by_role("dialog", name="History")


def begin(page: Page, bed: Any, *titles: str) -> None:
    """Begin threads with these titles; the last one is shown."""
    for title in titles:
        page.evaluate("inspector.session.openThread(null)")
        bed.play(page, ["title", title], done(said(f"This is {title}.")))


def test_the_title(chat: Page, bed: Any) -> None:
    heading = chat.locator(".ck-thread-name")
    expect(heading).to_have_text("New thread")
    bed.play(chat, ["notice", "hi"])
    expect(heading).to_have_text("Untitled thread")
    bed.play(chat, ["title", "Boats"])
    expect(heading).to_have_text("Boats")


def test_the_drawer_opens_threads(chat: Page, bed: Any) -> None:
    begin(chat, bed, "Red", "Blue")
    chat.get_by_role("button", name="History").click()
    rows = drawer(chat).get_by_role("listitem")
    expect(rows.nth(0)).to_contain_text("Blue")
    expect(drawer(chat).locator("[aria-current=true]")).to_contain_text("Blue")
    rows.filter(has_text="Red").get_by_role("button").first.click()
    expect(drawer(chat)).to_be_hidden()
    expect(chat.locator(".ck-thread-name")).to_have_text("Red")
    expect(chat.get_by_role("log")).to_contain_text("This is Red.")
    expect(chat.get_by_role("button", name="History")).to_be_focused()


def test_a_thread_is_renamed_in_its_row(chat: Page, bed: Any) -> None:
    begin(chat, bed, "Old name")
    chat.get_by_role("button", name="History").click()
    drawer(chat).get_by_role("button", name="Rename Old name").click()
    field = drawer(chat).get_by_label("New title")
    expect(field).to_be_focused()
    field.fill("not this")
    field.press("Escape")
    expect(drawer(chat)).to_be_visible()
    drawer(chat).get_by_role("button", name="Rename Old name").click()
    field.fill("New name")
    field.press("Enter")
    expect(drawer(chat).get_by_role("button", name="Rename New name")).to_be_visible()
    assert chat.evaluate(LAST)["params"]["title"] == "New name"
    expect(drawer(chat).locator(".ck-thread-open").first).to_be_focused()
    chat.keyboard.press("Escape")
    expect(chat.locator(".ck-thread-name")).to_have_text("New name")


def test_a_thread_is_deleted_once_that_is_sure(chat: Page, bed: Any) -> None:
    begin(chat, bed, "Keep", "Drop")
    chat.get_by_role("button", name="History").click()
    drawer(chat).get_by_role("button", name="Delete Drop").click()
    expect(drawer(chat).get_by_role("button", name="Keep", exact=True)).to_be_focused()
    drawer(chat).get_by_role("button", name="Keep", exact=True).click()
    assert "threads.delete" not in chat.evaluate(KINDS)
    drawer(chat).get_by_role("button", name="Delete Drop").click()
    drawer(chat).get_by_role("button", name="Delete", exact=True).click()
    expect(drawer(chat).get_by_role("button", name="Delete Drop")).to_have_count(0)
    assert "threads.delete" in chat.evaluate(KINDS)
    chat.keyboard.press("Escape")
    expect(chat.locator(".ck-thread-name")).to_have_text("New thread")


def test_a_new_thread_from_the_drawer(chat: Page, bed: Any) -> None:
    begin(chat, bed, "Before")
    chat.get_by_role("button", name="History").click()
    drawer(chat).get_by_role("button", name="New thread").click()
    expect(drawer(chat)).to_be_hidden()
    expect(chat.locator("article")).to_have_count(0)
    expect(chat.get_by_text("Say something to your server")).to_be_visible()


def test_the_history_comes_in_pages(chat: Page) -> None:
    chat.evaluate("""async () => {
      const input = { content: [{ type: "input_text", text: "hi" }], attachments: [], inference_options: {} };
      for (let count = 0; count < 25; count += 1) {
        await inspector.client.stream({ type: "threads.create", params: { input } }, { onEvent: () => {} });
      }
    }""")
    chat.get_by_role("button", name="History").click()
    rows = drawer(chat).get_by_role("listitem")
    expect(rows).to_have_count(20)
    drawer(chat).get_by_role("button", name="Older threads").click()
    expect(rows.nth(24)).to_be_visible()
    chat.keyboard.press("Escape")


def test_the_drawer_on_a_phone(chat: Page, bed: Any) -> None:
    begin(chat, bed, "Small")
    chat.set_viewport_size(PHONE)
    chat.get_by_role("button", name="History").click()
    assert drawer(chat).bounding_box()["width"] <= PHONE["width"]
    drawer(chat).get_by_role("button", name="Close history").click()
    expect(drawer(chat)).to_be_hidden()
    composer = chat.locator(".ck-composer-box").bounding_box()
    assert composer["y"] + composer["height"] <= PHONE["height"]
    assert chat.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.fixture
def long(chat: Page, bed: Any) -> Page:
    """A thread of 131 items, of which the newest have been loaded."""
    bed.play(
        chat, ["repeat", 130, [["widget", [{"type": "Card", "children": [{"type": "Text", "value": "One of many"}]}]]]]
    )
    chat.evaluate("inspector.session.openThread(inspector.session.threadId)")
    expect(chat.locator("article")).to_have_count(50)
    return chat


DISTANCE = "(one) => one.scrollHeight - one.clientHeight - one.scrollTop"


def test_a_long_thread_shows_its_end_and_loads_what_came_before(long: Page) -> None:
    log = long.get_by_role("log")
    assert log.evaluate(DISTANCE) < 2
    first = long.locator("article").first.get_attribute("data-item")
    long.get_by_role("button", name="Earlier messages").click()
    expect(long.locator("article")).to_have_count(100)
    # What was on the screen stays there.
    expect(long.locator(f"article[data-item='{first}']")).to_be_in_viewport()
    long.get_by_role("button", name="Earlier messages").click()
    expect(long.locator("article")).to_have_count(131)
    expect(long.get_by_role("button", name="Earlier messages")).to_be_hidden()
    expect(long.locator("article").first).to_have_attribute("data-type", "user_message")


def test_the_end_stays_in_sight_unless_the_user_scrolls_up(long: Page, bed: Any) -> None:
    log, jump = long.get_by_role("log"), long.get_by_role("button", name="Jump to the end")
    bed.begin(
        long,
        added(said("")),
        *[step for line in range(30) for step in (delta(f"Line {line}\n\n"), ["sleep", 20])],
        HOLD,
    )
    expect(log).to_contain_text("Line 29")
    assert log.evaluate(DISTANCE) < 2
    expect(jump).to_be_hidden()
    long.evaluate("inspector.session.stop()")
    log.hover()
    long.mouse.wheel(0, -600)
    expect(jump).to_be_visible()
    bed.begin(
        long,
        added(said("", name="b")),
        *[step for line in range(30) for step in (delta(f"More {line}\n\n", "b"), ["sleep", 20])],
        HOLD,
    )
    log.evaluate("(one) => one.scrollBy(0, -900)")
    expect(log).to_contain_text("More 29")
    assert log.evaluate(DISTANCE) > 300
    jump.click()
    expect(jump).to_be_hidden()
    assert log.evaluate(DISTANCE) < 2
    long.evaluate("inspector.session.stop()")


def test_the_very_top_stays_in_sight_while_the_end_grows(chat: Page, bed: Any) -> None:
    log = chat.get_by_role("log")
    bed.begin(
        chat,
        done(said("A line.\n\n" * 30)),
        added(said("", name="b")),
        *[step for line in range(30) for step in (delta(f"Line {line}\n\n", "b"), ["sleep", 20])],
        HOLD,
    )
    expect(log).to_contain_text("Line 1")
    log.evaluate("(one) => one.scrollTo(0, 0)")
    expect(log).to_contain_text("Line 29")
    assert log.evaluate("(one) => one.scrollTop") == 0
    chat.evaluate("inspector.session.stop()")


def test_who_says_something_sees_the_end(long: Page) -> None:
    log = long.get_by_role("log")
    log.hover()
    long.mouse.wheel(0, -600)
    expect(long.get_by_role("button", name="Jump to the end")).to_be_visible()
    long.get_by_label("Message", exact=True).fill("here")
    long.keyboard.press("Enter")
    expect(long.locator("article").last).to_be_in_viewport()
    assert log.evaluate(DISTANCE) < 2


def test_a_thread_that_is_reloaded_is_the_same(chat: Page, bed: Any) -> None:
    bed.play(
        chat,
        done(said("To be kept.")),
        added(said("", name="b")),
        updated(
            "assistant_message.content_part.added",
            "b",
            content_index=0,
            content={"type": "output_text", "text": "", "annotations": []},
        ),
        delta("So **is** this.", "b"),
        done(said("So **is** this.", name="b")),
    )
    shape = (
        "[...document.querySelectorAll('article')].map((one) => [one.dataset.item, one.dataset.type, one.innerText])"
    )
    expect(chat.locator("article")).to_have_count(3)
    before = chat.evaluate(shape)
    chat.reload()
    chat.locator("ck-app[data-ready]").wait_for()
    expect(chat.locator("article")).to_have_count(3)
    assert chat.evaluate(shape) == before
