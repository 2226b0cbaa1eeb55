"""The differences between the official bridge and ours that are meant, each as a function that recognises its own.

A rule gets the normalised events of one reply of both sides. It rewrites the official ones into what ours have to
be, or, where the official stream breaks off, judges what is left and says that there is nothing more to compare.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chatkit_conformance.differential.compare import Difference, difference

Events = list[Any]
PLACEHOLDER = "__fake_id__"
BROKEN = {"type": "error", "code": "stream.error", "allow_retry": True}
"""What the official SDK says of every exception that it does not know."""


@dataclass
class Pair:
    """The events of both sides, and what the rules found."""

    official: Events
    ours: Events
    error: str = ""
    """What ours tells the user where the official SDK says `stream.error`."""
    cited: set[str] = field(default_factory=set)
    settled: bool = False

    def breaks_off(self) -> bool:
        """Tell whether the official side fails where ours goes on, and had said nothing else before."""
        sent = self.official[:-1]
        return self.official[-1:] == [BROKEN] and sent == self.ours[: len(sent)] and len(self.ours) > len(sent)

    def rest(self) -> Events:
        """Give what ours says after the official side has broken off."""
        return self.ours[len(self.official) - 1 :]


Rule = Callable[[Pair], bool]


class Placeholders:
    """D16: what the model calls `__fake_id__` gets an id of its own, from `added` to `done`. Applied before names."""

    def __init__(self) -> None:
        self._given = 0
        self._open = ""

    def named(self, events: Events) -> Events:
        """Give the events of one reply with names instead."""
        first, renamed = self._given, []
        for event in events:
            if event.get("item", {}).get("id") == PLACEHOLDER:
                item = event["item"]
                renamed.append(event | {"item": item | {"id": self._item(event["type"], item["type"])}})
            elif event.get("item_id") != PLACEHOLDER:
                renamed.append(event)
            elif event["type"] == "thread.item.removed":
                # The one id stands for all the items of the reply.
                renamed += [event | {"item_id": f"msg_placeholder{n + 1}"} for n in range(first, self._given)]
            else:
                renamed.append(event | {"item_id": self._open})
        return renamed

    def _item(self, event: str, kind: str) -> str:
        if event == "thread.item.done" and kind == "assistant_message" and self._open:
            name, self._open = self._open, ""
            return name
        self._given += 1
        name = f"{'tc' if kind == 'client_tool_call' else 'msg'}_placeholder{self._given}"
        self._open = name if event == "thread.item.added" else self._open
        return name


def counted_tasks(pair: Pair) -> bool:
    """D17: the index of a task is its place, though an equal one came before it."""
    tasks: dict[str, int] = {}
    found = False
    for event in pair.official:
        item, update = event.get("item", {}), event.get("update", {})
        if event["type"] == "thread.item.added" and item["type"] == "workflow":
            tasks[item["id"]] = len(item["workflow"]["tasks"])
        elif update.get("type") == "workflow.task.added" and event["item_id"] in tasks:
            place = tasks[event["item_id"]]
            tasks[event["item_id"]] += 1
            found = found or update["task_index"] != place
            update["task_index"] = place
    return found


def streamed_refusals(pair: Pair) -> bool:
    """D15: a refusal comes in deltas and its part is closed, so that `done` brings nothing new."""
    heard = {part(event) for event in pair.official if updates(event, "text_delta", "done")}
    extra = [event for event in pair.ours if updates(event, "text_delta", "done") and part(event) not in heard]
    kept = [event for event in pair.ours if event not in extra]
    if not extra or kept != pair.official:
        return False
    whole = {e["item"]["id"]: e["item"].get("content") for e in pair.ours if e["type"] == "thread.item.done"}
    for item_id, index in dict.fromkeys(map(part, extra)):
        own = [event["update"] for event in extra if part(event) == (item_id, index)]
        said = "".join(update.get("delta", "") for update in own)
        if said != whole[item_id][index]["text"] or own[-1].get("content", {}).get("text", said) != said:
            return False
    pair.ours[:] = kept
    return True


def told_refusals(pair: Pair) -> bool:
    """D15: an answer that ends in a refusal ends well, though newer Agents SDKs raise; the reference fails.

    How much it says before it does is a race: it stops reading the run at once.
    """
    if pair.official[-1:] != [BROKEN] or errors(pair.ours):
        return False
    sent = pair.official[:-1]
    heard = {part(event) for event in sent if updates(event, "text_delta", "done")}
    kept = [e for e in pair.ours if not updates(e, "text_delta", "done") or part(e) in heard]
    alike = sent in (pair.ours[: len(sent)], kept[: len(sent)])
    rest = pair.ours[len(sent) :] if sent == pair.ours[: len(sent)] else kept[len(sent) :]
    ended = pair.ours[-1]["type"] == "thread.item.done"
    return alike and ended and all(event["type"] in MESSAGES for event in rest) and settled(pair)


MESSAGES = {"thread.item.updated", "thread.item.done"}
"""Events about a message that has begun."""


def shown_citations(pair: Pair) -> bool:
    """D24: a citation is shown, and the answer goes on."""
    shown = any(updates(event, "annotation_added") for event in pair.rest()[:1])
    return pair.breaks_off() and shown and not errors(pair.ours) and settled(pair)


def removed_images(pair: Pair) -> bool:
    """D25: the frame of an image that failed is taken away."""
    frames = {e["item"]["id"] for e in pair.official if e.get("item", {}).get("type") == "generated_image"}
    done = {e["item"]["id"] for e in pair.official if e["type"] == "thread.item.done"}
    kept = [e for e in pair.ours if not (e["type"] == "thread.item.removed" and e["item_id"] in frames - done)]
    found = len(kept) < len(pair.ours)
    pair.ours[:] = kept
    return found


def told_failures(pair: Pair) -> bool:
    """D26: the user reads what went wrong, after all that the model had said until then."""
    failed, told = errors(pair.official), errors(pair.ours)
    if not pair.error or failed != [BROKEN] or len(told) != 1:
        return False
    if told[0]["code"] != "custom" or pair.error not in told[0].get("message", ""):
        return False
    # The official side stops reading the run at once: what is still in its queue is lost, before what it takes back.
    place = end_of_run(pair.official, BROKEN)
    lost = pair.ours[place : end_of_run(pair.ours, told[0])]
    pair.official[place:place] = lost
    pair.official[pair.official.index(BROKEN)] = told[0]
    return True


def end_of_run(events: Events, failure: Any) -> int:
    """Find where a stream has said all, and takes back or tells that it failed."""
    place = events.index(failure)
    while place and events[place - 1]["type"] == "thread.item.removed":
        place -= 1
    return place


def removed_calls(pair: Pair) -> bool:
    """D27: a guardrail takes back what was shown, not the calls of tools, which nobody has seen."""
    shown = {event["item"]["id"] for event in pair.official if "item" in event}
    unseen = [e for e in pair.official if e["type"] == "thread.item.removed" and e["item_id"] not in shown]
    pair.official = [event for event in pair.official if event not in unseen]
    return bool(unseen)


def settled(pair: Pair) -> bool:
    """Say that there is nothing left to compare."""
    pair.settled = True
    return True


def errors(events: Events) -> Events:
    """Give the errors among the events."""
    return [event for event in events if event["type"] == "error"]


def updates(event: Any, *kinds: str) -> bool:
    """Recognise an update of a message's part."""
    return event.get("update", {}).get("type") in {f"assistant_message.content_part.{kind}" for kind in kinds}


