"""Assistant messages: parts, the texts that grow in them, and the whole message at the end."""

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import PART, Message, counted, listed, mapped
from chatkit_conformance.linter.life import facts, judged, states, walk
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.subjects import Event, Stream
from chatkit_conformance.transcript import compact
from chatkit_protocol.content import AssistantMessageContent
from chatkit_protocol.items import AssistantMessageItem
from chatkit_protocol.updates import (
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
)

SDK = "openai-chatkit 1.6.5, chatkit/agents.py"
HELLO = e.create(*e.STREAMED)
ADDED = e.added(e.message())
DONE = e.done(e.message("Hello"))


@rule(
    "messages.shape",
    "MUST",
    "L0",
    catalogue="MSG-001",
    source="openai-chatkit 1.6.5, chatkit/types.py:818",
    why="The widget draws lists of `output_text`; anything else is an empty bubble.",
    mend='Write the answer as `[{"type": "output_text", "text": …, "annotations": […]}]`.',
    good=HELLO,
    bad=e.create(e.done(e.message(content="Hello"))),
)
def messages_are_parts_of_text(node: Node) -> Looks:
    """An assistant message is a list of parts, each an `output_text` with its text."""
    if node.is_a(AssistantMessageItem):
        yield from node.shaped("content")
    elif node.is_a(
        AssistantMessageContent, AssistantMessageContentPartTextDelta, AssistantMessageContentPartAdded
    ) or node.is_a(AssistantMessageContentPartDone):
        yield from node.shaped("type", "text", "annotations", "delta", "content")


@rule(
    "messages.part.number",
    "MUST",
    "L0",
    catalogue="MSG-010",
    source="openai-chatkit 1.6.5, chatkit/types.py:485",
    why="The widget looks the part up by its number.",
    mend="Write `content_index` as a whole number, from 0.",
    good=HELLO,
    bad=e.create(ADDED, e.updated("msg_2", PART + "added", content_index="0", content=e.part("")), e.done(e.message())),
)
def parts_are_named_by_number(event: Event) -> Looks:
    """`content_index` is a whole number, 0 or more."""
    if str(event.update.get("type")).startswith(PART):
        index = event.update.get("content_index")
        yield event.look(counted(index) >= 0, "a whole number from 0", index, path="$.update.content_index")


@rule(
    "messages.part.counted",
    "MUST",
    "L0",
    catalogue="MSG-002",
    source="openai-chatkit 1.6.5, chatkit/server.py:944; chatkit/agents.py:590",
    why="The widget puts parts where their numbers say: with a gap or a repeat, text ends up in the wrong place.",
    mend="Count the parts of each message from 0, without gaps.",
    good=HELLO,
    bad=e.create(ADDED, e.part_added(1), e.delta("Hello", 1), e.part_done("Hello", 1), DONE),
)
def parts_are_counted(stream: Stream) -> Looks:
    """The parts of a message are announced as 0, 1, 2 and so on."""
    yield from judged(stream, "messages.part.counted", "the number of parts before it", PART + "added")


@rule(
    "messages.text.open-part",
    "MUST",
    "L0",
    catalogue="MSG-003",
    source=f"{SDK}:601",
    why="The widget has no part to append to: the text is lost until the message is done.",
    mend="Send `content_part.added` first, all text after it, and `content_part.done` last.",
    good=HELLO,
    bad=e.create(ADDED, e.delta("Hello"), DONE),
)
def text_is_for_an_open_part(stream: Stream) -> Looks:
    """Text, and the end of a part, come for a part that was announced; text comes before its end."""
    steps = (PART + "text_delta", PART + "done")
    yield from judged(stream, "messages.text.open-part", "a part that was added and is not done", *steps)


@rule(
    "messages.part.done-once",
    "MUST",
    "L0",
    catalogue="MSG-005",
    source=f"{SDK}:609",
    why="What is done is final; a second end may say something else.",
    mend="Send `content_part.done` once for each part.",
    good=HELLO,
    bad=e.create(ADDED, e.part_added(), e.delta("Hello"), e.part_done("Hello"), e.part_done("Hello"), DONE),
)
def a_part_is_done_once(stream: Stream) -> Looks:
    """A part is done once."""
    yield from judged(stream, "messages.part.done-once", "a part that is not done", PART + "done")


@rule(
    "messages.part.sum-of-deltas",
    "MUST",
    "L0",
    catalogue="MSG-004",
    source=f"{SDK}:601",
    why="The text jumps when the part is done: the user had read something else.",
    mend="Send each piece of the text once, in order, as a delta; `content_part.done` has all of them together.",
    good=HELLO,
    bad=e.create(ADDED, e.part_added(), e.delta("Hel"), e.part_done("Hello"), DONE),
)
def deltas_add_up(stream: Stream) -> Looks:
    """The text of `content_part.done` is the text with which the part began and all its deltas."""
    for step in walk(stream):
        update = step.event.update
        if isinstance(step.growth, Message) and update.get("type") == PART + "done" and not step.inner:
            part, told = step.growth.part(update), mapped(update.get("content")).get("text")
            if part and isinstance(told, str):
                yield step.event.look(part.text == told, part.text, told, path="$.update.content.text")


@rule(
    "messages.done.as-streamed",
    "MUST",
    "L0",
    catalogue="MSG-006",
    source=f"{SDK}:764",
    why="The answer changes under the user's eyes when it is done, and reads differently after a reload.",
    mend="Build `thread.item.done` from what was streamed.",
    good=HELLO,
    bad=e.create(*e.STREAMED[:-1], e.done(e.message("Hello!"))),
)
def done_is_what_was_streamed(stream: Stream) -> Looks:
    """The parts of a message that is done, and their texts, are those that were streamed."""
    for step in walk(stream):
        growth = step.growth
        if step.name == "done" and isinstance(growth, Message) and growth.changed and not growth.gaps:
            streamed = [growth.parts[number].text for number in sorted(growth.parts)]
            told = [mapped(part).get("text") for part in listed(step.event.item.get("content"))]
            yield step.event.look(told == streamed, compact(streamed), told, path="$.item.content")


@rule(
    "messages.closed",
    "MUST",
    "L0",
    catalogue="STR-013",
    source=f"{SDK}:764",
    why="The answer was never stored: it is gone after a reload, and the model never hears what it said.",
    mend="Send `thread.item.done` for every message before the stream ends.",
    good=HELLO,
    bad=e.create(*e.STREAMED[:-1]),
)
def a_turn_leaves_no_message_open(stream: Stream) -> Looks:
    """A stream that ends normally leaves no message open."""
    begun = [step.event for step in facts(stream) if step.name == "added"]
    messages = [event for event in begun if event.item_type == "assistant_message"]
    for event in messages if stream.whole and not stream.failed else ():
        state = states(stream)[event.item_id]
        yield event.look(state != "open", "done, replaced or removed before the end", state)
