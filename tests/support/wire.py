"""A client that reads what is on the wire, byte by byte if need be. One connection a request."""

import http.client
import json
from collections.abc import Iterator
from typing import Any, Self

from chatkit_protocol import SSEDecoder, ThreadStreamEvent
from chatkit_protocol.codec import decode_event

ENDPOINT = "/chatkit/api"


class Reply:
    """A whole reply."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json", self.body
        return json.loads(self.body)

    @property
    def raw_events(self) -> list[dict[str, Any]]:
        assert self.status == 200, (self.status, self.body)
        assert self.headers["content-type"] == "text/event-stream; charset=utf-8"
        decoder = SSEDecoder()
        events = [json.loads(message.data) for message in decoder.feed(self.body)]
        assert not decoder.tail, "the last frame has no blank line after it"
        return events

    @property
    def events(self) -> list[ThreadStreamEvent]:
        return [decode_event(json.dumps(event)) for event in self.raw_events]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Give the events of one type."""
        return [event for event in self.raw_events if event["type"] == kind]


class Wire:
    """Talks to one endpoint as one user."""

    def __init__(self, port: int, path: str = ENDPOINT, headers: dict[str, str] | None = None) -> None:
        self.port = port
        self.path = path
        self.headers = headers or {}

    def post(self, body: bytes | str | dict[str, Any], headers: dict[str, str] | None = None) -> Reply:
        return self.request("POST", body, headers)

    def request(self, method: str, body: Any = b"", headers: dict[str, str] | None = None) -> Reply:
        with self.open(method, body, headers) as connection:
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, found, response.read())

    def open(self, method: str, body: Any, headers: dict[str, str] | None = None) -> "_Connection":
        connection = _Connection("127.0.0.1", self.port, timeout=20)
        data = json.dumps(body) if isinstance(body, dict) else body
        sent = {"content-type": "application/json", "accept": "text/event-stream"} | self.headers | (headers or {})
        try:
            connection.request(method, self.path, data, sent)
        except BaseException:  # the server answered and closed before all was sent
            connection.close()
            raise
        return connection

    def ask(self, kind: str, /, **params: Any) -> Reply:
        """Send a request of this type."""
        return self.post({"type": kind, "params": params})

    def create(self, text: str = "hi", **given: Any) -> Reply:
        return self.ask("threads.create", input=message(text, **given))

    def say(self, thread_id: str, text: str = "hi", **given: Any) -> Reply:
        return self.ask("threads.add_user_message", thread_id=thread_id, input=message(text, **given))

    def thread(self, text: str = "hi") -> str:
        """Create a thread; give its id."""
        return str(self.create(text).raw_events[0]["thread"]["id"])

    def items(self, thread_id: str, order: str = "asc", limit: int = 1000) -> list[dict[str, Any]]:
        reply = self.ask("items.list", thread_id=thread_id, order=order, limit=limit)
        found: list[dict[str, Any]] = reply.json["data"]
        return found


class _Connection(http.client.HTTPConnection):
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def message(text: str, **given: Any) -> dict[str, Any]:
    """Build a user message input."""
    content = [{"type": "input_text", "text": text}]
    return {"content": content, "attachments": [], "inference_options": {}} | given


def frames(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Read a streamed reply frame by frame, as each arrives."""
    lines: list[bytes] = []
    while line := response.readline():
        lines.append(line)
        if line == b"\n":
            yield b"".join(lines)
            lines.clear()
