"""The linter and the server's guard read one set of tables, and say the same of every step that these lack."""

from collections.abc import Iterator
from functools import cache
from itertools import chain, islice
from typing import Any

import pytest

from chatkit_conformance.linter import example as e
from chatkit_conformance.linter import life
from chatkit_conformance.linter.lint import lint
from chatkit_conformance.rules import RULES
from chatkit_conformance.strategies import BREAKS, Told, conversations, drawn, exchanges, picking, told
from chatkit_conformance.strategies.breaks import WholeError
from chatkit_conformance.transcript import Exchange
from chatkit_protocol.lifecycle import ITEM, PART, TASK, Table

GAPS = {"part.added.gap", "task.added.gap"}
"""Steps that a table allows, with a number that is not the next."""


def forbidden(label: str, table: Table) -> set[str]:
    """Name every step that a table has in some state and lacks in another."""
    steps = {step for row in table.values() for step in row}
    return {f"{label}.{step}.{state}" for state, row in table.items() for step in steps - row.keys()}


def test_every_step_that_the_tables_lack_breaks_a_rule() -> None:
    lacking = forbidden("item", ITEM) | forbidden("part", PART) | forbidden("task", TASK) | GAPS
    assert set(life.RULES) == lacking
    assert set(life.RULES.values()) <= set(RULES)


NAMED = [one for one in BREAKS.values() if one.violation in life.RULES]


@cache
def talks(number: int) -> list[list[Told]]:
    """Draw so many conversations."""
    return [[told(stream) for stream in talk] for talk in drawn(conversations(), number)]


def damaged(broken: Any) -> Iterator[list[Told]]:
    """Give conversations whose last stream is broken in one way, of more and more that are drawn."""
    for talk in chain.from_iterable(map(talks, (20, 80, 320, 1280))):
        for place, one in enumerate(talk):
            try:
                yield [*talk[:place], broken.broken(one, picking(1))]
            except WholeError:
                continue


@pytest.mark.parametrize("broken", NAMED, ids=[one.name for one in NAMED])
def test_what_the_guard_names_the_linter_names(broken: Any) -> None:
    # An item of an earlier stream that is done again is another item under its id.
    rules = {life.RULES[broken.violation], "items.id.unique"}
    found = list(islice(damaged(broken), 2))
    assert len(found) == 2
    for talk in found:
        assert rules & set(lint(exchanges(talk)).broken)


def long(count: int) -> Exchange:
    """A message, a workflow and a widget that grow so many times."""
    text = [e.delta("ha ") for _ in range(count)]
    message = (
        e.added(e.message()),
        e.part_added(),
        *text,
        e.part_done("ha " * count),
        e.done(e.message("ha " * count)),
    )
    card = {"type": "Card", "children": [{"type": "Text", "id": "t", "value": ""}]}
    item = e.item("widget", "wid_1", widget=card)
    update = e.updated("wid_1", "widget.streaming_text.value_delta", component_id="t", delta="ha ", done=False)
    grown = {"type": "Card", "children": [{"type": "Text", "id": "t", "value": "ha " * count}]}
    return e.create(*message, e.added(item), *([update] * count), e.done(item | {"widget": grown}))


@pytest.mark.slow
def test_a_long_stream_is_looked_at_in_time() -> None:
    """Fifty thousand events take seconds; a rule that looks back at each of them would take hours."""
    assert lint([long(25_000)]).broken == []
