"""The wire panel while something passes: every request and frame in the list, in full, filtered, linted, copied."""

import json
import re
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chatkit_conformance.cli import main
from support.browser import Faults
from support.panel import Panel, begun, delta, emit, frames_of, message, script, transcript_of

TOKEN = "tok-0123456789abcdef"
WRONG = (
    emit("thread.item.added", item=message("a", "", content=[])),
    delta("a", "for a part that nobody announced", 3),
    emit("thread.item.done", item=message("a", "told")),
    emit("thread.item.done", item=message("a", "told twice")),
    ["notice", "hello"],
)
"""A script that breaks the protocol on three frames."""


SEND = "async (text) => { await window.inspector.session.send({ parts: [{ type: 'input_text', text }] }); }"


def say(panel: Panel, *operations: Any) -> None:
    """Have the test bed carry out operations; come back when its answer has ended."""
    panel.page.evaluate(SEND, script(*operations))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """Give what a verb of the command line says, as JSON."""
    main(list(words))
    return json.loads(capsys.readouterr().out)


def test_every_request_and_frame_is_a_row(panel: Panel, faults: Faults) -> None:
    faults.allow("status of 404")
    say(panel, emit("progress_update", text="thinking"), ["sleep", 60], ["notice", "hello"])
    panel.page.evaluate("window.inspector.session.history()")
    panel.page.evaluate(
        "window.inspector.client.reply({ type: 'threads.get_by_id', params: { thread_id: 'thr_x' } }).catch(() => 0)"
    )
    expect(panel.groups).to_have_count(3)
    expect(panel.groups.nth(0)).to_contain_text(re.compile(r"POST\s*threads.create\s*200.*\d\d:\d\d:\d\d"))
    expect(panel.groups.nth(2)).to_contain_text("404")
    kinds = [re.sub(r"\s.*", "", text) for text in panel.frames.locator(".ck-w-type").all_text_contents()]
    assert kinds == ["thread.created", "thread.item.done", "stream_options", "progress_update", "notice"]
    last = panel.frames.nth(4).get_by_role("gridcell").all_text_contents()
    assert last[0] == "5"
    assert last[1] == "noticeinfo hello"
    times = panel.page.evaluate("window.inspector.log.exchanges[0].frames.map((one) => one.at)")
    assert abs(float(last[3].removeprefix("+").removesuffix(" ms")) - (times[4] - times[3])) < 1
    assert times[4] > times[3]
    replies = panel.element.locator(".ck-w-is-reply").all_text_contents()
    assert replies[0].startswith("reply1 in the page")
    assert replies[1].startswith("refusalnot_found")
    assert panel.said.text_content() == "10"
    panel.page.evaluate("window.inspector.log.open({ source: 'proxy', sent: '{\"type\":\"threads.list\"}' })")
    expect(panel.groups.nth(3)).to_contain_text("proxy")
    expect(panel.groups.nth(3).locator(".ck-w-status")).to_have_text("waiting")


def test_what_is_stopped_says_so(panel: Panel) -> None:
    panel.page.evaluate(f"(text) => void ({SEND})(text)", script(["notice", "hi"], ["sleep", 5000]))
    expect(panel.frames).to_have_count(4)
    expect(panel.groups.locator(".ck-w-status")).to_have_attribute("data-state", "streaming")
    panel.page.evaluate("window.inspector.session.stop()")
    expect(panel.element.locator(".ck-w-is-end")).to_contain_text("the client left")


