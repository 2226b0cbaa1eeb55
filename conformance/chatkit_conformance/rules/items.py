"""Items: what each is, and its life from `added` to `done`, to a replacement, to its removal."""

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import mapped
from chatkit_conformance.linter.life import facts, states
from chatkit_conformance.linter.nodes import Node
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.scripted import changes_hidden
from chatkit_conformance.linter.subjects import Conversation, Stream
from chatkit_conformance.transcript import JSON, Exchange
from chatkit_protocol import lifecycle
from chatkit_protocol.events import ThreadItemAdded, ThreadItemDone, ThreadItemReplaced, ThreadItemUpdated
from chatkit_protocol.items import EndOfTurnItem, ItemBase
from chatkit_protocol.threads import Page

SDK = "openai-chatkit 1.6.5, chatkit/server.py"
EVENTS = "openai-chatkit 1.6.5, docs/concepts/thread-stream-events.md"
TYPES = "openai-chatkit 1.6.5, chatkit/types.py"
KEYS = ("id", "thread_id", "created_at")

HELLO = e.create(*e.STREAMED)
SKETCH = e.item("generated_image", "img_1")
PICTURE = SKETCH | {"image": {"id": "ig_1", "url": "https://example.com/1.png"}}
END = e.item("end_of_turn", "end_1")
THERE: JSON = {"thread": {"id": "thr_2"}, "item": {"thread_id": "thr_2"}}


def elsewhere(item: JSON) -> Exchange:
    """Begin another thread, with this item in its answer."""
    events = (e.CREATED, e.done(e.user_message(item_id="msg_9")), e.OPTIONS, e.done(item))
    there = [event | {key: event[key] | THERE[key] for key in THERE if key in event} for event in events]
    return e.stream("threads.create", {"input": e.text_input()}, *there)


def judged(stream: Stream, wanted: str, expected: str, *names: str) -> Looks:
    """Look at the steps of these names: whether one breaks the rule of this id.

    What was not seen may all the same be there, where the conversation does not show the thread from its beginning.
    """
    for step in facts(stream):
        lasting = step.name != "updated" or str(step.event.update.get("type")).startswith("workflow.")
        unsure = step.state == "unseen" and lasting and not stream.known
        if step.name in names and not unsure and step.breaks in {"", wanted}:
            yield step.event.look(not step.breaks, expected, f"{step.event.item_id} is {step.state}")


@rule(
    "items.shape",
    "MUST",
    "L0",
    catalogue="ITM-001",
    source=f"{TYPES}:640",
    why="The widget keeps items by id and sorts them into threads; one without a name cannot be shown or changed.",
    mend="Give every item `id`, `thread_id` and `created_at`.",
    good=HELLO,
    bad=e.create(e.done({key: value for key, value in END.items() if key != "thread_id"})),
)
def items_have_the_keys_of_all(node: Node) -> Looks:
    """Every item has an `id`, a `thread_id` and a `created_at`."""
    if node.is_a(ItemBase):
        yield from node.shaped(*KEYS)


@rule(
    "items.type.known",
    "MUST",
    "L0",
    catalogue="ITM-002",
    source=f"{TYPES}:798",
    why="The widget has nothing to draw for a type that it does not know.",
    mend="Use one of the nine types of items; what is the app's own goes into a widget or a task.",
    good=HELLO,
    bad=e.create(e.done(e.item("banner", "item_1"))),
)
def item_types_are_known(node: Node) -> Looks:
    """An item is of one of the types that the protocol has."""
    if node.is_a(ThreadItemAdded, ThreadItemDone, ThreadItemReplaced):
        wrong = [fault for fault in node.faults if fault.wrong == "tag"]
        kind = mapped(node.value.get("item")).get("type")
        if kind is not None:
            yield node.look(not wrong, "a type of the protocol", kind, path=".item.type")
    elif node.is_a(Page):
        wrong = [fault for fault in node.faults if fault.wrong == "tag"]
        yield node.look(not wrong, "a type of the protocol", [fault.actual for fault in wrong], path=".data")


