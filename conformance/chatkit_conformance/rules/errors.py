"""Errors: an answer that fails says so, in the stream."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.scripted import fails, steps
from chatkit_conformance.linter.subjects import Conversation, Event, Stream, asked, script_of
from chatkit_conformance.linter.visits import after
from chatkit_conformance.transcript import JSON, OK, Exchange
from chatkit_protocol.events import ErrorEvent

SDK = "openai-chatkit 1.6.5, chatkit/server.py:"
DONE = e.done(e.message("kept", item_id="msg_5"))
OPEN = e.added(e.message(item_id="msg_6"))
CRASH = ["raise", "crash", "$CANARY:CRASH", None]


def failed(*events: JSON, by: list[Any], after: tuple[JSON, ...] = ()) -> Exchange:
    """Have an answer fail, after these events were sent; these tell it."""
    return e.create(*after, *events, said=e.script(*(["emit", event] for event in after), by))


@rule(
    "errors.event.complete",
    "MUST",
    "L0",
    catalogue="ERR-001",
    source="openai-chatkit 1.6.5, chatkit/types.py:438",
    why="The client cannot tell whether to offer another try, or what to say.",
    mend="Send `code`, a text, `allow_retry`, true or false, and `message` only as a text.",
    good=e.create(e.error()),
    bad=e.create(e.error(allow_retry="no")),
)
def errors_are_complete(node: Node) -> Looks:
    """An error has a code and says whether to try again; it may have a message."""
    if node.is_a(ErrorEvent):
        code, retry, said = (node.value.get(name) for name in ("code", "allow_retry", "message"))
        fits = isinstance(code, str) and isinstance(retry, bool) and (said is None or isinstance(said, str))
        yield node.look(fits, "code, allow_retry, message?", node.value)


def _failing(conversation: Conversation, *kinds: str) -> Iterator[tuple[Stream, list[Any], list[Event]]]:
    """Give the answers to scripts that fail so, with what makes them fail and the errors that they tell."""
    for stream in conversation.streams:
        reason = fails(stream) if stream.whole and not stream.refusal else []
        if reason and reason[0] in kinds:
            emitted = sum(step[0] == "emit" and step[1].get("type") == "error" for step in steps(stream.script))
            yield stream, [*reason, None, None], stream.of("error")[emitted:]


@rule(
    "errors.told-once",
    "SHOULD",
    "L0",
    catalogue="ERR-007",
    source="openai-chatkit 1.6.5, chatkit/server.py:913-929",
    why="The user sees the same failure twice.",
    mend="Tell a failure in one place, where the answer ends.",
    good=e.create(e.error()),
    bad=e.create(e.error(), e.error()),
)
def a_failure_is_told_once(stream: Stream) -> Looks:
    """No two errors of an answer are the same, unless the app sends them."""
    told = [event.value for event in stream.of("error")]
    if told and "error" not in str(stream.script):
        yield stream.look(all(one not in told[:place] for place, one in enumerate(told)), "each error once", told[:3])


@rule(
    "errors.raised.told",
    "MUST",
    "L3",
    catalogue="ERR-002 ERR-012 HTTP-015",
    source=SDK + "924,532",
    why="The answer stops without a word, or the message is sent again and again.",
    mend="Catch whatever the responder raises, from its first step on, and send one `error` event; keep status 200.",
    good=failed(e.error(), by=CRASH),
    bad=failed(by=CRASH),
)
def failures_are_told(conversation: Conversation) -> Looks:
    """An answer that fails tells one `error`, under status 200, also when it fails at once."""
    for stream, _, errors in _failing(conversation, "crash", "custom", "stream"):
        yield stream.look(len(errors) == 1, "one `error`", [error.value for error in errors])
    for exchange in conversation.exchanges:
        raises = any(step[0] == "raise" for step in steps(script_of(exchange)))
        if raises and exchange.status not in {0, OK} and exchange.kind == "threads.create":
            yield asked(exchange, False, "status 200 and an `error` event", exchange.status)


def _told(conversation: Conversation, kind: str, code: str, *, retry: bool | None = None) -> Looks:
    for _, (_, _, allow_retry, *_), errors in _failing(conversation, kind):
        wanted = retry if allow_retry is None or kind == "crash" else allow_retry
        for error in errors[:1]:
            found = (error.value.get("code"), error.value.get("allow_retry"))
            yield error.look(found == (code, wanted), f"{code}, allow_retry {wanted}", error.value)


@rule(
    "errors.crash.retry",
    "MUST",
    "L3",
    catalogue="ERR-002",
    source=SDK + "924; tests/test_chatkit_server.py:2012",
    why="The user cannot try again although that may help, or the client does not know the code.",
    mend='Tell an exception that nobody expected as `{"code": "stream.error", "allow_retry": true}`.',
    good=failed(e.error(), by=CRASH),
    bad=failed(e.error(code="stream_error"), by=CRASH),
)
def a_crash_can_be_retried(conversation: Conversation) -> Looks:
    """An exception that the app did not mean is told as `stream.error`, to be tried again."""
    yield from _told(conversation, "crash", "stream.error", retry=True)


@rule(
    "errors.crash.no-message",
    "SHOULD",
    "L3",
    catalogue="ERR-002 ERR-005",
    source=SDK + "924",
    why="The client has its own words for a failure, in the user's language, and shows the server's instead.",
    mend="Send no message with an exception that nobody expected, not the name of its class either.",
    good=failed(e.error(), by=CRASH),
    bad=failed(e.error(message="RuntimeError"), by=CRASH),
    general=True,
)
def a_crash_has_no_message(conversation: Conversation) -> Looks:
    """The error of an exception that the app did not mean has no message."""
    for _, _, errors in _failing(conversation, "crash"):
        for error in errors[:1]:
            yield error.look(error.value.get("message") is None, "no message", error.value.get("message"))


def _custom(**given: Any) -> JSON:
    return e.error(**({"code": "custom", "message": "sorry", "allow_retry": False} | given))


@rule(
    "errors.custom.message",
    "MUST",
    "L3",
    catalogue="ERR-003",
    source=SDK + "913; chatkit/errors.py:45",
    why="What the app wants the user to know is lost.",
    mend="Send the message of the app's own error, with the code `custom`.",
    good=failed(_custom(), by=["raise", "custom", "sorry", False]),
    bad=failed(_custom(message="failed"), by=["raise", "custom", "sorry", False]),
)
def an_own_error_says_its_message(conversation: Conversation) -> Looks:
    """An error that the app raises with a message of its own is told with that message."""
    for _, (_, message, *_), errors in _failing(conversation, "custom"):
        for error in errors[:1]:
            yield error.look(error.value.get("message") == message, str(message), error.value.get("message"))


@rule(
    "errors.custom.retry",
    "MUST",
    "L3",
    catalogue="ERR-003",
    source=SDK + "913; chatkit/errors.py:45",
    why="The user is offered another try where it is no use, or none where it is.",
    mend="Pass on what the app's own error says about another try, with the code `custom`.",
    good=failed(_custom(allow_retry=True), by=["raise", "custom", "sorry", True]),
    bad=failed(_custom(), by=["raise", "custom", "sorry", True]),
)
def an_own_error_says_whether_to_retry(conversation: Conversation) -> Looks:
    """An error of the app's own has the code `custom`, and the app says whether to try again."""
    yield from _told(conversation, "custom", "custom", retry=False)


