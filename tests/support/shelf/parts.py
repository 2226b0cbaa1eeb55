"""Faults of parts of the server, and of the bridge to the agent."""

from collections.abc import AsyncIterator
from typing import Any

from chatkit_agents import outbound
from chatkit_server import MemoryStore
from chatkit_server.handlers import actions, attachments, returns
from chatkit_server.keeping import Keeper
from chatkit_server.telling import Changes, Concealment
from support.shelf import spoils as s
from support.shelf.fault import Fault, Patch, fault
from support.shelf.front import Reply


def breaks_off(one: Reply) -> None:
    """Break off where an error should be told."""
    before, found, _ = one.body.partition(b'data: {"type":"error"')
    one.body, one.breaks_off = before, bool(found)


async def nothing(*_: Any, **__: Any) -> None: ...


async def nothing_told(*_: Any) -> list[Any]:
    return []


async def anyone_enters(turn: Any, params: Any) -> bool:
    await turn.load(params.thread_id)
    return True


async def any_item_enters(turn: Any, params: Any) -> bool:
    await turn.load(params.thread_id)
    turn.sender = params.item_id and await turn.store.load_item(turn.user, params.thread_id, params.item_id)
    return True


async def without_dangling(turn: Any, call: Any, _dangling: Any) -> None:
    await turn.store.save_item(turn.user, turn.thread.id, call)


async def without_call(turn: Any, call: Any, dangling: Any) -> None:
    await turn.store.delete_items(turn.user, turn.thread.id, [call.id, *dangling])


def all_values(item: Any, submission: Any) -> None:
    """Take answers as they come."""
    for question in item.inputs:
        question.answer = (submission.answers or {}).get(question.id)
    item.status = submission.status


def no_values(item: Any, submission: Any) -> None:
    item.status = submission.status


def one_value(item: Any, submission: Any) -> None:
    """Keep one value of every answer."""
    returns_submit(item, submission)
    for question in item.inputs:
        if question.answer and question.answer.values:
            question.answer.values = question.answer.values[:1]


returns_submit = returns.submit


SHOWS_ALL = Patch(Concealment, "shown", lambda _self, event: event)


def told(kind: str, how: Any = nothing_told) -> Patch:
    """Tell the model of items of a type in another way, or nothing of them."""
    kinds = {one.__struct_config__.tag: one for one in outbound.ITEMS}
    return Patch(outbound.ITEMS, kinds[kind], how)


async def quoted_always(item: Any, place: Any) -> Any:
    return await USER_MESSAGE(item, place._replace(is_last_message=True))


async def never_quoted(item: Any, place: Any) -> Any:
    return await USER_MESSAGE(item, place._replace(is_last_message=False))


async def eager(_turn: Any, events: Any) -> AsyncIterator[Any]:
    """Hold the events of an answer back until all are there."""
    held = [event async for event in events]
    for event in held:
        yield event


