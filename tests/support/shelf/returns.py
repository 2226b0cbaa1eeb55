"""Faults of tools, questions and actions, by what is sent."""

from typing import Any

from support.shelf import spoils as s
from support.shelf.fault import fault
from support.shelf.front import JSON, Each, Reply, Spoil


def only(kind: str, change: Any) -> Spoil:
    """Change the JSON that answers one type of request."""

    def answer(value: JSON, request: JSON) -> list[JSON]:
        if request.get("type") == kind and isinstance(value, dict):
            change(value)
        return [value]

    return Each(answer)


def other_reply(*kinds: str, value: bytes) -> Spoil:
    """Answer with other JSON where it went well."""

    def change(one: Reply) -> None:
        if one.status == 200:
            one.body = value

    return s.asking(*kinds, then=change)


RETURNS = [
    fault(
        "call-completed-at-once",
        "a call arrives as completed",
        "tools.call.arrives-pending",
        s.of(
            "thread.item.done",
            lambda e: (
                e["item"].update(status="completed", output=1) if e["item"]["type"] == "client_tool_call" else None
            ),
        ),
        "tools.result",
    ),
    fault(
        "call-not-last",
        "more items after a call",
        "tools.call.ends-the-turn",
        s.events(
            lambda e: [
                *e,
                *[
                    x | {"item": x["item"] | {"type": "end_of_turn", "id": "msg_late"}}
                    for x in e
                    if x.get("item", {}).get("type") == "client_tool_call"
                ][:1],
            ]
        ),
        "tools.result",
    ),
    fault(
        "two-calls",
        "two calls in one turn",
        "tools.call.one-a-turn",
        s.each(
            lambda e: (
                [e, e | {"item": e["item"] | {"id": "tc_two", "call_id": "two"}}]
                if e.get("item", {}).get("type") == "client_tool_call"
                else [e]
            )
        ),
        "tools.result",
    ),
    fault(
        "call-without-name",
        "a call has no name",
        "shape.field.there",
        s.of("client_tool_call", s.without("name")),
        "tools.result",
    ),
    fault(
        "arguments-as-text",
        "arguments are JSON in a text",
        "shape.field.type",
        s.wherever("arguments", str),
        "tools.result",
    ),
    fault(
        "output-lost",
        "a completed call has no output",
        "tools.output.any-json",
        s.of("client_tool_call", s.without("output")),
        "tools.call-behind-hidden",
    ),
    fault(
        "output-as-text",
        "output is JSON in a text",
        "tools.output.any-json",
        s.wherever("output", str),
        "tools.call-behind-hidden",
    ),
    fault(
        "questions-open",
        "questions are `open`, not pending",
        "questions.item.arrives-pending",
        s.of("structured_input", lambda v: v.update(status="open") if v["status"] == "pending" else None),
        "questions.answered",
    ),
    fault(
        "questions-answered-at-once",
        "questions arrive answered",
        "questions.item.arrives-pending",
        s.of(
            "thread.item.done",
            lambda e: e["item"].update(status="answered") if e["item"]["type"] == "structured_input" else None,
        ),
        "questions.answered",
    ),
    fault(
        "answers-not-shown",
        "answers are not shown",
        "questions.submit.shown-first",
        s.drop("thread.item.replaced"),
        "questions.answered",
    ),
    fault(
        "answers-shown-last",
        "answers are shown at the end",
        "questions.submit.shown-first",
        s.last("thread.item.replaced"),
        "questions.answered",
    ),
    fault(
        "question-ids-equal",
        "two questions have one id",
        "questions.item.ids-differ",
        s.of("freeform", s.put(id="name")),
        "questions.answered",
    ),
    fault(
        "question-missing",
        "a question asks nothing",
        "shape.field.there",
        s.of("freeform", s.without("question")),
        "questions.answered",
    ),
    fault(
        "options-as-texts",
        "options are texts",
        "shape.field.type",
        s.wherever("options", lambda o: [x["value"] for x in o] if o and isinstance(o[0], dict) else o),
        "questions.answered",
    ),
    fault(
        "answer-as-text",
        "an answer is a text",
        "questions.answer.keeps-every-value",
        s.wherever("answer", lambda a: "yes" if a else a),
        "questions.answered",
    ),
    fault(
        "sync-action-streams-item",
        "an action without a stream gives the item itself",
        "actions.sync.gives-an-item",
        only("threads.sync_custom_action", lambda v: v.update(v.pop("updated_item", {}))),
        "actions.at-once",
    ),
    fault(
        "sync-action-empty",
        "an action without a stream gives nothing",
        "actions.sync.gives-an-item",
        other_reply("threads.sync_custom_action", value=b"[]"),
        "actions.at-once",
    ),
    fault(
        "payload-stringified",
        "an action's payload is a text",
        "actions.payload.unchanged",
        s.wherever("message", lambda m: m.replace("{", "'{") if m.startswith("payload=") else m),
        "actions.with-sender",
    ),
    fault(
        "payload-null-as-empty",
        "no payload becomes an empty one",
        "actions.payload.unchanged",
        s.wherever("message", lambda m: "payload={}" if m == "payload=null" else m),
        "actions.without-sender",
    ),
    fault(
        "sender-always-null",
        "an action's sender is never told",
        "actions.sender.widget",
        s.wherever("message", lambda m: "sender=null" if m.startswith("sender=") else m),
        "actions.with-sender",
    ),
    fault(
        "sender-invented",
        "an action without a sender has one",
        "actions.sender.none",
        s.wherever("message", lambda m: "sender=wdg_1" if m == "sender=null" else m),
        "actions.without-sender",
    ),
    fault(
        "refusal-of-sender-with-retry",
        "a sender that is no widget may try again",
        "actions.sender.refusal-is-told",
        s.of("error", s.put(allow_retry=True)),
        "actions.sender-is-no-widget",
    ),
    fault(
        "retry-tells-removals",
        "a retry announces what it deletes",
        "items.removed.known",
        s.events(
            lambda e: [*e[:1], {"type": "thread.item.removed", "item_id": "msg_x"}, *e[1:]], "threads.retry_after_item"
        ),
        "retry.answers-again",
    ),
]
