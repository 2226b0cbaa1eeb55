"""The other views of the wire panel: the thread beside what is stored, the timeline; and its accessibility."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.browser import PHONE, Faults, context_of
from support.panel import Panel, begun, delta, emit, message, script

CAPTURE = Path(__file__).parents[1] / "conformance/data/captures/browser-ours.har"
SEND = "async (text) => { await window.inspector.session.send({ parts: [{ type: 'input_text', text }] }); }"


def verdicts(panel: Panel) -> list[str]:
    """Compare, and give what is said of each item."""
    view = panel.view("Compare")
    view.get_by_role("button", name="Compare now").click()
    expect(view.get_by_role("button", name="Compare now")).to_be_enabled()
    return [str(one.get_attribute("data-verdict")) for one in view.locator(".ck-w-item").all()]


def test_the_thread_beside_what_is_stored(panel: Panel, linted: str) -> None:
    answer = (*begun("a"), delta("a", "one"), emit("thread.item.done", item=message("a", "one")))
    panel.page.evaluate(SEND, script(*answer))
    assert verdicts(panel) == ["same", "same"]
    expect(panel.element).to_contain_text("Nothing is out of order")

    # Said after the end, stored nowhere; announced and never done; said by somebody else.
    panel.page.evaluate(
        SEND, script(*begun("b"), emit("thread.item.done", item=message("b", "two")), delta("b", " more"), *begun("c"))
    )
    thread = panel.page.evaluate("window.inspector.session.threadId")
    said = {"content": [{"type": "input_text", "text": "ckc:[]"}], "attachments": [], "inference_options": {}}
    params = {"thread_id": thread, "input": said}
    httpx.post(f"{linted}chatkit/api", json={"type": "threads.add_user_message", "params": params}).raise_for_status()
    assert verdicts(panel) == ["same", "same", "same", "differs", "explained", "there"]
    row = panel.element.locator(".ck-w-item[data-verdict=differs] tbody tr")
    assert row.locator("td").all_text_contents() == ["$.content[0].text", '"two more"', '"two"']
    expect(panel.element.locator(".ck-w-item[data-verdict=explained]")).to_contain_text("never done")
    expect(panel.element).to_contain_text("2 differences that nobody expects")

    panel.view("Traffic")
    own = panel.groups.filter(has_text="items.list")
    assert own.count() == 2
    expect(own.first.locator(".ck-w-source")).to_have_text("inspector")
    asked = [one["request"]["params"] for one in panel.page.evaluate("window.inspector.log.exchanges") if one["own"]]
    assert [one["order"] for one in asked] == ["asc", "asc"]


def test_every_page_is_compared(panel: Panel) -> None:
    many = [emit("thread.item.done", item=message(f"m{number}", str(number))) for number in range(120)]
    panel.page.evaluate(SEND, script(*many))
    assert verdicts(panel) == ["same"] * 121
    pages = "window.inspector.log.exchanges.filter((one) => one.own).map((one) => one.json.data.length)"
    assert panel.page.evaluate(pages) == [100, 21]


COMPARED: list[Any] = [
    pytest.param({}, {}, [], id="same"),
    pytest.param({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, [["$.a[1].b", 2, 3]], id="deep"),
    pytest.param({"a": 1}, {}, [["$.a", 1]], id="only-here"),
    pytest.param({"a": [1]}, {"a": [1, 2]}, [["$.a[1]", None, 2]], id="longer-there"),
    pytest.param({"a b": None}, {"a b": {}}, [['$["a b"]', None, {}]], id="null-is-no-object"),
    pytest.param({"a": []}, {"a": {}}, [["$.a", [], {}]], id="list-is-no-object"),
]


@pytest.mark.parametrize(("here", "there", "wanted"), COMPARED)
def test_differences(modules: Page, here: Any, there: Any, wanted: list[Any]) -> None:
    found = modules.evaluate(
        """async (sides) => {
          const { differences } = await import("./inspector/panel/diff.js");
          return differences(...sides).map(({ path, here, there }) => JSON.stringify([path, here, there]));
        }""",
        [here, there],
    )
    assert [json.loads(one) for one in found] == [[*one, None] if len(one) < 3 else one for one in wanted]


def height(one: Locator) -> float:
    return float(one.evaluate("(element) => element.getBoundingClientRect().height"))


WIDTHS = """(view) => [[".ck-w-bar-box", 0], [".ck-w-span-box", 1]].map(
  ([name, place]) => view.querySelectorAll(name)[place].getBoundingClientRect().width,
)"""


def test_the_timeline(panel: Panel) -> None:
    panel.page.evaluate(
        SEND,
        script(
            *begun("a"),
            ["sleep", 100],
            delta("a", "x"),
            ["sleep", 100],
            emit("thread.item.done", item=message("a", "x")),
        ),
    )
    panel.page.evaluate("window.inspector.session.history()")
    view = panel.view("Timeline")
    names = view.locator(".ck-w-bar-name")
    expect(names).to_have_count(2)
    expect(names.first).to_contain_text("threads.create")
    expect(names.first).to_contain_text("first byte")
    names.first.click()
    spans = view.locator(".ck-w-span-row")
    expect(spans).to_have_count(2)
    expect(spans.nth(1)).to_contain_text("assistant_message")
    expect(spans.nth(1)).to_contain_text("4 events · done")
    # In one go: the timeline is drawn anew when findings come.
    bar, span = view.evaluate(WIDTHS)
    first, last = panel.page.evaluate(
        "(() => { const { frames } = window.inspector.log.exchanges[0]; return [frames[3].at, frames.at(-1).at]; })()"
    )
    assert abs(span / bar - (last - first) / last) < 0.03
    lefts = "(boxes) => boxes.map((one) => parseFloat(one.style.left))"
    assert view.locator(".ck-w-bar-box").evaluate_all(lefts) == [0, 0]
    view.get_by_role("button", name="One clock").click()
    first, second = view.locator(".ck-w-bar-box").evaluate_all(lefts)
    assert first == 0 < second
    assert view.locator("canvas").first.evaluate(
        "(one) => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some((value) => value)"
    )


def test_the_panes_are_resized_by_keys(panel: Panel) -> None:
    panel.page.evaluate(SEND, script(["repeat", 40, [["notice", "hello"]]]))
    panel.element.locator(".ck-w-list").focus()
    panel.page.keyboard.press("End")
    expect(panel.chosen).to_be_in_viewport(ratio=1)
    bar = panel.element.get_by_role("separator", name="Height of the list")
    before = height(panel.detail)
    bar.focus()
    panel.page.keyboard.press("ArrowUp")
    panel.page.keyboard.press("ArrowUp")
    assert height(panel.detail) > before + 20
    expect(bar).to_have_attribute("aria-valuenow", "37")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(
    browser: Browser, linted: str, accessible: Callable[..., None], scheme: Any
) -> None:
    faults = Faults()
    size = {"viewport": PHONE, "has_touch": True} if scheme == "dark" else {}
    with context_of(browser, faults, color_scheme=scheme, **size) as context:
        page = context.new_page()
        page.goto(linted)
        page.locator("ck-app[data-ready]").wait_for()
        panel = Panel(page)
        if scheme == "dark":
            page.get_by_role("tab", name="Wire").click()
        page.evaluate(
            SEND,
            script(
                *begun("a"), delta("a", "x", 3), emit("thread.item.done", item=message("a", "x")), ["raise", "crash"]
            ),
        )
        expect(panel.element.locator(".ck-w-flag").first).to_be_visible()
        panel.frames.nth(5).click()
        panel.element.get_by_role("button", name="How to filter").click()
        accessible(page, "ck-wire")
        panel.element.get_by_role("button", name="How to filter").click()
        panel.detail.get_by_role("tab", name="Headers").click()
        panel.open(CAPTURE)
        accessible(page, "ck-wire")
        panel.element.get_by_role("button", name="Close file").click()
        panel.view("Findings")
        accessible(page, "ck-wire")
        verdicts(panel)
        accessible(page, "ck-wire")
        panel.view("Timeline").locator(".ck-w-bar-name").first.click()
        accessible(page, "ck-wire")
    assert faults.seen == []
