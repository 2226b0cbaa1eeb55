"""Order and effects of a stream (protocol.md §7), seen from outside over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chatkit_protocol import (
    HiddenContextItem,
    LockedStatus,
    StructuredInputFreeform,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
    ThreadItemAdded,
    ThreadItemDone,
    ThreadItemReplaced,
    ThreadItemUpdated,
    WidgetItem,
    WidgetRootUpdated,
    WidgetStreamingTextValueDelta,
)
from chatkit_server import Answer, SQLiteStore, Turn, action, create_app
from support.live import live
from support.wire import Wire, message

CARD = {"type": "Card", "children": [{"type": "Text", "id": "t", "value": "one"}]}
QUESTIONS = (
    StructuredInputMultipleChoice(
        id="size",
        question="Which size?",
        options=[StructuredInputMultipleChoiceOption(value=v) for v in ("s", "m")],
    ),
    StructuredInputMultipleChoice(id="colours", question="Which colours?", options=[], multiple=True),
    StructuredInputFreeform(id="name", question="Which name?"),
)


class App:
    """A responder that does what the message says."""

    async def respond(self, turn: Turn) -> Answer:
        if turn.tool_call:
            yield turn.say(f"tool said {json.dumps(turn.tool_call.output or None)}")
        elif turn.answers:
            yield turn.say(f"answers {turn.answers.status}")
        else:
            steps = getattr(self, turn.text.split()[0], None)
            yield steps(turn) if steps else turn.say(f"echo {turn.text}")

    async def hide(self, turn: Turn) -> Answer:
        item = HiddenContextItem(**turn.base(), content="CANARY")
        yield ThreadItemAdded(item=item)
        yield ThreadItemUpdated(
            item_id=item.id, update=WidgetStreamingTextValueDelta(component_id="t", delta="CANARY", done=True)
        )
        yield ThreadItemDone(item=item)
        yield ThreadItemReplaced(item=item)
        yield turn.hidden({"more": "CANARY"})
        yield turn.remove(item.id)

    async def show(self, turn: Turn) -> Answer:
        yield turn.widget(CARD)

    async def redraw(self, turn: Turn) -> Answer:
        widget = next(i for i in await turn.history() if isinstance(i, WidgetItem))
        delta = WidgetStreamingTextValueDelta(component_id="t", delta=" two", done=True)
        yield ThreadItemUpdated(item_id=widget.id, update=delta)
        if "root" in turn.text:
            yield ThreadItemUpdated(item_id=widget.id, update=WidgetRootUpdated(widget={"type": "Card", "x": None}))

    async def tool(self, turn: Turn) -> Answer:
        yield turn.client_tool("older", {"n": None})
        yield turn.client_tool("locate", {"near": None})
        yield turn.hidden("a note after the call")

    async def ask(self, turn: Turn) -> Answer:
        yield turn.ask(*QUESTIONS)

    async def lock(self, turn: Turn) -> Answer:
        turn.thread.status = LockedStatus(reason="busy")
        turn.thread.metadata["secret"] = "CANARY"
        turn.thread.allowed_image_domains = ["img.example"]
        yield turn.say("locked")
        yield turn.say("more")

    async def close(self, turn: Turn) -> Answer:
        turn.thread.status = LockedStatus()
        yield turn.hidden("x")
        yield turn.notice("after")

    async def fail(self, turn: Turn) -> Answer:
        yield turn.say("before")
        yield ThreadItemAdded(item=HiddenContextItem(**turn.base(), content=""))
        turn.thread.title = "changed"
        raise RuntimeError("CANARY")

    async def drop(self, turn: Turn) -> Answer:
        first, second = turn.say("first"), turn.say("second")
        yield first
        yield second
        yield turn.remove(first.item.id)
        second.item.content[0].text = "changed"  # type: ignore[union-attr]
        yield turn.replace(second.item)

    @action("stream")
    async def streams(self, turn: Turn, payload: Any) -> Answer:
        sender = turn.sender.id if turn.sender else None
        yield turn.notice(json.dumps({"payload": payload, "sender": sender}))

    @action("sync", payload=dict[str, int])
    async def syncs(self, turn: Turn, payload: dict[str, int]) -> WidgetItem | None:
        if turn.sender is None:
            return None
        turn.sender.widget["count"] = payload["n"]
        return turn.sender


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with live(create_app(App(), store=SQLiteStore(":memory:"))) as port:
        yield Wire(port)


def kinds(items: list[dict[str, Any]]) -> list[str]:
    return [item["type"] for item in items]


def test_done_stores_removed_deletes_replaced_keeps_its_place(wire: Wire) -> None:
    reply = wire.create("drop")
    items = wire.items(reply.raw_events[0]["thread"]["id"])
    assert [i["content"][0]["text"] for i in items] == ["drop", "changed"]
    assert items[1] == reply.of("thread.item.replaced")[0]["item"]


def test_d9_an_update_of_a_stored_widget_is_stored(wire: Wire) -> None:
    thread = wire.thread("show")
    wire.say(thread, "redraw")
    assert wire.items(thread)[1]["widget"]["children"][0]["value"] == "one two"
    wire.say(thread, "redraw root")
    assert wire.items(thread)[1]["widget"] == {"type": "Card"}


def test_d10_nothing_about_a_hidden_item_leaves_the_server(wire: Wire) -> None:
    reply = wire.create("hide")
    assert b"CANARY" not in reply.body
    assert [e["type"] for e in reply.raw_events] == ["thread.created", "thread.item.done", "stream_options"]
    thread = reply.raw_events[0]["thread"]["id"]
    for answer in (wire.ask("items.list", thread_id=thread), wire.ask("threads.get_by_id", thread_id=thread)):
        assert b"CANARY" not in answer.body
        assert b"hidden" not in answer.body


def test_d11_tool_output_finds_the_pending_call_behind_other_items(wire: Wire) -> None:
    thread = wire.thread("tool")
    calls = [i for i in wire.items(thread) if i["type"] == "client_tool_call"]
    assert [c["name"] for c in calls] == ["older", "locate"]
    reply = wire.ask("threads.add_client_tool_output", thread_id=thread, result={"at": None})
    assert [e["type"] for e in reply.raw_events] == ["stream_options", "thread.item.done"]
    assert reply.events[-1].item.content[0].text == 'tool said {"at": null}'
    after = [i for i in wire.items(thread) if i["type"] == "client_tool_call"]
    assert after == [calls[1] | {"status": "completed", "output": {"at": None}}], "other pending calls are dropped"
    again = wire.ask("threads.add_client_tool_output", thread_id=thread, result=1)
    assert again.status == 400


@pytest.mark.parametrize("result", [None, 0, "", [], {"a": {"b": None}}], ids=json.dumps)
def test_tool_output_is_any_json(wire: Wire, result: Any) -> None:
    thread = wire.thread("tool")
    wire.ask("threads.add_client_tool_output", thread_id=thread, result=result)
    call = next(i for i in wire.items(thread) if i["type"] == "client_tool_call")
    assert call["status"] == "completed"
    assert call.get("output") == result


def test_d12_a_retry_after_an_unknown_item_is_404_and_deletes_nothing(wire: Wire) -> None:
    thread = wire.thread("tool")
    before = wire.items(thread)
    assert wire.ask("threads.retry_after_item", thread_id=thread, item_id="msg_none").status == 404
    refused = wire.ask("threads.retry_after_item", thread_id=thread, item_id=before[1]["id"])
    assert (refused.status, refused.json["path"]) == (400, "$.params.item_id")
    assert wire.items(thread) == before


def test_retry_forgets_what_came_after_hidden_items_too(wire: Wire) -> None:
    thread = wire.thread("one")
    wire.say(thread, "hide")
    for n in range(25):
        wire.say(thread, f"more {n}")
    first = wire.items(thread)[0]
    reply = wire.ask("threads.retry_after_item", thread_id=thread, item_id=first["id"])
    assert [e["type"] for e in reply.raw_events] == ["stream_options", "thread.item.done"]
    items = wire.items(thread)
    assert items[0] == first
    assert [i["content"][0]["text"] for i in items] == ["one", "echo one"]


SUBMISSIONS = [
    pytest.param(
        {"answers": {"size": {"values": ["m", "s"]}, "colours": {"values": ["a", "b"]}, "name": {"values": []}}},
        "answered",
        [{"values": ["m"], "skipped": False}, {"values": ["a", "b"], "skipped": False}, None],
        id="single-choice-keeps-one",
    ),
    pytest.param({"answers": {"ghost": {"values": ["x"]}}}, "answered", [None, None, None], id="unknown-and-missing"),
    pytest.param(
        {"status": "skipped", "answers": {"name": {"values": ["x"]}}}, "skipped", [None, None, None], id="skipped"
    ),
    pytest.param(
        {"answers": {"name": {"values": ["x"], "skipped": True}}}, "answered", [None, None, None], id="one-skipped"
    ),
    pytest.param({"answers": None}, "answered", [None, None, None], id="D20-null"),
]


@pytest.mark.parametrize(("submission", "status", "answers"), SUBMISSIONS)
def test_structured_input(wire: Wire, submission: dict[str, Any], status: str, answers: list[Any]) -> None:
    thread = wire.thread("ask")
    item = wire.items(thread)[1]
    assert item["status"] == "pending"
    reply = wire.ask("threads.add_structured_input", thread_id=thread, item_id=item["id"], input=submission)
    assert [e["type"] for e in reply.raw_events] == ["stream_options", "thread.item.replaced", "thread.item.done"]
    replaced = reply.raw_events[1]["item"]
    assert replaced == wire.items(thread)[1]
    assert replaced["status"] == status
    skipped = {"values": [], "skipped": True}
    assert [q["answer"] for q in replaced["inputs"]] == [answer or skipped for answer in answers]
    again = wire.ask("threads.add_structured_input", thread_id=thread, item_id=item["id"], input=submission)
    assert (again.status, again.json["path"]) == (400, "$.params.item_id")


def test_a_structured_input_is_needed_for_answers(wire: Wire) -> None:
    thread = wire.thread("one")
    other = wire.items(thread)[1]["id"]
    assert wire.ask("threads.add_structured_input", thread_id=thread, item_id=other, input={}).status == 400


def test_changes_of_the_thread_are_told_after_the_event_and_stored(wire: Wire) -> None:
    reply = wire.create("lock")
    assert [e["type"] for e in reply.raw_events][3:] == ["thread.item.done", "thread.updated", "thread.item.done"]
    told = reply.of("thread.updated")[0]["thread"]
    assert told["status"] == {"type": "locked", "reason": "busy"}
    assert told["allowed_image_domains"] == ["img.example"]
    assert told["metadata"] == {}
    read = wire.ask("threads.get_by_id", thread_id=told["id"]).json
    assert {k: v for k, v in read.items() if k != "items"} == {k: v for k, v in told.items() if k != "items"}
    assert b"CANARY" not in reply.body


def test_a_change_is_told_after_a_hidden_event_too(wire: Wire) -> None:
    kinds = [e["type"] for e in wire.create("close").raw_events][3:]
    assert kinds == ["thread.updated", "notice"]


def test_an_error_comes_before_the_change_of_the_thread(wire: Wire) -> None:
    reply = wire.create("fail")
    assert [e["type"] for e in reply.raw_events][3:] == ["thread.item.done", "error", "thread.updated"]
    thread = reply.raw_events[0]["thread"]["id"]
    assert kinds(wire.items(thread)) == ["user_message", "assistant_message"]
    assert wire.say(thread, "again").raw_events[-1]["item"]["content"][0]["text"] == "echo again"


def test_actions_stream_with_and_without_a_sender(wire: Wire) -> None:
    thread = wire.thread("show")
    widget = wire.items(thread)[1]["id"]
    for item_id, payload in ((widget, {"a": None}), (None, None)):
        reply = wire.ask(
            "threads.custom_action", thread_id=thread, item_id=item_id, action={"type": "stream", "payload": payload}
        )
        assert [e["type"] for e in reply.raw_events] == ["stream_options", "notice"]
        assert json.loads(reply.raw_events[1]["message"]) == {"payload": payload, "sender": item_id}


def test_a_sender_that_is_no_widget_is_refused_with_one_error(wire: Wire) -> None:
    thread = wire.thread("show")
    message_id = wire.items(thread)[0]["id"]
    given = {"thread_id": thread, "item_id": message_id, "action": {"type": "stream"}}
    reply = wire.ask("threads.custom_action", **given)
    assert reply.raw_events == [{"type": "error", "code": "stream.error", "allow_retry": False}]
    assert wire.ask("threads.sync_custom_action", **given).status == 400


def test_d28_a_sync_action_answers_with_the_item_and_stores_it(wire: Wire) -> None:
    thread = wire.thread("show")
    widget = wire.items(thread)[1]
    given = {"thread_id": thread, "item_id": widget["id"], "action": {"type": "sync", "payload": {"n": 3}}}
    reply = wire.ask("threads.sync_custom_action", **given)
    assert reply.json == {"updated_item": widget | {"widget": CARD | {"count": 3}}}
    assert wire.items(thread)[1] == reply.json["updated_item"]
    streamed = wire.ask("threads.custom_action", **given)
    assert [e["type"] for e in streamed.raw_events] == ["stream_options", "thread.item.replaced"]
    nothing = wire.ask("threads.sync_custom_action", thread_id=thread, action=given["action"])
    assert nothing.json == {}


def test_a_payload_of_the_wrong_shape_names_the_place(wire: Wire) -> None:
    thread = wire.thread("show")
    for kind in ("threads.custom_action", "threads.sync_custom_action"):
        reply = wire.ask(kind, thread_id=thread, action={"type": "sync", "payload": {"n": "CANARY"}})
        assert reply.status == 400
        assert reply.json["path"].startswith("$.params.action.payload")
        assert b"CANARY" not in reply.body


def test_an_action_without_a_handler(wire: Wire) -> None:
    thread = wire.thread("show")
    streamed = wire.ask("threads.custom_action", thread_id=thread, action={"type": "ghost"})
    assert streamed.raw_events[1:] == [{"type": "error", "code": "stream.error", "allow_retry": False}]
    assert wire.ask("threads.sync_custom_action", thread_id=thread, action={"type": "ghost"}).status == 501


def test_d19_pages_are_full_of_visible_items_and_end_with_one(wire: Wire) -> None:
    thread = wire.thread("hide")
    for n in range(4):
        wire.say(thread, f"hide {n}")
    whole = wire.items(thread)
    assert kinds(whole) == ["user_message"] * 5
    for size in (1, 2, 3, 5):
        after, seen = None, []
        while True:
            page = wire.ask("items.list", thread_id=thread, order="asc", limit=size, after=after).json
            seen += page["data"]
            if not page["has_more"]:
                assert "after" not in page
                break
            assert len(page["data"]) == size
            after = page["after"]
            assert after == page["data"][-1]["id"]
        assert seen == whole


LIMITS = [
    pytest.param({}, 20, id="absent"),
    pytest.param({"limit": None}, 20, id="null"),
    pytest.param({"limit": 0}, 20, id="zero"),
    pytest.param({"limit": "3"}, 3, id="D5-string"),
    pytest.param({"limit": 9999}, 24, id="D5-9999"),
    pytest.param({"limit": 1}, 1, id="one"),
]


@pytest.fixture(scope="module")
def long_thread(wire: Wire) -> str:
    thread = wire.thread("0")
    for n in range(11):
        wire.say(thread, str(n + 1))
    return thread


@pytest.mark.parametrize(("given", "count"), LIMITS)
def test_limit(wire: Wire, long_thread: str, given: dict[str, Any], count: int) -> None:
    page = wire.ask("items.list", thread_id=long_thread, **given).json
    assert len(page["data"]) == count
    assert page["data"] == wire.items(long_thread, "desc")[:count], "newest first unless told otherwise"


def test_get_by_id_has_the_oldest_twenty_and_goes_on(wire: Wire, long_thread: str) -> None:
    items = wire.ask("threads.get_by_id", thread_id=long_thread).json["items"]
    assert items["data"] == wire.items(long_thread)[:20]
    assert items["has_more"]
    rest = wire.ask("items.list", thread_id=long_thread, order="asc", after=items["after"]).json
    assert rest["data"] == wire.items(long_thread)[20:]


def test_rename_list_delete(wire: Wire) -> None:
    thread = wire.thread("one")
    renamed = wire.ask("threads.update", thread_id=thread, title="New").json
    assert renamed["title"] == "New"
    assert renamed["items"] == {"data": [], "has_more": False}
    listed = wire.ask("threads.list", limit=1).json["data"][0]
    assert listed == renamed
    assert wire.ask("threads.delete", thread_id=thread).json == {}
    for kind in ("threads.get_by_id", "threads.delete", "items.list"):
        assert wire.ask(kind, thread_id=thread).status == 404


def test_d20_what_clients_in_the_wild_send(wire: Wire) -> None:
    loose = {"content": [{"type": "input_text", "text": "x"}], "inference_options": None, "quoted_text": None}
    reply = wire.post({"params": {"input": loose}, "metadata": None, "type": "threads.create", "new": 1})
    item = reply.raw_events[1]["item"]
    assert (item["attachments"], item["inference_options"]) == ([], {})
    assert b"null" not in reply.body
    assert wire.post({"type": "threads.list"}).status == 200
    assert wire.post({"type": "threads.list", "params": None, "metadata": None}).status == 200


def test_d4_a_tag_needs_no_data(wire: Wire) -> None:
    tag = {"type": "input_tag", "id": "t1", "text": "Ann"}
    given = {"content": [tag, tag | {"data": {"k": None}}]}
    item = wire.ask("threads.create", input=given).raw_events[1]["item"]
    assert item["content"] == [tag | {"data": d, "interactive": False} for d in ({}, {"k": None})]


def test_d6_ids_have_96_random_bits_and_d7_time_is_utc(wire: Wire) -> None:
    events = wire.create().raw_events
    ids = {e["item"]["id"] for e in events if "item" in e} | {events[0]["thread"]["id"]}
    assert len(ids) == 3
    for name in ids:
        assert len(name.partition("_")[2]) == 24
    for event in events:
        value = event.get("item") or event.get("thread")
        assert value is None or value["created_at"].endswith("Z")


def test_d8_an_address_stays_as_it_is() -> None:
    from chatkit_protocol import AttachmentUploadDescriptor, ImageAttachment  # noqa: PLC0415 - only here

    class Uploads:
        async def create(self, turn: Turn, params: Any) -> ImageAttachment:
            return ImageAttachment(
                id=turn.new_id("attachment"),
                name=params.name,
                mime_type=params.mime_type,
                preview_url="https://host.example",
                upload_descriptor=AttachmentUploadDescriptor(url="https://up.example", method="PUT"),
                metadata={"k": "CANARY"},
            )

        async def delete(self, turn: Turn, attachment: Any) -> None:
            assert attachment.metadata == {"k": "CANARY"}

    with live(create_app(App(), attachments=Uploads())) as port:
        wire = Wire(port)
        made = wire.ask("attachments.create", name="a.png", size=1, mime_type="image/png").json
        assert made["preview_url"] == "https://host.example"
        assert made["upload_descriptor"] == {"url": "https://up.example", "method": "PUT", "headers": {}}
        assert "metadata" not in made
        reply = wire.create(attachments=[made["id"]])
        shown = reply.raw_events[1]["item"]["attachments"]
        thread = reply.raw_events[0]["thread"]["id"]
        assert shown == [made | {"thread_id": thread}]
        assert wire.items(thread)[0]["attachments"] == shown
        assert b"CANARY" not in reply.body
        assert wire.ask("attachments.delete", attachment_id=made["id"]).json == {}
        assert wire.ask("attachments.delete", attachment_id=made["id"]).status == 404
        assert wire.ask("attachments.create", name="a", size=-1, mime_type="a/b").json["path"] == "$.params.size"


def test_d21_a_widget_is_passed_on_as_given_without_nulls(wire: Wire) -> None:
    odd = {"type": "Card", "new_prop": {"deep": [1, {"x": None}]}, "children": [{"type": "Novel", "id": None}]}

    async def respond(turn: Turn) -> Answer:
        yield turn.widget(odd)

    with live(create_app(respond)) as port:
        widget = Wire(port).create().raw_events[-1]["item"]["widget"]
    assert widget == {"type": "Card", "new_prop": {"deep": [1, {}]}, "children": [{"type": "Novel"}]}


def test_d22_an_unknown_icon_is_passed_on() -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.progress("x", "no-such-icon")

    with live(create_app(respond)) as port:
        assert Wire(port).create().raw_events[-1]["icon"] == "no-such-icon"


def test_d23_an_action_has_a_type(wire: Wire) -> None:
    reply = wire.ask("threads.custom_action", thread_id=wire.thread("show"), action={"payload": 1})
    assert (reply.status, reply.json["path"]) == (400, "$.params.action")


def test_insertion_order_holds_when_times_tie() -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    app = create_app(App(), now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    with live(app) as port:
        wire = Wire(port)
        thread = wire.thread("a")
        for text in "bcdef":
            wire.say(thread, text)
        texts = [i["content"][0]["text"] for i in wire.items(thread)]
    assert texts == [said for text in "abcdef" for said in (text, f"echo {text}")]


def test_a_deleted_thread_does_not_come_back() -> None:
    """A change made while the thread is deleted elsewhere is an error in the stream, not a new thread."""

    async def respond(turn: Turn) -> Answer:
        yield turn.notice("go")
        await turn.store.delete_thread(turn.user, turn.thread.id)
        turn.thread.title = "ghost"
        yield turn.notice("on")

    with live(create_app(respond)) as port:
        wire = Wire(port)
        assert wire.create().raw_events[-1]["type"] == "error"
        assert wire.ask("threads.list").json["data"] == []


def test_a_rename_during_an_answer_is_kept() -> None:
    async def respond(turn: Turn) -> Answer:
        yield turn.notice("go")
        stored = await turn.store.load_thread(turn.user, turn.thread.id)
        stored.title = "by the user"
        await turn.store.save_thread(turn.user, stored)
        turn.thread.status = LockedStatus()
        yield turn.notice("on")

    with live(create_app(respond)) as port:
        wire = Wire(port)
        told = wire.create().of("thread.updated")
        assert [(t["thread"].get("title"), t["thread"]["status"]["type"]) for t in told] == [("by the user", "locked")]


def test_message_fields_are_echoed(wire: Wire) -> None:
    given = message("x", quoted_text="before", inference_options={"model": "m", "tool_choice": {"id": "t"}})
    item = wire.ask("threads.create", input=given).raw_events[1]["item"]
    assert item["quoted_text"] == "before"
    assert item["inference_options"] == {"model": "m", "tool_choice": {"id": "t"}}
