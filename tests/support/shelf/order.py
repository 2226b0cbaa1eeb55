"""Faults of what a stream begins with, and of the changes of a thread."""

from support.shelf import spoils as s
from support.shelf.fault import fault
from support.shelf.front import JSON

HELLO = "stream.hello"
END: JSON = {"type": "end_of_turn", "id": "msg_end", "thread_id": "thr_x", "created_at": "2026-01-01T00:00:00Z"}


def said_again(told: s.Events) -> s.Events:
    """Echo a message that nobody sent."""
    item: JSON = {"type": "user_message", "id": "msg_again", "created_at": "2026-01-01T00:00:00Z"}
    item |= {"content": [], "attachments": [], "inference_options": {}}
    others = [event["item"]["thread_id"] for event in told if "item" in event]
    item["thread_id"] = others[0] if others else "thr_unknown"
    return [*told, {"type": "thread.item.done", "item": item}]


def imageless(value: JSON) -> None:
    """Allow images from nowhere."""
    if "status" in value:
        value["allowed_image_domains"] = []


ORDER = [
    fault("options-missing-event", "no stream options", "stream.options.once", s.drop("stream_options"), HELLO),
    fault("options-twice", "stream options twice", "stream.options.once", s.twice("stream_options"), HELLO),
    fault("options-last", "stream options at the end", "stream.options.place", s.last("stream_options"), HELLO),
    fault(
        "options-first",
        "stream options before the user's message",
        "stream.options.place",
        s.first("stream_options"),
        "messages.two-parts",
    ),
    fault(
        "options-flat",
        "allow_cancel stands in the event itself",
        "stream.options.shape",
        s.of("stream_options", lambda e: e.update(e.pop("stream_options"))),
        HELLO,
    ),
    fault(
        "options-no-cancel",
        "allow_cancel is false though the server can be stopped",
        "cancel.button-is-offered",
        s.wherever("allow_cancel", lambda _: False),
        "cancel.message",
    ),
    fault(
        "thread-created-late",
        "the user's message before thread.created",
        "threads.create.first",
        s.events(lambda e: [*e[1:2], *e[:1], *e[2:]]),
        "threads.create",
    ),
    fault(
        "thread-created-missing", "no thread.created", "threads.create.once", s.drop("thread.created"), "threads.create"
    ),
    fault(
        "thread-created-twice",
        "thread.created twice",
        "threads.create.once",
        s.twice("thread.created"),
        "threads.create",
    ),
    fault(
        "thread-created-again",
        "thread.created for a message in an old thread",
        "threads.create.once",
        s.events(
            lambda e: [
                {
                    "type": "thread.created",
                    "thread": {
                        "id": "thr_x",
                        "created_at": "2026-01-01T00:00:00Z",
                        "status": {"type": "active"},
                        "metadata": {},
                        "items": {"data": [], "has_more": False},
                    },
                },
                *e,
            ],
            "threads.add_user_message",
        ),
        HELLO,
    ),
    fault(
        "thread-created-with-items",
        "thread.created has items",
        "threads.create.empty",
        s.of("thread.created", lambda e: e["thread"]["items"].update(data=[END])),
        "threads.create",
    ),
    fault(
        "thread-created-bare",
        "thread.created has no thread",
        "shape.field.there",
        s.of("thread.created", s.without("thread")),
        "threads.create",
    ),
    fault(
        "status-reason-when-active",
        "an active thread has a reason",
        "threads.status.reason",
        s.of("active", s.put(reason="none")),
        "threads.create",
    ),
    fault(
        "status-unknown", "a thread is `open`", "shape.type.known", s.of("active", s.put(type="open")), "threads.create"
    ),
    fault(
        "user-message-missing",
        "the user's message is not echoed",
        "stream.message.once",
        s.each(lambda e: [] if e["type"] == "thread.item.done" and e["item"]["type"] == "user_message" else [e]),
        HELLO,
    ),
    fault(
        "user-message-twice",
        "the user's message comes twice",
        "stream.message.once",
        s.events(
            lambda e: [
                x for one in e for x in ([one, one] if one.get("item", {}).get("type") == "user_message" else [one])
            ]
        ),
        HELLO,
    ),
    fault(
        "user-message-added",
        "the user's message is added and not done",
        "items.added.settled",
        s.each(
            lambda e: [e | {"type": "thread.item.added"}] if e.get("item", {}).get("type") == "user_message" else [e]
        ),
        HELLO,
    ),
    fault(
        "user-message-last",
        "the user's message comes last",
        "stream.message.first",
        s.events(lambda e: sorted(e, key=lambda x: x.get("item", {}).get("type") == "user_message")),
        HELLO,
    ),
    fault(
        "said-when-nothing-was",
        "a user message in a stream that nobody said anything in",
        "stream.message.none-said",
        s.events(said_again, "threads.add_client_tool_output"),
        "tools.result",
    ),
    fault(
        "said-again-by-retry",
        "a retry sends the user's message again",
        "stream.message.none-said",
        s.events(said_again, "threads.retry_after_item"),
        "retry.answers-again",
    ),
    fault(
        "said-by-an-action",
        "an action makes a user message",
        "actions.stream.no-user-message",
        s.events(said_again, "threads.custom_action"),
        "actions.with-sender",
    ),
    fault(
        "update-missing",
        "a change of the thread is not told",
        "changes.told",
        s.drop("thread.updated"),
        "changes.title",
    ),
    fault(
        "update-bare",
        "thread.updated has no thread",
        "changes.told",
        s.of("thread.updated", s.without("thread")),
        "changes.title",
    ),
    fault(
        "update-of-another",
        "thread.updated is about another thread",
        "changes.own-thread",
        s.of("thread.updated", lambda e: e["thread"].update(id="thr_other")),
        "changes.title",
    ),
    fault("update-twice", "a change is told twice", "changes.told-once", s.twice("thread.updated"), "changes.title"),
    fault(
        "update-before-error",
        "thread.updated before the error",
        "changes.error-first",
        s.events(lambda e: sorted(e, key=lambda x: x["type"] == "error")),
        "changes.then-failure",
    ),
    fault(
        "update-lost-after-error",
        "a change is not told when the answer fails",
        "changes.told-after-error",
        s.drop("thread.updated"),
        "changes.then-failure",
    ),
    fault(
        "update-with-items",
        "thread.updated has items",
        "changes.no-items",
        s.of("thread.updated", lambda e: e["thread"]["items"].update(data=[END])),
        "changes.title",
    ),
    fault(
        "update-of-the-time",
        "a thread's time changes",
        "changes.same-time",
        s.of("thread.updated", lambda e: e["thread"].update(created_at="2027-01-01T00:00:00Z")),
        "changes.title",
    ),
    fault(
        "update-with-old-title",
        "thread.updated has the old title",
        "changes.told",
        s.of("thread.updated", lambda e: e["thread"].pop("title", None)),
        "changes.title",
    ),
    fault(
        "update-without-domains",
        "the domains of images are not told",
        "changes.domains-told",
        s.of("thread.updated", lambda e: e["thread"].pop("allowed_image_domains", None)),
        "changes.told-and-kept",
    ),
    fault(
        "no-images-by-default",
        "a new thread has an empty list of image domains",
        "threads.create.plain",
        s.within("thread.created", imageless),
        "stream.hello",
    ),
]
