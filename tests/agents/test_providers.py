"""Models over the network, through the real client and the real Agents SDK: what is chosen, told, and sent where."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import chatkit_agents
from agents import RunContextWrapper, function_tool
from chatkit_agents import Activity, ToolContext, choose, stop_at
from chatkit_agents.providers import GEMINI, ProviderError, create_model
from chatkit_conformance.fake_model import scripted
from support.demo import JSON, Client, answers, kinds, last
from support.model_server import KEY, WRONG, Fake, fake_model, roles

DIALECTS = [pytest.param("responses", id="responses"), pytest.param("chat", id="chat")]
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture(scope="module")
def server() -> Iterator[Fake]:
    with fake_model() as fake:
        yield fake


@pytest.fixture
def fake(server: Fake) -> Fake:
    server.log.clear()
    return server


@pytest.fixture(autouse=True)
def nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "GEMINI_API_KEY", "LLM_PROVIDER", "LLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@function_tool
async def get_weather(wrapper: RunContextWrapper[ToolContext[None]], city: str) -> str:
    await wrapper.context.progress(f"looking at {city}")
    return f"sun in {city}"


@function_tool
async def ask_page(wrapper: RunContextWrapper[ToolContext[None]]) -> str:
    wrapper.context.client_tool("ask", {"what": "theme"})
    return "asked"


@each_dialect
def test_d16_three_turns_are_three_messages_and_each_is_told_to_the_model(fake: Fake, dialect: str) -> None:
    said = [scripted(["text", *word]) for word in ("one", "two", "three")]

    async def script(client: Client) -> tuple[list[list[JSON]], list[JSON]]:
        return [await client.say(text) for text in said], await client.items()

    streams, items = fake.play(script, fake.environment(dialect))
    messages = [item for item in items if item["type"] == "assistant_message"]
    assert [item["content"][0]["text"] for item in messages] == ["one", "two", "three"]
    assert len({item["id"] for item in messages}) == 3
    assert "__fake_id__" not in json.dumps([streams, items])
    for events, item in zip(streams, messages, strict=True):
        about = {e["item_id"] for e in events if e["type"] == "thread.item.updated"}
        about |= {e["item"]["id"] for e in events if e.get("item", {}).get("type") == "assistant_message"}
        assert about == {item["id"]}
    assert roles(fake.log[-1]) == [
        ("user", said[0]),
        ("assistant", "one"),
        ("user", said[1]),
        ("assistant", "two"),
        ("user", said[2]),
    ]


@each_dialect
def test_a_tool_runs_and_its_output_is_told_to_the_model(fake: Fake, dialect: str) -> None:
    turn = scripted(["call", "get_weather", {"city": "Oslo"}], ["then"], ["text", "It is sunny."])
    shown = Activity(default="task")
    events = fake.say(turn, fake.environment(dialect), tools=[get_weather], activity=shown)
    assert answers(events) == ["It is sunny."]
    assert [kind for kind in kinds(events) if kind.startswith(("progress", "workflow"))] == [
        "progress_update",
        "workflow.task.updated",
    ]
    assert [role for role, _ in roles(fake.log[-1])] in (
        ["user", "function_call", "function_call_output"],
        ["user", "assistant", "tool"],
    )
    assert roles(fake.log[-1])[-1][1] == "sun in Oslo"
    assert "get_weather" in json.dumps(fake.log[0]["body"]["tools"])


@each_dialect
def test_a_tool_of_the_page_stops_the_run_and_its_result_goes_on_with_it(fake: Fake, dialect: str) -> None:
    turn = scripted(["call", "ask_page"], ["then"], ["text", "Thanks."])

    async def script(client: Client) -> tuple[JSON, list[JSON]]:
        call = last(await client.say(turn))
        result = {"theme": "dark"}
        return call, await client.stream("threads.add_client_tool_output", thread_id=client.thread_id, result=result)

    call, events = fake.play(script, fake.environment(dialect), tools=[ask_page], stop=stop_at(ask_page))
    assert (call["type"], call["name"], call["status"]) == ("client_tool_call", "ask", "pending")
    assert call["id"] != "__fake_id__"
    assert answers(events) == ["Thanks."]
    assert json.loads(roles(fake.log[-1])[-1][1]) == {"theme": "dark"}


@each_dialect
def test_the_model_that_the_user_chose_answers_if_it_is_offered(fake: Fake, dialect: str) -> None:
    env = fake.environment(dialect, LLM_MODEL="usual", LLM_MODELS=" fast, ,slow,fast")

    async def script(client: Client) -> None:
        for name in ("fast", "secret-model", None):
            await client.say("hello", inference_options={"model": name} if name else {})

    fake.play(script, env)
    assert [entry["body"]["model"] for entry in fake.log] == ["fast", "usual", "usual"]
    assert list(choose(env).models) == ["fast", "slow"]
    assert "the user may choose fast, slow" in choose(env).describe()


FAILURES = [
    pytest.param(["error", 401], False, "API key", id="401"),
    pytest.param(["error", 403], False, "LLM_MODEL", id="403"),
    pytest.param(["error", 404], False, "LLM_MODEL", id="404"),
    pytest.param(["error", 429], True, "too many", id="429"),
    pytest.param(["error", "quota"], False, "billing", id="quota"),
    pytest.param(["error", "too_long"], False, "too long", id="too-long"),
    pytest.param(["error", "filter"], False, "content filter", id="filter"),
    pytest.param(["error", 400], False, "refused the request", id="400"),
    pytest.param(["error", 500], True, "Try again", id="500"),
    pytest.param(["cut", 5], True, "Try again", id="cut"),
]


@each_dialect
@pytest.mark.parametrize(("step", "retry", "says"), FAILURES)
def test_a_failure_is_told_in_our_words_with_what_to_do(
    fake: Fake, dialect: str, step: list[Any], retry: bool, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    events = fake.say(scripted(["text", *"one two three four"], step), fake.environment(dialect))
    [error] = [event for event in events if event["type"] == "error"]
    assert error["allow_retry"] is retry
    assert error["code"] == "custom"
    assert says in error["message"]
    assert "The script says" not in json.dumps(events)
    assert "CANARY" not in json.dumps(events) + caplog.text


def test_an_unknown_model_and_no_route_name_the_variable(fake: Fake) -> None:
    unknown = fake.say("hello", fake.environment("responses", LLM_MODEL="unknown-1"))
    nowhere = fake.say("hello", fake.environment("chat", LLM_BASE_URL="http://127.0.0.1:9/v1"))
    assert "LLM_MODEL" in unknown[-1]["message"]
    assert "cannot be reached" in nowhere[-1]["message"]


@each_dialect
def test_a_wrong_key_is_said_so_and_shown_nowhere(fake: Fake, dialect: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    events = fake.say("hello", fake.environment(dialect, LLM_API_KEY=WRONG))
    assert "refused the server's API key" in events[-1]["message"]
    assert events[-1]["allow_retry"] is False
    assert WRONG not in json.dumps(events) + caplog.text


SETUPS = [
    pytest.param({"LLM_PROVIDER": "openai"}, "OPENAI_API_KEY is not set", id="openai-without-a-key"),
    pytest.param({"LLM_PROVIDER": "gemini"}, "GEMINI_API_KEY is not set", id="gemini-without-a-key"),
    pytest.param({"LLM_PROVIDER": "compatible"}, "LLM_BASE_URL is not set", id="compatible-without-an-address"),
    pytest.param({"LLM_PROVIDER": "other"}, "one of openai, gemini, compatible, demo", id="an-unknown-provider"),
    pytest.param({"LLM_PROVIDER": "openai", "OPENAI_API_KEY": f"{KEY} x"}, "Copy it again", id="a-key-with-a-blank"),
    pytest.param({"LLM_PROVIDER": "gemini", "GEMINI_API_KEY": f"{KEY}é"}, "Copy it again", id="a-key-of-letters"),
    pytest.param(
        {"LLM_PROVIDER": "openai", "OPENAI_API_KEY": KEY, "LLM_TRACING": "maybe"}, "LLM_TRACING", id="tracing"
    ),
    *(
        pytest.param({"LLM_PROVIDER": "compatible", "LLM_BASE_URL": address}, "LLM_BASE_URL", id=address)
        for address in (
            "localhost:1/v1",
            "ftp://h/v1",
            "http://",
            "http://h:x/v1",
            f"http://u:{KEY}@h/v1",
            f"http://h/v1?key={KEY}",
        )
    ),
    pytest.param(
        {"LLM_PROVIDER": "compatible", "LLM_BASE_URL": "http://h/v1", "LLM_API": "soap"}, "LLM_API", id="dialect"
    ),
]


@pytest.mark.parametrize(("env", "says"), SETUPS)
def test_a_wrong_setting_is_named_with_what_to_do_and_no_key(env: dict[str, str], says: str) -> None:
    with pytest.raises(ProviderError, match=says) as refused:
        create_model(env)
    assert "CANARY" not in str(refused.value)
    assert "Set" in str(refused.value) or "Copy" in str(refused.value)


CHOICES = [
    pytest.param({}, "demo", ["offline"], id="nothing"),
    pytest.param({"LLM_PROVIDER": " Demo "}, "demo", ["offline"], id="demo"),
    pytest.param(
        {"OPENAI_API_KEY": KEY}, "demo", ["OPENAI_API_KEY is set but not used", "LLM_PROVIDER=openai"], id="a-key-alone"
    ),
    pytest.param({"LLM_PROVIDER": "openai", "OPENAI_API_KEY": KEY}, "openai", ["OpenAI"], id="openai"),
    pytest.param(
        {"LLM_PROVIDER": "openai", "OPENAI_API_KEY": KEY, "LLM_TRACING": "on", "LLM_MODEL": "m"},
        "openai",
        ["m (OpenAI)", "traces"],
        id="openai-traced",
    ),
    pytest.param({"LLM_PROVIDER": "gemini", "GEMINI_API_KEY": KEY}, "gemini", ["Google Gemini"], id="gemini"),
    pytest.param(
        {"LLM_PROVIDER": "compatible", "LLM_BASE_URL": "http://h:1/v1", "LLM_MODEL": "m"},
        "compatible",
        ["m (h:1, chat API)"],
        id="compatible",
    ),
]


@pytest.mark.parametrize(("env", "name", "says"), CHOICES)
def test_what_is_chosen_is_described_without_a_key(env: dict[str, str], name: str, says: list[str]) -> None:
    provider = choose(env)
    assert provider.name == name
    assert all(part in provider.describe() for part in says), provider.describe()
    assert provider.run_config().tracing_disabled is ("LLM_TRACING" not in env)
    assert "CANARY" not in f"{provider!r} {provider.model!r} {vars(provider.model)} {provider.describe()}"


def test_each_provider_is_reached_where_it_is() -> None:
    gemini = choose({"LLM_PROVIDER": "gemini", "GEMINI_API_KEY": KEY}).client
    openai = choose({"LLM_PROVIDER": "openai", "OPENAI_API_KEY": KEY}).client
    assert gemini
    assert openai
    assert str(gemini.base_url) == GEMINI
    assert openai.base_url.host == "api.openai.com"
    assert type(create_model({"LLM_PROVIDER": "gemini", "GEMINI_API_KEY": KEY}, model="m")).__name__ == (
        "OpenAIChatCompletionsModel"
    )


def test_the_bridge_offers_what_an_app_needs() -> None:
    assert {"choose", "create_model", "ProviderError"} <= set(chatkit_agents.__all__)


@each_dialect
def test_nothing_of_openais_settings_is_sent_to_somebody_else(
    fake: Fake, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Proxy: proxy-secret\nauthorization: Bearer sk-of-openai")
    events = fake.say("hello", fake.environment(dialect))
    assert answers(events) == ["hello"]
    assert "secret" not in json.dumps(fake.log[-1]["headers"])
