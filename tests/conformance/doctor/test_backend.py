"""Each mistake of a running backend is named by its cause, and nothing else is; a healthy one is left in peace."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import (
    JSONResponse,
    Response,
)

from chatkit_agents.demo_app import demo_app
from chatkit_conformance.differential.servers import OfficialServer
from chatkit_conformance.doctor import CHECKS, Report, examine
from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.backend.cookies import one_site
from chatkit_conformance.doctor.provider.provider import Provider
from chatkit_conformance.testbed.app import scripted_app
from chatkit_server import create_app
from chatkit_server.app import ENDPOINT, WIDGET_HEADERS
from chatkit_server.auth import session_cookie
from chatkit_server.files import FileStore, disk
from support import ailments as a
from support.ailments import PAGE, Seen, good
from support.live import live
from support.mistaken_backends import AUTH, MISTAKES, Mistake, guarded, secured, twisted


@pytest.fixture(scope="module")
def switch() -> Iterator[tuple[a.Switch, int]]:
    one = a.Switch()
    with live(one, log_level="critical", lifespan="off") as port:
        yield one, port


@contextlib.contextmanager
def served(app: Any, folder: Path, switch: tuple[a.Switch, int]) -> Iterator[int]:
    """Serve what a mistake has in place of a good server."""
    made = app(folder)
    if hasattr(made, "__exit__"):
        with made as port:
            yield port
    else:
        switch[0].turn_to(made)
        yield switch[1]


def diagnosed(port: int, mistake: Mistake) -> Report:
    backend = Backend(
        f"{mistake.scheme}://127.0.0.1:{port}{mistake.path}",
        **{"origin": PAGE, "page_headers": WIDGET_HEADERS, "timeout": 20.0, **mistake.settings},
    )
    try:
        return examine([backend])
    finally:
        backend.close()


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_named_by_its_cause(mistake: Mistake, tmp_path: Path, switch: Any) -> None:
    with served(mistake.serve, tmp_path, switch) as port:
        report = diagnosed(port, mistake)
    assert report.stumbled == {}
    first = report.findings[0]
    assert (first.check, mistake.says in first.what) == (mistake.check, True), first.what
    assert {one.check for one in report.findings} == {mistake.check}


def test_no_address_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: Any, **_more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    (finding,) = examine([Backend("http://chat.example/chatkit/api")]).findings
    assert finding.check == "backend.reach.name"
    assert "no address is known for chat.example: name or service not known" in finding.what


CERTIFICATES = [
    pytest.param({"host": "chat.example"}, "not valid for '127.0.0.1'", "names this host", id="of-another-host"),
    pytest.param({"days": -1}, "certificate has expired", "Renew", id="expired"),
]


@pytest.mark.parametrize(("made", "says", "mend"), CERTIFICATES)
def test_what_is_wrong_with_a_certificate(
    made: Any, says: str, mend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured(tmp_path, **made) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(next(tmp_path.glob("*.pem"))))
        (finding,) = diagnosed(port, Mistake("", "", None, scheme="https")).findings
    assert finding.check == "backend.reach.tls"
    assert says in finding.what
    assert mend in finding.mend


def test_over_https_files_go_to_https_and_many_streams_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = FileStore(disk(tmp_path / "files"), a.SECRET, base_url="http://127.0.0.1/")
    with secured(tmp_path, app=create_app(a.talk, attachments=files, allow_origins=[PAGE])) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(next(tmp_path.glob("*.pem"))))
        findings = diagnosed(port, Mistake("", "", None, scheme="https")).findings
    assert [one.check for one in findings] == ["backend.uploads.mixed", "backend.connection.http2"]
    assert findings[0].what.startswith("bytes go to http://127.0.0.1/chatkit/api/files/")


SITES = [
    pytest.param("http://localhost:3000", "http://localhost:8000/chatkit", True, id="another-port"),
    pytest.param("https://www.example.com", "https://api.example.com/chatkit", True, id="another-subdomain"),
    pytest.param("https://www.example.com", "https://www.example.org/chatkit", False, id="another-domain"),
    pytest.param("http://localhost:3000", "http://127.0.0.1:8000/chatkit", False, id="another-name-of-this-machine"),
    pytest.param("http://10.0.0.1", "http://10.9.0.1", False, id="another-machine"),
]


@pytest.mark.parametrize(("page", "server", "one"), SITES)
def test_what_is_one_site(page: str, server: str, one: bool) -> None:
    assert one_site(page, server) is one


REACHED = [
    pytest.param({}, ["backend.auth.open"], id="open"),
    pytest.param({"origin": ""}, ["backend.auth.open", "backend.cors.page"], id="no-page"),
    pytest.param({"origin": "https://a.example"}, ["backend.cors.mixed", "backend.auth.open"], id="mixed"),
]


@pytest.mark.parametrize(("settings", "found"), REACHED)
def test_a_server_that_others_reach(
    settings: Any, found: list[str], tmp_path: Path, switch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Backend, "local", False)
    with served(lambda f: good(f, allow_origins=["*"]), tmp_path, switch) as port:
        findings = diagnosed(port, Mistake("", "", None, settings)).findings
    assert [one.check for one in findings] == found


DIRECT = [
    pytest.param(good, "/upload", [], id="right"),
    pytest.param(good, "/uploads", ["backend.uploads.direct"], id="wrong-address"),
    pytest.param(
        twisted(instead=lambda seen: JSONResponse({}) if seen.path.endswith("/upload") else None),
        "/upload",
        ["backend.uploads.direct"],
        id="no-attachment",
    ),
]


@pytest.mark.parametrize(("serve", "path", "found"), DIRECT)
def test_files_that_are_sent_directly(serve: Any, path: str, found: list[str], tmp_path: Path, switch: Any) -> None:
    with served(serve, tmp_path, switch) as port:
        url = f"http://127.0.0.1:{port}{ENDPOINT}{path}"
        report = diagnosed(port, Mistake("", "", None, {"upload_url": url}))
    assert [one.check for one in report.findings] == found


SESSION = session_cookie(a.SECRET, origins=[PAGE])


def signed_in(user: str) -> str:
    """Give the cookie of a session."""
    reply = Response()
    SESSION.sign_in(reply, user)
    return reply.headers["set-cookie"].partition(";")[0]


HEALTHY = {
    "with-files": Mistake("", "", good),
    "with-a-token": Mistake("", "", guarded(), {"headers": AUTH}),
    "without-files": Mistake("", "", lambda _f: create_app(a.talk, allow_origins=[PAGE])),
    "from-every-page": Mistake("", "", lambda f: good(f, allow_origins=["*"])),
    "with-a-session": Mistake(
        "",
        "",
        lambda f: good(f, identify=SESSION, allow_credentials=True),
        {"headers": [("cookie", signed_in("ada")), ("chatkit-csrf", "1")]},
    ),
    "demo": Mistake("", "", lambda _f: demo_app(delay=0, allow_origins=[PAGE])),
    "test-bed": Mistake("", "", lambda _f: scripted_app(), {"origin": ""}),
}


@pytest.mark.parametrize("server", HEALTHY.values(), ids=list(HEALTHY))
def test_the_healthy_are_left_in_peace(server: Mistake, tmp_path: Path, switch: Any) -> None:
    with served(server.serve, tmp_path, switch) as port:
        report = diagnosed(port, server)
        threads = Backend(f"http://127.0.0.1:{port}{ENDPOINT}", headers=server.settings.get("headers", ())).listing
    assert [one.data() for one in report.findings] == []
    assert report.stumbled == report.left_out == {}
    assert threads.json["data"] == []


def test_a_broken_model_is_the_cause_of_an_answer_that_fails(tmp_path: Path, switch: Any) -> None:
    model = Provider("openai", lacking="OPENAI_API_KEY")
    with served(MISTAKES["model-fails"].serve, tmp_path, switch) as port:
        backend = Backend(f"http://127.0.0.1:{port}{ENDPOINT}")
        report = examine([model, backend])
        backend.close()
    assert [one.check for one in report.findings] == ["provider.settings.key"]
    assert report.left_out["backend.answer.error"] == "provider.settings.key"


def test_a_limit_of_requests_is_waited_for(tmp_path: Path, switch: Any) -> None:
    waited: list[int] = []

    def instead(seen: Seen) -> Response | None:
        if seen.kind == "threads.list" and not waited:
            waited.append(1)
            return Response("", 429, {"retry-after": "0"})
        return None

    with served(twisted(instead=instead), tmp_path, switch) as port:
        assert diagnosed(port, Mistake("", "", None)).findings == []
    assert waited == [1]


def test_who_only_wakes_up_slowly_does_not_buffer(tmp_path: Path, switch: Any) -> None:
    calls: list[str] = []
    inner = good(tmp_path)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def late(message: Any) -> None:
            events = message["type"] == "http.response.start" and b"event-stream" in str(message["headers"]).encode()
            if events and not calls:
                calls.append("first")
                await asyncio.sleep(1.3)
            await send(message)

        await inner(scope, receive, late)

    with served(lambda _f: app, tmp_path, switch) as port:
        assert diagnosed(port, Mistake("", "", None)).findings == []
    assert calls == ["first"]


@pytest.mark.reference
def test_of_the_official_sdk_only_what_is_wrong_is_told() -> None:
    with OfficialServer() as server:
        origin = f"http://127.0.0.1:{server.port}"
        findings = diagnosed(server.port, Mistake("", "", None, {"origin": origin})).findings
    told = {one.what.split(": ")[0] if one.check == "backend.shape.rules" else one.check for one in findings}
    assert told == {
        "backend.refusal.status",  # whatever escapes it is a 500
        "backend.stream.proxies",
        "http.stream.not-cached",
        "json.time.zone",
    }


def test_what_was_made_is_deleted_even_if_no_check_does(tmp_path: Path, switch: Any) -> None:
    with served(good, tmp_path, switch) as port:
        backend = Backend(f"http://127.0.0.1:{port}{ENDPOINT}")
        examine([backend], checks=[CHECKS["backend.answer.empty"], CHECKS["backend.uploads.taken"]])
        assert len(backend.ask("threads.list", {}).json["data"]) == 1
        backend.close()
        assert backend.ask("threads.list", {}).json["data"] == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_every_check_of_a_backend_is_seen_to_find_something() -> None:
    apart = {
        "backend.reach.name",
        "backend.uploads.mixed",
        "backend.connection.http2",
        *REACHED[1].values[1],
        "backend.cors.mixed",
        "backend.uploads.direct",
    }
    seen = {mistake.check for mistake in MISTAKES.values()} | apart
    assert {name for name in CHECKS if name.startswith("backend.")} == seen
