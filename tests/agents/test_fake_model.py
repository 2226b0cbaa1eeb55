"""The fake model server says what the real API would: held by the openai package's own models, and its client."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import BaseModel, TypeAdapter
from starlette.applications import Starlette

from chatkit_conformance.fake_model import create_fake_model, script, scripted
from chatkit_conformance.fake_model.failures import REFUSALS
from chatkit_conformance.fake_model.script import STEPS, ScriptError, answer, words
from support.live import live

JSON = dict[str, Any]
KEY = "sk-CANARY-of-the-fake-model"
EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)

EVERYTHING: list[list[Any]] = [
    ["reasoning", ["First ", "thought."], "Second thought."],
    ["text", "Hello ", "there."],
    ["url", "https://example.com", "Example"],
    ["file", "notes.pdf"],
    ["container", "plot.png"],
    ["file_path", "file_9"],
    ["text", "Another part."],
    ["refusal", "I must ", "not."],
    ["message"],
    ["text", "Another message."],
    ["call", "get_weather", {"city": "Oslo"}],
    ["call", "broken", "{"],
    ["web_search", "boats"],
    ["file_search", "log.txt"],
    ["code_interpreter", "1+1"],
    ["mcp", "lookup", {"a": 1}],
    ["mcp", "lookup", {}, "closed"],
    ["image", 2],
    ["image", 0, None],
    ["usage", 7, 11],
]
SCRIPTS = [
    pytest.param("just echo this", id="echo"),
    pytest.param("", id="nothing"),
    pytest.param("fake:[]", id="empty"),
    pytest.param(scripted(["incomplete", "max_output_tokens"], ["text", "cut sh"]), id="incomplete"),
    pytest.param(scripted(["text", "a"], ["failed", "server_error", "It broke."]), id="failed"),
    pytest.param(scripted(*EVERYTHING), id="everything"),
    *(pytest.param(scripted(["text", "t"], step), id=f"{n}-{step[0]}") for n, step in enumerate(EVERYTHING)),
]


class Fake:
    """Requests to the server, in process."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://fake") as client:
                return await client.request(method, path, json=body, headers=headers)

        return asyncio.run(asked())

    def respond(self, given: Any, **settings: Any) -> httpx.Response:
        return self.ask("POST", "/v1/responses", {"model": "fake-model", "input": given, **settings})

    def complete(self, given: Any, **settings: Any) -> httpx.Response:
        messages = given if isinstance(given, list) else [{"role": "user", "content": given}]
        return self.ask("POST", "/v1/chat/completions", {"model": "fake-model", "messages": messages, **settings})


@pytest.fixture
def fake() -> Fake:
    return Fake(create_fake_model())


def events(reply: httpx.Response) -> list[JSON]:
    """Read the frames, as strictly as the API writes them."""
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/event-stream")
    found = []
    for frame in reply.text.removesuffix("\n\n").split("\n\n"):
        *names, data = frame.split("\n")
        event = json.loads(data.removeprefix("data: ")) if data != "data: [DONE]" else {}
        assert names == ([f"event: {event['type']}"] if "type" in event else [])
        found.append(event)
    return found


