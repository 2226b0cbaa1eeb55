"""HTTP: what is accepted, refused, and when it arrives; the shape of what a user says."""

import json
import time
from typing import Any

from support.catalogue.bed import Bed, both, done, item, message, text
from support.catalogue.exchange import STREAMING, Exchange
from support.catalogue.lint.framing import JSON_KINDS
from support.catalogue.material import call, card, questions
from support.catalogue.verdicts import script

NOWHERE = "thr_nowhere"


def one_of_each(bed: Bed) -> list[dict[str, Any]]:
    """Give a valid request of each type."""
    made = bed.create(done(item("widget", widget=card())))
    thread, widget = made.thread_id, made.done[0]["id"]
    asked, called = bed.create(done(questions())), bed.create(done(call()))
    upload = bed.ask("attachments.create", name="a.txt", size=1, mime_type="text/plain").json["id"]
    action = {"type": "go", "payload": {"a": 1}}
    gone = bed.create().thread_id
    params: dict[str, Any] = {
        "threads.create": {"input": message()},
        "threads.add_user_message": {"thread_id": thread, "input": message()},
        "threads.add_client_tool_output": {"thread_id": called.thread_id, "result": 1},
        "threads.add_structured_input": {"thread_id": asked.thread_id, "item_id": asked.done[0]["id"], "input": {}},
        "threads.custom_action": {"thread_id": thread, "item_id": widget, "action": action},
        "threads.sync_custom_action": {"thread_id": thread, "item_id": widget, "action": action},
        "threads.get_by_id": {"thread_id": thread},
        "threads.list": {},
        "threads.update": {"thread_id": thread, "title": "New"},
        "items.list": {"thread_id": thread},
        "items.feedback": {"thread_id": thread, "item_ids": [widget], "kind": "positive"},
        "attachments.create": {"name": "b.png", "size": 3, "mime_type": "image/png"},
        "attachments.delete": {"attachment_id": upload},
        "input.transcribe": {"audio_base64": "AAAA", "mime_type": "audio/webm;codecs=opus"},
        "threads.retry_after_item": {"thread_id": thread, "item_id": bed.items(thread)[0]["id"]},
        "threads.delete": {"thread_id": gone},
    }
    return [{"type": kind, "params": given} for kind, given in params.items()]


@script("HTTP-001", "HTTP-010", "HTTP-011", "HTTP-016")
def sixteen_types_at_one_address(bed: Bed) -> None:
    requests = one_of_each(bed)
    bed.same("HTTP-001", {request["type"] for request in requests}, STREAMING | JSON_KINDS)
    for request in requests:
        reply = bed.post(request | {"metadata": {"page": None}, "unheard_of": [1]})
        for rule in ("HTTP-001", "HTTP-010", "HTTP-011"):
            bed.holds(rule, reply.status == 200, reply)
        if request["type"] in STREAMING:
            bed.holds("HTTP-016", reply.status == 200 and reply.events, reply)


@script("HTTP-004", "HTTP-017")
def unknown_ids_do_not_change_the_kind_of_reply(bed: Bed) -> None:
    nowhere = {"thread_id": NOWHERE, "item_id": "msg_nowhere"}
    for kind in sorted(STREAMING - {"threads.create"}):
        extra = {"input": message() if kind.endswith("message") else {}, "action": {"type": "go"}, "result": 1}
        reply = bed.ask(kind, **nowhere, **extra)
        bed.holds("HTTP-004", reply.status != 200 or reply.media == "text/event-stream", reply)
    for kind in ("threads.get_by_id", "threads.update", "threads.delete", "items.list", "attachments.delete"):
        reply = bed.ask(kind, **nowhere, title="t", attachment_id="atc_nowhere")
        bed.holds("HTTP-017", reply.status >= 400 and reply.media != "text/event-stream", reply)


def _refused(bed: Bed, rule: str, replies: list[Exchange]) -> None:
    """Refused at all, and with the status that says that the client is at fault."""
    for reply in replies:
        bed.holds(rule, not 200 <= reply.status < 300 and reply.media != "text/event-stream", reply)
        if not rule[-1].isdigit():
            bed.holds(rule, reply.refused, reply)


