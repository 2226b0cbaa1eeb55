"""A backend as the subject of checks: what it answers to each request, asked when the first check wants to know."""

import ipaddress
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from chatkit_conformance.doctor.backend.calling import Reply, call, call_on
from chatkit_conformance.doctor.backend.connecting import Reach, reach
from chatkit_conformance.driver import connection_to
from chatkit_conformance.linter.subjects import Conversation, Event
from chatkit_conformance.transcript import JSON, OK, Exchange, compact

SAFE_HEADERS = frozenset({"accept", "accept-language"})
"""What a page may send anywhere without asking: CORS's safelist, as far as it is about the widget."""
CREDENTIALS = frozenset({"authorization", "cookie", "chatkit-csrf"})
"""What only some pages send."""
SILENCE = 20.0
"""Seconds without a byte after which the first proxies cut a connection."""
HELLO = {"content": [{"type": "input_text", "text": "hello"}], "attachments": [], "inference_options": {}}
COMPRESSIONS = "gzip, deflate"
TOO_MANY = 429
NOWHERE = "thr_of_no_such_thread"


class Backend:
    """A running backend and the page that calls it.

    Everything is asked once, and only when a check wants it. `close` deletes what was made.
    """

    def __init__(
        self,
        url: str,
        *,
        origin: str = "",
        headers: Iterable[tuple[str, str]] = (),
        page_headers: Iterable[str] = (),
        timeout: float = 30.0,
        silence: float = SILENCE,
        upload_url: str = "",
    ) -> None:
        """Name it.

        Args:
            url: of the endpoint.
            origin: of the page with the widget; without it nothing is asked about other origins.
            headers: what the page's own `fetch` adds, such as `authorization`.
            page_headers: the names of all headers that the widget may send.
            timeout: seconds that a reply may take.
            silence: seconds without a byte that are too many.
            upload_url: where the widget uploads directly, if it does.
        """
        self.url = url
        self.origin = origin
        self.given = {name.lower(): value for name, value in headers}
        self.page_headers = frozenset(name.lower() for name in page_headers)
        self.timeout = timeout
        self.silence = silence
        self.upload_url = upload_url
        self.exchanges: list[Exchange] = []
        """What was said so far of the conversation, for the linter."""
        self.notes: dict[str, Any] = {}
        """What areas have worked out about it, so that each thing is asked once."""
        self._leftovers: list[Callable[[], Reply]] = []

    def __str__(self) -> str:
        page = f", called by a page of {self.origin}" if self.crosses else ""
        return f"the backend at {self.url}{page}"

    # What is known of it beforehand

    @cached_property
    def own_origin(self) -> str:
        """The origin that the endpoint itself is of."""
        return origin_of(self.url)

    @property
    def crosses(self) -> bool:
        """Whether the page is of another origin, so that browsers ask before they send, and read only what may be."""
        return bool(self.origin) and self.origin != self.own_origin

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return is_local(self.url)

    @property
    def named(self) -> set[str]:
        """The names of the headers that browsers ask for before the page may send them."""
        return {*((self.page_headers - SAFE_HEADERS - CREDENTIALS) | {"content-type"}), *self.given} - {"cookie"}

    @cached_property
    def reach(self) -> Reach:
        """How far a connection to it comes."""
        return reach(self.url, self.timeout)

    # Asking

    def ask(
        self,
        kind: str,
        params: JSON,
        *,
        credentials: Mapping[str, str] | None = None,
        origin: str = "",
        compressed: bool = False,
    ) -> Reply:
        """Send a request; what the page sends beside it, unless other credentials are given."""
        more = self.given if credentials is None else credentials
        headers = self.sent(more, origin=origin, compressed=compressed)
        return self._patiently(Exchange(compact({"type": kind, "params": params}).encode()), headers)

    def _patiently(self, asked: Exchange, headers: Mapping[str, str]) -> Reply:
        """Send a request; once more if that was too many, after as long as the server says."""
        reply = call(self.url, asked, headers, self.timeout)
        wait = reply.header("retry-after")
        if reply.status == TOO_MANY and wait.isdigit() and int(wait) <= self.timeout:
            time.sleep(int(wait))
            return call(self.url, asked, headers, self.timeout)
        return reply

    def sent(self, more: Mapping[str, str], *, origin: str = "", compressed: bool = False) -> dict[str, str]:
        """Give the headers of a request."""
        usual = {
            "content-type": "application/json",
            "accept": "text/event-stream",
            "accept-encoding": COMPRESSIONS if compressed else "identity",
        }
        return usual | ({"origin": origin} if origin else {}) | dict(more)

    def raw(self, sent: bytes) -> Reply:
        """Send any bytes as the request."""
        return self._patiently(Exchange(sent), self.sent(self.given))

    def preflight(self, url: str, method: str, names: Iterable[str], origin: str = "") -> Reply:
        """Ask what a browser asks before a page sends a request to another origin; it carries no credentials."""
        headers = {
            "origin": origin or self.origin,
            "access-control-request-method": method,
            "access-control-request-headers": ",".join(sorted(names)),
        }
        return call(url, Exchange(method="OPTIONS"), headers, self.timeout)

    def keep(self, reply: Reply) -> Reply:
        """Note a reply as part of the conversation."""
        reply.exchange.number = len(self.exchanges)
        self.exchanges.append(reply.exchange)
        return reply

    # The conversation

    @cached_property
    def listing(self) -> Reply:
        """The reply to the smallest request there is."""
        return self.keep(self.ask("threads.list", {}))

    @cached_property
    def page_listing(self) -> Reply:
        """The same, asked by the page."""
        return self.ask("threads.list", {}, origin=self.origin)

    @property
    def let_in(self) -> str:
        """The page's origin, if the server answers a page of it; otherwise that is told once, and not asked again."""
        return self.origin if self.crosses and self.page_listing.status == OK else ""

    @cached_property
    def bare_listing(self) -> Reply:
        """The same, by somebody without credentials."""
        return self.ask("threads.list", {}, credentials={})

    @cached_property
    def allowed(self) -> Reply:
        """What the server says when the page's browser asks before it sends."""
        return self.preflight(self.url, "POST", self.named)

    @cached_property
    def hello(self) -> Reply:
        """The answer to a first message, asked as the page would, if that may."""
        reply = self.keep(self.ask("threads.create", {"input": HELLO}, origin=self.let_in, compressed=True))
        made = _thread(_events(reply))
        if made:
            self.leaves(lambda: self.ask("threads.delete", {"thread_id": made}))
        return reply

    @cached_property
    def events(self) -> list[Event]:
        """The events of that answer."""
        return _events(self.hello)

    @cached_property
    def thread_id(self) -> str:
        """The thread that was made; empty if none was."""
        return _thread(self.events)

    @cached_property
    def again(self) -> Reply:
        """The answer to a second message in the thread."""
        asked = {"thread_id": self.thread_id, "input": HELLO}
        return self.keep(self.ask("threads.add_user_message", asked, origin=self.let_in, compressed=True))

    @cached_property
    def read_back(self) -> list[Reply]:
        """The thread as it can be read afterwards."""
        if not self.thread_id:
            return []
        asked: list[tuple[str, JSON]] = [
            ("threads.get_by_id", {"thread_id": self.thread_id}),
            ("items.list", {"thread_id": self.thread_id}),
            ("threads.list", {"limit": 1}),
        ]
        return [self.keep(self.ask(kind, params)) for kind, params in asked]

    @cached_property
    def twice(self) -> tuple[Reply, Reply]:
        """Two requests on one connection."""
        connection = connection_to(self.url, self.timeout)
        asked = Exchange(compact({"type": "threads.list", "params": {}}).encode())
        try:
            first = call_on(connection, self.url, asked, self.sent(self.given), self.timeout)
            connection.auto_open = 0  # no other one in its place
            return first, call_on(connection, self.url, asked, self.sent(self.given), self.timeout)
        finally:
            connection.close()

    # Afterwards

    def leaves(self, clean: Callable[[], Reply]) -> None:
        """Note how something is deleted that was made."""
        self._leftovers.append(clean)

    def clean(self) -> list[Reply]:
        """Delete what was made; give the replies."""
        made, self._leftovers = self._leftovers, []
        return [self.keep(delete()) for delete in made]

    def close(self) -> None:
        """Delete what no check has deleted."""
        self.clean()


def _events(reply: Reply) -> list[Event]:
    return [event for stream in Conversation([reply.exchange]).streams for event in stream.events]


def _thread(events: Iterable[Event]) -> str:
    made = (event.thread.get("id") for event in events if event.type == "thread.created")
    return next((name for name in made if isinstance(name, str)), "")


def is_local(url: str) -> bool:
    """Tell whether an address is of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def origin_of(url: str) -> str:
    """Give the origin of an address, as browsers write it."""
    place = urlsplit(url)
    usual: dict[str, Any] = {"http": 80, "https": 443}
    port = "" if place.port in {None, usual.get(place.scheme)} else f":{place.port}"
    host = place.hostname or ""
    return f"{place.scheme}://{f'[{host}]' if ':' in host else host}{port}"
