"""What the checks look at, by sort, and running them all over a conversation."""

from importlib import import_module
from typing import Any

from support.catalogue.exchange import Exchange, streams
from support.catalogue.shapes import Node, nodes
from support.catalogue.verdicts import CHECKS, Check, Verdict

for _area in ("framing", "spelling", "order", "life", "messages", "workflows", "widgets"):
    import_module(f"support.catalogue.lint.{_area}")

VALUES = {"faults", "widgets", "components"}
"""Nodes that are no protocol objects."""


def lint(exchanges: list[Exchange]) -> list[Verdict]:
    """Apply every check to everything of its sort. A check that stumbles over a broken reply has found a fault."""
    told = streams(exchanges)
    found = [node for exchange in exchanges for node in nodes(exchange)]
    subjects: dict[str, list[Any]] = {
        "transcript": [exchanges],
        "exchange": exchanges,
        "stream": told,
        "frame": [frame for stream in told for frame in stream.exchange.frames],
        "event": [event for stream in told for event in stream.events],
        "object": [node for node in found if node.group not in VALUES],
        "widget": [node for node in found if node.group == "widgets"],
        "component": [node for node in found if node.group == "components"],
    }
    return [
        verdict
        for check in CHECKS
        for subject in subjects.get(check.sort) or _of_group(found, check.sort)
        for verdict in _looked(check, subject)
    ]


def _of_group(found: list[Node], group: str) -> list[Node]:
    return [node for node in found if node.group == group]


def _looked(check: Check, subject: Any) -> list[Verdict]:
    verdicts = []
    try:
        for right, detail in check.look(subject):
            verdicts.append(Verdict(check.rule, bool(right), detail))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        verdicts.append(Verdict(check.rule, holds=False, detail=repr(error)))
    return verdicts
