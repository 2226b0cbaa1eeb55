"""Shape: every message against the types of the declared revision.

These rules know every message and nothing special of any. Where a rule of an area names the same place, it speaks.
"""

from collections.abc import Callable

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.nodes import Fault, Node, Wrong, event_types
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Conversation, Look
from chatkit_conformance.transcript import JSON, Exchange

TYPES = "openai-chatkit 1.6.5, chatkit/types.py"
NOT_READ = "The client cannot read the message, drops it, and may drop the answer with it."
SEARCH: JSON = {
    "type": "web_search",
    "status_indicator": "none",
    "queries": ["q"],
    "sources": [{"type": "url", "title": "t", "url": "https://example.org/"}],
}


def showing(**fields: object) -> Exchange:
    """Show a task, of which no other rule says how it has to look."""
    return e.create(e.done(e.item("task", "tsk_1", task=SEARCH | fields)))


def thread(**fields: object) -> Exchange:
    """Show a thread."""
    return e.reply("threads.get_by_id", {"thread_id": e.THREAD_ID}, e.thread(**fields))


GOOD = showing()


def held(node: Node, chosen: Callable[[Fault], bool], expected: str) -> Looks:
    """Look at the fields of an object: each that is wrong in the chosen way, or once when none is."""
    wrong = [fault for fault in node.faults if chosen(fault)]
    for fault in wrong:
        yield Look(False, fault.where, fault.expected, fault.actual)
    if not wrong:
        yield node.look(True, expected)


def _is(wrong: Wrong) -> Callable[[Fault], bool]:
    return lambda fault: fault.wrong == wrong and fault.shapeless


@rule(
    "shape.event.known",
    "MUST",
    "L0",
    catalogue="SSE-002 STR-010",
    source=TYPES + ":459",
    why="A client of that revision drops the event, or gives up the answer.",
    mend="Send the events of the revision you declare; see the schemas of the revisions.",
    good=GOOD,
    bad=e.create({"type": "thread.sparkled"}),
)
def events_are_known(conversation: Conversation) -> Looks:
    """The type of an event is one that the declared revision has."""
    for event in conversation.events:
        yield event.look(event.type in event_types(conversation.revision), "a known type", event.type, path="$.type")


@rule(
    "shape.field.there",
    "MUST",
    "L0",
    catalogue="STR-000 ATT-004",
    source=TYPES,
    why=NOT_READ,
    mend="Write the field; the schema of the message names all that it needs.",
    good=GOOD,
    bad=e.create({"type": "thread.item.removed"}),
    general=True,
)
def fields_are_there(node: Node) -> Looks:
    """A message has every field that its type requires."""
    yield from held(node, _is("missing"), "every required field")


@rule(
    "shape.field.type",
    "MUST",
    "L0",
    catalogue="STR-000",
    source=TYPES,
    why=NOT_READ,
    mend="Write a value of the field's type.",
    good=GOOD,
    bad=thread(allowed_image_domains="example.org"),
    general=True,
)
def fields_have_their_types(node: Node) -> Looks:
    """A field has a value of its type, and one of the choices where it offers some."""
    yield from held(node, lambda fault: _is("type")(fault) or _is("choice")(fault), "values of their types")


@rule(
    "shape.type.known",
    "MUST",
    "L0",
    catalogue="STR-000 THR-008",
    source=TYPES,
    why="A client of that revision does not know what it is, and shows nothing, or fails.",
    mend="Send nothing that the revision you declare does not have; see the schemas of the revisions.",
    good=GOOD,
    bad=thread(status={"type": "paused"}),
    general=True,
)
def types_are_known(node: Node) -> Looks:
    """The type of an object is one that the declared revision has in its place."""
    yield from held(node, _is("tag"), "a known type")


@rule(
    "shape.field.known",
    "INFO",
    "L0",
    catalogue="JSN-012",
    source=TYPES,
    why="Clients ignore it; a later revision may give the name another meaning.",
    mend="Leave it out, or carry it in `metadata` or in a free object.",
    good=GOOD,
    bad=showing(rank=1),
    general=True,
)
def fields_are_known(node: Node) -> Looks:
    """A message has no field that the declared revision does not have."""
    yield from held(node, lambda fault: fault.wrong == "unknown", "known fields only")
