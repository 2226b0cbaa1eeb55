"""Refusals: what is no request, and what is asked of something that is not there."""

from collections.abc import Callable
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter import visits
from chatkit_conformance.linter.frames import instead
from chatkit_conformance.linter.requests import Worth, worth
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, asked
from chatkit_conformance.transcript import JSON, STREAMING, Exchange, compact

SDK = "openai-chatkit 1.6.5, chatkit/server.py:432"
SILENT = "The client believes that it worked, and nothing happens."
FIVE = "A 5xx, and the browser's console says that the server is broken: the widget sends the same five times again."
SERVER_ERROR = 500
CLIENT_ERROR = 400


def sent(body: bytes, status: int = 400, **given: Any) -> Exchange:
    """Answer bytes with a refusal."""
    told = compact({"message": "no", "code": "bad_request" if status < SERVER_ERROR else "internal"})
    usual: JSON = {"status": status, "headers": e.JSON_HEADERS, "received": told.encode()}
    return Exchange(body, **(usual | given))


def _is(*kinds: Worth) -> Callable[[Exchange], bool]:
    """Recognise a request by its worth. Of a capture without its request nobody knows what was asked."""

    def fits(exchange: Exchange) -> bool:
        judged = exchange.method == "POST" and bool(exchange.sent and exchange.status)
        return judged and worth(exchange) in kinds

    return fits


def _refused(exchange: Exchange) -> Looks:
    yield asked(exchange, not 200 <= exchange.status < 300, "a status of 400 or more", exchange.status)  # noqa: PLR2004


def _at_fault(exchange: Exchange) -> Looks:
    if exchange.refused:
        fits = CLIENT_ERROR <= exchange.status < SERVER_ERROR
        yield asked(exchange, fits, "a status from 400 to 499", exchange.status)


NO_JSON = b'{"type": "threads.list"'


@rule(
    "refusals.no-json.refused",
    "MUST",
    "L1",
    catalogue="HTTP-006",
    source=SDK,
    why=SILENT,
    mend="Refuse a body that is no JSON object, with 400 and a JSON error.",
    good=sent(NO_JSON),
    bad=sent(NO_JSON, 200, received=b'{"data":[],"has_more":false}'),
)
def no_json_is_refused(exchange: Exchange) -> Looks:
    """A body that is not a JSON object is refused."""
    if _is("no-json")(exchange):
        yield from _refused(exchange)


@rule(
    "refusals.no-json.client-error",
    "SHOULD",
    "L1",
    catalogue="HTTP-006s",
    source="RFC 9110 section 15.5.1; protocol.md section 9",
    why=FIVE,
    mend="Answer 400: the client is at fault.",
    good=sent(NO_JSON),
    bad=sent(NO_JSON, 500),
)
def no_json_is_the_clients_fault(exchange: Exchange) -> Looks:
    """A body that is not a JSON object is refused with a 4xx."""
    if _is("no-json")(exchange):
        yield from _at_fault(exchange)


NO_TYPE = b'{"type":"threads.fly","params":{}}'


@rule(
    "refusals.unknown-type.refused",
    "MUST",
    "L1",
    catalogue="HTTP-007",
    source="openai-chatkit 1.6.5, chatkit/types.py:330",
    why=SILENT,
    mend="Refuse a request type that the server does not know, before anything is sent.",
    good=sent(NO_TYPE),
    bad=sent(NO_TYPE, 200, received=b"{}"),
)
def an_unknown_type_is_refused(exchange: Exchange) -> Looks:
    """A request without a type, or of one that does not exist, is refused."""
    if _is("no-type")(exchange):
        yield from _refused(exchange)


@rule(
    "refusals.unknown-type.client-error",
    "SHOULD",
    "L1",
    catalogue="HTTP-007s",
    source="RFC 9110 section 15.5.1; protocol.md section 9",
    why=FIVE,
    mend="Answer 400: the client is newer than the server, or wrong.",
    good=sent(NO_TYPE),
    bad=sent(NO_TYPE, 500),
)
def an_unknown_type_is_the_clients_fault(exchange: Exchange) -> Looks:
    """A request of an unknown type is refused with a 4xx."""
    if _is("no-type")(exchange):
        yield from _at_fault(exchange)


@rule(
    "refusals.missing.refused",
    "MUST",
    "L1",
    catalogue="HTTP-008 UMS-005",
    source="openai-chatkit 1.6.5, chatkit/types.py:49,90,136,173",
    why=SILENT,
    mend="Check that every required parameter is there before anything is done.",
    good=e.refused("threads.update", {"thread_id": "thr_1"}),
    bad=e.reply("threads.update", {"thread_id": "thr_1"}, e.thread()),
)
def missing_parameters_are_refused(exchange: Exchange) -> Looks:
    """A request that lacks a required parameter is refused."""
    if _is("missing")(exchange):
        yield from _refused(exchange)