@rule(
    "items.thread.same",
    "MUST",
    "L0",
    catalogue="STR-006 ITM-019",
    source=f"{TYPES}:643; chatkit/agents.py:659",
    why="An item of another thread turns up in the wrong conversation, or is thrown away.",
    mend="Give each item the id of the thread that the stream answers in.",
    good=HELLO,
    bad=e.create(e.done(END | {"thread_id": "thr_other"})),
)
def items_are_of_the_thread(stream: Stream) -> Looks:
    """An item names the thread whose stream it is in."""
    for event in stream.events:
        if stream.thread_id and isinstance(event.item.get("thread_id"), str):
            named = event.item["thread_id"]
            yield event.look(named == stream.thread_id, stream.thread_id, named, path="$.item.thread_id")


@rule(
    "items.id.unique",
    "MUST",
    "L0",
    catalogue="ITM-015",
    source=f"{SDK}; chatkit/store.py:74; docs/guides/respond-to-user-message.md:132",
    why="The widget and the store keep items by id: the new one overwrites the old one, and an answer is lost.",
    mend="Make an id for every item. Models behind a chat-completions API call each one of theirs alike: do not pass "
    "their placeholder on.",
    good=e.create(e.done(e.message("One.", item_id="msg_2")), e.done(e.message("Two.", item_id="msg_3"))),
    bad=e.create(
        e.done(e.message("One.", item_id="__fake_id__")),
        e.added(e.message(item_id="__fake_id__")),
        e.done(e.message("Two.", item_id="__fake_id__")),
    ),
)
def item_ids_are_unique(stream: Stream) -> Looks:
    """No item begins under the id of another one of its thread."""
    yield from judged(stream, "items.id.unique", "an id that no other item has", "added", "done")


@rule(
    "items.id.unique-anywhere",
    "SHOULD",
    "L1",
    catalogue="ITM-016",
    source="openai-chatkit 1.6.5, docs/guides/respond-to-user-message.md:132",
    why="Stores that keep the items of all threads in one table overwrite one thread's item with the other's.",
    mend="Make ids with enough random bits that they differ between threads.",
    good=(e.create(e.done(END)), elsewhere(END | {"id": "end_2"})),
    bad=(e.create(e.done(END)), elsewhere(END)),
)
def item_ids_are_unique_anywhere(conversation: Conversation) -> Looks:
    """Items of different threads have different ids."""
    owners: dict[str, str] = {}
    for stream in conversation.streams:
        for event in stream.of("thread.item.added", "thread.item.done"):
            owner = owners.setdefault(event.item_id, stream.thread_id)
            if event.item_id:
                yield event.look(owner == stream.thread_id, "an id that no item of another thread has", event.item_id)


@rule(
    "items.added.once",
    "MUST",
    "L0",
    catalogue="ITM-003",
    source=f"{SDK}:859; chatkit/agents.py:640",
    why="The widget begins the item anew: what has been streamed of it disappears.",
    mend="Send `thread.item.added` once for each item; change it with updates.",
    good=HELLO,
    bad=e.create(e.added(e.message()), e.added(e.message()), e.done(e.message("Hello"))),
)
def added_comes_once(stream: Stream) -> Looks:
    """An item is announced once."""
    yield from judged(stream, "items.added.once", "an item that was not announced before", "added")


@rule(
    "items.updated.needs-added",
    "MUST",
    "L0",
    catalogue="ITM-004",
    source=f"{SDK}:964; chatkit/agents.py:510",
    why="The widget has no item to change: the update is lost, and with it a piece of the answer.",
    mend="Send `thread.item.added` first, and use its id in every update.",
    good=HELLO,
    bad=e.create(e.delta("Hel", item_id="msg_7"), e.done(e.message("Hello", item_id="msg_7"))),
)
def updates_are_for_announced_items(stream: Stream) -> Looks:
    """An update is for an item that was announced: in this stream, or a workflow that an earlier one left open."""
    if not changes_hidden(stream):
        yield from judged(stream, "items.updated.needs-added", "an item that was added", "updated", "redrawn")


