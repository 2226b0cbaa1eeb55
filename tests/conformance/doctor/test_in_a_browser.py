"""What the doctor says of a page is what Chromium does with it: which scripts load, and how high the widget is.

In the place of the widget is an element that fills what is around it, as OpenAI's does; nothing is asked of any host.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route

from chatkit_conformance.doctor import examine
from chatkit_conformance.doctor.page.checklist import CHECKLIST
from chatkit_conformance.doctor.page.page import Page
from chatkit_conformance.doctor.tree.loader import SCRIPT
from chatkit_conformance.doctor.tree.policies import allows, read, sources
from chatkit_conformance.doctor.tree.project import Project
from chatkit_conformance.doctor.tree.source import Source
from support.browser import launched
from support.trees import STANDS_FOR, tree

pytestmark = pytest.mark.slow
OWN = "https://own.example/"
LOADER = STANDS_FOR["@LOADER@"]
WIDGET = """customElements.define("openai-chatkit", class extends HTMLElement {
  constructor() {
    super();
    const style = "<style>:host { display: block; height: 100%; } div { height: 100%; }</style>";
    this.attachShadow({ mode: "open" }).innerHTML = `${style}<div></div>`;
  }
  setOptions(options) { window.options = options; }
});"""
SEEN = 100
"""Pixels of height from which on a chat can be used."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as one:
        yield one


class Shown:
    """What became of a page."""

    def __init__(self, browser: Browser, html: str, policy: str = "", script: str = SCRIPT) -> None:
        self.loaded, self.errors, self.said, self.height = False, list[str](), list[str](), 0.0
        with browser.new_context() as context:
            tab = context.new_page()
            tab.on("pageerror", lambda error: self.errors.append(error.message))
            tab.on("console", lambda message: self.said.append(message.text))

            def answer(route: Route) -> None:
                if route.request.url == OWN:
                    route.fulfill(body=html, content_type="text/html", headers={"content-security-policy": policy})
                elif route.request.url == script:
                    self.loaded = True
                    route.fulfill(body=WIDGET, content_type="text/javascript")
                else:
                    route.fulfill(body="")

            tab.route("**/*", answer)
            tab.goto(OWN, wait_until="load")
            box = tab.locator("openai-chatkit").first
            self.height = box.bounding_box()["height"] if box.count() else 0.0  # type: ignore[index]


def findings(html: str) -> list[str]:
    source = Source.of("index.html", html)
    return [one.check for one in examine([Page(source, Project.of(source))]).findings]


CDN = SCRIPT.partition("/deployments")[0]
POLICIES = [
    "script-src 'self' https://*.openai.com",
    "script-src https:",
    "script-src http:",
    "script-src cdn.platform.openai.com",
    f"script-src {CDN}/deployments/",
    f"script-src {CDN}/deployments",
    f"script-src {CDN}/other/",
    f"script-src {SCRIPT}",
    "script-src http://cdn.platform.openai.com",
    "script-src https://openai.com",
    "script-src https://*.cdn.platform.openai.com",
    "script-src https://*.platform.openai.com:443",
    "script-src *:8443",
    "script-src *:*",
    "script-src 'none'",
    "script-src *",
    "script-src",
    "script-src 'self'",
    "default-src *; script-src 'self'",
    "default-src 'self'",
    "default-src 'self'; script-src-elem *; script-src 'self'",
    "SCRIPT-SRC *",
    "script-src 'self'; script-src *",
    "frame-src 'none'",
]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_means_what_it_means_to_a_browser(browser: Browser, policy: str) -> None:
    decided = sources(read(policy), "script-src-elem")
    said = decided is None or allows(decided[1], SCRIPT, OWN)
    assert said is Shown(browser, f"<!doctype html>{LOADER}", policy).loaded


def page(styles: str, body: str) -> str:
    return f"<!doctype html><html><head>{LOADER}<style>{styles}</style></head><body>{body}</body></html>"


