"""A provider of models as the subject of checks: its settings, and what it answers, asked when a check wants it."""

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from chatkit_conformance.transcript import JSON, OK, parsed

Dialect = Literal["chat", "responses"]
Trouble = Literal["", "name", "port", "silence", "encryption", "proxy", "reply"]

PATHS: dict[Dialect, str] = {"chat": "/chat/completions", "responses": "/responses"}
QUESTION = "Answer with the word OK."
SHORTEST = 16
"""Tokens; the Responses API takes no smaller limit."""


class Variables(NamedTuple):
    """The variables that a provider is set by."""

    key: str
    address: str


VARIABLES = {
    "openai": Variables("OPENAI_API_KEY", "OPENAI_BASE_URL"),
    "gemini": Variables("GEMINI_API_KEY", "GEMINI_BASE_URL"),
    "compatible": Variables("LLM_API_KEY", "LLM_BASE_URL"),
}
"""By LLM_PROVIDER."""


@dataclass(frozen=True)
class Got:
    """What came of a request to the provider."""

    status: int = 0
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble = ""
    """What kept the request from being answered."""
    told: str = ""
    """That in words."""

    @cached_property
    def json(self) -> JSON:
        """The reply as a JSON object; empty when it is none. Some put errors into a list of one."""
        value = parsed(self.text)
        value = value[0] if isinstance(value, list) and value else value
        return value if isinstance(value, dict) else {}

    @property
    def error(self) -> JSON:
        """The error in a reply; empty without one."""
        error = self.json.get("error")
        return error if isinstance(error, dict) else {}

    @property
    def codes(self) -> set[str]:
        """All by which the error names its kind."""
        return {str(self.error[name]) for name in ("code", "type", "status") if self.error.get(name)}

    @property
    def message(self) -> str:
        """The error in the provider's words, in one line, or how the reply begins."""
        told = self.error.get("message") or self.json.get("detail") or self.json.get("message") or self.text
        return " ".join(str(told).split())[:200]

    @property
    def page(self) -> bool:
        """Whether it is a web page."""
        start = self.text[:200].lstrip().lower()
        return "text/html" in self.headers.get("content-type", "") or start.startswith(("<!doctype html", "<html"))

    @property
    def refused_key(self) -> bool:
        """Whether the key is not known. Gemini says it with 400."""
        told = self.message.lower()
        return self.status == 401 or (self.status in {400, 403} and "api key not valid" in told)  # noqa: PLR2004 - HTTP's


@dataclass
class Provider:
    """The model that answers, and where it is asked."""

    name: str
    _: KW_ONLY
    lacking: str = ""
    """The variable of the key, if it is not set and has to be."""
    wrong: str = ""
    """What is wrong with the other settings, in words."""
    unused: str = ""
    """A key that is set, though no provider is."""
    address: str = ""
    """Under which the API is."""
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    model: str = ""
    named: bool = True
    """Whether LLM_MODEL names the model; it is the usual one otherwise."""
    offered: Sequence[str] = ()
    """More models, which the user may choose."""
    dialect: Dialect = "chat"
    timeout: float = 30.0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __str__(self) -> str:
        return f"the model {self.model} ({self.name})" if self.model else f"the settings of the model ({self.name})"

    @property
    def variables(self) -> Variables:
        """The variables that it is set by."""
        return VARIABLES.get(self.name, VARIABLES["compatible"])

    @property
    def base(self) -> str:
        """The address without a slash at its end."""
        return self.address.rstrip("/")

    @cached_property
    def _client(self) -> httpx.Client:
        """It keeps no connection, so that nothing is to be closed."""
        return httpx.Client(
            headers=dict(self.headers), timeout=self.timeout, limits=httpx.Limits(max_keepalive_connections=0)
        )

    @cached_property
    def listing(self) -> Got:
        """The models that there are."""
        return self.ask("GET", f"{self.base}/models")

    @cached_property
    def models(self) -> list[str]:
        """Their names; empty where they are not told."""
        rows = self.listing.json.get("data")
        names = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return [name.removeprefix("models/") for name in names if isinstance(name, str)]

    @cached_property
    def answer(self) -> Got:
        """A short answer of the model."""
        return self.answer_in(self.dialect)

    def answer_in(self, dialect: Dialect) -> Got:
        """Ask for a short answer in one of the two dialects."""
        asked: dict[Dialect, JSON] = {
            "chat": {"messages": [{"role": "user", "content": QUESTION}]},
            "responses": {"input": QUESTION, "max_output_tokens": SHORTEST, "store": False},
        }
        return self.ask("POST", f"{self.base}{PATHS[dialect]}", {"model": self.model, **asked[dialect]})

    def ask(self, method: str, url: str, body: JSON | None = None) -> Got:
        """Send a request as the backend would; redirects are not followed."""
        try:
            reply = self._client.request(method, url, json=body)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            return _failed(error, url, self.timeout)
        text = reply.text.replace(self.key, "(the key)") if self.key else reply.text
        return Got(reply.status_code, text, dict(reply.headers))

    @cached_property
    def skew(self) -> float:
        """Seconds by which the clock here is ahead of the provider's; 0 where that tells no time."""
        try:
            told = parsedate_to_datetime(self.listing.headers["date"])
        except (KeyError, ValueError):
            return 0.0
        return (self.now() - told).total_seconds()

    def knows_model(self) -> bool:
        """Tell whether the model is among those that are told."""
        return self.model.removeprefix("models/") in self.models

    def answered(self) -> bool:
        """Tell whether the model gave its short answer."""
        return self.answer.status == OK and not self.answer.page


def _failed(error: Exception, url: str, timeout: float) -> Got:
    proxy = _proxy(url)
    causes = list(_causes(error))
    if isinstance(error, httpx.ProxyError) or (proxy and isinstance(error, httpx.ConnectError)):
        return Got(trouble="proxy", told=f"the proxy {proxy} does not pass it on: {_words(error)}")
    for kind, trouble in _TROUBLES.items():
        found = next((one for one in causes if isinstance(one, kind)), None)
        if found:
            told = getattr(found, "verify_message", "") or getattr(found, "strerror", None) or _words(found)
            return Got(trouble=trouble, told=str(told).lower())
    if isinstance(error, httpx.TimeoutException):
        told = "no connection" if isinstance(error, httpx.ConnectTimeout) else "no reply"
        return Got(trouble="silence", told=f"{told} within {timeout:g} s")
    return Got(trouble="reply", told=_words(error))


_TROUBLES: dict[Any, Trouble] = {
    socket.gaierror: "name",
    ssl.SSLError: "encryption",
    ConnectionRefusedError: "port",
    UnicodeError: "name",
}


def _causes(error: BaseException | None) -> Any:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _proxy(url: str) -> str:
    """Name the proxy that the environment puts before an address, without a password in it."""
    place = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(place.scheme) or proxies.get("all", "")
    return proxy.rpartition("@")[2] if proxy and not proxy_bypass(place.hostname or "") else ""
