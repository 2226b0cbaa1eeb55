"""A broken server breaks the right rule of the catalogue: the checks can fail."""

from collections.abc import Iterator
from typing import Any

import pytest

from chatkit_server import MemoryStore
from support.catalogue import faults as f
from support.catalogue.runs import Runs
from support.catalogue.served import served

PART = "assistant_message.content_part."
MESSAGE = "replaying_gives_the_thread"
GROWS = "widgets_grow"
PAGES = "pages_of_items"
REFUSALS = "what_is_no_request_is_refused"
CHANGES = "a_thread_changes_while_it_answers"
FAILS = "failures_are_told"
QUESTIONS = "questions_are_answered"
AGAIN = "a_message_is_answered_again"
SAID = "what_the_user_says_is_echoed"


def spoiled(rule: str, script: str, spoil: f.Spoil, name: str = "") -> Any:
    """Write a row: this fault, seen in this script, breaks this rule."""
    return pytest.param(rule, script, spoil, id=f"{rule} {name}".strip())


def early(told: f.Events) -> f.Events:
    """Put `thread.updated` before the error that it has to follow."""
    return sorted(told, key=lambda event: event["type"] == "error")


def bad_request_to_server_error(reply: f.Reply) -> None:
    reply.status = 500 if reply.status == 400 else reply.status


def always_fine(reply: f.Reply) -> None:
    reply.status = 200


def as_json(reply: f.Reply) -> None:
    reply.headers["content-type"] = "application/json"


def as_text(reply: f.Reply) -> None:
    reply.headers["content-type"] = "text/plain"


def cacheable(reply: f.Reply) -> None:
    reply.headers["cache-control"] = "max-age=60"


def break_off(reply: f.Reply) -> None:
    reply.breaks_off = True


def has_more(more: bool) -> f.Spoil:
    return f.wherever("has_more", lambda _: more)


def last_one(kind: str, **fields: Any) -> f.Spoil:
    """Change the last event of a type only."""

    def change(told: f.Events) -> f.Events:
        mine = [event for event in told if event["type"] == kind]
        for event in mine[-1:]:
            event.update(fields)
        return told

    return f.events(change)


def said_again(told: f.Events) -> f.Events:
    return [*told, {"type": "thread.item.done", "item": {"type": "user_message", "id": "x", "thread_id": "y"}}]


def finished(kind: str, change: Any) -> f.Spoil:
    """Change the items of a type where they are done."""
    return f.of("thread.item.done", lambda event: change(event["item"]) if event["item"]["type"] == kind else None)


def done_again(told: f.Events) -> f.Events:
    return told + [event for event in told if event["type"] == "thread.item.done"][-1:]


def reopened(told: f.Events) -> f.Events:
    return told + [event for event in told if event["type"] == "thread.item.updated"][-1:]


