"""Make the pictures of the inspector that the README shows again: `python tests/support/make_screenshots.py`.

It serves the demo and a broken backend, holds conversations in Chromium, and writes `server/screenshots/`.
"""

import io
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Browser, Page  # noqa: E402 - found through the line above

from chatkit_conformance.inspecting.tools import tool_routes  # noqa: E402 - as the others
from chatkit_protocol.events import ThreadItemAdded, ThreadItemDone, ThreadItemUpdated  # noqa: E402 - as the others
from chatkit_protocol.updates import AssistantMessageContentPartTextDelta  # noqa: E402 - as the others
from chatkit_server import Inspector, Turn, create_app  # noqa: E402 - as the others
from cli.processes import ENDPOINT, Served  # noqa: E402 - as the others
from support.browser import DESKTOP, PHONE, Faults, context_of, launched  # noqa: E402 - as the others
from support.live import live  # noqa: E402 - as the others

FOLDER = ROOT / "server" / "screenshots"
COLOURS = 256
"""Enough for a page of flat colours; a picture has less than 150 kB then."""
GAP = 24
SETTLED = 900
"""Milliseconds until the linter has looked and everything has come to rest."""
SAY = "async (text) => { await inspector.session.send({ parts: [{ type: 'input_text', text }] }); }"


async def broken(turn: Turn) -> AsyncIterator[Any]:
    """Answer as backends do that get it wrong: a part that nobody announced, another text at the end, the end twice."""
    item = turn.say("A backend that gets it wrong.").item
    empty = deepcopy(item)
    empty.content = []
    yield ThreadItemAdded(item=empty)
    for word in ("A backend ", "that breaks ", "some rules."):
        yield ThreadItemUpdated(
            item_id=item.id, update=AssistantMessageContentPartTextDelta(content_index=0, delta=word)
        )
    yield ThreadItemDone(item=item)
    yield turn.progress("Is it over?")
    yield ThreadItemDone(item=item)


@contextmanager
def opened(browser: Browser, url: str, scheme: str, size: Any) -> Iterator[Page]:
    """Open the page in a new profile; complain of whatever should not happen in it."""
    faults = Faults()
    with context_of(browser, faults, viewport=size, color_scheme=scheme, device_scale_factor=1) as context:
        page = context.new_page()
        page.goto(url)
        page.locator("ck-app[data-ready]").wait_for()
        yield page
    assert faults.seen == []


def said(page: Page, *texts: str) -> None:
    """Hold a conversation, and wait until it is at rest."""
    for text in texts:
        page.evaluate(SAY, text)
    page.wait_for_timeout(SETTLED)


def picture(page: Page) -> Image.Image:
    """Photograph what is on the screen."""
    return Image.open(io.BytesIO(page.screenshot()))


def conversation(browser: Browser, demo: str, _bed: str) -> Image.Image:
    """The chat with its wire."""
    with opened(browser, demo, "light", DESKTOP) as page:
        said(page, "/workflow", "/sources", "/tool Lisbon")
        return picture(page)


def findings(browser: Browser, _demo: str, bed: str) -> Image.Image:
    """What is wrong, on the frame that is."""
    with opened(browser, bed, "dark", DESKTOP) as page:
        said(page, "Is everything all right?")
        wire = page.locator("ck-wire")
        wire.get_by_role("tab", name="Findings").click()
        wire.get_by_role("tabpanel", name="Findings").locator("article button").first.click()
        page.wait_for_timeout(SETTLED)
        return picture(page)


def gallery(browser: Browser, demo: str, _bed: str) -> Image.Image:
    """Widgets."""
    with opened(browser, demo, "light", DESKTOP) as page:
        said(page, "/gallery")
        page.evaluate("document.querySelector('.ck-log').scrollTop *= 0.42")
        page.wait_for_timeout(SETTLED)
        return picture(page)


def phones(browser: Browser, demo: str, _bed: str) -> Image.Image:
    """A narrow screen: one pane at a time, light and dark."""
    shots = []
    for scheme, pane in (("light", "Chat"), ("dark", "Chat"), ("dark", "Wire")):
        with opened(browser, demo, scheme, PHONE) as page:
            said(page, "/sources", "/form")
            page.get_by_role("tab", name=pane, exact=True).click()
            page.wait_for_timeout(SETTLED)
            shots.append(picture(page))
    whole = Image.new("RGB", (sum(one.width for one in shots) + GAP * (len(shots) - 1), shots[0].height), "white")
    for place, one in enumerate(shots):
        whole.paste(one, (place * (one.width + GAP), 0))
    return whole


SHOTS: dict[str, Callable[[Browser, str, str], Image.Image]] = {
    "conversation": conversation,
    "findings": findings,
    "widgets": gallery,
    "phone": phones,
}


def main() -> None:
    """Make every picture, or those that are named."""
    FOLDER.mkdir(exist_ok=True)
    names = sys.argv[1:] or list(SHOTS)
    bed = create_app(broken, inspector=Inspector(tools=tool_routes()))
    with ExitStack() as stack, tempfile.TemporaryDirectory() as place:
        served = Served("serve", "--port", "0", "--data", f"{place}/chat.sqlite3", cwd=Path(place))
        stack.callback(served.close)
        port = stack.enter_context(live(bed))
        browser = stack.enter_context(launched())
        for name in names:
            shot = SHOTS[name](browser, served.url.removesuffix(ENDPOINT) + "/", f"http://127.0.0.1:{port}/")
            shot.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
