"""Feedback: thumbs up, thumbs down."""

from dataclasses import replace

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.requests import worth
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, asked
from chatkit_conformance.linter.told import progress
from chatkit_conformance.linter.visits import visits
from chatkit_conformance.transcript import OK, Exchange

HELLO = e.create(*e.STREAMED)
GIVEN = {"thread_id": e.THREAD_ID, "item_ids": ["msg_2"], "kind": "positive"}
THUMB = e.reply("items.feedback", GIVEN, {})
LISTED = e.listing(e.user_message(), e.message("Hello"))
KINDS = ("positive", "negative")


@rule(
    "feedback.answered",
    "MUST",
    "L1",
    catalogue="FBK-001",
    source="openai-chatkit 1.6.5, chatkit/server.py:468",
    why="The thumb springs back although it counts.",
    mend="Answer `{}`, also where nobody reads the feedback.",
    good=[HELLO, THUMB],
    bad=[HELLO, e.reply("items.feedback", GIVEN, {"ok": True})],
)
def feedback_is_answered(conversation: Conversation) -> Looks:
    """`items.feedback` answers `{}`."""
    for exchange, told in progress(conversation):
        if exchange.kind == "items.feedback" and not worth(exchange) and exchange.status and not told.lacks(exchange):
            yield asked(exchange, exchange.status == OK and exchange.json == {}, "{}", exchange.received[:200])


@rule(
    "feedback.kind.known",
    "MUST",
    "L1",
    catalogue="FBK-002",
    source="openai-chatkit 1.6.5, chatkit/types.py:1094",
    why="What is counted is neither for nor against.",
    mend="Refuse any kind but `positive` and `negative`.",
    good=[HELLO, e.refused("items.feedback", GIVEN | {"kind": "meh"})],
    bad=[HELLO, e.reply("items.feedback", GIVEN | {"kind": "meh"}, {})],
)
def feedback_is_for_or_against(exchange: Exchange) -> Looks:
    """Feedback is `positive` or `negative`; any other kind is refused."""
    if exchange.kind == "items.feedback" and exchange.params.get("kind", "positive") not in KINDS and exchange.status:
        yield asked(exchange, exchange.refused, "a refusal, best with 400", exchange.status)


@rule(
    "feedback.changes-nothing",
    "MUST",
    "L1",
    catalogue="FBK-003",
    source="openai-chatkit 1.6.5, chatkit/server.py:323",
    why="A thumb changes the conversation.",
    mend="Keep feedback apart from the items.",
    good=[HELLO, LISTED, THUMB, replace(LISTED)],
    bad=[HELLO, LISTED, THUMB, e.listing(e.user_message())],
)
def feedback_changes_nothing(conversation: Conversation) -> Looks:
    """Feedback leaves the items as they are."""
    for visit in visits(conversation, "items.feedback"):
        if visit.before is not None and visit.after is not None:
            yield visit.look(visit.before == visit.after, "the same items", visit.after)
