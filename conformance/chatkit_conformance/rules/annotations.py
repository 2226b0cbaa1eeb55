"""Annotations: the sources that a text refers to, and where."""

from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import PART, Message, counted, listed, mapped
from chatkit_conformance.linter.life import judged, walk
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Stream
from chatkit_conformance.transcript import compact
from chatkit_protocol.content import Annotation, AssistantMessageContent
from chatkit_protocol.sources import Source
from chatkit_protocol.updates import AssistantMessageContentPartAnnotationAdded

SDK = "openai-chatkit 1.6.5, chatkit/agents.py"
ADDED = PART + "annotation_added"


def note(title: str = "Page", **given: Any) -> dict[str, Any]:
    """Write an annotation."""
    source = {"type": "url", "title": title, "url": "https://example.com"}
    return {"type": "annotation", "source": source} | given


def noted(number: int = 0, part: int = 0, **given: Any) -> dict[str, Any]:
    """An annotation comes."""
    return e.updated("msg_2", ADDED, content_index=part, annotation_index=number, annotation=note(**given))


def cited(*updates: dict[str, Any], done: tuple[Any, ...] = (note(),)) -> Any:
    """Stream a message with these updates of annotations in it, done with these annotations."""
    whole = e.message(content=[e.part("Hello", *done)])
    begun = (e.added(e.message()), e.part_added(), e.delta("Hello"))
    return e.create(*begun, *updates, e.part_done("Hello"), e.done(whole))


CITED = cited(noted())


@rule(
    "annotations.shape",
    "MUST",
    "L0",
    catalogue="ANN-002",
    source="openai-chatkit 1.6.5, chatkit/types.py:826",
    why="Without a source there is nothing to refer to, and the widget leaves the mark out.",
    mend='Write `{"type": "annotation", "source": {…}}`, with a whole number as `index` if there is a place.',
    good=CITED,
    bad=e.create(e.done(e.message(content=[e.part("Hello", {"type": "annotation"})]))),
)
def annotations_have_a_source(node: Node) -> Looks:
    """An annotation has a source, and may have a place in the text."""
    if node.is_a(Annotation):
        yield from node.shaped("type", "index")
        wrong = [fault for fault in node.faults if fault.name == "source" and fault.shapeless]
        yield node.look(not wrong, "a source", node.value.get("source"), path=".source")
    elif node.is_a(AssistantMessageContentPartAnnotationAdded):
        yield from node.shaped("annotation", "annotation_index")


@rule(
    "annotations.source.shape",
    "MUST",
    "L0",
    catalogue="ANN-003",
    source="openai-chatkit 1.6.5, chatkit/types.py:1036",
    why="The widget shows a source by its title and opens it by its name: without them it is a dead mark.",
    mend="Give every source a `title`, a file its `filename`, a page its `url`, an entity its `id`.",
    good=CITED,
    bad=e.create(e.done(e.message(content=[e.part("Hello", note(source={"type": "file", "title": "Notes"}))]))),
)
def sources_can_be_shown(node: Node) -> Looks:
    """A source is a file, a page or an entity, with its title and what names it."""
    if node.is_a(Source):
        yield from node.shaped()
    elif node.is_a(Annotation):
        wrong = [fault for fault in node.faults if fault.wrong == "tag" and fault.place.path.endswith(".source.type")]
        if mapped(node.value.get("source")).get("type"):
            yield node.look(not wrong, "file, url or entity", node.value["source"], path=".source.type")


@rule(
    "annotations.added.needs-part",
    "MUST",
    "L0",
    catalogue="ANN-008",
    source=f"{SDK}:620",
    since="1.2",
    why="The widget has no text to set the mark in.",
    mend="Send `content_part.added` before the annotations of the part.",
    good=CITED,
    bad=cited(noted(part=4)),
)
def annotations_are_for_a_part(stream: Stream) -> Looks:
    """An annotation comes for a part that was announced."""
    yield from judged(stream, "annotations.added.needs-part", "a part that was added", ADDED)


