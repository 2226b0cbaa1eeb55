"""Every rule held against a conversation."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chatkit_conformance.linter import components
from chatkit_conformance.linter.components import Component
from chatkit_conformance.linter.nodes import Fault, Node, event_nodes, reply_nodes
from chatkit_conformance.linter.rule import Rule, every_rule
from chatkit_conformance.linter.subjects import Conversation, Event, Frame, Look, Stream, Where
from chatkit_conformance.transcript import Exchange

STUMBLES = (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError)
"""What a malformed message can raise in a rule about something else; the rules about shape have found it then."""

SENDING = ("http.", "body.", "sse.")
"""The areas about how a reply is sent, not about what it says."""


@dataclass(frozen=True)
class Finding:
    """A rule is broken in one place."""

    rule: Rule
    where: Where
    expected: str
    actual: Any = None


@dataclass
class Report:
    """What holding rules against a conversation showed."""

    findings: list[Finding] = field(default_factory=list)
    looked: Counter[str] = field(default_factory=Counter)
    """In how many places each rule was looked at. One that was not is not decided."""
    stumbled: list[tuple[str, str]] = field(default_factory=list)
    """Rules that could not look because a message is malformed, each with what it met."""

    @property
    def broken(self) -> list[str]:
        """The ids of the rules that are broken."""
        return list(dict.fromkeys(finding.rule.id for finding in self.findings))


def lint(
    conversation: Conversation | Iterable[Exchange],
    *,
    revision: str | None = None,
    rules: Iterable[Rule] | None = None,
) -> Report:
    """Hold rules against a conversation, all of them unless told otherwise.

    Args:
        conversation: what to look at.
        revision: the revision that the server declares; rules about what is younger are left out.
        rules: the rules to hold.
    """
    told = conversation if isinstance(conversation, Conversation) else Conversation(conversation)
    told.revision = revision or told.revision
    subjects = subjects_of(told)
    report = Report()
    for one in every_rule() if rules is None else rules:
        if not _younger(one.since, told.revision):
            _look(one, subjects[one.subject], report)
    report.findings = _most_telling(report.findings, told)
    return report


def subjects_of(told: Conversation) -> dict[type, Sequence[Any]]:
    """Give everything that a rule's function can ask for."""
    walked = [found for event_stream in told.streams for found in _walked(event_stream, told.revision)]
    walked += [found for exchange in told.exchanges for found in reply_nodes(exchange, told.revision)]
    nodes = [found for found in walked if isinstance(found, Node)]
    return {
        Conversation: [told],
        Exchange: told.exchanges,
        Stream: told.streams,
        Frame: told.frames,
        Event: told.events,
        Node: nodes,
        Component: [component for node in nodes for component in components.found(node)],
        Fault: [found for found in walked if isinstance(found, Fault)],
    }


def _walked(stream: Stream, revision: str) -> Iterable[Node | Fault]:
    for event in stream.events:
        yield from event_nodes(stream.exchange, event, revision)


def _look(one: Rule, subjects: Sequence[Any], report: Report) -> None:
    for subject in subjects:
        try:
            for look in one.check(subject):
                report.looked[one.id] += 1
                if not look.holds:
                    report.findings.append(_finding(one, look))
        except STUMBLES as error:
            report.stumbled.append((one.id, repr(error)))


def _finding(one: Rule, look: Look) -> Finding:
    return Finding(one, look.where, look.expected, look.actual)


def _younger(since: str, revision: str) -> bool:
    return version(since) > version(revision)


def version(revision: str) -> tuple[int, ...]:
    """Read a revision so that revisions can be compared."""
    return tuple(int(part) for part in revision.split("."))


def _most_telling(findings: Sequence[Finding], told: Conversation) -> list[Finding]:
    """Leave out what general rules found where a telling one speaks about the same thing.

    The same thing is the place, for a general rule about shape, and the thread or the exchange for all others. How a
    reply is sent and what is only worth reporting say nothing about either.
    """
    telling = [one for one in findings if not one.rule.general and one.rule.severity != "INFO"]
    places = {one.where for one in findings if not one.rule.general}
    spoken = [one for one in telling if not one.rule.id.startswith(SENDING)]
    threads = {_thread(one, told) for one in spoken}
    exchanges = {one.where.exchange for one in spoken}

    def gives_way(one: Finding) -> bool:
        if one.rule.subject in (Node, Fault):
            return any(place in places for place in _around(one.where))
        return _thread(one, told) in threads or one.where.exchange in exchanges

    return [one for one in findings if not (one.rule.general and gives_way(one))]


def _around(where: Where) -> Iterable[Where]:
    """Give a place in a message and the places that it lies in, the whole event among them."""
    path = where.path
    while path:
        yield where._replace(path=path)
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    yield where._replace(path="")


def _thread(finding: Finding, told: Conversation) -> str:
    """Name the thread that a finding is about; an exchange about none stands for itself."""
    number = finding.where.exchange
    return told.thread_of(number) or f"exchange {number}"
