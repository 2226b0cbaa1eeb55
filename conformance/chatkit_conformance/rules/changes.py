"""Changes of a thread while it answers: told by `thread.updated`, and kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter.growth import mapped
from chatkit_conformance.linter.rule import Looks, rule
from chatkit_conformance.linter.scripted import steps
from chatkit_conformance.linter.subjects import Conversation, Look, Stream, Where, asked, rows
from chatkit_conformance.linter.told import progress
from chatkit_conformance.transcript import JSON, OK, Exchange

SDK = "openai-chatkit 1.6.5, chatkit/server.py:"
ID = {"thread_id": e.THREAD_ID}
OPERATIONS = {"title": "title", "status": "status", "domains": "allowed_image_domains"}
"""The operations of a script that change what is shown of a thread, and what they change."""
LOCKED = {"type": "locked", "reason": "busy"}


def updated(**fields: Any) -> JSON:
    """The thread has changed."""
    return {"type": "thread.updated", "thread": e.thread(**fields)}


def changed(*operations: list[Any], told: tuple[JSON, ...] = ()) -> Exchange:
    """Change the thread by a script, and tell these events."""
    return e.create(*told, said=e.script(*operations))


def get(**fields: Any) -> Exchange:
    """Read the thread, of which one message is known."""
    said = e.script(["title", "New"], ["notice", "ack"])
    return e.reply("threads.get_by_id", ID, e.thread(items=e.page(e.user_message(said)), **fields))


NEW = changed(["title", "New"], ["notice", "ack"], told=(updated(title="New"), e.notice()))


def _wanted(stream: Stream, *names: str) -> JSON:
    """Give what a script changes a thread to."""
    changes = [step for step in steps(stream.script) if step[0] in names and step[1:]]
    return {OPERATIONS[name]: value for name, value, *_ in changes if "$" not in str(value)}


def _fails(stream: Stream) -> bool:
    return any(step[0] == "raise" for step in steps(stream.script))


def _shows(thread: JSON, wanted: JSON) -> bool:
    return all(_same(thread.get(name), value) for name, value in wanted.items())


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return wanted.items() <= mapped(found).items()
    return bool(found == wanted)


def _scripted(conversation: Conversation) -> Iterator[tuple[Stream, JSON]]:
    """Give the answers to scripts that came to their end, each with the thread before, where it is known."""
    for exchange, told in progress(conversation):
        stream = conversation.stream_of(exchange)
        if stream and stream.whole and stream.script is not None and not stream.refusal:
            seen = told.threads.get(stream.thread_id)
            before = e.thread() if stream.kind == "threads.create" else seen.state if seen else {}
            if before:
                yield stream, before


def _told(conversation: Conversation, *names: str, failing: bool) -> Looks:
    for stream, before in _scripted(conversation):
        wanted = _wanted(stream, *names)
        # An answer that fails where its script does not is another matter.
        if wanted and not _shows(before, wanted) and (_fails(stream) if failing else not stream.failed):
            shown = [event.thread for event in stream.of("thread.updated")][-1:]
            yield stream.look(shown and _shows(shown[0], wanted), f"thread.updated with {wanted}", shown)


@rule(
    "changes.told",
    "MUST",
    "L3",
    catalogue="THR-015",
    source=SDK + "896; tests/test_chatkit_server.py:723",
    why="The title that the app gives appears only after a reload; a locked thread still seems open.",
    mend="Compare the thread with what it was after each event and at the end, and send `thread.updated`.",
    good=NEW,
    bad=changed(["title", "New"], ["notice", "ack"], told=(e.notice(),)),
)
def changes_are_told(conversation: Conversation) -> Looks:
    """When title or status change during an answer, `thread.updated` tells the thread as it is now."""
    yield from _told(conversation, "title", "status", failing=False)


FIRST, SECOND = e.notice("1"), e.notice("2")
EARLY = (["title", "New"], ["notice", "1"], ["notice", "2"])


@rule(
    "changes.told-at-once",
    "SHOULD",
    "L3",
    catalogue="THR-015",
    source=SDK + "896",
    why="The list shows the new title, and the composer that the thread is locked, only when a long answer is over.",
    mend="Compare the thread with what it was after each event, not only when the answer has ended.",
    good=changed(*EARLY, told=(FIRST, updated(title="New"), SECOND)),
    bad=changed(*EARLY, told=(FIRST, SECOND, updated(title="New"))),
)
def changes_are_told_at_once(conversation: Conversation) -> Looks:
    """A change is told after the event that follows it, at the latest, and not when the answer is over."""
    for stream, before in _scripted(conversation):
        operations = list(steps(stream.script))
        at = next((place for place, step in enumerate(operations) if step[0] in OPERATIONS and step[1:]), None)
        told = stream.of("thread.updated")
        later = [step for step in operations[at:] if step[0] == "notice"] if at is not None else []
        plain = all(step[0] in {"notice", *OPERATIONS} for step in operations)
        if at is not None and plain and told and len(later) > 1 and not _shows(before, _wanted_of(operations[at])):
            last = [event for event in stream.of("notice") if event.value.get("message") == later[-1][1]]
            yield told[0].look(not last or told[0].place < last[0].place, f"before {later[-1][1]!r}")


def _wanted_of(step: list[Any]) -> JSON:
    return {OPERATIONS[step[0]]: step[1]}


@rule(
    "changes.domains-told",
    "MUST",
    "L3",
    catalogue="THR-022",
    source="openai-chatkit 1.6.5, chatkit/types.py:600; chatkit/server.py:1062",
    why="Images are loaded from anywhere although the app forbids it, or from nowhere.",
    mend="Send the list of domains with the thread when it is set, and leave the field out otherwise.",
    since="1.6.3",
    good=changed(["domains", ["a.example"]], told=(updated(allowed_image_domains=["a.example"]),)),
    bad=changed(["domains", ["a.example"]], told=(updated(),)),
)
def domains_are_told(conversation: Conversation) -> Looks:
    """The domains from which images may come are told as they were set."""
    yield from _told(conversation, "domains", failing=False)


@rule(
    "changes.told-after-error",
    "MUST",
    "L3",
    catalogue="THR-017",
    source=SDK + "931",
    why="What changed before the failure is shown only after a reload.",
    mend="Look for changes when the answer has failed as well; send `error` first, then `thread.updated`.",
    good=changed(["title", "New"], ["raise", "crash"], told=(e.error(), updated(title="New"))),
    bad=changed(["title", "New"], ["raise", "crash"], told=(e.error(),)),
)
def changes_are_told_after_an_error(conversation: Conversation) -> Looks:
    """A change is told also when the answer fails."""
    yield from _told(conversation, "title", "status", "domains", failing=True)


@rule(
    "changes.error-first",
    "SHOULD",
    "L3",
    catalogue="THR-017",
    source=SDK + "913-934",
    why="What seems to go on after a change is over: the failure is shown below what no longer changes.",
    mend="Send `error` as soon as the answer fails, then look for changes.",
    good=changed(["title", "New"], ["raise", "crash"], told=(e.error(), updated(title="New"))),
    bad=changed(["title", "New"], ["raise", "crash"], told=(updated(title="New"), e.error())),
)
def the_error_comes_first(conversation: Conversation) -> Looks:
    """When an answer fails before anything is sent, the error comes before the change that preceded it."""
    for stream, before in _scripted(conversation):
        silent = all(step[0] in {*OPERATIONS, "meta", "raise"} for step in steps(stream.script))
        wanted = _wanted(stream, *OPERATIONS)
        if silent and _fails(stream) and wanted and not _shows(before, wanted) and stream.of("thread.updated"):
            told = [kind for kind in stream.kinds if kind in {"error", "thread.updated"}]
            yield stream.look(told[0] == "error" or "error" not in told, "error, then thread.updated", told)


@rule(
    "changes.kept",
    "MUST",
    "L3",
    catalogue="THR-016",
    source=SDK + "899,906; tests/test_chatkit_server.py:559",
    why="After a reload the thread has its old title, or is open again.",
    mend="Save the thread before `thread.updated` is sent.",
    good=[NEW, get(title="New")],
    bad=[NEW, get()],
)
def changes_are_kept(conversation: Conversation) -> Looks:
    """What `thread.updated` told is stored: reading and listing threads show it."""
    told: dict[str, JSON] = {}
    for exchange in conversation.exchanges:
        stream = conversation.stream_of(exchange)
        for event in stream.of("thread.updated") if stream else ():
            told[str(event.thread.get("id"))] = event.thread
        if exchange.kind == "threads.update":
            told.pop(str(exchange.params.get("thread_id")), None)
        for row in _rows(exchange) if exchange.number not in conversation.concurrent else ():
            if row.get("id") in told:
                wanted = {name: told[row["id"]].get(name) for name in OPERATIONS.values()}
                yield asked(exchange, _shows(row, wanted), str(wanted), row)


def _rows(exchange: Exchange) -> list[JSON]:
    """Give the threads that a reply shows as they are stored."""
    if exchange.status != OK or not isinstance(exchange.json, dict):
        return []
    return {"threads.get_by_id": [exchange.json], "threads.list": rows(exchange.json)}.get(exchange.kind, [])


@rule(
    "changes.real",
    "SHOULD",
    "L3",
    catalogue="THR-018",
    source=SDK + "897,904",
    why="The client draws its list of threads anew for nothing.",
    mend="Send `thread.updated` only when something is different from before.",
    good=changed(["notice", "ack"], told=(e.notice(),)),
    bad=changed(["notice", "ack"], told=(e.notice(), updated())),
)
def only_changes_are_told(conversation: Conversation) -> Looks:
    """Without a change there is no `thread.updated`."""
    for stream, before in _scripted(conversation):
        changing = [step for step in steps(stream.script) if step[0] not in {"emit", "notice", "sleep", "raise"}]
        setting = [step for step in changing if step[0] in OPERATIONS]
        if len(setting) == len(changing) and _shows(before, _wanted(stream, *OPERATIONS)) and not _emits(stream):
            found = stream.of("thread.updated")
            yield stream.look(not found, "no thread.updated", len(found))


def _emits(stream: Stream) -> bool:
    """Tell whether a script sends `thread.updated` itself, or sets something that cannot be foretold."""
    scripted = [mapped(step[1]).get("type") for step in steps(stream.script) if step[0] == "emit" and step[1:]]
    unknown = any("$" in str(step[1:]) for step in steps(stream.script) if step[0] in OPERATIONS)
    return "thread.updated" in scripted or unknown


@rule(
    "changes.told-once",
    "SHOULD",
    "L0",
    catalogue="THR-018",
    source=SDK + "897,904",
    why="The client draws its list of threads anew for nothing.",
    mend="Compare with what was told last, and send `thread.updated` only when something is different.",
    good=e.create(updated(title="New"), updated(title="Newer")),
    bad=e.create(updated(title="New"), e.notice(), updated(title="New")),
)
def a_change_is_told_once(stream: Stream) -> Looks:
    """A `thread.updated` differs from the one before it."""
    told: JSON | None = None
    for event in stream.of("thread.updated"):
        if event.thread and not _emits(stream):
            yield event.look(event.thread != told, "another state of the thread", path="$.thread")
            told = event.thread


@rule(
    "changes.own-thread",
    "MUST",
    "L0",
    catalogue="THR-019",
    source=SDK + "900",
    why="Another conversation gets the title.",
    mend="Send the thread that the answer is in.",
    good=NEW,
    bad=e.create(updated(id="thr_2", title="New")),
)
def the_thread_is_this_one(stream: Stream) -> Looks:
    """The thread in `thread.updated` is the thread of the answer."""
    for event in stream.of("thread.updated"):
        found = event.thread.get("id", stream.thread_id)
        if stream.thread_id:
            yield event.look(found == stream.thread_id, stream.thread_id, found, path="$.thread.id")


@rule(
    "changes.no-items",
    "SHOULD",
    "L0",
    catalogue="THR-020",
    source=SDK + "1053",
    why="A client that takes the items for the whole list drops what it shows.",
    mend="Send an empty page of items.",
    good=NEW,
    bad=e.create(updated(title="New", items=e.page(e.user_message()))),
)
def a_change_carries_no_items(stream: Stream) -> Looks:
    """The thread in `thread.updated` has an empty page of items."""
    for event in stream.of("thread.updated"):
        yield event.look(not rows(event.thread), "an empty page", path="$.thread.items")


LATER = "2026-02-01T00:00:00Z"


@rule(
    "changes.same-time",
    "MUST",
    "L0",
    catalogue="THR-021",
    source=SDK + "1059",
    why="The list of threads is sorted by it: conversations jump about.",
    mend="Set `created_at` when the thread is made, and never again.",
    good=NEW,
    bad=e.create(updated(created_at=LATER)),
)
def threads_keep_their_time(conversation: Conversation) -> Looks:
    """A thread's `created_at` never changes."""
    first: dict[str, datetime] = {}
    for where, thread in _threads(conversation):
        at, name = _time(thread.get("created_at")), str(thread.get("id"))
        if at:
            since = first.setdefault(name, at)
            yield Look(since == at, where, since.isoformat(), thread["created_at"])


