"""Breaks: small changes that make a valid stream one that the protocol forbids, each with the rule that says so."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from chatkit_conformance.strategies.told import Told

T = TypeVar("T")
Pick = Callable[[Sequence[Any]], Any]
"""Chooses one of the places at which a break can be made. Raises WholeError when there is none."""
Damage = Callable[[Told, Pick], None]


class WholeError(Exception):
    """The stream has nothing that this break could break."""


@dataclass(frozen=True)
class Break:
    """One way to break a stream."""

    name: str
    rules: tuple[str, ...]
    """The rows of the rule catalogue that name it, or ids of rules; a linter finds at least one of them broken."""
    violation: str
    """The rule of `lifecycle.Lives` that it breaks; empty where the tables do not speak of it."""
    damage: Damage

    @property
    def about(self) -> str:
        """What is wrong with the stream, in a sentence."""
        return self.damage.__doc__ or ""

    def broken(self, told: Told, pick: Pick) -> Told:
        """Break a copy of a stream. Raises WholeError when this stream has nothing to break in this way."""
        copy = deepcopy(told)
        self.damage(copy, pick)
        return copy


BREAKS: dict[str, Break] = {}
"""Every break by its name."""


def breaks(*rules: str, violation: str = "") -> Callable[[Damage], Damage]:
    """Enter a function in the table, with the catalogue ids of the rules that it breaks."""

    def enter(damage: Damage) -> Damage:
        name = damage.__name__.replace("_", "-")
        BREAKS[name] = Break(name, rules, violation, damage)
        return damage

    return enter


def objects(value: Any, kind: str = "") -> Iterator[dict[str, Any]]:
    """Walk the objects of a message, or those of one type, but for free JSON and what is inside widgets."""
    if isinstance(value, list):
        for inner in value:
            yield from objects(inner, kind)
    elif isinstance(value, dict):
        if kind in {"", value.get("type")}:
            yield value
        for name, inner in value.items():
            if name not in FREE:
                yield from objects(inner, kind)


FREE = {"widget", "component", "data", "arguments", "output", "metadata", "headers"}
"""Fields that hold JSON of the app's own. `data` is also what a page's rows are called, and pages here are empty."""
