"""What the doctor made is deleted again, which is a test of deleting as well."""

from collections.abc import Iterator

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.transcript import OK


@check(
    "backend.cleaning.deleted",
    "warning",
    why="What a user deletes stays; here the doctor's own thread or file.",
    mend="Answer `threads.delete` and `attachments.delete` with 200 and `{}`, and forget what they name.",
)
def deleted_is_gone(backend: Backend) -> Iterator[Found]:
    """What is deleted is gone."""
    made, _ = backend.thread_id, backend.read_back
    for reply in backend.clean():
        if reply.status != OK:
            yield Found(
                what=f"{reply.exchange.kind} is answered with {reply.status}: {reply.said()}", where=backend.url
            )
    if made and backend.ask("threads.get_by_id", {"thread_id": made}).status == OK:
        yield Found(what="a thread that was deleted can still be read", where=backend.url)
