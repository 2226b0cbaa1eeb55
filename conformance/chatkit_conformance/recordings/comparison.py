"""One scenario as the official SDK and another server answered it: each difference is explained by its number, or told.

The explanations are those of the live comparison by random conversations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from chatkit_conformance.differential.compare import Difference
from chatkit_conformance.differential.exchange import interpret
from chatkit_conformance.differential.normalise import Names
from chatkit_conformance.differential.play import keep_roots
from chatkit_conformance.differential.rules import Explanation, Scene, explain, remaining
from chatkit_conformance.driver import MALFORMED
from chatkit_conformance.recordings.bridged import Bridged
from chatkit_conformance.recordings.explanations import ANOTHER, RULES
from chatkit_conformance.recordings.tape import StaleError, Tape, repeated
from chatkit_conformance.scenarios import Scenario, Step
from chatkit_conformance.transcript import Exchange
from chatkit_protocol.codec import RequestError, decode_request


@dataclass(frozen=True)
class Mismatch:
    """A difference that no number explains."""

    scenario: str
    exchange: int
    """Counted from 1, as in `chatkit-wire show`."""
    request: str
    difference: Difference

    def __str__(self) -> str:
        return f"{self.scenario}, exchange {self.exchange} ({self.request}) {self.difference}"


@dataclass
class Comparison:
    """What holding one conversation against the other showed."""

    cited: set[str] = field(default_factory=set)
    mismatches: list[Mismatch] = field(default_factory=list)
    forked: int = 0
    """The exchange from which on both servers are in different states, and nothing was compared; 0: none."""


def compare(
    scenario: Scenario,
    official: Sequence[Exchange],
    ours: Sequence[Exchange],
    rules: tuple[Explanation, ...] = RULES,
) -> Comparison:
    """Hold one conversation against the other, step by step, up to the first difference that is not explained.

    Raises:
        StaleError: when a conversation is not of this scenario.
    """
    sides = Tape(official), Tape(ours)
    names = Names(), Names()
    roots: dict[str, Any] = {}
    found = Comparison()
    clocks, bridged = (Clock(), Clock()), Bridged()
    secret = False
    for step in repeated(scenario.steps):
        secret = secret or "hidden" in str(step)
        lacking, pending = _known(sides[0], step)
        first, second = (list(side.step(step)) for side in sides)
        for one, official_part, our_part in _parts(step, first, second):
            said, told = clocks[0].read(_shown(official_part)), clocks[1].read(_shown(our_part))
            judged = one | {"wrong": _malformed(official_part)}
            scene = Scene(judged, said, told, names, lacking, pending, secret, roots)
            explain(scene, rules)
            if scenario.model:
                bridged.explain(scene)
            found.cited |= set(scene.cited)
            number = (official_part or our_part)[0].number + 1
            if difference := remaining(scene):
                found.mismatches.append(Mismatch(scenario.name, number, _kind(one), difference))
                return found
            if scene.forked:
                found.forked = number
                return found
            keep_roots(roots, sides[0].memory, tuple(scene.events(_shown(official_part))))
    if not all(side.over for side in sides):
        raise StaleError(f"{scenario.name} has fewer steps than were recorded")
    return found


@dataclass
class Clock:
    """What one side says of when its threads and items were made: the same each time, or another time."""

    first: dict[str, str] = field(default_factory=dict)

    def read(self, value: Any) -> Any:
        """Put a word for every time that is not the one that was told of the same thing before."""
        if isinstance(value, list):
            return [self.read(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        told = {key: self.read(inner) for key, inner in value.items()}
        name, time = value.get("id"), value.get("created_at")
        if isinstance(name, str) and isinstance(time, str) and self.first.setdefault(name, time) != time:
            told["created_at"] = ANOTHER
        return told


def complaints(scenario: Scenario, found: Comparison) -> list[str]:
    """Say what is not as the scenario declares: differences without a number, with another one, or with one no more."""
    declared = set(scenario.divergences)
    other = [f"{scenario.name} differs by {number}, which it does not declare" for number in found.cited - declared]
    # After a difference that nothing explains, nothing more was compared.
    gone = [] if found.mismatches else declared - found.cited
    gone_by = [f"{scenario.name} declares {number}, by which it does not differ any more" for number in gone]
    return [*map(str, found.mismatches), *sorted(other), *sorted(gone_by)]


def _known(side: Tape, step: Step) -> tuple[bool, bool]:
    """Tell what the explanations may know: whether the request names what is not there, whether a call is pending."""
    params = side.memory.resolved(step.get("params"))
    try:
        return side.memory.lacks(params), bool(side.memory.pending_calls(str(params.get("thread_id"))))
    except MALFORMED:  # a request that is wrong names nothing
        return False, False


def _parts(
    step: Step, official: list[Exchange], ours: list[Exchange]
) -> Iterator[tuple[Step, list[Exchange], list[Exchange]]]:
    """Pair what came of a step; of several requests at once, each with its own."""
    if "together" not in step:
        if official or ours:
            yield step, official, ours
        return
    for one, first, second in zip_longest(step["together"], official, ours):
        yield one, [first] if first else [], [second] if second else []


def _malformed(exchanges: Sequence[Exchange]) -> bool:
    """Tell whether a request is none; what only cannot be carried out is another matter."""
    try:
        decode_request(exchanges[0].sent)
    except (RequestError, IndexError):
        return True
    return False


def _kind(step: Step) -> str:
    return str(step.get("type") or ("upload" if "upload" in step else "no request"))


def _shown(exchanges: Sequence[Exchange]) -> list[dict[str, Any]]:
    return [
        interpret(one.status, one.headers.get("content-type", ""), one.received, cut=one.cut).shown()
        for one in exchanges
    ]
