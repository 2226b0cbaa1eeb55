"""`chatkit-wire inspect` in a browser: in front of the official SDK, its known faults are on their frames."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from chatkit_conformance.differential.servers import OfficialServer, OurServer, TestBedServer
from cli.processes import Served
from support.panel import Panel
from support.wire import Wire

TASK = {"type": "custom", "title": "look", "status_indicator": "none"}
WHO = {"thread_id": "$THREAD", "created_at": "$NOW"}
WORKFLOW = {"id": "$ID:workflow:w", **WHO, "type": "workflow", "workflow": {"type": "custom", "tasks": []}}
HIDDEN = {"id": "$ID:message:h", **WHO, "type": "hidden_context_item", "content": "secret"}
SCRIPT = "ckc:" + json.dumps(
    [
        ["emit", {"type": "thread.item.added", "item": HIDDEN}],
        ["notice", "and now"],
        ["widget", [{"type": "Card", "children": [{"type": "Text", "id": "t", "value": "x"}]}]],
    ]
)
SEND = "async (text) => { await window.inspector.session.send({ parts: [{ type: 'input_text', text }] }); }"
FRAMES = "inspector.log.exchanges.flatMap((one) => one.frames.map((frame) => frame.raw))"


def inspected(server: TestBedServer) -> Iterator[Served]:
    with server:
        served = Served("inspect", "--upstream", server.url, "--port", "0")
        try:
            served.wait_for("Ctrl-C")
            yield served
        finally:
            served.close()


@pytest.fixture(scope="module")
def official() -> Iterator[Served]:
    yield from inspected(OfficialServer())


@pytest.fixture(scope="module")
def ours() -> Iterator[Served]:
    yield from inspected(OurServer())


def open_page(page: Page, served: Served) -> Panel:
    address = next(word for word in served.printed().split() if word.startswith("http"))
    page.goto(address)
    page.locator("ck-app[data-ready]").wait_for()
    return Panel(page)


@pytest.mark.reference
def test_known_faults_of_the_official_sdk_are_on_the_very_frames(page: Page, official: Served) -> None:
    """D10: a hidden item leaks when it is added. D7: times have no zone. Each stands on its frame, and nowhere else."""
    panel = open_page(page, official)
    page.evaluate(SEND, SCRIPT)
    leaked = panel.view("Findings").locator("article", has_text="hidden.events.added-or-replaced")
    expect(leaked).to_be_visible()
    raw = page.evaluate(FRAMES)
    hidden = [place for place, frame in enumerate(raw) if '"type":"hidden_context_item"' in frame]
    naive = [place for place, frame in enumerate(raw) if re.search(r'"created_at":"[^"]*[^Z"]"', frame)]
    told = page.evaluate("inspector.log.exchanges.flatMap((one) => one.findings)")
    found = {(one["rule"], one["where"].get("event")) for one in told}
    assert {place for rule, place in found if rule == "hidden.events.added-or-replaced"} == set(hidden) != set()
    assert {place for rule, place in found if rule == "json.time.zone"} == set(naive) != set()
    leaked.get_by_role("button").first.click()
    expect(panel.detail).to_contain_text("hidden_context_item")


def test_what_another_client_says_is_shown_as_it_passes(page: Page, ours: Served) -> None:
    panel = open_page(page, ours)
    page.evaluate(SEND, SCRIPT)
    body = {
        "type": "threads.create",
        "params": {"input": {"content": [{"type": "input_text", "text": "from elsewhere"}]}},
    }
    reply = Wire(int(page.url.split(":")[2].split("/")[0])).post(body, {"user-agent": "another"})
    expect(panel.groups).to_have_count(2)
    expect(panel.element).to_contain_text("from elsewhere")
    passed = page.evaluate("""inspector.log.exchanges.map((one) => {
      return { source: one.source, state: one.state, kind: one.kind, body: one.body.text(), frames: one.frames.length };
    })""")
    assert [(one["source"], one["state"]) for one in passed] == [("page", "done"), ("proxy", "done")]
    assert passed[1] == {
        "source": "proxy",
        "state": "done",
        "kind": "threads.create",
        "body": reply.body.decode(),
        "frames": len(reply.raw_events),
    }