@script("HTTP-006", "HTTP-006s", "HTTP-007", "HTTP-007s", "HTTP-008", "HTTP-008s", "HTTP-009", "PAG-017", "FBK-002")
def what_is_no_request_is_refused(bed: Bed) -> None:
    broken = [bed.post(body) for body in (b"", b"{", b"\xff\xfe", b"[1,", b"null", b'"text"')]
    unknown = [bed.post({"type": kind, "params": {}}) for kind in ("threads.fly", "", 5, None)]
    unknown.append(bed.post({"params": {"input": message()}}))
    lacking = [bed.ask(kind) for kind in ("threads.create", "threads.get_by_id", "items.list", "input.transcribe")]
    thread = bed.create().thread_id
    lacking.append(bed.ask("threads.update", thread_id=thread))
    order = [bed.page(thread, order="upwards"), bed.ask("threads.list", order=3)]
    kind = [bed.ask("items.feedback", thread_id=thread, item_ids=[], kind="meh")]
    wrong = [*order, *kind, bed.ask("threads.get_by_id", thread_id=5), bed.page(thread, limit="many")]
    for rule in ("HTTP-006", "HTTP-006s"):
        _refused(bed, rule, broken)
    for rule in ("HTTP-007", "HTTP-007s"):
        _refused(bed, rule, unknown)
    for rule in ("HTTP-008", "HTTP-008s"):
        _refused(bed, rule, lacking)
    for rule, replies in (("HTTP-009", wrong), ("PAG-017", order), ("FBK-002", kind)):
        _refused(bed, rule, replies)


@script("HTTP-012")
def metadata_and_headers_change_nothing(bed: Bed) -> None:
    request = {"type": "threads.create", "params": {"input": message()}}
    plain = bed.post(request)
    dressed = bed.post(request | {"metadata": {"a": 1}}, headers={"accept-language": "de", "accept": "*/*"})
    bed.same("HTTP-012", _skeleton(dressed.events), _skeleton(plain.events))


def _skeleton(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _skeleton(inner) for key, inner in value.items()}
    return [_skeleton(one) for one in value] if isinstance(value, list) else type(value)


@script("HTTP-014")
def events_arrive_as_they_are_made(bed: Bed) -> None:
    thread = bed.create().thread_id
    times = {event["type"]: at for at, event in bed.meanwhile(thread, ["sleep", 300], ["notice", "late"])}
    bed.holds("HTTP-014", times["notice"] - times["stream_options"] > 0.1, times)


@script("HTTP-018", "HTTP-019")
def each_user_for_themselves(bed: Bed) -> None:
    body = {"type": "threads.create", "params": {"input": message()}}
    bed.holds("HTTP-018", bed.post(body, "/guarded").refused)
    ann, bob = {"authorization": "ann"}, {"authorization": "bob"}
    thread = bed.post(body, "/guarded", ann).thread_id
    upload = {"type": "attachments.create", "params": {"name": "a", "size": 1, "mime_type": "text/plain"}}
    attachment = bed.post(upload, "/guarded", ann).json["id"]
    own = {"type": "items.list", "params": {"thread_id": thread}}
    before = bed.post(own, "/guarded", ann).json
    asks: dict[str, dict[str, Any]] = {
        "threads.get_by_id": {},
        "threads.update": {"title": "mine"},
        "threads.delete": {},
        "items.list": {},
        "threads.add_user_message": {"input": message()},
        "threads.retry_after_item": {"item_id": before["data"][-1]["id"]},
        "threads.custom_action": {"action": {"type": "go"}},
        "attachments.delete": {"attachment_id": attachment},
    }
    for kind, params in asks.items():
        reply = bed.post({"type": kind, "params": {"thread_id": thread, **params}}, "/guarded", bob)
        bed.holds("HTTP-019", reply.refused, reply)
    listed = bed.post({"type": "threads.list", "params": {}}, "/guarded", bob)
    bed.same("HTTP-019", listed.json["data"], [])
    bed.same("HTTP-019", bed.post(own, "/guarded", ann).json, before)


