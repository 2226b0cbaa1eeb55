"""The divergences that are meant, each as a function that recognises exactly its own.

A rule gets the replies of both sides to one step, and gives them back with the difference taken out of the
official side, or nothing when it sees none of its own. Most *predict*: they rewrite the official reply
into what ours has to be, so a server that shares the reference's fault is reported too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chatkit_conformance.differential.compare import Difference, difference, same
from chatkit_conformance.differential.memory import HIDDEN
from chatkit_conformance.differential.normalise import Names, normalise

Shown = dict[str, Any]


@dataclass
class Scene:
    """One step as both sides saw it, and what a rule may know of the conversation before it."""

    step: dict[str, Any]
    official: list[Shown]
    ours: list[Shown]
    names: tuple[Names, Names]
    lacking: bool = False
    """The request names something that is not there."""
    pending: bool = False
    """A client tool call of the thread waits for its output."""
    secret: bool = False
    """The conversation has stored hidden items."""
    roots: dict[str, Any] = field(default_factory=dict)
    """The last `widget.root.updated` of each stored widget, by the official side's id."""
    settled: bool = False
    """A rule has judged the replies as a whole: there is nothing left to compare."""
    forked: bool = False
    """The two sides are in different states from here on: nothing after this step can be compared."""
    cited: list[str] = field(default_factory=list)

    def events(self, side: list[Shown]) -> list[Any]:
        """Give the events of a stream, none for any other reply."""
        events: list[Any] = side[0].get("events", [])
        return events

    def equal(self, official: Any, ours: Any) -> bool:
        """Compare two values under the names given so far."""
        first, second = (names.copy() for names in self.names)
        return same(normalise(official, first), normalise(ours, second))


Rule = Callable[[Scene], bool]

CODES = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 413: "too_large"}


def is_problem(reply: Shown, status: int) -> bool:
    """Recognise the error body of section 9 with this status."""
    body = reply.get("json")
    if reply["status"] != status or not isinstance(body, dict):
        return False
    told = [body.get("message"), body.get("path", "")]
    shaped = body.keys() <= {"message", "code", "path"} and body.get("code") == CODES[status]
    return bool(shaped and all(isinstance(text, str) for text in told))


def agreed(scene: Scene, *, fork: bool = False) -> bool:
    """Take our replies for what they have to be."""
    scene.settled = True
    scene.forked = scene.forked or fork
    return True


def crashed(reply: Shown) -> bool:
    """Recognise an exception that escaped before the headers."""
    return int(reply["status"]) == 500  # noqa: PLR2004 - HTTP's own number


def torn(reply: Shown) -> bool:
    """Recognise an exception that escaped in a stream."""
    return bool(reply.get("cut")) and "events" in reply


def refused_shape(scene: Scene) -> bool:
    """D1: bytes that are no request get 400 and a JSON error."""
    return (
        bool(scene.step.get("wrong"))
        and crashed(scene.official[0])
        and is_problem(scene.ours[0], 400)
        and agreed(scene)
    )


def refused_ids(scene: Scene) -> bool:
    """D2: a JSON request that cannot be served gets 404 for what is not there and 400 for the rest."""
    return (
        crashed(scene.official[0])
        and not scene.step.get("wrong")
        and is_problem(scene.ours[0], 404 if scene.lacking else 400)
        and agreed(scene)
    )


def refused_feedback(scene: Scene) -> bool:
    """D2: feedback on a thread that is not there gets 404 as well; the reference does not look."""
    asked = scene.step.get("type") == "items.feedback" and scene.lacking
    return asked and scene.official[0].get("json") == {} and is_problem(scene.ours[0], 404) and agreed(scene)


def refused_stream(scene: Scene) -> bool:
    """D3: the same for a stream, as long as no event was sent; after that an `error` ends it."""
    if not torn(scene.official[0]):
        return False
    sent = scene.events(scene.official)
    if is_problem(scene.ours[0], 404 if scene.lacking else 400):
        # The reference has already made a thread by then.
        return agreed(scene, fork=bool(sent))
    told = scene.events(scene.ours)
    rest = told[len(sent) :]
    in_band = bool(sent) and scene.equal(sent, told[: len(sent)]) and [e["type"] for e in rest] == ["error"]
    return in_band and agreed(scene, fork=True)


