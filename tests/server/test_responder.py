"""What a user of the package writes: responders, hooks, actions, helpers."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from chatkit_protocol import (
    Annotation,
    CustomTask,
    StructuredInputFreeform,
    ThoughtTask,
    URLSource,
    WorkflowSummary,
)
from chatkit_protocol.requests import ThreadsList
from chatkit_server import Answer, Audio, Context, MemoryStore, Turn, action, create_app
from chatkit_server.ids import IdKind
from chatkit_server.responder import collect
from chatkit_server.routes import ROUTES, Route, streams, table
from chatkit_server.turn import Backend
from support.live import live
from support.wire import Wire, message


class Everything:
    """A responder with every hook."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    async def respond(self, turn: Turn) -> Answer:
        yield turn.say("one")
        await asyncio.sleep(0.05)
        yield turn.say("two")

    async def feedback(self, turn: Turn, item_ids: list[str], kind: str) -> None:
        self.told.append((turn.thread.id, item_ids, kind))

    async def transcribe(self, turn: Turn, audio: Audio) -> str:
        return f"{len(audio.data)} bytes of {audio.media_type} from {turn.user}"

    async def title(self, turn: Turn) -> str | None:
        if turn.text == "crash":
            raise RuntimeError("CANARY")
        await asyncio.sleep(0.2 if turn.text == "late" else 0.02)
        return None if turn.text == "none" else f"About {turn.text}"


@pytest.fixture
def everything() -> Iterator[tuple[Everything, Wire]]:
    app = Everything()
    with live(create_app(app, strict=True)) as port:
        yield app, Wire(port)


def test_feedback_reaches_the_app(everything: tuple[Everything, Wire]) -> None:
    app, wire = everything
    thread = wire.thread()
    reply = wire.ask("items.feedback", thread_id=thread, item_ids=["a", "b"], kind="negative")
    assert reply.json == {}
    assert app.told == [(thread, ["a", "b"], "negative")]
    assert wire.ask("items.feedback", thread_id="thr_none", item_ids=[], kind="positive").status == 404
    bad = wire.ask("items.feedback", thread_id=thread, item_ids=[], kind="so-so")
    assert (bad.status, bad.json["path"]) == (400, "$.params.kind")


SPEECH = [
    pytest.param("AAEC", "audio/webm;codecs=opus", "3 bytes of audio/webm from local", id="webm"),
    pytest.param("AA EC\n", "audio/mp4", "3 bytes of audio/mp4 from local", id="white-space"),
    pytest.param("", "audio/ogg;codecs=opus", "0 bytes of audio/ogg from local", id="empty"),
]


@pytest.mark.parametrize(("data", "mime_type", "text"), SPEECH)
def test_dictation(everything: tuple[Everything, Wire], data: str, mime_type: str, text: str) -> None:
    reply = everything[1].ask("input.transcribe", audio_base64=data, mime_type=mime_type)
    assert reply.json == {"text": text}


@pytest.mark.parametrize("data", ["?", "A", "AAE", "Ä"], ids=["sign", "one", "no-padding", "not-ascii"])
def test_what_is_not_base64_is_refused(everything: tuple[Everything, Wire], data: str) -> None:
    reply = everything[1].ask("input.transcribe", audio_base64=data, mime_type="audio/mp4")
    assert (reply.status, reply.json["path"]) == (400, "$.params.audio_base64")


TITLES = [
    pytest.param("cats", ["thread.item.done", "thread.item.done", "thread.updated"], "About cats", id="during"),
    pytest.param("late", ["thread.item.done", "thread.item.done", "thread.updated"], "About late", id="after"),
    pytest.param("none", ["thread.item.done", "thread.item.done"], None, id="none"),
    pytest.param("crash", ["thread.item.done", "thread.item.done"], None, id="failing"),
]


@pytest.mark.parametrize(("text", "kinds", "title"), TITLES)
def test_a_title_comes_while_the_answer_streams(
    everything: tuple[Everything, Wire], text: str, kinds: list[str], title: str | None
) -> None:
    wire = everything[1]
    reply = wire.create(text)
    assert [e["type"] for e in reply.raw_events][3:] == kinds
    thread = reply.raw_events[0]["thread"]["id"]
    assert wire.ask("threads.get_by_id", thread_id=thread).json.get("title") == title
    if title:
        assert wire.say(thread, "again").of("thread.updated") == [], "a title is asked for once"


class Move(msgspec.Struct):
    to: str
    by: int = 1


@action("move", payload=Move)
async def move(turn: Turn, payload: Move) -> Answer:
    yield turn.notice(f"{payload.to} {payload.by}")


@action("*")
async def anything(turn: Turn, payload: Any) -> Answer:
    assert turn.action
    yield turn.notice(f"{turn.action.type} {json.dumps(payload)}")


