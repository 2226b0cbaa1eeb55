"""The page as it is served, and that a conversation can be held in it."""

from typing import Any

from playwright.sync_api import Page, expect


def test_a_conversation(page: Page, demo: str) -> None:
    page.goto(demo)
    page.get_by_label("Message").fill("hello")
    page.keyboard.press("Enter")
    expect(page.locator("ck-chat")).to_contain_text("I am the built-in demo model")


def test_a_script(page: Page, bed: Any) -> None:
    bed.open(page)
    bed.play(page, ["notice", "hello"])
    assert page.evaluate("window.inspector.session.view.notices")[0]["message"] == "hello"
    assert [one["state"] for one in page.evaluate("window.inspector.log.exchanges")] == ["done"]
