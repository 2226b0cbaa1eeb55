"""Actions: what a widget or the page has the server do."""

import json
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import mapped
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Stream, asked
from chatkit_conformance.linter.told import named, progress
from chatkit_conformance.linter.visits import NOWHERE, Visit, visits
from chatkit_conformance.transcript import JSON, OK, Exchange, parsed

ACTION = "threads.custom_action"
SYNC = "threads.sync_custom_action"
ACTIONS = (ACTION, SYNC)
CARD = e.item("widget", "msg_2", widget={"type": "Card", "children": []})
REFUSAL = e.error(allow_retry=False)
SCRIPTED = e.create(e.done(CARD), said=e.script(["emit", e.done(CARD)]))


def _acted(*events: JSON, sender: str | None = "msg_2", payload: Any = None, rows: Any = (CARD,)) -> list[Exchange]:
    """Run an action in a thread that holds these items, and list what it holds then."""
    answer = e.act(*events, item_id=sender, payload=payload)
    return [e.listing(e.user_message(), *rows), answer, e.listing(e.user_message(), *rows)]


def _alone(*events: JSON, sender: str = "msg_2", rows: Any = ()) -> list[Exchange]:
    """Answer an action with these events alone, as the reference does a sender that is no widget."""
    params = {"thread_id": e.THREAD_ID, "item_id": sender, "action": {"type": "go"}}
    return [e.listing(e.user_message(), *rows), e.stream(ACTION, params, *events)]


def _at_once(reply: Any, rows: Any = (CARD,), after: Any = None, status: int = 200) -> list[Exchange]:
    """Run an action that is answered by JSON, and list what the thread holds then."""
    params = {"thread_id": e.THREAD_ID, "item_id": "msg_2", "action": {"type": "go"}}
    asked = e.reply(SYNC, params, reply) if status == OK else e.refused(SYNC, params, status)
    return [e.listing(e.user_message(), *rows), asked, e.listing(e.user_message(), *(rows if after is None else after))]


def _told(visit: Visit, name: str) -> list[str]:
    """Give what a test bed tells under a name of what its handler received."""
    mark = f"{name}="
    return [text.removeprefix(mark) for text in visit.notices if text.startswith(mark)]


@rule(
    "actions.sender.none",
    "MUST",
    "L3",
    catalogue="ACT-001",
    source="openai-chatkit 1.6.5, chatkit/server.py:700-701",
    why="An action of the page is taken for one of some widget.",
    mend="Hand the action on without a sender when the request has no `item_id`.",
    good=_acted(e.notice("sender=null"), sender=None),
    bad=_acted(e.notice("sender=msg_2"), sender=None),
)
def sender_none(told: Conversation) -> Looks:
    """Without `item_id` an action has no sender."""
    for visit in visits(told, ACTION):
        for sender in _told(visit, "sender"):
            if visit.params.get("item_id") is None:
                yield visit.look(sender == "null", "no sender", sender)


@rule(
    "actions.sender.widget",
    "MUST",
    "L3",
    catalogue="ACT-002",
    source="openai-chatkit 1.6.5, chatkit/server.py:701-706",
    why="The handler cannot tell which widget the user touched, and changes the wrong one or none.",
    mend="Load the item of `item_id`, and hand it on as the sender.",
    good=_acted(e.notice("sender=msg_2")),
    bad=_acted(e.notice("sender=null")),
)
def sender_widget(told: Conversation) -> Looks:
    """With the `item_id` of a widget, that widget is the sender."""
    for visit in visits(told, ACTION):
        for sender in _told(visit, "sender"):
            if visit.item.get("type") == "widget":
                yield visit.look(sender == visit.item["id"], visit.item["id"], sender)


@rule(
    "actions.sender.must-be-a-widget",
    "MUST",
    "L3",
    catalogue="ACT-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:708-714",
    why="Whoever forges a request can run actions in the name of any item.",
    mend="Do not run the action when the item of `item_id` is no widget.",
    good=_alone(REFUSAL, rows=[e.message()]),
    bad=_acted(e.notice("payload=null"), rows=[e.message("hi")]),
)
def sender_must_be_a_widget(told: Conversation) -> Looks:
    """An action whose sender is no widget is not run."""
    for visit in visits(told, ACTION):
        if visit.item.get("type", "widget") != "widget":
            yield visit.look(visit.failed, "a refusal", [event.type for event in visit.told])


