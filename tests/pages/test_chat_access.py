"""The chat for everybody: no serious finding of axe in its main states, light and dark, and all of it by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import PHONE
from support.scripts import HOLD, added, cited, delta, done, event, item, part, said, updated

TEXT = "# One\n\n*A* `b` [link](https://x.example/).\n\n- [x] c\n\n| a |\n|---|\n| b |\n\n```py\nx\n```\n\n> quoted"
TASK = {
    "type": "web_search",
    "title": "Searched",
    "title_query": "boats",
    "queries": ["boats"],
    "sources": [],
    "status_indicator": "complete",
}
FLOW = {
    "type": "custom",
    "tasks": [TASK, {"type": "thought", "content": "Hm."}],
    "summary": {"title": "Steps"},
    "expanded": True,
}
QUESTIONS = [
    {"type": "multiple_choice", "id": "a", "question": "How?", "options": [{"value": "Boat"}], "multiple": False},
    {"type": "freeform", "id": "b", "question": "Why?", "description": "One sentence."},
]
CALL = {"call_id": "c", "status": "completed", "arguments": {}, "output": 1}
EVERYTHING = [
    ["title", "Everything"],
    done(said(TEXT, cited(5), cited(None, type="file", title="Log", filename="log.txt"), name="m")),
    done(item("workflow", "w", workflow=FLOW)),
    done(item("task", "t", task=TASK)),
    done(item("generated_image", "g", image={"id": "i", "url": "https://x.example/a.png"})),
    done(item("structured_input", "q", status="pending", inputs=QUESTIONS)),
    done(item("structured_input", "r", status="skipped", inputs=QUESTIONS)),
    done(item("client_tool_call", "k", **CALL) | {"name": "look"}),
    done(item("end_of_turn", "e")),
    *(event("notice", level=level, message="It *is* so.", title="Listen") for level in ("info", "warning", "danger")),
    event("client_effect", name="confetti", data={}),
    event("error", code="custom", message="No.", allow_retry=True),
]


def everything(page: Page, bed: Any) -> None:
    bed.play(page, *EVERYTHING)
    expect(page.locator(".ck-error")).to_be_visible()
    page.evaluate("for (const one of document.querySelectorAll('ck-chat details')) one.open = true")


def streaming(page: Page, bed: Any) -> None:
    task = {"type": "custom", "title": "Working on it", "status_indicator": "loading"}
    bed.begin(
        page,
        added(item("workflow", "w", workflow={"type": "reasoning", "tasks": [task], "expanded": False})),
        added(item("generated_image", "g")),
        added(said("", name="m")),
        updated("assistant_message.content_part.added", "m", content_index=0, content=part()),
        delta("Half a **thought", "m"),
        event("progress_update", text="Looking…", icon="search"),
        HOLD,
    )
    expect(page.locator(".ck-working")).to_be_visible()


def writing(page: Page, bed: Any) -> None:
    choices = [{"id": "a", "label": "A model", "title": "Ada", "group": "People", "icon": "profile"}]
    page.evaluate("(some) => inspector.settings.set({ models: some, tools: some, entities: some })", choices)
    bed.play(page, done(said("To quote.")))
    page.get_by_role("button", name="Quote", exact=True).click()
    page.locator("ck-chat input[type=file]").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}
    )
    page.get_by_label("Message", exact=True).press_sequentially("hi @")
    expect(page.locator(".ck-tags li")).to_have_count(1)


def locked(page: Page, bed: Any) -> None:
    bed.play(page, ["status", {"type": "locked", "reason": "Wait."}])
    expect(page.locator(".ck-locked")).to_be_visible()


def history(page: Page, bed: Any) -> None:
    bed.play(page, ["title", "A thread"])
    page.get_by_role("button", name="History").click()
    page.get_by_role("button", name="Rename A thread").first.click()


STATES: dict[str, Callable[[Page, Any], None]] = {
    "empty": lambda _page, _bed: None,
    "everything": everything,
    "streaming": streaming,
    "writing": writing,
    "locked": locked,
    "history": history,
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious(chat: Page, bed: Any, accessible: Any, state: str, theme: str) -> None:
    chat.evaluate("(theme) => inspector.settings.set({ theme })", theme)
    STATES[state](chat, bed)
    accessible(chat)
    chat.evaluate("inspector.session.stop(); document.querySelector('.ck-drawer').close()")


def test_axe_on_a_phone(chat: Page, bed: Any, accessible: Any) -> None:
    chat.set_viewport_size(PHONE)
    everything(chat, bed)
    accessible(chat)
    assert chat.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    log = chat.get_by_role("log")
    assert log.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0


def test_a_conversation_by_keyboard_alone(chat: Page, bed: Any) -> None:
    """From the message, through what came back, to the history and back to the message."""
    field = chat.get_by_label("Message", exact=True)
    field.focus()
    chat.keyboard.type("hello")
    chat.keyboard.press("Enter")
    expect(chat.locator(".ck-notice")).to_contain_text("ack")
    bed.play(chat, done(said("An answer.", cited(3))))
    expect(chat.locator(".ck-source")).to_be_visible()
    field.focus()
    reached = []
    for _step in range(24):
        chat.keyboard.press("Shift+Tab")
        name = "(one) => one.getAttribute('aria-label') || one.textContent"
        reached.append(chat.locator(":focus").evaluate(name))
        ring = chat.locator(":focus").evaluate("(one) => getComputedStyle(one).outlineStyle")
        assert ring != "none", reached[-1]
        if reached[-1] == "History":
            break
    wanted = ["Bad answer", "Good answer", "Quote", "Copy answer", "A page", "Source 1: A page", "Answer this again"]
    wanted += ["Conversation", "New thread"]
    assert [one for one in wanted if one not in reached] == []
    assert reached[-1] == "History"
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("dialog", name="History")).to_be_visible()
    chat.keyboard.press("Escape")
    expect(chat.get_by_role("button", name="History")).to_be_focused()


def test_nothing_moves_for_those_who_asked_for_that(chat: Page, bed: Any) -> None:
    chat.emulate_media(reduced_motion="reduce")
    streaming(chat, bed)
    moving = "document.getAnimations().filter((one) => one.effect.getTiming().iterations === Infinity).length"
    assert chat.evaluate(moving) == 0
    chat.evaluate("inspector.session.stop()")
    chat.emulate_media(reduced_motion="no-preference")
