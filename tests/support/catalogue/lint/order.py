"""What comes where in a stream."""

from typing import Any

from support.catalogue.exchange import Exchange, Stream, item_id
from support.catalogue.shapes import nodes
from support.catalogue.verdicts import Found, every

OPTIONS_PLACE = {"threads.create": 2, "threads.add_user_message": 1}
NOTHING_SAID = {
    "threads.add_client_tool_output",
    "threads.add_structured_input",
    "threads.retry_after_item",
    "threads.custom_action",
}


def kinds(one: Stream) -> list[str]:
    return [event["type"] for event in one.events]


def of(one: Stream, *names: str) -> list[dict[str, Any]]:
    return [event for event in one.events if event["type"] in names]


@every("stream", "THR-001")
def a_created_thread_comes_first(one: Stream) -> Found:
    if one.kind == "threads.create":
        yield kinds(one)[:1] == ["thread.created"], kinds(one)


@every("stream", "THR-002")
def a_thread_is_created_once(one: Stream) -> Found:
    yield kinds(one).count("thread.created") == (one.kind == "threads.create"), kinds(one)


@every("stream", "THR-003")
def a_created_thread_is_empty(one: Stream) -> Found:
    for event in of(one, "thread.created"):
        yield event["thread"]["items"]["data"] == [], event


@every("stream", "THR-019")
def the_thread_updated_is_this_one(one: Stream) -> Found:
    for event in of(one, "thread.updated"):
        yield event["thread"]["id"] == one.thread_id, event


@every("stream", "THR-020")
def a_thread_in_a_stream_has_no_items(one: Stream) -> Found:
    for event in of(one, "thread.created", "thread.updated"):
        yield event["thread"]["items"] == {"data": [], "has_more": False}, event


@every("transcript", "THR-021")
def a_thread_is_created_at_one_time(exchanges: list[Exchange]) -> Found:
    first: dict[str, Any] = {}
    for exchange in exchanges:
        for node in nodes(exchange):
            if node.group == "threads" and {"id", "created_at"} <= node.value.keys():
                told = first.setdefault(node.value["id"], node.value["created_at"])
                yield told == node.value["created_at"], node.value


@every("stream", "STR-001")
def options_come_once(one: Stream) -> Found:
    if not one.refusal:
        yield kinds(one).count("stream_options") == 1, kinds(one)


@every("stream", "STR-002")
def options_have_their_place(one: Stream) -> Found:
    if not one.refusal:
        place = OPTIONS_PLACE.get(one.kind, 0)
        yield kinds(one)[place : place + 1] == ["stream_options"], kinds(one)


@every("stream", "STR-003")
def the_message_opens_the_answer(one: Stream) -> Found:
    if one.kind == "threads.add_user_message":
        first = one.events[0] if one.events else {}
        said = first.get("item", {})
        yield first.get("type") == "thread.item.done" and said.get("type") == "user_message", first


@every("stream", "STR-004", "ACT-010", "RTY-003")
def nothing_is_said_for_the_user(one: Stream) -> Found:
    if one.kind in NOTHING_SAID:
        yield not _said(one), one.events


@every("stream", "STR-005")
def options_are_booleans(one: Stream) -> Found:
    for event in of(one, "stream_options"):
        yield isinstance(event.get("stream_options", {}).get("allow_cancel"), bool), event


@every("stream", "STR-006")
def events_are_about_this_thread(one: Stream) -> Found:
    for event in one.events:
        where = event.get("item", {}).get("thread_id", one.thread_id)
        if item_id(event):
            yield where == one.thread_id, event


@every("stream", "STR-007")
def the_message_is_echoed(one: Stream) -> Found:
    given = one.exchange.params.get("input")
    if one.kind in OPTIONS_PLACE and given:
        (said, *_) = [*_said(one), {}]
        # D4, D20: a tag without data has none, and what is null or left out is read as empty.
        yield [part.get("text") for part in said.get("content", ())] == [p["text"] for p in given["content"]], said
        yield said.get("quoted_text") == given.get("quoted_text"), said
        yield said.get("inference_options") == (given.get("inference_options") or {}), said
        yield [a["id"] for a in said.get("attachments", ())] == (given.get("attachments") or []), said


@every("stream", "STR-008")
def the_message_is_done_once(one: Stream) -> Found:
    if one.kind in OPTIONS_PLACE:
        early = [e for e in of(one, "thread.item.added", "thread.item.replaced") if _is_said(e["item"])]
        yield len(_said(one)) == 1 and not early, kinds(one)


@every("stream", "STR-013")
def a_turn_leaves_no_message_open(one: Stream) -> Found:
    opened = [e["item"]["id"] for e in of(one, "thread.item.added") if e["item"]["type"] == "assistant_message"]
    closed = {item_id(e) for e in of(one, "thread.item.done", "thread.item.replaced", "thread.item.removed")}
    if opened and not one.failed:
        yield set(opened) <= closed, opened


@every("stream", "CTL-001")
def a_tool_call_arrives_whole(one: Stream) -> Found:
    for event in of(one, "thread.item.added", "thread.item.done"):
        call = event["item"]
        if call["type"] == "client_tool_call":
            whole = call.get("status") == "pending" and isinstance(call.get("arguments"), dict)
            named = isinstance(call.get("call_id"), str) and isinstance(call.get("name"), str)
            yield event["type"] == "thread.item.done" and whole and named, event


@every("stream", "CTL-002")
def a_tool_call_is_the_last_item(one: Stream) -> Found:
    """Two calls in one stream are CTL-003's matter."""
    about = [event for event in one.events if item_id(event)]
    for place, event in enumerate(about):
        if event.get("item", {}).get("type") == "client_tool_call" and event["type"] == "thread.item.done":
            yield place == len(about) - 1, about[place:]


@every("stream", "CTL-003")
def a_turn_calls_one_tool(one: Stream) -> Found:
    calls = [e for e in of(one, "thread.item.done") if e["item"]["type"] == "client_tool_call"]
    if calls:
        yield len(calls) == 1, calls


def _is_said(item: dict[str, Any]) -> bool:
    return item.get("type") == "user_message"


def _said(one: Stream) -> list[dict[str, Any]]:
    return [event["item"] for event in of(one, "thread.item.done") if _is_said(event["item"])]
