"""Plays scenarios against a server over HTTP, and writes down what went over the wire."""

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any
from urllib.parse import urlsplit

from chatkit_conformance.differential.memory import NOWHERE, Memory
from chatkit_conformance.linter.subjects import Conversation
from chatkit_conformance.scenarios import Scenario, Step
from chatkit_conformance.transcript import JSON, OK, Exchange, compact

DEADLINE = 15.0
"""Seconds after which a request is given up."""
PATIENCE = 60.0
"""Seconds after which a scenario is given up."""
PAGES = 100
"""A walk that has not ended by then is one that never ends."""
MALFORMED = (KeyError, TypeError, AttributeError, IndexError, ValueError)
"""What a broken reply can raise when it is learned from; the rules find the fault itself."""
HEADERS = {"content-type": "application/json", "accept": "text/event-stream"}


@dataclass(frozen=True)
class Endpoint:
    """A server, and how to speak to it."""

    url: str
    users: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The headers that each user sends, by `""` (the usual one), `second` and `nobody`."""
    deadline: float = DEADLINE
    patience: float = PATIENCE
    """Seconds that a whole scenario may take."""


def post(
    endpoint: Endpoint, sent: bytes, *, user: str = "", headers: Mapping[str, str] | None = None, leave: int = 0
) -> Exchange:
    """Send bytes to the endpoint, and read the reply to its end, or until `leave` frames are there.

    Trouble with the network and time-outs come back as exchanges without a reply. Every request has a connection
    of its own: after an unhandled exception a server may close the old one under the next request.
    """
    all_headers = {**HEADERS, **endpoint.users.get(user, {}), **(headers or {})}
    return send(
        endpoint.url, Exchange(sent, user=user, sent_headers=headers or {}), all_headers, endpoint.deadline, leave
    )


def send(url: str, asked: Exchange, headers: Mapping[str, str], deadline: float, leave: int = 0) -> Exchange:
    """Carry out an exchange on a connection of its own."""
    connection = connection_to(url, deadline)
    try:
        return exchanged(connection, replace(asked, path=target_of(url)), headers, deadline, leave)[0]
    finally:
        connection.close()


def connection_to(url: str, deadline: float) -> HTTPConnection:
    """Give a connection to the server of an address; it is opened by the first request."""
    place = urlsplit(url)
    kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
    return kind(place.hostname or "127.0.0.1", place.port, timeout=deadline)


def target_of(url: str) -> str:
    """Give what an address says behind the host."""
    place = urlsplit(url)
    return (place.path or "/") + (f"?{place.query}" if place.query else "")


def exchanged(
    connection: HTTPConnection, asked: Exchange, headers: Mapping[str, str], deadline: float, leave: int = 0
) -> tuple[Exchange, HTTPResponse | None]:
    """Carry out an exchange on a connection; give the head of the reply as well, if there is one."""
    started = time.monotonic()
    try:
        connection.request(asked.method, asked.path, asked.sent, dict(headers))
        response = connection.getresponse()
        told = replace(asked, status=response.status, headers=_headers(response))
        return _read(told, response, started, deadline, leave), response
    except (OSError, HTTPException) as error:
        return replace(asked, trouble=_trouble(error, deadline)), None


def _headers(response: HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def _read(told: Exchange, response: HTTPResponse, started: float, deadline: float, leave: int) -> Exchange:
    """Read a body piece by piece, with the time of each."""
    body = bytearray()
    arrivals: list[tuple[int, float]] = []
    end: JSON = {}
    while not end:
        try:
            piece = response.read1(65536)
        except IncompleteRead as short:
            body += short.partial
            end = {"cut": True}
            break
        except OSError as error:
            end = {"cut": True, "trouble": _trouble(error, deadline)}
            break
        if not piece:
            break
        body += piece
        now = time.monotonic()
        arrivals.append((len(body), now - started))
        if leave and body.count(b"\n\n") >= leave:
            end = {"left": True}
        elif now - started > deadline:
            end = {"cut": True, "trouble": _trouble(TimeoutError(), deadline)}
    return replace(told, received=bytes(body), arrivals=tuple(arrivals), **end)


def _trouble(error: Exception, deadline: float) -> str:
    """Say in words what went wrong on the network."""
    if isinstance(error, TimeoutError):
        return f"no end within {deadline:g} s"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


@dataclass
class Play:
    """One scenario being played."""

    endpoint: Endpoint
    model_log: Callable[[], list[Any]] | None = None
    """Gives the requests that the model got since it was last asked."""
    memory: Memory = field(default_factory=Memory)
    exchanges: list[Exchange] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def steps(self, steps: list[Step]) -> Iterator[Exchange]:
        """Carry out steps one after the other, while there is time; give every exchange as it ends."""
        for step in (one for one in steps for _ in range(one.get("times", 1))):
            if time.monotonic() - self.started > self.endpoint.patience:
                yield self.keep(Exchange(self.bytes_of(step), trouble=self.too_long))
                return
            yield from self.step(step)

    @property
    def too_long(self) -> str:
        """What is written down in place of the reply to a step for which no time was left."""
        return f"the scenario did not end within {self.endpoint.patience:g} s"

    def step(self, step: Step) -> Iterator[Exchange]:
        """Carry out one step."""
        if "sleep" in step:
            time.sleep(step["sleep"] / 1000)
        elif "together" in step:
            for exchange in self.at_once([(one, self.bytes_of(one)) for one in step["together"]]):
                yield self.keep(exchange)
        elif "upload" in step:
            yield from self.upload(step)
        else:
            yield from self.walk(step)

    def walk(self, step: Step) -> Iterator[Exchange]:
        """Ask, and go on asking for the following page if that is the step."""
        exchange = self.keep(self.ask(step, self.bytes_of(step)))
        yield exchange
        for _ in range(PAGES if step.get("walk") else 0):
            page = exchange.json if isinstance(exchange.json, dict) else {}
            if not (page.get("has_more") and isinstance(page.get("after"), str)):
                break
            following = exchange.request | {"params": exchange.params | {"after": page["after"]}}
            exchange = self.keep(self.ask(step, compact(following).encode()))
            yield exchange

    def bytes_of(self, step: Step) -> bytes:
        """Write the request of a step, with this server's ids in it."""
        if "raw" in step:
            return str(step["raw"]).encode()
        if "base64" in step:
            return base64.b64decode(step["base64"])
        request = self.memory.resolved({key: step[key] for key in ("type", "params", "metadata") if key in step})
        return compact(request).encode()

    def ask(self, step: Step, sent: bytes) -> Exchange:
        """Send what a step says."""
        time.sleep(step.get("delay", 0) / 1000)
        began = time.monotonic() - self.started
        asked = post(
            self.endpoint,
            sent,
            user=step.get("user", ""),
            headers=step.get("headers"),
            leave=step.get("leave", 0),
        )
        return replace(asked, began=began, model=tuple(self.model_log()) if self.model_log else ())

    def at_once(self, asked: Sequence[tuple[Step, bytes]]) -> list[Exchange]:
        """Send what several steps say, all at the same time."""
        with ThreadPoolExecutor(len(asked)) as hands:
            return list(hands.map(lambda pair: self.ask(*pair), asked))

    def upload(self, step: Step) -> Iterator[Exchange]:
        """Send bytes to where an attachment says."""
        wanted = self.memory.pick(step["upload"])
        created = (one.json for one in self.exchanges if one.kind == "attachments.create")
        found = next((one for one in created if isinstance(one, dict) and one.get("id") == wanted), {})
        place = found.get("upload_descriptor")
        if isinstance(place, dict) and isinstance(place.get("url"), str):
            asked = Exchange(b"0" * step.get("bytes", 1), method=str(place.get("method")), user=step.get("user", ""))
            headers = place.get("headers")
            told = headers if isinstance(headers, dict) else {}
            yield self.keep(self.carry(place["url"], asked, told))

    def carry(self, url: str, asked: Exchange, headers: Mapping[str, str]) -> Exchange:
        """Send bytes to another place than the endpoint."""
        return send(url, asked, headers, self.endpoint.deadline)

    def keep(self, exchange: Exchange) -> Exchange:
        """Remember an exchange and what it shows."""
        exchange.number = len(self.exchanges)
        self.exchanges.append(exchange)
        learn(self.memory, exchange)
        return exchange


def learn(memory: Memory, exchange: Exchange) -> None:
    """Note the ids that a reply shows. What is malformed teaches nothing."""
    if exchange.status != OK or exchange.kind == "":
        return
    stream = Conversation([exchange]).streams if exchange.streams else []
    thread: str | None = exchange.params.get("thread_id")
    try:
        # Nothing says what a stream did that broke off, or that told nothing.
        if not exchange.cut and (stream[0].events if stream else True):
            memory.requested(exchange.kind, exchange.params)
        if exchange.kind == "attachments.create":
            memory.created(exchange.json)
        if exchange.kind in {"items.list", "threads.list", "threads.get_by_id"}:
            memory.cursor = exchange.json.get("items", exchange.json).get("after", NOWHERE)
    except MALFORMED:
        return
    for event in stream[0].events if stream else ():
        try:
            thread = memory.happened(thread, event.value)
        except MALFORMED:
            continue


def play(scenario: Scenario, endpoint: Endpoint, model_log: Callable[[], list[Any]] | None = None) -> list[Exchange]:
    """Play a scenario against a server; give the exchanges. What the model got before is of another one."""
    if model_log:
        model_log()
    return list(Play(endpoint, model_log).steps(scenario.steps))
