"""What a check is made of: a requirement, why it matters, the mend, and a function that looks."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_type_hints

Severity = Literal["fault", "warning", "hint"]
"""A fault keeps something from working or is dangerous; a warning will, in some browser or network; a hint advises."""
_ID = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+){2,}")


class Edit(NamedTuple):
    """A change to a file that mends a finding: what stands from `start` on, and what should."""

    path: Path
    start: int
    """Characters from the beginning of the file."""
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a check yields: one place where its requirement does not hold."""

    what: str
    """The fact, in the user's own terms: names, numbers, what was seen."""
    where: str
    """An address, a variable, or `path:line` relative to the project."""
    why: str = ""
    """What goes wrong in this very place, where the check's is too general."""
    mend: str = ""
    """The mend for this very place, where the check's is too general."""
    before: str = ""
    """The line or message as it is."""
    after: str = ""
    """As it should be."""
    edits: tuple[Edit, ...] = ()
    """What `--fix` offers to change."""
    severity: Severity | None = None
    """Where it is another one than the check's."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A requirement does not hold in one place."""

    check: str
    severity: Severity
    what: str
    where: str
    why: str
    mend: str
    before: str = ""
    after: str = ""
    edits: tuple[Edit, ...] = ()

    def data(self) -> dict[str, str]:
        """Give it as plain data, without what is empty."""
        names = ("check", "severity", "what", "where", "why", "mend", "before", "after")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


Look = Callable[[Any], Iterator[Found]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One requirement of a working setup."""

    id: str
    """Stable, dotted; subject and area first, which are its folder and file: `backend.reach.refused`."""
    severity: Severity
    why: str
    """What goes wrong for the user of the page."""
    mend: str
    stops: bool
    """Whether nothing else about the same subject can be told once this one has found something."""
    after: tuple[str, ...]
    """Beginnings of ids. Once one of them has found a fault or a warning, in the same subject or before in one of
    another kind, this check would only find what follows from it, and is left out."""
    look: Look
    subject: type

    @property
    def requirement(self) -> str:
        """The requirement in words: the docstring of the function."""
        return inspect.getdoc(self.look) or ""

    def finding(self, found: Found) -> Finding:
        """Make a finding of what was found."""
        return Finding(
            check=self.id,
            severity=found.severity or self.severity,
            what=found.what,
            where=found.where,
            why=found.why or self.why,
            mend=found.mend or self.mend,
            before=found.before,
            after=found.after,
            edits=found.edits,
        )


CHECKS: dict[str, Check] = {}
"""Every check by its id, in the order of the areas; empty until `chatkit_conformance.doctor` is imported."""


def check(
    id: str,  # noqa: A002 - what its readers call it
    severity: Severity,
    *,
    why: str,
    mend: str,
    stops: bool = False,
    after: tuple[str, ...] = (),
) -> Callable[[Look], Look]:
    """Enter a check. The function takes one subject, which its annotation names, and yields a Found for each place.

    Args:
        id: stable and dotted; its first two words are the folder and the file that it stands in.
        severity: how bad it is, where a Found does not say otherwise.
        why: what goes wrong for the user of the page.
        mend: what to change.
        stops: whether nothing else about the subject can be told once this has found something.
        after: beginnings of ids whose findings are the cause of whatever this would find.

    Raises:
        ValueError: for an id that is malformed, taken, or not of its file.
    """

    def enter(look: Look) -> Look:
        area = ".".join(look.__module__.split(".")[-2:])
        if not _ID.fullmatch(id) or id in CHECKS or not id.startswith(f"{area}."):
            raise ValueError(f"{id!r} is malformed, taken, or no check of {area}")
        subject = get_type_hints(look)[next(iter(inspect.signature(look).parameters))]
        CHECKS[id] = Check(
            id=id, severity=severity, why=why, mend=mend, stops=stops, after=after, look=look, subject=subject
        )
        return look

    return enter
