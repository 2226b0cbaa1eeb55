"""What the model is sent of a thread, read from the log of the fake model server, in both dialects."""

import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from agents import Agent
from chatkit_agents import Conversion, Files, agent_responder, choose
from chatkit_conformance.fake_model import scripted
from chatkit_conformance.fake_model.hosted import PIXEL
from chatkit_protocol.attachments import Attachment, FileAttachment, ImageAttachment
from chatkit_protocol.items import StructuredInputFreeform, StructuredInputMultipleChoice, TaskItem, WorkflowItem
from chatkit_protocol.tasks import CustomTask, SearchTask, Workflow
from chatkit_protocol.widgets import Card, Text
from chatkit_server import Answer, NotFound, Turn, Window, create_app
from support.demo import JSON, Client, last, play
from support.model_server import Fake, fake_model

DIALECTS = [pytest.param("responses", id="responses"), pytest.param("chat", id="chat")]
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)
Script = Callable[[Client], Awaitable[Any]]
Told = list[tuple[str, ...]]
PNG = f"data:image/png;base64,{PIXEL}"


@pytest.fixture(scope="module")
def server() -> Iterator[Fake]:
    with fake_model() as fake:
        yield fake


@pytest.fixture
def fake(server: Fake) -> Fake:
    server.log.clear()
    return server


