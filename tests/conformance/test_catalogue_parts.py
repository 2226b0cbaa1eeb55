"""A broken store or a missing part of the server breaks the right rule of the catalogue."""

from typing import Any

import pytest

from chatkit_protocol.threads import Page
from chatkit_server import MemoryStore, pipeline
from chatkit_server.handlers import actions, attachments, returns
from chatkit_server.keeping import Keeper
from support.catalogue.runs import Runs
from support.catalogue.served import served

MESSAGE = "replaying_gives_the_thread"
PAGES = "pages_of_items"
CHANGES = "a_thread_changes_while_it_answers"
QUESTIONS = "questions_are_answered"


class KeepsAfterRetry(MemoryStore):
    async def delete_items_after(self, *_: Any) -> None: ...


class OldestFirst(MemoryStore):
    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        return await super().list_items(*a, **given | {"order": "asc"})


class Skips(MemoryStore):
    """Between two pages, a row is lost."""

    async def list_items(self, *a: Any, **given: Any) -> Page[Any]:
        page = await super().list_items(*a, **given)
        page.data = page.data[:-1] if page.has_more and len(page.data) > 1 else page.data
        return page


class Shared(MemoryStore):
    """Everyone is the same user."""

    async def load_thread(self, user: str, thread_id: str) -> Any:
        return await super().load_thread("ann" if user == "bob" else user, thread_id)


class KeepsThreads(MemoryStore):
    async def delete_thread(self, *_: Any) -> None: ...


class MovesToTheEnd(MemoryStore):
    """A replaced item loses its place."""

    async def save_item(self, user: str, thread_id: str, item: Any) -> None:
        await self.delete_items(user, thread_id, [item.id])
        await super().save_item(user, thread_id, item)


@pytest.mark.parametrize(
    ("rule", "script", "store"),
    [
        pytest.param("RTY-001", "a_message_is_answered_again", KeepsAfterRetry, id="RTY-001"),
        pytest.param("RTY-007", "a_message_is_answered_again", KeepsAfterRetry, id="RTY-007"),
        pytest.param("PAG-004", PAGES, OldestFirst, id="PAG-004"),
        pytest.param("PAG-007", PAGES, Skips, id="PAG-007"),
        pytest.param("PAG-014", "hidden_means_hidden", Skips, id="PAG-014"),
        pytest.param("HID-008", "hidden_means_hidden", Skips, id="HID-008"),
        pytest.param("HTTP-019", "each_user_for_themselves", Shared, id="HTTP-019"),
        pytest.param("THR-012", "rename_and_delete", KeepsThreads, id="THR-012"),
        pytest.param("ITM-012", MESSAGE, MovesToTheEnd, id="ITM-012"),
        pytest.param("SIN-003", QUESTIONS, MovesToTheEnd, id="SIN-003"),
    ],
)
def test_a_broken_store_breaks_its_rule(rule: str, script: str, store: type[MemoryStore]) -> None:
    with served(store()) as port:
        assert rule in Runs(port).broken([script])


def without_stage(stage: Any) -> Any:
    stages = tuple(one for one in pipeline.STAGES if one is not stage)
    return (pipeline, "STAGES", stages)


async def nothing_saved(*_: Any) -> None: ...


async def anyone_enters(turn: Any, params: Any) -> bool:
    await turn.load(params.thread_id)
    return True


@pytest.mark.parametrize(
    ("rule", "script", "patch"),
    [
        pytest.param(rule, script, patch, id=rule)
        for rule, script, patch in [
            ("HID-001", "hidden_means_hidden", without_stage(pipeline.conceal)),
            ("HID-004", "hidden_means_hidden", without_stage(pipeline.conceal)),
            ("HID-006", "hidden_means_hidden", without_stage(pipeline.conceal)),
            ("THR-016", CHANGES, without_stage(pipeline.announce)),
            ("THR-017", CHANGES, without_stage(pipeline.announce)),
            ("ITM-014", MESSAGE, without_stage(pipeline.keep)),
            ("CAN-001", "what_a_stop_leaves", (Keeper, "stopped", nothing_saved)),
            ("ACT-002", "actions", (actions, "_enter", anyone_enters)),
            ("ACT-003", "actions", (actions, "_enter", anyone_enters)),
            ("ATT-003", "files_are_attached", (attachments, "public_attachment", lambda one: one)),
            ("SIN-005", QUESTIONS, (returns, "submit", lambda item, _: setattr(item, "status", "answered"))),
            ("CTL-004", "a_tool_answers", (returns, "_complete", nothing_saved)),
        ]
    ],
)
def test_a_broken_part_breaks_its_rule(
    monkeypatch: pytest.MonkeyPatch, rule: str, script: str, patch: tuple[Any, str, Any]
) -> None:
    monkeypatch.setattr(*patch)
    with served(MemoryStore()) as port:
        assert rule in Runs(port).broken([script])
