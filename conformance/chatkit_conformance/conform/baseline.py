"""What a server is known to break, so that only what is new fails: pairs of a rule and a scenario, in a file.

Keyed by the rule alone, a known fault would hide a new one of the same rule elsewhere. An entry that no longer
happens is stale, and says so.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from chatkit_conformance.conform.run import Played
from chatkit_conformance.conform.verdicts import Verdict

Pair = tuple[str, str]


class BaselineError(Exception):
    """The file is no baseline."""


def load(path: Path) -> frozenset[Pair]:
    """Read a baseline: `{"rule": ["scenario", …], …}`.

    Raises:
        BaselineError: with the file and what is wrong with it.
    """
    try:
        table = msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        raise BaselineError(f"{path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path}: {error}") from None
    return frozenset((rule, scenario) for rule, scenarios in table.items() for scenario in scenarios)


def written(found: Iterable[Verdict]) -> bytes:
    """Write the baseline of what is broken now."""
    table = {
        verdict.rule.id: sorted(one.played.scenario.name for one in verdict.evidence)
        for verdict in found
        if verdict.outcome in {"fail", "warn"}
    }
    return msgspec.json.format(msgspec.json.encode(dict(sorted(table.items()))), indent=1) + b"\n"


def stale(baseline: frozenset[Pair], found: Iterable[Verdict], results: Sequence[Played]) -> list[Pair]:
    """Name the entries that did not happen, though their scenario was played."""
    happened = {(v.rule.id, one.played.scenario.name) for v in found for one in v.evidence}
    names = {one.scenario.name for one in results}
    return sorted(pair for pair in baseline - happened if pair[1] in names)
