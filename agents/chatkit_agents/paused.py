"""A run that waits for the user's word: kept in the thread as a hidden item, taken up again once.

The item has the id of the item that asks, with an ending. No client ever sees it, and no model: it holds the run's
own state as the Agents SDK writes it, without the app's context, and without the keys of hosted MCP servers.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from chatkit_agents.approvals import ApprovalRequest, Decision
from chatkit_agents.context import ClientToolCall
from chatkit_agents.run import FunctionCall
from chatkit_protocol.base import JSONObject
from chatkit_protocol.items import HiddenContextItem, ThreadItem
from chatkit_server.errors import CustomStreamError
from chatkit_server.keeping import find
from chatkit_server.turn import Turn

NAME = "chatkit_agents.paused_run"
ENDING = "_run"
RECENT = 20
"""How far back a waiting run is looked for: what asks is the last thing that a run does."""


class PausedRun(Struct, kw_only=True):
    """A run that waits."""

    shown: str
    """Id of the item that asks."""
    state: JSONObject
    """Empty once the run went on, or never will."""
    requests: list[ApprovalRequest]
    calls: list[FunctionCall] = field(default_factory=list)
    client_tool_call: ClientToolCall | None = None
    """What a tool of the same round asked of the page; it is asked when the run ends."""
    steps: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Where calls that are under way are shown: workflow and place, by call id."""
    workflow: str = ""
    """The workflow that is open."""

    @property
    def waits(self) -> bool:
        """Whether an answer is still of use."""
        return bool(self.state)

    @property
    def undecided(self) -> list[ApprovalRequest]:
        """The calls on which the user has not decided yet."""
        return [request for request in self.requests if request.decision is None]

    def decide(self, decisions: Iterable[Decision]) -> None:
        """Note decisions; one without a call is about every call that is left."""
        for decision in decisions:
            for request in self.undecided:
                if decision.call in {"", request.call_id}:
                    request.decision = decision

    def item(self, base: dict[str, Any]) -> HiddenContextItem:
        """Make the item that keeps the run."""
        return HiddenContextItem(**base | {"id": self.shown + ENDING}, content={NAME: msgspec.to_builtins(self)})


def is_paused_run(item: ThreadItem) -> bool:
    """Tell whether an item is one of these, which no model is told."""
    return isinstance(item, HiddenContextItem) and isinstance(item.content, dict) and NAME in item.content


def _read(item: ThreadItem | None) -> PausedRun | None:
    if not isinstance(item, HiddenContextItem) or not is_paused_run(item):
        return None
    return msgspec.convert(item.content[NAME], PausedRun)


async def asked_by(turn: Turn, shown: str) -> PausedRun | None:
    """Give the run for which the item `shown` asks, whether it still waits or not; None for other items."""
    return _read(await find(turn, shown + ENDING))


async def waiting(turn: Turn) -> PausedRun | None:
    """Give the run of the thread that waits for the user."""
    found = map(_read, reversed(await turn.history(RECENT)))
    return next((paused for paused in found if paused and paused.waits), None)


async def decide(turn: Turn, shown: str, decisions: Sequence[Decision]) -> PausedRun:
    """Note what the user decided; a run of which all is decided is taken out of the thread, to go on with.

    It is taken once, before any tool runs: neither a second answer, in whatever process, nor a crash makes a tool run
    twice.

    Raises:
        CustomStreamError: when it no longer waits.
    """
    while True:
        item = await find(turn, shown + ENDING)
        paused = _read(item)
        if item is None or paused is None or not paused.waits:
            raise _closed()
        paused.decide(decisions)
        kept = paused if paused.undecided else msgspec.structs.replace(paused, state={})
        base = {"thread_id": item.thread_id, "created_at": item.created_at}
        if await turn.store.swap_item(turn.user, turn.thread.id, item, kept.item(base)):
            return paused


def _closed() -> CustomStreamError:
    return CustomStreamError("This question is closed: it was answered, or the conversation has gone on since.")
