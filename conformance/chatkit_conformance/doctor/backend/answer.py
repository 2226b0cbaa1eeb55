"""Whether there is an answer in the stream: what goes wrong behind a backend that is otherwise in order."""

from collections.abc import Iterator

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.backend.stream import streamed
from chatkit_conformance.doctor.check import Found, check

SEEN = ("notice", "error")
"""Events that a user sees."""
OWN = ("user_message", "end_of_turn")
"""Items that are no answer."""


@check(
    "backend.answer.error",
    "fault",
    after=("backend.stream.cut", "backend.stream.endless", "backend.media", "provider."),
    why="The user reads an error instead of an answer.",
    mend="The server's log has the exception. Often it is the model: `chatkit-wire doctor --project .` looks at that.",
)
def no_error(backend: Backend) -> Iterator[Found]:
    """A first message is not answered by an error."""
    for event in backend.events:
        if event.type == "error":
            code, message = event.value.get("code"), event.value.get("message")
            told = f" {code}" * bool(code) + f": {message}" * bool(message)
            yield Found(what=f"“hello” is answered by an error{told}", where=backend.url)
            return


@check(
    "backend.answer.empty",
    "warning",
    after=("backend.answer.error", "backend.stream", "backend.media"),
    why="The user writes something, and nothing happens.",
    mend="Yield at least one item: the responder returned without one, or swallowed an exception.",
)
def something_is_said(backend: Backend) -> Iterator[Found]:
    """A first message is answered by something that the user sees."""
    reply = streamed(backend)
    said = [one for one in backend.events if one.type in SEEN or (one.item_type and one.item_type not in OWN)]
    if reply and not said:
        names = ", ".join(dict.fromkeys(event.type for event in backend.events)) or "nothing"
        yield Found(what=f"“hello” is answered by nothing that a user sees: {names}", where=backend.url)