@rule(
    "actions.sender.refusal-is-told",
    "MUST",
    "L3",
    catalogue="ACT-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:708-714",
    why="The widget offers to try again what can never work, or the user sees nothing at all.",
    mend='Answer with one event: `{"type": "error", "code": "stream.error", "allow_retry": false}`.',
    good=_alone(REFUSAL, rows=[e.message()]),
    bad=_alone(e.error(), rows=[e.message()]),
)
def refusal_is_told(told: Conversation) -> Looks:
    """A sender that is no widget gets one error event: `stream.error`, without a retry."""
    for visit in visits(told, ACTION):
        if visit.item.get("type", "widget") != "widget" and visit.failed and visit.stream:
            errors = [{key: event.value.get(key) for key in ("code", "allow_retry")} for event in visit.told]
            yield visit.look(errors == [{"code": "stream.error", "allow_retry": False}], "one such error", errors)


@rule(
    "actions.payload.unchanged",
    "MUST",
    "L3",
    catalogue="ACT-004",
    source="openai-chatkit 1.6.5, chatkit/actions.py:26-27",
    why="The handler works with other values than the widget was given.",
    mend="Hand the payload on as it came; without one, hand on null.",
    good=_acted(e.notice('payload={"a": null}'), payload={"a": None}),
    bad=_acted(e.notice("payload={}"), payload={"a": None}),
)
def payload_unchanged(told: Conversation) -> Looks:
    """The payload reaches the handler as it was sent; an action without one has null."""
    for visit in visits(told, ACTION):
        action = visit.params.get("action")
        sent = action.get("payload") if isinstance(action, dict) else None
        for payload in _told(visit, "payload"):
            got = parsed(payload)
            yield visit.look(json.dumps(got) == json.dumps(sent), json.dumps(sent), got)


@rule(
    "actions.sync.gives-an-item",
    "MUST",
    "L3",
    catalogue="ACT-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:731-756; chatkit/types.py:585-587",
    why="The button keeps spinning, or the widget does not change.",
    mend="Answer with an object that holds the changed item of this thread as `updated_item`, or nothing.",
    since="1.6.2",
    good=_at_once({"updated_item": CARD}),
    bad=_at_once({"updated_item": CARD | {"thread_id": "thr_2"}}),
)
def sync_gives_an_item(told: Conversation) -> Looks:
    """An action that is answered at once gives an object, with an item of its thread as `updated_item` or without."""
    for visit in visits(told, SYNC):
        if visit.exchange.status == OK:
            reply = visit.exchange.json if isinstance(visit.exchange.json, dict) else None
            item = reply.get("updated_item") if reply else None
            itself = reply is not None and {"id", "type", "thread_id"} <= reply.keys()
            holds = reply is not None and (
                (item is None and not itself) or mapped(item).get("thread_id") == visit.params.get("thread_id")
            )
            yield visit.look(holds, "an object, with an item of the thread or without", reply)


@rule(
    "actions.sync.gives-the-sender",
    "MUST",
    "L3",
    catalogue="ACT-005",
    source="openai-chatkit 1.6.5, chatkit/server.py:731-756; the test bed's contract",
    why="The widget does not change.",
    mend="Send what the handler gives as `updated_item`.",
    since="1.6.2",
    good=[SCRIPTED, *_at_once({"updated_item": CARD})[1:2]],
    bad=[SCRIPTED, *_at_once({})[1:2]],
)
def sync_gives_the_sender(told: Conversation) -> Looks:
    """What the handler of an action gives reaches the client: a test bed gives the sender."""
    if not any(stream.script for stream in told.streams):
        return
    for exchange, seen in progress(told):
        thread = seen.thread(exchange)
        own = thread is not None and thread.user == exchange.user
        sender = mapped(thread.items.get(named(exchange, "item_id"))) if thread and own else {}
        if exchange.kind == SYNC and exchange.status and sender.get("type") == "widget":
            item = mapped(mapped(exchange.json).get("updated_item")) if exchange.status == OK else {}
            yield asked(exchange, item.get("id") == sender["id"], sender["id"], exchange.received[:200])


