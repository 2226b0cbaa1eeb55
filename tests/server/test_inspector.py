"""The inspector's page over HTTP: off unless asked for, under a strict policy, fresh, wherever it is mounted."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chatkit_server import Inspector, Turn, create_app
from chatkit_server.inspector.app import MEDIA, PAGE, policy

FILES = sorted(str(path.relative_to(PAGE)) for path in PAGE.rglob("*") if path.is_file())


async def respond(turn: Turn) -> Any:
    yield turn.say("hello")


def ask(method: str, path: str, app: Any = None, **options: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app or create_app(respond, inspector=Inspector()))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path, **options)

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/", "/inspector/main.js", "/inspector/config.json"])
def test_it_is_off_unless_asked_for(path: str) -> None:
    assert ask("GET", path, create_app(respond)).status_code == 404


@pytest.mark.parametrize("path", FILES)
def test_every_file_is_served_as_what_it_is(path: str) -> None:
    reply = ask("GET", f"/inspector/{path}")
    assert reply.status_code == 200
    assert reply.headers["content-type"] == MEDIA[Path(path).suffix]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.content == (PAGE / path).read_bytes()


def test_the_page_is_at_the_root_and_says_what_it_is() -> None:
    reply = ask("GET", "/")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "<ck-app>" in reply.text


POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' blob: data:",
    "font-src": "'self'",
    "media-src": "blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}


def rows(written: str) -> dict[str, str]:
    return dict(row.split(" ", 1) for row in written.split("; "))


@pytest.mark.parametrize("path", ["/", "/inspector/main.js", "/inspector/styles/tokens.css"])
def test_the_policy_lets_nothing_in(path: str) -> None:
    assert rows(ask("GET", path).headers["content-security-policy"]) == POLICY


def test_the_policy_names_what_is_let_in() -> None:
    written = rows(policy(connect=["https://files.example"], images=["https://images.example"]))
    assert written["connect-src"] == "'self' https://files.example"
    assert written["img-src"] == "'self' blob: data: https://images.example"
    assert written["script-src"] == "'self'"


@pytest.mark.parametrize("path", ["/", "/inspector/main.js", "/inspector/config.json"])
def test_a_browser_asks_each_time_and_is_sent_what_is_new(path: str) -> None:
    reply = ask("GET", path)
    assert reply.headers["cache-control"] == "no-cache"
    again = ask("GET", path, headers={"if-none-match": f'"other", W/{reply.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == reply.headers["etag"]
    assert ask("GET", path, headers={"if-none-match": '"other"'}).status_code == 200


def test_head_tells_the_length_and_sends_nothing() -> None:
    reply = ask("HEAD", "/")
    assert (reply.status_code, reply.content) == (200, b"")
    assert int(reply.headers["content-length"]) == (PAGE / "index.html").stat().st_size


ELSEWHERE = [
    pytest.param("/inspector/nothing.js", id="no-such-file"),
    pytest.param("/inspector/../app.py", id="above"),
    pytest.param("/inspector/%2e%2e/app.py", id="above-encoded"),
    pytest.param("/inspector//etc/passwd", id="absolute"),
    pytest.param("/inspector/lint", id="a-tool-that-is-not-there"),
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_nothing_else_is_served(path: str) -> None:
    assert ask("GET", path).status_code == 404


PLACES = [
    pytest.param("/chatkit/api", "chatkit/api", id="usual"),
    pytest.param("/a/b", "a/b", id="path"),
    pytest.param("/", "", id="the-root"),
]


@pytest.mark.parametrize(("path", "told"), PLACES)
def test_the_page_is_told_where_the_endpoint_is(path: str, told: str) -> None:
    app = create_app(respond, path=path, inspector=Inspector())
    assert ask("GET", "/inspector/config.json", app).json()["endpoint"] == told
    assert ask("GET", "/", app).status_code == 200
    assert ask("POST", path, app, json={"type": "threads.list"}).status_code == 200


def test_under_a_mount_all_addresses_are_relative() -> None:
    app = Starlette(routes=[Mount("/backend", create_app(respond, inspector=Inspector()))])
    page = ask("GET", "/backend/", app)
    links = [part.split('"')[0] for part in page.text.replace('src="', 'href="').split('href="')[1:]]
    assert len(links) > 5
    for link in links:
        assert not link.startswith("/")
        assert ask("GET", f"/backend/{link}", app).status_code == 200


def test_hosts_and_origins_are_held_for_the_page_too() -> None:
    app = create_app(respond, inspector=Inspector(), allow_hosts=["there"])
    assert ask("GET", "/", app).status_code == 403


def test_what_the_page_is_told() -> None:
    inspector = Inspector(title="Mine", settings={"models": [{"id": "m", "label": "M"}]}, images=["https:"])
    told = ask("GET", "/inspector/config.json", create_app(respond, inspector=inspector)).json()
    assert told == {
        "endpoint": "chatkit/api",
        "title": "Mine",
        "images": ["https:"],
        "settings": {"models": [{"id": "m", "label": "M"}]},
        "tools": [],
    }
