"""What a model was told and what it answered is read the same in both dialects; the fake model runs beside a player."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from chatkit_conformance.driver import Endpoint, Play, post
from chatkit_conformance.fake_model import scripted
from chatkit_conformance.fake_model.beside import Beside
from chatkit_conformance.linter.model_calls import Answered, Call, Told, calls
from chatkit_conformance.linter.subjects import Conversation
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import Exchange
from support.live import live

PICTURE = "data:image/png;base64,AA=="
SCRIPT = scripted(["text", "Hello ", "there."], ["call", "look", {"a": 1}], ["then"], ["refusal", "No."])
RESPONSES: list[Any] = [
    {"role": "user", "content": [{"type": "input_text", "text": SCRIPT}]},
    {"role": "user", "content": [{"type": "input_image", "image_url": PICTURE}]},
    {"role": "assistant", "content": [{"type": "output_text", "text": "Hello there."}]},
    {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"a": 1}'},
    {"type": "function_call_output", "call_id": "c1", "output": "seen"},
]
CHAT: list[Any] = [
    {"role": "user", "content": SCRIPT},
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": PICTURE}}]},
    {"role": "assistant", "content": "Hello there."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "function": {"name": "look", "arguments": '{"a": 1}'}}],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "seen"},
]
TOLD = (
    Told("user", SCRIPT),
    Told("user", "", images=(PICTURE,)),
    Told("assistant", "Hello there."),
    Told("call", '{"a": 1}', "c1"),
    Told("output", "seen", "c1"),
)
DIALECTS = pytest.mark.parametrize(
    ("path", "field", "messages"),
    [("responses", "input", RESPONSES), ("chat/completions", "messages", CHAT)],
    ids=["responses", "chat"],
)


@pytest.fixture(scope="module")
def model() -> Iterator[Beside]:
    with Beside() as running:
        yield running


def ask(model: Beside, path: str, body: dict[str, Any]) -> Call:
    """Ask the model; give what its log has of it."""
    place = urlsplit(model.url)
    connection = HTTPConnection(str(place.hostname), place.port)
    connection.request("POST", f"{place.path}/{path}", json.dumps({"model": "m", "stream": True} | body))
    connection.getresponse().read()
    connection.close()
    (call,) = calls(Exchange(model=tuple(model.log())))
    return call


@DIALECTS
def test_what_is_told_reads_the_same(model: Beside, path: str, field: str, messages: list[Any]) -> None:
    assert ask(model, path, {field: messages}).told == TOLD


@DIALECTS
def test_a_message_and_a_call_are_answered(model: Beside, path: str, field: str, messages: list[Any]) -> None:
    call = ask(model, path, {field: messages[:1]})
    assert [(one.kind, one.texts, bool(one.call_id)) for one in call.answered] == [
        ("message", ("Hello there.",), False),
        ("call", (), True),
    ]
    assert call.end == "whole"
    assert call.chat == (field == "messages")


@DIALECTS
def test_a_refusal_is_answered(model: Beside, path: str, field: str, messages: list[Any]) -> None:
    (said,) = ask(model, path, {field: messages}).messages
    assert (said.texts, said.refusal) == (("No.",), True)


def test_outputs_of_other_kinds_keep_their_type(model: Beside) -> None:
    script = scripted(["reasoning", ["I ", "think."]], ["web_search", "boats"], ["text", "See."], ["file", "a.txt"])
    thought, search, said = ask(model, "responses", {"input": script}).answered
    assert (thought.kind, thought.texts) == ("reasoning", ("I think.",))
    assert (search.kind, search.texts) == ("web_search_call", ())
    assert [one["filename"] for one in said.citations] == ["a.txt"]


@pytest.mark.parametrize(
    "entry", [{}, {"body": [], "reply": "x"}, {"body": {"input": [1, {}]}, "reply": {"output": 5}}]
)
def test_a_log_that_is_none_tells_nothing(entry: Any) -> None:
    assert calls(Exchange(model=(entry, 7))) == [Call((), (), "", chat=False)]
    assert Answered("x", "y").texts == ()


def test_a_taken_port_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match="in use"),
        Beside(taken.getsockname()[1]),
    ):
        raise AssertionError


def test_what_a_model_got_belongs_to_the_request_that_asked_for_it(model: Beside) -> None:
    said = {"content": [{"type": "input_text", "text": "Hi"}], "attachments": [], "inference_options": {}}
    step = {"type": "threads.create", "params": {"input": said}}
    with live(scripted_app(env={"OPENAI_BASE_URL": model.url})) as port:
        playing = Play(Endpoint(f"http://127.0.0.1:{port}/chatkit/api"), model.log)
        first, second = playing.steps([step | {"times": 2}])
    assert [calls(one)[0].told[-1].text for one in (first, second)] == ["Hi", "Hi"]
    assert len(first.model) == len(second.model) == 1


def test_a_test_bed_without_a_model_says_so() -> None:
    with live(scripted_app()) as port:
        url = f"http://127.0.0.1:{port}/chatkit/api"
        told = [Conversation([post(Endpoint(url), _create(text))]).streams[0] for text in ("hello", 'ckc:[["agent"]]')]
    assert [stream.kinds[-1] for stream in told] == ["notice", "error"]


def _create(text: str) -> bytes:
    said = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
    return json.dumps({"type": "threads.create", "params": {"input": said}}).encode()