@script("HTTP-020")
def two_streams_do_not_mix(bed: Bed) -> None:
    says = [[done(text(f"{side}{n}", str(n))) for n in range(8)] for side in ("x", "y")]
    steps = [[step for one in side for step in (one, ["sleep", 3])] for side in says]
    replies = both(*(lambda step=step: bed.create(*step) for step in steps))
    for side, reply in zip("xy", replies, strict=True):
        texts = [one["content"][0]["text"] for one in reply.done]
        bed.same("HTTP-020", texts, [f"{side}{n}" for n in range(8)])
        bed.same("HTTP-020", {one["thread_id"] for one in reply.done}, {reply.thread_id})


TAG = {"type": "input_tag", "id": "u1", "text": "ann", "data": {"n": None}, "group": "people", "interactive": True}


@script("UMS-001", "UMS-002", "UMS-003", "UMS-004", "UMS-005", "UMS-006")
def what_the_user_says_is_echoed(bed: Bed) -> None:
    for odd in ({"type": "input_image", "url": "x"}, {"type": "output_text", "text": "x"}, {"text": "x"}, "x"):
        _refused(bed, "UMS-001", [bed.create(content=[odd])])
    tagged = _said(bed.create(content=[{"type": "input_text", "text": "hi "}, TAG]))
    bed.same("UMS-002", tagged["content"], [{"type": "input_text", "text": "hi "}, TAG])
    bed.same("UMS-003", _said(bed.create("hi", quoted_text="as you said"))["quoted_text"], "as you said")
    for absent in ({}, {"quoted_text": None}):
        bed.holds("UMS-003", "quoted_text" not in _said(bed.create("hi", **absent)))
    chosen = {"model": "large", "tool_choice": {"id": "search"}}
    for options in (chosen, {"model": "large"}, {"tool_choice": {"id": "search"}}, {}):
        bed.same("UMS-004", _said(bed.create("hi", inference_options=options))["inference_options"], options)
    # D20: only `content` is required; the rest may be left out or null.
    _refused(bed, "UMS-005", [bed.ask("threads.create", input={"attachments": [], "inference_options": {}})])
    bare = _said(bed.ask("threads.create", input={"content": [], "attachments": None}))
    bed.same("UMS-005", (bare["attachments"], bare["inference_options"]), ([], {}))
    bed.same("UMS-006", _said(bed.create(""))["content"], [{"type": "input_text", "text": ""}])


def _said(reply: Exchange) -> dict[str, Any]:
    found: dict[str, Any] = next(e["item"] for e in reply.of("thread.item.done") if e["item"]["type"] == "user_message")
    return found


ODD = 'a\u2028b\u2029c\u0085d\r\ne\n\nf\x01\x7f\t"\\ é e\u0301 \U0001f469\u200d\U0001f680 \ufeff'


@script("SSE-010", "JSN-009", "JSN-002")
def any_text_and_free_json_come_through(bed: Bed) -> None:
    free = {"a": None, "list": [None, 1], "snake_case": {"camelCase": None}}
    reply = bed.create(
        done(text(ODD)),
        ["emit", {"type": "client_effect", "name": "go", "data": free}],
        done(call(arguments=free)),
    )
    bed.same("SSE-010", len(reply.events), len(reply.frames))
    bed.same("SSE-010", reply.done[0]["content"][0]["text"], ODD)
    bed.same("JSN-009", _said(bed.create(ODD))["content"][0]["text"], ODD)
    bed.same("JSN-009", bed.items(reply.thread_id)[1]["content"][0]["text"], ODD)
    bed.same("JSN-002", reply.of("client_effect")[0]["data"], free)
    bed.same("JSN-002", reply.done[1]["arguments"], free)
    bed.same("JSN-002", bed.items(reply.thread_id)[2]["arguments"], free)
    acted = bed.ask("threads.custom_action", thread_id=reply.thread_id, action={"type": "x", "payload": free})
    bed.same("JSN-002", json.loads(acted.notices[0].removeprefix("payload=")), free)
    bed.ask("threads.add_client_tool_output", thread_id=reply.thread_id, result=free)
    bed.same("JSN-002", bed.items(reply.thread_id)[2]["output"], free)


@script()
def a_quiet_stream_is_kept_alive(bed: Bed) -> None:
    started = time.monotonic()
    bed.post({"type": "threads.create", "params": {"input": message(["sleep", 250], ["notice", "late"])}}, "/pinging")
    assert time.monotonic() - started < 5