@rule(
    "refusals.missing.client-error",
    "SHOULD",
    "L1",
    catalogue="HTTP-008s",
    source="RFC 9110 section 15.5.1; protocol.md section 9",
    why=FIVE,
    mend="Answer 400 and name the parameter.",
    good=e.refused("threads.update", {"thread_id": "thr_1"}),
    bad=e.refused("threads.update", {"thread_id": "thr_1"}, 500, "internal"),
)
def missing_parameters_are_the_clients_fault(exchange: Exchange) -> Looks:
    """A request that lacks a required parameter is refused with a 4xx."""
    if _is("missing")(exchange):
        yield from _at_fault(exchange)


WRONG = {"thread_id": 5}


@rule(
    "refusals.wrong.refused",
    "MUST",
    "L1",
    catalogue="HTTP-009",
    source="openai-chatkit 1.6.5, chatkit/types.py:68,268,1094",
    why=SILENT,
    mend="Check the types and the choices of parameters.",
    good=e.refused("threads.get_by_id", WRONG),
    bad=e.reply("threads.get_by_id", WRONG, e.thread()),
    general=True,
)
def wrong_parameters_are_refused(exchange: Exchange) -> Looks:
    """A parameter of a wrong type, or that is none of the choices there are, is refused."""
    if _is("wrong")(exchange):
        yield from _refused(exchange)


@rule(
    "refusals.wrong.client-error",
    "SHOULD",
    "L1",
    catalogue="HTTP-009",
    source="RFC 9110 section 15.5.1; protocol.md section 9",
    why=FIVE,
    mend="Answer 400 and name the parameter.",
    good=e.refused("threads.get_by_id", WRONG),
    bad=e.refused("threads.get_by_id", WRONG, 500, "internal"),
)
def wrong_parameters_are_the_clients_fault(exchange: Exchange) -> Looks:
    """A parameter that is wrong is refused with a 4xx."""
    if _is("wrong")(exchange):
        yield from _at_fault(exchange)


NOWHERE = {"thread_id": "thr_nowhere"}
MADE_UP = ("thr_nowhere", visits.NOWHERE)
READING = ("threads.get_by_id", "threads.update", "items.list")


@rule(
    "refusals.unknown-thread.refused",
    "MUST",
    "L1",
    catalogue="HTTP-017",
    source="openai-chatkit 1.6.5, chatkit/server.py:442",
    why="The client shows an empty conversation that does not exist.",
    mend="Refuse to read or change a thread that is not there; 404 is the status for it.",
    good=e.refused("threads.get_by_id", NOWHERE, 404, "not_found"),
    bad=e.reply("threads.get_by_id", NOWHERE, e.thread(id="thr_nowhere")),
)
def an_unknown_thread_is_refused(conversation: Conversation) -> Looks:
    """Reading or renaming a thread that is not there is refused."""
    for exchange in _nowhere(conversation, *READING):
        yield from _refused(exchange)


@rule(
    "refusals.unknown-thread.client-error",
    "SHOULD",
    "L1",
    catalogue="HTTP-017",
    source="protocol.md section 9 (D2)",
    why=FIVE,
    mend="Answer 404.",
    good=e.refused("threads.get_by_id", NOWHERE, 404, "not_found"),
    bad=e.refused("threads.get_by_id", NOWHERE, 500, "internal"),
)
def an_unknown_thread_is_the_clients_fault(conversation: Conversation) -> Looks:
    """Asking for a thread that is not there is refused with a 4xx."""
    for exchange in _nowhere(conversation, *READING):
        yield from _at_fault(exchange)


@rule(
    "refusals.unknown-thread.said",
    "MUST",
    "L1",
    catalogue="HTTP-004 ERR-012",
    source="protocol.md section 1 (D3)",
    why="The client takes silence for a broken connection, and says the same again five times.",
    mend="Look for the thread before the headers go out, and refuse with 404; or tell an `error` event.",
    good=e.refused("threads.add_user_message", NOWHERE | {"input": e.text_input()}, 404, "not_found"),
    bad=e.stream("threads.add_user_message", NOWHERE | {"input": e.text_input()}, e.OPTIONS),
)
def an_unknown_thread_is_said(conversation: Conversation) -> Looks:
    """Saying something in a thread that is not there is refused, or answered by an error."""
    for exchange in _nowhere(conversation, *STREAMING):
        stream = conversation.stream_of(exchange)
        if exchange.refused or (stream and stream.events and instead(exchange) == ""):
            yield asked(exchange, exchange.refused or (stream and stream.failed), "a refusal, or an `error` event")


def _nowhere(conversation: Conversation, *kinds: str) -> list[Exchange]:
    """Give the requests about a thread that cannot be there: one whose id a scenario made up.

    In the capture of a part of a conversation most threads are unseen, and there all the same.
    """
    wanted = [one for one in conversation.exchanges if one.kind in kinds and one.params.get("thread_id") in MADE_UP]
    return [exchange for exchange in wanted if _is("", "lenient")(exchange)]