@rule(
    "errors.coded.retry",
    "MUST",
    "L3",
    catalogue="ERR-004",
    source=SDK + "919; chatkit/errors.py:23",
    why="The user is offered another try where it is no use, or none where it is.",
    mend="Pass on the code and what the error says about another try.",
    good=failed(e.error(allow_retry=False), by=["raise", "stream", "", False]),
    bad=failed(e.error(), by=["raise", "stream", "", False]),
)
def a_coded_error_says_whether_to_retry(conversation: Conversation) -> Looks:
    """A coded error is told by its code, with what it says about another try."""
    yield from _told(conversation, "stream", "stream.error", retry=True)


@rule(
    "errors.coded.no-message",
    "MUST",
    "L3",
    catalogue="ERR-004",
    source=SDK + "919",
    why="The client has its own words for a code, in the user's language, and shows others instead.",
    mend="Send no message with a coded error.",
    good=failed(e.error(), by=["raise", "stream"]),
    bad=failed(e.error(message="Stream error"), by=["raise", "stream"]),
)
def a_coded_error_has_no_message(conversation: Conversation) -> Looks:
    """A coded error has no message."""
    for _, _, errors in _failing(conversation, "stream"):
        for error in errors[:1]:
            yield error.look(error.value.get("message") is None, "no message", error.value.get("message"))


@rule(
    "errors.exception.hidden",
    "MUST",
    "L3",
    catalogue="ERR-005",
    source=SDK + "924",
    why="Keys, addresses and pieces of the program are shown to whoever makes the server fail.",
    mend="Log the exception, and send nothing of it.",
    good=failed(e.error(), by=CRASH),
    bad=failed(e.error(message="RuntimeError: CRASH-CANARY"), by=CRASH),
)
def exceptions_stay(conversation: Conversation) -> Looks:
    """The text of an exception never reaches the client."""
    texts = [reason[1] for _, reason, _ in _failing(conversation, "crash", "stream")]
    secrets = {str(text).removeprefix("$CANARY:") + "-CANARY" for text in texts if str(text).startswith("$CANARY:")}
    for exchange in conversation.exchanges if secrets else ():
        found = [secret for secret in secrets if secret.encode() in exchange.received]
        yield asked(exchange, not found, "nothing of the exception", found)


