"""Messages in the chat: what the user said, what the assistant says as it says it, and what can be done with either."""

from typing import Any

from playwright.sync_api import Page, expect

from support.scripts import HOLD, added, cited, delta, done, event, part, said, updated

LAST = "inspector.log.exchanges.at(-1).request"


def answer(page: Page) -> Any:
    return page.locator("[data-type=assistant_message]").last


def test_what_the_user_said_stands_there_at_once(chat: Page, bed: Any) -> None:
    bed.begin(chat, HOLD)
    expect(chat.get_by_label("You").locator(".ck-bubble")).to_contain_text("60000]]")
    expect(chat.get_by_label("An answer is being written")).to_be_visible()
    chat.get_by_role("button", name="Stop").click()
    expect(chat.get_by_label("An answer is being written")).to_have_count(0)


def test_a_message_with_everything_that_a_user_can_send(chat: Page) -> None:
    chat.evaluate("""inspector.session.send({
      parts: [{ type: "input_text", text: "Ask " }, { type: "input_tag", id: "e1", text: "Ada", data: { age: 36 } }],
      quote: "what was said", tool: "search", model: "deep",
    })""")
    mine = chat.get_by_label("You")
    expect(mine.locator(".ck-bubble")).to_have_text("Ask @Ada")
    expect(mine.locator(".ck-tag")).to_have_attribute("title", '{"age":36}')
    expect(mine.locator("blockquote")).to_have_text("what was said")
    expect(mine).to_contain_text("deep · tool search")


def test_an_answer_that_streams(chat: Page, bed: Any) -> None:
    bed.begin(
        chat,
        added(said("")),
        updated("assistant_message.content_part.added", content_index=0, content=part()),
        delta("# One\n\nThe **first"),
        HOLD,
    )
    expect(answer(chat).locator("strong")).to_have_text("first")
    expect(answer(chat).locator("h3")).to_have_text("One")
    expect(answer(chat).get_by_role("button", name="Copy answer")).to_be_hidden()
    chat.get_by_role("button", name="Stop").click()
    expect(answer(chat)).to_contain_text("The **first")
    expect(answer(chat).get_by_role("button", name="Copy answer")).to_be_visible()


def test_parts_and_their_annotations(chat: Page, bed: Any) -> None:
    file = cited(2, type="file", title="The log", filename="log.txt")
    bed.play(
        chat,
        added(said("")),
        updated("assistant_message.content_part.added", content_index=0, content=part()),
        delta("One."),
        updated(
            "assistant_message.content_part.annotation_added", content_index=0, annotation_index=0, annotation=cited(4)
        ),
        updated("assistant_message.content_part.added", content_index=1, content=part()),
        delta("Two", index=1),
        updated(
            "assistant_message.content_part.annotation_added", content_index=1, annotation_index=0, annotation=file
        ),
    )
    expect(answer(chat).locator(".ck-prose")).to_have_text(["One.1", "Two2"])
    rows = answer(chat).get_by_label("Sources").get_by_role("listitem")
    expect(rows).to_have_text(["1A pagex.example", "2The loglog.txt"])
    link = rows.first.get_by_role("link")
    assert [link.get_attribute(name) for name in ("href", "target", "rel")] == [
        "https://x.example/a",
        "_blank",
        "noopener noreferrer",
    ]
    answer(chat).get_by_role("button", name="Source 2: The log").click()
    expect(rows.last).to_be_focused()


def test_an_entity_is_told_to_the_page(chat: Page, bed: Any) -> None:
    entity = cited(
        3, type="entity", id="e1", title="Ada Lovelace", inline_label="Countess", interactive=True, data={"born": 1815}
    )
    bed.play(chat, done(said("Ada wrote it.", entity)))
    expect(answer(chat).get_by_role("button", name="Source 1: Ada Lovelace")).to_have_text("Countess")
    answer(chat).get_by_role("button", name="Ada Lovelace", exact=True).click()
    expect(chat.locator(".ck-effect")).to_contain_text("entity e1")
    expect(chat.locator(".ck-effect pre")).to_contain_text("1815")


def test_copy(chat: Page, bed: Any) -> None:
    chat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bed.play(chat, done(said("Take *this*:\n\n```py\nx = 1\n```")))
    answer(chat).get_by_role("button", name="Copy answer").click()
    expect(answer(chat).get_by_role("button", name="Copied")).to_be_visible()
    assert chat.evaluate("navigator.clipboard.readText()") == "Take *this*:\n\n```py\nx = 1\n```"
    answer(chat).get_by_role("button", name="Copy code").click()
    assert chat.evaluate("navigator.clipboard.readText()") == "x = 1"


