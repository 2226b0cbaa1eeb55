"""A tool that quotes a key, in an exception or in what it returns, shows it to nobody: no model, client or log."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from agents.run import CallModelData, ModelInputData

from agents import Agent, Model, RunConfig, function_tool
from chatkit_agents import untraced
from chatkit_agents.redaction import HIDDEN, REDACTOR
from chatkit_conformance.fake_model import scripted
from support.demo import JSON, Client
from support.ears import CANARY, KEYS, Ears
from support.model_server import Fake, fake_model

each_dialect = pytest.mark.parametrize("dialect", ["responses", "chat"])
each_key = pytest.mark.parametrize("key", [pytest.param(key, id=name) for name, key in KEYS.items()])


@pytest.fixture(scope="module")
def server() -> Iterator[Fake]:
    with fake_model(key="") as fake:
        yield fake


@pytest.fixture
def fake(server: Fake) -> Fake:
    server.log.clear()
    return server


def refused(key: str) -> RuntimeError:
    """Make an exception as HTTP clients do, with the request in it, and with a cause that quotes it, too."""
    error = RuntimeError(f"401 for {{'authorization': 'Bearer {key}'}} ({json.dumps(key)}, {key!r})")
    error.__cause__ = ValueError({"key": key})
    return error


def failing(key: str, **options: Any) -> Any:
    @function_tool(name_override="tool", **options)
    async def tool() -> str:
        raise refused(key)

    return tool


def in_a_thread(key: str) -> Any:
    @function_tool(name_override="tool")
    def tool() -> str:
        raise refused(key)

    return tool


def returning(key: str) -> Any:
    @function_tool(name_override="tool")
    async def tool() -> dict[str, Any]:
        return {"tried": [key, {"with": f"Bearer {key}"}]}

    return tool


def words(_context: Any, error: Exception) -> str:
    return f"It failed: {error!r}, {error.__cause__!r}"


WAYS: dict[str, Callable[[str], Any]] = {
    "the-usual-way": failing,
    "in-words-of-the-app": lambda key: failing(key, failure_error_function=words),
    "in-a-thread": in_a_thread,
    "returned": returning,
}


@each_dialect
@each_key
@pytest.mark.parametrize("way", WAYS)
def test_a_tool_that_quotes_a_key_shows_it_to_nobody(fake: Fake, dialect: str, key: str, way: str, ears: Ears) -> None:
    async def script(client: Client) -> list[Any]:
        # Without a second round the model says what the tool told it.
        return [await client.say(scripted(["call", "tool"])), await client.items(), await client.say("more")]

    told = fake.play(script, fake.environment(dialect, LLM_API_KEY=key), tools=[WAYS[way](key)])
    assert [len(entry["body"].get("messages") or entry["body"]["input"]) > 1 for entry in fake.log] == [
        False,
        True,
        True,
    ]
    assert CANARY not in str([entry["body"] for entry in fake.log])
    assert CANARY not in str(told)
    assert ears.heard == []
    if way in {"in-words-of-the-app", "returned"}:
        assert HIDDEN in str(fake.log[1]["body"]), "all but the key is told"


@each_dialect
@each_key
def test_a_tool_whose_failure_ends_the_run_shows_no_key(fake: Fake, dialect: str, key: str, ears: Ears) -> None:
    env = fake.environment(dialect, LLM_API_KEY=key)
    turn = scripted(["call", "tool"], ["then"], ["text", "Done."])
    events = fake.say(turn, env, tools=[failing(key, failure_error_function=None)])
    assert events[-1]["type"] == "error"
    assert CANARY not in str(events)
    assert len(fake.log) == 1
    assert ears.heard == []


@each_dialect
def test_an_agent_within_an_agent_is_told_no_key(fake: Fake, dialect: str, ears: Ears) -> None:
    key = KEYS["right"]

    def inner(model: Model) -> dict[str, Any]:
        tool = failing(key, failure_error_function=words)
        agent: Agent[Any] = Agent(name="inner", model=model, tools=[tool])
        return {"tools": [agent.as_tool("ask_inner", "asks it")]}

    asked = scripted(["call", "tool"])
    turn = scripted(["call", "ask_inner", {"input": asked}], ["then"], ["text", "Done."])
    events = fake.say(turn, fake.environment(dialect, LLM_API_KEY=key), fields=inner)
    assert len(fake.log) == 4
    assert HIDDEN in str(fake.log[2]["body"]), "the inner agent's second round"
    assert CANARY not in str([entry["body"] for entry in fake.log])
    assert CANARY not in str(events)
    assert ears.heard == []


@each_dialect
def test_an_input_filter_of_the_app_comes_first(fake: Fake, dialect: str) -> None:
    key = KEYS["right"]

    async def adds(data: CallModelData[Any]) -> ModelInputData:
        note: Any = {"role": "user", "content": f"the key is {key}"}
        return ModelInputData([*data.model_data.input, note], f"Use {key}.")

    config = replace(untraced(), call_model_input_filter=adds)
    fake.say("hello", fake.environment(dialect, LLM_API_KEY=key), run_config=config)
    body = json.dumps(fake.log[-1]["body"])
    assert f"the key is {HIDDEN}" in body
    assert f"Use {HIDDEN}." in body
    assert CANARY not in body


def test_the_key_that_the_sdk_reads_by_itself_is_known(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-CANARY-of-the-environment"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    fake.say(scripted(["call", "tool"]), fake.environment("chat"), tools=[returning(key)])
    assert HIDDEN in str(fake.log[-1]["body"])
    assert CANARY not in str(fake.log[-1]["body"])


def test_what_shows_no_key_stays_the_same_object() -> None:
    given: list[JSON] = [{"a": ["b", 1, None, {"c": True}]}]
    assert REDACTOR.cleaned(given) is given
    assert RunConfig().call_model_input_filter is None
