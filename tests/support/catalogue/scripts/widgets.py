"""Widgets, and the actions that come from them."""

import json
from typing import Any

from support.catalogue.bed import Bed, done, item, text
from support.catalogue.exchange import Exchange
from support.catalogue.material import BASIC, RICH, ROWS, card, growing
from support.catalogue.verdicts import script


def changes(reply: Exchange) -> list[dict[str, Any]]:
    return [event["update"] for event in reply.of("thread.item.updated")]


@script("WGT-004", "WGT-007", "WGT-008", "WGT-014", "WGT-018", "WGT-020")
def widgets_grow(bed: Bed) -> None:
    states = [card(growing("Hel")), card(growing("Hello")), card(growing("Hello you"))]
    reply = bed.create(["widget", states])
    grown = changes(reply)
    bed.same("WGT-004", [update["delta"] for update in grown], ["lo", " you"])
    bed.same("WGT-020", [update["type"] for update in grown], ["widget.streaming_text.value_delta"] * 2)
    bed.same("WGT-008", [update["done"] for update in grown], [False, False])
    bare = [card({"type": "Markdown", "id": "m", "value": value}) for value in ("a", "ab")]
    bed.same("WGT-008", [update["done"] for update in changes(bed.create(["widget", bare]))], [True])
    for alone in (RICH, ROWS, BASIC):
        bed.same("WGT-007", bed.create(["widget", [alone]]).kinds[3:], ["thread.item.done"])
    built = [card(growing("a")), card(growing("a"), {"type": "Divider"}), card(growing("a", streaming=False))]
    bed.same("WGT-018", [one["type"] for one in changes(bed.create(["widget", built]))], ["widget.root.updated"] * 2)
    copied = bed.create(done(item("widget", widget=card(), copy_text="as text")))
    bed.same("WGT-014", bed.items(copied.thread_id)[1]["copy_text"], "as text")
    bed.same("WGT-014", copied.done[0]["copy_text"], "as text")


def _with_widget(bed: Bed) -> tuple[str, str]:
    reply = bed.create(done(item("widget", widget=card(growing("x")))))
    return reply.thread_id, reply.done[0]["id"]


def _action(**fields: Any) -> dict[str, Any]:
    return {"action": {"type": "go", **fields}}


@script("ACT-001", "ACT-002", "ACT-003", "ACT-004", "ACT-008", "ACT-009")
def actions(bed: Bed) -> None:
    thread, widget = _with_widget(bed)
    kind = "threads.custom_action"
    bed.same("ACT-001", bed.ask(kind, thread_id=thread, **_action()).notices[1], "sender=null")
    bed.same("ACT-002", bed.ask(kind, thread_id=thread, item_id=widget, **_action()).notices[1], f"sender={widget}")
    bed.say(thread, done(text("no widget")))
    before = bed.items(thread)
    for other in (before[0]["id"], before[-1]["id"]):
        refused = bed.act(thread, done(text("ran")), item=other)
        expected = [{"type": "error", "code": "stream.error", "allow_retry": False}]
        bed.same("ACT-003", (refused.status, refused.events), (200, expected))
    bed.same("ACT-003", bed.items(thread), before)
    for payload in ({"a": [None, 1.5, {"b": "é"}]}, [1], "text", 0, None):
        told = bed.ask(kind, thread_id=thread, **_action(payload=payload)).notices[0]
        bed.same("ACT-004", json.loads(told.removeprefix("payload=")), payload)
    bed.same("ACT-004", bed.ask(kind, thread_id=thread, **_action()).notices[0], "payload=null")
    for given in ({"thread_id": "thr_no"}, {"thread_id": thread, "item_id": "msg_no"}):
        for asked in (kind, "threads.sync_custom_action"):
            script_ = {"ckc": [done(text("ran"))]}
            reply = bed.ask(asked, **given, **_action(payload=script_))
            bed.holds("ACT-008", reply.refused, reply)
    bed.same("ACT-008", bed.items(thread), before)
    acted = bed.act(thread, done(text("acted")), item=widget)
    bed.same("ACT-009", bed.items(thread)[len(before) :], acted.done)


@script("ACT-005", "ACT-006", "ACT-007")
def actions_without_a_stream(bed: Bed) -> None:
    thread, widget = _with_widget(bed)
    kind, before = "threads.sync_custom_action", bed.items(thread)
    reply = bed.ask(kind, thread_id=thread, item_id=widget, **_action())
    bed.same("ACT-005", (reply.status, reply.json), (200, {"updated_item": before[1]}))
    bed.same("ACT-005", bed.ask(kind, thread_id=thread, **_action()).json, {})
    bed.holds("ACT-006", bed.ask(kind, thread_id=thread, item_id=before[0]["id"], **_action()).refused)
    # Ours goes further than the rule: a stored widget that the action changed is stored as it now is (compare D9).
    params = {"thread_id": thread, "item_id": widget, "action": {"type": "mark"}}
    marked = bed.post({"type": kind, "params": params}, "/peek").json["updated_item"]
    bed.same("ACT-007", bed.items(thread)[1], marked)
    bed.same("ACT-007", marked, before[1] | {"copy_text": "marked"})