FULL = "html, body { height: 100%; margin: 0; }"
ROOMS = {
    "nothing": ("", "<openai-chatkit></openai-chatkit>"),
    "all-the-way-up": (FULL, "<openai-chatkit style='height: 100%'></openai-chatkit>"),
    "filling": (FULL, "<openai-chatkit></openai-chatkit>"),
    "body-without": ("html { height: 100%; }", "<openai-chatkit style='height: 100%'></openai-chatkit>"),
    "html-without": ("body { height: 100%; }", "<openai-chatkit style='height: 100%'></openai-chatkit>"),
    "pixels": ("", "<openai-chatkit style='height: 600px'></openai-chatkit>"),
    "of-the-window": ("#c { height: 80dvh; }", "<openai-chatkit id=c></openai-chatkit>"),
    "zero": (FULL, "<openai-chatkit style='height: 0'></openai-chatkit>"),
    "div-without": (FULL, "<div><openai-chatkit style='height: 100%'></openai-chatkit></div>"),
    "div-of-a-class": (f"{FULL} .room {{ height: 50% }}", "<div class=room><openai-chatkit></openai-chatkit></div>"),
    "at-least": (".room { height: 300px }", "<div class=room><openai-chatkit></openai-chatkit></div>"),
    "row": (FULL, "<div style='display: flex; height: 100%'><openai-chatkit></openai-chatkit></div>"),
    "item-of-a-row": (FULL, "<div style='display: flex; height: 100%'><p><openai-chatkit></openai-chatkit></p></div>"),
    "grid": (f"{FULL} body {{ display: grid }}", "<main><openai-chatkit></openai-chatkit></main>"),
    "edges": ("", "<openai-chatkit style='position: fixed; inset: 0'></openai-chatkit>"),
    "top-and-bottom": (
        "",
        "<div style='position: absolute; top: 0; bottom: 0'><openai-chatkit></openai-chatkit></div>",
    ),
    "ratio": ("", "<openai-chatkit style='height: auto; aspect-ratio: 1'></openai-chatkit>"),
}


@pytest.mark.parametrize("room", ROOMS)
def test_a_height_is_what_a_browser_makes_of_it(browser: Browser, room: str) -> None:
    html = page(*ROOMS[room])
    shown = Shown(browser, html)
    assert shown.loaded
    assert ("page.height.none" in findings(html)) is (shown.height < SEEN), shown.height


PLAIN = tree("plain")["index.html"]
HASTY = PLAIN.replace('      await customElements.whenDefined("openai-chatkit");\n', "")
INERT = "page.script.inert"
MOMENTS = {
    "in-time": (PLAIN, True, 0, []),
    "too-early": (HASTY.replace(LOADER, "") + LOADER, True, 1, ["page.script.too-early"]),
    "noscript": (PLAIN.replace(LOADER, f"<noscript>{LOADER}</noscript>"), False, 0, [INERT]),
    "template": (PLAIN.replace(LOADER, f"<template>{LOADER}</template>"), False, 0, [INERT]),
    "another-type": (PLAIN.replace("<script src", '<script type="text/plain" src'), False, 0, [INERT]),
    "deferred-module": (HASTY.replace(" async></script>", " defer></script>"), True, 0, []),
    "plain-and-before": (HASTY.replace(" async></script>", "></script>"), True, 0, []),
}


@pytest.mark.parametrize(("html", "loaded", "errors", "checks"), MOMENTS.values(), ids=MOMENTS)
def test_a_script_runs_when_a_browser_runs_it(
    browser: Browser, html: str, loaded: bool, errors: int, checks: list[str]
) -> None:
    shown = Shown(browser, html)
    assert (shown.loaded, len(shown.errors)) == (loaded, errors), shown.errors
    assert findings(html) == checks


FRAME = f"<iframe src='{CDN}/x'></iframe>"
CALL = "<script>fetch('http://api.example/').catch(() => 0)</script>"
SIGNS = {
    "script": (LOADER, "script-src 'self'", ["Loading the script", "violates the following Content Security Policy"]),
    "frame": (FRAME, "frame-src 'self'", ["Framing", "violates the following Content Security Policy"]),
    "call": (CALL, "connect-src 'self'", ["Connecting to", "violates the following Content Security Policy"]),
    "mixed": (CALL, "", ["Mixed Content: The page at", "but requested an insecure resource"]),
    "early": (HASTY.replace(LOADER, ""), "", ["setOptions is not a function"]),
}


@pytest.mark.parametrize(("html", "policy", "words"), SIGNS.values(), ids=SIGNS)
def test_the_checklist_quotes_the_console(browser: Browser, html: str, policy: str, words: list[str]) -> None:
    shown = Shown(browser, f"<!doctype html>{html}", policy)
    said = "\n".join((*shown.said, *shown.errors))
    assert [word for word in words if word not in said] == [], said
    assert any(all(word in step.sign for word in words) for step in CHECKLIST)
