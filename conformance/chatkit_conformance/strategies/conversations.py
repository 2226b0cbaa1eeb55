"""Whole valid streams, and conversations of them in one thread, drawn by walking the lifecycle tables."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import Struct

from chatkit_conformance.strategies import contents
from chatkit_conformance.strategies.derived import free, strategy, texts
from chatkit_conformance.strategies.thread import DrawnThread
from chatkit_conformance.strategies.walk import Walk
from chatkit_protocol.base import UNSET
from chatkit_protocol.events import ErrorEvent, ThreadItemReplaced, ThreadStreamEvent
from chatkit_protocol.items import (
    ClientToolCallItem,
    StructuredInput,
    StructuredInputAnswer,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    ThreadItem,
)
from chatkit_protocol.lifecycle import BEGINS, ITEM, STREAM
from chatkit_protocol.requests import (
    Action,
    AddClientToolOutputParams,
    AddStructuredInputParams,
    AddUserMessageParams,
    CustomActionParams,
    InputParams,
    ItemParams,
    StreamingRequest,
    StructuredInputAnswerSubmission,
    StructuredInputSubmission,
    ThreadsAddClientToolOutput,
    ThreadsAddStructuredInput,
    ThreadsAddUserMessage,
    ThreadsCreate,
    ThreadsCustomAction,
    ThreadsRetryAfterItem,
)

CREATE = "threads.create"
OUTPUT = "threads.add_client_tool_output"
ANSWER = "threads.add_structured_input"
_WAITS: dict[str, type[Any]] = {OUTPUT: ClientToolCallItem, ANSWER: StructuredInputItem}
LONG = 16
"""So many steps an answer has at most, beside those that begin and end it."""


class Stream(Struct, kw_only=True):
    """A request that streams, what its thread held before, and the events of the reply."""

    request: StreamingRequest
    before: list[ThreadItem]
    """Items of earlier streams, after what the request itself did to them; a workflow among them may be open."""
    events: list[ThreadStreamEvent]
    opening: int
    """So many events come before the app's own, the `stream_options` last."""


def conversations(
    *, least: int = 1, most: int = 4, hidden: bool = False, last: str | None = None
) -> SearchStrategy[list[Stream]]:
    """Draw a conversation in one thread: `threads.create`, then any requests that make sense by then.

    Args:
        least: streams at least.
        most: streams at most.
        hidden: draw hidden items as well, which an app yields and a client must never see.
        last: end with a reply to this type of request, which comes on top of the others.
    """
    return _conversations(least, most, hidden, last)


def streams(request: str | None = None, *, hidden: bool = False) -> SearchStrategy[Stream]:
    """Draw one stream: the reply to a request of this type, or of any."""
    names = [request] if request else sorted(BEGINS)
    ends = [conversations(most=1, hidden=hidden, last=name if name != CREATE else None) for name in names]
    return st.one_of(ends).map(lambda conversation: conversation[-1])


@st.composite
def _conversations(draw: st.DrawFn, least: int, most: int, hidden: bool, last: str | None) -> list[Stream]:
    thread = DrawnThread()
    count = draw(st.integers(least, most))
    # What the last request answers has to be asked before.
    waits = _WAITS.get(last or "")
    found = [_stream(draw, thread, CREATE, hidden=hidden, end=waits if count == 1 else None)]
    for number in range(2, count + 1):
        name = draw(st.sampled_from(_sensible(thread)))
        found.append(_stream(draw, thread, name, hidden=hidden, end=waits if number == count else None))
    if last:
        found.append(_stream(draw, thread, last, hidden=hidden))
    return found


def _sensible(thread: DrawnThread) -> list[str]:
    lacking = {CREATE} | ({OUTPUT} if not thread.calls else set()) | ({ANSWER} if not thread.questions else set())
    return sorted(BEGINS.keys() - lacking)


def _stream(draw: st.DrawFn, thread: DrawnThread, name: str, *, hidden: bool, end: type[Any] | None = None) -> Stream:
    """Draw a request and its reply; `end` is an item that the answer has to end with."""
    walk = Walk(draw, thread, hidden=hidden)
    state = BEGINS[name]
    refused = name == "threads.custom_action" and draw(st.integers(0, 7)) == 0 and bool(thread.stored(widget=False))
    request: Any
    request, said = _REQUESTS[name](draw, thread, refused)
    before = thread.snapshot()
    if refused:
        walk.events.append(ErrorEvent(code="stream.error", allow_retry=False))
        return _ended(walk, request, before, 0)
    while "stream_options" not in STREAM[state]:
        if "user_message" in STREAM[state]:
            walk.events.append(walk.live("done", thread.said(request.params.input)))
            state = STREAM[state]["user_message"]
        else:
            state = walk.take(draw(st.sampled_from(sorted(STREAM[state]))), state)
    state = walk.take("stream_options", state)
    opening = len(walk.events)
    if said:
        walk.events.append(ThreadItemReplaced(item=deepcopy(said)))
    state = walk.go(state, most=draw(st.integers(0, LONG)))
    _end(draw, walk, state, end)
    return _ended(walk, request, before, opening)