SPOILED = [
    spoiled("HTTP-002", MESSAGE, as_json),
    spoiled("HTTP-003", PAGES, as_text),
    spoiled("HTTP-004", "unknown_ids_do_not_change_the_kind_of_reply", always_fine),
    spoiled("HTTP-005", SAID, f.body(lambda b: b + b"\xff")),
    spoiled("HTTP-006", REFUSALS, always_fine),
    spoiled("HTTP-006s", REFUSALS, bad_request_to_server_error),
    spoiled("HTTP-013", MESSAGE, cacheable),
    spoiled("HTTP-014", "events_arrive_as_they_are_made", f.nothing),
    spoiled("HTTP-015", "new_threads", break_off),
    spoiled("SSE-001", MESSAGE, f.stream(lambda b: b.replace(b"data: {", b"data: {\ndata: ")), "several lines"),
    spoiled("SSE-001", MESSAGE, f.stream(lambda b: b.replace(b"data: {", b"data:{")), "no space"),
    spoiled("SSE-002", MESSAGE, f.events(lambda e: [*e, {"type": "thread.sparkled"}])),
    spoiled("SSE-003", MESSAGE, f.stream(lambda b: b.replace(b"data: {", b"id: 1\ndata: {"))),
    spoiled("SSE-004", MESSAGE, f.stream(lambda b: b.replace(b"Hello", b"Hel\rlo"))),
    spoiled("SSE-005", MESSAGE, f.stream(lambda b: b[:-1])),
    spoiled("SSE-006", MESSAGE, f.stream(lambda b: b"\xef\xbb\xbf" + b)),
    spoiled("SSE-007", MESSAGE, f.stream(lambda b: b + b"data: [DONE]\n\n")),
    spoiled("SSE-008", "a_quiet_stream_is_kept_alive", f.stream(lambda b: b.replace(b": ping\n", b": ping\n\n"))),
    spoiled("SSE-009", MESSAGE, f.stream(lambda b: b.replace(b"\n", b"\r\n"))),
    spoiled(
        "SSE-010", "any_text_and_free_json_come_through", f.stream(lambda b: b.replace("\u2028".encode(), b"\n\n"))
    ),
    spoiled("JSN-001", PAGES, f.values(lambda v: v.setdefault("after", None) if "has_more" in v else None)),
    spoiled("JSN-002", "any_text_and_free_json_come_through", f.of("client_effect", f.put(data={}))),
    spoiled("JSN-003", MESSAGE, f.of("output_text", f.without("annotations"))),
    spoiled("JSN-004", MESSAGE, f.wherever("created_at", lambda _: 1767323045)),
    spoiled("JSN-005", MESSAGE, f.wherever("created_at", lambda at: at.rstrip("Z"))),
    spoiled("JSN-006", CHANGES, f.values(f.renamed("allowed_image_domains", "allowedImageDomains"))),
    spoiled("JSN-006", GROWS, f.values(f.renamed("onClickAction", "on_click_action")), "props"),
    spoiled("JSN-007", SAID, f.of("input_text", f.without("type"))),
    spoiled("JSN-008", "a_tool_answers", f.wherever("call_id", lambda _: "")),
    spoiled(
        "JSN-009", "any_text_and_free_json_come_through", f.wherever("text", lambda said: said.replace("\r\n", "\n"))
    ),
    spoiled("JSN-010", PAGES, f.body(lambda b: b.replace(b'"has_more":', b'"has_more":true,"has_more":'))),
    spoiled("JSN-011", GROWS, f.of("Markdown", f.put(maxLines=None))),
    spoiled("JSN-012", GROWS, f.of("thread.item.done", f.put(sequence=1))),
    spoiled("THR-001", "new_threads", f.events(lambda e: [*e[1:2], *e[:1], *e[2:]])),
    spoiled("THR-002", "new_threads", f.drop("thread.created")),
    spoiled("THR-009", CHANGES, f.wherever("metadata", lambda _: {"secret": 1})),
    spoiled("THR-015", CHANGES, f.drop("thread.updated")),
    spoiled("THR-018", "rename_and_delete", f.events(lambda e: [*e, {"type": "thread.updated"}])),
    spoiled("PAG-001", PAGES, f.wherever("has_more", int)),
    spoiled("PAG-006", PAGES, has_more(True)),
    spoiled("PAG-007", PAGES, f.values(f.without("after"))),
    spoiled("PAG-008", PAGES, has_more(True)),
    spoiled("STR-000", "failures_are_told", f.of("error", f.put(allow_retry="no"))),
    spoiled("STR-001", MESSAGE, f.drop("stream_options"), "none"),
    spoiled("STR-001", MESSAGE, f.twice("stream_options"), "two"),
    spoiled("STR-002", MESSAGE, f.events(lambda e: sorted(e, key=lambda one: one["type"] == "stream_options"))),
    spoiled("STR-003", MESSAGE, f.events(lambda e: [*e[1:2], *e[:1], *e[2:]])),
    spoiled("STR-005", MESSAGE, f.wherever("allow_cancel", str)),
    spoiled("STR-006", GROWS, f.of("widget", f.put(thread_id="thr_other"))),
    spoiled("STR-007", SAID, f.of("user_message", f.without("quoted_text"))),
    spoiled("STR-008", SAID, f.twice("thread.item.done")),
    spoiled("STR-011", MESSAGE, f.drop("thread.item.removed")),
    spoiled("STR-013", MESSAGE, f.drop("thread.item.done")),
    spoiled("STR-014", MESSAGE, last_one("thread.item.replaced", item={"type": "end_of_turn", "id": "x"})),
    spoiled("ITM-003", MESSAGE, f.twice("thread.item.added")),
    spoiled("ITM-004", MESSAGE, f.events(lambda e: e[::-1])),
    spoiled("ITM-005", MESSAGE, f.events(reopened)),
    spoiled("ITM-006", MESSAGE, finished("generated_image", f.put(id="msg_fake"))),
    spoiled("ITM-007", MESSAGE, finished("generated_image", f.put(type="end_of_turn"))),
    spoiled("ITM-008", MESSAGE, finished("generated_image", f.put(created_at="2027-01-01T00:00:00Z"))),
    spoiled("ITM-009", MESSAGE, last_one("thread.item.removed", item_id="msg_ghost")),
    spoiled("ITM-019", MESSAGE, f.of("task", f.put(thread_id="thr_other"))),
    spoiled("ITM-020", MESSAGE, f.of(PART + "text_delta", f.put(type="widget.root.updated", widget={"type": "Card"}))),
    spoiled("ITM-021", MESSAGE, f.events(done_again)),
    spoiled("UMS-003", SAID, f.of("user_message", f.without("quoted_text"))),
    spoiled("MSG-002", MESSAGE, f.of(PART + "added", f.put(content_index=5))),
    spoiled("MSG-004", MESSAGE, f.wherever("delta", str.upper)),
    spoiled("MSG-005", MESSAGE, f.of(PART + "done", f.put(content_index=0))),
    spoiled("MSG-006", MESSAGE, finished("assistant_message", lambda item: item["content"][0].update(text="He"))),
    spoiled("ANN-001", MESSAGE, f.wherever("annotation_index", lambda index: index + 1)),
    spoiled("ANN-004", MESSAGE, f.wherever("index", lambda _: 99)),
    spoiled("ANN-005", MESSAGE, f.of(PART + "annotation_added", lambda v: v["annotation"].update(index=0))),
    spoiled("WFL-002", MESSAGE, f.of("workflow.task.added", f.put(task_index=0))),
    spoiled("WFL-003", MESSAGE, f.of("workflow.task.updated", f.put(task_index=9))),
    spoiled("WFL-004", MESSAGE, f.of("workflow.task.updated", lambda v: v["task"].update(title="x"))),
    spoiled("WFL-008", MESSAGE, f.values(f.without("summary"))),
    spoiled("IMG-002", MESSAGE, f.wherever("progress", lambda share: share * 100)),
    spoiled("IMG-003", MESSAGE, f.wherever("progress", lambda share: 1 - share)),
    spoiled("IMG-004", MESSAGE, f.of("generated_image", f.without("image"))),
    spoiled("WGT-001", GROWS, f.wherever("widget", lambda widget: {"type": "Box", "children": [widget]})),
    spoiled("WGT-003", GROWS, f.wherever("component_id", lambda _: "ghost")),
    spoiled("WGT-004", GROWS, f.wherever("delta", lambda delta: "Hel" + delta)),
    spoiled("WGT-006", GROWS, f.wherever("delta", str.upper)),
    spoiled("WGT-011", GROWS, f.of("ListViewItem", f.put(type="Row"))),
    spoiled("WGT-012", GROWS, f.of("ListViewItem", f.put(id="same"))),
    spoiled("WGT-013", GROWS, f.wherever("loadingBehavior", lambda _: "spin")),
    spoiled("WGT-017", GROWS, f.of("Caption", f.put(value=3))),
    spoiled("CTL-001", "a_tool_answers", f.of("client_tool_call", f.put(status="completed"))),
    spoiled("CTL-002", "a_tool_answers", f.events(lambda e: [*e[:1], *e[3:], *e[1:3]])),
    spoiled("CTL-008", "a_tool_answers", f.of("client_tool_call", f.without("output"))),
    spoiled("SIN-001", QUESTIONS, f.of("structured_input", f.put(status="open"))),
    spoiled("SIN-002", QUESTIONS, f.drop("thread.item.replaced")),
    spoiled("SIN-012", QUESTIONS, f.of("freeform", f.put(id="name"))),
    spoiled("ERR-001", FAILS, f.of("error", f.without("code"))),
    spoiled("ERR-002", FAILS, f.of("error", f.put(code="stream_error"))),
    spoiled("ERR-003", FAILS, f.of("error", f.without("message"))),
    spoiled("ERR-005", FAILS, f.of("error", f.put(message="X-CANARY"))),
    spoiled("ERR-007", FAILS, f.events(early)),
    spoiled("EVT-001", "effects_are_never_stored", f.of("progress_update", f.put(icon="no-such-icon"))),
    spoiled("EVT-002", "effects_are_never_stored", f.of("client_effect", f.without("data"))),
    spoiled("EVT-003", "effects_are_never_stored", f.of("notice", f.put(level="loud"))),
    spoiled("ATT-001", "files_are_attached", f.of("image", f.without("preview_url"))),
    spoiled("ATT-004", "files_are_attached", f.of("image", f.without("preview_url"))),
    spoiled("THR-003", "new_threads", f.of("thread.created", lambda e: e["thread"]["items"].update(data=[{}]))),
    spoiled("THR-008", "new_threads", f.of("active", f.put(reason="none"))),
    spoiled(
        "THR-021", CHANGES, f.of("thread.updated", lambda e: e["thread"].update(created_at="2027-01-01T00:00:00Z"))
    ),
    spoiled("PAG-011", "pages_of_threads", f.wherever("items", lambda page: page | {"data": [{}]})),
    spoiled("STR-004", AGAIN, f.events(said_again)),
    spoiled("RTY-003", AGAIN, f.events(said_again)),
    spoiled("ACT-010", "actions", f.events(said_again)),
    spoiled("RTY-004", AGAIN, f.events(lambda e: [*e, {"type": "thread.item.removed", "item_id": "x"}])),
    spoiled("MSG-010", MESSAGE, f.wherever("content_index", str)),
    spoiled("ANN-002", MESSAGE, f.of("annotation", f.without("source"))),
    spoiled("ANN-003", MESSAGE, f.of("url", f.without("title"))),
    spoiled("WFL-001", MESSAGE, f.wherever("expanded", str)),
    spoiled("WFL-010", MESSAGE, f.wherever("status_indicator", lambda _: "done")),
    spoiled("WGT-010", MESSAGE, f.of("widget.component.updated", f.put(component_id="ghost"))),
    spoiled("WGT-002", GROWS, f.of("Divider", f.without("type"))),
    spoiled("WGT-008", GROWS, f.of("widget.streaming_text.value_delta", f.put(done=False))),
    spoiled("WGT-014", GROWS, f.values(f.without("copy_text"))),
    spoiled("WGT-015", GROWS, f.of("Divider", f.put(type="Ruler"))),
    spoiled("WGT-016", GROWS, f.of("Icon", f.put(name="no-such-icon"))),
    spoiled("WGT-018", GROWS, f.drop("thread.item.updated")),
    spoiled("WGT-020", GROWS, f.drop("thread.item.updated")),
    spoiled("CTL-014", "a_tool_answers", f.wherever("arguments", lambda given: {k: v for k, v in given.items() if v})),
    spoiled("ATT-002", "files_are_attached", f.wherever("method", lambda _: "GET")),
    spoiled("AUD-001", "speech_becomes_text", f.wherever("text", str.upper)),
]


@pytest.fixture(scope="module")
def front() -> Iterator[tuple[f.Breaker, int]]:
    made: list[f.Breaker] = []

    def wrap(app: Any) -> Any:
        made.append(f.Breaker(app))
        return made[0]

    with served(MemoryStore(), wrap) as port:
        yield made[0], port


@pytest.mark.parametrize(("rule", "script", "spoil"), SPOILED)
def test_a_spoiled_reply_breaks_its_rule(front: tuple[f.Breaker, int], rule: str, script: str, spoil: f.Spoil) -> None:
    breaker, port = front
    breaker.spoil = spoil
    broken = Runs(port).broken([script])
    assert rule in broken
