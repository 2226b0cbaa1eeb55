"""The endpoint over real HTTP: status, headers, refusals, CORS, mounting."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from chatkit_server import Answer, Context, CustomStreamError, StreamError, Turn, Unauthorized, create_app
from support.live import live
from support.wire import Wire, message


async def echo(turn: Turn) -> Answer:
    if turn.text == "custom":
        raise CustomStreamError("please try later", allow_retry=True)
    if turn.text == "coded":
        raise StreamError("rate_limit", allow_retry=False)
    if turn.text == "crash":
        raise RuntimeError("SECRET-CANARY")
    if turn.text == "locale":
        yield turn.say(f"{turn.context.locale} {turn.context.headers['x-app']} {turn.context.metadata}")
    yield turn.say(f"echo {turn.text}")


def who(http: Request) -> str | Context:
    token = http.headers.get("authorization", "")
    if not token:
        raise Unauthorized
    return token.removeprefix("Bearer ")


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    app = create_app(echo, strict=True, allow_origins=["https://page.example"], max_body=100_000)
    with live(app) as port:
        yield Wire(port)


def test_a_stream_has_the_headers_that_keep_it_a_stream(wire: Wire) -> None:
    reply = wire.create()
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["cache-control"] == "no-cache, no-transform"
    assert reply.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in reply.headers


def test_a_stream_is_frames_of_one_data_line_each(wire: Wire) -> None:
    body = wire.create("line\r\nbreaks\u2028and\u0085more").body
    assert body.endswith(b"\n\n")
    for frame in body[:-2].split(b"\n\n"):
        assert frame.startswith(b"data: {"), frame
        assert b"\n" not in frame
        assert b"\r" not in frame
        json.loads(frame[6:])


def test_the_order_of_a_new_thread(wire: Wire) -> None:
    kinds = [event["type"] for event in wire.create().raw_events]
    assert kinds == ["thread.created", "thread.item.done", "stream_options", "thread.item.done"]


def test_the_order_of_another_message(wire: Wire) -> None:
    thread = wire.thread()
    events = wire.say(thread, "again").raw_events
    assert [event["type"] for event in events] == ["thread.item.done", "stream_options", "thread.item.done"]
    assert events[0]["item"]["content"] == [{"type": "input_text", "text": "again"}]
    assert events[2]["item"]["content"][0]["text"] == "echo again"


REFUSALS = [
    pytest.param(b"{", 400, "bad_request", "", id="D1-not-json"),
    pytest.param(b"\xff\xfe", 400, "bad_request", "", id="D1-not-utf8"),
    pytest.param(b"", 400, "bad_request", "", id="D1-empty"),
    pytest.param({"type": "threads.fly"}, 400, "bad_request", "$.type", id="D1-unknown-type"),
    pytest.param({"type": "threads.get_by_id"}, 400, "bad_request", "$", id="D1-no-params"),
    pytest.param(
        {"type": "threads.create", "params": {"input": {"content": [{"type": "input_movie"}]}}},
        400,
        "bad_request",
        "$.params.input.content[0].type",
        id="D1-unknown-part",
    ),
    pytest.param({"type": "threads.get_by_id", "params": {"thread_id": "thr_none"}}, 404, "not_found", "", id="D2-get"),
    pytest.param({"type": "items.list", "params": {"thread_id": "thr_none"}}, 404, "not_found", "", id="D2-items"),
    pytest.param({"type": "threads.delete", "params": {"thread_id": "thr_none"}}, 404, "not_found", "", id="D2-delete"),
    pytest.param(
        {"type": "threads.add_user_message", "params": {"thread_id": "thr_none", "input": message("x")}},
        404,
        "not_found",
        "",
        id="D3-say",
    ),
    pytest.param(
        {"type": "threads.create", "params": {"input": message("x", attachments=["atc_none"])}},
        404,
        "not_found",
        "$.params.input.attachments[0]",
        id="D3-unknown-attachment",
    ),
    pytest.param(
        {"type": "attachments.create", "params": {"name": "a", "size": 1, "mime_type": "a/b"}},
        501,
        "unsupported",
        "$.type",
        id="no-attachments",
    ),
    pytest.param(
        {"type": "input.transcribe", "params": {"audio_base64": "", "mime_type": "audio/mp4"}},
        501,
        "unsupported",
        "$.type",
        id="no-dictation",
    ),
    pytest.param(b'{"type":"x' + b"x" * 100_000, 413, "too_large", "", id="too-large"),
    pytest.param(
        {"type": "threads.list", "params": {"limit": -1}}, 400, "bad_request", "$.params", id="D5-negative-limit"
    ),
]


@pytest.mark.parametrize(("body", "status", "code", "path"), REFUSALS)
def test_a_refusal_says_what_and_where(wire: Wire, body: Any, status: int, code: str, path: str) -> None:
    reply = wire.post(body)
    assert (reply.status, reply.json["code"]) == (status, code)
    assert reply.json.get("path", "") == path
    assert reply.json["message"]
    assert set(reply.json) <= {"message", "code", "path"}


def test_a_refused_message_leaves_no_thread(wire: Wire) -> None:
    before = wire.ask("threads.list", limit=1000).json
    assert wire.create(attachments=["atc_none"]).status == 404
    assert wire.ask("threads.list", limit=1000).json == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(wire: Wire, method: str) -> None:
    reply = wire.request(method)
    assert reply.status == 405
    assert reply.json["message"]


FAILURES = [
    pytest.param(
        "custom",
        {"type": "error", "code": "custom", "message": "please try later", "allow_retry": True},
        id="custom",
    ),
    pytest.param("coded", {"type": "error", "code": "rate_limit", "allow_retry": False}, id="coded"),
    pytest.param("crash", {"type": "error", "code": "stream.error", "allow_retry": True}, id="crash"),
]


@pytest.mark.parametrize(("text", "event"), FAILURES)
def test_a_failure_is_told_in_band(wire: Wire, text: str, event: dict[str, Any]) -> None:
    reply = wire.create(text)
    assert reply.status == 200
    assert reply.raw_events[-1] == event
    assert b"CANARY" not in reply.body.replace(b'"text":"SECRET-CANARY"', b"")


def test_the_responder_knows_locale_headers_and_metadata(wire: Wire) -> None:
    request = {"type": "threads.create", "params": {"input": message("locale")}, "metadata": {"k": None}}
    reply = wire.post(request, {"accept-language": "de-CH,de;q=0.9", "X-App": "seven"})
    assert reply.events[3].item.content[0].text == "de-CH seven {'k': None}"


CORS = [
    pytest.param("https://page.example", "chatkit-frame-instance-id,content-type", 200, id="the-page"),
    pytest.param("https://page.example", "chatkit-device-id,authorization", 200, id="the-page-with-token"),
    pytest.param("https://page.example", "x-other", 400, id="unknown-header"),
    pytest.param("https://evil.example", "content-type", 400, id="another-page"),
]


@pytest.mark.parametrize(("origin", "asked", "status"), CORS)
def test_preflight(wire: Wire, origin: str, asked: str, status: int) -> None:
    reply = wire.request(
        "OPTIONS",
        headers={
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": asked,
        },
    )
    assert reply.status == status
    allowed = reply.headers.get("access-control-allow-origin")
    assert allowed == ("https://page.example" if origin == "https://page.example" else None)


def test_a_refusal_can_be_read_across_origins(wire: Wire) -> None:
    reply = wire.post(b"{", {"origin": "https://page.example"})
    assert reply.headers["access-control-allow-origin"] == "https://page.example"
    assert reply.headers["access-control-expose-headers"] == "x-request-id, retry-after"


def test_who_is_not_known_gets_401() -> None:
    with live(create_app(echo, identify=who)) as port:
        anyone, ann, bob = Wire(port), *(Wire(port, headers={"authorization": f"Bearer {n}"}) for n in ("ann", "bob"))
        refused = anyone.create()
        assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert refused.json["code"] == "unauthorized"
        thread = ann.thread()
        assert ann.ask("threads.get_by_id", thread_id=thread).status == 200
        assert bob.ask("threads.get_by_id", thread_id=thread).json == {"message": "no such thread", "code": "not_found"}
        assert bob.ask("threads.list").json["data"] == []


def test_the_app_is_mounted_anywhere() -> None:
    app = Starlette(routes=[Mount("/deep/down", app=create_app(echo, path="/chat"))])
    with live(app) as port:
        reply = Wire(port, "/deep/down/chat").create("there")
        assert reply.events[-1].item.content[0].text == "echo there"


def test_pings_are_one_comment_line_and_can_be_turned_off() -> None:
    import asyncio  # noqa: PLC0415 - only here

    async def slow(turn: Turn) -> Answer:
        await asyncio.sleep(0.35)
        yield turn.say("late")

    bodies = []
    for ping in (0.1, 0):
        with live(create_app(slow, ping=ping)) as port:
            bodies.append(Wire(port).create().body)
    assert bodies[0].count(b": ping\n") >= 2
    assert b": ping\n\n" not in bodies[0]
    assert b"ping" not in bodies[1]


def test_an_answer_that_goes_on_needs_no_pings() -> None:
    import asyncio  # noqa: PLC0415 - only here

    async def lively(turn: Turn) -> Answer:
        for number in range(30):
            await asyncio.sleep(0.02)
            yield turn.notice(str(number))
        await asyncio.sleep(0.5)

    with live(create_app(lively, ping=0.3)) as port:
        said, _, silent = Wire(port).create().body.rpartition(b'"29"')
    assert b"ping" not in said
    assert b": ping\n" in silent
