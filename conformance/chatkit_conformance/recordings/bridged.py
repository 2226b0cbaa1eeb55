"""What an agent said on both sides: the explanations of the bridge, applied to the streams of a conversation."""

from copy import deepcopy
from typing import Any

from chatkit_conformance.differential.bridge_rules import Pair, Placeholders, compared, errors
from chatkit_conformance.differential.compare import same
from chatkit_conformance.differential.normalise import normalise
from chatkit_conformance.differential.rules import Scene, Shown

LOSING = frozenset({"D16", "D26"})
"""Where the official SDK has these, its store lacks what ours has."""


class Bridged:
    """The explanations of the differences between two bridges, for one conversation."""

    def __init__(self) -> None:
        self._placeholders = Placeholders()

    def explain(self, scene: Scene) -> None:
        """Settle a scene whose replies differ only as the bridges do, and cite the numbers."""
        if scene.settled or scene.equal(scene.official, scene.ours):
            return
        given, told = scene.events(scene.official), scene.events(scene.ours)
        named = self._placeholders.named(given)
        names = scene.names[0].copy(), scene.names[1].copy()
        pair = Pair(deepcopy(normalise(named, names[0])), deepcopy(normalise(told, names[1])), _words(told))
        if named != given:
            pair.cited.add("D16")
        alike = same([_frame(one) for one in scene.official], [_frame(one) for one in scene.ours])
        if not told or not alike or compared(pair) is not None or not pair.cited:
            return
        for side, tried in zip(scene.names, names, strict=True):
            side.given.update(tried.given)
        scene.settled = True
        scene.forked = pair.settled or bool(pair.cited & LOSING)
        scene.cited += sorted(pair.cited)


def _frame(reply: Shown) -> Shown:
    """Give what is around the events."""
    return {name: part for name, part in reply.items() if name != "events"}


def _words(events: list[Any]) -> str:
    """Give what the user reads of a failure; whether it says what failed is the bridge's own test."""
    return next((str(one.get("message", "")) for one in errors(events)), "")