def refused_retry(scene: Scene) -> bool:
    """D12: to retry after an item that is not there gets 404 instead of an empty stream."""
    silent = scene.official[0].get("events") == [] and not scene.official[0].get("cut")
    retry = scene.step.get("type") == "threads.retry_after_item"
    return retry and silent and scene.lacking and is_problem(scene.ours[0], 404) and agreed(scene)


READING = {"threads.list", "threads.get_by_id", "items.list"}
"""The requests that change nothing: whoever refuses one is in the same state afterwards."""


def taken(number: str) -> Rule:
    """Write the rule for requests that only ours reads."""

    def rule(scene: Scene) -> bool:
        """D4, D20: what the reference refuses is read with the usual defaults."""
        lenient = scene.step.get("lenient") == number and crashed(scene.official[0])
        changes = scene.step.get("type") not in READING
        return lenient and scene.ours[0]["status"] == 200 and agreed(scene, fork=changes)  # noqa: PLR2004

    return rule


def negative_limit(scene: Scene) -> bool:
    """D5: a negative limit is refused; what the reference's store makes of it says nothing."""
    limit = (scene.step.get("params") or {}).get("limit")
    return isinstance(limit, int) and limit < 0 and is_problem(scene.ours[0], 400) and agreed(scene)


def found_call(scene: Scene) -> bool:
    """D11: a pending client tool call is found though it is not the newest item."""
    asked = scene.step.get("type") == "threads.add_client_tool_output" and scene.pending
    answered = bool(scene.events(scene.ours)) and not scene.ours[0].get("cut")
    return asked and torn(scene.official[0]) and answered and agreed(scene, fork=True)


def swallowed(scene: Scene) -> bool:
    """D10: no event shows a hidden item."""
    events = scene.events(scene.official)
    secret = {event["item"]["id"] for event in events if is_secret(event)}
    kept = [e for e in events if not is_secret(e) and not (e["type"] in LATER and e["item_id"] in secret)]
    if len(kept) == len(events):
        return False
    scene.official[0]["events"] = kept
    return True


UPDATED = "thread.item.updated"
LATER = (UPDATED, "thread.item.removed")


def is_secret(event: Any) -> bool:
    """Recognise an event that carries a hidden item."""
    return isinstance(event.get("item"), dict) and event["item"].get("type") in HIDDEN


def persisted(scene: Scene) -> bool:
    """D9: a stored widget is the one that `widget.root.updated` last showed."""
    shown: list[dict[str, Any]] = []
    for reply in scene.official:
        body = reply.get("json")
        if isinstance(body, dict):
            listed = body.get("items", body).get("data", [])
            shown += [*listed, *([body["updated_item"]] if "updated_item" in body else [])]
    stale = [item for item in shown if item["id"] in scene.roots and item["widget"] != scene.roots[item["id"]]]
    for item in stale:
        item["widget"] = scene.roots[item["id"]]
    return bool(stale)


@dataclass(frozen=True)
class Explanation:
    """A rule and the number of the divergence that it recognises."""

    number: str
    rule: Rule


def explain(scene: Scene, rules: tuple[Explanation, ...]) -> None:
    """Let every rule take its own difference out of the scene, and note who did."""
    for explanation in rules:
        if not scene.settled and explanation.rule(scene):
            scene.cited.append(explanation.number)


def remaining(scene: Scene) -> Difference | None:
    """Find what no rule has explained; from here on the names of both sides include this step's ids."""
    if scene.settled:
        return None
    first, second = scene.names
    return difference(normalise(scene.official, first), normalise(scene.ours, second))


def shared_fault(scene: Scene) -> Difference | None:
    """Find an exception that escaped our side: that the reference lets one escape as well is no excuse."""
    silent = scene.step.get("type") == "threads.retry_after_item" and scene.ours[0].get("events") == []
    bad = [reply for reply in scene.ours if crashed(reply) or torn(reply)] or (scene.ours if silent else [])
    return Difference("$", "(an answer, whatever the reference does)", bad) if bad else None
