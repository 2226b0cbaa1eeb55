"""A model that fails at any event of its answer, in either dialect, over sockets from end to end."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from agents import function_tool
from chatkit_agents.providers import choose
from chatkit_conformance.fake_model import scripted
from support.faults import broken_rules, done, unharmed
from support.model_server import Fake, backend, fake_model
from support.tally import TOLD, Record
from support.wire import message


@function_tool
async def weather(city: str) -> str:
    """Tell the weather."""
    return f"sun in {city}"


FIRST = (["reasoning", ["Let me ", "see."]], ["text", "I ", "look."], ["call", "weather", {"city": "Oslo"}])
SECOND = (["then"], ["text", "Sun ", "in ", "Oslo."])
ROUNDS = [
    pytest.param(lambda fault: scripted(*FIRST, fault, *SECOND), 15, 4, id="before-the-tool"),
    pytest.param(lambda fault: scripted(*FIRST, *SECOND, fault), 5, 3, id="after-the-tool"),
]


FAILS = {"cut": "the model's answer is cut at an event", "malformed": "an event of the model is no JSON"}


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with fake_model() as server:
        yield server


# The client library leaves the body of a broken stream to the garbage collector, which may come by in another thread.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <async_generator object Response.aiter_raw")
@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["responses", "chat"])
@pytest.mark.parametrize("how", ["cut", "malformed"])
@pytest.mark.parametrize(("script", "most", "least"), ROUNDS)
def test_what_was_told_is_kept_at_whichever_event_the_model_fails(
    fake: Fake, script: Any, most: int, least: int, how: str, dialect: str, record_property: Record
) -> None:
    provider = choose(fake.environment(dialect), max_retries=0)
    failed = 0
    with unharmed(backend(provider, tools=[weather]), pooled=4) as server:
        for number in itertools.count():
            text = script([how, number])
            reply = server.wire.create(text)
            told = done(reply)
            thread = reply.raw_events[0]["thread"]["id"]
            assert {item["id"]: item for item in server.wire.items(thread)} == told
            sent = {"type": "threads.create", "params": {"input": message(text)}}
            record_property(TOLD, len(told))
            assert broken_rules((sent, reply)) == []
            errors = reply.of("error")
            if not errors:
                break
            failed += 1
            record_property(FAILS[how], 1)
            assert len(errors) == 1
            assert reply.raw_events[-1] == errors[0], "an error is the last word"
            if number % 4 == 0:
                assert server.wire.say(thread, scripted(["text", "well"])).raw_events[-1]["type"] == "thread.item.done"
    assert failed >= (most if dialect == "responses" else least)