@rule(
    "errors.raised.last",
    "MUST",
    "L3",
    catalogue="ERR-007",
    source=SDK + "913,931",
    why="The client has ended the answer; what comes after is shown in none.",
    mend="End the stream after the error; only `thread.updated` may follow it.",
    good=failed(e.error(), by=CRASH),
    bad=failed(e.error(), e.notice(), by=CRASH),
)
def nothing_follows_a_failure(conversation: Conversation) -> Looks:
    """After the error of a failed answer nothing but `thread.updated` follows."""
    for stream, _, errors in _failing(conversation, "crash", "custom", "stream"):
        later = stream.events[errors[0].place + 1 :] if errors else []
        odd = [event.type for event in later if event.type not in {"thread.updated", "error"}]
        if errors:
            yield errors[0].look(not odd, "thread.updated at most", odd)


LISTED = e.listing(e.user_message(e.script(["emit", DONE], CRASH)), e.message("kept", item_id="msg_5"))


@rule(
    "errors.done.kept",
    "MUST",
    "L3",
    catalogue="ERR-009",
    source=SDK + "865",
    why="What the user has read is gone after a reload.",
    mend="Store each item when it is done, not all of them at the end.",
    good=[failed(e.error(), by=CRASH, after=(DONE,)), LISTED],
    bad=[failed(e.error(), by=CRASH, after=(DONE,)), e.listing(e.user_message(e.script(["emit", DONE], CRASH)))],
)
def what_was_done_is_kept(conversation: Conversation) -> Looks:
    """Items that were done before the failure are stored."""
    for stream, _, _ in _failing(conversation, "crash", "custom", "stream"):
        listed = after(conversation, stream.exchange)
        gone = {event.item_id for event in stream.of("thread.item.removed")}
        for event in stream.of("thread.item.done") if listed is not None else ():
            if event.item_id not in gone:
                yield event.look(event.item_id in {row["id"] for row in listed or ()}, "the item in the list")


def _opened(*rows: JSON) -> list[Exchange]:
    said = e.user_message(e.script(["emit", OPEN], CRASH))
    return [failed(e.error(), by=CRASH, after=(OPEN,)), e.listing(said, *rows)]


@rule(
    "errors.open.not-kept",
    "MUST",
    "L3",
    catalogue="ERR-010",
    source=SDK + "908",
    why="After a reload an empty message stands in the thread, and the model is told it.",
    mend="Store items when they are done; only what a user stopped is kept before that.",
    good=_opened(),
    bad=_opened(e.message(item_id="msg_6")),
)
def what_was_open_is_not_kept(conversation: Conversation) -> Looks:
    """Items that were only added before the failure are not stored."""
    for stream, _, _ in _failing(conversation, "crash", "custom", "stream"):
        listed = after(conversation, stream.exchange)
        settled = {event.item_id for event in stream.of("thread.item.done", "thread.item.replaced")}
        for event in stream.of("thread.item.added") if listed is not None else ():
            if event.item_id not in settled:
                yield event.look(event.item_id not in {row["id"] for row in listed or ()}, "no such item in the list")


@rule(
    "errors.thread.usable",
    "MUST",
    "L3",
    catalogue="ERR-011",
    source=SDK + "822",
    why="One failure, and the conversation is lost.",
    mend="Leave nothing behind that makes the next answer fail: no lock, no half-made item.",
    good=[failed(e.error(), by=CRASH), replace(e.say(e.notice()))],
    bad=[failed(e.error(), by=CRASH), replace(e.say(e.error()))],
)
def the_thread_remains_usable(conversation: Conversation) -> Looks:
    """After a failure the thread answers as before."""
    broken = {stream.thread_id for stream, _, _ in _failing(conversation, "crash", "custom", "stream")}
    seen: set[str] = set()
    for stream in conversation.streams:
        plain = stream.kind == "threads.add_user_message" and not any(
            step[0] in {"raise", "emit", "agent", "widget"} for step in steps(stream.script)
        )
        if stream.thread_id in seen and plain and stream.whole:
            yield stream.look(not stream.failed, "an answer", [event.value for event in stream.of("error")])
        seen |= {stream.thread_id} & broken
