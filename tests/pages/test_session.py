"""The session: every action of a user is the right request, and leaves the state that the server has, too."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

REQUESTS = "inspector.log.exchanges.map((one) => one.request ?? one.kind)"
ITEMS = "[...inspector.session.view.items.values()]"
TEXT = {"type": "Text", "id": "t", "value": "before"}
CARD = {"type": "Card", "children": [TEXT]}
NOW = "2026-01-01T00:00:00Z"


@pytest.fixture
def open_bed(modules: Page) -> Page:
    """A page of the test bed as if it were new."""
    modules.evaluate("""async () => {
      const { session, settings, log } = inspector;
      await session.openThread(null);
      Object.assign(session, { attachments: [], rated: new Map() });
      settings.reset();
      log.clear();
    }""")
    return modules


def kinds(page: Page) -> list[str]:
    return [one["type"] if isinstance(one, dict) else one for one in page.evaluate(REQUESTS)]


def last(page: Page) -> Any:
    return page.evaluate(REQUESTS)[-1]["params"]


def listed(page: Page) -> list[Any]:
    """Give the items as the server has them."""
    return page.evaluate("""async () => {
      const { client, session } = inspector;
      const params = { thread_id: session.threadId, order: "asc", limit: 1000 };
      return (await client.reply({ type: "items.list", params })).data;
    }""")


def test_a_message_with_everything(open_bed: Page) -> None:
    open_bed.evaluate("""inspector.session.send({
      parts: [{ type: "input_text", text: "hi " }], tags: [{ type: "input_tag", id: "e1", text: "Ada", data: {} }],
      quote: "this", tool: "search", model: "m",
    })""")
    sent = open_bed.evaluate(REQUESTS)[0]["params"]["input"]
    assert [part["type"] for part in sent["content"]] == ["input_text", "input_tag"]
    assert sent["quoted_text"] == "this"
    assert sent["inference_options"] == {"tool_choice": {"id": "search"}, "model": "m"}
    assert open_bed.evaluate(ITEMS) == listed(open_bed)
    headers = open_bed.evaluate("inspector.log.exchanges[0].sentHeaders")
    assert headers["accept"] == "text/event-stream"
    assert {"content-type", "accept-language", "chatkit-frame-instance-id"} <= headers.keys()


def test_the_second_message_goes_to_the_same_thread_whose_name_is_in_the_address(open_bed: Page, bed: Any) -> None:
    bed.play(open_bed, ["notice", "a"])
    bed.play(open_bed, ["notice", "b"])
    assert kinds(open_bed) == ["threads.create", "threads.add_user_message"]
    thread = last(open_bed)["thread_id"]
    expect(open_bed).to_have_url(f"{bed.url}#thread={thread}")
    items = open_bed.evaluate(ITEMS)
    open_bed.reload()
    open_bed.locator("ck-app[data-ready]").wait_for()
    assert open_bed.evaluate(ITEMS) == items
    open_bed.evaluate("inspector.session.openThread(null)")
    expect(open_bed).to_have_url(bed.url)


def test_stop_leaves_what_the_server_keeps(open_bed: Page, bed: Any) -> None:
    item = {"id": "$ID:message:m", "thread_id": "$THREAD", "created_at": "$NOW", "type": "assistant_message"}
    part = {"type": "output_text", "text": "", "annotations": []}
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": "half "}
    widget = {"id": "$ID:message:w", "thread_id": "$THREAD", "created_at": "$NOW", "type": "widget", "widget": CARD}
    bed.begin(
        open_bed,
        ["emit", {"type": "thread.item.added", "item": widget}],
        ["emit", {"type": "thread.item.added", "item": item | {"content": [part]}}],
        ["emit", {"type": "thread.item.updated", "item_id": "$ID:message:m", "update": update}],
        ["sleep", 60_000],
    )
    expect(open_bed.locator("ck-chat")).to_contain_text("half")
    open_bed.evaluate("inspector.session.stop()")
    expect_state(open_bed, "left")
    assert open_bed.evaluate("inspector.session.streaming") is False
    until(
        open_bed,
        "async () => (await inspector.client.reply({ type: 'items.list', params: { thread_id: "
        "inspector.session.threadId, limit: 10 } })).data.length === 2",
    )
    shown = open_bed.evaluate(ITEMS)
    assert [one["type"] for one in shown] == ["user_message", "assistant_message"]
    assert shown == listed(open_bed)


def expect_state(page: Page, state: str) -> None:
    until(page, f"() => inspector.log.exchanges[0].state === '{state}'")


def until(page: Page, holds: str) -> None:
    """Wait in the page until something holds."""
    page.evaluate(
        """async (source) => {
          const end = performance.now() + 5000;
          while (!(await source())) {
            if (performance.now() > end) throw new Error("it never held");
            await new Promise((go) => setTimeout(go, 20));
          }
        }""".replace("source()", f"({holds})()"),
    )


def test_retry_forgets_what_came_after(open_bed: Page, bed: Any) -> None:
    bed.play(open_bed, ["widget", [CARD]])
    bed.play(open_bed, ["notice", "later"])
    first = open_bed.evaluate(f"{ITEMS}[0].id")
    open_bed.evaluate("(id) => inspector.session.retry(id)", first)
    assert kinds(open_bed)[-1] == "threads.retry_after_item"
    shown = open_bed.evaluate(ITEMS)
    assert [one["type"] for one in shown] == ["user_message", "widget"]
    assert shown == listed(open_bed)


def test_an_error_can_be_tried_again(open_bed: Page, bed: Any) -> None:
    bed.play(open_bed, ["raise", "custom", "sorry", True])
    error = open_bed.evaluate("inspector.session.view.error")
    assert (error["message"], error["allow_retry"]) == ("sorry", True)


def test_actions_of_both_kinds(open_bed: Page, bed: Any) -> None:
    bed.play(open_bed, ["widget", [CARD]])
    item = open_bed.evaluate(f"{ITEMS}.at(-1).id")
    act = "([action, itemId]) => inspector.session.act(action, { itemId })"
    open_bed.evaluate(act, [{"type": "go", "payload": {"n": 1}}, item])
    assert kinds(open_bed)[-1] == "threads.custom_action"
    notices = [
        json.loads(one["message"].partition("=")[2]) if "payload" in one["message"] else one["message"]
        for one in open_bed.evaluate("inspector.session.view.notices")
    ]
    assert notices == [{"n": 1}, f"sender={item}"]
    open_bed.evaluate(act, [{"type": "quiet", "streaming": False}, item])
    assert kinds(open_bed)[-1] == "threads.sync_custom_action"
    open_bed.evaluate(act, [{"type": "mine", "payload": 1, "handler": "client"}, item])
    assert kinds(open_bed)[-1] == "threads.sync_custom_action"
    assert open_bed.evaluate("inspector.session.view.effects") == [{"name": "mine", "data": 1}]


def test_actions_wait_for_the_answer_that_is_being_written(open_bed: Page, bed: Any) -> None:
    bed.play(open_bed, ["widget", [CARD]])
    bed.begin(open_bed, ["sleep", 200], ["notice", "first"])
    open_bed.evaluate("inspector.session.act({ type: 'go' })")
    messages = [one["message"] for one in open_bed.evaluate("inspector.session.view.notices")]
    assert messages == ["first", "payload=null", "sender=null"]


CALL = {"id": "$ID:tool_call:c", "thread_id": "$THREAD", "created_at": "$NOW", "type": "client_tool_call"} | {
    "status": "pending",
    "call_id": "c1",
    "name": "look",
    "arguments": {"at": "me"},
}


@pytest.mark.parametrize(
    ("handlers", "output"),
    [
        pytest.param({"*": {"mode": "echo"}}, {"name": "look", "arguments": {"at": "me"}}, id="echo"),
        pytest.param({"look": {"mode": "value", "value": [1, None]}}, [1, None], id="a-value"),
    ],
)
def test_tools_of_the_page_answer_by_themselves(open_bed: Page, bed: Any, handlers: Any, output: Any) -> None:
    open_bed.evaluate("(clientTools) => inspector.settings.set({ clientTools })", handlers)
    bed.play(open_bed, ["emit", {"type": "thread.item.done", "item": CALL}])
    until(open_bed, "() => inspector.log.exchanges.length === 2 && !inspector.session.streaming")
    assert (kinds(open_bed)[-1], last(open_bed)["result"]) == ("threads.add_client_tool_output", output)
    assert listed(open_bed)[-1]["output"] == output


def test_a_tool_of_the_page_can_wait_for_the_user(open_bed: Page, bed: Any) -> None:
    open_bed.evaluate("inspector.settings.set({ clientTools: { '*': { mode: 'ask' } } })")
    bed.play(open_bed, ["emit", {"type": "thread.item.done", "item": CALL}])
    assert open_bed.evaluate("inspector.session.waitingCall.name") == "look"
    open_bed.evaluate("inspector.session.toolOutput('seen')")
    assert (last(open_bed)["result"], open_bed.evaluate("inspector.session.waitingCall")) == ("seen", None)


def test_questions_are_answered(open_bed: Page, bed: Any) -> None:
    question = {"type": "freeform", "id": "q", "question": "Why?"}
    asked = {"id": "$ID:message:s", "thread_id": "$THREAD", "created_at": "$NOW", "type": "structured_input"}
    bed.play(
        open_bed, ["emit", {"type": "thread.item.done", "item": asked | {"status": "pending", "inputs": [question]}}]
    )
    open_bed.evaluate(
        "(input) => inspector.session.answer([...inspector.session.view.items.keys()].at(-1), input)",
        {"status": "answered", "answers": {"q": {"values": ["so"]}}},
    )
    item = open_bed.evaluate(f"{ITEMS}.at(-1)")
    assert (item["status"], item["inputs"][0]["answer"]["values"]) == ("answered", ["so"])
    assert open_bed.evaluate(ITEMS) == listed(open_bed)


def test_the_history_is_read_in_pages_renamed_and_deleted(open_bed: Page) -> None:
    open_bed.evaluate("""async () => {
      const { session } = inspector;
      for (let number = 0; number < 23; number += 1) {
        await session.openThread(null);
        await session.send({ parts: [{ type: "input_text", text: String(number) }] });
      }
      await session.history();
    }""")
    threads = "inspector.session.threads"
    assert len(open_bed.evaluate(f"{threads}.data")) == 20
    assert open_bed.evaluate(f"{threads}.hasMore") is True
    open_bed.evaluate("inspector.session.history({ more: true })")
    found = open_bed.evaluate(f"{threads}.data.map((one) => one.id)")
    assert len(found) == len(set(found)) >= 23
    open_bed.evaluate("(id) => inspector.session.rename(id, 'New name')", found[0])
    assert open_bed.evaluate(f"[{threads}.data[0].title, inspector.session.thread.title]") == ["New name", "New name"]
    open_bed.evaluate("(id) => inspector.session.remove(id)", found[0])
    assert open_bed.evaluate(f"{threads}.data[0].id") == found[1]
    assert open_bed.evaluate("inspector.session.threadId") is None


def test_a_long_thread_shows_its_newest_items_first(open_bed: Page, bed: Any) -> None:
    bed.play(open_bed, ["repeat", 120, [["widget", [CARD]]]])
    everything = [one["id"] for one in listed(open_bed)]
    open_bed.evaluate("inspector.session.openThread(inspector.session.threadId)")
    ids = "[...inspector.session.view.items.keys()]"
    assert open_bed.evaluate(ids) == everything[-50:]
    assert open_bed.evaluate("inspector.session.olderItems()") == everything[-100:-50]
    open_bed.evaluate("inspector.session.olderItems()")
    assert open_bed.evaluate(ids) == everything
    assert open_bed.evaluate("inspector.session.olderItems()") == []


def test_feedback_and_dictation(open_bed: Page, bed: Any) -> None:
    bed.play(open_bed, ["widget", [CARD]])
    item = open_bed.evaluate(f"{ITEMS}.at(-1).id")
    open_bed.evaluate("(id) => inspector.session.feedback([id], 'positive')", item)
    assert last(open_bed) == {
        "thread_id": open_bed.evaluate("inspector.session.threadId"),
        "item_ids": [item],
        "kind": "positive",
    }
    assert open_bed.evaluate("(id) => inspector.session.rated.get(id)", item) == "positive"
    told = open_bed.evaluate("inspector.session.transcribe(new Blob(['12345'], { type: 'audio/webm;codecs=opus' }))")
    assert told == "5|audio/webm"


ATTACH = """async (name) => {
  const file = new File(["x".repeat(2000)], name, { type: "text/plain" });
  const one = await inspector.session.attach(file);
  return { state: one.state, progress: one.progress, error: one.error, id: one.id };
}"""


@pytest.mark.parametrize("strategy", ["two_phase", "direct"])
def test_files_go_up_both_ways_and_into_a_message(page: Page, demo: str, strategy: str) -> None:
    page.goto(demo)
    page.locator("ck-app[data-ready]").wait_for()
    page.evaluate("(strategy) => inspector.settings.set({ uploads: { strategy, url: '' } })", strategy)
    one = page.evaluate(ATTACH, "a.txt")
    assert one | {"id": ""} == {"state": "done", "progress": 1, "error": "", "id": ""}
    page.evaluate("inspector.session.send({ parts: [{ type: 'input_text', text: 'see' }] })")
    assert [file["id"] for file in page.evaluate(f"{ITEMS}[0].attachments")] == [one["id"]]
    page.evaluate(ATTACH, "b.txt")
    page.evaluate("inspector.session.detach(inspector.session.attachments[0].id)")
    assert kinds(page)[-1] == "attachments.delete"
    assert page.evaluate("inspector.session.attachments") == []


def test_a_file_that_is_refused_says_why(page: Page, demo: str, faults: Any) -> None:
    faults.allow("Failed to load resource")
    page.goto(demo)
    page.locator("ck-app[data-ready]").wait_for()
    page.evaluate("inspector.settings.set({ uploads: { strategy: 'direct', url: 'chatkit/api/nowhere' } })")
    one = page.evaluate(ATTACH, "a.txt")
    assert (one["state"], "404" in one["error"] or "Not Found" in one["error"]) == ("failed", True)


REFUSED = [
    pytest.param("chatkit/nowhere", 404, "Not Found: the endpoint takes POST", id="no-such-path"),
    pytest.param(
        "http://127.0.0.1:9/", 0, "http://127.0.0.1:9 could not be reached, or does not let this page in", id="policy"
    ),
    pytest.param("inspector/lint", 200, "the reply is no stream of events but application/json", id="no-stream"),
]


@pytest.mark.parametrize(("endpoint", "status", "message"), REFUSED)
def test_what_is_refused_is_an_error_that_says_why(
    page: Page, demo: str, faults: Any, endpoint: str, status: int, message: str
) -> None:
    faults.allow("Failed to load resource|CSP|Content Security Policy|Refused to connect|Fetch API cannot load")
    page.goto(demo)
    page.locator("ck-app[data-ready]").wait_for()
    page.evaluate("(endpoint) => inspector.settings.set({ endpoint })", endpoint)
    page.evaluate("inspector.session.send({ parts: [{ type: 'input_text', text: 'hello' }] })")
    error = page.evaluate("inspector.session.view.error")
    assert (error["status"], error["message"]) == (status, message)
    assert page.evaluate("inspector.session.pending.type") == "user_message"
    page.evaluate("inspector.settings.set({ endpoint: 'chatkit/api' })")
    page.evaluate("inspector.session.retry(null)")
    assert page.evaluate(f"{ITEMS}.length") == 2
