"""Rules: what the protocol asks of a server, each one decorated function that carries its own proof."""

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, get_type_hints

from chatkit_conformance.linter.subjects import Conversation, Look, Looks
from chatkit_conformance.transcript import Exchange

Severity = Literal["MUST", "SHOULD", "INFO"]
Level = Literal["L0", "L1", "L2", "L3"]
Talk = Exchange | Sequence[Exchange]
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One requirement.

    A rule is decided by looking at a conversation and nothing else, whoever recorded it. `level` tells how much
    a server has to offer until such a conversation can be had: any capture (L0), a running endpoint (L1), the
    suite's own model behind it (L2), or a test bed that obeys scripts (L3).
    """

    id: str
    """Stable, dotted; its first words are the area: `item.update.needs-open`."""
    severity: Severity
    level: Level
    catalogue: tuple[str, ...]
    """The rows of the rule catalogue that it stands for."""
    source: str
    """Where the fact comes from: a place in the official SDK, its documentation, a standard."""
    why: str
    """What goes wrong for the widget or the user of a server that breaks it."""
    mend: str
    """What to change in the server."""
    since: str
    """The revision of the protocol that brought what the rule is about."""
    general: bool
    """A rule that many faults break gives way where a more telling one speaks about the same thread, or, when it
    is about shape (its subject a Node or a Fault), about the same place."""
    good: tuple[Exchange, ...]
    bad: tuple[Exchange, ...]
    check: Callable[[Any], Looks]
    subject: type
    """What `check` is called with: every Conversation, Exchange, Stream, Frame or Event there is."""

    @property
    def requirement(self) -> str:
        """The requirement in words: the docstring of the function."""
        return inspect.getdoc(self.check) or ""


RULES: dict[str, Rule] = {}
"""Every rule by its id, in the order of the protocol's outline; empty until `chatkit_conformance.rules` is imported."""


def every_rule() -> Iterable[Rule]:
    """Give every rule, whoever has imported them or not."""
    import_module("chatkit_conformance.rules")
    return RULES.values()


def rule(
    id: str,  # noqa: A002 - what the protocol's readers call it
    severity: Severity,
    level: Level,
    *,
    catalogue: str = "",
    source: str,
    why: str,
    mend: str,
    good: Talk,
    bad: Talk,
    since: str = "1.0",
    general: bool = False,
) -> Callable[[Callable[..., Looks]], Callable[..., Looks]]:
    """Enter a rule. The function takes one subject, which its annotation names, and yields a Look for each place.

    Args:
        id: stable and dotted; never used again for anything else.
        severity: MUST when a client can observe a break, SHOULD when it works all the same, INFO to report only.
        level: the lowest level at which a conversation that decides it can be had.
        catalogue: rows of the rule catalogue, with blanks between them.
        source: where the fact comes from.
        why: what a break does to the widget or the user.
        mend: what to change in the server.
        good: a small conversation in which the rule is looked at and holds, as all other rules do.
        bad: the smallest that breaks this rule and no other.
        since: the first revision that it applies to.
        general: whether it gives way to more telling findings about the same thread; about the same place for a
            rule about a Node or a Fault.

    Raises:
        ValueError: for an id that is malformed or taken.
    """
    if not _ID.fullmatch(id) or id in RULES:
        raise ValueError(f"{id!r} is malformed or taken")

    def enter(check: Callable[..., Looks]) -> Callable[..., Looks]:
        RULES[id] = Rule(
            id=id,
            severity=severity,
            level=level,
            catalogue=tuple(catalogue.split()),
            source=source,
            why=why,
            mend=mend,
            since=since,
            general=general,
            good=_talk(good),
            bad=_talk(bad),
            check=check,
            subject=_subject(check),
        )
        return check

    return enter


def _talk(given: Talk) -> tuple[Exchange, ...]:
    return (given,) if isinstance(given, Exchange) else tuple(given)


def _subject(check: Callable[..., Looks]) -> type:
    first = next(iter(inspect.signature(check).parameters))
    subject: type = get_type_hints(check)[first]
    return subject


__all__ = ["RULES", "Conversation", "Level", "Look", "Looks", "Rule", "Severity", "rule"]