async def quiet(turn: Turn) -> Answer:
    yield turn.end_of_turn()


def test_actions_are_found_by_type_then_by_star() -> None:
    with live(create_app(quiet, actions=[move, anything])) as port:
        wire = Wire(port)
        thread = wire.thread()
        said = [
            wire.ask("threads.custom_action", thread_id=thread, action=asked).raw_events[-1]["message"]
            for asked in ({"type": "move", "payload": {"to": "x"}}, {"type": "other"})
        ]
        assert said == ["x 1", "other null"]
        bad = wire.ask("threads.custom_action", thread_id=thread, action={"type": "move", "payload": {"to": 1}})
        assert (bad.status, bad.json["path"]) == (400, "$.params.action.payload.to")


class Doubled:
    @action("a")
    async def one(self, turn: Turn, payload: Any) -> None: ...

    @action("a")
    async def two(self, turn: Turn, payload: Any) -> None: ...

    async def respond(self, turn: Turn) -> Answer:
        yield turn.say("")


async def coroutine(turn: Turn) -> None: ...


WRONG: list[Any] = [
    pytest.param(lambda: collect(object()), "async generator", id="no-respond"),
    pytest.param(lambda: collect(Everything), "async generator", id="a-class"),
    pytest.param(lambda: collect(coroutine), "not a coroutine", id="a-coroutine"),
    pytest.param(lambda: collect(Doubled()), "two handlers take the action 'a'", id="two-handlers"),
    pytest.param(lambda: collect(quiet, actions=[quiet]), "not marked with @action", id="not-marked"),
    pytest.param(lambda: table(ROUTES[1:]), "no handler for ThreadsCreate", id="a-missing-row"),
    pytest.param(lambda: table((*ROUTES, ROUTES[0])), "ThreadsCreate has two rows", id="two-rows"),
    pytest.param(
        lambda: table((*ROUTES[1:], Route(ROUTES[0].request, ROUTES[0].handler, streaming=False))),
        "row of the wrong kind",
        id="wrong-kind",
    ),
    pytest.param(lambda: table([streams(ThreadsList, ROUTES[0].handler)]), "row of the wrong kind", id="list-streams"),
]