@rule(
    "items.updated.not-after-done",
    "MUST",
    "L0",
    catalogue="ITM-005",
    source=f"{EVENTS}:17",
    why="What is done is stored: the change is seen until the page is loaded again, and then it is gone.",
    mend="Send all updates before `thread.item.done`, or a `thread.item.replaced` after it.",
    good=HELLO,
    bad=e.create(*e.STREAMED, e.updated("msg_2", e.PART + "added", content_index=1, content=e.part(""))),
)
def nothing_is_updated_after_done(stream: Stream) -> Looks:
    """No update follows the `done` of its item. A widget is the exception: an action may redraw it."""
    yield from judged(stream, "items.updated.not-after-done", "an item that is not done yet", "updated")


@rule(
    "items.update.known",
    "MUST",
    "L0",
    catalogue="ITM-020",
    source=f"{TYPES}:570",
    why="The widget does not know what to do, and the item stays as it was.",
    mend="Use one of the ten updates.",
    good=HELLO,
    bad=e.create(e.added(e.message()), e.updated("msg_2", "assistant_message.text"), e.done(e.message())),
)
def updates_are_known(node: Node) -> Looks:
    """An update is one of the ten that the protocol has."""
    kind = mapped(node.value.get("update")).get("type")
    if node.is_a(ThreadItemUpdated) and isinstance(kind, str):
        wrong = [fault for fault in node.faults if fault.wrong == "tag"]
        yield node.look(not wrong, "an update of the protocol", kind, path=".update.type")


FITS = {
    str(update.__struct_config__.tag): str(item.__struct_config__.tag)  # type: ignore[attr-defined]  # Structs, both
    for update, item in lifecycle.FITS.items()
}
"""The type of item that each update is for."""


@rule(
    "items.update.fits",
    "MUST",
    "L0",
    catalogue="ITM-020",
    source=f"{TYPES}:570",
    why="The widget cannot apply it: a message has no tasks, a workflow no text.",
    mend="Send each update to an item of its kind.",
    good=HELLO,
    bad=e.create(
        e.added(SKETCH),
        e.updated("img_1", e.PART + "text_delta", content_index=0, delta="x"),
        e.done(PICTURE),
    ),
)
def updates_fit_their_item(stream: Stream) -> Looks:
    """An update is for an item of the kind that its name begins with."""
    for step in facts(stream):
        wanted = FITS.get(str(step.event.update.get("type")))
        if wanted and step.kind:
            yield step.event.look(step.kind == wanted, f"an update of a {step.kind}", step.event.update["type"])


@rule(
    "items.added.settled",
    "MUST",
    "L0",
    catalogue="ITM-006",
    source=f"{SDK}:852",
    why="The item stays unfinished on the screen, and after a reload it is gone.",
    mend="Close every item that was added with `done`, `replaced` or `removed` before the stream ends.",
    good=e.create(e.added(SKETCH), e.done(PICTURE)),
    bad=e.create(e.added(SKETCH)),
)
def what_is_added_is_settled(stream: Stream) -> Looks:
    """An item that was announced is done, replaced or removed when the stream ends, unless it fails or is stopped.

    A workflow may stay open for the next stream. Messages have a rule of their own.
    """
    begun = [step for step in facts(stream) if step.name == "added"]
    for step in begun if stream.whole and not stream.failed else ():
        if step.event.item_type not in {"workflow", "assistant_message", ""}:
            state = states(stream)[step.event.item_id]
            yield step.event.look(state != "open", "done, replaced or removed before the end", state)


@rule(
    "items.done.once",
    "MUST",
    "L0",
    catalogue="ITM-021",
    source=f"{SDK}:865",
    why="The item is stored twice, or the second `done` overwrites what the first one stored.",
    mend="Send `thread.item.done` once; later states are `thread.item.replaced`.",
    good=HELLO,
    bad=e.create(e.done(END), e.done(END)),
)
def done_comes_once(stream: Stream) -> Looks:
    """An item is done once in a stream."""
    yield from judged(stream, "items.done.once", "an item that was not done before", "done")


