"""Running backends with one mistake each, and what the doctor has to say of it first."""

import asyncio
import contextlib
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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

from chatkit_server import Answer, CustomStreamError, Turn
from chatkit_server.app import ENDPOINT
from support import ailments as a
from support.ailments import PAGE, TOKEN, Seen, Twisted, good, of, with_header
from support.live import live

AUTH = [("authorization", f"Bearer {TOKEN}")]
CORS = "access-control-allow-"


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
    def hang_up(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):  # what is left unread would reset the connection instead
            pass

    return a.raw(hang_up)


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
            await asyncio.sleep(0.3)
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
TRACE = b'Traceback (most recent call last):\n  File "app.py", line 1, in <module>'

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
    "compressed-unasked": Mistake("backend.media.encoding", "(gzip)", zipped_always),
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
    "without-end": Mistake("backend.stream.endless", "no end within", answering(without_end), {"timeout": 1.5}),
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
