"""Each mistake of a running backend is named by its cause, and nothing else is; a healthy one is left in peace."""

import asyncio
import contextlib
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from chatkit_agents.demo_app import demo_app
from chatkit_conformance.differential.servers import OfficialServer
from chatkit_conformance.doctor import CHECKS, Report, examine
from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.backend.cookies import one_site
from chatkit_conformance.linter import example as e
from chatkit_conformance.testbed.app import scripted_app
from chatkit_server import Answer, CustomStreamError, Turn, create_app
from chatkit_server.app import WIDGET_HEADERS
from chatkit_server.auth import session_cookie
from chatkit_server.files import FileStore, disk
from support import ailments as a
from support.ailments import ENDPOINT, PAGE, TOKEN, Seen, Twisted, good, of, with_header
from support.live import live

AUTH = [("authorization", f"Bearer {TOKEN}")]
CORS = "access-control-allow-"
Serving = Callable[[Path], AbstractContextManager[int]]


@dataclass
class Mistake:
    """What is wrong with a server, and what the doctor says of it."""

    check: str
    says: str
    serve: Any
    """An app made of a folder, or a context manager of a port."""
    settings: dict[str, Any] = field(default_factory=dict)
    path: str = ENDPOINT
    scheme: str = "http"
    also: tuple[str, ...] = ()
    """Checks that find something of their own, which is no consequence."""