@rule(
    "items.done.same-type",
    "MUST",
    "L0",
    catalogue="ITM-007",
    source="openai-chatkit 1.6.5, chatkit/agents.py:654,764",
    why="The widget shows one thing while it streams and another one after a reload.",
    mend="Give `done` the type that `added` had.",
    good=HELLO,
    bad=e.create(e.added(SKETCH), e.done(END | {"id": "img_1"})),
)
def items_keep_their_type(stream: Stream) -> Looks:
    """An item that is done, or replaced, has the type with which it began."""
    for step in facts(stream):
        if step.kind and step.event.item_type and step.name in {"done", "replaced"} and not step.breaks:
            kind = step.event.item_type
            yield step.event.look(kind == step.kind, step.kind, kind, path="$.item.type")


@rule(
    "items.done.same-time",
    "INFO",
    "L0",
    catalogue="ITM-008",
    source="openai-chatkit 1.6.5, chatkit/agents.py:664,776",
    why="A page that sorts by time may move the item when it is done.",
    mend="Take the time once, when the item begins.",
    good=HELLO,
    bad=e.create(e.added(SKETCH), e.done(PICTURE | {"created_at": "2026-01-01T00:00:05Z"})),
)
def items_keep_their_time(stream: Stream) -> Looks:
    """An item is created once: `done` has the `created_at` of `added`."""
    for step in facts(stream):
        first = step.first.get("created_at")
        last = step.event.item.get("created_at")
        if step.name == "done" and step.state == "open" and isinstance(first, str) and isinstance(last, str):
            yield step.event.look(first == last, first, last, path="$.item.created_at")


@rule(
    "items.removed.known",
    "MUST",
    "L0",
    catalogue="ITM-009",
    source=f"{SDK}:870",
    why="Either the id is wrong and the item stays, or the client is told of something that it never saw.",
    mend="Remove only what was added, done or stored, by the id that it had.",
    good=e.create(e.done(END), e.removed("end_1")),
    bad=e.create(e.removed("msg_9")),
)
def what_is_removed_is_known(stream: Stream) -> Looks:
    """An item that is removed was there: announced in this stream, or in the thread."""
    if not changes_hidden(stream):
        yield from judged(stream, "items.removed.known", "an item of this thread", "removed")


@rule(
    "items.replaced.known",
    "MUST",
    "L0",
    catalogue="ITM-011",
    source=f"{EVENTS}:20",
    why="The widget has nothing in whose place the new state could go.",
    mend="Replace only what was done or added; a new item is `thread.item.done`.",
    good=e.create(e.done(END), e.replaced(END)),
    bad=e.create(e.replaced(END)),
)
def what_is_replaced_is_known(stream: Stream) -> Looks:
    """An item that is replaced was there: announced in this stream, or in the thread."""
    yield from judged(stream, "items.replaced.known", "an item of this thread", "replaced")


@rule(
    "items.gone.stays",
    "MUST",
    "L0",
    source=f"{SDK}:870",
    why="A client that has removed an item ignores what comes for it, or shows it again at another place.",
    mend="Send nothing more for an item after its `thread.item.removed`.",
    good=e.create(e.done(END), e.removed("end_1")),
    bad=e.create(e.done(END), e.removed("end_1"), e.replaced(END)),
)
def what_is_gone_stays_gone(stream: Stream) -> Looks:
    """Nothing comes for an item that was removed in this stream."""
    steps = ("added", "updated", "redrawn", "done", "replaced", "removed")
    yield from judged(stream, "items.gone.stays", "nothing more for a removed item", *steps)


@rule(
    "items.end-of-turn.bare",
    "INFO",
    "L0",
    catalogue="ITM-017",
    source=f"{TYPES}:772",
    why="It says that the turn ends and nothing else; what it carries besides is never looked at.",
    mend="Leave out what is not `id`, `thread_id`, `created_at` or `type`.",
    good=e.create(e.done(END)),
    bad=e.create(e.done(END | {"reason": "stop"})),
)
def end_of_turn_is_bare(node: Node) -> Looks:
    """An `end_of_turn` carries nothing of its own."""
    if node.is_a(EndOfTurnItem):
        extra = sorted(node.value.keys() - {*KEYS, "type"})
        yield node.look(not extra, "no further fields", extra, path=f".{extra[0]}" if extra else "")
