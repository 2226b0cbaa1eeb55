"""`make run` as a user sees it: every command of the demo in one conversation, answered and clicked, found again."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chatkit_agents.demo.commands import COMMANDS
from chatkit_conformance.findings import report_of
from chatkit_conformance.transcript import read

LAST = ("/lock", "/close")
"""What ends a conversation comes at its end."""
ORDER = [*(name for name in COMMANDS if name not in LAST), *LAST]
WORDS = {"/long": "/long 12"}
IDLE = "async () => { while (inspector.session.streaming) await new Promise((go) => setTimeout(go, 20)); }"
WRITTEN = """async () => {
  const { write } = await import("./inspector/wire/transcript.js");
  return write(inspector.log.exchanges);
}"""
LISTED = """async () => {
  const { client, session } = inspector;
  const params = { thread_id: session.threadId, order: "asc", limit: 1000 };
  return (await client.reply({ type: "items.list", params })).data;
}"""
ITEMS = "[...inspector.session.view.items.values()]"
SEEN = """[...document.querySelectorAll("ck-chat .ck-item")].map((one) => [one.dataset.item, one.textContent])"""


class Conversation:
    """What a user does in the chat."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chat = page.locator("ck-chat")
        self.message = self.chat.get_by_label("Message", exact=True)

    def say(self, text: str) -> None:
        """Type a message and send it; wait for the end of the answer."""
        self.message.fill(text)
        self.page.keyboard.press("Enter")
        expect(self.chat).to_contain_text(text.split(maxsplit=1)[0])
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is written any more, what the page's own tools began included."""
        for _ in range(2):
            self.page.evaluate(IDLE)
            self.page.wait_for_timeout(30)

    def item(self, kind: str) -> Any:
        """Give the newest item of a type."""
        return self.chat.locator(f'.ck-item[data-type="{kind}"]').last

    def click(self, name: str, *, kind: str = "widget") -> None:
        """Click a button in the newest item of a type."""
        self.item(kind).get_by_role("button", name=name, exact=True).click()
        self.settle()


def answer(talk: Conversation) -> None:
    talk.item("structured_input").get_by_label("By boat").check()
    talk.item("structured_input").get_by_label("Why?").fill("The sea")
    talk.click("Submit", kind="structured_input")


def allow(talk: Conversation) -> None:
    talk.item("structured_input").get_by_role("radio").first.check()
    talk.click("Submit", kind="structured_input")


def count(talk: Conversation) -> None:
    talk.click("Count")
    expect(talk.item("widget")).to_contain_text("1 click")
    talk.click("Count quietly")
    expect(talk.item("widget")).to_contain_text("2 clicks")


def fill_in(talk: Conversation) -> None:
    form = talk.item("widget")
    form.get_by_label("Your name").fill("Ada")
    form.get_by_role("checkbox").check()
    talk.click("Send")
    expect(talk.chat).to_contain_text("Thank you, Ada")


def unlock(talk: Conversation) -> None:
    expect(talk.message).to_be_disabled()
    talk.click("Unlock")
    expect(talk.message).to_be_editable()


REACTIONS = {
    "/ask": answer,
    "/approve": allow,
    "/widget": count,
    "/form": fill_in,
    "/lock": unlock,
}


@pytest.fixture
def talk(page: Page, demo: str) -> Conversation:
    page.goto(demo)
    page.locator("ck-app[data-ready]").wait_for()
    return Conversation(page)


def test_a_conversation_through_every_command_is_there_again_after_a_reload(
    talk: Conversation, page: Page, accessible: Any
) -> None:
    for name in ORDER:
        talk.say(WORDS.get(name, name))
        if name in REACTIONS:
            REACTIONS[name](talk)
    expect(talk.chat).to_contain_text("closed", ignore_case=True)
    shown, kept = page.evaluate(ITEMS), page.evaluate(LISTED)
    assert [one["id"] for one in shown] == [one["id"] for one in kept]
    assert shown == kept
    assert {one["type"] for one in shown} > {"widget", "workflow", "generated_image", "structured_input", "task"}
    findings = report_of(read(page.evaluate(WRITTEN)), "demo").findings
    assert [(one.rule.id, one.where) for one in findings] == []
    accessible(page)
    before = seen(page)
    page.reload()
    page.locator("ck-app[data-ready]").wait_for()
    while page.evaluate("inspector.session.past.hasOlder"):
        page.evaluate("inspector.session.olderItems()")
    assert page.evaluate(ITEMS) == kept
    expect(talk.chat.locator(".ck-item:not(:empty)")).to_have_count(len(before))
    assert seen(page) == before
    accessible(page)


def seen(page: Page) -> list[list[str]]:
    """Give the text of every item that is on the page, blanks aside."""
    return [[name, re.sub(r"\s+", " ", text).strip()] for name, text in page.evaluate(SEEN)]
