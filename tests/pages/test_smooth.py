"""A thread of 5,000 items and a stream of 500 events a second, measured in frames of the screen (`-s` prints them)."""

import asyncio
import sys
import threading
from collections.abc import Coroutine, Iterator
from statistics import median, quantiles
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chatkit_conformance.testbed.paced import respond
from chatkit_protocol import decode_item, encode
from chatkit_protocol.threads import ThreadMetadata
from chatkit_server import Inspector, MemoryStore, create_app
from chatkit_server.ids import utc_now
from support.live import live

ITEMS = 5000
EVENTS = 2000
PACE = 0.002
"""Seconds between two events: 500 a second."""
LONGEST = 100.0
"""Milliseconds that 95 of 100 frames may take at most, on a machine that does other things, too."""
THREAD = "thr_long"
WIDGET = {"type": "Card", "children": [{"type": "Title", "value": "Number"}, {"type": "Text", "value": "A card"}]}
TEXT = "Some **words** with a [link](https://example.com), `code`, and\n\n- a list\n- of two\n"
RECORD = """() => {
  window.deltas = [];
  let last = performance.now();
  const tick = (now) => {
    window.deltas.push(now - last);
    last = now;
    window.recording = requestAnimationFrame(tick);
  };
  window.recording = requestAnimationFrame(tick);
}"""
STOP = "() => { cancelAnimationFrame(window.recording); return window.deltas.slice(1); }"
DRAWN = """async (count) => {
  const shown = document.querySelector("ck-chat").getElementsByClassName("ck-item");
  while (shown.length < count) await new Promise(requestAnimationFrame);
}"""
SCROLL = """async (seconds) => {
  const region = document.querySelector("ck-chat [role=log]");
  const end = performance.now() + 1000 * seconds;
  const step = (region.scrollHeight - region.clientHeight) / (30 * seconds);
  let way = -1;
  while (performance.now() < end) {
    region.scrollTop += way * step;
    if (region.scrollTop <= 0) way = 1;
    await new Promise(requestAnimationFrame);
  }
}"""


def item(number: int) -> Any:
    who = {
        "id": f"msg_{number:05}",
        "thread_id": THREAD,
        "created_at": f"2026-01-01T00:00:{number * 60 / ITEMS:09.6f}Z",
    }
    said = {"type": "user_message", "content": [{"type": "input_text", "text": f"Message {number}"}]}
    heard = {"type": "assistant_message", "content": [{"type": "output_text", "text": f"{number}. {TEXT}"}]}
    kinds = [said | {"attachments": [], "inference_options": {}}, heard, heard, {"type": "widget", "widget": WIDGET}]
    return decode_item(encode(who | kinds[number % len(kinds)]))


async def filled(store: MemoryStore) -> None:
    await store.save_thread("local", ThreadMetadata(id=THREAD, created_at=utc_now()))
    for number in range(ITEMS):
        await store.save_item("local", THREAD, item(number))


def elsewhere(work: Coroutine[Any, Any, None]) -> None:
    """Run it in another thread: in this one the loop of a browser may run."""
    worker = threading.Thread(target=asyncio.run, args=(work,))
    worker.start()
    worker.join()


@pytest.fixture(scope="module")
def large() -> Iterator[str]:
    store = MemoryStore()
    elsewhere(filled(store))
    with live(create_app(respond, store=store, inspector=Inspector())) as port:
        yield f"http://127.0.0.1:{port}/"


def told(what: str, deltas: list[float]) -> None:
    """Say how long frames took, and hold nearly all of them to the limit."""
    slow = quantiles(deltas, n=20)[-1]
    took = f"median {median(deltas):.1f} ms, 95 % under {slow:.1f} ms, longest {max(deltas):.1f} ms"
    sys.stdout.write(f"\n{what}: {len(deltas)} frames, {took}\n")
    assert slow < LONGEST


def test_a_thread_of_5000_items_is_smooth(page: Page, large: str) -> None:
    page.goto(large)
    page.locator("ck-app[data-ready]").wait_for()
    page.evaluate(RECORD)
    page.evaluate("async (id) => { await inspector.session.openThread(id); }", THREAD)
    page.evaluate(
        "async () => { while (inspector.session.past.hasOlder) await inspector.session.past.olderItems(500); }"
    )
    page.evaluate(DRAWN, ITEMS)
    told("loading 5,000 items", page.evaluate(STOP))
    page.evaluate(RECORD)
    page.evaluate(SCROLL, 3)
    told("scrolling through them", page.evaluate(STOP))
    page.evaluate(RECORD)
    page.evaluate("inspector.session.send({ parts: [{ type: 'input_text', text: 'a 300 0.01' }] })")
    told("an answer of 100 events a second below them", page.evaluate(STOP))
    expect(page.locator("ck-chat")).to_contain_text("a 299")


def test_a_stream_of_500_events_a_second_is_smooth(page: Page, large: str) -> None:
    page.goto(large)
    page.locator("ck-app[data-ready]").wait_for()
    page.evaluate(RECORD)
    page.evaluate(f"inspector.session.send({{ parts: [{{ type: 'input_text', text: 'a {EVENTS} {PACE}' }}] }})")
    deltas = page.evaluate(STOP)
    frames = page.evaluate("inspector.log.exchanges[0].frames.length")
    seconds = sum(deltas) / 1000
    sys.stdout.write(f"\n{frames} events in {seconds:.1f} s: {frames / seconds:.0f} a second\n")
    told("a stream of 500 events a second", deltas)
    expect(page.locator("ck-chat")).to_contain_text(f"a {EVENTS - 1}")
    assert frames > EVENTS
