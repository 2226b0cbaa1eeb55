"""Around the chat and the wire: settings, light and dark, one pane or two, accounts, mounts, and where requests go."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from chatkit_conformance.testbed.app import scripted_app
from chatkit_server import Inspector, MemoryStore, create_app
from chatkit_server.auth import bearer
from support.browser import PHONE, Faults, context_of
from support.live import live

SECRET = "0123456789abcdef0123456789abcdef"
FOR_EVER = 4_000_000_000
CLAIMS = {"sub": "ada", "aud": "chat", "exp": FOR_EVER}
SEND = "(text) => inspector.session.send({ parts: [{ type: 'input_text', text }] })"


def ready(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("ck-app[data-ready]").wait_for()


def test_settings_are_kept_and_what_is_wrong_is_said_where_it_is(page: Page, bed: Any, accessible: Any) -> None:
    ready(page, bed.url)
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    dialog.get_by_label("More headers").fill("no header")
    dialog.get_by_label("Models").fill("fast | Fast one\nslow")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("More headers")).to_have_attribute("aria-invalid", "true")
    expect(dialog).to_contain_text("no colon in “no header”")
    expect(dialog.get_by_label("More headers")).to_be_focused()
    accessible(page)
    dialog.get_by_label("More headers").fill("x-mine: 1")
    dialog.get_by_label("Client tools").fill('look = {"seen": true}\n* = ask')
    page.keyboard.press("Control+Home")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    page.reload()
    page.locator("ck-app[data-ready]").wait_for()
    values = page.evaluate("inspector.settings.values")
    assert values["headers"] == {"x-mine": "1"}
    assert values["models"] == [{"id": "fast", "label": "Fast one"}, {"id": "slow", "label": "slow"}]
    assert values["clientTools"] == {"look": {"mode": "value", "value": {"seen": True}}, "*": {"mode": "ask"}}
    page.evaluate(SEND, "hello")
    assert page.evaluate("inspector.log.exchanges[0].sentHeaders")["x-mine"] == "1"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_system_until_the_user_chooses(browser: Browser, bed: Any, scheme: Any) -> None:
    faults = Faults()
    with context_of(browser, faults, color_scheme=scheme) as context:
        page = context.new_page()
        ready(page, bed.url)
        colour = "getComputedStyle(document.body).backgroundColor"
        before = page.evaluate(colour)
        page.get_by_role("button", name="Light or dark").click()
        after = page.evaluate(colour)
        assert before != after
        page.reload()
        page.locator("ck-app[data-ready]").wait_for()
        assert page.evaluate(colour) == after
        page.emulate_media(color_scheme="light" if scheme == "dark" else "dark")
        assert page.evaluate(colour) == after
    assert faults.seen == []


def test_the_splitter_moves_by_mouse_and_by_keys(page: Page, bed: Any) -> None:
    ready(page, bed.url)
    splitter = page.get_by_role("separator", name="Width of the chat")
    box = splitter.bounding_box()
    assert box
    page.mouse.move(box["x"] + 3, 400)
    page.mouse.down()
    page.mouse.move(560, 400)
    page.mouse.up()
    expect(splitter).to_have_attribute("aria-valuenow", "40")
    splitter.focus()
    page.keyboard.press("ArrowRight")
    expect(splitter).to_have_attribute("aria-valuenow", "42")
    page.reload()
    expect(splitter).to_have_attribute("aria-valuenow", "42")


def test_a_narrow_screen_shows_one_pane_with_tabs(browser: Browser, bed: Any, accessible: Any) -> None:
    faults = Faults()
    with context_of(browser, faults, viewport=PHONE) as context:
        page = context.new_page()
        ready(page, bed.url)
        expect(page.locator("ck-chat")).to_be_visible()
        expect(page.locator("ck-wire")).to_be_hidden()
        page.get_by_role("tab", name="Chat", exact=True).press("ArrowRight")
        expect(page.locator("ck-wire")).to_be_visible()
        expect(page.locator("ck-chat")).to_be_hidden()
        expect(page.get_by_role("tab", name="Wire", exact=True)).to_be_focused()
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults.seen == []


@pytest.fixture(scope="module")
def accounts() -> Iterator[str]:
    """The test bed of users that have tokens."""
    bed = scripted_app(MemoryStore(), identify=bearer(secret=SECRET, audience="chat"), inspector=Inspector())
    with live(bed) as port:
        yield f"http://127.0.0.1:{port}/"


def test_a_server_with_accounts_wants_a_token(page: Page, accounts: str, faults: Faults, accessible: Any) -> None:
    faults.allow("status of 401")
    ready(page, accounts)
    page.evaluate(SEND, "hello")
    banner = page.locator(".ck-banner")
    expect(banner).to_contain_text("it wants a token")
    accessible(page)
    banner.get_by_role("button", name="Enter a token").click()
    token = page.get_by_role("dialog", name="Settings").get_by_label("Bearer token")
    expect(token).to_be_focused()
    token.fill("wrong")
    page.keyboard.press("Enter")
    page.evaluate("inspector.session.retry(null)")
    expect(banner).to_contain_text("does not believe the token")
    good = jwt.encode({"alg": "HS256"}, CLAIMS, OctKey.import_key(SECRET))
    page.evaluate("(token) => inspector.settings.set({ token })", good)
    expect(banner).to_be_hidden()
    page.evaluate("inspector.session.retry(null)")
    assert page.evaluate("inspector.session.view.notices[0].message") == "ack"
    expect(page).to_have_url(re.compile("#thread="))
    page.reload()
    page.locator("ck-app[data-ready]").wait_for()
    assert page.evaluate("inspector.session.view.items.size") == 1


def test_a_thread_that_a_token_opens_is_opened_once_it_is_there(page: Page, accounts: str, faults: Faults) -> None:
    faults.allow("status of 401")
    good = jwt.encode({"alg": "HS256"}, CLAIMS, OctKey.import_key(SECRET))
    ready(page, accounts)
    page.evaluate("(token) => inspector.settings.set({ token })", good)
    page.evaluate(SEND, "hello")
    expect(page).to_have_url(re.compile("#thread="))
    page.evaluate("inspector.settings.set({ token: '' })")
    page.reload()
    page.locator("ck-app[data-ready]").wait_for()
    assert page.evaluate("[inspector.session.unauthorized, inspector.session.view.items.size]") == [True, 0]
    page.evaluate("(token) => inspector.settings.set({ token })", good)
    expect(page.locator("ck-chat")).to_contain_text("hello")


PLACES = [
    pytest.param("/", "/chatkit/api", id="root"),
    pytest.param("/deep/down/", "/chatkit/api", id="mounted"),
    pytest.param("/", "/v1/talk", id="another-path"),
]


@pytest.mark.parametrize(("place", "path"), PLACES)
def test_it_works_wherever_it_is(page: Page, faults: Faults, place: str, path: str) -> None:
    """And asks nobody but its own server: the page fixture notes every other host."""

    async def respond(turn: Any) -> Any:
        yield turn.say(f"heard {turn.text}")

    app: Any = create_app(respond, path=path, inspector=Inspector())
    if place != "/":
        app = Starlette(routes=[Mount(place.rstrip("/"), app)])
    with live(app) as port:
        ready(page, f"http://127.0.0.1:{port}{place}")
        page.evaluate(SEND, "you")
        expect(page.locator("ck-chat")).to_contain_text("heard you")
    own = f"http://127.0.0.1:{port}{place}"
    asked = [url for url in faults.requests if not url.startswith(("blob:", "data:"))]
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith(own)] == []