@pytest.mark.parametrize(("build", "says"), WRONG)
def test_mistakes_are_told_at_start(build: Callable[[], object], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        build()


def numbered() -> Callable[[IdKind], str]:
    counts: dict[str, int] = {}

    def new_id(kind: IdKind) -> str:
        counts[kind] = counts.get(kind, 0) + 1
        return f"{kind}_{counts[kind]}"

    return new_id


def test_ids_and_time_come_in_from_outside() -> None:
    with live(create_app(quiet, new_id=numbered())) as port:
        events = Wire(port).create().raw_events
    assert [e["item"]["id"] for e in events if "item" in e] == ["message_1", "message_2"]
    assert events[0]["thread"]["id"] == "thread_1"


async def show_all(turn: Turn) -> Answer:
    source = URLSource(title="Site", url="https://site.example")
    yield turn.progress("working", "bolt")
    yield turn.say("text", [Annotation(source=source, index=2)])
    yield turn.stream("abc")
    flow = turn.workflow("reasoning", expanded=True)
    yield flow.start()
    yield flow.add(ThoughtTask(content="hm"))
    yield flow.change(ThoughtTask(content="hmm"))
    yield flow.finish()
    named = turn.workflow()
    yield named.start()
    yield named.finish("Named", expanded=True)
    summed = turn.workflow()
    yield summed.start()
    yield summed.finish(WorkflowSummary(title="Own", icon="bolt"))
    yield turn.task(CustomTask(title="t"))
    yield turn.image("https://img.example/x.png")
    yield turn.effect("zoom", {"to": None})
    yield turn.notice("careful", "warning", "Mind")
    yield turn.hidden("x")
    yield turn.ask(StructuredInputFreeform(id="q", question="?"))
    yield turn.client_tool("locate", {"a": None})
    yield turn.end_of_turn()


def test_the_helpers_build_what_the_wire_wants() -> None:
    with live(create_app(show_all, strict=True)) as port:
        wire = Wire(port)
        reply = wire.create()
        assert not reply.of("error")
        done = [e["item"] for e in reply.of("thread.item.done")]
        assert done == wire.items(reply.raw_events[0]["thread"]["id"])
    assert [i["type"] for i in done] == [
        "user_message",
        "assistant_message",
        "assistant_message",
        "workflow",
        "workflow",
        "workflow",
        "task",
        "generated_image",
        "structured_input",
        "client_tool_call",
        "end_of_turn",
    ]
    assert done[2]["content"] == [{"type": "output_text", "text": "abc", "annotations": []}]
    assert [w["workflow"]["summary"] for w in done[3:6]] == [
        {"duration": 0},
        {"title": "Named"},
        {"title": "Own", "icon": "bolt"},
    ]
    assert [w["workflow"]["expanded"] for w in done[3:6]] == [False, True, False]
    assert done[9]["arguments"] == {"a": None}
    assert reply.of("client_effect")[0]["data"] == {"to": None}


def test_history_is_oldest_first_with_hidden_items() -> None:
    seen: list[list[str]] = []

    async def respond(turn: Turn) -> Answer:
        yield turn.hidden("note")
        seen.extend([[type(item).__name__ for item in await turn.history(limit)] for limit in (None, 1, 3, 0)])

    with live(create_app(respond)) as port:
        wire = Wire(port)
        wire.say(wire.thread(), "again")
    turn_items = ["UserMessageItem", "HiddenContextItem"]
    assert seen[4:] == [turn_items * 2, turn_items[1:], (turn_items * 2)[1:], []]


def test_long_histories_come_in_several_pages() -> None:
    async def run() -> list[str]:
        store = MemoryStore()
        turn = Turn(Backend(hooks=collect(quiet), store=store), Context(), ThreadsList())
        from chatkit_protocol import ThreadMetadata  # noqa: PLC0415 - only here

        turn.enter(ThreadMetadata(id="t", created_at=turn.now()))
        await store.save_thread(turn.user, turn.thread)
        for number in range(2500):
            await store.save_item(turn.user, "t", turn.say(str(number)).item)
        return [i.content[0].text for i in await turn.history()]  # type: ignore[union-attr]

    assert asyncio.run(run()) == [str(number) for number in range(2500)]


def test_the_text_of_a_message_has_its_tags() -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.say(turn.text)

    parts = [{"type": "input_text", "text": "ask "}, {"type": "input_tag", "id": "1", "text": "Ann"}]
    with live(create_app(respond)) as port:
        reply = Wire(port).ask("threads.create", input=message("") | {"content": parts})
    assert reply.events[-1].item.content[0].text == "ask @Ann"


@pytest.mark.parametrize("allow", [True, False])
def test_the_stop_button_shows_or_not(allow: bool) -> None:
    with live(create_app(quiet, allow_cancel=allow)) as port:
        reply = Wire(port).create()
    assert reply.of("stream_options") == [{"type": "stream_options", "stream_options": {"allow_cancel": allow}}]


def test_strict_turns_a_broken_lifecycle_into_an_error(caplog: pytest.LogCaptureFixture) -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.say("x")
        yield turn.remove("msg_ghost")
        yield turn.say("y")

    texts = []
    for strict in (True, False):
        with live(create_app(respond, strict=strict)) as port:
            texts.append([e["type"] for e in Wire(port).create().raw_events][3:])
        assert "item.removed.unseen" in caplog.text
        caplog.clear()
    assert texts == [
        ["thread.item.done", "error"],
        ["thread.item.done", "thread.item.removed", "thread.item.done"],
    ]


async def misspelt_item(turn: Turn) -> Answer:
    yield turn.say("good")
    yield turn.say(7)  # type: ignore[arg-type]


async def misspelt_title(turn: Turn) -> Answer:
    turn.thread.title = 7  # type: ignore[assignment]
    yield turn.say("good")


@pytest.mark.parametrize("respond", [misspelt_item, misspelt_title])
def test_a_field_of_the_wrong_type_is_an_error_and_the_thread_stays_readable(
    respond: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with live(create_app(respond)) as port:
        wire = Wire(port)
        reply = wire.create()
        assert reply.of("error") == [{"type": "error", "code": "stream.error", "allow_retry": True}]
        thread = reply.raw_events[0]["thread"]["id"]
        assert [i["type"] for i in wire.items(thread)] == ["user_message", "assistant_message"]
        assert wire.ask("threads.list").status == 200
    assert "Expected `str" in caplog.text


class Failing:
    """An app whose hooks fail."""

    async def respond(self, turn: Turn) -> Answer:
        yield turn.say("fine")

    async def feedback(self, turn: Turn, item_ids: list[str], kind: str) -> None:
        raise RuntimeError("CANARY")


def test_a_failure_of_a_json_request_is_a_plain_500(caplog: pytest.LogCaptureFixture) -> None:
    with live(create_app(Failing())) as port:
        wire = Wire(port)
        reply = wire.ask("items.feedback", thread_id=wire.thread(), item_ids=[], kind="positive")
    assert (reply.status, reply.json["code"]) == (500, "internal")
    assert b"CANARY" not in reply.body
    assert "CANARY" in caplog.text, "whoever runs it finds the cause in the log"


def test_feedback_without_a_hook_is_accepted() -> None:
    with live(create_app(quiet)) as port:
        wire = Wire(port)
        assert wire.ask("items.feedback", thread_id=wire.thread(), item_ids=[], kind="positive").json == {}