@rule(
    "annotations.added.counted",
    "MUST",
    "L0",
    catalogue="ANN-001",
    source=f"{SDK}:505,620",
    since="1.2",
    why="The widget puts marks where their numbers say: a repeat overwrites one, a gap leaves a hole.",
    mend="Count the annotations of each part from 0; do not count citations that you drop.",
    good=CITED,
    bad=cited(noted(1)),
)
def annotations_are_counted(stream: Stream) -> Looks:
    """The annotations of a part come as 0, 1, 2 and so on."""
    for step in walk(stream):
        update = step.event.update
        part = step.growth.part(update) if isinstance(step.growth, Message) else None
        if part and update.get("type") == ADDED and counted(update.get("annotation_index")) >= 0:
            told, expected = update["annotation_index"], len(part.annotations)
            yield step.event.look(told == expected, f"{expected}", told, path="$.update.annotation_index")


@rule(
    "annotations.index.in-text",
    "SHOULD",
    "L0",
    catalogue="ANN-004",
    source="openai-chatkit 1.6.5, docs/guides/add-annotations.md:104",
    why="The mark has no place to go, or goes to the end.",
    mend="Count characters of the part's text before the mark: 0 to its length.",
    good=cited(noted(index=5), done=(note(index=5),)),
    bad=e.create(e.done(e.message(content=[e.part("Hello", note(index=9))]))),
)
def annotations_lie_in_the_text(node: Node) -> Looks:
    """The place of an annotation lies within the text of its part."""
    text = node.value.get("text")
    if node.is_a(AssistantMessageContent) and isinstance(text, str):
        for number, one in enumerate(listed(node.value.get("annotations"))):
            index = mapped(one).get("index")
            if isinstance(index, int):
                path = f".annotations[{number}].index"
                # Clients count UTF-16 units, servers characters: the longer count is the limit.
                limit = len(text.encode("utf-16-le", "surrogatepass")) // 2
                yield node.look(0 <= index <= limit, f"0 to {limit}", index, path=path)


@rule(
    "annotations.done.as-streamed",
    "SHOULD",
    "L0",
    catalogue="ANN-005",
    source=f"{SDK}:421,623",
    since="1.2",
    why="Marks appear, move or vanish when the message is done.",
    mend="Give `thread.item.done` the annotations that were streamed, in their order.",
    good=CITED,
    bad=cited(noted(), done=()),
)
def done_has_the_streamed_annotations(stream: Stream) -> Looks:
    """A message that is done has the annotations that were streamed, in their order."""
    for step in walk(stream):
        growth = step.growth
        if step.name == "done" and isinstance(growth, Message) and not growth.gaps:
            content = listed(step.event.item.get("content"))
            for number, part in growth.parts.items():
                if part.streamed and number < len(content):
                    told = mapped(content[number]).get("annotations")
                    path = f"$.item.content[{number}].annotations"
                    yield step.event.look(told == part.annotations, compact(part.annotations), told, path=path)


@rule(
    "annotations.part-done.none-or-all",
    "INFO",
    "L0",
    catalogue="ANN-006",
    source=f"{SDK}:614",
    why="Clients take annotations from the item; some take them from here, and lose what this list leaves out.",
    mend="Give `content_part.done` no annotations, or all that were streamed.",
    good=CITED,
    bad=e.create(
        e.added(e.message()),
        e.part_added(),
        e.delta("Hello"),
        noted(),
        e.updated("msg_2", PART + "done", content_index=0, content=e.part("Hello", note("Other"))),
        e.done(e.message(content=[e.part("Hello", note())])),
    ),
)
def a_finished_part_has_none_or_all(stream: Stream) -> Looks:
    """`content_part.done` carries no annotations, or those that were streamed."""
    for step in walk(stream):
        update = step.event.update
        part = step.growth.part(update) if isinstance(step.growth, Message) else None
        if part and part.streamed and update.get("type") == PART + "done":
            told = listed(mapped(update.get("content")).get("annotations"))
            holds = told in ([], part.annotations)
            yield step.event.look(holds, compact(part.annotations), told, path="$.update.content.annotations")
