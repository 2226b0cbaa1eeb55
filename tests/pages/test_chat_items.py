"""Items other than messages: each is driven from the test bed, and seen while it is open and when it is done."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.scripts import HOLD, added, done, item, said, updated

LAST = "inspector.log.exchanges.at(-1).request"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs="
PAGE = {"type": "url", "title": "Boats", "url": "https://x.example/boats", "attribution": "The Boatyard"}
TASKS: dict[str, tuple[Any, list[str]]] = {
    "custom": (
        {
            "type": "custom",
            "title": "Wrote it down",
            "icon": "notebook-pencil",
            "content": "In **ink**.",
            "status_indicator": "none",
        },
        ["Wrote it down", "In ink."],
    ),
    "web_search": (
        {
            "type": "web_search",
            "title": "Searched",
            "title_query": "boats",
            "queries": ["boats", "ships"],
            "sources": [PAGE],
            "status_indicator": "complete",
        },
        ["Searched boats (done)", "ships", "Boats", "The Boatyard"],
    ),
    "thought": (
        {"type": "thought", "title": "Hm", "content": "Boats *float*.", "status_indicator": "loading"},
        ["Hm (running)", "Boats float."],
    ),
    "file": (
        {
            "type": "file",
            "title": "Read",
            "sources": [{"type": "file", "title": "Log", "filename": "log.txt"}],
            "status_indicator": "complete",
        },
        ["Read (done)", "log.txt"],
    ),
    "image": ({"type": "image", "title": "Looked", "status_indicator": "none"}, ["Looked"]),
}


@pytest.mark.parametrize(("task", "words"), TASKS.values(), ids=TASKS)
def test_a_task_outside_a_workflow(chat: Page, bed: Any, task: Any, words: list[str]) -> None:
    bed.play(chat, done(item("task", task=task)))
    shown = chat.locator("article[data-type=task]")
    for word in words:
        expect(shown).to_contain_text(word)
    expect(shown.locator(".ck-spinner")).to_have_count(int(task["status_indicator"] == "loading"))


def test_a_task_without_words_of_its_own(chat: Page, bed: Any) -> None:
    bed.play(
        chat, done(item("task", task={"type": "web_search", "queries": [], "sources": [], "status_indicator": "none"}))
    )
    expect(chat.locator("article[data-type=task]")).to_contain_text("Searching the web")


def workflow(*tasks: Any, **fields: Any) -> Any:
    return item("workflow", workflow={"type": "custom", "tasks": list(tasks), "expanded": False, **fields})


def test_a_workflow_from_its_first_task_to_its_summary(chat: Page, bed: Any) -> None:
    search, found = {**TASKS["web_search"][0], "status_indicator": "loading", "sources": []}, TASKS["web_search"][0]
    bed.begin(
        chat,
        added(workflow()),
        updated("workflow.task.added", task_index=0, task=search),
        updated("workflow.task.added", task_index=1, task=TASKS["thought"][0]),
        updated("workflow.task.updated", task_index=0, task=found),
        HOLD,
    )
    flow = chat.locator("details.ck-workflow")
    expect(flow.locator("summary")).to_have_text("Working: Hm")
    expect(flow.get_by_role("listitem").filter(has_text="Searched")).to_contain_text("The Boatyard")
    expect(flow.locator("li .ck-task")).to_have_count(2)
    expect(flow).to_have_attribute("open", "")
    chat.get_by_role("button", name="Stop").click()
    expect(flow).to_have_count(0)
    bed.play(chat, added(workflow()), done(workflow(found, summary={"title": "Found boats", "icon": "search"})))
    expect(flow.locator("summary")).to_have_text("Found boats")
    expect(flow.get_by_text("The Boatyard")).to_be_hidden()
    flow.locator("summary").focus()
    chat.keyboard.press("Enter")
    expect(flow.get_by_text("The Boatyard")).to_be_visible()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"type": "reasoning", "summary": {"duration": 75}}, "Thought for 1 min 15 s", id="duration"),
        pytest.param({"type": "reasoning"}, "Thoughts", id="thoughts"),
        pytest.param({}, "1 step", id="steps"),
    ],
)
def test_what_a_closed_workflow_says_of_itself(chat: Page, bed: Any, fields: Any, words: str) -> None:
    bed.play(chat, done(workflow(TASKS["image"][0], **fields)))
    expect(chat.locator("details.ck-workflow summary")).to_have_text(words)


def test_a_workflow_that_asks_to_stay_open_and_one_that_the_user_opened(chat: Page, bed: Any) -> None:
    bed.play(chat, done(workflow(TASKS["image"][0], expanded=True)))
    task = chat.locator("details.ck-workflow").get_by_text("Looked")
    expect(task).to_be_visible()
    chat.locator("details.ck-workflow summary").click()
    bed.play(chat, ["notice", "next"])
    expect(task).to_be_hidden()


def test_a_generated_image_from_sketch_to_end(chat: Page, bed: Any) -> None:
    sketch = {"id": "img_1", "url": PIXEL}
    bed.begin(chat, added(item("generated_image")), HOLD)
    expect(chat.get_by_text("Making an image…")).to_be_visible()
    update = {"type": "generated_image.updated", "image": sketch, "progress": 0.5}
    chat.evaluate(
        """(update) => {
      const item_id = [...inspector.session.view.items.keys()].at(-1);
      inspector.session.take({ type: "thread.item.updated", item_id, update });
    }""",
        update,
    )
    bar = chat.get_by_role("progressbar", name="Image")
    expect(bar).to_have_attribute("aria-valuenow", "50")
    expect(chat.get_by_alt_text("Sketch of a generated image")).to_have_attribute("src", PIXEL)
    chat.get_by_role("button", name="Stop").click()
    bed.play(chat, done(item("generated_image", image=sketch)))
    expect(chat.get_by_alt_text("Generated image", exact=True)).to_be_visible()
    expect(bar).to_be_hidden()


def test_an_image_from_where_the_thread_does_not_allow(chat: Page, bed: Any) -> None:
    bed.play(chat, done(item("generated_image", image={"id": "i", "url": "https://x.example/a.png"})))
    place = chat.locator("article[data-type=generated_image] .ck-picture-place")
    expect(place).to_have_text("Image “Generated image”, not loaded from there https://x.example/a.png")
    expect(place.locator("img")).to_have_count(0)


QUESTIONS = [
    {
        "type": "multiple_choice",
        "id": "how",
        "question": "How?",
        "options": [{"value": "Boat"}, {"value": "Train"}],
        "multiple": False,
    },
    {
        "type": "multiple_choice",
        "id": "what",
        "question": "What?",
        "options": [{"value": "Tea"}, {"value": "Cake"}],
        "multiple": True,
    },
    {"type": "freeform", "id": "why", "question": "Why?", "description": "One sentence."},
]


@pytest.fixture
def asked(chat: Page, bed: Any) -> Page:
    bed.play(chat, done(item("structured_input", status="pending", inputs=QUESTIONS)))
    return chat


def test_questions_that_are_answered(asked: Page) -> None:
    asked.get_by_role("radio", name="Train").check()
    asked.get_by_role("checkbox", name="Tea").check()
    asked.get_by_label("Another answer to: What?").fill("Jam")
    asked.get_by_label("Why?").fill("I like it.")
    assert (
        asked.get_by_label("Why?").evaluate(
            "one => document.getElementById(one.getAttribute('aria-describedby')).textContent"
        )
        == "One sentence."
    )
    asked.get_by_role("button", name="Submit").click()
    expect(asked.locator(".ck-answers dd")).to_have_text(["Train", "Tea, Jam", "I like it."])
    sent = asked.evaluate("inspector.log.exchanges.at(-1).request.params.input")
    assert sent == {
        "status": "answered",
        "answers": {
            "how": {"values": ["Train"], "skipped": False},
            "what": {"values": ["Tea", "Jam"], "skipped": False},
            "why": {"values": ["I like it."], "skipped": False},
        },
    }
    expect(asked.get_by_role("button", name="Submit")).to_have_count(0)


def test_one_choice_or_another_answer_not_both(asked: Page) -> None:
    asked.get_by_role("radio", name="Boat").check()
    asked.get_by_label("Another answer to: How?").fill("On foot")
    expect(asked.get_by_role("radio", name="Boat")).not_to_be_checked()
    asked.get_by_role("button", name="Submit").click()
    expect(asked.locator(".ck-answers dd")).to_have_text(["On foot", "skipped", "skipped"])


def test_questions_that_are_skipped(asked: Page) -> None:
    asked.get_by_role("button", name="Skip").click()
    expect(asked.locator(".ck-answers")).to_have_attribute("data-status", "skipped")
    expect(asked.locator(".ck-answers dd")).to_have_text(["skipped", "skipped", "skipped"])


CALL = {
    "type": "client_tool_call",
    "id": "$ID:tool_call:c",
    "thread_id": "$THREAD",
    "created_at": "$NOW",
    "status": "pending",
    "call_id": "call_1",
    "name": "look",
    "arguments": {"at": "sea"},
}


@pytest.mark.parametrize(
    ("handlers", "result"),
    [
        pytest.param({"*": {"mode": "echo"}}, {"name": "look", "arguments": {"at": "sea"}}, id="echo"),
        pytest.param({"look": {"mode": "value", "value": [1, None]}}, [1, None], id="value"),
    ],
)
def test_a_tool_of_the_page_that_a_handler_answers(chat: Page, bed: Any, handlers: Any, result: Any) -> None:
    chat.evaluate("(clientTools) => inspector.settings.set({ clientTools })", handlers)
    bed.play(chat, done(CALL))
    call = chat.locator(".ck-call")
    expect(call.locator(".ck-state")).to_have_text("answered")
    assert chat.evaluate(LAST)["params"]["result"] == result
    call.locator("summary").click()
    expect(call.locator("pre").first).to_contain_text('"at": "sea"')
    expect(chat.locator(".ck-notice")).to_contain_text("resumed")


def test_a_tool_of_the_page_that_is_answered_by_hand(chat: Page, bed: Any) -> None:
    chat.evaluate("inspector.settings.set({ clientTools: { '*': { mode: 'ask' } } })")
    bed.play(chat, done(CALL))
    call = chat.locator(".ck-call")
    expect(call.locator(".ck-state")).to_have_text("waiting for the page")
    call.get_by_label("Result as JSON").fill("{no")
    call.get_by_role("button", name="Send result").click()
    expect(call.get_by_role("alert")).to_contain_text("This is no JSON")
    call.get_by_label("Result as JSON").fill('{"seen": "a boat"}')
    call.get_by_role("button", name="Send result").click()
    expect(call.locator(".ck-state")).to_have_text("answered")
    expect(call.locator("pre").last).to_contain_text("a boat")
    assert chat.evaluate(LAST)["params"]["result"] == {"seen": "a boat"}


def test_a_widget_stands_in_the_thread_and_acts(chat: Page, bed: Any) -> None:
    press = {"type": "Button", "label": "Press", "onClickAction": {"type": "press", "payload": {"ckc": [["sender"]]}}}
    bed.play(chat, done(item("widget", widget={"type": "Card", "children": [press]}, copy_text="A card")))
    expect(chat.get_by_role("button", name="Copy widget's text")).to_be_visible()
    chat.get_by_role("button", name="Press").click()
    expect(chat.locator(".ck-notice")).to_contain_text("sender=msg_")


def test_an_end_of_turn(chat: Page, bed: Any) -> None:
    bed.play(chat, done(item("end_of_turn")))
    expect(chat.locator("article[data-type=end_of_turn]")).to_have_text("end of turn")


STRANGE = {
    "unknown": ({"type": "hologram", "beam": 3}, "An item of type “hologram”"),
    "named-like-a-method": ({"type": "constructor"}, "An item of type “constructor”"),
    "no-type": ({}, "An item of type “undefined”"),
    "message-without-content": ({"type": "assistant_message"}, "Not shown as what it says it is"),
    "workflow-without-tasks": ({"type": "workflow", "workflow": {}}, "Not shown as what it says it is"),
    "null-task": ({"type": "task", "task": None}, "Not shown as what it says it is"),
    "strange-task": ({"type": "task", "task": {"type": "toString", "beam": 3}}, "Task “toString”"),
}


@pytest.mark.parametrize(("fields", "words"), STRANGE.values(), ids=STRANGE)
def test_what_is_no_item_of_the_protocol_is_shown_as_json(chat: Page, fields: Any, words: str) -> None:
    chat.evaluate("(item) => inspector.session.take({ type: 'thread.item.done', item })", {"id": "x", **fields})
    expect(chat.locator("article")).to_contain_text(words)
    if "beam" in str(fields):
        expect(chat.locator("article pre")).to_contain_text('"beam": 3')
    chat.evaluate(
        "(item) => inspector.session.take({ type: 'thread.item.done', item })",
        {"id": "x", **said("Now it is.")} | {"id": "x"},
    )
    expect(chat.locator("article")).to_have_text("Now it is.")
