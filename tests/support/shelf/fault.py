"""One broken server: what is broken, which rule has to say so, and how it is done."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from support.shelf.front import Spoil


class Patch(NamedTuple):
    """A part of the server that is replaced: an attribute of a place, or an entry of a table."""

    place: Any
    name: Any
    value: Any


@dataclass(frozen=True)
class Fault:
    """A broken server. It has one of a spoil, a store, and parts that are replaced."""

    name: str
    what: str
    """What is broken, in words."""
    rule: str
    """The rule that names it."""
    scenario: str
    """Where it shows."""
    spoil: Spoil | None = None
    store: Any = None
    patches: tuple[Patch, ...] = ()


def fault(name: str, what: str, rule: str, how: Any, scenario: str) -> Fault:
    """Write a row of the shelf."""
    if isinstance(how, type):
        return Fault(name, what, rule, scenario, store=how)
    if isinstance(how, Patch):
        return Fault(name, what, rule, scenario, patches=(how,))
    return Fault(name, what, rule, scenario, spoil=how)
