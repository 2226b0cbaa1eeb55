"""A real Chromium: where it is, and a page that notes everything that should not happen in it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 10.0
"""How long anything may take to be seen."""
DESKTOP = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


def chromium() -> str:
    """Find the browser of this machine: what CHROMIUM names, else the first on the path."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"there is no browser: install Debian's chromium, or name one in CHROMIUM (looked for {NAMES})"
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """Start it, without a screen, with a microphone that hums."""
    arguments = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # which root cannot have
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield browser
        browser.close()


class Faults:
    """What a page did that it should not have: errors, violations of its policy, requests to other hosts."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._allowed: list[str] = []
        self.requests: list[str] = []
        """Every address that was asked for."""

    def allow(self, pattern: str) -> None:
        """Expect faults that a pattern fits, such as the browser's word for a refused request."""
        self._allowed.append(pattern)

    def watch(self, page: Page) -> None:
        """Note what happens in a page."""
        page.on("console", lambda said: self._note(f"console: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: self._note(f"error: {error.stack or error}"))
        page.on("request", lambda request: self._requested(request.url))

    @property
    def seen(self) -> list[str]:
        """The faults that nobody expects."""
        return [fault for fault in self._seen if not any(re.search(pattern, fault) for pattern in self._allowed)]

    def _requested(self, url: str) -> None:
        self.requests.append(url)
        place = urlsplit(url)
        if place.scheme not in {"blob", "data"} and place.hostname not in {"127.0.0.1", "localhost"}:
            self._note(f"a request to another host: {url}")

    def _note(self, fault: str) -> None:
        self._seen.append(fault)


def context_of(browser: Browser, faults: Faults, **options: Any) -> BrowserContext:
    """Open a profile of its own, of which every page is watched."""
    context = browser.new_context(viewport=options.pop("viewport", DESKTOP), **options)
    context.set_default_timeout(1000 * SECONDS)
    context.add_init_script(VIOLATIONS)
    context.on("page", faults.watch)
    return context
