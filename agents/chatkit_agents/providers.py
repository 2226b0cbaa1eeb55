"""Which model answers: the only place that knows providers. Read from the environment, once, at start-up.

`LLM_PROVIDER` is one of the rows of `PROVIDERS`; `LLM_MODEL` names the model, if not the provider's usual one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import environ
from urllib.parse import urlsplit

from openai import AsyncOpenAI

from agents import Model, OpenAIChatCompletionsModel, OpenAIResponsesModel, RunConfig, set_tracing_disabled
from chatkit_agents.demo.model import DemoModel
from chatkit_agents.redaction import Secret

Environment = Mapping[str, str]
GEMINI = "https://generativelanguage.googleapis.com/v1beta/openai/"
NO_KEY = "none"
"""What is sent to servers that need no key: the client insists on one."""


class SetupError(Exception):
    """The environment does not name a model that could answer. The message says what to do."""


@dataclass(frozen=True)
class Provider:
    """A model, and how it was chosen."""

    name: str
    model: Model
    model_name: str
    about: str
    """One line for the start-up message."""
    client: AsyncOpenAI | None = None
    traced: bool = False

    async def aclose(self) -> None:
        """Close the connections to the provider."""
        if self.client:
            await self.client.close()

    def run_config(self) -> RunConfig:
        """Give the settings to run agents with: without tracing, unless it is OpenAI's model and was asked for."""
        return RunConfig(model=self.model, tracing_disabled=not self.traced)


def create_model(env: Environment = environ, *, model: str = "") -> Model:
    """Give the model that the environment names, or another one of the same provider.

    Raises:
        SetupError: when a setting is missing or wrong.
    """
    return choose(env, model=model).model


def choose(env: Environment = environ, *, model: str = "", max_retries: int = 2) -> Provider:
    """Give the model that the environment names, with what there is to say about it.

    Tracing, which sends conversations to OpenAI, is off for the whole process unless the provider is `openai`
    and `LLM_TRACING` is 1.

    Raises:
        SetupError: when a setting is missing or wrong.
    """
    name = env.get("LLM_PROVIDER", "").strip().lower() or "demo"
    row = PROVIDERS.get(name)
    if row is None:
        raise SetupError(f"LLM_PROVIDER is {name!r}; it must be one of {', '.join(PROVIDERS)}, or unset for demo")
    provider = row(env, model or env.get("LLM_MODEL", "").strip(), max_retries)
    set_tracing_disabled(disabled=not provider.traced)
    return provider


def _openai(env: Environment, model: str, retries: int) -> Provider:
    key = _key(env, "OPENAI_API_KEY", "openai")
    client = AsyncOpenAI(api_key=key.reveal(), base_url=env.get("OPENAI_BASE_URL") or None, max_retries=retries)
    model = model or "gpt-5-mini"
    made = OpenAIResponsesModel(model=model, openai_client=client)
    traced = env.get("LLM_TRACING", "").strip() in {"1", "true", "on"}
    return Provider("openai", made, model, f"{model} of OpenAI", client, traced)


def _gemini(env: Environment, model: str, retries: int) -> Provider:
    key = _key(env, "GEMINI_API_KEY", "gemini")
    client = AsyncOpenAI(api_key=key.reveal(), base_url=env.get("GEMINI_BASE_URL") or GEMINI, max_retries=retries)
    model = model or "gemini-2.5-flash"
    made = OpenAIChatCompletionsModel(model=model, openai_client=client)
    return Provider("gemini", made, model, f"{model} of Google Gemini", client)


def _compatible(env: Environment, model: str, retries: int) -> Provider:
    address = env.get("LLM_BASE_URL", "").strip()
    if urlsplit(address).scheme not in {"http", "https"}:
        raise SetupError(
            "LLM_PROVIDER=compatible needs LLM_BASE_URL, the address of an OpenAI-compatible endpoint,"
            " for example http://127.0.0.1:8009/v1"
        )
    dialect = env.get("LLM_API", "").strip().lower() or "chat"
    if dialect not in DIALECTS:
        raise SetupError(f"LLM_API is {dialect!r}; it must be responses or chat")
    key = Secret(env.get("LLM_API_KEY", "").strip() or NO_KEY)
    client = AsyncOpenAI(api_key=key.reveal(), base_url=address, max_retries=retries)
    model = model or "default"
    made = DIALECTS[dialect](model=model, openai_client=client)
    return Provider("compatible", made, model, f"{model} at {urlsplit(address).hostname} ({dialect} API)", client)


def _demo(_env: Environment, _model: str, _retries: int) -> Provider:
    return Provider("demo", DemoModel(), "demo", "the built-in demo model: offline, no key, always the same answers")


def _key(env: Environment, name: str, provider: str) -> Secret:
    key = Secret(env.get(name, "").strip())
    if not key:
        raise SetupError(
            f"LLM_PROVIDER={provider} needs an API key in {name}. Set it and start again,"
            " or leave LLM_PROVIDER out to talk to the built-in demo"
        )
    if not key.reveal().isascii() or any(letter.isspace() for letter in key.reveal()):
        raise SetupError(f"{name} is no API key: it has blanks or letters that no key has. Copy it again")
    return key


DIALECTS: dict[str, Callable[..., Model]] = {
    "responses": OpenAIResponsesModel,
    "chat": OpenAIChatCompletionsModel,
}

PROVIDERS: dict[str, Callable[[Environment, str, int], Provider]] = {
    "demo": _demo,
    "openai": _openai,
    "gemini": _gemini,
    "compatible": _compatible,
}