def test_feedback(chat: Page, bed: Any) -> None:
    bed.play(chat, done(said("Well?")))
    good, bad = (answer(chat).get_by_role("button", name=f"{name} answer") for name in ("Good", "Bad"))
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    assert chat.evaluate(LAST)["params"]["kind"] == "positive"
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(good).to_have_attribute("aria-pressed", "false")
    assert chat.evaluate(LAST)["params"]["kind"] == "negative"
    assert len(chat.evaluate(LAST)["params"]["item_ids"]) == 1


def test_a_message_is_answered_again(chat: Page, bed: Any) -> None:
    bed.play(chat, done(said("Once.")))
    chat.get_by_label("You").hover()
    chat.get_by_role("button", name="Answer this again").click()
    expect(answer(chat)).to_contain_text("Once.")
    assert chat.evaluate(LAST)["type"] == "threads.retry_after_item"
    expect(chat.locator("article")).to_have_count(2)


def test_what_is_selected_is_quoted(chat: Page, bed: Any) -> None:
    bed.play(chat, done(said("Some words are worth it.", cited(10))))
    expect(answer(chat).locator("p")).to_be_visible()
    chat.evaluate("""() => {
      const text = document.querySelector(".ck-assistant-text .ck-kept").firstChild;
      getSelection().setBaseAndExtent(text, 0, text, 5);
    }""")
    button = chat.locator(".ck-quote-selected")
    expect(button).to_be_visible()
    chat.evaluate("document.querySelector('.ck-conversation').style.paddingBottom = '2000px'")
    chat.get_by_role("log").evaluate("(log) => log.scrollTo(0, 1500)")
    expect(button).to_be_hidden()
    chat.get_by_role("log").evaluate("(log) => log.scrollTo(0, 0)")
    chat.evaluate("document.querySelector('.ck-conversation').style.paddingBottom = ''")
    button.click()
    expect(chat.locator(".ck-composer-quote")).to_contain_text("words")
    expect(chat.get_by_label("Message", exact=True)).to_be_focused()
    chat.keyboard.type("Which?")
    chat.keyboard.press("Enter")
    assert chat.evaluate(LAST)["params"]["input"]["quoted_text"] == "words"
    expect(chat.locator(".ck-composer-quote")).to_be_hidden()
    expect(chat.get_by_label("You").last.locator("blockquote")).to_have_text("words")


def test_a_quote_by_keyboard_that_is_taken_back(chat: Page, bed: Any) -> None:
    bed.play(chat, done(said("All of it.")))
    answer(chat).get_by_role("button", name="Quote").focus()
    chat.keyboard.press("Enter")
    expect(chat.locator(".ck-composer-quote")).to_contain_text("All of it.")
    chat.get_by_role("button", name="Remove quote").click()
    expect(chat.locator(".ck-composer-quote")).to_be_hidden()


def test_items_that_are_removed_and_replaced(chat: Page, bed: Any) -> None:
    bed.play(
        chat,
        done(said("First.", name="one")),
        done(said("Second.", name="two")),
        event("thread.item.removed", item_id="$ID:message:two"),
        event("thread.item.replaced", item=said("Better.", name="one")),
        done(said("Third.", name="three")),
    )
    expect(chat.locator("[data-type=assistant_message] .ck-prose")).to_have_text(["Better.", "Third."])


def test_each_answer_is_announced_once_and_whole(chat: Page, bed: Any) -> None:
    heard = """() => {
      window.heard = [];
      const region = document.querySelector("ck-chat > [aria-live=polite]");
      new MutationObserver(() => window.heard.push(region.textContent)).observe(region, { childList: true });
    }"""
    chat.evaluate(heard)
    bed.play(
        chat,
        added(said("")),
        delta("Word "),
        ["sleep", 50],
        delta("by "),
        ["sleep", 50],
        delta("word."),
        done(said("Word by word.")),
    )
    expect(chat.locator("ck-chat > [aria-live=polite]")).to_have_text("Word by word.")
    assert chat.evaluate("heard") == ["Word by word."]
    assert chat.get_by_role("log").get_attribute("aria-live") == "off"