class Shelf:
    """Attachments whose bytes are in a dict, by name; a name with `lost` has lost them."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    async def create(self, turn: Turn, params: Any) -> Attachment:
        base = {"id": turn.new_id("attachment"), "name": params.name, "mime_type": params.mime_type}
        if params.mime_type.startswith("image/"):
            return ImageAttachment(**base, preview_url="https://example.com/preview")
        return FileAttachment(**base)

    async def delete(self, turn: Turn, attachment: Attachment) -> None:
        self.files.pop(attachment.name)

    async def read(self, _turn: Turn, attachment: Attachment) -> bytes:
        if attachment.name == "broken.txt":
            raise OSError("the disk is gone")
        if attachment.name not in self.files:
            raise NotFound("attachment")
        return self.files[attachment.name]


class Blind:
    """Attachments whose bytes the server cannot read."""

    create = Shelf.create


def converse(fake: Fake, dialect: str, script: Script, attachments: Any = None, **options: Any) -> Any:
    """Have a conversation with an agent; `/items` fills the thread with one item of each kind."""
    provider = choose(fake.environment(dialect), max_retries=0)
    answer = agent_responder(Agent(name="Test", model=provider.model), **options)

    async def respond(turn: Turn) -> Answer:
        if turn.text == "/items":
            for event in every_kind(turn):
                yield event
        else:
            yield answer(turn)

    async def closing(client: Client) -> Any:
        try:
            return await script(client)
        finally:
            await provider.aclose()

    return play(closing, create_app(respond, strict=True, attachments=attachments))


def every_kind(turn: Turn) -> Iterator[Any]:
    yield turn.say("Said.")
    yield turn.hidden({"likes": "boats"})
    yield turn.hidden("in words")
    yield turn.task(CustomTask(title="Tidied up", content="the desk"))
    tasks = [CustomTask(title="First"), SearchTask(title="not told"), CustomTask(title="Second", content="step")]
    workflow = WorkflowItem(**turn.base("workflow"), workflow=Workflow(type="custom", tasks=tasks))
    yield type(turn.say(""))(item=workflow)
    yield type(turn.say(""))(item=TaskItem(**turn.base("task"), task=SearchTask(title="not told either")))
    yield turn.widget(Card(children=[Text(value="On a card")]))
    yield turn.image(PNG)
    yield turn.ask(
        StructuredInputMultipleChoice(id="how", question="How?", options=[], multiple=True),
        StructuredInputFreeform(id="why", question="Why?"),
    )
    yield turn.client_tool("get_place", {"of": "me"}, call_id="call_place")
    yield turn.end_of_turn()


def told(fake: Fake) -> Told:
    """Give what the model was sent last, the same for both dialects: who speaks, then the parts."""
    body = fake.log[-1]["body"]
    return [line for message in body.get("messages") or body["input"] for line in lines(message)]


def lines(message: JSON) -> Told:
    kind = message.get("role") or message["type"]
    if kind == "function_call":
        return [("call", message["call_id"], message["name"], message["arguments"])]
    if kind in {"function_call_output", "tool"}:
        call = message.get("call_id") or message["tool_call_id"]
        return [("output", call, message.get("output") or message["content"])]
    calls = message.get("tool_calls") or ()
    made = [("call", c["id"], c["function"]["name"], c["function"]["arguments"]) for c in calls]
    content = message.get("content") or []
    parts = [content] if isinstance(content, str) else [spelled(part) for part in content]
    return [*([(kind, *parts)] if parts else []), *made]


def spelled(part: JSON) -> str:
    if "text" in part:
        return str(part["text"])
    if part["type"] in {"input_image", "image_url"}:
        url = part["image_url"]
        return f"image {url if isinstance(url, str) else url['url']}"
    file = part.get("file", part)
    return f"file {file['filename']} {file['file_data']}"


def tag(text: str, name: str) -> JSON:
    return {"type": "input_tag", "id": name, "text": text, "data": {"born": "1815"}}


@each_dialect
def test_every_kind_of_item_is_told_and_what_is_pending_or_ends_a_turn_is_not(fake: Fake, dialect: str) -> None:
    async def script(client: Client) -> None:
        shown = await client.say("/items")
        items = {e["item"]["type"]: e["item"] for e in shown if e["type"] == "thread.item.done"}
        assert items.keys() >= {"end_of_turn", "client_tool_call", "structured_input", "workflow"}
        await client.say("And now?")
        await client.stream(
            "threads.add_structured_input",
            thread_id=client.thread_id,
            item_id=items["structured_input"]["id"],
            input={"answers": {"how": {"values": ["boat", "train"]}}},
        )
        await client.stream("threads.add_client_tool_output", thread_id=client.thread_id, result={"city": "Rome"})

    converse(fake, dialect, script)
    pending, answered, completed = [[line for m in messages(entry) for line in lines(m)] for entry in fake.log]
    notes = [
        ("assistant", "Said."),
        ("user", hidden('{"likes":"boats"}')),
        ("user", hidden("in words")),
        ("user", done("Tidied up: the desk")),
        ("user", done("First")),
        ("user", done("Second: step")),
    ]
    assert pending[1:7] == notes
    widget, image, questions, *rest = pending[7:]
    assert widget[1].startswith("The user was shown this widget")
    assert json.loads(widget[1].partition("\n")[2])["children"] == [{"type": "Text", "value": "On a card"}]
    assert image == ("user", "You made this image for the user:", f"image {PNG}")
    assert questions[1].endswith("- How?: (no answer yet)\n- Why?: (no answer yet)\n</StructuredInput>")
    assert rest == [("user", "And now?")]
    assert "status: answered\n<StructuredInput>\n- How?: boat, train\n- Why?: (skipped)\n" in answered[9][1]
    call = [("call", "call_place", "get_place", '{"of": "me"}'), ("output", "call_place", '{"city": "Rome"}')]
    assert completed[10:12] == call
    assert [len(turn) for turn in (pending, answered, completed)] == [11, 12, 15]


def messages(entry: JSON) -> list[JSON]:
    found: list[JSON] = entry["body"].get("messages") or entry["body"]["input"]
    return found


def hidden(text: str) -> str:
    return f"For you only, the user does not see it:\n<HiddenContext>\n{text}\n</HiddenContext>"


def done(text: str) -> str:
    return f"The user was shown that this was done:\n<Task>\n{text}\n</Task>"


@each_dialect
def test_tags_are_explained_once_and_a_quote_only_with_the_last_message(fake: Fake, dialect: str) -> None:
    ada = [tag("Ada", "p1"), {"type": "input_text", "text": " and "}, tag("Ada", "p2"), tag("Bob", "p3")]

    async def script(client: Client) -> None:
        await client.say("", content=ada, quoted_text="the first quote")
        await client.say("Why?", quoted_text="the second quote")

    converse(fake, dialect, script)
    first, second = ([line for m in messages(entry) for line in lines(m)] for entry in fake.log)
    assert first[0] == ("user", "@Ada and @Ada@Bob")
    assert first[1][1].endswith("\nthe first quote")
    explained = [json.loads(part) for part in first[2][2:]]
    assert [(note["id"], note["text"], note["data"]) for note in explained] == [
        ("p1", "Ada", {"born": "1815"}),
        ("p3", "Bob", {"born": "1815"}),
    ]
    assert second[1] == first[2]
    assert "the first quote" not in json.dumps(second)
    assert second[-2:] == [("user", "Why?"), ("user", second[-1][1])]
    assert second[-1][1].endswith("\nthe second quote")


PICTURE = base64.b64decode(PIXEL)
BIG = "The user attached a file named 'big.pdf' (application/pdf). With 101 bytes it is too large to be shown to you."
FILES = [
    pytest.param(
        "dot.png",
        "image/PNG; name=dot.png",
        PICTURE,
        ("The user attached the image 'dot.png':", f"image {PNG}"),
        id="image",
    ),
    pytest.param(
        "a.csv",
        "text/csv; charset=utf-8",
        "\ufeffä;1".encode(),
        ("The user attached the file 'a.csv':\n<Attachment>\nä;1\n</Attachment>",),
        id="text",
    ),
    pytest.param(
        "a.json",
        "application/ld+json",
        b"{}",
        ("The user attached the file 'a.json':\n<Attachment>\n{}\n</Attachment>",),
        id="json",
    ),
    pytest.param("a.pdf", "application/pdf", b"%PDF", ("file a.pdf data:application/pdf;base64,JVBERg==",), id="file"),
    pytest.param(
        "a.txt", "text/plain", b"\xff\xfe", ("file a.txt data:text/plain;base64,//4=",), id="text-that-is-none"
    ),
    pytest.param("a.mp3", "audio/mpeg", b"ID3", ("The user attached a file named 'a.mp3' (audio/mpeg).",), id="sound"),
    pytest.param("lost.png", "image/png", None, ("The user attached a file named 'lost.png' (image/png).",), id="lost"),
    pytest.param(
        "broken.txt", "text/plain", b"a", ("The user attached a file named 'broken.txt' (text/plain).",), id="broken"
    ),
    pytest.param(
        "e.pdf", "application/pdf", b"", ("The user attached a file named 'e.pdf' (application/pdf).",), id="empty"
    ),
    pytest.param(
        "big.pdf",
        "application/pdf",
        b"x" * 101,
        (BIG,),
        id="too-large",
    ),
]


async def attach(client: Client, name: str, mime_type: str) -> str:
    reply = await client.post("attachments.create", name=name, mime_type=mime_type, size=1)
    return str(reply.json()["id"])


@each_dialect
@pytest.mark.parametrize(("name", "mime_type", "data", "parts"), FILES)
def test_an_attachment_is_shown_as_what_it_is(
    fake: Fake,
    dialect: str,
    name: str,
    mime_type: str,
    data: bytes | None,
    parts: tuple[str, ...],
    caplog: pytest.LogCaptureFixture,
) -> None:
    shelf = Shelf(**({} if data is None else {name: data}))

    async def script(client: Client) -> None:
        await client.say("Look!", attachments=[await attach(client, name, mime_type)])
        await client.say("Again?")

    converse(fake, dialect, script, shelf, conversion=Conversion(files=Files(max_bytes=100)))
    assert told(fake)[0] == ("user", "Look!", *parts)
    assert any("cannot be read" in r.getMessage() for r in caplog.records) == (name == "broken.txt")


def test_without_a_reader_attachments_are_named(fake: Fake) -> None:
    async def script(client: Client) -> None:
        await client.say("Look!", attachments=[await attach(client, "dot.png", "image/png")])

    converse(fake, "responses", script, Blind())
    assert told(fake) == [("user", "Look!", "The user attached a file named 'dot.png' (image/png).")]


def test_the_newest_attachments_are_shown_when_all_are_too_much(fake: Fake) -> None:
    shelf = Shelf(**{f"{n}.txt": str(n).encode() * 40 for n in (1, 2, 3)})

    async def script(client: Client) -> None:
        for name in shelf.files:
            await client.say(name, attachments=[await attach(client, name, "text/plain")])

    converse(fake, "responses", script, shelf, conversion=Conversion(files=Files(max_total=80)))
    said = [parts[1] for kind, *parts in told(fake) if kind == "user"]
    assert ["1" * 40 in said[0], "2" * 40 in said[1], "3" * 40 in said[2]] == [False, True, True]
    assert "too large" in said[0]


def test_the_app_may_convert_attachments_itself(fake: Fake) -> None:
    async def own(attachment: Attachment) -> list[JSON]:
        return [{"type": "input_text", "text": f"See {attachment.name}."}]

    async def script(client: Client) -> None:
        await client.say("Look!", attachments=[await attach(client, "dot.png", "image/png")])

    converse(fake, "responses", script, Shelf(**{"dot.png": PICTURE}), conversion=Conversion(attachment=own))
    assert told(fake) == [("user", "Look!", "See dot.png.")]


@each_dialect
def test_a_window_is_all_that_is_told_and_never_parts_a_call_from_its_result(fake: Fake, dialect: str) -> None:
    def count(item: Any) -> int:
        return 10 if type(item).__name__ == "ClientToolCallItem" else 1

    async def script(client: Client) -> None:
        await client.say("/items")
        await client.stream("threads.add_client_tool_output", thread_id=client.thread_id, result=1)

    for tokens, shown in ((11, ["call", "output"]), (12, ["user", "call", "output"])):
        converse(fake, dialect, script, history=Window(tokens=tokens, count=count))
        assert [line[0] for line in told(fake)] == shown
    converse(fake, dialect, script, history=2)
    assert [line[0] for line in told(fake)] == ["call", "output"]


@each_dialect
def test_retried_turns_are_gone_with_what_was_hidden_in_them(fake: Fake, dialect: str) -> None:
    async def script(client: Client) -> None:
        message = (await client.say("/items"))[1]["item"]
        await client.say("Later.")
        again = scripted(["text", "Once more."])
        assert last(await client.say(again))["content"][0]["text"] == "Once more."
        first_of_agent = next(
            i for i in await client.items() if i["type"] == "user_message" and i["id"] != message["id"]
        )
        await client.stream("threads.retry_after_item", thread_id=client.thread_id, item_id=first_of_agent["id"])

    converse(fake, dialect, script)
    before, after = fake.log[-2], fake.log[-1]
    assert "Once more." in json.dumps(messages(before))
    assert "Once more." not in json.dumps(messages(after))
    assert told(fake)[-1] == ("user", "Later.")
    assert ("user", hidden("in words")) in told(fake)
