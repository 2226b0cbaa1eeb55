"""What comes back to a thread that waits: the output of a client tool, the answers to questions."""

import logging

from chatkit_protocol.codec import RequestError
from chatkit_protocol.events import ThreadItemReplaced
from chatkit_protocol.items import (
    ClientToolCallItem,
    StructuredInputAnswer,
    StructuredInputItem,
    StructuredInputMultipleChoice,
)
from chatkit_protocol.requests import (
    DEFAULT_LIMIT,
    StructuredInputSubmission,
    ThreadsAddClientToolOutput,
    ThreadsAddStructuredInput,
)
from chatkit_server.pipeline import Events, answer
from chatkit_server.responder import Answer
from chatkit_server.turn import Turn
from chatkit_server.whole import whole

logger = logging.getLogger("chatkit_server")


async def add_client_tool_output(turn: Turn, request: ThreadsAddClientToolOutput) -> Events:
    """Complete the newest pending call (D11) and go on; other pending ones among the newest 20 are dropped."""
    await turn.claim(request.params.thread_id)
    thread = await turn.load(request.params.thread_id)
    newest = await turn.store.list_items(turn.user, thread.id, limit=DEFAULT_LIMIT, order="desc", hidden=True)
    pending = [i for i in newest.data if isinstance(i, ClientToolCallItem) and i.status == "pending"]
    if not pending:
        raise RequestError("no client tool call is pending in this thread", path="$.params.thread_id")
    call, *dangling = pending
    call.status = "completed"
    call.output = request.params.result
    call.__post_init__()
    await whole(_complete(turn, call, [other.id for other in dangling]))
    turn.tool_call = call
    return answer(turn, turn.backend.hooks.respond(turn))


async def _complete(turn: Turn, call: ClientToolCallItem, dangling: list[str]) -> None:
    await turn.store.save_item(turn.user, turn.thread.id, call)
    await turn.store.delete_items(turn.user, turn.thread.id, dangling)


async def add_structured_input(turn: Turn, request: ThreadsAddStructuredInput) -> Events:
    """Record the answers, show them, and go on."""
    params = request.params
    await turn.claim(params.thread_id)
    await turn.load(params.thread_id)
    item = await turn.store.load_item(turn.user, params.thread_id, params.item_id)
    if not isinstance(item, StructuredInputItem):
        raise RequestError("not a structured input", path="$.params.item_id")
    if item.status != "pending":
        raise RequestError(f"already {item.status}", path="$.params.item_id")
    submit(item, params.input)
    turn.answers = item
    return answer(turn, _replace_and_respond(turn, item))


async def _replace_and_respond(turn: Turn, item: StructuredInputItem) -> Answer:
    yield ThreadItemReplaced(item=item)
    yield turn.backend.hooks.respond(turn)


def submit(item: StructuredInputItem, submission: StructuredInputSubmission) -> None:
    """Write the answers into the item: missing, empty and skipped ones are skipped, one choice keeps one value."""
    answers = submission.answers or {}
    unknown = answers.keys() - {question.id for question in item.inputs}
    if unknown:
        logger.warning("structured input %s: ignoring answers to %d unknown questions", item.id, len(unknown))
    for question in item.inputs:
        given = answers.get(question.id)
        values = given.values if given and not given.skipped and submission.status == "answered" else None
        if isinstance(question, StructuredInputMultipleChoice) and not question.multiple:
            values = (values or [])[:1]
        question.answer = StructuredInputAnswer(values=values or [], skipped=not values)
    item.status = submission.status
