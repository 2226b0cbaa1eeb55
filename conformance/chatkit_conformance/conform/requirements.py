"""Which rules count for which revision: sets of ids that are frozen, so that a verdict stays what it was.

A rule that comes later is held against a server and reported, but not scored, until a revision is frozen with it. Ids
never vanish from a frozen set.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from chatkit_conformance.linter.lint import version

FILE = Path(__file__).with_name("requirements.json")
Sets = Mapping[str, frozenset[str]]


def recorded() -> Sets:
    """Read the frozen sets, by revision."""
    table = msgspec.json.decode(FILE.read_bytes(), type=dict[str, list[str]]) if FILE.exists() else {}
    return {revision: frozenset(ids) for revision, ids in table.items()}


def counting(sets: Sets, revision: str) -> frozenset[str] | None:
    """Give the ids that count for a server of a revision: those frozen with it, or with the next one that is.

    None when nothing has been frozen since, so that all count.
    """
    later = [one for one in sets if version(one) >= version(revision)]
    return sets[min(later, key=version)] if later else None


def frozen(sets: Sets, revision: str, ids: Iterable[str]) -> Sets:
    """Freeze the ids of a revision beside those of the others; what was frozen with it stays."""
    return {**sets, revision: sets.get(revision, frozenset()) | frozenset(ids)}


def written(sets: Sets) -> bytes:
    """Write the sets as their file has them."""
    table = {revision: sorted(sets[revision]) for revision in sorted(sets, key=version)}
    return msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n"