class Switch:
    """One server for all apps, since starting and stopping takes longer than examining."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def switch() -> Iterator[tuple[Switch, int]]:
    one = Switch()
    with live(one, log_level="critical", lifespan="off") as port:
        yield one, port


@contextlib.contextmanager
def served(app: Any, folder: Path, switch: tuple[Switch, int]) -> Iterator[int]:
    """Serve what a mistake has in place of a good server."""
    made = app(folder)
    if hasattr(made, "__exit__"):
        with made as port:
            yield port
    else:
        switch[0].app = made
        yield switch[1]


def diagnosed(port: int, mistake: Mistake) -> Report:
    backend = Backend(
        f"{mistake.scheme}://127.0.0.1:{port}{mistake.path}",
        **{"origin": PAGE, "page_headers": WIDGET_HEADERS, "timeout": 5.0, **mistake.settings},
    )
    try:
        return examine([backend])
    finally:
        backend.close()


def twisted(**how: Any) -> Callable[[Path], Any]:
    return lambda folder: Twisted(good(folder), **how)


def answering(respond: Any) -> Callable[[Path], Any]:
    return lambda folder: good(folder, respond)


def guarded(**how: Any) -> Callable[[Path], Any]:
    """Make a backend that knows one user, and twist it."""
    return lambda folder: Twisted(good(folder, identify=a.by_token), **how)


# Connections


def shut(_folder: Path) -> AbstractContextManager[int]:
    return a.free_port()


def full(_folder: Path) -> AbstractContextManager[int]:
    return a.unheard()


def banner(_folder: Path) -> AbstractContextManager[int]:
    def serve(connection: Any) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        connection.recv(4096)

    return a.raw(serve)


def hangs_up(_folder: Path) -> AbstractContextManager[int]:
    return a.raw(lambda connection: connection.recv(4096))


def secured(folder: Path, app: Any = None, **made: Any) -> AbstractContextManager[int]:
    pem, key = a.certificate(folder, **made)
    return live(app or good(folder), log_level="critical", ssl_certfile=pem, ssl_keyfile=key)


# What answers at the address


def single_page(_folder: Path) -> Starlette:
    page = "<!doctype html><html><body><div id=root></div></body></html>"
    every = Route("/{path:path}", lambda _http: HTMLResponse(page), methods=["GET", "POST", "OPTIONS"])
    return Starlette(routes=[every])


def only_get(_folder: Path) -> Starlette:
    return Starlette(routes=[Route(ENDPOINT, lambda _http: PlainTextResponse("up"), methods=["GET"])])


def slash(folder: Path) -> Starlette:
    inner = good(folder, path=f"{ENDPOINT}/")
    inner.router.routes.insert(
        0, Route(ENDPOINT, lambda _http: RedirectResponse(f"{ENDPOINT}/", 307), methods=["POST", "OPTIONS"])
    )
    return inner


# Answers


async def fails(_turn: Turn) -> Answer:
    raise CustomStreamError("The API key is not valid.")
    yield


async def says_nothing(_turn: Turn) -> Answer:
    for event in ():
        yield event


async def slowly(turn: Turn) -> Answer:
    async def words() -> Any:
        for word in ["one", "two", "three", "four"]:
            await asyncio.sleep(0.2)
            yield f"{word} "

    yield turn.stream(words())


def whole_body(folder: Path) -> Any:
    """Collect answers, as frameworks do that are given a list."""
    inner = good(folder)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        messages: list[Any] = []

        async def collect(message: Any) -> None:
            messages.append(message)

        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        await inner(scope, receive, collect)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        head = messages[0]
        if not any(name == b"content-length" for name, _ in head["headers"]):
            head["headers"] = [*head["headers"], (b"content-length", str(len(body)).encode())]
        await send(head)
        await send({"type": "http.response.body", "body": body})

    return app


def zipped_stream(folder: Path) -> Any:
    """Compress events as well, each at once."""
    inner = good(folder)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        packer = zlib.compressobj(wbits=31)
        zips = False

        async def packed(message: Any) -> None:
            nonlocal zips
            if message["type"] == "http.response.start":
                zips = any(value.startswith(b"text/event-stream") for _, value in message["headers"])
                message["headers"] = [*message["headers"], *([(b"content-encoding", b"gzip")] if zips else [])]
            elif zips:
                body = packer.compress(message.get("body", b""))
                end = zlib.Z_SYNC_FLUSH if message.get("more_body") else zlib.Z_FINISH
                message["body"] = body + packer.flush(end)
            await send(message)

        await inner(scope, receive, packed)

    return app


def zipped_always(folder: Path) -> Any:
    inner = GZipMiddleware(good(folder), minimum_size=1)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            scope = scope | {"headers": [*kept, (b"accept-encoding", b"gzip")]}
        await inner(scope, receive, send)

    return app


def breaks_off(folder: Path) -> Any:
    """Break the connection in the middle of an answer."""
    inner = good(folder)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        sent = 0

        async def some(message: Any) -> None:
            nonlocal sent
            sent += b"thread.item" in message.get("body", b"")
            if sent > 1:
                raise ConnectionError("gone")
            await send(message)

        await inner(scope, receive, some)

    return app


async def without_end(turn: Turn) -> Answer:
    yield turn.progress("Thinking")
    await asyncio.sleep(30)


# Uploads


def descriptor(**changes: Any) -> Callable[[Path], Any]:
    """Announce files with another descriptor."""
    told = {"id": "atc_1", "type": "image", "name": "doctor.png", "mime_type": "image/png", "preview_url": "/p"}
    place = {"url": "http://127.0.0.1/up", "method": "PUT", "headers": {}} | changes
    replies = {"attachments.create": told | {"upload_descriptor": place}, "attachments.delete": {}}

    def instead(seen: Seen) -> Response | None:
        return JSONResponse(replies[seen.kind], headers={f"{CORS}origin": PAGE}) if seen.kind in replies else None

    return twisted(instead=instead)


def put(seen: Seen) -> bool:
    return seen.method == "PUT"


def preview(seen: Seen) -> bool:
    return seen.method == "GET" and "/files/" in seen.path


def at_files(seen: Seen) -> bool:
    return seen.method == "OPTIONS" and "/files/" in seen.path


def undeleted(seen: Seen) -> Response | None:
    return Response(b"{}", media_type="application/json") if seen.kind == "threads.delete" else None


def proxied(respond: Any = a.talk, **how: Any) -> Callable[[Path], Any]:
    """Put a proxy in front of a good backend."""

    @contextlib.contextmanager
    def both(folder: Path) -> Iterator[int]:
        with live(good(folder, respond), log_level="critical") as port, a.proxy(port, **how) as front:
            yield front

    return both


def waits(_folder: Path) -> AbstractContextManager[int]:
    def serve(connection: Any) -> None:
        while connection.recv(4096):
            pass

    return a.raw(serve)


def told(
    *kinds: str, method: str = "POST", body: Any = b"", status: int = 200, **headers: str
) -> Callable[[Path], Any]:
    """Have a good backend answer some requests with this."""
    readable = {f"{CORS}origin": PAGE, f"{CORS}methods": "PUT", f"{CORS}headers": "content-type"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def instead(seen: Seen) -> Response | None:
        return Response(body, status, readable | named) if of(*kinds, method=method)(seen) else None

    return twisted(instead=instead)


def head(name: str, value: str | None, *kinds: str, method: str = "POST") -> Callable[[Path], Any]:
    """Set a header of some replies of a good backend."""
    return twisted(head=with_header(name, value, of(*kinds, method=method)))


JSON_TYPE = {"content_type": "application/json"}
EVENTS = e.create(*e.STREAMED).received
ALLOWED = "content-type, chatkit-frame-instance-id, chatkit-device-id, authorization"
TRACE = b'Traceback (most recent call last):\n  File "app.py", line 1, in <module>'
NO_SECOND = {"threads.create": b""}

MISTAKES = {
    # Connections
    "refused": Mistake("backend.reach.refused", "nothing listens on 127.0.0.1", shut),
    "silent": Mistake("backend.reach.silent", "does not answer", full, {"timeout": 0.3}),
    "self-signed": Mistake("backend.reach.tls", "self-signed certificate", secured, scheme="https"),
    "http-on-https": Mistake("backend.reach.tls", "wrong version number", good, scheme="https"),
    "https-on-http": Mistake("backend.reach.http", "wants https", secured),
    "no-http": Mistake("backend.reach.http", "SSH-2.0", banner),
    "hangs-up": Mistake("backend.reach.reply", "RemoteDisconnected", hangs_up),
    "hangs": Mistake("backend.reach.reply", "no end within", waits, {"timeout": 0.3}),
    # The address
    "wrong-path": Mistake("backend.path.found", "there is nothing at /chatkit/ap", good, path="/chatkit/ap"),
    "only-get": Mistake("backend.path.method", "it takes", only_get),
    "slash": Mistake("backend.path.redirect", "a redirect (307)", slash),
    "web-page": Mistake("backend.path.page", "a web page answers", single_page),
    "gateway": Mistake("backend.path.gateway", "502", told(status=502, body="<html>Bad Gateway", server="nginx")),
    "crash": Mistake("backend.path.crash", "threads.list fails (500)", told(status=500, body="Internal Server Error")),
    "host": Mistake("backend.path.host", "does not serve the host", lambda f: good(f, allow_hosts=["chat.example"])),
    # Who asks
    "no-token": Mistake("backend.auth.accepted", "wants credentials (401), and none were given", guarded()),
    "wrong-token": Mistake(
        "backend.auth.accepted",
        "although it has authorization",
        guarded(),
        {"headers": [("authorization", "Bearer x")]},
    ),
    "sign-in-page": Mistake("backend.auth.accepted", "/login", told(status=302, location="/login?next=/chatkit")),
    "let-in": Mistake("backend.auth.needed", "a request without authorization is let in", good, {"headers": AUTH}),
    "unverified": Mistake(
        "backend.auth.checked",
        "written backwards",
        lambda f: good(f, identify=lambda http: http.headers.get("authorization") or a.by_token(http)),
        {"headers": AUTH},
    ),
    "refused-by-500": Mistake(
        "backend.auth.status",
        "answered with 500",
        lambda f: Twisted(
            good(f, identify=a.by_token),
            instead=lambda seen: (
                None if "authorization" in seen.headers or seen.method != "POST" else Response("", 500)
            ),
        ),
        {"headers": AUTH},
    ),
    # CORS
    "no-cors": Mistake("backend.cors.preflight", "405", told(method="OPTIONS", status=405)),
    "preflight-needs-token": Mistake(
        "backend.cors.preflight", "never send with it", told(method="OPTIONS", status=401)
    ),
    "other-origin": Mistake(
        "backend.cors.origin",
        "may not call: it allows https://www.example.com",
        twisted(head=with_header(f"{CORS}origin", "https://www.example.com")),
    ),
    "origin-with-slash": Mistake(
        "backend.cors.origin",
        f"it allows {PAGE}/",
        head(f"{CORS}origin", f"{PAGE}/", method="OPTIONS"),
    ),
    "origin-twice": Mistake(
        "backend.cors.origin",
        f"it allows {PAGE}, {PAGE}",
        twisted(head=a.also_header(f"{CORS}origin", PAGE)),
    ),
    "header-not-allowed": Mistake(
        "backend.cors.headers",
        "may not send chatkit-device-id, chatkit-frame-instance-id",
        head(f"{CORS}headers", "content-type", method="OPTIONS"),
    ),
    "star-is-not-authorization": Mistake(
        "backend.cors.headers",
        "may not send authorization",
        guarded(head=with_header(f"{CORS}headers", "*", of(method="OPTIONS"))),
        {"headers": AUTH},
    ),
    "reply-unreadable": Mistake("backend.cors.reply", "threads.list", head(f"{CORS}origin", None)),
    "stream-unreadable": Mistake(
        "backend.cors.reply", "the stream of threads.create", head(f"{CORS}origin", None, "threads.create")
    ),
    "refusal-unreadable": Mistake(
        "backend.cors.refusals", "a refusal (400)", head(f"{CORS}origin", None, "no.such_type")
    ),
    "cookie-without-credentials": Mistake(
        "backend.cors.credentials",
        "credentials are not allowed",
        lambda f: good(f, identify=lambda http: http.cookies.get("user") or a.by_token(http)),
        {"headers": [("cookie", "user=ada")]},
    ),
    "star-with-credentials": Mistake(
        "backend.cors.wildcard",
        "every origin is allowed by *, with credentials",
        lambda f: Twisted(good(f, allow_origins=["*"]), head=with_header(f"{CORS}credentials", "true")),
    ),
    "any-origin-with-credentials": Mistake(
        "backend.cors.strangers",
        "doctor.invalid is allowed",
        lambda f: Twisted(good(f, allow_origin_regex=".*"), head=with_header(f"{CORS}credentials", "true")),
    ),
    # What comes
    "compressed-unasked": Mistake("backend.media.encoding", "(gzip)", zipped_always, also=()),
    "json-as-text": Mistake("backend.media.json", "text/plain", head("content-type", "text/plain", "threads.list")),
    "no-json": Mistake("backend.media.json", "no JSON: {", told("threads.list", body=b"{'data': []}", **JSON_TYPE)),
    "stream-as-bytes": Mistake(
        "backend.media.stream",
        "application/octet-stream",
        head("content-type", "application/octet-stream", "threads.create"),
    ),
    "message-refused": Mistake("backend.stream.status", "with 422", told("threads.create", status=422, body="no")),
    "collected": Mistake("backend.stream.length", "it was collected first", whole_body),
    "compressed-stream": Mistake("backend.stream.encoded", "content-encoding: gzip", zipped_stream),
    "buffering-proxy": Mistake("backend.stream.buffered", "events arrives after", proxied(slowly, buffers=True)),
    "old-http": Mistake("backend.stream.old-http", "HTTP/1.0", proxied(version="HTTP/1.0")),
    "not-told-proxies": Mistake(
        "backend.stream.proxies", "x-accel-buffering", head("x-accel-buffering", None, "threads.create")
    ),
    "breaks-off": Mistake("backend.stream.cut", "breaks off after", breaks_off),
    "without-end": Mistake("backend.stream.endless", "no end within", answering(without_end), {"timeout": 0.6}),
    "silence": Mistake("backend.stream.silence", "nothing was sent for", answering(slowly), {"silence": 0.15}),
    "model-fails": Mistake("backend.answer.error", "custom: The API key is not valid.", answering(fails)),
    "says-nothing": Mistake("backend.answer.empty", "nothing that a user sees", answering(says_nothing)),
    # Files
    "upload-nowhere": Mistake("backend.uploads.descriptor", "'/up', no absolute address", descriptor(url="/up")),
    "upload-method": Mistake("backend.uploads.descriptor", "method is 'GET'", descriptor(method="GET")),
    "upload-without-cors": Mistake(
        "backend.uploads.cors",
        "may not send there (400)",
        twisted(instead=lambda seen: Response("", 400) if at_files(seen) else None),
    ),
    "upload-of-put": Mistake(
        "backend.uploads.cors",
        "PUT is not allowed there (post)",
        twisted(head=with_header(f"{CORS}methods", "POST", at_files)),
    ),
    "upload-refused": Mistake(
        "backend.uploads.taken",
        "PUT is answered with 403",
        twisted(instead=lambda seen: Response("", 403) if put(seen) else None),
    ),
    "no-preview": Mistake(
        "backend.uploads.preview",
        "answered by 404",
        twisted(instead=lambda seen: Response("", 404) if preview(seen) else None),
    ),
    # What is wrong with a request
    "bad-request-crashes": Mistake(
        "backend.refusal.status",
        "a body that is no JSON is answered with 500",
        twisted(
            instead=lambda seen: Response("", 500, {f"{CORS}origin": PAGE}) if of()(seen) and not seen.kind else None
        ),
    ),
    "bad-request-works": Mistake(
        "backend.refusal.status",
        "an unknown request type is answered with 200",
        told("no.such_type", body=b"{}", **JSON_TYPE),
    ),
    "stack-trace": Mistake(
        "backend.refusal.trace", "with a stack trace (400)", told("no.such_type", status=400, body=TRACE)
    ),
    # Connections and cookies
    "dropped-connection": Mistake("backend.connection.broken", "no close was announced", proxied(drops=True)),
    "closed-connection": Mistake(
        "backend.connection.closes", "closes the connection", twisted(head=with_header("connection", "close"))
    ),
    "open-cookie": Mistake(
        "backend.cookies.secure",
        "the cookie id has SameSite=None",
        head("set-cookie", "id=1; SameSite=None; HttpOnly", "threads.list"),
    ),
    "cookie-of-another-site": Mistake(
        "backend.cookies.site", "no SameSite, which means Lax", head("set-cookie", "id=1; HttpOnly", "threads.list")
    ),
    # Afterwards
    "not-deleted": Mistake("backend.cleaning.deleted", "can still be read", twisted(instead=undeleted)),
    "shape": Mistake(
        "backend.shape.rules",
        "json.null.left-out",
        told("items.list", body=b'{"data":[],"has_more":false,"after":null}', **JSON_TYPE),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_named_by_its_cause(mistake: Mistake, tmp_path: Path, switch: Any) -> None:
    with served(mistake.serve, tmp_path, switch) as port:
        report = diagnosed(port, mistake)
    assert report.stumbled == {}
    first = report.findings[0]
    assert (first.check, mistake.says in first.what) == (mistake.check, True), first.what
    assert {one.check for one in report.findings} == {mistake.check, *mistake.also}


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
                await asyncio.sleep(0.8)
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