def part(event: Any) -> tuple[str, int]:
    """Name the part that an update is about."""
    return event["item_id"], event["update"]["content_index"]


RULES: tuple[tuple[str, Rule], ...] = (
    ("D17", counted_tasks),
    ("D15", streamed_refusals),
    ("D24", shown_citations),
    ("D15", told_refusals),
    ("D25", removed_images),
    ("D27", removed_calls),
    ("D26", told_failures),
)
"""D16 is applied before ids are named; D18 is about times, which no two servers share."""


def compared(pair: Pair) -> Difference | None:
    """Let each rule take its own difference out, and find what is left."""
    # The official SDK takes items back in the order of a set.
    pair.official, pair.ours = in_order(pair.official), in_order(pair.ours)
    for number, rule in RULES:
        if not pair.settled and rule(pair):
            pair.cited.add(number)
    return None if pair.settled else difference(pair.official, pair.ours)


def in_order(events: Events) -> Events:
    """Sort what is taken back at the end, which is a set."""
    removed = [event for event in events if event["type"] == "thread.item.removed"]
    first = next((n for n, event in enumerate(events) if event in removed), len(events))
    if events[first : first + len(removed)] != removed:
        return events
    together = sorted(removed, key=lambda event: str(event["item_id"]))
    return events[:first] + together + events[first + len(removed) :]
