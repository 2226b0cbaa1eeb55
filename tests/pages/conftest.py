"""The demo for a session, a browser and the test bed for a module, a watched page for a test."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from chatkit_conformance.inspecting.tools import tool_routes
from chatkit_conformance.testbed.app import scripted_app
from chatkit_server import Inspector
from cli.processes import ENDPOINT, Served
from support.browser import DESKTOP, Faults, context_of, launched
from support.live import live
from support.panel import Panel
from support.stage import Stage

AFRESH = """async () => {
  const { session, settings, log } = inspector;
  settings.reset();
  await session.openThread(null);
  for (const { id } of [...session.attachments]) await session.detach(id);
  log.clear();
}"""
HERE = Path(__file__).parent
SERIOUS = {"serious", "critical"}
SAY = """async (text) => {
  await window.inspector.session.send({ parts: [{ type: "input_text", text }] });
}"""

MODULES = ("wire/sse", "wire/json", "wire/transcript", "wire/redaction", "model/fold")
IMPORT = """async (names) => {
  for (const name of names) window[name.split("/").at(-1)] = await import(`./inspector/${name}.js`);
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of a page is slow: it needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser. While it runs, an event loop runs in this thread, so that it must not outlive the tests of pages."""
    with launched() as one:
        yield one


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def page(browser: Browser, faults: Faults) -> Iterator[Page]:
    """A new tab in a profile of its own. It fails its test for errors, violated policies, requests to other hosts."""
    with context_of(browser, faults) as context:
        yield context.new_page()
    assert faults.seen == []


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `chatkit-wire serve` serves, with files; the address of its page."""
    place = tmp_path_factory.mktemp("demo")
    served = Served("serve", "--port", "0", "--data", str(place / "chat.sqlite3"), cwd=place)
    yield served.url.removesuffix(ENDPOINT.lstrip("/"))
    served.close()


class Bed:
    """Our test bed with a page: whatever a script tells it, it says."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"

    def open(self, page: Page) -> None:
        """Go there, to a new thread."""
        page.goto(self.url)
        page.locator("ck-app[data-ready]").wait_for()

    def play(self, page: Page, *operations: list[Any]) -> None:
        """Have it carry out operations, from the thread that is shown; come back when the answer has ended."""
        page.evaluate(SAY, script(operations))

    def begin(self, page: Page, *operations: list[Any]) -> None:
        """The same without waiting for the end."""
        page.evaluate(f"(text) => void ({SAY})(text)", script(operations))


def script(operations: Iterable[Any]) -> str:
    """Write a script as a message in which no word can be read that is looked for in the answer."""
    return "ckc:" + re.sub(r'"(?:[^"\\]|\\.)*"', _concealed, json.dumps(operations))


def _concealed(string: re.Match[str]) -> str:
    pieces = re.split(r"\b(\w)", json.loads(string[0]), flags=re.ASCII)
    return (
        '"' + "".join(f"\\u{ord(one):04x}" if at % 2 else json.dumps(one)[1:-1] for at, one in enumerate(pieces)) + '"'
    )


@pytest.fixture(scope="module")
def bed() -> Iterator[Bed]:
    with live(scripted_app(inspector=Inspector(title="Test bed"))) as port:
        yield Bed(port)


@pytest.fixture(scope="module")
def modules(browser: Browser, bed: Bed) -> Iterator[Page]:
    """A page in which functions of modules can be called by `evaluate`, each module by its name: `fold.apply(…)`."""
    faults = Faults()
    with context_of(browser, faults) as context:
        page = context.new_page()
        bed.open(page)
        page.evaluate(IMPORT, MODULES)
        yield page
    assert faults.seen == []


@pytest.fixture
def chat(modules: Page) -> Page:
    """A page of the test bed as if it were new: an empty thread, settings as they were, nothing noted."""
    modules.set_viewport_size(DESKTOP)
    modules.evaluate(AFRESH)
    expect(modules.locator("article")).to_have_count(0)
    modules.get_by_label("Message", exact=True).fill("")
    return modules


@pytest.fixture(scope="module")
def stage(browser: Browser, bed: Bed) -> Iterator[Stage]:
    """A page of the test bed that was emptied for widgets, in light colours."""
    faults = Faults()
    with context_of(browser, faults, color_scheme="light") as context:
        page = context.new_page()
        bed.open(page)
        yield Stage(page)
    assert faults.seen == []


@pytest.fixture
def accessible() -> Callable[..., None]:
    """Check that axe finds no serious fault in a page as it is now, or in the part of it that a selector names."""
    axe = Axe()

    def check(page: Page, part: str | None = None) -> None:
        # Preloading, axe would ask for imported style sheets at the wrong place.
        options = {"preload": False, "resultTypes": ["violations"]}
        found = axe.run(page, part, options).response["violations"]
        serious = [one for one in found if one["impact"] in SERIOUS]
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in serious] == []

    return check


@pytest.fixture(scope="module")
def linted() -> Iterator[str]:
    """The test bed with the linter and the reader of captures behind its page."""
    with live(scripted_app(inspector=Inspector(tools=tool_routes()))) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def panel(page: Page, linted: str) -> Panel:
    """The wire panel of that page."""
    page.goto(linted)
    page.locator("ck-app[data-ready]").wait_for()
    return Panel(page)
