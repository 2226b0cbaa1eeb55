"""What passes besides items: notices, progress, effects, errors; each where it belongs, and gone when it should be."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.scripts import HOLD, done, event, said

LAST = "inspector.log.exchanges.at(-1).request"


@pytest.mark.parametrize(("level", "says"), [("info", "Note"), ("warning", "Warning"), ("danger", "Danger")])
def test_a_notice(chat: Page, bed: Any, level: str, says: str) -> None:
    bed.play(chat, event("notice", level=level, message="It is *so*.", title="Listen"))
    notice = chat.locator(f".ck-notice[data-level={level}]")
    expect(notice).to_have_text("ListenIt is so.")
    expect(notice.locator("em")).to_have_text("so")
    expect(notice.get_by_role("img", name=says)).to_be_visible()
    assert notice.get_attribute("role") == ("alert" if level == "danger" else "status")


def test_notices_stay_where_they_came(chat: Page, bed: Any) -> None:
    bed.play(chat, ["notice", "one"], done(said("Then this.")), ["notice", "two"])
    bed.play(chat, done(said("And that.", name="b")))
    shown = chat.locator(".ck-stretch > :not([data-type=user_message])")
    expect(shown).to_have_text(["one", "Then this.", "two", "And that."])


TAKE = "(event) => inspector.session.take(event)"
"""The next event of an answer, when the test has seen the one before."""


def test_progress_until_there_is_something(chat: Page, bed: Any) -> None:
    bed.begin(chat, event("progress_update", text="Opening the map…", icon="maps"), HOLD)
    line = chat.locator(".ck-working")
    expect(line).to_have_text("Opening the map…")
    expect(line.locator("svg")).to_have_count(1)
    chat.evaluate(TAKE, {"type": "progress_update", "text": "Folding it…"})
    expect(line).to_have_text("Folding it…")
    expect(line.locator("svg")).to_have_count(0)
    chat.evaluate(TAKE, {"type": "thread.item.added", "item": said("Here.")})
    expect(chat.locator("[data-type=assistant_message]")).to_contain_text("Here.")
    expect(line).to_have_count(0)
    chat.get_by_role("button", name="Stop").click()


def test_progress_ends_with_its_answer(chat: Page, bed: Any) -> None:
    bed.begin(chat, event("progress_update", text="Looking…"), HOLD)
    expect(chat.locator(".ck-working")).to_have_text("Looking…")
    chat.get_by_role("button", name="Stop").click()
    expect(chat.locator(".ck-working")).to_have_count(0)


def test_an_effect(chat: Page, bed: Any) -> None:
    bed.play(chat, event("client_effect", name="confetti", data={"amount": 100}))
    effect = chat.locator(".ck-effect")
    expect(effect.locator("summary")).to_have_text("effect confetti")
    effect.locator("summary").click()
    expect(effect.locator("pre")).to_contain_text('"amount": 100')


def test_an_error_that_allows_a_retry(chat: Page, bed: Any) -> None:
    bed.play(chat, ["raise", "custom", "Not today.", True])
    error = chat.locator(".ck-error")
    expect(error).to_have_text("Not today.customTry again")
    assert error.get_attribute("role") == "alert"
    error.get_by_role("button", name="Try again").click()
    expect(error).to_be_visible()
    # The server has the message: it is answered again, not said again.
    assert chat.evaluate(LAST)["type"] == "threads.retry_after_item"
    expect(chat.get_by_label("You")).to_have_count(1)
    bed.play(chat, ["notice", "fine"])
    expect(error).to_have_count(0)


def test_an_error_that_allows_none(chat: Page, bed: Any) -> None:
    bed.play(chat, ["raise", "custom", "Never.", False])
    expect(chat.locator(".ck-error")).to_contain_text("Never.")
    expect(chat.get_by_role("button", name="Try again")).to_have_count(0)


def test_a_crash_says_nothing_of_its_cause(chat: Page, bed: Any) -> None:
    bed.play(chat, ["raise", "crash", "secret"])
    expect(chat.locator(".ck-error")).to_have_text("Something went wrong.stream.errorTry again")


def test_a_request_that_is_refused(page: Page, bed: Any, faults: Any) -> None:
    faults.allow("404")
    bed.open(page)
    page.evaluate("inspector.session.openThread('thr_none')")
    expect(page.locator(".ck-error")).to_contain_text("404 not_found")


def test_a_server_that_is_gone(page: Page, bed: Any, faults: Any) -> None:
    faults.allow("ERR_")
    bed.open(page)
    page.route("**/chatkit/api", lambda route: route.abort())
    page.get_by_label("Message", exact=True).fill("anybody?")
    page.keyboard.press("Enter")
    expect(page.locator(".ck-error")).to_contain_text("could not be reached")
    page.unroute("**/chatkit/api")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".ck-notice")).to_contain_text("ack")
    expect(page.get_by_label("You")).to_have_count(1)
