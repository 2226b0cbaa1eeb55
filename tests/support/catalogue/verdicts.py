"""What is found about rules, and the two tables: checks of every transcript, scripts that decide a rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from support.catalogue.bed import Bed

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Verdict:
    """One place at which a rule was looked at."""

    rule: str
    holds: bool
    detail: Any = None


Found = Iterator[tuple[object, Any]]
"""What a check gives: for each thing that it looked at, what is true if it is right, and the thing."""


@dataclass(frozen=True)
class Check:
    """A rule that a transcript alone decides, looked at on each subject of one sort."""

    rule: str
    sort: str
    look: Callable[[Any], Found]


CHECKS: list[Check] = []


def every(sort: str, *rules: str) -> Callable[[F], F]:
    """Enter a check in the table: `sort` says what it is called with (see `subjects`)."""

    def enter(look: F) -> F:
        CHECKS.extend(Check(rule, sort, look) for rule in rules)
        return look

    return enter


@dataclass(frozen=True)
class Script:
    """A conversation with the test bed, and the rules that it decides."""

    name: str
    rules: tuple[str, ...]
    play: Callable[["Bed"], None]


SCRIPTS: list[Script] = []


def script(*rules: str) -> Callable[[Callable[["Bed"], None]], Callable[["Bed"], None]]:
    """Enter a script in the table. Without rules it is there for the checks of every transcript."""

    def enter(play: Callable[["Bed"], None]) -> Callable[["Bed"], None]:
        SCRIPTS.append(Script(play.__name__, rules, play))
        return play

    return enter
