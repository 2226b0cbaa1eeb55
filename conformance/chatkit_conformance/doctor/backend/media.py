"""What replies say that they are, and whether that is so."""

from collections.abc import Iterator

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.transcript import OK

JSON_TYPE, STREAM_TYPE = "application/json", "text/event-stream"
AGAIN = "The widget takes the reply for a failure and sends the same message again, about five times."


@check(
    "backend.media.encoding",
    "fault",
    why="Proxies and clients that cannot unpack it see bytes that are no JSON and no events.",
    mend="Compress only what `accept-encoding` asks for.",
)
def compressed_only_when_asked(backend: Backend) -> Iterator[Found]:
    """What was asked for as it is does not come compressed."""
    if backend.listing.encoding:
        yield Found(
            what=f"a reply comes compressed ({backend.listing.encoding}) though `accept-encoding` was identity",
            where=backend.url,
        )


@check(
    "backend.media.json",
    "fault",
    after=("backend.media.encoding",),
    why="Clients that look at the type before they read find no JSON.",
    mend="Answer the ten types that do not stream with one JSON object and `content-type: application/json`.",
)
def json_says_so(backend: Backend) -> Iterator[Found]:
    """A reply that is no stream is JSON, and says so."""
    reply = backend.listing
    if reply.status != OK:
        return
    if reply.exchange.media != JSON_TYPE:
        yield Found(
            what=f"threads.list is answered as {reply.exchange.media or 'no type at all'}",
            where=backend.url,
            before=f"content-type: {reply.header('content-type')}",
            after=f"content-type: {JSON_TYPE}",
        )
    elif reply.exchange.json is None:
        yield Found(what=f"threads.list is answered by what is no JSON: {reply.said()}", where=backend.url)


@check(
    "backend.media.stream",
    "fault",
    after=("backend.media.encoding",),
    why=AGAIN,
    mend="Answer the six types that stream with events and `content-type: text/event-stream`.",
)
def streams_say_so(backend: Backend) -> Iterator[Found]:
    """An answer in events is of type `text/event-stream`."""
    reply = backend.hello
    if reply.status == OK and reply.exchange.media != STREAM_TYPE:
        yield Found(
            what=f"threads.create is answered as {reply.exchange.media or 'no type at all'}: {reply.said(60)}",
            where=backend.url,
            before=f"content-type: {reply.header('content-type')}",
            after=f"content-type: {STREAM_TYPE}",
        )
