"""Which model answers: the only place that knows providers. Read from the environment, once, at start-up.

LLM_PROVIDER    openai | gemini | compatible | demo (demo unless given)
LLM_MODEL       the model, if not the provider's usual one
LLM_MODELS      more models that the user may choose in the composer, separated by commas
LLM_TRACING     on: openai only; the Agents SDK then sends every conversation to OpenAI's traces. Off unless given
OPENAI_API_KEY  for openai; OPENAI_BASE_URL, if it is set, is where it is reached
GEMINI_API_KEY  for gemini, by chat completions
LLM_BASE_URL    for compatible: the address of an OpenAI-compatible API, with LLM_API_KEY, if it needs one
LLM_API         for compatible: responses | chat (chat unless given)
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from openai import AsyncOpenAI, Omit

from agents import (
    Model,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    RunConfig,
    set_tracing_disabled,
    set_tracing_export_api_key,
)
from chatkit_agents.demo.model import DemoModel
from chatkit_agents.redaction import Secret, guard_logs

Environment = Mapping[str, str]
GEMINI = "https://generativelanguage.googleapis.com/v1beta/openai/"
NO_KEY = "none"
"""What is sent to servers that need no key: the client insists on one."""
SWITCH = {"": False, "off": False, "0": False, "false": False, "on": True, "1": True, "true": True}


class ProviderError(Exception):
    """The environment does not name a model that could answer. The message says which variable, and what to do."""


@dataclass(frozen=True)
class Provider:
    """The models of one provider, as the environment chose them."""

    name: str
    model: Model
    about: str
    models: Mapping[str, Model] = field(default_factory=dict)
    """What the user may choose in the composer, by name: `agent_responder(…, models=provider.models)`."""
    traced: bool = False
    client: AsyncOpenAI | None = None
    dialect: str = ""
    """What the client speaks: `responses` or `chat`; empty for the demo model, which has none."""

    def describe(self) -> str:
        """Say in one line who answers; no key is in it."""
        chosen = f"; the user may choose {', '.join(self.models)}" if self.models else ""
        return self.about + chosen + ("; traces of every conversation go to OpenAI" if self.traced else "")

    def run_config(self) -> RunConfig:
        """Give the settings to run agents with; tracing is off unless it was asked for."""
        return RunConfig(model=self.model, tracing_disabled=not self.traced)

    async def aclose(self) -> None:
        """Close the connections to the provider."""
        if self.client:
            await self.client.close()


class Settings(NamedTuple):
    """What was read of the environment, for the rows of `PROVIDERS`."""

    env: Environment
    max_retries: int

    def get(self, name: str) -> str:
        """Give a variable without the blanks around it; empty is as good as unset."""
        return self.env.get(name, "").strip()

    def key(self, name: str) -> Secret:
        """Give the key that the provider cannot do without."""
        key = Secret(self.get(name))
        if not key:
            raise ProviderError(
                f"{name} is not set, and LLM_PROVIDER={self.get('LLM_PROVIDER')} needs it. Set it to the API key,"
                " or leave LLM_PROVIDER out for the built-in demo model"
            )
        return _sendable(key, name)


def create_model(env: Environment | None = None, *, model: str = "") -> Model:
    """Give the model that the environment names, or another one of the same provider.

    Raises:
        ProviderError: when a setting is missing or wrong.
    """
    env = os.environ if env is None else env
    return choose({**env, "LLM_MODEL": model} if model else env).model


def choose(env: Environment | None = None, *, max_retries: int = 2) -> Provider:
    """Give the provider that the environment names.

    The Agents SDK's tracing, which sends conversations to OpenAI, is off for the whole process from here on,
    unless the provider is `openai` and LLM_TRACING is on.

    Raises:
        ProviderError: when a setting is missing or wrong.
    """
    settings = Settings(os.environ if env is None else env, max_retries)
    name = settings.get("LLM_PROVIDER").lower()
    if name not in PROVIDERS:
        raise ProviderError(f"LLM_PROVIDER is {name!r}. Set it to one of {', '.join(filter(None, PROVIDERS))}")
    provider = PROVIDERS[name](settings)
    set_tracing_disabled(disabled=not provider.traced)
    return provider


def _openai(settings: Settings) -> Provider:
    key, address = settings.key("OPENAI_API_KEY"), settings.get("OPENAI_BASE_URL")
    traced = SWITCH.get(settings.get("LLM_TRACING").lower())
    if traced is None:
        raise ProviderError(f"LLM_TRACING is {settings.get('LLM_TRACING')!r}. Set it to on or off")
    if traced:
        set_tracing_export_api_key(key.reveal())
    place = _address("OPENAI_BASE_URL", address) if address else None
    client = AsyncOpenAI(api_key=key.reveal(), base_url=address or None, max_retries=settings.max_retries)
    where = f"OpenAI, by way of {place.hostname}" if place else "OpenAI"
    return _made("openai", settings, client, OpenAIResponsesModel, usual="gpt-5-mini", where=where, traced=traced)


def _gemini(settings: Settings) -> Provider:
    key, address = settings.key("GEMINI_API_KEY"), settings.get("GEMINI_BASE_URL") or GEMINI
    _address("GEMINI_BASE_URL", address)
    client = _foreign(key, address, settings)
    return _made(
        "gemini", settings, client, OpenAIChatCompletionsModel, usual="gemini-2.5-flash", where="Google Gemini"
    )


def _compatible(settings: Settings) -> Provider:
    address = settings.get("LLM_BASE_URL")
    place = _address("LLM_BASE_URL", address)
    dialect = settings.get("LLM_API").lower() or "chat"
    if dialect not in DIALECTS:
        raise ProviderError(f"LLM_API is {dialect!r}. Set it to responses or chat, whichever the server speaks")
    key = _sendable(Secret(settings.get("LLM_API_KEY")), "LLM_API_KEY")
    client = _foreign(key or Secret(NO_KEY), address, settings)
    where = f"{place.netloc.rpartition('@')[2]}, {dialect} API"
    return _made("compatible", settings, client, DIALECTS[dialect], usual="default", where=where)


def _demo(settings: Settings) -> Provider:
    about = "the built-in demo model: offline, no key, always the same answers"
    unused = [name for name, row in KEYS.items() if settings.get(name)]
    if unused and not settings.get("LLM_PROVIDER"):
        about += f" ({unused[0]} is set but not used: LLM_PROVIDER={KEYS[unused[0]]} would)"
    return Provider("demo", DemoModel(), about)


KEYS = {"OPENAI_API_KEY": "openai", "GEMINI_API_KEY": "gemini", "LLM_API_KEY": "compatible"}

PROVIDERS: dict[str, Callable[[Settings], Provider]] = {
    "": _demo,
    "openai": _openai,
    "gemini": _gemini,
    "compatible": _compatible,
    "demo": _demo,
}
"""By LLM_PROVIDER; the empty one is none given."""

DIALECTS: dict[str, Callable[[str, AsyncOpenAI], Model]] = {
    "responses": OpenAIResponsesModel,
    "chat": OpenAIChatCompletionsModel,
}


def _made(
    provider: str,
    settings: Settings,
    client: AsyncOpenAI,
    kind: Callable[[str, AsyncOpenAI], Model],
    *,
    usual: str,
    where: str,
    traced: bool = False,
) -> Provider:
    guard_logs()
    name = settings.get("LLM_MODEL") or usual
    offered = _names(settings.get("LLM_MODELS").split(","))
    models = {other: kind(other, client) for other in offered}
    dialect = next(spoken for spoken, row in DIALECTS.items() if row is kind)
    return Provider(provider, kind(name, client), f"{name} ({where})", models, traced, client, dialect)


def _names(given: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in given if name.strip()))


def _foreign(key: Secret, address: str, settings: Settings) -> AsyncOpenAI:
    """Make a client that sends nothing of OpenAI's settings, which it reads by itself, to somebody else."""
    custom = (line.partition(":")[0].strip() for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines())
    withheld = ["OpenAI-Organization", "OpenAI-Project", *filter(None, custom)]
    headers: dict[str, str | Omit] = {name: Omit() for name in withheld if name.lower() != "authorization"}
    headers["Authorization"] = f"Bearer {key.reveal()}"
    return AsyncOpenAI(
        api_key=key.reveal(),
        base_url=address,
        max_retries=settings.max_retries,
        default_headers=headers,  # type: ignore[arg-type]  # the client takes Omit here, its signature does not say so
    )


def _address(name: str, address: str) -> SplitResult:
    """Read an address; it may hold a password, so that a message never quotes it."""
    mend = f"Set {name} to where the API is, for example http://127.0.0.1:8009/v1"
    try:
        place = urlsplit(address)
        port = place.port
    except ValueError:
        raise ProviderError(f"{name} is no address. {mend}") from None
    if not address:
        raise ProviderError(f"{name} is not set. {mend}")
    if place.scheme not in {"http", "https"} or not place.hostname or port == 0:
        raise ProviderError(f"{name} is no http or https address. {mend}")
    if place.query or place.fragment or place.password:
        raise ProviderError(f"{name} has a password, ? or #, which would end up in logs. {mend}, and the key apart")
    return place


def _sendable(key: Secret, name: str) -> Secret:
    """Refuse what cannot be sent as a header; the client would quote it in an exception."""
    text = key.reveal()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ProviderError(f"{name} is no API key: it has blanks or letters that no key has. Copy it again")
    return key
