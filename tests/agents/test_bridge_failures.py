"""A run that fails or is stopped: what the user is told, what is taken back, and that the model stops, too."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    Model,
    OutputGuardrail,
    RunConfig,
    RunContextWrapper,
    Runner,
    function_tool,
)
from chatkit_agents import ToolContext
from chatkit_agents.providers import choose
from chatkit_conformance.fake_model import scripted
from support.demo import JSON, Client, kinds
from support.live import live
from support.model_server import Fake, backend, fake_model
from support.wire import Wire, frames, message

each_dialect = pytest.mark.parametrize("dialect", ["responses", "chat"])
SAID = ["text", "one ", "two ", "three ", "four."]


@pytest.fixture(scope="module")
def server() -> Iterator[Fake]:
    with fake_model() as fake:
        yield fake


@pytest.fixture
def fake(server: Fake) -> Fake:
    server.log.clear()
    return server


def told(events: list[JSON]) -> tuple[str, bool]:
    """Give the words of the error that ends an answer, and whether to try again."""
    assert [event["type"] for event in events].count("error") == 1
    assert events[-1].keys() == {"type", "code", "message", "allow_retry"}
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "custom")
    return events[-1]["message"], events[-1]["allow_retry"]


LONG = scripted(["slow", 20], ["text", *["word "] * 150])


def ask(text: str) -> JSON:
    return {"type": "threads.create", "params": {"input": message(text)}}


@contextlib.contextmanager
def served(fake: Fake, dialect: str, **parts: Any) -> Iterator[Wire]:
    """Serve a backend over a socket, so that a client can leave."""
    with live(backend(choose(fake.environment(dialect), max_retries=0), **parts)) as port:
        yield Wire(port)


def until(found: Callable[[], Any]) -> Any:
    """Wait until something is there; give it."""
    deadline = time.monotonic() + 5
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return value


def ended(fake: Fake) -> list[str]:
    """Tell how each answer of the model ended, when it has ended."""
    return until(lambda: all(ends := [entry["end"] for entry in fake.log]) and ends)


async def blocks(_context: Any, _agent: Any, given: Any) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered="BLOCKED" in str(given))


def before(_model: Model) -> dict[str, Any]:
    return {"input_guardrails": [InputGuardrail(guardrail_function=blocks, run_in_parallel=False)]}


def after(_model: Model) -> dict[str, Any]:
    return {"output_guardrails": [OutputGuardrail(guardrail_function=blocks)]}


@each_dialect
def test_a_guardrail_of_the_input_stops_before_the_model_is_asked(fake: Fake, dialect: str) -> None:
    events = fake.say("BLOCKED", fake.environment(dialect), fields=before)
    assert told(events) == ("I cannot help with that: the message was stopped by a guardrail.", False)
    assert kinds(events)[3:] == ["error"]
    assert fake.log == []


@each_dialect
@pytest.mark.parametrize("first", [[], [["text", "A word."], ["call", "note"], ["then"]]], ids=["text", "more"])
def test_a_guardrail_of_the_output_takes_back_all_that_was_said(fake: Fake, dialect: str, first: list[Any]) -> None:
    @function_tool
    def note() -> str:
        return "noted"

    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        return await client.say(scripted(*first, ["text", "This is ", "BLOCKED."])), await client.items()

    events, items = fake.play(script, fake.environment(dialect), fields=after, tools=[note])
    assert told(events) == ("The answer was withdrawn: it was stopped by a guardrail.", True)
    said = [e["item"]["id"] for e in events if e["type"] == "thread.item.added"]
    assert len(said) == (2 if first else 1)
    assert [e["item_id"] for e in events if e["type"] == "thread.item.removed"] == said
    assert [item["type"] for item in items] == ["user_message"]


@each_dialect
def test_a_guardrail_that_trips_while_the_model_speaks_takes_it_back_and_stops_it(fake: Fake, dialect: str) -> None:
    """The Agents SDK runs guardrails of the input beside the model, unless told otherwise."""
    heard = threading.Event()

    async def late(_context: Any, _agent: Any, _given: Any) -> GuardrailFunctionOutput:
        await asyncio.to_thread(heard.wait, 5)
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)

    def fields(_model: Model) -> dict[str, Any]:
        return {"input_guardrails": [InputGuardrail(guardrail_function=late)]}

    with served(fake, dialect, fields=fields) as wire:
        with wire.open("POST", ask(LONG)) as connection:
            events = []
            for frame in frames(connection.getresponse()):
                events.append(json.loads(frame.removeprefix(b"data: ")))
                if "text_delta" in str(events[-1]):
                    heard.set()
        items = wire.items(events[0]["thread"]["id"])
    assert sum("text_delta" in str(e) for e in events) < 100
    assert told(events)[0].startswith("I cannot help with that")
    assert events[-2] == {"type": "thread.item.removed", "item_id": events[3]["item"]["id"]}
    assert [item["type"] for item in items] == ["user_message"]
    assert ended(fake) == ["left"]


@each_dialect
def test_a_stop_is_seen_by_the_model_server(fake: Fake, dialect: str) -> None:
    with served(fake, dialect) as wire:
        with wire.open("POST", ask(LONG)) as connection:
            arriving = frames(connection.getresponse())
            first = json.loads(next(arriving).removeprefix(b"data: "))
            while b"text_delta" not in next(arriving):
                pass
            assert fake.log[0]["end"] == "", "it is still speaking"
        items = until(lambda: wire.items(first["thread"]["id"])[1:])
    assert items[0]["content"][0]["text"].startswith("word ")
    assert ended(fake) == ["left"]


@each_dialect
def test_a_stop_cancels_the_tool_that_is_running_and_the_model_is_not_asked_again(fake: Fake, dialect: str) -> None:
    state: list[str] = []

    @function_tool
    async def wait(wrapper: RunContextWrapper[ToolContext[None]]) -> str:
        await wrapper.context.progress("waiting")
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            state.append("cancelled")
            raise
        return "never"

    with served(fake, dialect, tools=[wait]) as wire:
        with wire.open("POST", ask(scripted(["call", "wait"], ["then"], SAID))) as connection:
            arriving = frames(connection.getresponse())
            while b"progress_update" not in next(arriving):
                pass
        until(lambda: state)
    assert state == ["cancelled"]
    assert len(fake.log) == 1


@each_dialect
def test_too_many_rounds_are_stopped(fake: Fake, dialect: str) -> None:
    @function_tool
    def again() -> str:
        return "and again"

    rounds = [["call", "again"], ["then"]] * 4
    words, retry = told(fake.say(scripted(*rounds), fake.environment(dialect), tools=[again], max_turns=3))
    assert words.startswith("The agent took more steps than it is allowed to")
    assert retry
    assert len(fake.log) == 3


MODEL_ERRORS = [
    pytest.param(["error", 401], "refused the server's API key", False, id="401"),
    pytest.param(["error", 429], "too many requests", True, id="429"),
    pytest.param(["error", 500], "The model provider failed", True, id="500"),
    pytest.param(["cut", 5], "cannot be reached", True, id="cut"),
    pytest.param(["malformed", 5], "cannot be used", True, id="malformed"),
    pytest.param(["slow", 3000], "did not answer in time", True, id="slow"),
]


def guarded_by_a_model(model: Model) -> dict[str, Any]:
    """Have an agent of its own look at what is said: a model that is asked without streaming."""

    async def looked(_context: Any, _agent: Any, given: Any) -> GuardrailFunctionOutput:
        looker: Agent[Any] = Agent(name="Looker", model=model)
        result = await Runner.run(looker, given, run_config=RunConfig(tracing_disabled=True))
        return GuardrailFunctionOutput(output_info=result.final_output, tripwire_triggered=False)

    return {"input_guardrails": [InputGuardrail(guardrail_function=looked, run_in_parallel=False)]}


@each_dialect
@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "at-once"])
@pytest.mark.parametrize(("step", "says", "retry"), MODEL_ERRORS)
def test_how_a_model_fails_is_told_in_fitting_words(
    fake: Fake, dialect: str, step: list[Any], says: str, retry: bool, streamed: bool
) -> None:
    fields = {} if streamed else {"fields": guarded_by_a_model}
    events = fake.say(scripted(SAID, step), fake.environment(dialect), patience=0.2, **fields)
    words, again = told(events)
    assert says in words
    assert again is retry
    assert [bool(entry["body"].get("stream")) for entry in fake.log] == [streamed]
    assert "CANARY" not in str(events)


@each_dialect
def test_a_slow_model_is_waited_for(fake: Fake, dialect: str) -> None:
    events = fake.say(scripted(["slow", 15], SAID), fake.environment(dialect), fields=guarded_by_a_model)
    assert kinds(events)[-1] == "thread.item.done"
    assert [entry["end"] for entry in fake.log] == ["whole", "whole"]


@each_dialect
def test_half_an_answer_of_a_model_that_failed_is_shown_but_no_item_of_the_thread(fake: Fake, dialect: str) -> None:
    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        cut = 7 if dialect == "responses" else 3
        return await client.say(scripted(SAID, ["cut", cut])), await client.items()

    events, items = fake.play(script, fake.environment(dialect))
    said = "".join(e["update"].get("delta", "") for e in events if "update" in e)
    assert said.startswith("one two")
    assert "cannot be reached" in told(events)[0]
    assert [item["type"] for item in items] == ["user_message"]
