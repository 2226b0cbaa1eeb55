"""Servers with exactly one thing wrong, for whoever has to name it: a good backend, and what is done to it."""

import contextlib
import datetime as dt
import ipaddress
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatkit_server import Answer, Turn, Unauthorized, create_app
from chatkit_server.files import FileStore, disk

PAGE = "http://localhost:3000"
TOKEN = "a-token-that-is-long-enough"
SECRET = "0123456789abcdef0123456789abcdef"


async def talk(turn: Turn) -> Answer:
    """Answer in a few words."""
    yield turn.stream(f"{word} " for word in ["You", "said", "something", "that", "I", "understood"])


def by_token(http: Request) -> str:
    """Know one user, by one token."""
    if http.headers.get("authorization") != f"Bearer {TOKEN}":
        raise Unauthorized
    return "ada"


def good(folder: Path, respond: Any = talk, **options: Any) -> Any:
    """Make a backend with nothing wrong."""
    files = FileStore(disk(folder), SECRET)
    return create_app(respond, attachments=files, **{"allow_origins": [PAGE], **options})


class Seen(NamedTuple):
    """A request that arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    kind: str
    params: Mapping[str, Any]


Headers = list[tuple[bytes, bytes]]
Head = Callable[[Seen, Message], None]
Instead = Callable[[Seen], Response | None]


class Twisted:
    """Passes requests on, changes the heads of replies, or answers instead."""

    def __init__(self, app: ASGIApp, *, head: Head | None = None, instead: Instead | None = None) -> None:
        self._app, self._head, self._instead = app, head, instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        seen = _seen(scope, body)
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def replayed() -> Message:
            return given.pop() if given else await receive()

        async def changed(message: Message) -> None:
            if self._head and message["type"] == "http.response.start":
                message["headers"] = list(message["headers"])
                self._head(seen, message)
            await send(message)

        app = (self._instead and self._instead(seen)) or self._app
        await app(scope, replayed, changed)


def _seen(scope: Scope, body: bytes) -> Seen:
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    try:
        request = json.loads(body)
        kind, params = str(request["type"]), request.get("params") or {}
    except (ValueError, KeyError, TypeError):
        kind, params = "", {}
    return Seen(scope["method"], scope["path"], headers, kind, params)


class Switch:
    """One server for all apps, since starting and stopping one takes longer than examining it."""

    def __init__(self) -> None:
        self._apps: list[ASGIApp] = []
        """All that there were: what they still do is ended with the server, not by their being forgotten."""

    def turn_to(self, app: ASGIApp) -> None:
        """Serve this one from now on."""
        self._apps.append(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._apps[-1](scope, receive, send)


def with_header(name: str, value: str | None, when: Callable[[Seen], bool] = lambda _seen: True) -> Head:
    """Set a header of replies; None takes it away."""

    def head(seen: Seen, message: Message) -> None:
        if when(seen):
            kept = [(key, old) for key, old in message["headers"] if key.decode().lower() != name]
            message["headers"] = kept + ([(name.encode(), value.encode())] if value is not None else [])

    return head


def also_header(name: str, value: str) -> Head:
    """Add a header to every reply, beside one of the same name."""
    return lambda _seen, message: message["headers"].append((name.encode(), value.encode()))


def of(*kinds: str, method: str = "POST") -> Callable[[Seen], bool]:
    """Choose requests by their type and method."""
    return lambda seen: seen.method == method and (not kinds or seen.kind in kinds)


def answer(when: Callable[[Seen], bool], status: int, body: bytes | str = b"", **headers: str) -> Instead:
    """Answer some requests with this instead."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda seen: Response(body, status, named) if when(seen) else None


# Servers that are no ASGI servers


@contextlib.contextmanager
def raw(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Give the port of a server that does this with each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def loop() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    serve(connection)

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@contextlib.contextmanager
def unheard() -> Iterator[int]:
    """Give a port whose queue of connections is full: further ones get no answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        try:
            yield listener.getsockname()[1]
        finally:
            for one in waiting:
                one.close()


@contextlib.contextmanager
def free_port() -> Iterator[int]:
    """Give a port on which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextlib.contextmanager
def proxy(port: int, version: str = "HTTP/1.1", *, buffers: bool = False, drops: bool = False) -> Iterator[int]:
    """Give the port of a proxy in front of another.

    With `buffers` it waits for the whole reply before it sends anything of it; with `drops` it ends connections
    behind a reply without having said so.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = version

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            upstream = HTTPConnection("127.0.0.1", port, timeout=30)
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            reply = upstream.getresponse()
            whole = reply.read() if buffers else b""
            self.send_response_only(reply.status)
            for name, value in reply.getheaders():
                if not (version == "HTTP/1.0" and name.lower() == "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            chunked = version == "HTTP/1.1" and reply.getheader("content-length") is None and reply.status != 204
            for piece in [whole] if buffers else iter(lambda: reply.read1(65536), b""):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked and piece else piece)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")
            upstream.close()
            self.close_connection = drops or version == "HTTP/1.0"

        do_POST = do_GET = do_PUT = do_OPTIONS = _pass  # noqa: N815 - the names that the server looks for

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def certificate(folder: Path, host: str = "127.0.0.1", days: int = 1) -> tuple[str, str]:
    """Make a certificate that signs itself; give the files of it and of its key."""
    from cryptography import x509  # noqa: PLC0415 - only some tests need it
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    names = [x509.IPAddress(ipaddress.ip_address(host))] if host[0].isdigit() else [x509.DNSName(host)]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / f"{host}.pem", folder / f"{host}.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(pem), str(private)