def _end(draw: st.DrawFn, walk: Walk, state: str, end: type[Any] | None) -> None:
    """End an answer: whole, with a call or questions, or with an error that leaves open what is open."""
    ways: list[Any] = [None, None, None]
    ways += [ErrorEvent] * ("error" in STREAM[state])
    if "thread.item.done" in STREAM[state] and "done" in ITEM["unseen"]:
        ways += [ClientToolCallItem, StructuredInputItem]
    way = end or draw(st.sampled_from(ways))
    if way is ErrorEvent:
        walk.take("error", state)
    elif way is None:
        walk.settle()
    else:
        walk.ask(way)
    if way is not None and draw(st.booleans()):
        walk.take("thread.updated", state)


def _ended(walk: Walk, request: Any, before: list[ThreadItem], opening: int) -> Stream:
    failed = opening > 0 and any(isinstance(event, ErrorEvent) for event in walk.events)
    walk.thread.close(failed=failed)
    return Stream(request=request, before=before, events=walk.events, opening=opening)


# A request changes the thread before its stream begins; what it shows of that comes with it.
Made = tuple[StreamingRequest, StructuredInputItem | None]


def _create(draw: st.DrawFn, _: DrawnThread, __: bool) -> Made:
    return ThreadsCreate(params=InputParams(input=draw(contents.inputs))), None


def _say(draw: st.DrawFn, thread: DrawnThread, _: bool) -> Made:
    params = AddUserMessageParams(thread_id=thread.shown.id, input=draw(contents.inputs))
    return ThreadsAddUserMessage(params=params), None


def _output(draw: st.DrawFn, thread: DrawnThread, _: bool) -> Made:
    *dangling, newest = thread.calls
    for call in dangling:
        del thread.lives[call.id]
    newest.status, result = "completed", draw(free)
    newest.output = UNSET if result is None else deepcopy(result)
    params = AddClientToolOutputParams(thread_id=thread.shown.id, result=result)
    return ThreadsAddClientToolOutput(params=params), None


def _answer(draw: st.DrawFn, thread: DrawnThread, _: bool) -> Made:
    item = draw(st.sampled_from(thread.questions))
    answers = {
        question.id: StructuredInputAnswerSubmission(values=_answered_with(draw, question)) for question in item.inputs
    }
    status: Literal["answered", "skipped"] = draw(st.sampled_from(["answered", "skipped"]))
    item.status = status
    submission = StructuredInputSubmission(status=status, answers=answers)
    if item.status == "skipped":
        for question in item.inputs:
            question.answer = StructuredInputAnswer(values=[], skipped=True)
    params = AddStructuredInputParams(thread_id=thread.shown.id, item_id=item.id, input=submission)
    return ThreadsAddStructuredInput(params=params), item


def _answered_with(draw: st.DrawFn, question: StructuredInput) -> list[str]:
    """Draw the values of an answer and write them down; a single choice keeps the first (SIN-007)."""
    values = draw(st.lists(texts, max_size=2))
    single = isinstance(question, StructuredInputMultipleChoice) and not question.multiple
    kept = values[:1] if single else values
    question.answer = StructuredInputAnswer(values=list(kept), skipped=not kept)
    return values


def _retry(draw: st.DrawFn, thread: DrawnThread, _: bool) -> Made:
    # The user's messages are not removed by any drawn step, so there is always one.
    item_id = draw(st.sampled_from(thread.messages)).id
    thread.forget_after(item_id)
    return ThreadsRetryAfterItem(params=ItemParams(thread_id=thread.shown.id, item_id=item_id)), None


def _act(draw: st.DrawFn, thread: DrawnThread, refused: bool) -> Made:
    senders = thread.stored(widget=not refused)
    named = refused or (bool(senders) and draw(st.booleans()))
    item_id = draw(st.sampled_from(senders)).id if named else UNSET
    action = draw(strategy(Action))
    return ThreadsCustomAction(
        params=CustomActionParams(thread_id=thread.shown.id, item_id=item_id, action=action)
    ), None


_REQUESTS: dict[str, Callable[[st.DrawFn, DrawnThread, bool], Made]] = {
    CREATE: _create,
    "threads.add_user_message": _say,
    OUTPUT: _output,
    ANSWER: _answer,
    "threads.retry_after_item": _retry,
    "threads.custom_action": _act,
}