def test_findings_stand_on_the_frames_that_the_linter_names(
    panel: Panel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    say(panel, *WRONG)
    expect(panel.element.locator(".ck-w-flag").first).to_be_visible()
    saved = panel.save(tmp_path / "saved.jsonl")
    [report] = said(capsys, "lint", "--json", str(saved))
    told = {(one["rule"], one["where"].get("event"), one["where"].get("path")) for one in report["findings"]}
    assert {event for _, event, _ in told} >= {4, 6}

    flagged = panel.frames.filter(has=panel.page.locator(".ck-w-flag"))
    seen = {int(row.get_by_role("gridcell").first.text_content() or 0) - 1 for row in flagged.all()}
    assert seen == {event for _, event, _ in told if event is not None}
    findings = panel.view("Findings")
    assert set(findings.locator(".ck-w-rule").all_text_contents()) == {rule for rule, _, _ in told}
    assert findings.locator(".ck-w-place").count() == len(report["findings"])

    one = next(one for one in report["findings"] if one["where"].get("event") == 4)
    findings.locator(".ck-w-finding").filter(has_text=one["rule"]).locator(".ck-w-place").first.click()
    expect(panel.chosen).to_contain_text("text_delta")
    shown = panel.detail.locator(".ck-w-finding").filter(has_text=one["rule"])
    for part in ("requirement", "expected", "why", "mend"):
        expect(shown).to_contain_text(one[part].replace("`", ""))
    expect(shown.get_by_role("button", name=one["where"]["path"])).to_be_visible()
    assert panel.detail.locator("[role=treeitem][data-severity]").count() >= 1
    assert [(row["request"], row["events"]) for row in said(capsys, "show", "--json", str(saved))] == [
        ("threads.create", 8)
    ]


def test_a_long_answer_is_linted_while_it_streams(panel: Panel) -> None:
    wrong = delta("a", "for a part that nobody announced", 3)
    panel.page.evaluate(f"(text) => void ({SEND})(text)", script(*begun("a"), wrong, ["sleep", 20_000]))
    expect(panel.frames.locator(".ck-w-flag").first).to_be_visible(timeout=15_000)
    expect(panel.groups.locator(".ck-w-status")).to_have_attribute("data-state", "streaming")
    panel.page.evaluate("window.inspector.session.stop()")


def test_the_event_in_full(panel: Panel) -> None:
    say(panel, emit("client_effect", name="effect", data={"list": [1, {"deep": None}], "long": "é" * 300}))
    panel.frames.nth(3).click()
    tree = panel.detail.get_by_role("tree")
    root = tree.get_by_role("treeitem").first
    root.focus()
    for key in ("ArrowDown", "End", "ArrowUp", "ArrowUp"):
        panel.page.keyboard.press(key)
    expect(panel.detail.locator(".ck-w-path")).to_have_text("$.data.list[1]")
    panel.page.keyboard.press("ArrowLeft")
    expect(tree.locator('[role=treeitem][aria-expanded="false"]').first).to_be_visible()
    panel.page.keyboard.press("ArrowLeft")
    expect(panel.detail.locator(".ck-w-path")).to_have_text("$.data.list")
    expect(tree).to_contain_text("300 characters")
    tree.get_by_text("300 characters").click()
    expect(tree).to_contain_text("é" * 300)
    raw = panel.page.evaluate("window.inspector.log.exchanges[0].frames[3].raw")
    shown = panel.detail.locator(".ck-w-raw").inner_text().replace("\n", "").replace("LF", "\n")
    assert shown.rstrip() == raw.rstrip()
    panel.detail.get_by_role("button", name="Hex").click()
    expect(panel.detail.locator(".ck-w-hex")).to_contain_text("64 61 74 61 3a 20 7b 22  74 79 70 65")
    panel.detail.get_by_role("button", name="Text").click()
    panel.detail.get_by_role("tab", name="Headers").click()
    expect(panel.detail).to_contain_text("chatkit-frame-instance-id")
    expect(panel.detail).to_contain_text("text/event-stream; charset=utf-8")
    panel.detail.get_by_role("tab", name="Request").click()
    expect(panel.detail.get_by_role("tree")).to_contain_text("threads.create")
    panel.page.keyboard.press("Escape")
    expect(panel.detail).to_be_hidden()
    expect(panel.element.locator(".ck-w-list")).to_be_focused()


QUERIES: list[tuple[str, Callable[[Any], bool]]] = [
    ("needle", lambda frame: b"needle" in frame.raw.lower()),
    ('"a needle"', lambda frame: b"a needle" in frame.raw),
    ("/ne+dle in/", lambda frame: b"needle in" in frame.raw),
    ("type:text_delta", lambda frame: "delta" in frame.value.get("update", ())),
    ("type:text_delta -needle", lambda frame: frame.value.get("update", {}).get("delta") == "late hay"),
    ("is:delta", lambda frame: "delta" in frame.value.get("update", ())),
    ("is:notice", lambda frame: frame.value["type"] == "notice"),
    ("size:>250 -is:request", lambda frame: len(frame.raw) > 250),
]


def test_filters(panel: Panel, tmp_path: Path) -> None:
    say(
        panel,
        *begun("a"),
        delta("a", "a needle in "),
        ["sleep", 60],
        delta("a", "late hay"),
        emit("thread.item.done", item=message("a", "a needle in late hay")),
        ["notice", "Needle?"],
    )
    [frames] = frames_of(transcript_of(panel.save(tmp_path / "saved.jsonl")))
    for query, holds in QUERIES:
        panel.filter(query)
        wanted = [str(frame.number + 1) for frame in frames if holds(frame)]
        expect(panel.frames.locator("> :first-child"), query).to_have_text(wanted)
        # The request itself holds the script, in which some of the words stand too.
        assert int((panel.said.text_content() or "").split(" of ")[0]) - len(wanted) in {0, 1}, query
    times = [0.0, *(1000 * (frame.arrived or 0) for frame in frames)]
    gaps = [later - at for at, later in pairwise(times)]
    # The browser takes what it was busy for together: what is a long wait is told by the waits themselves.
    _, short, long = max((long - short, short, long) for short, long in pairwise(sorted(gaps)))
    late = [str(place) for place, gap in enumerate(gaps, 1) if gap >= long]
    panel.filter(f"gap:>{(short + long) / 2:.3f}")
    expect(panel.frames.locator("> :first-child")).to_have_text(late)
    panel.filter("needle")
    expect(panel.element.locator("mark").first).to_have_text(re.compile("needle", re.IGNORECASE))
    panel.filter("gap:soon")
    expect(panel.said).to_contain_text("is no number")
    panel.filter("")
    panel.element.get_by_role("button", name="Hide deltas").click()
    expect(panel.frames).to_have_count(len(frames) - 2)
    panel.element.get_by_role("button", name="This thread").click()
    expect(panel.frames).to_have_count(len(frames) - 2)
    panel.element.get_by_role("button", name="Findings").click()
    expect(panel.frames).to_have_count(1)  # a script takes the time anew when its item is done
    expect(panel.frames.locator(".ck-w-flag")).to_be_visible()
    for name in ("Findings", "This thread", "Hide deltas"):
        panel.element.get_by_role("button", name=name).click()
    panel.element.get_by_label("Event type").select_option("notice")
    expect(panel.frames.locator(".ck-w-type")).to_have_text(["notice"])
    panel.element.get_by_label("Event type").select_option("")
    panel.element.get_by_label("Request type").select_option("threads.create")
    expect(panel.frames).to_have_count(len(frames))
    panel.page.evaluate("document.activeElement.blur()")
    panel.page.keyboard.press("/")
    expect(panel.element.get_by_role("searchbox")).to_be_focused()


def test_curl_asks_the_same_again(panel: Panel) -> None:
    panel.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.page.evaluate("(token) => window.inspector.settings.set({ token })", TOKEN)
    text = 'it\'s "quoted" $(touch x) `y` \\ $HOME\n! é 😀'
    say(panel, ["notice", text])
    panel.groups.first.click()
    copied = []
    for credentials in (False, True):
        panel.detail.get_by_label("with credentials").set_checked(credentials)
        panel.detail.get_by_role("button", name="Copy as curl").click()
        expect(panel.detail.get_by_text("Copied").first).to_be_visible()
        copied.append(panel.page.evaluate("navigator.clipboard.readText()"))
    assert [TOKEN in line for line in copied] == [False, True]
    assert "REDACTED" in copied[0]
    for line in copied:
        done = subprocess.run(
            ["sh", "-c", f"{line} -s"], capture_output=True, text=True, encoding="utf-8", timeout=20, check=True
        )
        head, _, body = done.stdout.partition("\n\n")
        assert head.startswith("HTTP/1.1 200")
        assert "text/event-stream" in head
        events = [json.loads(part.removeprefix("data: ")) for part in body.split("\n\n") if part]
        kinds = panel.page.evaluate("window.inspector.log.exchanges[0].frames.map((one) => one.event.type)")
        assert [event["type"] for event in events] == kinds
        assert events[-1]["message"] == text


def test_a_saved_transcript_has_no_credentials(panel: Panel, tmp_path: Path) -> None:
    panel.page.evaluate("(token) => window.inspector.settings.set({ token, headers: { 'x-api-key': token } })", TOKEN)
    say(panel, ["notice", f"the token is {TOKEN}"])
    saved = panel.save(tmp_path / "saved.jsonl").read_text("utf-8")
    assert TOKEN not in saved
    assert saved.count("REDACTED") >= 4


SMOOTH = """async (text) => {
  const gaps = [];
  let last = performance.now();
  let over = false;
  const watch = (now) => { gaps.push(now - last); last = now; if (!over) requestAnimationFrame(watch); };
  requestAnimationFrame(watch);
  await window.inspector.session.send({ parts: [{ type: "input_text", text }] });
  over = true;
  const { frames } = window.inspector.log.exchanges[0];
  return { gaps: gaps.sort((one, other) => one - other), count: frames.length, took: frames.at(-1).at - frames[5].at };
}"""


def test_five_hundred_events_a_second_stay_smooth(panel: Panel) -> None:
    burst = [*(delta("a", f"{number} ") for number in range(5)), ["sleep", 8]]
    seen = panel.page.evaluate(SMOOTH, script(*begun("a"), ["repeat", 100, burst]))
    assert seen["count"] == 505
    assert seen["took"] < 3000
    assert seen["gaps"][len(seen["gaps"]) // 2] < 50
    expect(panel.frames.last).to_contain_text('"4 "')
    assert panel.rows.count() < 80, "rows that nobody sees exist"
    follow = panel.element.get_by_role("button", name="Follow")
    expect(follow).to_have_attribute("aria-pressed", "true")
    panel.element.locator(".ck-w-list").focus()
    panel.page.keyboard.press("Home")
    expect(follow).to_have_attribute("aria-pressed", "false")
    say(panel, ["notice", "more"])
    expect(panel.row(0)).to_be_visible()
    follow.click()
    expect(panel.frames.last).to_contain_text("more")


def test_without_a_linter_the_page_says_so(page: Page, bed: Any) -> None:
    bed.open(page)
    bed.play(page, ["notice", "hello"])
    expect(Panel(page).view("Findings")).to_contain_text("has no linter")
