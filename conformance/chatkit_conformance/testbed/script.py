"""The operations of a script, as a table. What each does is the same on every test bed, in any language."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from chatkit_protocol.codec import encode
from chatkit_protocol.events import ThreadStreamEvent
from chatkit_protocol.items import HiddenContextItem
from chatkit_protocol.threads import ThreadStatus
from chatkit_server import CustomStreamError, StreamError, Turn
from chatkit_server.responder import Respond
from chatkit_server.views import public_item

Script = list[list[Any]]
Outcome = Any
"""Of an operation: an event, a stream of events, an awaitable, or nothing."""


class Run:
    """One script as it runs: the turn, what came with an action, the agent, the ids given out by name."""

    def __init__(self, turn: Turn, payload: Any = None, agent: Respond | None = None) -> None:
        self.turn = turn
        self.payload = payload
        self.agent = agent
        self.ids: dict[str, str] = {}

    async def obey(self, script: Script) -> AsyncIterator[Any]:
        """Carry out the operations one after the other; give their events."""
        for name, *arguments in script:
            outcome = OPERATIONS[name](self, *arguments)
            if asyncio.iscoroutine(outcome):
                await outcome
            elif outcome is not None:
                yield outcome

    def filled(self, value: Any) -> Any:
        """Replace the strings that start with `$` and are known, at every depth."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name, _, rest = value[1:].partition(":")
        return SUBSTITUTES[name](self, rest) if name in SUBSTITUTES else value


def _named_id(run: Run, rest: str) -> str:
    if rest not in run.ids:
        run.ids[rest] = run.turn.new_id(rest.partition(":")[0])  # type: ignore[arg-type]  # an unknown kind raises
    return run.ids[rest]


SUBSTITUTES: dict[str, Callable[[Run, str], str]] = {
    "ID": _named_id,
    "THREAD": lambda run, _: run.turn.thread.id,
    "NOW": lambda run, _: run.turn.now().isoformat(),
    "CANARY": lambda _, rest: f"{rest}-CANARY",
}


def _emit(run: Run, event: Any) -> ThreadStreamEvent:
    made: ThreadStreamEvent = msgspec.convert(run.filled(event), ThreadStreamEvent)
    return made


def _widget(run: Run, states: list[Any]) -> Outcome:
    roots = run.filled(states)
    return run.turn.widget(roots[0]) if len(roots) == 1 else run.turn.stream_widget(roots)


def _title(run: Run, title: str) -> None:
    run.turn.thread.title = run.filled(title)


def _status(run: Run, status: Any) -> None:
    run.turn.thread.status = msgspec.convert(run.filled(status), ThreadStatus)


def _meta(run: Run, key: str, value: Any) -> None:
    # Kept as it stands: `next` is a script, whose names are filled in when it runs.
    run.turn.thread.metadata[key] = value


def _domains(run: Run, domains: list[str]) -> None:
    run.turn.thread.allowed_image_domains = domains


async def _hidden(run: Run, text: str) -> None:
    turn = run.turn
    item = HiddenContextItem(**turn.base(), content=run.filled(text))
    await turn.store.save_item(turn.user, turn.thread.id, item)


def _raise(run: Run, kind: str, message: str = "", allow_retry: bool | None = None) -> None:
    text = run.filled(message)
    if kind == "custom":
        raise CustomStreamError(text, allow_retry=bool(allow_retry))
    if kind == "stream":
        raise StreamError(allow_retry=allow_retry is not False)
    raise RuntimeError(text)


async def _sleep(_run: Run, milliseconds: float) -> None:
    await asyncio.sleep(milliseconds / 1000)


def _repeat(run: Run, times: int, operations: Script) -> Outcome:
    return run.obey(operations * times)


def _notice(run: Run, text: str) -> ThreadStreamEvent:
    return run.turn.notice(run.filled(text))


def _sender(run: Run) -> ThreadStreamEvent:
    return run.turn.notice(f"sender={run.turn.sender.id if run.turn.sender else 'null'}")


def _payload(run: Run) -> ThreadStreamEvent:
    return run.turn.notice(f"payload={json.dumps(run.payload)}")


def _input(run: Run) -> ThreadStreamEvent:
    message = run.turn.message
    return run.turn.notice(f"input={encode(public_item(message) if message else None).decode()}")


def _agent(run: Run) -> Outcome:
    if run.agent is None:
        raise RuntimeError("no model: OPENAI_BASE_URL is not set")
    return run.agent(run.turn)


OPERATIONS: dict[str, Callable[..., Outcome]] = {
    "emit": _emit,
    "widget": _widget,
    "title": _title,
    "status": _status,
    "meta": _meta,
    "domains": _domains,
    "hidden": _hidden,
    "raise": _raise,
    "sleep": _sleep,
    "repeat": _repeat,
    "notice": _notice,
    "sender": _sender,
    "payload": _payload,
    "input": _input,
    "agent": _agent,
}
