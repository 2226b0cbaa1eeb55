"""A thread of 5,000 items and a stream of 500 events a second stay smooth: what a frame costs is measured."""

import logging
from statistics import median, quantiles
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import DESKTOP, PHONE
from support.scripts import added, done, said, updated

LOG = logging.getLogger(__name__)
"""What was measured: `pytest -o log_cli=true --log-level=INFO` shows it."""
ITEMS = 5000
RATE = 500
SECONDS = 3
FRAME = 1000 / 60

FILL = """async (count) => {
  const { session } = inspector;
  const base = { thread_id: session.threadId, created_at: new Date().toISOString() };
  const texts = ["Plain.", "A **strong** `one`.", "- a\\n- b\\n\\n> quoted", "| a | b |\\n|---|---|\\n| 1 | 2 |"];
  const said = (text) => ({ type: "assistant_message", content: [{ type: "output_text", text, annotations: [] }] });
  const asked = (text) => ({ type: "user_message", content: [{ type: "input_text", text }], attachments: [] });
  for (let at = 0; at < count; at += 1) {
    const item = at % 2 ? said(`${at} ${texts[(at >> 1) % 4]}`) : asked(`Question ${at}`);
    session.take({ type: "thread.item.done", item: { id: `item_${at}`, ...base, ...item } });
  }
  await measured(() => document.querySelectorAll("article").length >= count);
}"""
MEASURE = """() => { window.measured = async (done) => {
  const frames = [];
  let before = performance.now();
  while (!done()) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - before);
    before = now;
  }
  return frames;
}; }"""
SCROLL = """async () => {
  const log = document.querySelector(".ck-log");
  const steps = 90;
  let step = 0;
  return measured(() => {
    log.scrollTop = log.scrollHeight * (1 - step / steps);
    step += 1;
    return step > steps;
  });
}"""
FOLLOW = """async (events) => {
  const seen = () => [...inspector.session.view.items.values()].at(-1).content[0].text.length;
  const frames = await measured(() => !inspector.session.streaming);
  const log = document.querySelector(".ck-log");
  return { frames, length: seen(), away: log.scrollHeight - log.clientHeight - log.scrollTop };
}"""


def told(frames: list[float], busy: dict[str, float]) -> dict[str, float]:
    """Sum up what frames took, and what the page worked for each, in milliseconds; the first is left out."""
    spans = frames[1:]
    return {
        "worked": round(1000 * busy["Task"] / len(frames), 1),
        "median": round(median(spans), 1),
        "p95": round(quantiles(spans, n=20)[-1], 1),
        "most": round(max(spans), 1),
        "frames": len(spans),
    }


class Busy:
    """How long the page's own thread worked, by the processor's clock: whoever shares the machine does not count."""

    NAMES = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")

    def __init__(self, page: Page) -> None:
        self._tools = page.context.new_cdp_session(page)
        self._tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._before = self._read()

    def lap(self) -> dict[str, float]:
        """Give the seconds since the last lap."""
        now = self._read()
        spent = {name.removesuffix("Duration"): round(now[name] - self._before[name], 3) for name in self.NAMES}
        self._before = now
        return spent

    def _read(self) -> dict[str, float]:
        got = self._tools.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in got if one["name"] in self.NAMES}


@pytest.mark.parametrize(
    ("size", "most"),
    [
        pytest.param(PHONE, FRAME, id="chat"),
        # Beside it the wire notes and draws each of the events.
        pytest.param(DESKTOP, 4 * FRAME, id="chat-and-wire"),
    ],
)
def test_five_thousand_items_and_five_hundred_events_a_second(chat: Page, bed: Any, size: Any, most: float) -> None:
    chat.set_viewport_size(size)
    chat.evaluate(MEASURE)
    busy = Busy(chat)
    bed.play(chat, done(said("Begin.")))
    busy.lap()
    chat.evaluate(FILL, ITEMS)
    shown = busy.lap()
    scrolled = told(chat.evaluate(SCROLL), busy.lap())
    chat.evaluate("document.querySelector('.ck-jump').click()")
    word = updated("assistant_message.content_part.text_delta", "s", content_index=0, delta="word ")
    bed.begin(chat, added(said("", name="s")), ["repeat", RATE * SECONDS, [word, ["sleep", 1000 / RATE]]])
    expect(chat.get_by_label("Assistant").last).to_contain_text("word word")
    busy.lap()
    followed = chat.evaluate(FOLLOW)
    streamed = told(followed["frames"], busy.lap())
    LOG.info("filled %s scrolled %s streamed %s", shown, scrolled, streamed)
    assert followed["length"] == RATE * SECONDS * len("word ")
    assert followed["away"] < 2
    assert scrolled["worked"] < 2 * FRAME
    assert streamed["worked"] < most
    assert shown["Task"] < 2
