"""Limits: each has a setting, a clear error and an end; hosts and origins are those that are allowed, and no others."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request

from chatkit_server import Answer, Context, Limits, Turn, create_app
from chatkit_server.guarding import Guard, Origins
from chatkit_server.limits import Gate, TooMany
from support.live import live
from support.wire import Wire, frames, message

PAGE = "https://page.example"


async def echo(turn: Turn) -> Answer:
    if turn.text == "wait":
        await asyncio.sleep(30)
    yield turn.say(turn.text)


async def drip(turn: Turn) -> Answer:
    yield turn.say("first")
    for _ in range(100):
        yield turn.progress("still")
        await asyncio.sleep(0.05)


def who(http: Request) -> str:
    return http.headers["x-user"]


@pytest.fixture(scope="module")
def narrow() -> Iterator[Wire]:
    """A backend that takes short messages with few files, for one page and under two names."""
    hosts = ["chat.example", "[::1]", "127.0.0.1"]
    limits = Limits(message_length=20, attachments=2)
    with live(create_app(echo, limits=limits, allow_origins=[PAGE], allow_hosts=hosts)) as port:
        yield Wire(port)


MESSAGES = [
    pytest.param(message("x" * 20), 200, "", "", id="as long as allowed"),
    pytest.param(message("x" * 21), 413, "message", "$.params.input.content", id="too long"),
    pytest.param(
        message("x" * 10, quoted_text="y" * 11), 413, "message", "$.params.input.content", id="with its quotation"
    ),
    pytest.param(
        message("x", attachments=["a", "b", "c"]), 413, "attachments", "$.params.input.attachments", id="too many files"
    ),
    pytest.param(message("x", attachments=["a", "b"]), 404, "", "$.params.input.attachments[0]", id="as many files"),
]


@pytest.mark.parametrize(("said", "status", "reason", "path"), MESSAGES)
def test_a_message_is_as_large_as_allowed(
    narrow: Wire, said: dict[str, Any], status: int, reason: str, path: str
) -> None:
    before = narrow.ask("threads.list", limit=1000).json
    reply = narrow.ask("threads.create", input=said)
    assert reply.status == status
    if status != 200:
        assert (reply.json.get("reason", ""), reply.json["path"]) == (reason, path)
        assert narrow.ask("threads.list", limit=1000).json == before, "nothing was begun"


def nested(depth: int) -> bytes:
    """Spell a request that is so deep."""
    return b'{"type":"threads.list","metadata":{"a":' + b"[" * (depth - 2) + b"]" * (depth - 2) + b"}}"


@pytest.mark.parametrize("most", [8, 128, 256])
def test_a_request_is_nested_as_deep_as_allowed(most: int) -> None:
    with live(create_app(echo, limits=Limits(nesting=most))) as port:
        assert Wire(port).create().status == 200
        assert Wire(port).post(nested(most)).status == 200
        refused = Wire(port).post(nested(most + 1))
        assert (refused.status, refused.json["code"]) == (400, "bad_request")
        assert f"more than {most} deep" in refused.json["message"]


def test_no_app_allows_more_than_it_can_walk() -> None:
    with pytest.raises(ValueError, match="256 at most"):
        Limits(nesting=257)


def test_requests_come_as_often_as_allowed() -> None:
    with live(create_app(echo, identify=who, limits=Limits(requests_per_minute=3))) as port:
        ann, bob = (Wire(port, headers={"x-user": name}) for name in ("ann", "bob"))
        assert [ann.ask("threads.list").status for _ in range(4)] == [200, 200, 200, 429]
        refused = ann.ask("threads.list")
        assert (refused.json["code"], refused.json["reason"]) == ("too_many", "requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert bob.ask("threads.list").status == 200, "another user is not held to account"


def test_who_waited_may_ask_again() -> None:
    clock = [0.0]
    gate = Gate(Limits(requests_per_minute=2), now=lambda: clock[0])
    gate.admit("ann")
    gate.admit("ann")
    with pytest.raises(TooMany) as refused:
        gate.admit("ann")
    clock[0] += refused.value.seconds
    gate.admit("ann")
    with pytest.raises(TooMany):
        gate.admit("ann")


def test_the_quiet_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatkit_server.limits.FORGET_ABOVE", 100)
    clock = [0.0]
    gate = Gate(Limits(requests_per_minute=60), now=lambda: clock[0])
    for number in range(1000):
        clock[0] += 1
        gate.admit(f"user {number}")
    assert len(gate._busy_until) <= 100


def test_answers_stream_as_many_at_once_as_allowed() -> None:
    app = create_app(drip, identify=who, limits=Limits(streams=2))
    with live(app) as port:
        ann, bob = (Wire(port, headers={"x-user": name}) for name in ("ann", "bob"))
        body = {"type": "threads.create", "params": {"input": message("hi")}}
        with ann.open("POST", body, None) as first, ann.open("POST", body, None) as second:
            for connection in (first, second):
                next(frames(connection.getresponse()))
            refused = ann.create()
            assert (refused.status, refused.json["reason"]) == (429, "streams")
            assert ann.ask("threads.list").status == 200, "what does not stream is answered"
            with bob.open("POST", body, None) as other:
                assert other.getresponse().status == 200
        until(lambda: streams_again(ann, body))


@pytest.mark.parametrize("on_disconnect", ["stop", "finish"])
def test_who_comes_back_takes_no_second_place(on_disconnect: Any) -> None:
    app = create_app(drip, limits=Limits(streams=1), on_disconnect=on_disconnect, drain=0.1)
    with live(app) as port:
        wire = Wire(port, headers={"chatkit-frame-instance-id": "frame"})
        body = {"type": "threads.create", "params": {"input": message("hi")}}
        with wire.open("POST", body, None) as cut:
            next(frames(cut.getresponse()))
        with wire.open("POST", body, None) as again:
            response = again.getresponse()
            assert response.status == 200, response.read()
            next(frames(response))
            assert wire.create("something else").json["reason"] == "streams"


def test_who_stops_an_answer_may_ask_for_another_at_once() -> None:
    async def lingers(turn: Turn) -> Answer:
        try:
            async for event in drip(turn):
                yield event
        finally:
            await asyncio.sleep(0.1)

    with live(create_app(lingers, limits=Limits(streams=1))) as port:
        wire = Wire(port)
        for _ in range(3):
            assert streams_again(wire, {"type": "threads.create", "params": {"input": message("hi")}})


def streams_again(wire: Wire, body: dict[str, Any]) -> bool:
    with wire.open("POST", body, None) as connection:
        return connection.getresponse().status == 200


def until(holds: Any) -> None:
    """Wait, a while, for something to become true."""
    for _ in range(200):
        if holds():
            return
        threading.Event().wait(0.02)
    pytest.fail("it did not become true")


def test_a_place_is_let_go_when_the_request_is_refused() -> None:
    with live(create_app(echo, limits=Limits(streams=1))) as port:
        wire = Wire(port)
        assert [wire.say("thr_none").status for _ in range(3)] == [404] * 3
        assert wire.create().raw_events
        assert wire.create().status == 200


@pytest.mark.parametrize("text", ["wait", "drip"])
def test_an_answer_takes_as_long_as_allowed(text: str) -> None:
    responder = echo if text == "wait" else drip
    with live(create_app(responder, limits=Limits(seconds_per_answer=0.2))) as port:
        wire = Wire(port)
        events = wire.create(text).raw_events
        assert events[-1] == {
            "type": "error",
            "code": "custom",
            "message": "The answer took longer than 0.2 seconds.",
            "allow_retry": True,
        }
        stored = [item["type"] for item in wire.items(events[0]["thread"]["id"])]
        assert stored == ["user_message", "assistant_message"][: 1 if text == "wait" else 2]


def test_a_time_out_of_the_responder_s_own_is_no_limit() -> None:
    async def fails(turn: Turn) -> Answer:
        yield turn.progress("calling")
        raise TimeoutError

    with live(create_app(fails, limits=Limits(seconds_per_answer=5))) as port:
        assert Wire(port).create().raw_events[-1]["code"] == "stream.error"


ORIGINS = [
    pytest.param({}, 200, id="no browser"),
    pytest.param({"origin": PAGE}, 200, id="the page"),
    pytest.param({"origin": "http://127.0.0.1:{port}"}, 200, id="a page of the server itself"),
    pytest.param({"origin": "https://evil.example"}, 403, id="another page"),
    pytest.param({"origin": "https://page.example.evil.example"}, 403, id="one that begins alike"),
    pytest.param({"origin": "http://page.example"}, 403, id="without encryption"),
    pytest.param({"origin": "null"}, 403, id="a page of no origin"),
    # What a form can send without asking first.
    pytest.param({"origin": "https://evil.example", "content-type": "text/plain"}, 403, id="a form elsewhere"),
]


@pytest.mark.parametrize(("headers", "status"), ORIGINS)
def test_only_listed_pages_may_call(narrow: Wire, headers: dict[str, str], status: int) -> None:
    sent = {name: value.format(port=narrow.port) for name, value in headers.items()}
    reply = narrow.post({"type": "threads.list"}, sent)
    assert reply.status == status
    if status == 403:
        assert (reply.json["code"], reply.json["reason"]) == ("forbidden", "origin")
        assert "access-control-allow-origin" not in reply.headers


MISSPELLED = [
    pytest.param("https://page.example/", id="a slash at the end"),
    pytest.param("https://page.example/chat", id="a path"),
    pytest.param("https://Page.example", id="a large letter"),
    pytest.param("https://page.example:443", id="the port that goes without saying"),
    pytest.param("page.example", id="no scheme"),
    pytest.param("https://*.page.example", id="a pattern, of a kind"),
    pytest.param("", id="nothing"),
]


@pytest.mark.parametrize("origin", MISSPELLED)
def test_an_origin_that_no_browser_sends_is_refused_at_once(origin: str) -> None:
    with pytest.raises(ValueError, match="as browsers write it"):
        create_app(echo, allow_origins=[PAGE, origin])


@pytest.mark.parametrize("origin", ["http://localhost:3000", "null", "*", "chrome-extension://abc", "http://a:443"])
def test_other_origins_are_listed(origin: str) -> None:
    create_app(echo, allow_origins=[origin])


@pytest.mark.parametrize("host", ["chat.example:443", "https://chat.example", "Chat.example", "::1", "a/b", "*", ""])
def test_a_host_is_a_name_alone(host: str) -> None:
    with pytest.raises(ValueError, match="name of a host"):
        Guard(create_app(echo), hosts=[host], origins=Origins())


def test_an_app_in_front_may_decide_about_origins() -> None:
    with live(create_app(echo)) as port:
        assert Wire(port).post({"type": "threads.list"}, {"origin": "https://any.example"}).status == 200


HOSTS = [
    pytest.param("chat.example", 200, id="by name"),
    pytest.param("chat.example:8443", 200, id="with a port"),
    pytest.param("[::1]:8000", 200, id="by address"),
    pytest.param("evil.example", 403, id="a name that was bound to this address"),
    pytest.param("chat.example.evil.example", 403, id="that begins alike"),
    pytest.param("", 403, id="none"),
]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_only_known_hosts_are_served(narrow: Wire, host: str, status: int) -> None:
    reply = narrow.post({"type": "threads.list"}, {"host": host})
    assert reply.status == status
    assert status == 200 or reply.json["reason"] == "host"


def test_cookies_cross_origins_to_listed_pages_only() -> None:
    with live(create_app(echo, allow_origins=[PAGE], allow_credentials=True)) as port:
        for origin, allowed in ((PAGE, PAGE), ("https://evil.example", None)):
            asked = {"origin": origin, "access-control-request-method": "POST"}
            reply = Wire(port).request("OPTIONS", headers=asked)
            assert reply.headers.get("access-control-allow-origin") == allowed
        assert (
            Wire(port).post({"type": "threads.list"}, {"origin": PAGE}).headers["access-control-allow-credentials"]
            == "true"
        )


@pytest.mark.parametrize(
    "origins",
    [
        pytest.param({"allow_origins": ["*"]}, id="any"),
        pytest.param({"allow_origins": [PAGE], "allow_origin_regex": ".*"}, id="a pattern"),
        pytest.param({}, id="none"),
    ],
)
def test_cookies_need_listed_origins(origins: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="listed origins"):
        create_app(echo, allow_credentials=True, **origins)


@pytest.mark.parametrize("path", ["/chatkit/api", "/nowhere"])
def test_every_reply_has_the_security_headers(path: str) -> None:
    with live(create_app(echo)) as port:
        for reply in (Wire(port, path).create(), Wire(port, path).post(b"{"), Wire(port, path).request("GET")):
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert reply.headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
            assert reply.headers["cache-control"]


NAMES = [
    pytest.param({"user": "ann"}, {"user": "ann", "tenant": "acme"}, id="with and without a tenant"),
    pytest.param({"user": "ann", "tenant": "acme"}, {"user": "ann", "tenant": "zeta"}, id="two tenants"),
    pytest.param({"user": "b", "tenant": "a/b"}, {"user": "b/b", "tenant": "a"}, id="slashes"),
    pytest.param({"user": "ann", "tenant": "acme"}, {"user": "acme ann"}, id="a name like both"),
]


@pytest.mark.parametrize(("one", "other"), NAMES)
def test_no_two_users_are_kept_under_one_name(one: dict[str, str], other: dict[str, str]) -> None:
    assert Context(**one).owner != Context(**other).owner


@pytest.mark.parametrize("names", [{"user": ""}, {"user": "acme\x1fann"}, {"user": "ann", "tenant": "a\x1fb"}])
def test_a_name_cannot_reach_into_a_tenant(names: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="U\\+001F"):
        Context(**names)