def strangers(value: Any, place: str = "$") -> Iterator[str]:
    """Name the fields that a model of the openai package does not know, at every depth."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from strangers(one, f"{place}[{number}]")
    elif isinstance(value, BaseModel):
        yield from (f"{place}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from strangers(getattr(value, name), f"{place}.{name}")


def whole(shape: TypeAdapter[Any], value: JSON) -> Any:
    """Read a value as strictly as the package can: no coercion, no unknown field."""
    read = shape.validate_json(json.dumps(value), strict=True)
    assert list(strangers(read)) == []
    return read


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_event_is_one_of_the_responses_api(fake: Fake, script: str) -> None:
    told = events(fake.respond(script, stream=True))
    read = [whole(EVENT, event) for event in told]
    assert [event.sequence_number for event in read] == list(range(len(read)))
    assert [event.type for event in read[:2]] == ["response.created", "response.in_progress"]
    done = [event.item for event in read if event.type == "response.output_item.done"]
    assert read[-1].response.output == done
    assert [e.output_index for e in read if e.type == "response.output_item.added"] == list(range(len(done)))


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_whole_response_is_what_the_events_end_with(fake: Fake, script: str) -> None:
    streamed = events(fake.respond(script, stream=True))[-1]["response"]
    fake.ask("POST", "/reset")
    at_once = fake.respond(script).json()
    assert at_once == streamed
    whole(TypeAdapter(Response), at_once)


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_chunk_is_one_of_chat_completions(fake: Fake, script: str) -> None:
    *told, end = events(fake.complete(script, stream=True))
    read = [ChatCompletionChunk.model_validate_json(json.dumps(chunk), strict=True) for chunk in told]
    # Raw reasoning is no field of OpenAI's: other providers of the dialect have it.
    unknown = {place for chunk in read for place in strangers(chunk)}
    assert unknown <= {"$.choices[0].delta.reasoning_content"}
    assert end == {}
    assert [chunk.choices[0].finish_reason is not None for chunk in read[:-1]] == [False] * (len(read) - 2) + [True]
    assert read[-1].usage


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_whole_completion_says_what_the_chunks_say(fake: Fake, script: str) -> None:
    chunks = events(fake.complete(script, stream=True))[:-1]
    message = whole(TypeAdapter(ChatCompletion), fake.complete(script).json()).choices[0].message
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    for field in ("content", "refusal"):
        assert (getattr(message, field) or "") == "".join(delta.get(field) or "" for delta in deltas)
    named = [call["function"]["name"] for d in deltas for call in d.get("tool_calls", []) if "id" in call]
    assert [call.function.name for call in message.tool_calls or []] == named


def test_what_the_words_of_a_script_make(fake: Fake) -> None:
    told = events(fake.respond(scripted(*EVERYTHING), stream=True))
    items = told[-1]["response"]["output"]
    assert [item["type"] for item in items] == [
        "reasoning",
        "message",
        "message",
        "function_call",
        "function_call",
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "mcp_call",
        "mcp_call",
        "image_generation_call",
        "image_generation_call",
    ]
    assert [part["text"] for part in items[0]["summary"]] == ["First thought.", "Second thought."]
    hello, another, refusal = items[1]["content"]
    assert (hello["text"], another["text"], refusal["refusal"]) == ("Hello there.", "Another part.", "I must not.")
    assert [note["type"] for note in hello["annotations"]] == [
        "url_citation",
        "file_citation",
        "container_file_citation",
        "file_path",
    ]
    assert (items[3]["arguments"], items[4]["arguments"]) == ('{"city": "Oslo"}', "{")
    assert [bool(item["result"]) for item in items[-2:]] == [True, False]
    assert told[-1]["response"]["usage"]["total_tokens"] == 18
    deltas = [event["delta"] for event in told if event["type"] == "response.output_text.delta"]
    assert deltas[:2] == ["Hello ", "there."]


@pytest.mark.parametrize("text", ["", " ", "a", "a b", " a  b ", "ein\nzwei"])
def test_words_add_up_to_the_text(text: str) -> None:
    assert "".join(words(text)) == text
    assert "" not in words(text)


USER, CALL = {"role": "user"}, {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c", "output": "42"}
ROUNDS = scripted(["call", "n"], ["then"], ["call", "n"], ["then"], ["text", "last"])
TURN = USER | {"content": [{"type": "input_text", "text": ROUNDS}]}
NOTE = USER | {"content": "a note in the user's role"}
SAID = {"role": "assistant", "content": "said"}
PLACES = [
    pytest.param([TURN], "", id="the turn"),
    pytest.param([TURN, NOTE], "", id="a note after the turn"),
    pytest.param([TURN, CALL, OUTPUT], "", id="one round"),
    pytest.param([TURN, CALL, OUTPUT, CALL, OUTPUT], "last", id="two rounds"),
    pytest.param([TURN, CALL, CALL, OUTPUT, OUTPUT, CALL, OUTPUT], "last", id="two calls in one round"),
    pytest.param([TURN, CALL, OUTPUT, NOTE, CALL, OUTPUT], "last", id="a note between"),
    pytest.param([TURN, *[CALL, OUTPUT] * 3], "42", id="rounds that nobody wrote down"),
    pytest.param([TURN, CALL, OUTPUT, SAID, NOTE], NOTE["content"], id="an echo after the answer"),
    pytest.param([NOTE, SAID, NOTE | {"content": "hello"}], "hello", id="no script"),
    pytest.param([NOTE, SAID, NOTE, CALL, OUTPUT], "42", id="no script, but a tool"),
    pytest.param([], "", id="nothing at all"),
]


@pytest.mark.parametrize(("sent", "said"), PLACES)
def test_the_turn_and_the_round_are_found(fake: Fake, sent: list[JSON], said: str) -> None:
    output = fake.respond(sent).json()["output"]
    told = "".join(part["text"] for item in output if item["type"] == "message" for part in item["content"])
    assert told == said


def test_the_round_is_found_in_the_chat_dialect_too(fake: Fake) -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function"}]}
    output = {"role": "tool", "tool_call_id": "c", "content": "42"}
    sent = [{"role": "system", "content": "s"}, TURN, call, output, call, output, output]
    assert fake.complete(sent).json()["choices"][0]["message"]["content"] == "last"


def test_the_log_has_what_was_sent_but_no_key_and_can_be_forgotten() -> None:
    fake = Fake(create_fake_model(KEY))
    headers = {"authorization": f"Bearer {KEY}", "api-key": KEY, "x-request": "7"}
    body = {"model": "fake-model", "input": "hello", "temperature": 0.5}
    first = fake.ask("POST", "/v1/responses", body, **headers).json()
    [entry] = fake.ask("GET", "/log").json()
    assert (entry["path"], entry["body"]) == ("/v1/responses", body)
    assert entry["headers"]["x-request"] == "7"
    assert KEY not in json.dumps(entry)
    second = fake.ask("POST", "/v1/responses", body, **headers).json()
    assert first["id"] != second["id"]
    assert fake.ask("POST", "/reset").status_code == 204
    assert fake.ask("GET", "/log").json() == []
    assert fake.ask("POST", "/v1/responses", body, **headers).json() == first


REFUSED = [
    pytest.param({"model": "fake-model", "input": "hello"}, "Bearer wrong", 401, id="a wrong key"),
    pytest.param({"model": "fake-model", "input": "hello"}, "", 401, id="no key"),
    pytest.param({"model": "unknown-1", "input": "hello"}, f"Bearer {KEY}", 404, id="an unknown model"),
    pytest.param({"input": "hello"}, f"Bearer {KEY}", 400, id="no model"),
    pytest.param([], f"Bearer {KEY}", 400, id="no object"),
    pytest.param({"model": "fake-model", "input": "fake:["}, f"Bearer {KEY}", 400, id="a script that is no JSON"),
    pytest.param({"model": "fake-model", "input": 'fake:[["x"]]'}, f"Bearer {KEY}", 400, id="an unknown step"),
]


@pytest.mark.parametrize(("body", "bearer", "status"), REFUSED)
def test_who_is_not_let_in_is_told_why(body: Any, bearer: str, status: int) -> None:
    fake = Fake(create_fake_model(KEY))
    reply = fake.ask("POST", "/v1/responses", body, **({"authorization": bearer} if bearer else {}))
    assert reply.status_code == status
    assert reply.json()["error"].keys() == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("script", "says"),
    [
        pytest.param('fake:{"a": 1}', "no array", id="an object"),
        pytest.param("fake:[[]]", "step 0", id="an empty step"),
        pytest.param('fake:[["text", "a"], ["dance"]]', "step 1 is none of", id="an unknown step"),
        pytest.param('fake:[["url", "https://example.com"]]', "step 0", id="a citation of nothing"),
        pytest.param('fake:[["cut", "soon"]]', "soon", id="no number"),
        pytest.param('fake:[["error"]]', "word", id="an argument is missing"),
    ],
)
def test_a_script_that_cannot_be_obeyed_says_which_step(script: str, says: str) -> None:
    with pytest.raises(ScriptError, match=says):
        answer(script, 0)


def test_every_step_is_explained() -> None:
    assert [name for name in STEPS if f'["{name}"' not in (script.__doc__ or "")] == []


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with live(create_fake_model(KEY), log_level="critical") as port:
        yield port


Ask = Callable[[openai.OpenAI, str], Any]


def streamed(client: openai.OpenAI, script: str) -> list[Any]:
    with client.responses.create(model="fake-model", input=script, stream=True) as stream:
        return list(stream)


def chunks(client: openai.OpenAI, script: str) -> list[Any]:
    given: Any = [{"role": "user", "content": script}]
    with client.chat.completions.create(model="fake-model", messages=given, stream=True) as stream:
        return list(stream)


BOTH = [pytest.param(streamed, id="responses"), pytest.param(chunks, id="chat")]
FAILURES: dict[str, type[Exception]] = {
    "400": openai.BadRequestError,
    "401": openai.AuthenticationError,
    "403": openai.PermissionDeniedError,
    "404": openai.NotFoundError,
    "429": openai.RateLimitError,
    "quota": openai.RateLimitError,
    "500": openai.InternalServerError,
    "503": openai.InternalServerError,
    "too_long": openai.BadRequestError,
    "filter": openai.BadRequestError,
}


@pytest.mark.parametrize("ask", BOTH)
def test_the_openai_client_gets_answers_and_failures(port: int, ask: Ask) -> None:
    assert FAILURES.keys() == REFUSALS.keys()
    with openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY, max_retries=0) as client:
        assert next(model.id for model in client.models.list()) == "fake-model"
        assert len(ask(client, scripted(["text", "a", "b", "c"]))) > 4
        for word, error in FAILURES.items():
            with pytest.raises(error) as raised:
                ask(client, scripted(["error", word]))
            assert raised.value.code == REFUSALS[word][2]  # type: ignore[attr-defined]
        with pytest.raises(openai.APIConnectionError):
            ask(client, scripted(["text", "a", "b", "c"], ["cut", 3]))
        with pytest.raises(json.JSONDecodeError):
            ask(client, scripted(["text", "a", "b", "c"], ["malformed", 3]))


@pytest.mark.parametrize("ask", ["responses", "chat/completions"])
def test_an_answer_that_hangs_gives_so_many_events_and_nothing_more(port: int, ask: str) -> None:
    script = scripted(["text", *["a"] * 9], ["hang", 5])
    body = {"model": "fake-model", "stream": True, "input": script, "messages": [{"role": "user", "content": script}]}
    came: list[bytes] = []
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {KEY}"}) as client,
        client.stream("POST", f"/v1/{ask}", json=body, timeout=0.5) as stream,
        pytest.raises(httpx.ReadTimeout),
    ):
        came.extend(stream.iter_bytes())
    assert b"".join(came).count(b"data: ") == 5


@pytest.mark.parametrize("dialect", ["responses", "chat/completions"])
@pytest.mark.parametrize(
    ("step", "end"),
    [
        pytest.param(["slow", 10], "whole", id="slow"),
        pytest.param(["cut", 1], "cut", id="cut"),
        pytest.param(["malformed", 1], "whole", id="malformed"),
    ],
)
def test_an_answer_at_once_can_fail_too_and_the_log_tells_how_it_ended(
    port: int, dialect: str, step: list[Any], end: str
) -> None:
    script = scripted(["text", "a"], step)
    body = {"model": "fake-model", "input": script, "messages": [{"role": "user", "content": script}]}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {KEY}"}) as client:
        client.post("/reset")
        if end == "cut":
            with pytest.raises(httpx.RemoteProtocolError):
                client.post(f"/v1/{dialect}", json=body)
        elif step[0] == "malformed":
            with pytest.raises(json.JSONDecodeError):
                client.post(f"/v1/{dialect}", json=body).json()
        else:
            assert client.post(f"/v1/{dialect}", json=body).json()["object"]
        assert [entry["end"] for entry in client.get("/log").json()] == [end]


@pytest.mark.parametrize("step", [pytest.param(["slow", 20], id="slow"), pytest.param(["hang", 5], id="hang")])
def test_the_log_tells_of_a_client_that_left(port: int, step: list[Any]) -> None:
    body = {"model": "fake-model", "stream": True, "input": scripted(step, ["text", *["a"] * 100])}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {KEY}"}) as client:
        client.post("/reset")
        with client.stream("POST", "/v1/responses", json=body) as stream:
            next(stream.iter_bytes())
        deadline = time.monotonic() + 5
        while not (ends := [entry["end"] for entry in client.get("/log").json()])[0]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert ends == ["left"]


def test_a_slow_model_takes_its_time(port: int) -> None:
    with openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY, max_retries=0) as client:
        times = [event.sequence_number for event in streamed(client, scripted(["slow", 30], ["text", "a"]))]
        assert all(one < two for one, two in pairwise(times))
        with pytest.raises(openai.APITimeoutError):
            streamed(client.with_options(timeout=0.1), scripted(["slow", 500], ["text", "a"]))
