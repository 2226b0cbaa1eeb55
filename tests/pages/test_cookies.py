"""A session cookie in a real browser: the listed page speaks in the user's name, no other page of the site does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from chatkit_server import Answer, Turn, create_app
from chatkit_server.auth import session_cookie
from chatkit_server.files import FileStore, disk
from support.live import live

SECRET = "0123456789abcdef0123456789abcdef"
CREATE = '{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hi"}]}}}'
LIST = '{"type":"threads.list"}'
ASK = """async ([url, body, options]) => {
  try {
    const reply = await fetch(url, { method: "POST", credentials: "include", body, ...options });
    return [reply.status, await reply.text()];
  } catch (error) {
    return [0, String(error)];
  }
}"""
OURS = {"headers": {"content-type": "application/json", "chatkit-csrf": "1"}}


class Places(NamedTuple):
    """Three origins of one site: cookies do not tell ports apart."""

    chat: str
    listed: str
    other: str


async def respond(turn: Turn) -> Answer:
    yield turn.say(turn.user)


async def blank(_http: Request) -> Response:
    return HTMLResponse("<!doctype html><title>A page</title>")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    page = Starlette(routes=[Route("/", blank)])
    with live(page) as listed, live(page) as other:
        origin = f"http://127.0.0.1:{listed}"
        session = session_cookie(SECRET, origins=[origin], secure=False)

        async def sign_in(_http: Request) -> Response:
            response = Response()
            session.sign_in(response, "ann")
            return response

        files = FileStore(disk(tmp_path_factory.mktemp("files")), SECRET)
        app = create_app(respond, identify=session, allow_origins=[origin], allow_credentials=True, attachments=files)
        app.router.routes.append(Route("/in", sign_in))
        with live(app) as chat:
            yield Places(f"http://127.0.0.1:{chat}", origin, f"http://127.0.0.1:{other}")


@pytest.fixture
def signed_in(browser: Browser, places: Places) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{places.chat}/in")
    yield page
    context.close()


def ask(page: Page, url: str, body: str, **options: Any) -> tuple[int, str]:
    status, text = page.evaluate(ASK, [url, body, options])
    return status, text


def threads(page: Page, places: Places) -> int:
    page.goto(places.listed)
    status, text = ask(page, f"{places.chat}/chatkit/api", LIST, **OURS)
    assert status == 200
    return text.count('"id"')


def test_the_listed_page_speaks_in_the_user_s_name(signed_in: Page, places: Places) -> None:
    before = threads(signed_in, places)
    status, text = ask(signed_in, f"{places.chat}/chatkit/api", CREATE, **OURS)
    assert (status, '"ann"' in text) == (200, True)
    assert threads(signed_in, places) == before + 1


BLIND: list[Any] = [
    pytest.param(OURS, id="with the header, which the browser asks about first"),
    pytest.param({"headers": {"content-type": "text/plain"}}, id="as a form would"),
    pytest.param({"headers": {"content-type": "text/plain"}, "mode": "no-cors"}, id="without wanting an answer"),
]


@pytest.mark.parametrize("options", BLIND)
def test_no_other_page_does(signed_in: Page, places: Places, options: dict[str, Any]) -> None:
    before = threads(signed_in, places)
    signed_in.goto(places.other)
    assert ask(signed_in, f"{places.chat}/chatkit/api", CREATE, **options)[0] == 0, "it reads no answer"
    assert threads(signed_in, places) == before, "and nothing has happened"


def test_no_form_of_another_page_uploads(signed_in: Page, places: Places, tmp_path: Path) -> None:
    """A browser sends forms with cookies and asks nobody first."""
    (tmp_path / "a.txt").write_text("hi")
    signed_in.goto(places.other)
    signed_in.set_content(
        f'<form method="post" enctype="multipart/form-data" action="{places.chat}/chatkit/api/upload">'
        '<input type="file" name="file"><button>Send</button></form>'
    )
    signed_in.locator("input").set_input_files(tmp_path / "a.txt")
    with signed_in.expect_response("**/upload") as sent:
        signed_in.get_by_role("button", name="Send").click()
    assert "chatkit=" in sent.value.request.all_headers().get("cookie", ""), "the cookie went with it"
    assert (sent.value.status, sent.value.json()["reason"]) == (403, "origin")
