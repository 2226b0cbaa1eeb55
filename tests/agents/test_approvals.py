"""Tools that need the user's word: asked in the thread, and the run goes on from its saved state."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents import Agent, HostedMCPTool, Model, RunContextWrapper, function_tool
from chatkit_agents import Activity, Approvals, ToolContext, agent_responder, approval_card, choose, stop_at
from chatkit_agents.approvals import ACTION, Decision, readable
from chatkit_agents.approvals import ApprovalRequest as Request
from chatkit_agents.paused import PausedRun, decide, is_paused_run
from chatkit_conformance.fake_model import scripted
from chatkit_protocol.items import ThreadItem
from chatkit_protocol.requests import ThreadsList
from chatkit_protocol.threads import ThreadMetadata
from chatkit_server import Answer, Context, MemoryStore, SQLiteStore, Turn, create_app
from chatkit_server.errors import CustomStreamError
from chatkit_server.ids import utc_now
from chatkit_server.responder import Respond
from chatkit_server.stores.postgres import PostgresStore
from support.demo import JSON, Client, answers, kinds, last, play
from support.model_server import Fake, fake_model
from support.postgres import postgres_store

DIALECTS = [pytest.param("responses", id="responses"), pytest.param("chat", id="chat")]
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)
SECRET = "sk-HEADER-CANARY-135"
Script = Callable[[Client], Awaitable[Any]]
Wrapper = RunContextWrapper[ToolContext[Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[Fake]:
    with fake_model() as fake:
        yield fake


@pytest.fixture
def fake(server: Fake) -> Fake:
    server.log.clear()
    RAN.clear()
    return server


RAN: list[str] = []


@function_tool(needs_approval=True)
async def send_mail(wrapper: Wrapper, to: str, subject: str) -> str:
    RAN.append(to)
    wrapper.context.notice(f"sent to {to} by {wrapper.context.turn.user}")
    return f"sent to {to}"


async def is_far(_wrapper: Any, arguments: JSON, _call_id: str) -> bool:
    return bool(arguments["city"] == "Tokyo")


@function_tool(needs_approval=is_far)
async def travel(city: str) -> str:
    RAN.append(city)
    return f"in {city}"


@function_tool
async def ask_page(wrapper: Wrapper) -> str:
    wrapper.context.client_tool("ask", {"what": "theme"})
    return "asked"


def one(model: Model) -> Agent[Any]:
    return Agent(name="One", instructions="FIRST", model=model, tools=[send_mail, travel])


def wrap(respond: Respond) -> Respond:
    async def own(turn: Turn) -> Answer:
        yield respond(turn)

    return own


class Bench:
    """An agent behind the app, with the fake model behind it."""

    def __init__(self, fake: Fake, dialect: str = "responses", made: Callable[[Model], Agent[Any]] = one) -> None:
        self.fake = fake
        self.dialect = dialect
        self.made = made

    def play(
        self,
        script: Script,
        store: Any = None,
        *,
        wrapped: bool = False,
        thread_wait: float | None = 20,
        **options: Any,
    ) -> Any:
        """Run a conversation with an app made anew, in a loop of its own."""
        provider = choose(self.fake.environment(self.dialect, LLM_MODELS="large"), max_retries=0)
        respond = agent_responder(self.made(provider.model), models=provider.models, **options)
        common: Any = {"store": store, "strict": True, "identify": lambda _http: Context(headers={"key": SECRET})}
        common["thread_wait"] = thread_wait
        app = (
            create_app(wrap(respond), actions=[respond.decide], **common) if wrapped else create_app(respond, **common)
        )

        async def closing(client: Client) -> Any:
            try:
                return await script(client)
            finally:
                await app.state.backend.store.aclose()
                await provider.aclose()

        return play(closing, app)

    @property
    def told(self) -> list[JSON]:
        """What the model was sent last: the messages of either dialect, as (kind, text) would have them."""
        body = self.fake.log[-1]["body"]
        messages: list[JSON] = body.get("messages") or body["input"]
        return messages


def outputs(told: list[JSON]) -> dict[str, str]:
    """Give what tools answered, by call id."""
    given = [(m.get("call_id") or m.get("tool_call_id"), m.get("output") or m.get("content")) for m in told]
    found = {m.get("type", m.get("role")) for m in told}
    assert found & {"function_call_output", "tool"}
    kinds_of_output = {"function_call_output", "tool"}
    return {
        str(i): str(text)
        for (i, text), m in zip(given, told, strict=True)
        if m.get("type", m.get("role")) in kinds_of_output
    }


MAIL = scripted(["call", "send_mail", {"to": "ada@example.com", "subject": "Hi"}], ["then"], ["text", "All done."])


async def reply(client: Client, item: JSON, **given: Any) -> list[JSON]:
    return await client.stream(
        "threads.add_structured_input", thread_id=client.thread_id, item_id=item["id"], input=given
    )


def values(item: JSON, *said: str) -> JSON:
    """Answer the questions of an item in order."""
    ids = [question["id"] for question in item["inputs"]]
    return {"answers": {name: {"values": [word]} for name, word in zip(ids, said, strict=True)}}


ANSWERS = [
    pytest.param({"said": "Allow"}, ["ada@example.com"], "sent to ada@example.com", id="allow"),
    pytest.param({"said": "Do not allow"}, [], "The user did not allow this call, and it did not run.", id="refuse"),
    pytest.param({"status": "skipped"}, [], "The user did not allow this call, and it did not run.", id="skip"),
    pytest.param({"said": "allow"}, [], "and it did not run. The user said: allow", id="other-words"),
    pytest.param({"said": "Write to Bob instead."}, [], "The user said: Write to Bob instead.", id="words"),
]


@each_dialect
@pytest.mark.parametrize(("answer", "ran", "output"), ANSWERS)
def test_the_user_is_asked_and_the_run_goes_on(
    fake: Fake, dialect: str, answer: JSON, ran: list[str], output: str
) -> None:
    bench = Bench(fake, dialect)

    async def script(client: Client) -> tuple[list[JSON], list[JSON], list[JSON]]:
        await client.say(scripted(["text", "Hello."]))
        asked = await client.say(MAIL)
        assert RAN == []
        given = values(last(asked), answer["said"]) if "said" in answer else answer
        return asked, await reply(client, last(asked), **given), await client.items()

    asked, resumed, items = bench.play(script)
    question = last(asked)
    assert question["type"] == "structured_input"
    assert question["inputs"][0]["question"] == "Allow “Send mail”?\nto: ada@example.com\nsubject: Hi"
    assert [option["value"] for option in question["inputs"][0]["options"]] == ["Allow", "Do not allow"]
    assert kinds(asked)[-1] == "thread.item.done"
    assert ran == RAN
    assert resumed[1]["type"] == "thread.item.replaced"
    assert resumed[1]["item"]["status"] == answer.get("status", "answered")
    assert [e["message"] for e in resumed if e["type"] == "notice"] == [f"sent to {to} by local" for to in ran]
    assert answers(resumed) == ["All done."]
    assert [e for e in resumed if e["type"] == "error"] == []
    roles = [m.get("role") or m["type"] for m in bench.told]
    assert roles in (
        ["user", "assistant", "user", "function_call", "function_call_output"],
        ["system", "user", "assistant", "user", "assistant", "tool"],
    )
    assert next(iter(outputs(bench.told).values())).endswith(output)
    everything = json.dumps([asked, resumed, items])
    assert "paused_run" not in everything
    assert "schemaVersion" not in everything
    assert [i["type"] for i in items[2:]] == ["user_message", "structured_input", "assistant_message"]


@each_dialect
def test_several_calls_are_asked_for_at_once_and_each_is_answered(fake: Fake, dialect: str) -> None:
    calls = [["call", "send_mail", {"to": to, "subject": "Hi"}] for to in ("ada", "bob", "eve")]
    bench = Bench(fake, dialect)

    async def script(client: Client) -> list[JSON]:
        asked = last(await client.say(scripted(*calls, ["then"], ["text", "Done."])))
        return await reply(client, asked, **values(asked, "Allow", "Do not allow", "Allow"))

    assert answers(bench.play(script)) == ["Done."]
    assert sorted(RAN) == ["ada", "eve"]
    told = [text for _, text in sorted(outputs(bench.told).items())]
    assert [text.startswith("sent to") for text in told] == [True, False, True]


def test_a_callable_decides_which_calls_need_it(fake: Fake) -> None:
    near, far = (scripted(["call", "travel", {"city": city}], ["then"], ["text", "There."]) for city in CITIES)

    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        return await client.say(near), await client.say(far)

    here, there = Bench(fake).play(script)
    assert answers(here) == ["There."]
    assert last(there)["inputs"][0]["question"] == "Allow “Travel”?\ncity: Tokyo"
    assert RAN == ["Rome"]


CITIES = ("Rome", "Tokyo")


def handing_over(model: Model) -> Agent[Any]:
    second: Agent[Any] = Agent(name="second", instructions="SECOND", model=model, tools=[send_mail])
    return Agent(name="first", instructions="FIRST", model=model, handoffs=[second])


@each_dialect
def test_after_a_handoff_the_agent_that_asked_goes_on(fake: Fake, dialect: str, tmp_path: Path) -> None:
    steps = [["call", "transfer_to_second"], ["then"], ["call", "send_mail", {"to": "ada", "subject": "Hi"}], ["then"]]
    bench = Bench(fake, dialect, handing_over)

    async def begin(client: Client) -> tuple[str, JSON]:
        return client.thread_id, last(await client.say(scripted(*steps, ["text", "Done."])))

    thread, asked = restarted(bench, tmp_path, begin)
    events = bench.play(in_thread(thread, lambda c: reply(c, asked, **values(asked, "Allow"))), store_in(tmp_path))
    assert answers(events) == ["Done."]
    assert RAN == ["ada"]
    body = fake.log[-1]["body"]
    assert (body.get("instructions") or body["messages"][0]["content"]) == "SECOND"


def store_in(folder: Path) -> SQLiteStore:
    return SQLiteStore(folder / "threads.sqlite3")


def restarted(bench: Bench, folder: Path, begin: Script, **options: Any) -> tuple[str, JSON]:
    """Play a beginning; give the thread and the item that asks. What follows is played by an app of its own."""

    async def script(client: Client) -> tuple[str, JSON]:
        _, asked = await begin(client)
        return client.thread_id, asked

    found: tuple[str, JSON] = bench.play(script, store_in(folder), **options)
    return found


def in_thread(thread_id: str, script: Script) -> Script:
    async def run(client: Client) -> Any:
        client.thread_id = thread_id
        return await script(client)

    return run


async def ask_for_mail(client: Client) -> tuple[str, JSON]:
    await client.say(scripted(["text", "Hello."]))
    asked = last(await client.say(MAIL, inference_options={"model": "large"}))
    return client.thread_id, asked


@each_dialect
def test_the_run_survives_a_restart_and_keeps_the_model_that_was_chosen(
    fake: Fake, dialect: str, tmp_path: Path
) -> None:
    bench = Bench(fake, dialect)
    thread, asked = restarted(bench, tmp_path, ask_for_mail)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"schemaVersion" in kept
    assert SECRET.encode() not in kept
    assert fake.environment(dialect)["LLM_API_KEY"].encode() not in kept
    events = bench.play(in_thread(thread, lambda c: reply(c, asked, **values(asked, "Allow"))), store_in(tmp_path))
    assert answers(events) == ["All done."]
    assert RAN == ["ada@example.com"]
    assert [entry["body"]["model"] for entry in fake.log] == ["default", "large", "large"]


def test_an_agent_that_is_gone_is_told_of_clearly(fake: Fake, tmp_path: Path) -> None:
    steps = [["call", "transfer_to_second"], ["then"], ["call", "send_mail", {"to": "ada", "subject": "Hi"}]]

    async def begin(client: Client) -> tuple[str, JSON]:
        return client.thread_id, last(await client.say(scripted(*steps)))

    thread, asked = restarted(Bench(fake, made=handing_over), tmp_path, begin)
    script = in_thread(thread, lambda c: reply(c, asked, **values(asked, "Allow")))
    events = Bench(fake).play(script, store_in(tmp_path))
    assert "the assistant has changed" in events[-1]["message"]
    assert (events[-1]["code"], events[-1]["allow_retry"]) == ("custom", False)
    assert RAN == []


@each_dialect
def test_a_question_is_closed_when_the_thread_goes_on(fake: Fake, dialect: str) -> None:
    bench = Bench(fake, dialect)

    async def script(client: Client) -> tuple[JSON, list[JSON], Any, list[JSON]]:
        asked = last(await client.say(MAIL))
        later = await client.say(scripted(["text", "Something else."]))
        refused = await client.post(
            "threads.add_structured_input",
            thread_id=client.thread_id,
            item_id=asked["id"],
            input=values(asked, "Allow"),
        )
        return asked, later, refused, await client.items()

    asked, later, refused, items = bench.play(script)
    closed = next(e["item"] for e in later if e["type"] == "thread.item.replaced")
    assert (closed["id"], closed["status"]) == (asked["id"], "skipped")
    assert answers(later) == ["Something else."]
    assert (refused.status_code, refused.json()["message"]) == (400, "already skipped")
    assert closed in items
    assert RAN == []
    assert "(skipped)" in json.dumps(bench.told)
    assert "paused_run" not in json.dumps(bench.told)


def test_a_question_that_was_retried_away_is_not_found(fake: Fake) -> None:
    async def script(client: Client) -> tuple[JSON, JSON, Any]:
        asked = last(await client.say(MAIL))
        message = (await client.items())[0]
        where = {"thread_id": client.thread_id}
        again = last(await client.stream("threads.retry_after_item", **where, item_id=message["id"]))
        stale = await client.post(
            "threads.add_structured_input", **where, item_id=asked["id"], input=values(asked, "Allow")
        )
        assert answers(await reply(client, again, **values(again, "Allow"))) == ["All done."]
        return asked, again, stale

    asked, again, stale = Bench(fake).play(script)
    assert asked["id"] != again["id"]
    assert stale.status_code == 404
    assert RAN == ["ada@example.com"]


def test_of_three_answers_at_once_only_one_runs_the_tool(fake: Fake, tmp_path: Path) -> None:
    async def script(client: Client) -> list[list[JSON]]:
        asked = last(await client.say(MAIL))
        return await asyncio.gather(*(reply(client, asked, **values(asked, "Allow")) for _ in range(3)))

    streams = Bench(fake).play(script, store_in(tmp_path), thread_wait=None)
    assert RAN == ["ada@example.com"]
    said = [answers(events) for events in streams]
    errors = [e["message"] for events in streams for e in events if e["type"] == "error"]
    assert sorted(said) == [[], [], ["All done."]]
    assert all("This question is closed" in message for message in errors)
    assert len(errors) == 2


STORES: dict[str, Callable[[Path], Any]] = {
    "sqlite": lambda folder: [store_in(folder) for _ in range(4)],
    "postgres": lambda folder: [
        PostgresStore(made.url, schema=made.schema) for made in [postgres_store(folder.name)] for _ in range(4)
    ],
}


@pytest.mark.parametrize("made", STORES.values(), ids=STORES)
def test_of_four_processes_that_take_a_run_up_at_once_one_gets_it(made: Callable[[Path], Any], tmp_path: Path) -> None:
    async def story() -> None:
        stores = made(tmp_path)
        request = Request(call_id="c", tool="t", title="T", arguments={}, agent="a")
        thread = ThreadMetadata(id="t", created_at=utc_now())
        for number in range(5):
            paused = PausedRun(shown=f"i{number}", state={"x": 1}, requests=[request])
            await stores[0].save_thread("local", thread)
            await stores[0].save_item("local", "t", paused.item({"thread_id": "t", "created_at": utc_now()}))
            taken = await asyncio.gather(*(take(store, paused.shown) for store in stores), return_exceptions=True)
            assert [type(one).__name__ for one in taken].count("PausedRun") == 1
            assert sum(isinstance(one, CustomStreamError) for one in taken) == 3
        for store in stores:
            await store.aclose()

    async def take(store: Any, shown: str) -> PausedRun:
        backend = create_app(agent_responder(Agent(name="One")), store=store).state.backend
        turn = Turn(backend, Context(), ThreadsList())
        await turn.load("t")
        return await decide(turn, shown, [Decision(approve=True)])

    asyncio.run(story())


class Slow(MemoryStore):
    """Takes its time with a run that is taken up."""

    async def save_item(self, user: str, thread_id: str, item: ThreadItem) -> None:
        if is_paused_run(item):
            await asyncio.sleep(0.1)
        await super().save_item(user, thread_id, item)


def test_a_message_and_an_answer_at_once_are_both_served(fake: Fake) -> None:
    async def script(client: Client) -> list[list[JSON]]:
        asked = last(await client.say(MAIL))
        said = client.say(scripted(["text", "Something else."]))
        return await asyncio.gather(reply(client, asked, **values(asked, "Allow")), said)

    streams = Bench(fake).play(script, Slow())
    assert [e for events in streams for e in events if e["type"] == "error"] == []
    assert [answers(events)[-1] for events in streams] == ["All done.", "Something else."]
    assert RAN == ["ada@example.com"]


def test_a_run_may_ask_more_than_once(fake: Fake) -> None:
    calls = [[["call", "send_mail", {"to": to, "subject": "Hi"}], ["then"]] for to in ("ada", "bob")]

    async def script(client: Client) -> tuple[JSON, list[JSON], list[JSON]]:
        first = last(await client.say(scripted(*calls[0], *calls[1], ["text", "Done."])))
        again = await reply(client, first, **values(first, "Do not allow"))
        return first, again, await reply(client, last(again), **values(last(again), "Allow"))

    first, again, done = Bench(fake).play(script)
    assert "to: ada" in first["inputs"][0]["question"]
    assert "to: bob" in last(again)["inputs"][0]["question"]
    assert answers(done) == ["Done."]
    assert RAN == ["bob"]


@each_dialect
def test_the_result_of_a_tool_of_the_page_goes_on_with_the_chosen_model(fake: Fake, dialect: str) -> None:
    async def script(client: Client) -> list[JSON]:
        turn = scripted(["call", "ask_page"], ["then"], ["text", "Thanks."])
        await client.say(turn, inference_options={"model": "large"})
        return await client.stream("threads.add_client_tool_output", thread_id=client.thread_id, result="dark")

    assert answers(Bench(fake, dialect, paging).play(script)) == ["Thanks."]
    assert [entry["body"]["model"] for entry in fake.log] == ["large", "large"]


def clicked(client: Client, item: JSON, **payload: Any) -> Awaitable[list[JSON]]:
    action = {"type": ACTION, "payload": payload}
    return client.stream("threads.custom_action", thread_id=client.thread_id, item_id=item["id"], action=action)


def buttons(item: JSON) -> list[JSON]:
    """Give the payloads of the buttons of a widget."""
    if not isinstance(item, dict):
        return []
    own = [item["onClickAction"]["payload"]] if item.get("type") == "Button" else []
    return own + [payload for child in item.get("children", ()) for payload in buttons(child)]


def test_a_widget_may_ask_instead_call_by_call(fake: Fake, tmp_path: Path) -> None:
    calls = [["call", "send_mail", {"to": to, "subject": "Hi"}] for to in ("ada", "bob")]
    bench = Bench(fake)
    options = {"approvals": Approvals(widget=approval_card)}

    async def begin(client: Client) -> tuple[str, JSON]:
        return client.thread_id, last(await client.say(scripted(*calls, ["then"], ["text", "Done."])))

    thread, asked = restarted(bench, tmp_path, begin, **options)
    assert asked["type"] == "widget"
    assert "to: ada" in json.dumps(asked)
    offered = buttons(asked["widget"])
    assert [payload["approve"] for payload in offered] == [True, False, True, False]

    async def first(client: Client) -> list[JSON]:
        return await clicked(client, asked, **offered[0])

    async def second(client: Client) -> tuple[list[JSON], list[JSON]]:
        return await clicked(client, asked, **offered[3]), await clicked(client, asked, **offered[2])

    half = bench.play(in_thread(thread, first), store_in(tmp_path), **options)
    assert RAN == []
    assert kinds(half) == ["stream_options", "thread.item.replaced"]
    assert buttons(half[1]["item"]["widget"]) == offered[2:]
    whole, late = bench.play(in_thread(thread, second), store_in(tmp_path), **options)
    assert buttons(whole[1]["item"]["widget"]) == []
    assert "Not allowed" in json.dumps(whole[1])
    assert answers(whole) == ["Done."]
    assert RAN == ["ada"]
    assert "This question is closed" in late[-1]["message"]


def test_an_app_that_wraps_the_agent_passes_on_the_clicks(fake: Fake) -> None:
    async def script(client: Client) -> list[JSON]:
        return await clicked(client, last(await client.say(MAIL)), approve=True)

    events = Bench(fake).play(script, wrapped=True, approvals=Approvals(widget=approval_card))
    assert answers(events) == ["All done."]
    assert RAN == ["ada@example.com"]


def test_a_widget_is_closed_when_the_thread_goes_on(fake: Fake) -> None:
    async def script(client: Client) -> tuple[list[JSON], list[JSON]]:
        asked = last(await client.say(MAIL))
        later = await client.say(scripted(["text", "Something else."]))
        return later, await clicked(client, asked, approve=True)

    later, late = Bench(fake).play(script, approvals=Approvals(widget=approval_card))
    assert buttons(next(e["item"] for e in later if e["type"] == "thread.item.replaced")["widget"]) == []
    assert late[-1]["type"] == "error"
    assert RAN == []


def test_the_app_has_its_own_words(fake: Fake) -> None:
    asked = Approvals(words=lambda turn, r: f"{turn.user}: {r.agent} {r.tool} {r.arguments['to']}?", allow="Ja")

    async def script(client: Client) -> list[JSON]:
        question = last(await client.say(MAIL))
        assert question["inputs"][0]["question"] == "local: One send_mail ada@example.com?"
        return await reply(client, question, **values(question, "Ja"))

    assert answers(Bench(fake).play(script, approvals=asked)) == ["All done."]


def with_mcp(model: Model) -> Agent[Any]:
    config: Any = {
        "type": "mcp",
        "server_label": "fake",
        "server_url": "https://example.com/mcp",
        "headers": {"x-key": SECRET},
        "authorization": SECRET,
        "require_approval": "always",
    }
    return Agent(name="One", model=model, tools=[HostedMCPTool(tool_config=config)])


def test_calls_of_hosted_mcp_servers_are_asked_for_and_their_keys_stay_out_of_the_store(
    fake: Fake, tmp_path: Path
) -> None:
    steps = [["mcp_approval", "lookup", {"what": "boats"}], ["then"], ["text", "Looked up."]]
    bench = Bench(fake, made=with_mcp)

    async def begin(client: Client) -> tuple[str, JSON]:
        return client.thread_id, last(await client.say(scripted(*steps)))

    thread, asked = restarted(bench, tmp_path, begin)
    assert asked["inputs"][0]["question"] == "Allow “Lookup”?\nwhat: boats"
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"server_label" in kept
    assert SECRET.encode() not in kept
    events = bench.play(in_thread(thread, lambda c: reply(c, asked, **values(asked, "Allow"))), store_in(tmp_path))
    assert answers(events) == ["Looked up."]
    response = bench.told[-1]
    assert (response["type"], response["approve"]) == ("mcp_approval_response", True)
    assert response["approval_request_id"] == asked["inputs"][0]["id"]


def nested(model: Model) -> Agent[Any]:
    inner: Agent[Any] = Agent(name="inner", instructions="INNER", model=model, tools=[send_mail])
    return Agent(name="outer", model=model, tools=[inner.as_tool("postman", "Sends mail.")])


@each_dialect
def test_a_tool_of_an_agent_that_is_a_tool_is_asked_for(
    fake: Fake, dialect: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    steps = [["call", "postman", {"input": MAIL}], ["then"], ["text", "The postman was here."]]
    bench = Bench(fake, dialect, nested)

    async def begin(client: Client) -> tuple[str, JSON]:
        return client.thread_id, last(await client.say(scripted(*steps)))

    thread, asked = restarted(bench, tmp_path, begin)
    assert asked["inputs"][0]["question"].startswith("Allow “Send mail”?")
    events = bench.play(in_thread(thread, lambda c: reply(c, asked, **values(asked, "Allow"))), store_in(tmp_path))
    assert answers(events) == ["The postman was here."]
    assert [e["message"] for e in events if e["type"] == "notice"] == ["sent to ada@example.com by local"]
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == []
    assert RAN == ["ada@example.com"]
    assert list(outputs(bench.told).values()) == ["All done."]


def test_the_step_of_a_call_that_waits_is_complete_when_it_has_run(fake: Fake, tmp_path: Path) -> None:
    bench, shown = Bench(fake), {"activity": Activity(default="task")}
    thread, asked = restarted(bench, tmp_path, ask_for_mail, **shown)
    script = in_thread(thread, lambda c: reply(c, asked, **values(asked, "Allow")))
    events = bench.play(script, store_in(tmp_path), **shown)
    steps = [e["update"]["task"] for e in events if e["type"] == "thread.item.updated" and "task" in e["update"]]
    assert [(step["title"], step["status_indicator"]) for step in steps] == [("Send mail", "complete")]
    done = [e["item"]["type"] for e in events if e["type"] == "thread.item.done"]
    assert done == ["workflow", "assistant_message"]


def test_the_step_of_a_call_that_will_never_run_does_not_wait_forever(fake: Fake) -> None:
    async def script(client: Client) -> list[JSON]:
        await client.say(MAIL)
        return await client.say(scripted(["text", "Something else."]))

    events = Bench(fake).play(script, activity=Activity(default="task"))
    workflow = next(e["item"] for e in events if e["type"] == "thread.item.done" and e["item"]["type"] == "workflow")
    assert [task["status_indicator"] for task in workflow["workflow"]["tasks"]] == ["complete"]
    assert "summary" in workflow["workflow"]


def paging(model: Model) -> Agent[Any]:
    return Agent(name="One", model=model, tools=[send_mail, ask_page], tool_use_behavior=stop_at(ask_page))


@each_dialect
def test_what_a_tool_asked_of_the_page_is_asked_after_the_answer(fake: Fake, dialect: str, tmp_path: Path) -> None:
    steps = [["call", "ask_page"], ["call", "send_mail", {"to": "ada", "subject": "Hi"}], ["then"], ["text", "End."]]
    bench = Bench(fake, dialect, paging)

    async def begin(client: Client) -> tuple[str, JSON]:
        return client.thread_id, last(await client.say(scripted(*steps)))

    thread, asked = restarted(bench, tmp_path, begin)
    assert asked["type"] == "structured_input"
    events = bench.play(in_thread(thread, lambda c: reply(c, asked, **values(asked, "Allow"))), store_in(tmp_path))
    assert RAN == ["ada"]
    assert (last(events)["type"], last(events)["name"], last(events)["arguments"]) == (
        "client_tool_call",
        "ask",
        {"what": "theme"},
    )


SPELLED = [
    pytest.param("notes.txt", "notes.txt", id="text"),
    pytest.param("a\nmode: safe", '"a\\nmode: safe"', id="a-line-that-is-none"),
    pytest.param("exe\u202etxt", '"exe\\u202etxt"', id="turned-around"),
    pytest.param("", '""', id="empty"),
    pytest.param(["ä", 1], '["ä", 1]', id="list"),
    pytest.param({"a": {"b": None}}, '{"a": {"b": null}}', id="object"),
]


@pytest.mark.parametrize(("value", "spelled"), SPELLED)
def test_an_argument_can_pass_for_nothing_else(value: Any, spelled: str) -> None:
    assert readable(value) == spelled
