"""What was said, held against the rules of the protocol: those that `chatkit-wire lint` knows."""

from collections.abc import Iterator
from itertools import groupby

from chatkit_conformance.doctor.backend.backend import Backend
from chatkit_conformance.doctor.check import Found, Severity, check
from chatkit_conformance.linter.lint import Finding, lint

SEVERITIES: dict[str, Severity] = {"MUST": "fault", "SHOULD": "warning", "INFO": "hint"}


@check(
    "backend.shape.rules",
    "fault",
    after=(
        "backend.media",
        "backend.stream.cut",
        "backend.stream.endless",
        "backend.stream.length",
        "backend.uploads.descriptor",
    ),
    why="The widget reads something else than was meant, or nothing.",
    mend="`chatkit-wire explain` tells about each rule, with a good and a bad example.",
)
def the_rules_hold(backend: Backend) -> Iterator[Found]:
    """What the backend says keeps the rules of the protocol."""
    _ = backend.hello, backend.read_back
    findings = sorted(lint(backend.exchanges).findings, key=lambda one: one.rule.id)
    for _name, group in groupby(findings, key=lambda one: one.rule.id):
        yield _told(backend, list(group))


def _told(backend: Backend, findings: list[Finding]) -> Found:
    one = findings[0]
    times = f", in {len(findings)} places" if len(findings) > 1 else ""
    place = f"{backend.exchanges[one.where.exchange].kind or 'request'}, {one.where}"
    seen = "" if one.actual is None else f"; there is {str(one.actual)[:120]!r}"
    return Found(
        what=f"{one.rule.id}: {one.rule.requirement.splitlines()[0]} Expected {one.expected}{seen}{times}",
        where=f"{backend.url} ({place})",
        why=one.rule.why,
        mend=one.rule.mend,
        severity=SEVERITIES[one.rule.severity],
    )
