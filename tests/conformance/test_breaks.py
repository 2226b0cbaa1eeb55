"""Our server, broken in small ways one after the other: the recordings tell each time, and say where."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from chatkit_conformance.driver import Endpoint, play
from chatkit_conformance.recordings import NEWEST, path_of
from chatkit_conformance.recordings.comparison import compare, complaints
from chatkit_conformance.scenarios import FOLDER, load
from chatkit_conformance.testbed.app import scripted_app
from chatkit_conformance.transcript import load as load_transcript
from chatkit_server import errors, keeping, pipeline, telling, views, widget_stream
from chatkit_server.handlers import actions, attachments, items, returns, threads
from chatkit_server.stores import memory
from support.live import live

LEAST = 20
Break = tuple[Callable[..., Any], str, str, str, str]
"""A function, what stands in it, what shall stand there, a scenario that shows it, and where."""

BREAKS: dict[str, Break] = {
    "hidden items are shown": (
        telling.Concealment.shown,
        "is_hidden(event.item)",
        "False",
        "hidden.done",
        "events[",
    ),
    "what is done is not stored": (
        keeping.Keeper._settled,
        "return self._save(event.item)",
        "return None",
        "items.every-kind",
        "(items.list) at $[0].json.data[1]",
    ),
    "what is removed stays": (
        keeping.Keeper._removed,
        "return self._turn.store.delete_items(self._turn.user, self._turn.thread.id, [event.item_id])",
        "return None",
        "items.removed",
        "(items.list) at $[0].json.data[",
    ),
    "a redrawn widget is not stored": (
        keeping.Keeper._redraw,
        "await self._save(stored)",
        "pass",
        "widgets.redrawn-by-action",
        "(items.list) at $[0].json.data[1].widget",
    ),
    "who stops loses the text": (
        keeping.Keeper._stopped,
        "any(part.text.strip() for part in item.content)",
        "False",
        "cancel.message",
        "(items.list) at $[0].json.data[2]",
    ),
    "changes of the thread are told late": (
        pipeline.answer,
        "if changes.untold():\n                    yield",
        "if False:\n                    yield",
        "changes.told-and-kept",
        "(threads.create) at $[0].events[",
    ),
    "an answer cannot be stopped": (
        pipeline.answer,
        "stream_options=turn.options",
        "stream_options=type(turn.options)(allow_cancel=False)",
        "stream.hello",
        "stream_options.allow_cancel",
    ),
    "the words of an exception are shown": (
        errors._unexpected,
        "message=UNSET",
        "message=str(_error)",
        "errors.crash",
        "].message",
    ),
    "a code is spelled otherwise": (errors._coded, "error.code", '"stream_error"', "errors.coded", "].code"),
    "a custom error forgets whether to retry": (
        errors._custom,
        "error.allow_retry",
        "False",
        "errors.custom",
        "].allow_retry",
    ),
    "notes on attachments are shown": (
        views.public_attachment,
        "shown.metadata = UNSET",
        "pass",
        "attachments.sent",
        "(attachments.create) at $[0].json.metadata",
    ),
    "attachments do not know their thread": (
        threads._user_message,
        "attachment.thread_id = turn.thread.id",
        "pass",
        "attachments.sent",
        ".attachments[0].thread_id",
    ),
    "a deleted attachment is there": (
        attachments.delete,
        "await turn.store.delete_attachment(turn.user, attachment.id)",
        "pass",
        "attachments.deleted",
        "(threads.add_user_message) at $[0].cut",
    ),
    "a deleted thread is there": (
        threads.delete,
        "await turn.store.delete_thread(turn.user, thread.id)",
        "pass",
        "threads.delete",
        ".status",
    ),
    "a thread keeps its old title": (
        threads.update,
        "await turn.store.save_thread(turn.user, thread)",
        "pass",
        "threads.rename",
        ".json.title",
    ),
    "a retry deletes nothing": (
        threads.retry_after_item,
        "await turn.store.delete_items_after(turn.user, params.thread_id, item.id)",
        "pass",
        "retry.last-message",
        "(items.list) at $[0].json.data[",
    ),
    "a thread begins with its newest items": (
        threads.get_by_id,
        'order="asc"',
        'order="desc"',
        "items.every-kind",
        "(threads.get_by_id) at $[0].json.items.data[0]",
    ),
    "cursors are ignored": (
        memory._cut,
        "ids = ids[ids.index(after) + 1 :]",
        "pass",
        "items.pages",
        "(items.list) at $[",
    ),
    "the order is ignored": (
        memory._cut,
        'order == "desc"',
        "True",
        "items.pages",
        "(items.list) at $[0].json.data[0]",
    ),
    "the limit is ignored": (items.list_, "params.size", "20", "paging.limits", "(items.list) at $[0].json"),
    "the output of a tool is lost": (
        returns.add_client_tool_output,
        "call.output = request.params.result",
        "pass",
        "tools.result",
        "].output",
    ),
    "older calls of tools stay": (
        returns.add_client_tool_output,
        "[other.id for other in dangling]",
        "[]",
        "tools.older-calls",
        "(items.list) at $[0].json.data[",
    ),
    "skipped questions keep their answers": (
        returns.submit,
        ' and submission.status == "answered"',
        "",
        "questions.skipped",
        ".item.inputs[0].answer",
    ),
    "one choice keeps many values": (
        returns.submit,
        "(values or [])[:1]",
        "values or []",
        "questions.answered",
        ".item.inputs[0].answer.values",
    ),
    "an action runs for any sender": (
        actions._enter,
        "sender if isinstance(sender, WidgetItem) else None",
        "sender",
        "actions.sender-is-no-widget",
        "(threads.custom_action) at $[0].events",
    ),
    "growing text redraws the widget": (
        widget_stream.widget_updates,
        "_skeleton(before) != _skeleton(after)",
        "True",
        "widgets.text-grows",
        ".update.type",
    ),
}


def patch(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any], old: str, new: str) -> None:
    """Put other code into a function, wherever it has been imported."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1, f"{function.__name__} has changed: {old!r} is not in it once"
    made: dict[str, Any] = {}
    code = "from __future__ import annotations\n" + source.replace(old, new)
    exec(compile(code, f"<{function.__name__}, broken>", "exec"), vars(inspect.getmodule(function)).copy(), made)
    monkeypatch.setattr(function, "__code__", made[function.__name__].__code__)


def complained(name: str) -> list[str]:
    """Play a scenario on our test bed, and hold it against the recording."""
    scenario = load(FOLDER / f"{name}.json")
    with live(scripted_app()) as port:
        ours = play(scenario, Endpoint(f"http://127.0.0.1:{port}/chatkit/api"))
    return complaints(scenario, compare(scenario, load_transcript(path_of(NEWEST, name)).exchanges, ours))


@pytest.mark.parametrize("broken", BREAKS)
def test_a_fault_is_seen_where_it_is(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    function, old, new, scenario, where = BREAKS[broken]
    patch(monkeypatch, function, old, new)
    told = complained(scenario)
    assert told, "nobody noticed"
    assert told[0].startswith(scenario)
    assert where in told[0].splitlines()[0]


@pytest.mark.parametrize("scenario", sorted({scenario for *_, scenario, _ in BREAKS.values()}))
def test_without_a_fault_nothing_is_told(scenario: str) -> None:
    assert complained(scenario) == []


def test_there_are_enough_faults() -> None:
    assert len(BREAKS) >= LEAST
