"""Guardrails: answers that are taken back."""

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter import model_calls as m
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation
from chatkit_conformance.linter.visits import visits
from chatkit_conformance.transcript import JSON, STREAMING, Exchange

BLOCKED = "BLOCKED"
"""The word at which the guardrail of the test bed's agent trips."""
SAID = e.message(BLOCKED)


def _tripped(*events: JSON, rows: tuple[JSON, ...] = ()) -> list[Exchange]:
    """Answer with a blocked word, and list what the thread holds then."""
    model = (m.entry([m.user("hello")], m.message(BLOCKED)),)
    return [e.create(*events, model=model), e.listing(e.user_message(), *rows)]


@rule(
    "guardrails.takes-back",
    "MUST",
    "L2",
    catalogue="GRD-001",
    source="openai-chatkit 1.6.5, chatkit/agents.py:794-802; D26",
    why="The user goes on reading what the guardrail was there to keep back.",
    mend="Send `thread.item.removed` for every item of the answer, and then the error.",
    good=_tripped(e.done(SAID), e.removed("msg_2"), e.error()),
    bad=_tripped(e.done(SAID), e.error(), rows=(SAID,)),
)
def takes_back(told: Conversation) -> Looks:
    """When a guardrail trips, every item of the answer is removed before the error."""
    for stream in told.streams:
        if stream.failed and any(BLOCKED in text for text in _answered(stream.exchange)):
            end = stream.kinds.index("error")
            events = [event for event in stream.events[:end] if event.type.startswith("thread.item.")]
            shown = {event.item_id for event in events if event.item and event.item_type != "user_message"}
            gone = {event.item_id for event in events if event.type == "thread.item.removed"}
            yield stream.look(shown <= gone, "every item removed", sorted(shown - gone))


@rule(
    "guardrails.stores-nothing",
    "MUST",
    "L2",
    catalogue="GRD-001",
    source="openai-chatkit 1.6.5, chatkit/agents.py:794-802",
    why="When the thread is opened again, what was blocked is there.",
    mend="Delete the items of the answer from the store, too.",
    good=_tripped(e.done(SAID), e.removed("msg_2"), e.error()),
    bad=_tripped(e.done(SAID), e.removed("msg_2"), e.error(), rows=(SAID,)),
)
def stores_nothing(told: Conversation) -> Looks:
    """What a guardrail took back is not in the thread."""
    for visit in visits(told, *STREAMING):
        blocked = any(BLOCKED in text for text in _answered(visit.exchange))
        if blocked and visit.stream and visit.stream.failed and visit.after is not None:
            gone = {event.item_id for event in visit.stream.of("thread.item.removed")}
            left = [row["id"] for row in visit.after if row["id"] in gone]
            yield visit.look(not left, "none of the items", left)


def _answered(exchange: Exchange) -> list[str]:
    return [text for call in m.calls(exchange) for one in call.messages for text in one.texts]
