"""Servers that do not answer as ChatKit does, or say more than this program knows: one path each."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes


ITEM = b'"id":"msg_1","thread_id":"thr_1","created_at":"2026-01-01T00:00:00"'
STRANGE = (
    b'data: {"type":"thread.item.exploded","item_id":"x"}\n\n'
    b'data: {"type":"thread.item.done","item":{"type":"hologram",' + ITEM + b"}}\n\n"
    b'data: {"type":"thread.item.done","item":{"type":"assistant_message",'
    + ITEM
    + b',"content":[{"type":"output_text",'
    b'"text":"\\u001b]0;taken over\\u0007fine","annotations":[]}]}}\n\n'
    b"data: [DONE]\n\n"
)

ANSWERS = {
    "/html": Answer(200, "text/html", b"<!doctype html><title>Welcome</title>"),
    "/json": Answer(200, "application/json", b'{"hello":"world"}'),
    "/closed": Answer(401, "application/json", b'{"message":"sign in first","code":"unauthorized"}'),
    "/missing": Answer(404, "text/html", b"<html>not here</html>"),
    "/get-only": Answer(405, "text/plain", b"Method Not Allowed"),
    "/broken": Answer(500, "text/plain", b"Internal Server Error"),
    "/unfinished": Answer(200, "text/event-stream", b'data: {"type":"notice","level":"info","message":"m"}\n'),
    "/strange": Answer(200, "text/event-stream", STRANGE),
}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        answer = ANSWERS[self.path]
        if self.headers.get("authorization") == "Bearer sesame":
            answer = Answer(200, "text/event-stream", b'data: {"type":"notice","level":"info","message":"let in"}\n\n')
        self.send_response(answer.status)
        self.send_header("content-type", answer.content_type)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def other_servers() -> Iterator[str]:
    """Serve them all; give the base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
