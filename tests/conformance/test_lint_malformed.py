"""Whatever comes, a lint ends: every example of every rule, with values that nobody expects in a few places."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chatkit_conformance.linter import example as e
from chatkit_conformance.rules import RULES, Rule, lint
from chatkit_conformance.transcript import Exchange, compact, joined, parsed, pieces

ODD: list[Any] = [None, 0, -1, 1.5, True, "", "x", [], [1], {}, {"type": 3}, {"id": []}]


def bent(value: Any, chance: random.Random) -> Any:
    """Put odd values in one place of thirty, and leave out one key of a hundred."""
    if chance.random() < 1 / 30:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {key: bent(inner, chance) for key, inner in value.items() if chance.random() > 1 / 100}
    return [bent(inner, chance) for inner in value] if isinstance(value, list) else value


def spoiled(exchanges: tuple[Exchange, ...], chance: random.Random) -> Iterator[Exchange]:
    for one in exchanges:
        frames = [bent(frame, chance) for frame in pieces(one.received.decode(errors="replace"))]
        received = joined(frames) if one.streams else compact(bent(parsed(one.received), chance)).encode()
        sent = compact(bent(parsed(one.sent), chance)).encode()
        yield replace(one, sent=sent, received=received, model=tuple(bent(entry, chance) for entry in one.model))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_malformed_conversation_is_linted_to_its_end(rule: Rule) -> None:
    chance = random.Random(rule.id)
    for exchanges in (rule.good, rule.bad):
        lint(spoiled(exchanges, chance))


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_retry_after_anything_is_linted(odd: Any) -> None:
    assert lint([e.create(*e.STREAMED), e.go_on("threads.retry_after_item", {"item_id": odd}), e.listing()]).looked
