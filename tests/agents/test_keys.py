"""Keys stay on the server, whatever fails: canaries are looked for in everything that leaves it or is logged."""

import asyncio
import contextlib
import json
import logging
import random
import traceback
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from agents import RunContextWrapper, function_tool
from chatkit_agents import ToolContext
from chatkit_agents.providers import Provider, ProviderError, choose
from chatkit_agents.redaction import HIDDEN, REDACTOR, Secret, leaks
from chatkit_conformance.fake_model import create_fake_model, scripted
from support.ears import CANARY, KEYS, RIGHT, Ears
from support.live import live
from support.model_server import backend


@function_tool
async def crash(wrapper: RunContextWrapper[ToolContext[None]]) -> str:
    raise RuntimeError("the tool crashed")


@function_tool
async def sends(wrapper: RunContextWrapper[ToolContext[None]]) -> str:
    await wrapper.context.notice("from the tool")
    return "sent"


def quoting(key: str) -> Any:
    """Make a tool that fails as a client of the provider would, and an app that tells the model why."""

    @function_tool(name_override="quotes", failure_error_function=lambda _, error: f"It failed: {error}")
    async def quotes(wrapper: RunContextWrapper[ToolContext[None]]) -> str:
        raise RuntimeError(f"refused: Bearer {key}")

    return quotes


STEPS: list[list[Any]] = [
    ["text", "Hello ", "there."],
    ["refusal", "No."],
    ["reasoning", "Hm."],
    ["url", "https://example.com", "A"],
    ["web_search", "boats"],
    ["image", 1],
    ["call", "crash", {}],
    ["call", "sends", {}],
    *[["call", "quotes", {}]] * 3,
    ["call", "nobody", {}],
    ["call", "sends", "{"],
    ["then"],
    ["failed", "server_error", "It broke."],
    ["incomplete", "content_filter"],
    ["cut", 3],
    ["malformed", 3],
    ["dance"],
    *(["error", word] for word in ("400", "401", "403", "404", "429", "quota", "500", "503", "too_long", "filter")),
]
ODD_BODIES: list[Any] = [
    b"",
    b"{",
    b"\xff",
    [],
    {},
    {"type": "threads.nothing", "params": {}},
    {"type": "threads.create", "params": {"input": {"content": [{"type": "input_text"}]}}},
    {"type": "threads.get_by_id", "params": {"thread_id": "thr_nowhere"}},
    {"type": "items.list", "params": {"thread_id": "thr_nowhere"}},
    {"type": "threads.list", "params": {"limit": 5}},
    {"type": "threads.retry_after_item", "params": {"thread_id": "thr_nowhere", "item_id": "msg_nowhere"}},
    {"type": "attachments.create", "params": {"name": "a", "size": 1, "mime_type": "text/plain"}},
    {"type": "input.transcribe", "params": {"audio_base64": "AAAA", "mime_type": "audio/webm"}},
]


def drawn(dice: random.Random, thread: str) -> Any:
    """Draw a request: a turn of the model, mostly, or something that the server answers or refuses by itself."""
    if dice.random() < 0.4:
        return dice.choice(ODD_BODIES)
    steps = dice.choices(STEPS, k=dice.randint(0, 4))
    text = scripted(*steps) if dice.random() < 0.9 else "just talk"
    given = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
    if dice.random() < 0.2:
        given["inference_options"] = {"model": dice.choice(["unknown-1", "fast", "other"])}
    if thread and dice.random() < 0.5:
        return {"type": "threads.add_user_message", "params": {"thread_id": thread, "input": given}}
    return {"type": "threads.create", "params": {"input": given}}


class Caller:
    """Sends drawn requests to one backend, and looks through what comes back."""

    def __init__(self, app: Any, seed: int) -> None:
        self.dice = random.Random(seed)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server")
        self.thread, self.turns = "", 0
        self.seen: Counter[str] = Counter()
        self.leaked: list[str] = []

    async def call(self) -> None:
        body = drawn(self.dice, self.thread)
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = await self.client.post("/chatkit/api", content=sent)
        everything = f"{reply.headers} {reply.text}"
        if CANARY in everything:
            self.leaked.append(f"{body} -> {everything}")
        self.seen["error event" if '"type":"error"' in reply.text else str(reply.status_code)] += 1
        if '"thread.created"' in reply.text:
            self.turns = 0
            self.thread = json.loads(reply.text.partition("\n")[0].removeprefix("data: "))["thread"]["id"]
        # Threads stay short: what is measured is failures, not long histories.
        self.turns += 1
        self.thread = self.thread if self.turns < 3 else ""


def environment(dialect: str, key: str, address: str) -> dict[str, str]:
    return {
        "LLM_PROVIDER": "compatible",
        "LLM_API": dialect,
        "LLM_API_KEY": key,
        "LLM_BASE_URL": address,
        "LLM_MODELS": "fast,unknown-1",
    }


@contextlib.asynccontextmanager
async def in_process(provider: Provider, model: Any) -> AsyncIterator[None]:
    """Put the model server behind the real client without a socket."""
    assert provider.client
    http = provider.client._client
    transport = type(http)(transport=asgi_transport(http)(model, raise_app_exceptions=False), base_url=http.base_url)
    provider.client._client = transport
    yield
    await transport.aclose()
    await http.aclose()


