"""A server that lacks a part breaks the rule that is about it: seen in a scenario, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from chatkit_agents import outbound
from chatkit_conformance.driver import Endpoint, play
from chatkit_conformance.fake_model.beside import Beside
from chatkit_conformance.rules import lint
from chatkit_conformance.scenarios import FOLDER, load
from chatkit_conformance.testbed.app import scripted_app
from chatkit_server import MemoryStore, pipeline
from chatkit_server.handlers import actions, attachments, returns
from chatkit_server.keeping import Keeper
from support.live import live

Patch = tuple[Any, Any, Any]


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


def told(kind: str) -> Patch:
    """Have the model told nothing of items of a type."""
    kinds = {one.__struct_config__.tag: one for one in outbound.ITEMS}
    return outbound.ITEMS, kinds[kind], nothing_told


async def quoted_always(item: Any, place: Any) -> Any:
    return await USER_MESSAGE(item, place._replace(is_last_message=True))


USER_MESSAGE = outbound.ITEMS[outbound.UserMessageItem]
WITHOUT_CONCEALING = (pipeline, "STAGES", tuple(one for one in pipeline.STAGES if one is not pipeline.conceal))
UNKEPT: Patch = (MemoryStore, "delete_items_after", nothing)
HONEST = (actions, "_enter", anyone_enters)
ROWS: list[tuple[str, str, Patch]] = [
    ("tools.output.completes-the-call", "tools.result", (returns, "_complete", nothing)),
    ("tools.output.keeps-the-call", "tools.result", (returns, "_complete", without_call)),
    ("tools.output.drops-other-calls", "tools.older-calls", (returns, "_complete", without_dangling)),
    ("questions.answer.single-keeps-the-first", "questions.answered", (returns, "submit", all_values)),
    ("questions.answer.left-out-is-skipped", "questions.left-out", (returns, "submit", all_values)),
    ("questions.answer.skipped-as-a-whole", "questions.skipped", (returns, "submit", all_values)),
    ("actions.sender.widget", "actions.with-sender", HONEST),
    ("actions.sender.must-be-a-widget", "actions.sender-is-no-widget", HONEST),
    ("actions.sync.sender-must-be-a-widget", "actions.at-once-no-widget", HONEST),
    ("actions.unknown-is-refused", "actions.unknown", HONEST),
    ("retry.deletes-the-rest", "retry.answers-again", UNKEPT),
    ("retry.deletes-every-page", "retry.long-thread", UNKEPT),
    ("hidden.events.done", "hidden.done", WITHOUT_CONCEALING),
    ("attachments.create.keeps-metadata-in", "attachments.sent", (attachments, "public_attachment", lambda one: one)),
    ("cancel.partial-is-kept", "cancel.message", (Keeper, "stopped", nothing)),
    ("model.told.widgets", "model.items", told("widget")),
    ("model.told.tasks", "model.items", told("task")),
    ("model.told.pictures", "model.picture", told("generated_image")),
    ("model.told.answers", "model.questions", told("structured_input")),
    ("model.told.as-typed", "model.quotes", told("user_message")),
    ("model.told.quote-of-the-last-only", "model.quotes", (outbound.ITEMS, outbound.UserMessageItem, quoted_always)),
    ("context.tool-results", "context.page-tool", told("client_tool_call")),
    ("context.hidden-items", "context.hidden", told("hidden_context_item")),
    ("context.stops", "context.stopped-answer", told("sdk_hidden_context")),
    ("context.retry-forgets", "model.retry", UNKEPT),
    ("context.retry-forgets-hidden-items", "context.hidden", UNKEPT),
]


@pytest.fixture(scope="module")
def model() -> Iterator[Beside]:
    with Beside() as running:
        yield running


@pytest.mark.parametrize(("rule", "scenario", "patch"), ROWS, ids=[row[0] for row in ROWS])
def test_a_missing_part_breaks_its_rule(
    monkeypatch: pytest.MonkeyPatch, model: Beside, rule: str, scenario: str, patch: Patch
) -> None:
    place, name, value = patch
    if isinstance(place, dict):
        monkeypatch.setitem(place, name, value)
    else:
        monkeypatch.setattr(place, name, value)
    told = load(FOLDER / f"{scenario}.json")
    with live(scripted_app(env={"OPENAI_BASE_URL": model.url} if told.model else {})) as port:
        exchanges = play(told, Endpoint(f"http://127.0.0.1:{port}/chatkit/api"), model.log)
    assert rule in lint(exchanges).broken
