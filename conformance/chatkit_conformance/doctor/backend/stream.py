"""Whether an answer arrives as it is written: nothing on the way collects, compresses, or cuts it."""

from collections.abc import Iterator
from itertools import pairwise

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.backend.calling import OLD_HTTP, Reply
from chatkit_conformance.doctor.check import Found, check
from chatkit_conformance.transcript import OK

TELLING = 1.0
"""Seconds that an answer has to take, beyond what the server takes for anything, until it tells about buffering."""
LATE = 0.8
"""The part of the whole time after which a first byte is late: `thread.created` comes before any model is asked."""
WAITS = "The user looks at nothing until the whole answer is there, then sees all of it at once."
UNBUFFERED = (
    "Turn buffering off on the way: `x-accel-buffering: no` from the app, `proxy_buffering off` in nginx, no"
    " middleware that collects bodies; write each event when it happens."
)


def streamed(backend: Backend) -> Reply | None:
    """Give the answer, if it is one in events."""
    return backend.hello if backend.hello.status == OK and backend.hello.exchange.streams else None


@check(
    "backend.stream.status",
    "fault",
    stops=True,
    why="No message of a user is answered.",
    mend="Read the server's log for this request: the list of threads works, so it is about making or answering one.",
)
def a_message_is_answered(backend: Backend) -> Iterator[Found]:
    """A first message, `threads.create`, is answered with status 200."""
    reply = backend.hello
    if not reply.status:
        yield Found(what=f"threads.create is not answered: {reply.exchange.trouble}", where=backend.url)
    elif reply.status != OK:
        yield Found(what=f"threads.create is answered with {reply.status}: {reply.said()}", where=backend.url)


@check(
    "backend.stream.length",
    "fault",
    after=("backend.media.stream",),
    why=WAITS,
    mend="Give the framework a generator to stream (StreamingResponse), not a finished body.",
)
def no_length_beforehand(backend: Backend) -> Iterator[Found]:
    """A stream has no `content-length`: who knows it has the whole answer already."""
    reply = streamed(backend)
    if reply and reply.header("content-length"):
        length = reply.header("content-length")
        yield Found(what=f"the stream has content-length: {length}, so it was collected first", where=backend.url)


@check(
    "backend.stream.encoded",
    "warning",
    after=("backend.media",),
    why="A compressor waits for more before it gives anything out: words come in lumps, or all at the end.",
    mend="Leave `text/event-stream` out of what the middleware or the proxy compresses; `cache-control: no-transform`.",
)
def not_compressed(backend: Backend) -> Iterator[Found]:
    """A stream is not compressed."""
    reply = streamed(backend)
    if reply and reply.encoding:
        yield Found(what=f"the stream comes compressed: content-encoding: {reply.encoding}", where=backend.url)


@check(
    "backend.stream.buffered",
    "fault",
    after=("backend.stream.length", "backend.media", "backend.stream.encoded"),
    why=WAITS,
    mend=UNBUFFERED,
)
def first_event_comes_first(backend: Backend) -> Iterator[Found]:
    """The first event arrives long before the last: nothing on the way collects them."""
    reply = streamed(backend)
    usual = backend.listing.exchange.arrivals[-1][1] if backend.listing.exchange.arrivals else 0.0
    if reply is None or not _late(reply, usual):
        return
    if backend.thread_id and not _late(backend.again, usual):
        return  # the server was slow to wake up, for the first message only
    by = " ".join(filter(None, (reply.header("via"), reply.header("server"))))
    first, last = reply.exchange.arrivals[0][1], reply.exchange.arrivals[-1][1]
    what = f"the first of {len(backend.events)} events arrives after {first:.1f} s, the last after {last:.1f} s"
    yield Found(what=f"{what}{f' (by way of {by})' if by else ''}", where=backend.url)


def _late(reply: Reply, usual: float) -> bool:
    """Tell whether an answer that took its time arrived all at once; `usual` is what the server takes for anything."""
    times = [seconds - usual for _, seconds in reply.exchange.arrivals]
    return bool(times) and not reply.exchange.cut and times[-1] >= TELLING and times[0] >= LATE * times[-1]


@check(
    "backend.stream.old-http",
    "warning",
    after=("backend.stream.buffered",),
    why="HTTP/1.0 has no chunks: proxies wait for the end, and a stream that broke off looks complete.",
    mend="Serve HTTP/1.1; in nginx, `proxy_http_version 1.1`.",
)
def chunks_are_possible(backend: Backend) -> Iterator[Found]:
    """The server speaks HTTP/1.1 or newer."""
    if backend.listing.version == OLD_HTTP:
        yield Found(what="the server answers in HTTP/1.0", where=backend.url)


@check(
    "backend.stream.proxies",
    "hint",
    after=("backend.stream", "backend.media"),
    why="nginx in front of it would collect the answer.",
    mend="Send the header with every stream.",
)
def proxies_are_told(backend: Backend) -> Iterator[Found]:
    """A stream says that proxies shall not collect it."""
    reply = streamed(backend)
    by = f"{reply.header('server')} {reply.header('via')}".lower() if reply else "nginx"
    if reply and "nginx" not in by and reply.header("x-accel-buffering").lower() != "no":  # nginx keeps it for itself
        yield Found(what="the stream lacks x-accel-buffering", where=backend.url, after="x-accel-buffering: no")


@check(
    "backend.stream.cut",
    "fault",
    why="The widget takes what breaks off for a failure, and sends the same message again, about five times.",
    mend="See in the server's log what broke while it streamed: tell it as an `error` event, and end the body.",
)
def the_end_comes(backend: Backend) -> Iterator[Found]:
    """An answer ends as HTTP ends it, not by a connection that breaks."""
    exchange = backend.hello.exchange
    if exchange.cut and not exchange.trouble.startswith("no end"):
        yield Found(
            what=f"the stream breaks off after {len(backend.events)} events and {len(exchange.received)} bytes",
            where=backend.url,
        )


@check(
    "backend.stream.endless",
    "fault",
    why="The user sees an answer that never ends; after 45 seconds without a byte one client gives up.",
    mend="See what the answer waits for. If the model is that slow, give the doctor a longer --timeout.",
)
def the_end_comes_in_time(backend: Backend) -> Iterator[Found]:
    """An answer ends in time."""
    exchange = backend.hello.exchange
    if exchange.status == OK and exchange.trouble.startswith("no end"):
        yield Found(what=f"threads.create: {exchange.trouble}; {len(backend.events)} events came", where=backend.url)


@check(
    "backend.stream.silence",
    "warning",
    after=("backend.stream.buffered", "backend.stream.length", "backend.stream.endless"),
    why="Proxies and load balancers cut a connection on which nothing happens, many after 30 or 60 seconds.",
    mend="Send a comment (`: ping` and one newline) every 15 seconds while nothing else is sent.",
)
def silence_is_filled(backend: Backend) -> Iterator[Found]:
    """While nothing is said, something is sent now and then."""
    reply = streamed(backend)
    times = [0.0, *(seconds for _, seconds in reply.exchange.arrivals)] if reply else []
    longest = max((later - earlier for earlier, later in pairwise(times)), default=0.0)
    if longest > backend.silence:
        yield Found(what=f"nothing was sent for {longest:.1f} s while the answer was written", where=backend.url)