def asgi_transport(http: Any) -> Any:
    """Find the transport of the HTTP library that the client uses, which is not the same in every version."""
    return __import__(type(http).__mro__[-2].__module__.partition(".")[0]).ASGITransport


async def storm(
    requests: int, address: str, model: Any, told: Any, complaints: list[str]
) -> tuple[Counter[str], list[str]]:
    """Send so many requests, in turns, to one backend for each dialect and key."""
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(f"{context}"))
    seen: Counter[str] = Counter()
    leaked: list[str] = []
    places = [(dialect, key) for dialect in ("responses", "chat") for key in KEYS.values()]
    for seed, (dialect, key) in enumerate(places):
        provider = choose(environment(dialect, key, address), max_retries=0)
        leaked += [text for text in (repr(provider), provider.describe(), repr(provider.model)) if CANARY in text]
        caller = Caller(backend(provider, tools=[crash, sends, quoting(key)]), seed)
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(caller.client)
            if model:
                await stack.enter_async_context(in_process(provider, model))
            for _ in range(requests // len(places)):
                await caller.call()
            await provider.aclose()
        seen += caller.seen + Counter(told=sum(HIDDEN in str(entry["body"]) for entry in told.log))
        leaked += caller.leaked + [str(entry["body"]) for entry in told.log if CANARY in str(entry["body"])]
        told.log.clear()
    return seen, leaked


def held(requests: int, address: str, model: Any, told: Any, ears: Ears) -> None:
    complaints: list[str] = []
    seen, leaked = asyncio.run(storm(requests, address, model, told, complaints))
    assert leaked == []
    assert ears.heard == []
    assert [text for text in complaints if CANARY in text] == []
    assert seen.pop("told", 0) >= requests // 1000, "the model is told of tools that quote keys, but for the keys"
    assert seen.total() == requests
    assert min(seen["200"], seen["error event"], seen["400"], seen["404"]) > requests / 50, seen
    assert ears.records > requests


def test_no_key_leaves_the_server_over_the_network(ears: Ears) -> None:
    model = create_fake_model(RIGHT)
    with live(model, log_level="critical") as port:
        held(400, f"http://127.0.0.1:{port}/v1", None, model.state.fake, ears)


@pytest.mark.slow
def test_no_key_leaves_the_server_in_ten_thousand_requests(ears: Ears) -> None:
    model = create_fake_model(RIGHT)
    held(10_000, "http://fake.invalid/v1", model, model.state.fake, ears)


@pytest.mark.parametrize("name", KEYS)
def test_a_secret_shows_itself_in_no_text(name: str) -> None:
    secret = Secret(KEYS[name])
    shown = f"{secret} {secret!r} {[secret]} {{}} {str(secret)!r}".format(secret)
    assert CANARY not in shown
    assert secret.reveal() == KEYS[name]
    assert not hasattr(secret, "__dict__")


LOGGERS = [
    "openai._base_client",
    "openai.agents",
    "chatkit_server",
    "chatkit_agents",
    "httpx",
    "httpcore.http11",
    "httpcore2.http11",
    "asyncio",
]


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("logger", LOGGERS)
def test_a_log_shows_no_key_however_it_is_spelled(logger: str, name: str, ears: Ears) -> None:
    key = KEYS[name]
    logging.getLogger(logger).debug("made before the key")
    secret = Secret(key)
    log = logging.getLogger(logger)
    log.warning("plain %s, quoted %r, as JSON %s", key, key, json.dumps(key))
    log.warning("in a header %s", [(b"authorization", f"Bearer {key}".encode())])
    outer = RuntimeError("outer")
    outer.__cause__ = ValueError(key)
    log.error("failed", exc_info=outer)
    assert ears.heard == []
    assert ears.records == 4
    assert secret


def test_short_keys_do_not_take_words_out_of_logs() -> None:
    assert Secret("abc")
    assert REDACTOR.clean("abc of it") == "abc of it"


@pytest.mark.parametrize("name", KEYS)
def test_an_exception_that_shows_a_key_is_known_wherever_it_hides(name: str) -> None:
    assert Secret(KEYS[name])
    outer = RuntimeError("outer")
    assert not leaks(outer)
    outer.__cause__ = ValueError({"key": KEYS[name]})
    assert leaks(outer)
    outer.__cause__, outer.__context__ = None, ValueError(KEYS[name])
    assert leaks(outer)
    circle = RuntimeError("a")
    circle.__context__ = outer
    outer.__context__ = circle
    assert not leaks(circle)


def test_a_key_that_is_longer_than_another_goes_as_a_whole() -> None:
    assert Secret(KEYS["right"])
    assert Secret(KEYS["longer"])
    assert REDACTOR.clean(KEYS["longer"]) == HIDDEN


@pytest.mark.parametrize("key", [f"{RIGHT}\n", f"{RIGHT} {RIGHT}", f"{RIGHT}\x7f", f"{RIGHT}ü"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(key: str) -> None:
    env = environment("chat", f"x{key}x", "http://127.0.0.1:9/v1")
    with pytest.raises(ProviderError) as refused:
        choose(env)
    assert CANARY not in "".join(traceback.format_exception(refused.value))
    assert CANARY not in repr(refused.value)
