"""What the inspector's page asks for: findings, captures of every form, and what passes through a proxy, live."""

import asyncio
import base64
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chatkit_conformance.captures import read_capture
from chatkit_conformance.cli.inspect import front
from chatkit_conformance.findings import report_of
from chatkit_conformance.inspecting import tools
from chatkit_conformance.inspecting.tools import tool_routes
from chatkit_conformance.linter import example as e
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import read
from support.live import live
from support.wire import Wire

CAPTURES = sorted(path for path in (Path(__file__).parent / "data" / "captures").iterdir() if path.is_file())
ENDPOINT = "/chatkit/api"


def post(path: str, body: bytes) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[Mount("/inspector", routes=tool_routes())]))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.post(path, content=body)

    return asyncio.run(run())


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_a_capture_of_any_form_is_read_and_linted(path: Path) -> None:
    raw = path.read_bytes()
    expected = read_capture(raw, "x")
    assert read(post("/inspector/read?name=x", raw).text).exchanges == expected.exchanges
    told = post("/inspector/lint?name=x", raw).json()
    assert told == json.loads(json.dumps(report_of(expected, "x").data()))
    assert told["rules"] > 0


def test_there_are_captures_of_every_form() -> None:
    assert len({path.suffix for path in CAPTURES}) > 2


@pytest.mark.parametrize("tool", ["lint", "read"])
def test_what_cannot_be_read_is_refused_with_the_reason(tool: str) -> None:
    reply = post(f"/inspector/{tool}?name=empty.har", b" ")
    assert (reply.status_code, reply.json()["message"]) == (400, "empty.har: there is nothing in it")


def test_a_capture_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "MOST", 10)
    assert post("/inspector/read", b"data: {}\n\n" * 2).status_code == 413


@pytest.fixture(scope="module")
def fronted() -> Iterator[int]:
    """Give the port of the inspector in front of the test bed."""
    with (
        live(scripted_app()) as port,
        live(front(f"http://127.0.0.1:{port}", ENDPOINT), timeout_graceful_shutdown=1, log_level="critical") as one,
    ):
        yield one


class Ear:
    """Listens to what passes."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._connection.request("GET", "/inspector/live")
        self.reply = self._connection.getresponse()
        assert self.reply.readline() == b": listening\n"

    def hear(self) -> list[dict[str, Any]]:
        """Give everything up to the end of an exchange."""
        told = []
        while not told or told[-1]["type"] != "end":
            line = self.reply.readline()
            if line.startswith(b"data: "):
                told.append(json.loads(line.removeprefix(b"data: ")))
        return told

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def ear(fronted: int) -> Iterator[Ear]:
    one = Ear(fronted)
    yield one
    one.close()


def script(*operations: Any) -> bytes:
    return e.request("threads.create", {"input": e.script(*operations)})


def test_what_another_client_says_is_told_as_it_passes(fronted: int, ear: Ear) -> None:
    reply = Wire(fronted).post(script(["notice", "a"], ["sleep", 50], ["notice", "b"]))
    begin, head, *pieces, end = ear.hear()
    assert base64.b64decode(begin["sent"]) == script(["notice", "a"], ["sleep", 50], ["notice", "b"])
    assert (begin["type"], begin["method"], begin["path"]) == ("begin", "POST", ENDPOINT)
    assert (head["type"], head["status"]) == ("head", 200)
    assert head["headers"]["content-type"] == reply.headers["content-type"]
    assert len(pieces) > 1
    assert b"".join(base64.b64decode(piece["bytes"]) for piece in pieces) == reply.body
    assert pieces[-1]["at"] - pieces[0]["at"] >= 0.045
    assert end == {"type": "end", "id": begin["id"], "state": "done", "trouble": ""}


def test_what_the_page_itself_says_is_not_told_and_the_server_is_not_told_of_the_page(fronted: int, ear: Ear) -> None:
    own = {"x-chatkit-inspector": "page", "origin": f"http://127.0.0.1:{fronted}"}
    assert Wire(fronted).post(script(["notice", "mine"]), own).status == 200
    Wire(fronted).post(script(["notice", "theirs"]))
    assert b"theirs" in base64.b64decode(ear.hear()[0]["sent"])


def test_a_server_that_is_not_there_is_told() -> None:
    with live(front("http://127.0.0.1:9", ENDPOINT), timeout_graceful_shutdown=1, log_level="critical") as port:
        ear = Ear(port)
        assert Wire(port).post(b"{}").status == 502
        told = ear.hear()
        assert [one["type"] for one in told] == ["begin", "end"]
        assert (told[-1]["state"], "ConnectError" in told[-1]["trouble"]) == ("failed", True)
        ear.close()


def test_the_page_is_in_front_and_everything_else_behind(fronted: int) -> None:
    wire = Wire(fronted, "/")
    assert b"<ck-app>" in wire.request("GET").body
    assert wire.request("POST").status == 404
    assert Wire(fronted, "/healthz").request("GET").body == b"alive\n"
    told = Wire(fronted, "/inspector/config.json").request("GET").json
    assert (told["endpoint"], told["tools"]) == ("chatkit/api", ["lint", "read", "live"])


@pytest.mark.parametrize("path", ["/", "/inspector/live", "/inspector/config.json"])
def test_a_page_elsewhere_reads_nothing(fronted: int, path: str) -> None:
    """Neither by a name that leads here (DNS rebinding), nor from another origin."""
    assert Wire(fronted, path).request("GET", headers={"host": "evil.example"}).status == 403
    assert Wire(fronted, path).request("GET", headers={"origin": "https://evil.example"}).status == 403