def _threads(conversation: Conversation) -> Iterator[tuple[Where, JSON]]:
    for exchange in conversation.exchanges:
        stream = conversation.stream_of(exchange)
        for event in stream.events if stream else ():
            if event.thread:
                yield event.where._replace(path="$.thread.created_at"), event.thread
        shown = [mapped(exchange.json)] if exchange.kind == "threads.update" and exchange.status == OK else []
        for thread in shown or _rows(exchange):
            yield Where(exchange.number, None, "$"), thread


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


SHUT = changed(["status", LOCKED], told=(updated(status=LOCKED),))


@rule(
    "changes.locked-served",
    "INFO",
    "L3",
    catalogue="THR-023",
    source="openai-chatkit 1.6.5, docs/guides/browse-past-threads.md:125",
    why="Whoever looks at an old conversation, or ends a running action, gets an error instead.",
    mend="Let the status tell clients what to offer; the endpoint serves a locked or closed thread all the same.",
    good=[SHUT, replace(e.say(e.notice()))],
    bad=[SHUT, e.refused("threads.add_user_message", ID | {"input": e.text_input()}, 403, "forbidden")],
)
def locked_threads_are_served(conversation: Conversation) -> Looks:
    """A thread that is locked or closed is still served."""
    for exchange, told in progress(conversation):
        thread = told.thread(exchange)
        shut = thread is not None and mapped(thread.state.get("status")).get("type") in ("locked", "closed")
        served = exchange.kind in {"threads.add_user_message", "threads.get_by_id", "items.list"}
        if thread and shut and served and not thread.gone and exchange.user == thread.user and exchange.status:
            yield asked(exchange, exchange.status == OK, "status 200", exchange.status)