USER_MESSAGE = outbound.ITEMS[outbound.UserMessageItem]
HONEST = Patch(actions, "_enter", anyone_enters)
SENDS_ANY = Patch(actions, "_enter", any_item_enters)
UNKEPT = Patch(MemoryStore, "delete_items_after", nothing)
PARTS: list[Fault] = [
    fault(
        "hidden-done-leaks",
        "hidden items are sent when they are done",
        "hidden.events.done",
        SHOWS_ALL,
        "hidden.done",
    ),
    fault(
        "hidden-added-leaks",
        "hidden items are sent when they are added",
        "hidden.events.added-or-replaced",
        SHOWS_ALL,
        "hidden.added",
    ),
    fault(
        "hidden-replaced-leaks",
        "hidden items are sent when they are replaced",
        "hidden.events.added-or-replaced",
        SHOWS_ALL,
        "hidden.replaced",
    ),
    fault(
        "hidden-of-the-server-leaks",
        "hidden items of the server are sent",
        "hidden.service-items",
        SHOWS_ALL,
        "hidden.done-by-the-server",
    ),
    fault(
        "changes-not-kept",
        "a change of the thread in an answer is neither kept nor told",
        "changes.told",
        Patch(Changes, "untold", lambda _self: False),
        "changes.title",
    ),
    fault(
        "nothing-kept",
        "what an answer says is not kept",
        "replay.done.listed",
        Patch(Keeper, "take", lambda _self, _event: None),
        "messages.two-parts",
    ),
    fault("crash-breaks-off", "an exception cuts the stream", "body.ended", s.reply(breaks_off), "errors.crash"),
    fault(
        "stopped-is-lost",
        "a stopped answer is lost",
        "cancel.partial-is-kept",
        Patch(Keeper, "stopped", nothing),
        "cancel.message",
    ),
    fault(
        "action-by-anyone",
        "anything may send an action",
        "actions.sender.must-be-a-widget",
        HONEST,
        "actions.sender-is-no-widget",
    ),
    fault(
        "action-by-any-item",
        "any item may send an action",
        "actions.sender.must-be-a-widget",
        SENDS_ANY,
        "actions.sender-is-no-widget",
    ),
    fault(
        "action-without-sender",
        "an action's sender is never found",
        "actions.sender.widget",
        HONEST,
        "actions.with-sender",
    ),
    fault(
        "sync-action-by-anyone",
        "anything may send an action without a stream",
        "actions.sync.sender-must-be-a-widget",
        HONEST,
        "actions.at-once-no-widget",
    ),
    fault(
        "action-of-unknown-item",
        "an action of an unknown item runs",
        "actions.unknown-is-refused",
        HONEST,
        "actions.unknown",
    ),
    fault(
        "attachment-metadata-created",
        "an attachment's metadata is sent when it is made",
        "attachments.create.keeps-metadata-in",
        Patch(attachments, "public_attachment", lambda one: one),
        "attachments.sent",
    ),
    fault(
        "result-not-kept",
        "the result of a tool is dropped",
        "tools.output.completes-the-call",
        Patch(returns, "_complete", nothing),
        "tools.result",
    ),
    fault(
        "call-deleted",
        "a call is deleted when its result comes",
        "tools.output.keeps-the-call",
        Patch(returns, "_complete", without_call),
        "tools.result",
    ),
    fault(
        "older-calls-stay",
        "older calls that wait stay",
        "tools.output.drops-other-calls",
        Patch(returns, "_complete", without_dangling),
        "tools.older-calls",
    ),
    fault(
        "single-choice-keeps-all",
        "a single choice keeps several values",
        "questions.answer.single-keeps-the-first",
        Patch(returns, "submit", all_values),
        "questions.answered",
    ),
    fault(
        "left-out-stays-open",
        "an answer that is left out is not skipped",
        "questions.answer.left-out-is-skipped",
        Patch(returns, "submit", all_values),
        "questions.left-out",
    ),
    fault(
        "skipped-keeps-answers",
        "what is skipped as a whole keeps answers",
        "questions.answer.skipped-as-a-whole",
        Patch(returns, "submit", all_values),
        "questions.skipped",
    ),
    fault(
        "answers-dropped",
        "answers are dropped",
        "questions.answer.keeps-every-value",
        Patch(returns, "submit", no_values),
        "questions.answered",
    ),
    fault(
        "several-choices-keep-one",
        "a choice of several keeps one",
        "questions.answer.keeps-every-value",
        Patch(returns, "submit", one_value),
        "questions.answered",
    ),
    fault(
        "model-not-told-widgets",
        "the model hears nothing of widgets",
        "model.told.widgets",
        told("widget"),
        "model.items",
    ),
    fault("model-not-told-tasks", "the model hears nothing of tasks", "model.told.tasks", told("task"), "model.items"),
    fault(
        "model-not-told-workflows",
        "the model hears nothing of workflows",
        "model.told.tasks",
        told("workflow"),
        "model.items",
    ),
    fault(
        "model-not-told-pictures",
        "the model does not see pictures",
        "model.told.pictures",
        told("generated_image"),
        "model.picture",
    ),
    fault(
        "model-not-told-answers",
        "the model hears nothing of answers",
        "model.told.answers",
        told("structured_input"),
        "model.questions",
    ),
    fault(
        "model-not-told-messages",
        "the model does not hear what the user says",
        "model.told.as-typed",
        told("user_message"),
        "model.quotes",
    ),
    fault(
        "model-told-every-quote",
        "the model hears old quotes",
        "model.told.quote-of-the-last-only",
        told("user_message", quoted_always),
        "model.quotes",
    ),
    fault(
        "model-told-no-quote",
        "the model hears no quotes",
        "model.told.quote",
        told("user_message", never_quoted),
        "model.quotes",
    ),
    fault(
        "model-not-told-results",
        "the model hears no results of tools",
        "context.tool-results",
        told("client_tool_call"),
        "context.page-tool",
    ),
    fault(
        "model-not-told-hidden",
        "the model hears no hidden items",
        "context.hidden-items",
        told("hidden_context_item"),
        "context.hidden",
    ),
    fault(
        "model-not-told-stops",
        "the model does not hear of stops",
        "context.stops",
        told("sdk_hidden_context"),
        "context.stopped-answer",
    ),
    fault(
        "model-remembers-retried",
        "the model hears what a retry took away",
        "context.retry-forgets",
        UNKEPT,
        "model.retry",
    ),
    fault(
        "model-remembers-hidden",
        "the model hears hidden items that a retry took away",
        "context.retry-forgets-hidden-items",
        UNKEPT,
        "context.hidden",
    ),
]
