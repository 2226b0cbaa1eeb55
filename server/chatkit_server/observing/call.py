"""One request as observers see it, and what an observer is told."""

import asyncio
import re
import secrets
from collections.abc import Callable
from contextlib import aclosing
from contextvars import ContextVar
from time import perf_counter, time_ns
from typing import TYPE_CHECKING, Any, Literal

from chatkit_protocol.events import ErrorEvent, StreamOptionsEvent, ThreadCreated, ThreadItemDone, ThreadStreamEvent
from chatkit_protocol.items import UserMessageItem

if TYPE_CHECKING:
    from chatkit_server.pipeline import Events
    from chatkit_server.turn import Turn

REQUEST_ID = "x-request-id"
"""The header that brings a request's id, and takes it back."""
_SOUND = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
"""What an id from outside may be: anything else would break log lines, or grow without bound."""
_SIGNED = re.compile(r"[^/]{65,}")
"""What is long in a path: the address of a file is signed, and whoever has it has the file."""

Outcome = Literal["complete", "stopped", "failed"]
"""How an answer ended: to its end, by the user's stop, or with an `error` event."""


class Call:
    """One HTTP request to the app.

    Attributes:
        id: from the `x-request-id` header, or new.
        headers: of the request, names in lower case.
        method: of HTTP.
        path: of HTTP, without what is signed in it.
        began: when, in seconds of `perf_counter`.
        began_ns: when, in nanoseconds since 1970.
        status: of the reply; 0 until there is one.
        code: of the refusal, or of the `error` event that ended the answer; empty if all went well.
        events: how many were given to the client so far.
        gone: whether the client went away before the reply was complete.
        noted: what each observer keeps with the call, by its own name.
    """

    def __init__(self, method: str, path: str, headers: dict[str, str]) -> None:
        given = headers.get(REQUEST_ID, "")
        self.id = given if _SOUND.fullmatch(given) else secrets.token_hex(8)
        self.headers = headers
        self.method = method
        self.path = _SIGNED.sub("…", path)
        self.began = perf_counter()
        self.began_ns = time_ns()
        self.status = 0
        self.code = ""
        self.events = 0
        self.gone = False
        self.noted: dict[str, Any] = {}
        self.observers: tuple[Observer, ...] = ()
        self.turn: Turn | None = None

    @property
    def type(self) -> str:
        """The request's type, such as `threads.create`; empty when nothing that could be read came."""
        return str(type(self.turn.request).__struct_config__.tag) if self.turn else ""

    @property
    def thread(self) -> str:
        """The thread's id, as soon as it is known; otherwise empty."""
        if self.turn is None:
            return ""
        return self.turn.thread_id or str(getattr(getattr(self.turn.request, "params", None), "thread_id", ""))

    @property
    def seconds(self) -> float:
        """How long ago it began."""
        return perf_counter() - self.began

    def tell(self, what: Callable[["Observer"], None]) -> None:
        """Tell every observer."""
        for observer in self.observers:
            what(observer)


class Observer:
    """Is told what happens, and does something with it that takes microseconds. What it raises, fails the request."""

    def began(self, call: Call) -> None:
        """A request came; its body is not read yet."""

    def ended(self, call: Call) -> None:
        """The HTTP reply is complete, or the client is gone."""

    def streaming(self, call: Call) -> None:
        """An answer begins to stream."""

    def event(self, call: Call, event: ThreadStreamEvent, *, first: bool) -> None:
        """An event is on its way; `first` marks the first that the responder made, after what opens every stream."""

    def streamed(self, call: Call, outcome: Outcome) -> None:
        """The answer is over. It may outlive its request."""

    def stored(self, name: str, began_ns: int, seconds: float, error: BaseException | None) -> None:
        """A call of the store is over; `current` tells for which request it was."""


current: ContextVar[Call | None] = ContextVar("chatkit_call", default=None)
"""The request that is being answered, also in tasks that were started for it."""


def taken(turn: "Turn") -> None:
    """Note what the current request asks for."""
    call = current.get()
    if call:
        call.turn = turn


def refused(code: str) -> None:
    """Note why the current request is refused."""
    call = current.get()
    if call:
        call.code = code


def watched(events: "Events") -> "Events":
    """Tell the observers of the current request about its stream; without any, give the stream itself."""
    call = current.get()
    return _watch(call, events) if call and call.observers else events


async def _watch(call: Call, events: "Events") -> "Events":
    call.tell(lambda observer: observer.streaming(call))
    outcome: Outcome = "complete"
    first = True
    try:
        async with aclosing(events):
            async for event in events:
                call.events += 1
                opens = not first or _opens(event)
                for observer in call.observers:
                    observer.event(call, event, first=not opens)
                first = first and opens
                if isinstance(event, ErrorEvent):
                    outcome, call.code = "failed", event.code
                yield event
    except (asyncio.CancelledError, GeneratorExit):
        outcome = "stopped"
        raise
    except Exception:
        outcome, call.code = "failed", "stream.error"
        raise
    finally:
        call.tell(lambda observer: observer.streamed(call, outcome))


def _opens(event: ThreadStreamEvent) -> bool:
    """Whether an event opens every stream, before the responder says anything."""
    if isinstance(event, ThreadItemDone):
        return isinstance(event.item, UserMessageItem)
    return isinstance(event, (ThreadCreated, StreamOptionsEvent))