@rule(
    "actions.sync.sender-must-be-a-widget",
    "MUST",
    "L3",
    catalogue="ACT-006",
    source="openai-chatkit 1.6.5, chatkit/server.py:746-747",
    why="Whoever forges a request can run actions in the name of any item.",
    mend="Refuse the request when the item of `item_id` is no widget.",
    since="1.6.2",
    good=_at_once(None, rows=[e.message()], status=400),
    bad=_at_once({}, rows=[e.message()]),
)
def sync_sender_must_be_a_widget(told: Conversation) -> Looks:
    """An action that is answered at once is refused when its sender is no widget."""
    for visit in visits(told, SYNC):
        if visit.item.get("type", "widget") != "widget":
            yield visit.look(visit.failed, "a refusal", visit.exchange.json)


@rule(
    "actions.sync.stores-nothing",
    "INFO",
    "L3",
    catalogue="ACT-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:749-756",
    why="Saving is the handler's own matter in the reference; a server that saves does no harm.",
    mend="Leave it to the handler to save the item that it gives.",
    since="1.6.2",
    good=_at_once({"updated_item": CARD}),
    bad=_at_once({}, after=[CARD, e.message(item_id="msg_3")]),
)
def sync_stores_nothing(told: Conversation) -> Looks:
    """An action that is answered at once does not by itself change the items of the thread."""
    for visit in visits(told, SYNC):
        if visit.before is not None and visit.after is not None:
            yield visit.look(visit.before == visit.after, "the same items", [row["id"] for row in visit.after])


@rule(
    "actions.unknown-is-refused",
    "MUST",
    "L1",
    catalogue="ACT-008",
    source="openai-chatkit 1.6.5, chatkit/server.py:696-706",
    why="A button of a thread that was deleted still does something.",
    mend="Refuse an action in a thread, or of an item, that does not exist.",
    good=e.refused(ACTION, {"thread_id": e.THREAD_ID, "item_id": NOWHERE, "action": {"type": "go"}}, 404, "not_found"),
    bad=_alone(e.OPTIONS, e.notice("payload=null"), sender=NOWHERE),
)
def unknown_is_refused(told: Conversation) -> Looks:
    """An action in an unknown thread, or of an unknown item, is refused and not run."""
    for visit in visits(told, *ACTIONS):
        if NOWHERE in (visit.params.get("thread_id"), visit.params.get("item_id")):
            yield visit.look(visit.failed, "a refusal", [event.type for event in visit.told])


@rule(
    "actions.stream.no-user-message",
    "SHOULD",
    "L0",
    catalogue="ACT-010",
    source="openai-chatkit 1.6.5, chatkit/server.py:695-726",
    why="The user sees words in the conversation that nobody said.",
    mend="Send no user message in answer to an action; a hidden item can tell the model of it.",
    good=_acted(e.notice("sender=msg_2")),
    bad=e.act(e.done(e.user_message(item_id="msg_7"))),
)
def an_action_says_nothing_for_the_user(stream: Stream) -> Looks:
    """The answer to an action carries no user message."""
    if stream.kind == "threads.custom_action":
        said = [event for event in stream.events if event.item_type == "user_message"]
        yield (said[0] if said else stream).look(not said, "no user message", [event.item_id for event in said])


@rule(
    "actions.no-user-message",
    "MUST",
    "L3",
    catalogue="ACT-010",
    source="openai-chatkit 1.6.5, chatkit/server.py:695-726",
    why="The user sees words in the conversation that nobody said.",
    mend="Keep no user message for an action; a hidden item can tell the model of it.",
    good=_acted(e.notice("sender=msg_2")),
    bad=[e.listing(e.user_message(), CARD), e.act(), e.listing(e.user_message(), CARD, e.user_message(item_id="m"))],
)
def no_user_message(told: Conversation) -> Looks:
    """An action leaves no user message in the thread."""
    for visit in visits(told, *ACTIONS):
        if visit.before is not None and visit.after is not None:
            kept, now = (_messages(rows) for rows in (visit.before, visit.after))
            yield visit.look(now <= kept, "no other user message", sorted(now - kept))


def _messages(rows: list[JSON]) -> set[str]:
    return {row["id"] for row in rows if row.get("type") == "user_message"}
