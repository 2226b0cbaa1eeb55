"""Faults of handlers: what a request does, or does too much."""

from typing import Any

from msgspec.structs import replace

from chatkit_protocol.base import UNSET
from chatkit_protocol.codec import RequestError
from chatkit_protocol.content import AssistantMessageContent
from chatkit_protocol.events import ErrorEvent
from chatkit_protocol.items import AssistantMessageItem, WidgetItem, is_hidden
from chatkit_protocol.replies import Empty
from chatkit_protocol.requests import (
    ItemsFeedback,
    ThreadsAddClientToolOutput,
    ThreadsAddStructuredInput,
    ThreadsDelete,
    ThreadsRetryAfterItem,
    ThreadsSyncCustomAction,
    ThreadsUpdate,
)
from chatkit_protocol.threads import ActiveStatus
from chatkit_server import errors
from chatkit_server.handlers import actions, returns
from chatkit_server.keeping import Keeper
from chatkit_server.routes import TABLE, Route
from chatkit_server.telling import WITH_AN_ITEM, Concealment
from chatkit_server.views import public_item, public_thread
from support.shelf import spoils as s
from support.shelf.fault import Fault, Patch, fault

EVERY = "users.every-request"
RENAMED = "threads.rename-keeps-the-rest"


def handled(request: type, handler: Any) -> Patch:
    """Handle a type of request in another way."""
    return Patch(TABLE, request, Route(request, handler, TABLE[request].streaming))


def for_all(request: type) -> Patch:
    """Take the second user for the first in requests of a type."""
    usual = TABLE[request].handler

    async def mistaken(turn: Any, request: Any) -> Any:
        if turn.context.user == "second":
            turn.context = replace(turn.context, user="first")
        return await usual(turn, request)

    return handled(request, mistaken)


def renaming(change: Any) -> Patch:
    """Do more to a thread than set its title."""

    async def renamed(turn: Any, request: Any) -> Any:
        thread = await turn.load(request.params.thread_id)
        thread.title = request.params.title
        change(thread)
        await turn.store.save_thread(turn.user, thread)
        return public_thread(thread)

    return handled(ThreadsUpdate, renamed)


def unlocked(thread: Any) -> None:
    thread.status, thread.allowed_image_domains = ActiveStatus(), UNSET


def cut(thread: Any) -> None:
    thread.title = thread.title.strip()[:30]


async def delete_all(turn: Any, request: Any) -> Any:
    await turn.load(request.params.thread_id)
    await turn.store.delete_user(turn.user)
    return Empty()


async def one_thumb(turn: Any, request: Any) -> Any:
    await turn.load(request.params.thread_id)
    if len(request.params.item_ids) > 1:
        raise RequestError("one item at a time", path="$.params.item_ids")
    return Empty()


async def newest_widget_enters(turn: Any, params: Any) -> bool:
    """Take the newest widget for the sender of every action."""
    await turn.load(params.thread_id)
    page = await turn.store.list_items(turn.user, params.thread_id, limit=20, order="desc")
    turn.sender = next((item for item in page.data if isinstance(item, WidgetItem)), None)
    return True


def tidied(item: Any, submission: Any) -> None:
    """Cut blanks off answers, and take each once."""
    usual_submit(item, submission)
    for question in item.inputs:
        question.answer.values = list(dict.fromkeys(value.strip() for value in question.answer.values))


usual_submit = returns.submit


def stopping(change: Any) -> Patch:
    """Save what was said when the user stops, and change it or add to it."""

    async def stopped(self: Any) -> None:
        turn = self._turn
        for item in [pending.folded() for pending in self._pending.values()]:
            if isinstance(item, AssistantMessageItem) and any(part.text.strip() for part in item.content):
                for saved in change(turn, item):
                    await turn.store.save_item(turn.user, turn.thread.id, saved)

    return Patch(Keeper, "stopped", stopped)


def marked(_turn: Any, item: Any) -> list[Any]:
    item.content[-1].text += " [stopped]"
    return [item]


def noted(turn: Any, item: Any) -> list[Any]:
    note = AssistantMessageItem(**turn.base(), content=[AssistantMessageContent(text="The user stopped.")])
    return [item, note]


def items_concealed(_self: Any, event: Any) -> Any:
    """Hold back hidden items, and nothing else about them."""
    if not isinstance(event, WITH_AN_ITEM):
        return event
    return None if is_hidden(event.item) else type(event)(item=public_item(event.item))


def class_told(error: Exception) -> ErrorEvent:
    return ErrorEvent(code="stream.error", message=type(error).__name__, allow_retry=True)


HANDLERS: list[Fault] = [
    fault(
        "users-thumb-each-other",
        "users give feedback on each other's items",
        "users.others.kept-apart",
        for_all(ItemsFeedback),
        EVERY,
    ),
    fault(
        "users-retry-each-other",
        "users have each other's messages answered again",
        "users.others.kept-apart",
        for_all(ThreadsRetryAfterItem),
        EVERY,
    ),
    fault(
        "users-act-for-each-other",
        "users run actions of each other's widgets",
        "users.others.kept-apart",
        for_all(ThreadsSyncCustomAction),
        EVERY,
    ),
    fault(
        "users-return-for-each-other",
        "users give results for each other's calls",
        "users.others.kept-apart",
        for_all(ThreadsAddClientToolOutput),
        EVERY,
    ),
    fault(
        "users-answer-for-each-other",
        "users answer each other's questions",
        "users.others.kept-apart",
        for_all(ThreadsAddStructuredInput),
        EVERY,
    ),
    fault(
        "rename-unlocks", "a renamed thread is open again", "threads.update.nothing-else", renaming(unlocked), RENAMED
    ),
    fault(
        "rename-forgets",
        "a renamed thread forgets its metadata",
        "script.text.exact",
        renaming(lambda thread: thread.metadata.clear()),
        RENAMED,
    ),
    fault("title-cut", "titles are trimmed and cut", "threads.update.answered", renaming(cut), RENAMED),
    fault(
        "delete-deletes-all",
        "deleting a thread deletes all of them",
        "threads.delete.others-stay",
        handled(ThreadsDelete, delete_all),
        "threads.delete-one-of-two",
    ),
    fault(
        "feedback-of-one",
        "feedback is about one item only",
        "feedback.answered",
        handled(ItemsFeedback, one_thumb),
        "feedback.several",
    ),
    fault(
        "sender-is-the-newest",
        "every action comes from the newest widget",
        "actions.sender.widget",
        Patch(actions, "_enter", newest_widget_enters),
        "actions.older-sender",
    ),
    fault(
        "answers-tidied",
        "answers lose blanks and repetitions",
        "questions.answer.keeps-every-value",
        Patch(returns, "submit", tidied),
        "questions.odd-values",
    ),
    fault(
        "stop-marked",
        "a stopped message says so in its text",
        "cancel.text-is-the-answers",
        stopping(marked),
        "cancel.message",
    ),
    fault("stop-told", "a stop makes a message", "cancel.adds-nothing", stopping(noted), "cancel.message"),
    fault(
        "hidden-removal-leaks",
        "the removal of a hidden item is sent",
        "hidden.events.later",
        Patch(Concealment, "shown", items_concealed),
        "hidden.removed",
    ),
    fault(
        "update-at-the-end",
        "a change is told when the answer is over",
        "changes.told-at-once",
        s.last("thread.updated"),
        "changes.told-and-kept",
    ),
    fault(
        "error-names-the-class",
        "a crash tells the class of the exception",
        "errors.crash.no-message",
        Patch(errors._EVENTS, Exception, class_told),
        "errors.crash",
    ),
]
