"""Real client, real Agents SDK, fake model server over loopback: both dialects, failures, keys."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from agents import Agent, RunContextWrapper, function_tool
from chatkit_agents import Activity, ToolContext, agent_responder, choose, stop_at
from chatkit_agents.providers import SetupError
from chatkit_agents.redaction import Secret
from chatkit_conformance.fake_model.app import create_fake_model
from chatkit_server import create_app
from support.demo import JSON, Client, answers, kinds, last, play
from support.live import live

KEY = "sk-CANARY-0123456789"
WRONG = "sk-WRONG-CANARY-987654"
DIALECTS = [pytest.param("responses", id="responses"), pytest.param("chat", id="chat")]


@function_tool
async def get_weather(wrapper: RunContextWrapper[ToolContext[None]], city: str) -> str:
    await wrapper.context.progress(f"looking at {city}")
    return f"sun in {city}"


@function_tool
def ask_page(wrapper: RunContextWrapper[ToolContext[None]]) -> str:
    wrapper.context.client_tool("ask_page", {"x": 1})
    return "asked"


class Fake:
    """The fake model server, and backends that use it."""

    def __init__(self, app: Any, port: int) -> None:
        self.state, self.port = app.state.fake, port

    def backend(self, dialect: str, key: str = KEY, **options: Any) -> Any:
        env = {
            "LLM_PROVIDER": "compatible",
            "LLM_BASE_URL": f"http://127.0.0.1:{self.port}/v1",
            "LLM_API": dialect,
            "LLM_API_KEY": key,
            "LLM_MODEL": "fake",
        }
        provider = choose(env, max_retries=0)
        agent = Agent(
            name="Test", model=provider.model, tools=[get_weather, ask_page], tool_use_behavior=stop_at(ask_page)
        )
        responder = agent_responder(agent, run_config=provider.run_config(), **options)
        return create_app(responder, strict=True)


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    app = create_fake_model(KEY)
    with live(app, log_level="critical") as port:
        yield Fake(app, port)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_answer_streams_and_three_turns_have_three_ids(fake: Fake, dialect: str) -> None:
    """D16: chat completions give every message the same placeholder id."""

    async def script(client: Client) -> list[JSON]:
        for text in ("[[text: One two.]]", "[[text: Three.]]", "[[text: Four.]]"):
            await client.say(text)
        return await client.items()

    items = [i for i in play(script, fake.backend(dialect)) if i["type"] == "assistant_message"]
    assert [item["content"][0]["text"] for item in items] == ["One two.", "Three.", "Four."]
    assert len({item["id"] for item in items}) == 3
    assert "__fake_id__" not in str(items)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tool_of_the_server_and_what_it_sends(fake: Fake, dialect: str) -> None:
    turn = '[[tool: get_weather {"city": "Oslo"}]][[then]][[text: It is sunny.]]'
    events = play(lambda c: c.say(turn), fake.backend(dialect, activity=Activity(default="task")))
    assert answers(events) == ["It is sunny."]
    assert [k for k in kinds(events) if k.startswith(("progress", "workflow"))] == [
        "progress_update",
        "workflow.task.updated",
    ]
    assert "sun in Oslo" in str(fake.state.log[-1]["body"])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tool_of_the_page_and_its_output_in_the_model_input(fake: Fake, dialect: str) -> None:
    async def script(client: Client) -> tuple[JSON, list[JSON]]:
        call = last(await client.say("[[tool: ask_page]][[then]][[text: Thanks.]]"))
        return call, await client.stream(
            "threads.add_client_tool_output", thread_id=client.thread_id, result={"page": "said"}
        )

    call, events = play(script, fake.backend(dialect))
    assert call["type"] == "client_tool_call"
    assert call["id"] != "__fake_id__"
    assert answers(events) == ["Thanks."]
    assert '{\\"page\\": \\"said\\"}' in repr(fake.state.log[-1]["body"]).replace(
        '{"page": "said"}', '{\\"page\\": \\"said\\"}'
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_refusal_is_streamed(fake: Fake, dialect: str) -> None:
    """D15."""
    events = play(lambda c: c.say("[[refusal: I must not do it.]]"), fake.backend(dialect))
    assert kinds(events).count("assistant_message.content_part.text_delta") == 5
    assert answers(events) == ["I must not do it."]
    assert "error" not in kinds(events)


def test_reasoning_citations_and_images(fake: Fake) -> None:
    turn = "[[reasoning: A.|B.]][[text: See it.]][[url: https://example.com]][[file: n.pdf]][[image: 2]][[text: Done.]]"
    events = play(lambda c: c.say(turn), fake.backend("responses"))
    done = [e["item"] for e in events if e["type"] == "thread.item.done"]
    assert [i["type"] for i in done[1:]] == ["workflow", "assistant_message", "generated_image", "assistant_message"]
    assert [t["content"] for t in done[1]["workflow"]["tasks"]] == ["A.", "B."]
    places = [(a["source"]["type"], a["index"]) for a in done[2]["content"][0]["annotations"]]
    assert places == [("url", 7), ("file", 7)]
    added = [e["update"]["annotation_index"] for e in events if "annotation" in e.get("update", {})]
    assert added == [0, 1]
    assert kinds(events).count("generated_image.updated") == 2


FAILURES = [
    pytest.param("401", False, "API key", id="401"),
    pytest.param("403", False, "does not let", id="403"),
    pytest.param("404", False, "LLM_MODEL", id="404"),
    pytest.param("429", True, "too many", id="429"),
    pytest.param("quota", False, "quota", id="quota"),
    pytest.param("long", False, "too long", id="long"),
    pytest.param("500", True, "Try again", id="500"),
    pytest.param("cut", True, "Try again|", id="cut"),
    pytest.param("malformed", True, "", id="malformed"),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("word", "retry", "says"), FAILURES)
def test_a_failing_model_is_told_about_without_its_words(
    fake: Fake, dialect: str, word: str, retry: bool, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    turn = f"[[text: one two three four five six seven]][[fail: {word}]]"
    events = play(lambda c: c.say(turn), fake.backend(dialect))
    error = next(e for e in events if e["type"] == "error")
    assert error["allow_retry"] is retry
    assert any(part in error.get("message", "") for part in says.split("|"))
    assert KEY not in str(events) + caplog.text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_wrong_key_says_so_and_is_shown_nowhere(fake: Fake, dialect: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    events = play(lambda c: c.say("hello"), fake.backend(dialect, WRONG))
    assert "refused the server's API key" in events[-1]["message"]
    assert WRONG not in str(events) + caplog.text


SETUPS = [
    pytest.param({"LLM_PROVIDER": "openai"}, "OPENAI_API_KEY", id="no-openai-key"),
    pytest.param({"LLM_PROVIDER": "gemini"}, "GEMINI_API_KEY", id="no-gemini-key"),
    pytest.param({"LLM_PROVIDER": "compatible"}, "LLM_BASE_URL", id="no-address"),
    pytest.param({"LLM_PROVIDER": "compatible", "LLM_BASE_URL": "http://h", "LLM_API": "x"}, "LLM_API", id="api"),
    pytest.param({"LLM_PROVIDER": "nobody"}, "compatible", id="unknown"),
]


@pytest.mark.parametrize(("env", "names"), SETUPS)
def test_a_missing_setting_is_named(env: dict[str, str], names: str) -> None:
    with pytest.raises(SetupError, match=names):
        choose(env)


def test_tracing_is_off_unless_openai_is_asked_for_it() -> None:
    keyed = {"OPENAI_API_KEY": KEY, "GEMINI_API_KEY": KEY, "LLM_TRACING": "1"}
    assert choose(keyed | {"LLM_PROVIDER": "gemini"}).run_config().tracing_disabled
    assert not choose(keyed | {"LLM_PROVIDER": "openai"}).run_config().tracing_disabled
    assert choose({"LLM_PROVIDER": "openai", "OPENAI_API_KEY": KEY}).run_config().tracing_disabled


def test_a_secret_shows_itself_in_no_text() -> None:
    assert KEY not in f"{Secret(KEY)} {Secret(KEY)!r}"


def test_a_stop_cancels_the_run(fake: Fake) -> None:
    """Closing the stream ends the model call: no task is left behind."""

    async def run() -> set[str]:
        app = fake.backend("responses")
        events = app.state.backend.hooks.respond
        from chatkit_protocol.codec import decode_request  # noqa: PLC0415 - only here
        from chatkit_server.context import Context  # noqa: PLC0415 - only here
        from chatkit_server.handlers.threads import create  # noqa: PLC0415 - only here
        from chatkit_server.turn import Turn  # noqa: PLC0415 - only here

        del events
        words = "word " * 200
        body = {"content": [{"type": "input_text", "text": f"[[slow: 50]][[text: {words}]]"}]}
        import msgspec  # noqa: PLC0415 - only here

        request = decode_request(msgspec.json.encode({"type": "threads.create", "params": {"input": body}}))
        turn = Turn(app.state.backend, Context(), request)
        stream = await create(turn, request)
        async for event in stream:
            if "text_delta" in str(event) or "TextDelta" in repr(event):
                break
        await stream.aclose()
        await asyncio.sleep(0.1)
        return {t.get_name() for t in asyncio.all_tasks() if t is not asyncio.current_task()}

    assert asyncio.run(run()) == set()
