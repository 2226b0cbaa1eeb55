"""What is wrong with a request is said by its status, and is not told as a failure of the server."""

from collections.abc import Iterator

from chatkit_conformance.doctor.backend.backend import NOWHERE, Backend
from chatkit_conformance.doctor.backend.calling import Reply
from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.transcript import OK

TRACES = ("Traceback (most recent call last)", 'File "', "    at ", "site-packages", "node_modules")
"""What stands in a stack trace, of Python or of JavaScript."""


def wrong_requests(backend: Backend) -> dict[str, Reply]:
    """Send what a client could get wrong, once; give the replies."""
    if "wrong" not in backend.notes:
        backend.notes["wrong"] = {
            "a body that is no JSON": backend.raw(b'{"type":'),
            "an unknown request type": backend.ask("no.such_type", {}),
            "a thread that does not exist": backend.ask("threads.get_by_id", {"thread_id": NOWHERE}),
        }
    found: dict[str, Reply] = backend.notes["wrong"]
    return found


@check(
    "backend.refusal.status",
    "warning",
    why="The widget takes a 5xx for something that passes, and sends the same about five times; alarms go off, too.",
    mend="Answer 400 to what cannot be read, 404 to what is not there, as JSON with a `message`.",
)
def bad_requests_are_refused(backend: Backend) -> Iterator[Found]:
    """A bad request is answered with a status of 4xx."""
    for name, reply in wrong_requests(backend).items():
        if not reply.refused:
            told = f"is answered with {reply.status}" if reply.status else f"gets no answer ({reply.exchange.trouble})"
            yield Found(
                what=f"{name} {told}",
                where=backend.url,
                severity="fault" if reply.status == OK else None,
                mend="Refuse it with 4xx: with 200 the widget goes on as if it had worked."
                if reply.status == OK
                else "",
            )


@check(
    "backend.refusal.trace",
    "warning",
    why="Paths, versions and sometimes secrets of the server are shown to whoever sends nonsense.",
    mend="Turn the framework's debug mode off, and answer with words of your own.",
)
def no_trace_is_shown(backend: Backend) -> Iterator[Found]:
    """What is refused is not refused with a stack trace."""
    for name, reply in wrong_requests(backend).items():
        seen = next((mark for mark in TRACES if mark in reply.text), "")
        if seen and reply.status != OK:
            yield Found(what=f"{name} is answered with a stack trace ({reply.status})", where=backend.url)
            return
